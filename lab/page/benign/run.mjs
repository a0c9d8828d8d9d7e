// Opens the harmless pages and counts what is told of them.

import http from "node:http";
import net from "node:net";
import { LAN, PORT, PUBLIC, SITE } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";
import { listen } from "../world/targets.mjs";
import { PLAIN, PROXIED } from "./cases.mjs";

const DWELL_MS = 1200;
const HEAD = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>';

export async function run({ world, launch, only, browserName }) {
  const bodies = new Map([...PLAIN, ...PROXIED].map((one) => [one.id, one.body ?? ""]));
  const page = (path) => made(path, bodies);
  world.pages.push(page);
  world.targets.pages.push(page);
  const wanted = (one) => !only || only.has(one.id);
  const rows = [];
  const plain = PLAIN.filter(wanted);
  // A company that says it to us says it to Chromium as well, by policy or by this switch.
  const overrides = (one) => (browserName === "chromium" ? (one.settings?.spaceOverrides ?? []).join(",") : "");
  for (const said of new Set(plain.map(overrides))) {
    const args = said === "" ? {} : { args: [`--ip-address-space-overrides=${said}`] };
    rows.push(...(await inBrowser(plain.filter((one) => overrides(one) === said), world, launch, args)));
  }
  for (const one of PROXIED.filter(wanted)) rows.push(...(await behindProxy(one, world, launch, browserName)));
  for (const row of rows) console.log(`${row.ok ? "ok  " : "FAIL"} ${row.id.padEnd(30)} ${row.told}`);
  const failed = rows.filter((row) => !row.ok);
  console.log(JSON.stringify({ cases: rows.length, ok: rows.length - failed.length }));
  return { rows, failed: failed.length > 0, events: world.collector.of("/events") };
}

function made(path, bodies) {
  const headers = { "content-type": "text/html; charset=utf-8" };
  if (path === "/away") return { status: 302, headers: { location: `https://cdn.example:${PORT.siteHttps}/a` } };
  if (path === "/cached.png") return { headers: { "content-type": "image/png", "cache-control": "max-age=600" }, body: "x" };
  const id = /^\/benign\/([a-z0-9-]+)$/.exec(path)?.[1];
  return bodies.has(id) ? { headers, body: HEAD + bodies.get(id) } : null;
}

async function inBrowser(cases, world, launch, more) {
  const browser = await launch(more);
  await pause(1500);
  const rows = [];
  for (const one of cases) {
    await configure(world, browser, one.settings ?? {});
    const before = await visit(one, world, browser);
    if (one.expects !== "rule") {
      rows.push({ id: one.id, ok: before.length === 0, told: before.join(" ; ") });
      continue;
    }
    const allow = { id: one.id, reason: "ordered", owner: "IT", expires: "2099-12-31", ...one.rule };
    await configure(world, browser, { allow: [allow] });
    const after = await visit(one, world, browser, "with-rule");
    rows.push({ id: one.id, ok: before.length === 1 && after.length === 0, told: `without: ${before.join(" ; ")} / with: ${after.join(" ; ")}` });
  }
  await configure(world, browser, {});
  await browser.close();
  return rows;
}

/** Gives the findings that count and that were not there before. */
async function visit(one, world, browser, mark = "first") {
  for (const [name, addresses] of Object.entries(one.names ?? {})) world.names.set(name, addresses);
  const counted = () => current(world).filter((found) => !found.allowed_by && !found.suppressed && found.targets.length > 0);
  const before = new Map(counted().map((found) => [found.id, found.count]));
  const from = { local: `http://127.0.0.1:${PORT.targetHttp}`, lan: `http://${LAN}:${PORT.targetHttp}` };
  const base = from[one.at] ?? `https://${SITE}:${PORT.siteHttps}`;
  const url = one.open ?? `${base}/benign/${one.id}?${mark}`.replace(/\?.*/, "");
  if (one.captive) await captive(world, browser);
  for (let visits = 0; visits < (one.captive ? 0 : one.twice ? 2 : 1); visits += 1) {
    const opened = await browser.open(url);
    await pause(DWELL_MS);
    await opened.close();
  }
  await pause(500);
  return counted().filter((found) => before.get(found.id) !== found.count).map(told);
}

/** Somebody types a name; the hotel answers for it; later it is itself. */
async function captive(world, browser) {
  const host = "news-site.example";
  const visitOnce = async () => {
    const opened = await browser.open(`http://${host}:${PORT.siteHttp}/benign/cdn`);
    await pause(DWELL_MS);
    await opened.close();
  };
  world.names.set(host, [LAN]);
  await visitOnce();
  world.names.set(host, [PUBLIC]);
  await pause(browser.name === "chromium" ? 61_000 : 12_000);
  await visitOnce();
}

function current(world) {
  return world.collector.of("/findings").at(-1) ?? [];
}

function told(found) {
  return `${found.rule} ${found.page} → ${found.targets.map(({ host, port, how }) => `${host}:${port} (${how})`).join(", ")} ${found.api.join(",")}`;
}

/** Settings as the settings page writes them, where they are not the last ones. */
async function configure(world, browser, settings) {
  const written = JSON.stringify(settings);
  if (browser.configured === written) return;
  browser.configured = written;
  if (browser.worker) await browser.worker.evaluate((given) => chrome.storage.local.set({ settings: given }), settings);
  else world.collector.configure(settings);
  await pause(1700);
}

async function behindProxy(one, world, launch, browserName) {
  const proxy = await startProxy(world, one.proxy);
  const address = `${one.proxy}:${PORT.proxy}`;
  const script = `data:application/x-ns-proxy-autoconfig,function FindProxyForURL(){return "PROXY ${address}"}`;
  const flags = one.script ? [`--proxy-pac-url=${script}`] : [`--proxy-server=${address}`];
  const byHand = { "network.proxy.type": 1, "network.proxy.http": one.proxy, "network.proxy.http_port": PORT.proxy, "network.proxy.ssl": one.proxy, "network.proxy.ssl_port": PORT.proxy };
  const prefs = one.script ? { "network.proxy.type": 2, "network.proxy.autoconfig_url": script } : byHand;
  const more = browserName === "chromium" ? { args: flags } : { prefs };
  const rows = await inBrowser([{ ...one, open: `http://${SITE}:${PORT.siteHttp}/benign/${one.id}` }], world, launch, more);
  proxy.close();
  proxy.closeAllConnections();
  return rows;
}

/** A plain forward proxy for http, and tunnels for the rest. */
function startProxy(world, host) {
  const server = http.createServer((request, response) => world.site.respond(Object.assign(request, { url: pathOf(request.url) }), response));
  server.on("connect", (request, socket) => {
    const [name, port] = request.url.split(":");
    const up = net.connect(Number(port), name.endsWith("example") ? PUBLIC : name, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(up).pipe(socket);
    });
    for (const end of [up, socket]) end.on("error", () => [up, socket].forEach((each) => each.destroy()));
  });
  return listen(server, host, PORT.proxy);
}

function pathOf(url) {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
