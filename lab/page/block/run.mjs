// Stopping is switched on: what is promised does not reach its target, or its answer does not reach the page; what a
// person opens and what a rule expects goes through. Told first with stopping off, so that a lab that reaches nothing
// proves nothing.

import { INSIDE, LAN, PORT, PUBLIC, SITE } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";

/** Literals and local names, by everything that can ask for them. */
const STOPPED = [
  "fetch", "xhr", "img-src", "inner-html", "websocket", "event-source", "host-localhost", "host-below-localhost", "host-v6",
  "host-lan", "host-lan-v6", "iframe-src", "sandboxed-iframe", "worker-fetch", "service-worker", "shared-worker",
  "redirect-fetch", "css-sheet", "beacon", "window-open", "top-location", "form-post-text",
];
const SETTLE_MS = 4000;
/** Longer than Firefox keeps a name in the lab. */
const FORGOTTEN_MS = 7000;
const TURNS = 8;
const HEAD = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>waiting</title><body>';
/** What a page may get to read of a server inside, by each way. */
const READS = {
  fetch: (url) => `fetch("http://${url}").then((got) => got.text()).then((text) => tell("fetch", text), () => tell("fetch", "-"))`,
  websocket: (url) => `{ const socket = new WebSocket("ws://${url}"); socket.onopen = () => tell("websocket", "inside"); socket.onerror = () => tell("websocket", "-") }`,
};

export async function run({ world, launch, browserName }) {
  world.pages.push((path) => page(path));
  const checks = [];
  const check = (what, ok) => {
    checks.push({ what, ok });
    console.log(`${ok ? "ok  " : "FAIL"} ${what}`);
  };
  const browser = await launch();
  await pause(2500);
  const set = async (settings) => {
    if (browser.worker) await browser.worker.evaluate((given) => chrome.storage.local.set({ settings: given }), settings);
    else world.collector.configure(settings);
    await pause(SETTLE_MS);
  };
  await set({ block: false });
  const open = await techniques(world, browser, STOPPED);
  check(`without stopping, reached: ${open.length} of ${STOPPED.length}`, open.length >= STOPPED.length - 3);
  await reads(world, browser, browserName, check, false);
  await set({ block: true });
  // Windows are stopped from pages whose host was seen before.
  await visit(browser, address("/technique/none"), 500);
  const reached = await techniques(world, browser, STOPPED);
  check(`with stopping, reached: ${reached.join(",") || "none"} of ${STOPPED.length}`, reached.length === 0);
  await reads(world, browser, browserName, check, true);
  await people(world, browser, check);
  const allow = [{ id: "a", page: address("/").slice(0, -1), target: "127.0.0.1", ports: [PORT.targetHttp], reason: "r", owner: "o", expires: "2099-01-01" }];
  await set({ block: true, allow });
  const through = await techniques(world, browser, ["fetch", "img-src", "host-lan"]);
  check(`with a rule that expects it: ${through.join(",")}`, through.includes("fetch") && through.includes("img-src") && !through.includes("host-lan"));
  await set({ block: false });
  const again = await techniques(world, browser, ["fetch", "host-lan", "window-open"]);
  check(`switched off again: ${again.join(",")}`, again.length === 3);
  await notified(world, browser, set, check);
  const { version } = browser;
  await browser.close();
  return { version, checks, failed: checks.some(({ ok }) => !ok) };
}

function page(path) {
  const asked = new URL(path, "http://page.invalid");
  if (asked.pathname !== "/block/read") return null;
  const acts = [...asked.searchParams].filter(([way]) => way in READS).map(([way, url]) => READS[way](url));
  const body = `${HEAD}<script>const told = {}; const tell = (way, text) => { if (told[way] !== "inside") told[way] = text; document.title = JSON.stringify(told) };
    const act = () => { ${acts.join(";\n")} };
    ${asked.searchParams.has("waits") ? "" : "setTimeout(act, 100)"}</script>`;
  return { headers: { "content-type": "text/html; charset=utf-8" }, body };
}

