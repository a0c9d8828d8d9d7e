// Others' extensions and ours, one browser after the other over the same pages, held against the targets' own log.

import { PORT, LAN, PUBLIC, SITE } from "../world/addresses.mjs";
import { runFolder } from "../world/namespace.mjs";
import { pause } from "../world/start.mjs";
import { TECHNIQUES } from "../techniques/list.mjs";
import { judged } from "../techniques/run.mjs";
import { PEERS, peerFolder, versionOf } from "./list.mjs";

const START_MS = 4000;
const DWELL_MS = 700;
const LAST_MS = 5000;
/** Longer than Firefox keeps a name in the lab. */
const FORGOTTEN_MS = 9000;

export async function run({ world, launch, only, scheme, browserName, extension }) {
  if (browserName !== "firefox") throw new Error("the others run in Firefox only");
  const root = process.env.HINOMI_PAGE_PEERS;
  const given = PEERS.map((peer) => ({ ...peer, folder: peerFolder(root, peer.id) }));
  const all = TECHNIQUES.filter((one) => !only || only.has(one.id));
  const alone = await visit(world, launch, scheme, { extension: null }, all);
  const reaching = all.filter(({ id }) => alone.reached.has(id));
  console.log(`${alone.version}: ${reaching.length} of ${all.length} arrive`);
  const rows = [];
  for (const peer of given) {
    const prepared = peer.prepare(peer.folder, runFolder());
    const seen = await visit(world, launch, scheme, prepared, reaching, `split-${peer.id}.example`);
    const told = world.collector.of("/behave").at(-1);
    const found = new Set(told?.found.map(idOf) ?? []);
    const handled = ({ id }) => (peer.does === "detects" ? found.has(id) : !seen.reached.has(id));
    const alarm = peer.does === "detects" ? told?.rebound.includes(`split-${peer.id}.example`) === true : null;
    rows.push(said(row(peer, versionOf(peer.folder), reaching.filter(handled), reaching, alarm)));
  }
  rows.push(said(await ours(world, launch, scheme, reaching, extension)));
  return { version: alone.version, techniques: all.length, reaching: reaching.map(({ id }) => id), rows };
}

function said(one) {
  const missed = one.missed.join(",") || "none";
  console.log(`${one.name} ${one.version}: ${one.handled.length}; missed ${missed}; alarm on the portal: ${one.alarm}`);
  return one;
}

async function ours(world, launch, scheme, reaching, extension) {
  world.collector.clear();
  const split = "split-ours.example";
  const seen = await visit(world, launch, scheme, {}, reaching, split);
  const verdicts = reaching.map((one) => judged(one, world));
  const found = reaching.filter(({ id }) => verdicts.some((verdict) => verdict.id === id && verdict.found));
  const findings = world.collector.of("/findings").at(-1) ?? [];
  const alarm = findings.some((one) => new URL(one.page).hostname === split && !one.suppressed);
  const name = { id: "ours", name: "Hinomi page watch", does: "detects" };
  return { ...row(name, versionOf(extension), found, reaching, alarm), reached: [...seen.reached] };
}

function row({ id, name, does }, version, handled, reaching, alarm) {
  const ids = handled.map((one) => one.id);
  const missed = reaching.map((one) => one.id).filter((one) => !ids.includes(one));
  return { id, name, does, version, handled: ids, missed, alarm };
}

/** Opens each page once in a browser of its own; gives what reached the targets. */
async function visit(world, launch, scheme, given, techniques, split) {
  const from = world.targets.hits.length;
  const browser = await launch(given);
  await pause(START_MS);
  const port = scheme === "https" ? PORT.siteHttps : PORT.siteHttp;
  for (const { id } of techniques) {
    const opened = await browser.open(`${scheme}://${SITE}:${port}/technique/${id}`);
    await pause(DWELL_MS);
    await opened.close();
  }
  if (split) await splitHorizon(world, browser, split);
  await pause(LAST_MS);
  const { version } = browser;
  await browser.close();
  return { version, reached: new Set(world.targets.hits.slice(from).map((hit) => hit.technique)) };
}

/** A portal that has one address outside and another inside, visited from both: nobody attacks anybody. */
async function splitHorizon(world, browser, host) {
  world.pages.push((path) => (path.startsWith("/portal") ? portal() : null));
  world.targets.pages.push((path) => (path.startsWith("/portal") ? portal() : null));
  for (const address of [PUBLIC, LAN]) {
    world.names.set(host, [address]);
    await pause(FORGOTTEN_MS);
    const opened = await browser.open(`http://${host}:${PORT.siteHttp}/portal`);
    await pause(4000);
    await opened.close();
  }
}

function portal() {
  const body = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script>setInterval(() => fetch("/portal/news"), 700)</script>';
  return { headers: { "content-type": "text/html; charset=utf-8" }, body };
}

function idOf(url) {
  return /\/(?:hit|redirect\/\d)\/([a-z0-9-]+)/.exec(url)?.[1] ?? "";
}
