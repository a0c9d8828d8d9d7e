// DNS rebinding with a real name server: a page whose own name turns to an address inside, and pages whose names do so
// for good reasons.
//
// `tv`: the name's answer changes after a while. `ma`: it has both addresses, and the public one stops answering.

import http from "node:http";
import { LAN, PORT, PUBLIC, PUBLIC_OTHER } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";
import { listen } from "../world/targets.mjs";

const WAYS = ["fetch", "websocket", "iframe", "popup"];
const TARGETS = [["loopback", "127.0.0.1"], ["lan", LAN]];
const FIRST_OWN = 31;
/** Chromium keeps a name for a minute whatever its time to live. */
const TURN_MS = { chromium: { after: 62_000, lasts: 14_000 }, firefox: { after: 6_000, lasts: 14_000 } };

export async function run({ world, launch, browserName }) {
  const cases = ["tv", "ma"].flatMap((mode) =>
    WAYS.flatMap((way) => TARGETS.map(([place, inside]) => ({ id: `${mode}-${way}-${place}`, mode, way, inside }))),
  );
  // Systems sort a loopback address before others, and would begin with it; nobody sorts 0.0.0.0 so.
  for (const one of cases) if (one.mode === "ma" && one.inside === "127.0.0.1") one.inside = "0.0.0.0";
  cases.forEach((one, at) => Object.assign(one, { host: `${one.id}.rebind.example`, own: `203.0.113.${FIRST_OWN + at}` }));
  world.pages.push((path) => attackPage(path));
  const browser = await launch(unprotected(browserName));
  await pause(1500);
  const { after, lasts } = TURN_MS[browserName];
  const closing = [];
  for (const one of cases) closing.push(await begin(one, world, browser, after, lasts));
  await pause(after + lasts + 4000);
  const rows = cases.map((one) => judged(one, world));
  const alarms = await calm(world, browser);
  const { version } = browser;
  await browser.close();
  closing.forEach((close) => close());
  print(rows, alarms, browserName, version);
  return { version, rows, alarms, events: world.collector.of("/events"), findings: world.collector.of("/findings").at(-1) ?? [] };
}

/** A person's click opens windows; the lab lets them open without. */
function unprotected(browserName) {
  return browserName === "chromium" ? { args: ["--disable-popup-blocking"] } : { prefs: { "dom.disable_open_during_load": false } };
}

function attackPage(path) {
  if (!path.startsWith("/attack?")) return null;
  const body = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script src="/rebinding/page/attack.js"></script>';
  return { headers: { "content-type": "text/html; charset=utf-8" }, body };
}

/** Opens the page while its name is public; gives what must be closed at the end. */
async function begin(one, world, browser, after, lasts) {
  const server = one.mode === "ma" ? await ownServer(one, world) : null;
  const wait = one.mode === "ma" ? 2500 : after;
  const turnAt = Date.now() + wait - 1000;
  if (one.mode === "tv") world.names.arm(one.host, [PUBLIC], [one.inside], turnAt);
  else world.names.set(one.host, [one.own, one.inside]);
  const asked = `case=${one.id}&way=${one.way}&after=${wait}&for=${wait + lasts}`;
  await browser.open(`http://${one.host}:${PORT.siteHttp}/attack?${asked}`);
  if (!server) return () => {};
  await pause(600);
  server.close();
  server.closeAllConnections();
  return () => {};
}

/** A server of its own, which can stop answering. */
function ownServer(one, world) {
  return listen(http.createServer(world.site.respond), one.own, PORT.siteHttp);
}

function judged(one, world) {
  const reached = world.targets.hits.some((hit) => hit.technique === one.id);
  const events = world.collector.of("/events").filter((event) => hostOf(event.url) === one.host);
  const inside = (event) => [one.inside, one.inside === "0.0.0.0" ? "127.0.0.1" : ""].includes(event.ip ?? "-") || /LOCAL_NETWORK_ACCESS/.test(event.error ?? "");
  const seen = events.some((event) => inside(event) && ["response", "failure"].includes(event.type));
  const findings = world.collector.of("/findings").at(-1) ?? [];
  const found = findings.filter((finding) => hostOf(finding.page) === one.host).map((finding) => finding.rule);
  const errors = [...new Set(events.map((event) => event.error).filter(Boolean))];
  return { id: one.id, reached, seen, found, errors };
}

function hostOf(url) {
  return URL.canParse(url ?? "") ? new URL(url).hostname : "";
}

/** What looks like it and is not: no finding may come of these. */
async function calm(world, browser) {
  const visit = async (host) => {
    const opened = await browser.open(`http://${host}:${PORT.siteHttp}/attack?case=calm&way=fetch&after=100&for=3000`);
    await pause(1800);
    await opened.page.close();
    await pause(300);
  };
  const cases = {
    "portal-outside-then-inside": [[PUBLIC], [LAN]],
    "portal-inside": [[LAN], [LAN]],
    "cdn-two-addresses": [[PUBLIC, PUBLIC_OTHER], [PUBLIC_OTHER, PUBLIC]],
    "vpn-down": [[LAN], [PUBLIC]],
  };
  const hostOfCase = (id) => `${id}.portal.example`;
  for (const [id, [before, after]] of Object.entries(cases)) {
    world.names.set(hostOfCase(id), before);
    await visit(hostOfCase(id));
    world.names.set(hostOfCase(id), after);
  }
  // Longer than a browser keeps a name.
  await pause(75_000);
  for (const id of Object.keys(cases)) await visit(hostOfCase(id));
  const findings = world.collector.of("/findings").at(-1) ?? [];
  return Object.keys(cases).map((id) => {
    const found = findings.filter((one) => hostOf(one.page) === hostOfCase(id) && !one.suppressed && !one.allowed_by);
    return { id, found: found.map((one) => one.rule) };
  });
}

function print(rows, alarms, name, version) {
  console.log(`${name} ${version}\n${"case".padEnd(26)}${"reached".padEnd(9)}${"seen".padEnd(6)}found`);
  for (const row of rows) {
    const yes = (value) => (value ? "yes" : "-");
    console.log(`${row.id.padEnd(26)}${yes(row.reached).padEnd(9)}${yes(row.seen).padEnd(6)}${row.found.join(",")} ${row.errors.join(" ")}`);
  }
  for (const alarm of alarms) console.log(`${alarm.id.padEnd(32)}${alarm.found.length === 0 ? "calm" : alarm.found.join(",")}`);
}
