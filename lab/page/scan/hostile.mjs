// What pages, servers and accidents do to a scan: it stays within time and memory, says what it could not see, tells the
// rest, and leaves nothing behind.

import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { PORT, SITE } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";
import { listen } from "../world/targets.mjs";
import http from "node:http";
import { scan } from "./program.mjs";

const FLOOD = 100_000;
const PEAK_MAX = 600 << 20;
const HEAD = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>';
const HANGS = "203.0.113.20";
const HANGS_PORT = 8200;

const PAGES = {
  undone: `<script>
    for (const name of ["fetch", "WebSocket", "RTCPeerConnection", "Error", "Proxy", "Reflect", "URL", "CustomEvent", "console"]) window[name] = class {};
    EventTarget.prototype.dispatchEvent = EventTarget.prototype.addEventListener = () => { throw 1 };
    RegExp.prototype.exec = String.prototype.slice = Map.prototype.get = JSON.stringify = () => { throw 1 };
    Object.prototype.get = Object.prototype.apply = () => { throw 1 };
    new Image().src = "http://127.0.0.1:9000/hit/undone";</script>`,
  throwing: `<script>
    const bad = new Proxy({}, { get() { throw new Error("no") } });
    for (const act of [() => fetch(bad), () => new WebSocket(bad), () => new RTCPeerConnection(bad), () => new XMLHttpRequest().open("GET", bad)]) {
      try { Promise.resolve(act()).catch(() => {}) } catch {}
    }
    Error.prepareStackTrace = () => { throw new Error("no") }; Error.stackTraceLimit = 0;
    Object.defineProperty(Error, "stackTraceLimit", { get() { throw 1 }, set() { throw 1 } });
    debugger; alert(1);
    fetch("http://127.0.0.1:9000/hit/throwing", { mode: "no-cors" }).catch(() => {});</script>`,
  enormous: `<script>const long = "http://127.0.0.1:9000/hit/enormous?" + "x".repeat(10 * 1024 * 1024);
    fetch(long, { mode: "no-cors" }).catch(() => {}); new Image().src = long; document.body.innerHTML = "<img src='" + long + "'>";
    document.body.innerHTML = "http://".repeat(1500000);
    for (let at = 0; at < 40; at += 1) fetch("http://127.0.0.1:9000/hit/long?" + at + "y".repeat(1024 * 1024), { mode: "no-cors" }).catch(() => {});</script>`,
  flood: `<script>let sent = 0; const go = () => { for (let i = 0; i < 500 && sent < ${FLOOD}; i += 1, sent += 1) new Image().src = "http://127.0.0.1:" + (1024 + sent % 60000) + "/hit/flood";
    if (sent < ${FLOOD}) setTimeout(go, 1); }; go();</script>`,
  endless: `<script>fetch("http://127.0.0.1:9000/hit/endless", { mode: "no-cors" }).catch(() => {})</script><img src="http://${HANGS}:${HANGS_PORT}/never">`,
  busy: `<script>setInterval(() => fetch("http://127.0.0.1:9000/hit/busy?" + Math.random(), { mode: "no-cors" }).catch(() => {}), 200)</script>`,
  spinning: `<script>fetch("http://127.0.0.1:9000/hit/spinning", { mode: "no-cors" }).catch(() => {}); setTimeout(() => { for (;;); }, 300)</script>`,
  download: `<a id="a" href="data:application/octet-stream,x" download="left.bin"></a><script>a.click(); location.href = "/scan/file"</script>`,
  pings: `<a id="p" href="#x" ping="http://127.0.0.1:9000/hit/pings">x</a><script>p.click()</script>`,
  agent: `<script>fetch("/scan/agent?" + encodeURIComponent(navigator.userAgent + " " + navigator.webdriver)).catch(() => {})</script>`,
  plain: `<script>fetch("http://127.0.0.1:9000/hit/plain").catch(() => {}); new WebSocket("ws://192.168.77.1:9000/hit/plain")</script>`,
  leaving: `<script>addEventListener("pagehide", () => navigator.sendBeacon("http://127.0.0.1:9000/hit/leaving", "x"))</script>`,
};

const agents = [];

