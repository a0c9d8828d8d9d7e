// DNS rebinding before `hinomi scan`: a page whose own name turns to an address inside, and pages whose names change for
// good reasons. Every name that truly turned must be found, by whatever way; WebSockets too, because the network log
// knows the addresses.

import http from "node:http";
import { LAN, PORT, PUBLIC, PUBLIC_OTHER } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";
import { listen } from "../world/targets.mjs";
import { scan } from "./program.mjs";

const WAYS = ["fetch", "websocket", "iframe", "popup"];
const TARGETS = [["loopback", "127.0.0.1"], ["lan", LAN]];
const FIRST_OWN = 31;
/** Chromium keeps a name for a minute whatever its time to live. */
const AFTER_MS = 62_000;
const LASTS_MS = 8_000;
/** Browsers at once: they mostly wait for the minute to pass. */
const SIDE_BY_SIDE = 8;

export async function run({ world }) {
  const cases = ["ma", "tv"].flatMap((mode) =>
    WAYS.flatMap((way) => TARGETS.map(([place, inside]) => ({ id: `${mode}-${way}-${place}`, mode, way, inside }))),
  );
  // Systems sort a loopback address before others, and would begin with it; nobody sorts 0.0.0.0 so.
  for (const one of cases) if (one.mode === "ma" && one.inside === "127.0.0.1") one.inside = "0.0.0.0";
  cases.forEach((one, at) => Object.assign(one, { host: `${one.id}.rebind.example`, own: `203.0.113.${FIRST_OWN + at}` }));
  world.pages.push(attackPage);
  world.targets.hits.splice(0);
  const rows = [];
  for (let at = 0; at < cases.length; at += SIDE_BY_SIDE) {
    rows.push(...(await Promise.all(cases.slice(at, at + SIDE_BY_SIDE).map((one) => attack(one, world)))));
  }
  const reached = (row) => world.targets.hits.some((hit) => hit.technique === row.id);
  // On a busy machine a name may turn after its page looked: such a case is attacked once more, alone.
  for (const [at, row] of rows.entries()) if (!reached(row)) rows[at] = await attack(again(cases[at]), world);
  for (const row of rows) row.reached = reached(row);
  const calm = await Promise.all(CALM.map((one) => visited(one, world)));
  print(rows, calm);
  return { rows, calm, bars: judged(rows, calm) };
}

/** The same attack under a name that nobody has asked for yet. */
function again(one) {
  return { ...one, host: `again.${one.host}` };
}

function attackPage(path) {
  if (!path.startsWith("/attack?")) return null;
  const body = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script src="/rebinding/page/attack.js"></script>';
  return { headers: { "content-type": "text/html; charset=utf-8" }, body };
}

async function attack(one, world) {
  const server = one.mode === "ma" ? await listen(http.createServer(world.site.respond), one.own, PORT.siteHttp) : null;
  const wait = one.mode === "ma" ? 3_000 : AFTER_MS;
  if (one.mode === "ma") world.names.set(one.host, [one.own, one.inside]);
  const url = `http://${one.host}:${PORT.siteHttp}/attack?case=${one.id}&way=${one.way}&after=${wait}&for=${wait + LASTS_MS}`;
  const begin = async () => {
    // From the moment that the page was asked for: the browser's own start is not part of the attack.
    await asked(world, one.host);
    if (one.mode === "tv") world.names.arm(one.host, [PUBLIC], [one.inside], Date.now() + wait - 2_000);
    await pause(1_500);
    server?.close();
    server?.closeAllConnections();
  };
  if (one.mode === "tv") world.names.set(one.host, [PUBLIC]);
  const [{ facts, exit }] = await Promise.all([
    // A person's click opens windows; the lab lets them open without.
    scan(world, [url], { lna: false, flags: ["--stay", String(Math.ceil((wait + LASTS_MS) / 1000) + 2)], browser: ["--disable-popup-blocking"] }),
    begin(),
  ]);
  const own = facts.filter((fact) => fact.page.includes(one.host) && fact.reported && !fact.suppressed);
  return { id: one.id, exit, found: [...new Set(own.map((fact) => fact.rule))] };
}

async function asked(world, host) {
  const until = Date.now() + 20_000;
  while (!world.names.asked.some((question) => question.name === host) && Date.now() < until) await pause(50);
}

/** What looks like it and is not. */
const CALM = [
  { id: "portal-outside-then-inside", before: [PUBLIC], after: [LAN] },
  { id: "portal-inside", before: [LAN], after: [LAN] },
  { id: "cdn-two-addresses", before: [PUBLIC, PUBLIC_OTHER], after: [PUBLIC_OTHER, PUBLIC] },
  { id: "vpn-down", before: [LAN], after: [PUBLIC] },
];

/** The same page twice in one browser, a minute apart: the second visit is another one. */
async function visited({ id, before, after }, world) {
  const host = `${id}.portal.example`;
  world.names.set(host, before);
  const page = (turn) => `http://${host}:${PORT.siteHttp}/attack?case=calm&way=fetch&after=100&for=3000&turn=${turn}`;
  const waits = `http://${host}:${PORT.siteHttp}/attack?case=calm&way=none&after=999999&for=1&wait`;
  const turn = asked(world, host).then(() => pause(4_000)).then(() => world.names.set(host, after));
  // The page between keeps the browser for the minute that it keeps the name.
  const first = await scan(world, [page(1), waits.replace(host, "waiting.portal.example"), page(2)], { lna: false, flags: ["--stay", "31"] });
  await turn;
  const found = first.facts.filter((fact) => fact.reported && !fact.suppressed && !fact.allowed_by).map((fact) => fact.rule);
  return { id, found, exit: first.exit };
}

function judged(rows, calm) {
  const reached = rows.filter((row) => row.reached);
  const missed = reached.filter((row) => !row.found.includes("rebinding"));
  const sockets = reached.filter((row) => row.id.includes("websocket"));
  const alarms = calm.filter((row) => row.found.length > 0);
  const names = (list) => list.map((row) => row.id).join(", ") || "none";
  return [
    { what: `${reached.length} of ${rows.length} names turned and were reached (${sockets.length} by WebSocket)`, ok: reached.length === rows.length },
    { what: `reached and not found: ${names(missed)}`, ok: missed.length === 0 },
    { what: `${calm.length} names that change rightly, alarms: ${names(alarms)}`, ok: alarms.length === 0 },
  ];
}

function print(rows, calm) {
  for (const row of rows) console.log(`${row.id.padEnd(26)}${(row.reached ? "reached" : "-").padEnd(9)}${row.found.join(",")}`);
  for (const row of calm) console.log(`${row.id.padEnd(35)}${row.found.join(",") || "calm"}`);
}
