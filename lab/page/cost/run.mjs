// What the hooks cost a call that is not local: the same loop with and without the extension, in turns.

import { PORT, SITE } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";

const ROUNDS = 3;
const BATCHES = 200;
const CALLS = 50;

/** Runs in the page; gives microseconds a call, the median of the batches. */
const MEASURE = `(async () => {
  const acts = {
    "xhr.open": (at) => new XMLHttpRequest().open("GET", "https://cdn.example:8443/a/" + at),
    "script.src": (at) => { document.createElement("script").src = "https://cdn.example:8443/a/" + at + ".js"; },
    "setAttribute(src)": (at) => document.createElement("iframe").setAttribute("src", "https://cdn.example:8443/a/" + at),
    "setAttribute(class)": (at) => document.createElement("p").setAttribute("class", "a" + at),
    "innerHTML": (at) => { document.createElement("p").innerHTML = "<b>" + at + "</b>"; },
    "innerHTML with links": (at) => { document.createElement("p").innerHTML = "<a href='https://cdn.example/" + at + "'>x</a>".repeat(20); },
    "style.setProperty": (at) => document.body.style.setProperty("--x", String(at)),
  };
  const medians = {};
  for (const [name, act] of Object.entries(acts)) {
    const batches = [];
    for (let batch = 0; batch < ${BATCHES}; batch += 1) {
      const from = performance.now();
      for (let at = 0; at < ${CALLS}; at += 1) act(at);
      batches.push((performance.now() - from) * 1000 / ${CALLS});
      if (batch % 20 === 0) await new Promise((done) => setTimeout(done));
    }
    medians[name] = batches.sort((a, b) => a - b)[${BATCHES / 2}];
  }
  return medians;
})()`;

export async function run({ world, launch, browserName }) {
  world.pages.push((path) => (path === "/cost" ? { headers: { "content-type": "text/html", "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }, body: "<!doctype html><body>" } : null));
  const rounds = { with: [], without: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.without.push(await measured(await launch({ extension: null })));
    rounds.with.push(await measured(await launch({})));
  }
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const rows = Object.keys(rounds.with[0]).map((act) => {
    const [without, beside] = [rounds.without, rounds.with].map((list) => median(list.map((one) => one[act])));
    return { act, without, with: beside, more: beside - without };
  });
  console.log(browserName);
  for (const { act, without, with: beside, more } of rows) {
    console.log(`${act.padEnd(22)} ${without.toFixed(2)} → ${beside.toFixed(2)} µs, ${more.toFixed(2)} more`);
  }
  return { rows, failed: rows.some((row) => row.more > 5) };
}

async function measured(browser) {
  await pause(1500);
  const opened = await browser.open(`https://${SITE}:${PORT.siteHttps}/cost`);
  await opened.evaluate(MEASURE);
  const result = await opened.evaluate(MEASURE);
  await browser.close();
  return result;
}
