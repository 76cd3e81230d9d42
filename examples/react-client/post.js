// Posts a message to a server of another origin. Independent of the page.

// A browser sends text/plain at once, as a form could. For application/json it asks the server
// first, with a preflight (Fetch standard, "CORS-safelisted request-header").
const encoders = {
  "text/plain": (message) => message,
  "application/json": (message) => JSON.stringify({ message }),
};

export const contentTypes = Object.keys(encoders);

// Returns the outcome, and never throws:
//   { kind: "answer", status, text }    a status from 200 to 299
//   { kind: "tooLarge", status, text }  413
//   { kind: "status", status, text }    another status
//   { kind: "timeout" }
//   { kind: "unreadable" }              no server, or one that does not let this page read (CORS)
export async function post(server, contentType, message, seconds) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), seconds * 1000);
  try {
    const response = await fetch(server, {
      method: "POST",
      headers: { "Content-Type": contentType },
      body: encoders[contentType](message),
      signal: limit.signal,
    });
    // The time limit covers the content as well.
    const text = await response.text();
    return { kind: kindOf(response), status: response.status, text };
  } catch {
    // Except for the time limit fetch has only one error: browsers hide the reason from pages.
    return { kind: limit.signal.aborted ? "timeout" : "unreadable" };
  } finally {
    clearTimeout(timer);
  }
}

function kindOf(response) {
  if (response.ok) return "answer";
  return response.status === 413 ? "tooLarge" : "status";
}
