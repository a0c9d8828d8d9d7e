// The popup: what the page in this tab did, what others did before, and what somebody can do about it.

import { ask } from "../background/answers.ts";
import type { PageAnswer } from "../background/answers.ts";
import { counts } from "../background/badge.ts";
import type { Sighting } from "../watch/core.ts";
import { setUpExpect } from "./expect.ts";
import { save, toCsv, toJson } from "./export.ts";
import { findingEntry } from "./finding.ts";
import { byId, fillWords, word } from "./words.ts";

const PAST_SHOWN = 200;

let tab = -1;
let now: Sighting[] = [];

async function begin(): Promise<void> {
  fillWords();
  setUpTabs();
  setUpExpect(
    () => now.filter(counts),
    () => void showNow(),
  );
  byId("settings").addEventListener("click", () => void chrome.runtime.openOptionsPage());
  byId("json").addEventListener("click", () => void exported("json", "application/json", toJson));
  byId("csv").addEventListener("click", () => void exported("csv", "text/csv", toCsv));
  byId("clear").addEventListener("click", () => {
    if (confirm(word("clear_really"))) void ask({ ask: "clear_history" }).then(showPast);
  });
  tab = await shownTab();
  await showNow();
}

/** The tab below the popup; `?tab=` when the popup is opened as a page. */
async function shownTab(): Promise<number> {
  const asked = new URLSearchParams(location.search).get("tab");
  if (asked !== null) return Number(asked);
  const [active] = await chrome.tabs.query({ active: true, currentWindow: true });
  return active?.id ?? -1;
}

async function showNow(): Promise<void> {
  const answer = await ask<PageAnswer>({ ask: "page", tab });
  now = answer.found;
  byId("page").textContent = answer.page === "" ? word("no_page") : answer.page;
  const open = now.filter(counts).length;
  const summary = byId("summary");
  summary.textContent = open > 0 ? word("summary_some", String(open)) : word("summary_none");
  summary.className = `summary ${open > 0 ? "alarm" : "calm"}`;
  list("found", now, false);
  byId("expect").hidden = open === 0;
  byId("blocking").textContent = word(answer.blocking ? "blocking_on" : "blocking_off");
}

async function showPast(): Promise<void> {
  const found = await ask<Sighting[]>({ ask: "history" });
  byId("past-summary").textContent = found.length > 0 ? word("past_some", String(found.length)) : word("past_none");
  list("past-found", found.slice(0, PAST_SHOWN), true);
}

function list(id: string, found: Sighting[], withPage: boolean): void {
  const open = [...found].sort((a, b) => Number(counts(b)) - Number(counts(a)) || b.last - a.last);
  byId(id).replaceChildren(...open.map((one) => findingEntry(one, withPage)));
}

async function exported(ending: string, kind: string, written: (found: Sighting[]) => string): Promise<void> {
  const found = await ask<Sighting[]>({ ask: "history" });
  save(`hinomi-page-watch-${new Date().toISOString().slice(0, 10)}.${ending}`, kind, written(found));
}

/** Tabs as the keyboard expects them: arrows go from one to the other. */
function setUpTabs(): void {
  const tabs = ["now", "past"];
  const choose = (name: string) => {
    for (const each of tabs) {
      const button = byId(`tab-${each}`);
      button.setAttribute("aria-selected", String(each === name));
      button.tabIndex = each === name ? 0 : -1;
      byId(each).hidden = each !== name;
    }
    void (name === "past" ? showPast() : showNow());
  };
  tabs.forEach((name, at) => {
    const button = byId(`tab-${name}`);
    button.addEventListener("click", () => choose(name));
    button.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
      const other = tabs[(at + 1) % tabs.length] ?? name;
      choose(other);
      byId(`tab-${other}`).focus();
    });
  });
}

void begin();
