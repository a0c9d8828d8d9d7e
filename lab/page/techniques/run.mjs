// Opens every technique's page and judges: did it reach, was it seen, is the call's place right.

import { PORT, SITE } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";
import { judge, callSites } from "./positions.mjs";
import { TECHNIQUES } from "./list.mjs";

const DWELL_MS = 900;
const LAST_MS = 4000;

export async function run({ world, launch, only, scheme }) {
  const browser = await launch();
  await pause(1500);
  const port = scheme === "https" ? PORT.siteHttps : PORT.siteHttp;
  for (const technique of TECHNIQUES.filter((one) => !only || only.has(one.id))) {
    const opened = await browser.open(`${scheme}://${SITE}:${port}/technique/${technique.id}`);
    await pause(DWELL_MS);
    await opened.close();
  }
  await pause(LAST_MS);
  const { version } = browser;
  await browser.close();
  const rows = TECHNIQUES.filter((one) => !only || only.has(one.id)).map((one) => judged(one, world));
  if (process.env.LAB_VERBOSE) for (const { path, line } of world.collector.lines) if (path !== "/events") console.error(path, Array.isArray(line) ? line.length : JSON.stringify(line));
  print(rows, browser.name, version);
  return { version, rows, summary: summary(rows), events: world.collector.of("/events"), findings: last(world) };
}

function last(world) {
  return world.collector.of("/findings").at(-1) ?? [];
}

/** What a browser told of one technique, beside the targets' log. */
export function judged(technique, world) {
  const { id, kind } = technique;
  const reached = world.targets.hits.some((hit) => hit.technique === id);
  const events = world.collector.of("/events").filter((event) => about(event, technique));
  const seen = events.some((event) => event.type !== "document");
  const found = last(world).filter((one) => concerns(one, technique));
  // What is judged is what a person is told: the place that the finding names for this target.
  const told = found.flatMap((one) => one.targets.filter((target) => aimed(target, technique)).map((target) => target.script ?? one.script));
  const places = told.filter((place) => place?.line);
  const expected = callSites().get(id) ?? [];
  const verdicts = places.map((place) => judge(expected, place));
  const site = verdicts.includes("wrong") ? "wrong" : verdicts.includes("right") ? "right" : "none";
  const errors = [...new Set(events.map((event) => event.error).filter(Boolean))];
  const rules = [...new Set(found.map((one) => one.rule))];
  const named = [...new Set(places.map(({ script, line, column }) => `${script}:${line}:${column}`))];
  return { id, kind, reached, seen, found: found.length > 0, rules, site, marked: expected.length > 0, places: named, errors };
}

/** A finding may have other targets too. */
function aimed(target, { id, port }) {
  if (port) return target.port === port;
  const path = /\/(?:hit|redirect\/\d)\/([a-z0-9-]+)/.exec(target.path ?? "")?.[1];
  return path === undefined || path === id;
}

function about(event, { id, port }) {
  if (port) {
    const places = [...(event.webrtc?.servers ?? []), ...(event.webrtc?.candidates ?? [])];
    return places.some((place) => place.includes(`:${port}`)) || (event.webrtc && pageOf(event) === id);
  }
  return pathOf(event.url ?? "") === id;
}

function pageOf(event) {
  return /\/technique\/([a-z0-9-]+)$/.exec(event.document?.url ?? "")?.[1];
}

function pathOf(url) {
  return /\/(?:hit|redirect\/\d)\/([a-z0-9-]+)/.exec(url)?.[1];
}

function concerns(fact, { id }) {
  if (fact.page.endsWith(`/technique/${id}`)) return true;
  // Workers belong to an origin; which technique's they are, their target tells.
  return fact.targets.some((target) => pathOf(target.path ?? "") === id);
}

function summary(rows) {
  const reached = rows.filter((row) => row.reached);
  const scripted = rows.filter((row) => row.kind === "script" && row.seen);
  const count = (list, test) => list.filter(test).length;
  return {
    techniques: rows.length,
    reached: reached.length,
    reached_and_seen: count(reached, (row) => row.seen),
    reached_and_found: count(reached, (row) => row.found),
    seen: count(rows, (row) => row.seen),
    scripted_seen: scripted.length,
    site_right: count(scripted, (row) => row.site === "right"),
    site_wrong: count(scripted, (row) => row.site === "wrong"),
  };
}

function print(rows, name, version) {
  const cell = (text, width) => String(text).padEnd(width);
  console.log(`${name} ${version}`);
  console.log(`${cell("technique", 24)}${cell("reached", 9)}${cell("seen", 6)}${cell("found", 7)}${cell("site", 7)}`);
  for (const row of rows) {
    const yes = (value) => (value ? "yes" : "-");
    const more = row.site === "wrong" ? row.places.join(" ; ") : row.errors.join(" ");
    const cells = [cell(row.id, 24), cell(yes(row.reached), 9), cell(yes(row.seen), 6), cell(yes(row.found), 7), cell(row.site, 7)];
    console.log(`${cells.join("")}${row.rules.join(",")} ${more}`);
  }
  console.log(JSON.stringify(summary(rows)));
}
