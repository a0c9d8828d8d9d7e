// What a browser and a page may do to the extension (Chromium):
//   stops     the background is stopped again and again; what a page did is told, each act once
//   hostile   a page undoes the hooks, floods, throws in getters, writes enormous addresses

import { PORT, SITE } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";

const STOPS = Number(process.env.LAB_STOPS ?? 30);
/** From an act to the next stop. */
const DWELL_MS = Number(process.env.LAB_DWELL ?? 500);
const PLACES = 10;
const FLOOD = 100_000;
const HEAD = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>';

export async function run({ world, launch, only, browserName }) {
  if (browserName !== "chromium") throw new Error("these need the background's worker, in Chromium");
  world.pages.push(page);
  const checks = [];
  for (const [name, part] of Object.entries({ stops, hostile })) {
    if (only && !only.has(name)) continue;
    for (const check of await part(world, launch)) {
      checks.push({ ...check, what: `${name}: ${check.what}` });
      console.log(`${check.ok ? "ok  " : "FAIL"} ${name}: ${check.what}`);
    }
  }
  return { checks, failed: checks.some((check) => !check.ok) };
}

const PAGES = {
  act: `<script>fetch("http://127.0.0.1:9000/hit/act", { mode: "no-cors" }).catch(() => {});</script>`,
  undone: `<script>
    for (const name of ["fetch", "WebSocket", "RTCPeerConnection", "Error", "Proxy", "Reflect", "URL", "CustomEvent"]) window[name] = class {};
    EventTarget.prototype.dispatchEvent = EventTarget.prototype.addEventListener = () => { throw 1 };
    RegExp.prototype.exec = String.prototype.slice = Map.prototype.get = () => { throw 1 };
    Object.prototype.get = Object.prototype.apply = () => { throw 1 };
    new Image().src = "http://127.0.0.1:9000/hit/undone";</script>`,
  throwing: `<script>
    const bad = new Proxy({}, { get() { throw new Error("no") } });
    for (const act of [() => fetch(bad), () => new WebSocket(bad), () => new RTCPeerConnection(bad), () => new XMLHttpRequest().open("GET", bad)]) {
      try { Promise.resolve(act()).catch(() => {}) } catch {}
    }
    Error.prepareStackTrace = () => { throw new Error("no") }; Error.stackTraceLimit = 0;
    Object.defineProperty(Error, "stackTraceLimit", { get() { throw 1 }, set() { throw 1 } });
    fetch("http://127.0.0.1:9000/hit/throwing", { mode: "no-cors" }).catch(() => {});</script>`,
  enormous: `<script>const long = "http://127.0.0.1:9000/hit/enormous?" + "x".repeat(10 * 1024 * 1024);
    fetch(long, { mode: "no-cors" }).catch(() => {}); new Image().src = long; document.body.innerHTML = "<img src='" + long + "'>";
    document.body.innerHTML = "http://".repeat(1500000);</script>`,
  flood: `<script>let sent = 0; const go = () => { for (let i = 0; i < 500 && sent < ${FLOOD}; i += 1, sent += 1) new Image().src = "http://127.0.0.1:" + (1024 + sent % 60000) + "/hit/flood";
    if (sent < ${FLOOD}) setTimeout(go, 1); else document.title = "done"; }; go();</script>`,
  native: `<script>document.title = [fetch.name, fetch.length, typeof WebSocket.CONNECTING, new WebSocket("wss://scanner.example:8443/") instanceof WebSocket,
    WebSocket.prototype.constructor === WebSocket, class A extends EventSource {}.name, Object.keys(window).includes("fetch"), /native code/.test(fetch)].join()</script>`,
};

function page(path) {
  const name = /^\/robust\/([a-z]+)\d?$/.exec(path)?.[1];
  return name in PAGES ? { headers: { "content-type": "text/html; charset=utf-8" }, body: HEAD + PAGES[name] } : null;
}

