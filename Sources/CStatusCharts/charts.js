// The live part of the status page: charts of what /metrics says, every two seconds. The page is complete
// without it. scripts/charts puts it into charts.h, without comments and indentation.

// (A sheet made by a script is no inline style: the page's policy lets it be.)
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
body{max-width:60em}
section{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17em),1fr));gap:.5em 1.5em}
figure{margin:0}
th{text-align:right}th:first-child{text-align:left}
svg{display:block;width:100%;height:5em;border-bottom:1px solid #8888;fill:none}
path{stroke:currentcolor;stroke-width:2;vector-effect:non-scaling-stroke}
path,b{color:#06c}
path+path,b+b{color:#b40}
@media(prefers-color-scheme:dark){path,b{color:#6bf}path+path,b+b{color:#fa5}}
table{max-width:28em;margin-top:1em}
`);
document.adoptedStyleSheets = [sheet];

const names = ["requests/s", "4xx, 5xx/s", "p50, p99 in ms", "connections", "memory in MiB"];
// Five minutes; the first ones are drawn wider.
const samples = 150, fewest = 30;
const section = document.createElement("section");
section.innerHTML = names.map(name =>
  `<figure><figcaption>${name}: <span>–</span></figcaption><svg viewBox="0 0 300 40"
 preserveAspectRatio=none aria-hidden=true></svg></figure>`).join("");
document.querySelector("table").before(section);
const figures = [...section.children].map(figure => ({figure, lines: []}));

// What is needed of the metrics: totals, and the count of each bucket of the durations with its bound.
const read = text => {
  const lines = text.split("\n");
  const sum = start => lines.filter(line => line.startsWith(start))
    .reduce((total, line) => total + +line.split(" ").pop(), 0);
  const codes = digit => lines.filter(line => line.includes(`code="${digit}`))
    .reduce((total, line) => total + +line.split(" ").pop(), 0);
  return {
    time: performance.now() / 1000,
    requests: sum("http_requests_total{"),
    refused: codes(4),
    failed: codes(5),
    open: sum("http_connections_open "),
    memory: sum("wasm_memory_bytes ") / 1048576,
    buckets: lines.filter(line => line.includes("_bucket{le=")).map(line => {
      const [, bound, count] = line.split(/le="|"} /);
      return [+bound.replace("+Inf", Infinity), +count];
    }),
  };
};

// The duration within which such a part of the requests since the last sample was answered, in milliseconds:
// as histogram_quantile() of Prometheus estimates it.
const quantile = (part, now, last) => {
  const counts = now.buckets.map(([bound, count], i) => [bound, count - last.buckets[i][1]]);
  const wanted = part * counts.at(-1)[1];
  let [lower, below] = [0, 0];
  for (const [bound, count] of counts) {
    if (wanted && count >= wanted) {
      return 1000 * (bound < Infinity ? lower + (bound - lower) * (wanted - below) / (count - below) : lower);
    }
    [lower, below] = [bound, count];
  }
  return 0;
};

const short = value => +value.toFixed(value < 10 ? 2 : 0);

// The newest sample is at the right, the greatest at the top.
const draw = ({figure, lines}, values) => {
  values.forEach((value, i) => {
    lines[i] = [...lines[i] ?? [], value].slice(-samples);
  });
  const most = Math.max(...lines.flat());
  const step = 300 / (Math.max(fewest, lines[0].length) - 1);
  figure.querySelector("span").innerHTML = values.map(value => `<b>${short(value)}</b>`).join(", ")
    + ` (max ${short(most)})`;
  figure.querySelector("svg").innerHTML = lines.map(line => `<path d="M${line.map((value, i) =>
    `${300 - step * (line.length - 1 - i)} ${39 - 38 * value / (most || 1)}`).join("L")}"/>`).join("");
};

let last;
const update = async () => {
  if (document.hidden) return;
  try {
    const [page, text] = await Promise.all(["/", "/metrics"].map(async path => (await fetch(path)).text()));
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelectorAll(".ok,.bad,table");
    document.querySelectorAll(".ok,.bad,table").forEach((old, i) => old.replaceWith(fresh[i]));
    const now = read(text);
    if (last) {
      const rate = name => (now[name] - last[name]) / (now.time - last.time);
      const values = [
        [rate("requests")], [rate("refused"), rate("failed")],
        [quantile(.5, now, last), quantile(.99, now, last)], [now.open], [now.memory],
      ];
      values.forEach((value, i) => draw(figures[i], value));
    }
    last = now;
  } catch {
    const state = document.querySelector(".ok,.bad");
    state.className = "bad";
    state.textContent = "no answer";
  }
};
update();
setInterval(update, 2000);

document.querySelector("form").onsubmit = event => {
  event.preventDefault();
  fetch("/drain", {method: "POST"}).then(update);
};
