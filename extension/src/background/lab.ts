// Only in a build for the lab: sends every event and all findings to its collector, and takes settings from there where
// the lab has no other way to the background (Firefox). Empty in what is shipped.

import type { Sighting } from "../watch/core.ts";
import type { WatchEvent } from "../watch/event.ts";
import { isFirefox } from "./browser.ts";

/** Put in by the build; an empty text takes this file's work away. */
declare const LAB_COLLECTOR: string;

let events: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

export function labTake(event: WatchEvent): void {
  if (LAB_COLLECTOR === "") return;
  events.push(JSON.stringify(event));
  timer ??= setTimeout(() => {
    timer = undefined;
    const body = events.join("\n");
    events = [];
    void fetch(`${LAB_COLLECTOR}/events`, { method: "POST", body });
  }, 30);
}

export function labFacts(facts: Sighting[]): void {
  if (LAB_COLLECTOR === "") return;
  void fetch(`${LAB_COLLECTOR}/findings`, { method: "POST", body: JSON.stringify(facts) });
}

/** A browser without a screen shows nothing; that it took the notification is what can be told. */
export function labNotified(made: Promise<string>): void {
  if (LAB_COLLECTOR === "") return;
  void made.then((id) => fetch(`${LAB_COLLECTOR}/notifications`, { method: "POST", body: JSON.stringify(id) }));
}

export function labSettings(): void {
  if (LAB_COLLECTOR === "" || !isFirefox) return;
  let last = "";
  setInterval(() => {
    void fetch(`${LAB_COLLECTOR}/settings`).then(async (answer) => {
      const text = await answer.text();
      if (text !== "" && text !== last) await chrome.storage.local.set({ settings: JSON.parse(text) });
      last = text;
    });
  }, 400);
}
