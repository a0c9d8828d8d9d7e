// The icon: red and a number when the page in this tab reached for the visitor's network.

import type { Sighting } from "../watch/core.ts";
import type { Documents } from "./documents.ts";

const shown = new Map<number, number>();

/** Findings that ask for a person's attention. */
export function counts(fact: Sighting): boolean {
  return fact.allowed_by === undefined && fact.suppressed === undefined && fact.targets.length > 0;
}

export function showBadges(facts: Sighting[], documents: Documents): void {
  const numbers = new Map<number, number>();
  for (const fact of facts.filter(counts)) {
    for (const tab of documents.tabsOf(fact.top ?? fact.page)) numbers.set(tab, (numbers.get(tab) ?? 0) + 1);
  }
  for (const tab of new Set([...shown.keys(), ...numbers.keys()])) show(tab, numbers.get(tab) ?? 0);
}

/** A browser forgets a tab's icon when the tab goes elsewhere. */
export function forgetBadge(tab: number): void {
  shown.delete(tab);
}

function show(tab: number, number: number): void {
  if (shown.get(tab) === number) return;
  shown.set(tab, number);
  const title = number > 0 ? chrome.i18n.getMessage("badge_title", [String(number)]) : chrome.i18n.getMessage("name");
  const folder = number > 0 ? "red" : "calm";
  const path = { 16: `icons/${folder}-16.png`, 32: `icons/${folder}-32.png` };
  // The tab may be gone by now.
  const quiet = (done: Promise<void>) => void done.catch(() => shown.delete(tab));
  quiet(chrome.action.setIcon({ tabId: tab, path }));
  quiet(chrome.action.setBadgeText({ tabId: tab, text: number > 0 ? (number > 99 ? "99+" : String(number)) : "" }));
  quiet(chrome.action.setBadgeBackgroundColor({ tabId: tab, color: "#b3261e" }));
  quiet(chrome.action.setTitle({ tabId: tab, title }));
}
