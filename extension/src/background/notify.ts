// Notifications, for those who want them: one for each new finding, and not more than one in ten seconds.

import type { Sighting } from "../watch/core.ts";
import { counts } from "./badge.ts";
import { keyOf } from "./history.ts";
import { labNotified } from "./lab.ts";

const BETWEEN_MS = 10_000;
const KNOWN_MAX = 2000;

export class Notifications {
  readonly #known = new Set<string>();
  #lastAt = 0;

  show(found: Sighting[], wanted: boolean): void {
    const fresh = found.filter((one) => counts(one) && !this.#known.has(keyOf(one)));
    for (const one of fresh) this.#known.add(keyOf(one));
    if (this.#known.size > KNOWN_MAX) this.#known.clear();
    const [first] = fresh;
    if (!wanted || !first || Date.now() - this.#lastAt < BETWEEN_MS) return;
    this.#lastAt = Date.now();
    const rule = chrome.i18n.getMessage(`rule_${first.rule.toLowerCase().replace("-", "_")}`);
    const made = chrome.notifications.create({
      type: "basic",
      iconUrl: chrome.runtime.getURL("icons/red-128.png"),
      title: chrome.i18n.getMessage("notification_title"),
      message: chrome.i18n.getMessage("notification_text", [rule, first.page]),
    });
    labNotified(made);
  }
}
