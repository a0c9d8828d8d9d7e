// Every technique, with the browser's own protection and without it: what reaches a target must be found, WebRTC
// included, and the script's place must be right where a script did it.

import { PORT, SITE } from "../world/addresses.mjs";
import { TECHNIQUES } from "../techniques/list.mjs";
import { judge } from "../techniques/positions.mjs";
import { callSitesWithWorkers } from "./places.mjs";
import { place, scanAll } from "./program.mjs";

/** Of the calls of scripts, those whose place is told exactly, in percent. */
const RIGHT_MIN_PERCENT = 90;
/** Techniques that arrive without the browser's own protection: fewer, and the lab is broken. */
const REACHED_MIN = 85;

export async function run({ world, only, modes }) {
  const wanted = TECHNIQUES.filter((one) => !only || only.has(one.id));
  const [rows, bars] = [[], []];
  for (const lna of modes) {
    const found = await visit(world, wanted, lna);
    print(found, lna);
    rows.push(...found.map((row) => ({ ...row, lna })));
    bars.push(...judged(found, lna, only !== null));
  }
  return { rows, bars };
}

async function visit(world, wanted, lna) {
  world.targets.hits.splice(0);
  const url = ({ id }) => `https://${SITE}:${PORT.siteHttps}/technique/${id}`;
  const scanned = await scanAll(world, wanted.map(url), { lna });
  const sites = callSitesWithWorkers();
  return wanted.map((one) => rowOf(one, scanned, world.targets.hits, sites.get(one.id) ?? []));
}

function rowOf(technique, { facts, problems }, hits, marks) {
  const { id, kind } = technique;
  const reached = hits.some((hit) => hit.technique === id);
  const own = facts.filter((fact) => concerns(fact, technique));
  const counted = own.filter((fact) => fact.reported && !fact.suppressed && !fact.allowed_by);
  const targets = own.flatMap((fact) => fact.targets.filter((target) => aimed(target, technique)).map((target) => target.script ?? fact.script));
  const places = [...new Set(targets.filter(Boolean))];
  const verdicts = places.map(place).filter(({ line }) => line > 0).map((told) => judge(marks, told));
  // A place in a script that carries no mark of the technique cannot be judged; one is marked, all others are wrong.
  const site = verdicts.length === 0 ? "none" : marks.length === 0 ? "unmarked" : verdicts.includes("wrong") ? "wrong" : "right";
  const trouble = problems.filter((problem) => problem.source.endsWith(`/technique/${id}`)).map((problem) => problem.detail);
  return { id, kind, reached, seen: own.length > 0, found: counted.length > 0, rules: [...new Set(counted.map((fact) => fact.rule))], site, marked: marks.length > 0, places, trouble };
}

function concerns(fact, technique) {
  if (fact.page.endsWith(`/technique/${technique.id}`)) return true;
  return fact.targets.some((target) => pathOf(target.path) === technique.id);
}

/** A finding may have other targets too. */
function aimed(target, { id, port }) {
  if (port) return target.port === port;
  const path = pathOf(target.path);
  return path === undefined || path === id;
}

function pathOf(path) {
  return /\/(?:hit|redirect\/\d)\/([a-z0-9-]+)/.exec(path ?? "")?.[1];
}

function judged(rows, lna, partly) {
  const mode = lna ? "with the browser's protection" : "without it";
  const reached = rows.filter((row) => row.reached);
  const missed = reached.filter((row) => !row.found);
  const scripted = rows.filter((row) => row.kind === "script" && row.found);
  const marked = scripted.filter((row) => row.marked);
  const of = (site) => scripted.filter((row) => row.site === site);
  const [right, wrong] = [of("right"), of("wrong")];
  const without = marked.filter((row) => row.site === "none").map((row) => row.id);
  const silent = rows.filter((row) => !row.reached && !row.found).map((row) => row.id);
  const names = (list) => list.map((row) => row.id).join(", ") || "none";
  return [
    { what: `${mode}, ${reached.length} of ${rows.length} arrive`, ok: partly || lna || reached.length >= REACHED_MIN },
    { what: `${mode}, arrived and not found: ${names(missed)}`, ok: missed.length === 0 },
    { what: `${mode}, ${right.length} of ${scripted.length} calls of scripts have their exact place (${scripted.length - marked.length} carry no mark; without a place: ${without.join(", ") || "none"})`, ok: right.length * 100 >= scripted.length * RIGHT_MIN_PERCENT },
    { what: `${mode}, a wrong place: ${wrong.map((row) => `${row.id} ${row.places.join(" ")}`).join(", ") || "none"}`, ok: wrong.length === 0 },
    { what: `${mode}, neither arrived nor found: ${silent.join(", ") || "none"}`, ok: true },
  ];
}

function print(rows, lna) {
  const cell = (text, width) => String(text).padEnd(width);
  console.log(`protection ${lna ? "on" : "off"}\n${cell("technique", 24)}${cell("reached", 9)}${cell("found", 7)}${cell("site", 10)}rules`);
  for (const row of rows) {
    const yes = (value) => (value ? "yes" : "-");
    const more = row.site === "wrong" || row.site === "unmarked" ? row.places.join(" ") : "";
    console.log(`${cell(row.id, 24)}${cell(yes(row.reached), 9)}${cell(yes(row.found), 7)}${cell(row.site, 10)}${row.rules.join(",")} ${more} ${row.trouble.join(";")}`);
  }
}
