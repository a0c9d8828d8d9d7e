// One finding as a list entry: what the page did, to where, by which script, and what became of it.

import { counts } from "../background/badge.ts";
import type { Outcome, Outcomes, Sighting, Target } from "../watch/core.ts";
import type { CallSite } from "../watch/event.ts";
import { element, when, word, wordIfAny } from "./words.ts";

const TARGETS_SHOWN = 5;
const OUTCOMES: readonly Outcome[] = ["reached", "blocked", "refused", "failed"];

export function findingEntry(found: Sighting, withPage: boolean): HTMLElement {
  const rows = element("dl");
  if (withPage) row(rows, "page", element("span", found.page));
  if (found.targets.length > 0) row(rows, "to", targets(found.targets));
  row(rows, "by", script(found));
  row(rows, "result", outcomes(found.outcomes));
  row(rows, "when", element("span", times(found)));
  const notes = found.notes.map((note) => wordIfAny(`note_${note}`)).filter((note) => note !== null);
  if (notes.length > 0) row(rows, "notes", element("span", notes.join(word("separator"))));
  if (found.allowed_by !== undefined) row(rows, "state", element("span", word("state_allowed", found.allowed_by)));
  if (found.suppressed !== undefined) row(rows, "state", element("span", word(`suppressed_${found.suppressed}`)));
  const entry = element("li", "", element("h3", word(ruleKey(found.rule))), rows);
  if (!counts(found)) entry.className = "quieted";
  return entry;
}

/** `HW-1` → `rule_hw_1`. */
export function ruleKey(rule: string): string {
  return `rule_${rule.toLowerCase().replace("-", "_")}`;
}

export function placeOf(target: Target): string {
  const answered = target.ip !== undefined && target.ip !== target.host ? ` (${target.ip})` : "";
  return `${target.scheme}://${target.host}:${target.port}${answered}`;
}

export function siteText(site: CallSite): string {
  const place = [site.script, site.line, site.column].filter((part) => part !== undefined).join(":");
  return site.function === undefined ? place : `${place} ${site.function}`;
}

function row(rows: HTMLElement, key: string, value: HTMLElement): void {
  rows.append(element("dt", word(`row_${key}`)), element("dd", "", value));
}

function targets(list: Target[]): HTMLElement {
  const shown = list.slice(0, TARGETS_SHOWN).map((target) => element("div", "", element("code", placeOf(target))));
  const more = list.length - shown.length;
  if (more > 0) shown.push(element("div", word("more", String(more))));
  return element("div", "", ...shown);
}

function script(found: Sighting): HTMLElement {
  const site = found.script ?? found.targets.find((target) => target.script)?.script;
  const api = found.api.join(", ");
  if (!site) return element("span", api === "" ? word("by_page") : `${api}: ${word("by_page")}`);
  return element("span", "", element("code", siteText(site)), element("span", api === "" ? "" : ` (${api})`));
}

function outcomes(found: Outcomes): HTMLElement {
  const parts = OUTCOMES.filter((outcome) => (found[outcome] ?? 0) > 0).map((outcome) => {
    const part = element("span", `${word(`outcome_${outcome}`)} ${found[outcome]}`);
    if (outcome === "reached") part.className = "reached";
    return part;
  });
  if (parts.length === 0) return element("span", word("outcome_unknown"));
  const line = element("span");
  parts.forEach((part, at) => line.append(...(at === 0 ? [part] : [word("separator"), part])));
  return line;
}

function times(found: Sighting): string {
  return found.count > 1 ? word("times", String(found.count), when(found.last)) : when(found.last);
}
