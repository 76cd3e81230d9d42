import { useEffect, useState } from "react";
import { asCurl, asFetch } from "./commands.js";

// What came of a message: the server's words, or what was wrong. It is announced.
export function Outcome({ exchange, text }) {
  if (!exchange) return null;
  const { outcome } = exchange;
  if (outcome.kind === "sending") return <p>{text.sending}</p>;
  const [title, ...paragraphs] = text[outcome.kind](exchange);
  const isAnswer = outcome.kind === "answer";
  return (
    <div className={isAnswer ? "answer" : "error"}>
      <h2>{title}</h2>
      {paragraphs.map((paragraph) => <p key={paragraph}>{paragraph}</p>)}
      {!isAnswer && outcome.text && <p>{text.says}</p>}
      {outcome.text && <pre tabIndex="0">{outcome.text}</pre>}
      <Facts outcome={outcome} text={text} />
    </div>
  );
}

// How long it took, and who has answered.
function Facts({ outcome, text }) {
  const field = (wanted) => outcome.headers?.find(([name]) => name === wanted)?.[1];
  const facts = [
    [text.roundTrip, duration(outcome.milliseconds)],
    [text.answeredBy, field("server")],
    [text.requestID, field("x-request-id")],
  ];
  return (
    <dl>
      {facts.filter(([, value]) => value).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function duration(milliseconds) {
  return milliseconds < 100 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

// Both header sections, and the request as commands.
export function Details({ exchange: { request, outcome }, text }) {
  const { host, pathname, search } = new URL(request.url);
  const sent = [
    `${request.method} ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    `Origin: ${location.origin}`,
    ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${new TextEncoder().encode(request.body).length}`,
  ];
  const received = outcome.headers?.map(([name, value]) => `${name}: ${value}`);
  return (
    <section id="details" aria-label={text.details}>
      <Part title={text.requestHeaders} note={text.requestNote} content={sent.join("\n")} />
      {received && (
        <Part title={text.responseHeaders} note={text.responseNote}
          content={[`${outcome.status}`, ...received].join("\n")} />
      )}
      <Part title="curl" content={asCurl(request)} copy={text} />
      <Part title="fetch" content={asFetch(request)} copy={text} />
    </section>
  );
}

function Part({ title, note, content, copy }) {
  return (
    <details>
      <summary>{title}</summary>
      {note && <small>{note}</small>}
      <pre tabIndex="0" aria-label={title}>{content}</pre>
      {copy && <CopyButton name={title} content={content} text={copy} />}
    </details>
  );
}

function CopyButton({ name, content, text }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <>
      <button type="button" className="minor" aria-label={`${text.copy}: ${name}`}
        onClick={async () => setCopied(await copied(content))}>
        {text.copy}
      </button>
      <span role="status">{isCopied && text.copied}</span>
    </>
  );
}

// Puts a text on the clipboard. Returns whether it is there.
async function copied(content) {
  try {
    await navigator.clipboard.writeText(content);
    return true;
  } catch {
    // Only pages of a trustworthy origin have a clipboard; any has this.
    const field = Object.assign(document.createElement("textarea"), { value: content });
    document.body.append(field);
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    return isDone;
  }
}