function page(path, host) {
  if (path.startsWith("/scan/agent")) agents.push(decodeURIComponent(path.split("?")[1]));
  if (path === "/scan/file") return { headers: { "content-type": "application/octet-stream", "content-disposition": "attachment; filename=left.bin" }, body: "x".repeat(100_000) };
  const name = /^\/scan\/([a-z]+)$/.exec(path)?.[1];
  return name in PAGES ? { headers: { "content-type": "text/html; charset=utf-8" }, body: HEAD + PAGES[name] } : null;
}

const address = (name) => `https://${SITE}:${PORT.siteHttps}/scan/${name}`;

export async function run({ world, only }) {
  world.pages.push(page);
  const silent = await listen(http.createServer(() => {}), HANGS, HANGS_PORT);
  const bars = [];
  const told = async ([name, part]) => {
    if (only && !only.has(name)) return;
    bars.push(...(await part(world)).map((bar) => ({ ...bar, what: `${name}: ${bar.what}` })));
  };
  // What is measured runs by itself; the rest waits side by side.
  for (const part of Object.entries({ quick, flood })) await told(part);
  await Promise.all(Object.entries({ endless, silence, killed, stopped, http: plainHttp }).map(told));
  silent.closeAllConnections();
  silent.close();
  return { bars };
}

const found = (result, name) => result.facts.some((fact) => fact.reported && (fact.page.endsWith(`/scan/${name}`) || fact.targets.some((target) => target.path === `/hit/${name}`)));
const said = (result, name) => result.problems.filter((problem) => problem.source.endsWith(`/scan/${name}`)).map((problem) => `${problem.kind}: ${problem.detail}`);
const megabytes = (bytes) => `${Math.round(bytes / (1 << 20))} MB`;
const clean = (result) => ({ what: `nothing is left in the temporary folder: ${result.left.join(", ") || "nothing"}`, ok: result.left.length === 0 });

async function quick(world) {
  const names = ["undone", "throwing", "enormous", "pings", "agent", "download", "leaving"];
  const downloads = join(process.env.HOME ?? "/root", "Downloads");
  const before = existsSync(downloads) ? readdirSync(downloads).length : 0;
  const result = await scan(world, names.map(address), { lna: false });
  const seen = ["undone", "throwing", "enormous", "pings", "leaving"];
  const after = existsSync(downloads) ? readdirSync(downloads).length : 0;
  return [
    ...seen.map((name) => ({ what: `${name} is found`, ok: found(result, name) })),
    { what: `the browser calls itself ${agents.at(-1)}`, ok: /Chrome\/\d+\.0\.0\.0 /.test(agents.at(-1) ?? "") && !/Headless|true/.test(agents.at(-1)) },
    { what: `no download was kept`, ok: after === before },
    { what: `10 MB addresses: ${megabytes(result.peak)} at most`, ok: result.peak > 0 && result.peak < PEAK_MAX },
    clean(result),
  ];
}

async function flood(world) {
  const result = await scan(world, [address("flood"), address("plain")], { lna: false });
  return [
    { what: `${FLOOD} requests are found in ${Math.round(result.ms / 1000)} s with ${megabytes(result.peak)}`, ok: found(result, "flood") && result.ms < 120_000 && result.peak < PEAK_MAX },
    { what: `what was not kept is said: ${said(result, "flood").join(" ; ")}`, ok: said(result, "flood").length > 0 },
    { what: `the page after it is found`, ok: found(result, "plain") },
    clean(result),
  ];
}

async function endless(world) {
  const names = ["endless", "busy", "spinning"];
  // Without TLS: else the browser asks for the picture with it, and fails at once.
  const plain = (name) => `http://${SITE}:${PORT.siteHttp}/scan/${name}`;
  const results = await Promise.all(names.map((name) => scan(world, [plain(name)], { lna: false })));
  return names.flatMap((name, at) => [
    { what: `${name} is found, in ${Math.round(results[at].ms / 1000)} s`, ok: found(results[at], name) && results[at].ms < 60_000 },
    { what: `${name} is told as a problem: ${said(results[at], name).join(" ; ")}`, ok: said(results[at], name).length > 0 },
    clean(results[at]),
  ]);
}