const address = (path) => `https://${SITE}:${PORT.siteHttps}${path}`;
const found = (world) => world.collector.of("/findings").at(-1) ?? [];
const open = async (browser, path, dwell = 1500) => {
  const opened = await browser.open(address(path));
  await pause(dwell);
  return opened;
};

/**
 * Stops the background by the browser's own tool, lets a page act, which starts it anew, and gives it time to write: a
 * browser stops a background that has nothing to do. Ten pages in turn, so that every act has its place to be counted.
 */
async function stops(world, launch) {
  const browser = await launch();
  await pause(1500);
  const tab = await browser.context.newPage();
  let stopped = 0;
  for (let turn = 0; turn < STOPS; turn += 1) {
    stopped += await stopWorker(browser);
    await tab.goto(address(`/robust/act${turn % PLACES}`)).catch(() => {});
    await pause(DWELL_MS);
  }
  await pause(2500);
  const told = (page) => found(world).filter((one) => one.rule === "HW-1" && one.page === page).reduce((sum, one) => sum + one.count, 0);
  // Of a page that came while nobody was there to hear of it, the background knows the origin only.
  let all = told(address("/"));
  const wrong = [];
  for (let place = 0; place < Math.min(PLACES, STOPS); place += 1) {
    const acts = Math.ceil((STOPS - place) / PLACES);
    const of = told(address(`/robust/act${place}`));
    if (of > acts) wrong.push(`act${place} ${of} of ${acts}`);
    all += of;
  }
  await browser.close();
  return [
    { what: `the background was stopped ${stopped} times of ${STOPS}`, ok: stopped >= STOPS * 0.9 },
    { what: `${all} acts told of ${STOPS}`, ok: all === STOPS },
    { what: `no page is told of another's acts: ${wrong.join(", ") || "none"}`, ok: wrong.length === 0 },
  ];
}

async function stopWorker(browser) {
  const tools = await browser.context.browser()?.newBrowserCDPSession().catch(() => null);
  const session = tools ?? (await browser.context.newCDPSession(browser.context.pages()[0]));
  const { targetInfos } = await session.send("Target.getTargets");
  const worker = targetInfos.find((one) => one.type === "service_worker" && one.url.startsWith("chrome-extension://"));
  if (!worker) return 0;
  await session.send("Target.closeTarget", { targetId: worker.targetId }).catch(() => {});
  await pause(120);
  return 1;
}

async function hostile(world, launch) {
  const browser = await launch({});
  await pause(1500);
  const checks = [];
  for (const name of ["undone", "throwing", "enormous"]) {
    const opened = await open(browser, `/robust/${name}`, 2500);
    const told = found(world).some((one) => one.page.endsWith(`/robust/${name}`));
    checks.push({ what: `${name}: still told`, ok: told });
    await opened.close();
  }
  const natives = await open(browser, "/robust/native");
  const looks = await natives.evaluate("document.title");
  checks.push({ what: `wrapped functions look native: ${looks}`, ok: looks === "fetch,1,number,true,true,A,true,true" });
  await natives.close();
  const before = Date.now();
  const flooding = await open(browser, "/robust/flood", 1000);
  await flooding.page.waitForFunction("document.title === 'done'", null, { timeout: 120_000 }).catch(() => {});
  await pause(8000);
  const events = world.collector.of("/events").filter((event) => event.url?.endsWith("/hit/flood"));
  const targets = found(world).filter((one) => one.page.endsWith("/robust/flood")).reduce((sum, one) => sum + one.targets.length, 0);
  checks.push({ what: `flood of ${FLOOD}: ${events.length} events in ${Date.now() - before} ms, ${targets} targets held`, ok: targets > 0 && targets < 1000 });
  const bytes = await browser.worker.evaluate(() => chrome.storage.session.getBytesInUse()).catch(() => 0);
  checks.push({ what: `the stored state is ${bytes} bytes`, ok: bytes > 0 && bytes < 8 * 1024 * 1024 });
  await flooding.close();
  await browser.close();
  return checks;
}
