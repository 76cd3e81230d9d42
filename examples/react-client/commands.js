// A request as commands that send it: for a shell, and for a browser's console.

export function asCurl({ url, method, headers, body }) {
  const fields = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return [`curl -X ${method} ${quoted(url)}`, ...fields, `--data-raw ${quoted(body)}`]
    .join(" \\\n  ");
}

export function asFetch({ url, method, headers, body }) {
  return [
    `const response = await fetch(${JSON.stringify(url)}, {`,
    `  method: ${JSON.stringify(method)},`,
    `  headers: ${JSON.stringify(headers)},`,
    `  body: ${JSON.stringify(body)},`,
    "});",
    "console.log(response.status, await response.text());",
  ].join("\n");
}

// In single quotes a shell takes everything as it is, but for the quote itself. (And --data-raw does
// not take what begins with @ for the name of a file.)
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
