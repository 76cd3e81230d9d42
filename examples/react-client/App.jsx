import { useEffect, useState } from "react";
import { contentTypes, post } from "./post.js";
import { browserLanguage, languages, texts } from "./texts.js";

export function App() {
  const [chosen, setLanguage] = useAddressParameter("lang", browserLanguage());
  const [server, setServer] = useAddressParameter("server", initialServer());
  const [contentType, setContentType] = useState(contentTypes[0]);
  const [seconds, setSeconds] = useState("10");
  const [message, setMessage] = useState("");
  const [outcome, setOutcome] = useState(null);

  const language = languages.includes(chosen) ? chosen : "en";
  const text = texts[language];
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = text.title;
  }, [language]);

  async function send(event) {
    event.preventDefault();
    // Not a disabled button: that would lose the keyboard's focus.
    if (outcome?.kind === "sending") return;
    setOutcome({ kind: "sending" });
    const result = await post(server, contentType, message, Number(seconds));
    setOutcome({ ...result, server, seconds, origin: location.origin });
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
        <label htmlFor="language">{text.language}</label>
        <select id="language" value={language} onChange={(e) => setLanguage(e.target.value)}>
          {languages.map((code) => (
            <option key={code} value={code} lang={code}>{texts[code].name}</option>
          ))}
        </select>
      </header>
      <p>{text.introduction}</p>

      <form onSubmit={send}>
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

      <section id="outcome" role="status" aria-live="polite">
        {outcome && <Outcome outcome={outcome} text={text} />}
      </section>
    </>
  );
}

// On this machine that of `make serve`; a deployed page is behind the same proxy as its server.
function initialServer() {
  const own = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  return own ? "http://localhost:1234" : location.origin;
}

// The outcome of the message, as returned by post().
function Outcome({ outcome, text }) {
  if (outcome.kind === "sending") return <p>{text.sending}</p>;
  const [title, ...paragraphs] = text[outcome.kind](outcome);
  const isAnswer = outcome.kind === "answer";
  return (
    <div className={isAnswer ? "answer" : "error"}>
      <h2>{title}</h2>
      {paragraphs.map((paragraph) => <p key={paragraph}>{paragraph}</p>)}
      {!isAnswer && outcome.text && <p>{text.says}</p>}
      {outcome.text && <pre>{outcome.text}</pre>}
    </div>
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
