import { useEffect, useRef, useState } from "react";
import { Details, Outcome, duration } from "./Exchange.jsx";
import { contentTypes, request, send } from "./post.js";
import { browserLanguage, languages, texts } from "./texts.js";

// How many exchanges the history has.
const longest = 20;

export function App() {
  const [chosen, setLanguage] = useAddressParameter("lang", browserLanguage());
  const [server, setServer] = useAddressParameter("server", initialServer());
  const [contentType, setContentType] = useState(contentTypes[0]);
  const [seconds, setSeconds] = useState("10");
  const language = languages.includes(chosen) ? chosen : "en";
  const text = texts[language];
  // A greeting in the language of the page, until there is something else.
  const [written, setMessage] = useState(null);
  const message = written ?? text.greeting;
  // An exchange: number, time, request and outcome; what was sent from where, and for how long.
  const [shown, setShown] = useState(null);
  const [past, setPast] = useState([]);
  const count = useRef(0);

  useEffect(() => {
    document.documentElement.lang = language;
    document.title = text.title;
  }, [language]);

  async function submit(event) {
    event.preventDefault();
    // Not a disabled button: that would lose the keyboard's focus.
    if (shown?.outcome.kind === "sending") return;
    count.current += 1;
    const exchange = {
      number: count.current, time: new Date(), server, seconds, message, origin: location.origin,
      request: request(server, contentType, message),
      outcome: { kind: "sending" },
    };
    setShown(exchange);
    const outcome = await send(exchange.request, Number(seconds));
    const done = { ...exchange, outcome };
    setPast((past) => [done, ...past].slice(0, longest));
    // Another one may be looked at meanwhile.
    setShown((shown) => (shown.number === done.number ? done : shown));
  }

  function sendWithKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.currentTarget.form.requestSubmit();
    }
  }

  return (
    <>
      <header>
        <h1>{text.title}</h1>
        <div>
          <label htmlFor="language">{text.language}</label>{" "}
          <select id="language" value={language} onChange={(e) => setLanguage(e.target.value)}>
            {languages.map((code) => (
              <option key={code} value={code} lang={code}>{texts[code].name}</option>
            ))}
          </select>
        </div>
      </header>
      <p>{text.introduction}</p>

      <div className="columns">
        <form onSubmit={submit}>
          <label htmlFor="server">{text.server}</label>
          <input id="server" type="url" required pattern="https?://.+" title={text.serverFormat}
            value={server} onChange={(e) => setServer(e.target.value)} />

          <label htmlFor="content-type">{text.contentType}</label>
          <select id="content-type" value={contentType}
            onChange={(e) => setContentType(e.target.value)}>
            {contentTypes.map((type) => (
              <option key={type} value={type}>{text.contentTypes[type]}</option>
            ))}
          </select>

          <label htmlFor="seconds">{text.seconds}</label>
          <input id="seconds" type="number" required min="1" max="600"
            value={seconds} onChange={(e) => setSeconds(e.target.value)} />

          <label htmlFor="message">{text.message}</label>
          <textarea id="message" rows="4" aria-describedby="send-key" value={message}
            onKeyDown={sendWithKey} onChange={(e) => setMessage(e.target.value)} />

          <div>
            <button type="submit">{text.send}</button> <small id="send-key">{text.sendKey}</small>
          </div>
        </form>

        <div className="results">
          <section id="outcome" role="status" aria-live="polite">
            <Outcome exchange={shown} text={text} />
            {!shown && <p className="hint">{text.nothingSent}</p>}
          </section>
          {shown && shown.outcome.kind !== "sending" && <Details exchange={shown} text={text} />}
        </div>
        {past.length > 0 && (
          <History past={past} shown={shown} show={setShown} language={language} text={text} />
        )}
      </div>
    </>
  );
}

// On this machine that of `make serve`; a deployed page is behind the same proxy as its server.
function initialServer() {
  const own = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  return own ? "http://localhost:1234" : location.origin;
}

// The exchanges so far, the newest first; each can be looked at again.
function History({ past, shown, show, language, text }) {
  const slowest = Math.max(...past.map(({ outcome }) => outcome.milliseconds));
  return (
    <section id="history" aria-labelledby="history-title">
      <h2 id="history-title">{text.history}</h2>
      <ol>
        {past.map((exchange) => (
          <li key={exchange.number}>
            <button type="button" aria-current={exchange.number === shown?.number}
              onClick={() => show(exchange)}>
              <time dateTime={exchange.time.toISOString()}>
                {exchange.time.toLocaleTimeString(language)}
              </time>
              <span className={exchange.outcome.kind === "answer" ? "good" : "bad"}>
                {exchange.outcome.status ?? text.none}
              </span>
              <span className="took">
                {duration(exchange.outcome.milliseconds)}
                <i style={{ width: `${(100 * exchange.outcome.milliseconds) / slowest}%` }} />
              </span>
              <span className="start">{exchange.message.slice(0, 80)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

// A value that is kept in the page's own address (?name=value): for a reload, a bookmark, a link.
function useAddressParameter(name, initial) {
  const [value, setValue] = useState(
    () => new URLSearchParams(location.search).get(name) ?? initial);
  function change(newValue) {
    setValue(newValue);
    const address = new URL(location.href);
    address.searchParams.set(name, newValue);
    history.replaceState(null, "", address);
  }
  return [value, change];
}
