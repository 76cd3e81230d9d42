// Posts a message to a server of another origin. Independent of the page.

// A browser sends text/plain at once, as a form could. For application/json it asks the server
// first, with a preflight (Fetch standard, "CORS-safelisted request-header").
const encoders = {
  "text/plain": (message) => message,
  "application/json": (message) => JSON.stringify({ message }),
};

export const contentTypes = Object.keys(encoders);

// The request for a message: { url, method, headers, body }.
export function request(server, contentType, message) {
  return {
    url: new URL(server).href,
    method: "POST",
    headers: { "Content-Type": contentType },
    body: encoders[contentType](message),
  };
}

// Sends a request. Returns the outcome, and never throws:
//   { kind: "answer", ...answer }    a status from 200 to 299
//   { kind: "tooLarge", ...answer }  413
//   { kind: "status", ...answer }    another status
//   { kind: "timeout" }
//   { kind: "unreadable" }           no server, or one that does not let this page read (CORS)
// An answer has status, text, headers (name and value; those that a page may read) and, as every
// outcome, milliseconds: from the call to the last octet, a preflight included.
export async function send({ url, method, headers, body }, seconds) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), seconds * 1000);
  const start = performance.now();
  const outcome = (kind, rest) => ({ kind, milliseconds: performance.now() - start, ...rest });
  try {
    const response = await fetch(url, { method, headers, body, signal: limit.signal });
    // The time limit covers the content as well.
    const text = await response.text();
    return outcome(kindOf(response), {
      status: response.status, text, headers: [...response.headers],
    });
  } catch {
    // Except for the time limit fetch has only one error: browsers hide the reason from pages.
    return outcome(limit.signal.aborted ? "timeout" : "unreadable");
  } finally {
    clearTimeout(timer);
  }
}

function kindOf(response) {
  if (response.ok) return "answer";
  return response.status === 413 ? "tooLarge" : "status";
}