const address = (path) => `https://${SITE}:${PORT.siteHttps}${path}`;

async function visit(browser, url, dwell) {
  const opened = await browser.open(url);
  await pause(dwell);
  await opened.close();
}

/** Opens the pages of techniques; gives those that reached. */
async function techniques(world, browser, ids) {
  const from = world.targets.hits.length;
  for (const id of ids) await visit(browser, address(`/technique/${id}`), 1200);
  await pause(1200);
  return [...new Set(world.targets.hits.slice(from).map((hit) => hit.technique))].filter((id) => ids.includes(id));
}

/** Names that lead inside: a name of somebody else, and the page's own after it turned. */
async function reads(world, browser, browserName, check, stopping) {
  const wanted = stopping ? "-" : "inside";
  const asked = (url) => Object.keys(READS).map((way) => `${way}=${encodeURIComponent(url)}`).join("&");
  const named = await titled(browser, `http://${SITE}:${PORT.siteHttp}/block/read?${asked(`${INSIDE}:${PORT.targetHttp}/read`)}`, 3000);
  const word = stopping ? "with" : "without";
  // Chromium tells the address too late for the first answer, and says so.
  if (browserName === "firefox") check(`${word} stopping, a name that leads inside: ${named}`, all(named, wanted));
  const mark = `turns-${word}`;
  const host = `${mark}.example`;
  world.names.set(host, [PUBLIC]);
  const opened = await browser.open(`http://${host}:${PORT.siteHttp}/block/read?waits&${asked(`${host}:${PORT.siteHttp}/hit/${mark}`)}`);
  world.names.set(host, ["127.0.0.1"]);
  // A browser opens connections ahead of requests: one that waits still leads to where the name led before.
  world.site.hangUp();
  await pause(FORGOTTEN_MS);
  // Firefox may give an old answer while it asks for a new one: only what arrived inside says anything.
  const arrived = () => new Set(world.targets.hits.filter((hit) => hit.technique === mark).map((hit) => hit.kind));
  for (let turn = 0; turn < TURNS && arrived().size < Object.keys(READS).length; turn += 1) {
    await opened.evaluate("void act()");
    await pause(1500);
  }
  const turned = await opened.evaluate("document.title");
  await opened.close();
  const kinds = [...arrived()].join(" and ");
  const ok = arrived().size === Object.keys(READS).length && all(turned, wanted);
  if (browserName === "firefox") check(`${word} stopping, a page whose own name turns inside, where ${kinds} arrive: ${turned}`, ok);
}

function all(title, wanted) {
  const told = title.startsWith("{") ? JSON.parse(title) : {};
  return Object.keys(READS).every((way) => told[way] === wanted);
}

async function titled(browser, url, dwell) {
  const opened = await browser.open(url);
  await pause(dwell);
  const title = await opened.evaluate("document.title");
  await opened.close();
  return title;
}

/** What a person opens works, and may reach its own kind. */
async function people(world, browser, check) {
  const from = world.targets.hits.length;
  const opened = await browser.open(`http://127.0.0.1:${PORT.targetHttp}/hit/typed`);
  await pause(700);
  await opened.evaluate(`void fetch("http://${LAN}:${PORT.targetHttp}/hit/local-to-lan", { mode: "no-cors" }).catch(() => {})`);
  await pause(900);
  await opened.close();
  const own = [...new Set(world.targets.hits.slice(from).map((hit) => hit.technique))];
  check(`what a person opens, and its own requests: ${own.join(",")}`, own.includes("typed") && own.includes("local-to-lan"));
}

/** A notification when somebody wants them, and none otherwise. */
async function notified(world, browser, set, check) {
  const shown = () => world.collector.of("/notifications").length;
  check(`notifications while nobody wants them: ${shown()}`, shown() === 0);
  await set({ notifications: true });
  await visit(browser, `http://${SITE}:${PORT.siteHttp}/technique/xhr`, 3000);
  const count = shown();
  check(`notifications once somebody does: ${count}`, count === 1);
}
