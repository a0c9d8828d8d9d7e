// What a hostile page, a sleepy browser and a busy one do to the watching (Chromium).
//
//   stops     the background is stopped again and again; nothing a page did may be lost
//   hostile   a page undoes the hooks, floods, throws in getters, writes enormous addresses
//   block     stopping is on: what is promised does not reach its target
//   report    findings go to a receiver, wait while it is away, and keep to the size

import http from "node:http";
import { LAN, PORT, SITE } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";
import { listen } from "../world/targets.mjs";

const STOPS = Number(process.env.LAB_STOPS ?? 30);
const FLOOD = 100_000;
const HEAD = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>';

export async function run({ world, launch, only, browserName }) {
  if (browserName !== "chromium") throw new Error("these need the background's worker, in Chromium");
  world.pages.push(page);
  const checks = [];
  for (const [name, part] of Object.entries({ stops, hostile, block, report })) {
    if (only && !only.has(name)) continue;
    for (const check of await part(world, launch)) {
      checks.push({ ...check, what: `${name}: ${check.what}` });
      console.log(`${check.ok ? "ok  " : "FAIL"} ${name}: ${check.what}`);
    }
  }
  return { checks, failed: checks.some((check) => !check.ok) };
}

const PAGES = {
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
  const name = /^\/robust\/([a-z]+)$/.exec(path)?.[1];
  return name in PAGES ? { headers: { "content-type": "text/html; charset=utf-8" }, body: HEAD + PAGES[name] } : null;
}

const address = (path) => `https://${SITE}:${PORT.siteHttps}${path}`;
const found = (world) => world.collector.of("/findings").at(-1) ?? [];
const open = async (browser, path, dwell = 1500) => {
  const opened = await browser.open(address(path));
  await pause(dwell);
  return opened;
};

/** Stops the background by the browser's own tool, then lets a page act; every act must be in the last findings. */
async function stops(world, launch) {
  const browser = await launch();
  await pause(1500);
  const tab = await browser.context.newPage();
  const tools = await browser.context.newCDPSession(tab);
  await tools.send("ServiceWorker.enable").catch(() => {});
  let stopped = 0;
  const acts = ["fetch", "xhr", "img-src", "websocket", "rtc-stun", "inner-html"];
  for (let turn = 0; turn < STOPS; turn += 1) {
    stopped += await stopWorker(browser);
    await tab.goto(address(`/technique/${acts[turn % acts.length]}?turn=${turn}`)).catch(() => {});
    await pause(Number(process.env.LAB_DWELL ?? 1200));
  }
  await pause(2500);
  const counted = found(world).filter((one) => one.rule === "HW-1" || one.rule === "HW-5").reduce((sum, one) => sum + one.count, 0);
  if (process.env.LAB_VERBOSE) console.error(world.collector.lines.map(({ path, line }) => (path === "/events" ? `${line.type}:${line.url?.slice(-20)}` : `${path} ${line.length}`)).join("\n"));
  await browser.close();
  return [
    { what: `the background was stopped ${stopped} times of ${STOPS}`, ok: stopped >= STOPS * 0.9 },
    { what: `${counted} acts told of ${STOPS}`, ok: counted >= STOPS },
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

const STOPPED = ["fetch", "img-src", "inner-html", "websocket", "host-localhost", "host-below-localhost", "host-v6", "host-lan", "host-lan-v6", "iframe-src", "sandboxed-iframe", "worker-fetch", "service-worker", "redirect-fetch", "css-sheet", "beacon", "speculation-prefetch", "window-open", "top-location", "form-post-text"];

async function block(world, launch) {
  const browser = await launch({});
  await pause(1500);
  const allow = [{ id: "a", page: address("/").slice(0, -1), target: "127.0.0.1", ports: [PORT.targetHttp], reason: "r", owner: "o", expires: "2099-01-01" }];
  const set = async (settings) => {
    await browser.worker.evaluate((given) => chrome.storage.local.set({ settings: given }), settings);
    await pause(2000);
  };
  await set({ block: true });
  await (await open(browser, "/benign-none", 300)).close();
  const from = world.targets.hits.length;
  for (const id of STOPPED) await (await open(browser, `/technique/${id}`, 700)).close();
  const reached = [...new Set(world.targets.hits.slice(from).map((hit) => hit.technique))];
  const checks = [{ what: `with stopping on, reached: ${reached.join(",") || "none"} of ${STOPPED.length}`, ok: reached.length === 0 }];
  const typed = world.targets.hits.length;
  const opened = await browser.open(`http://127.0.0.1:${PORT.targetHttp}/hit/typed`);
  await pause(500);
  await opened.evaluate(`fetch("http://${LAN}:${PORT.targetHttp}/hit/local-to-lan", { mode: "no-cors" }).catch(() => {})`);
  await pause(700);
  const own = world.targets.hits.slice(typed).map((hit) => hit.technique);
  checks.push({ what: `what a person opens works, and its own requests: ${own.join(",")}`, ok: own.includes("typed") && own.includes("local-to-lan") });
  await opened.close();
  await set({ block: true, allow });
  const allowed = world.targets.hits.length;
  for (const id of ["fetch", "host-lan"]) await (await open(browser, `/technique/${id}`, 700)).close();
  const through = world.targets.hits.slice(allowed).map((hit) => hit.technique);
  checks.push({ what: `with the allow rule only it goes through: ${through.join(",")}`, ok: through.includes("fetch") && !through.includes("host-lan") });
  await browser.close();
  return checks;
}

async function report(world, launch) {
  const got = [];
  let away = true;
  const receiver = await listen(
    http.createServer((request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        if (!away) got.push(Buffer.concat(parts).toString("utf8"));
        response.writeHead(away ? 503 : 204).end();
      });
    }),
    "127.0.0.1",
    PORT.collector + 1,
  );
  const browser = await launch();
  await pause(1500);
  const reportUrl = `http://127.0.0.1:${PORT.collector + 1}/reports`;
  await browser.worker.evaluate((given) => chrome.storage.local.set({ settings: given }), { reportUrl, seat: "seat-7" });
  await pause(1500);
  for (const id of ["fetch", "scan", "rtc-stun"]) await (await open(browser, `/technique/${id}`)).close();
  // The alarm's own minute is too long for a test: the same work is called by the same event.
  const send = () => browser.worker.evaluate(() => chrome.alarms.create("report", { when: Date.now() + 1 }));
  await send();
  await pause(2000);
  const waiting = await browser.worker.evaluate(async () => (await chrome.storage.local.get("spool")).spool?.length ?? 0);
  away = false;
  await send();
  await pause(3000);
  const left = await browser.worker.evaluate(async () => (await chrome.storage.local.get("spool")).spool?.length ?? 0);
  const lines = got.flatMap((body) => body.split("\n").map((line) => JSON.parse(line)));
  await browser.close();
  receiver.close();
  const pages = [...new Set(lines.map((line) => line.page))];
  return [
    { what: `${waiting} lines wait while the receiver is away`, ok: waiting >= 3 },
    { what: `${lines.length} lines arrive, ${left} wait`, ok: lines.length === waiting && left === 0 },
    { what: `only origins: ${pages.join(",")}`, ok: pages.length === 1 && pages[0] === `https://${SITE}:${PORT.siteHttps}` },
    { what: "seat and rules are told", ok: lines.every((line) => line.seat === "seat-7" && /^HW-\d$/.test(line.rule)) },
    { what: "no batch over 64 KB", ok: got.every((body) => Buffer.byteLength(body) <= 65_536) },
  ];
}