async function silence(world) {
  const never = `http://${HANGS}:${HANGS_PORT}/scan/silent`;
  const nobody = `https://${SITE}:9998/scan/nobody`;
  const result = await scan(world, [never, nobody, address("plain")], { lna: false });
  return [
    { what: `a server that never answers is a problem: ${said(result, "silent").join(" ; ")}`, ok: said(result, "silent").some((text) => text.includes("nothing answered")) },
    { what: `a server that is not there is a problem: ${said(result, "nobody").join(" ; ")}`, ok: said(result, "nobody").some((text) => text.includes("CONNECTION_REFUSED")) },
    { what: `the page after them is found, in ${Math.round(result.ms / 1000)} s`, ok: found(result, "plain") && result.ms < 60_000 },
    clean(result),
  ];
}

/** The browser is killed while a page is open: a problem and never "fine". */
async function killed(world) {
  const onStart = async (child, temporary) => {
    for (let waited = 0; waited < 100; waited += 1) {
      await pause(100);
      const browser = browserOf(child.pid);
      if (browser && existsSync(join(temporary, readdirSync(temporary)[0] ?? "", "log"))) {
        await pause(1_500);
        process.kill(browser, "SIGKILL");
        return;
      }
    }
  };
  const result = await scan(world, [address("busy"), address("plain")], { lna: false, onStart });
  const told = said(result, "busy");
  return [
    { what: `a killed browser is a problem, exit ${result.exit}: ${told.join(" ; ")}`, ok: told.some((text) => text.startsWith("crashed")) && result.exit !== 0 },
    { what: `the page after it is found in another browser`, ok: found(result, "plain") },
    clean(result),
  ];
}

/** The scan itself is stopped: its browser and its folder go with it. */
async function stopped(world) {
  let folder = "";
  let mode = 0;
  let browser = 0;
  const onStart = async (child, temporary) => {
    for (let waited = 0; waited < 100 && !browser; waited += 1) {
      await pause(100);
      browser = browserOf(child.pid) ?? 0;
    }
    folder = temporary;
    const own = readdirSync(temporary)[0];
    mode = statSync(join(temporary, own)).mode & 0o777;
    child.kill("SIGKILL");
    for (let waited = 0; waited < 600 && readdirSync(temporary).length > 0; waited += 1) await pause(100);
    folder = readdirSync(temporary).join(",");
  };
  let settled;
  const ready = new Promise((done) => (settled = done));
  const result = await scan(world, [address("busy")], { lna: false, onStart: (child, temporary) => onStart(child, temporary).then(settled), keep: ready });
  await ready;
  return [
    { what: `its folder is for its owner only: ${mode.toString(8)}`, ok: mode === 0o700 },
    { what: `killed (${result.signal}), its folder is gone: ${folder || "gone"}`, ok: folder === "" && result.signal === "SIGKILL" },
    { what: "and so is its browser", ok: browser > 0 && !existsSync(`/proc/${browser}`) },
  ];
}

/** The browser that a process started, through its shell. */
function browserOf(pid) {
  const parentOf = (process_) => {
    try {
      return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${process_}/status`, "utf8"))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
  const shells = all.filter((one) => parentOf(one) === pid);
  return all.find((one) => shells.includes(parentOf(one)) && nameOf(one).includes("chrom"));
}

function nameOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

async function plainHttp(world) {
  const before = world.names.asked.length;
  const quiet = await scan(world, [`http://${SITE}:${PORT.siteHttp}/scan/plain`], { flags: ["--stay", "20"] });
  const strange = [...new Set(world.names.asked.slice(before).map((question) => question.name))].filter((name) => !name.endsWith(".example"));
  const result = await scan(world, [`http://${SITE}:${PORT.siteHttp}/scan/plain`], { lna: false });
  const targets = new Set(result.facts.flatMap((fact) => fact.targets.map((target) => target.host)));
  return [{ what: `a page without TLS: ${[...targets].join(", ")}`, ok: targets.has("127.0.0.1") && targets.has("192.168.77.1") },
    { what: `the browser asks for no name on its own account: ${strange.join(", ") || "none"}`, ok: quiet.exit === 1 && strange.length === 0 },
    clean(result),
  ];
}
