// What was found, beyond the life of a tab: the last 2,000 findings, on this computer only.
//
// A page that is visited while the history is written costs one write a second at most.

import type { Sighting } from "../watch/core.ts";

const KEPT_MAX = 2000;
const TARGETS_KEPT_MAX = 20;
const WRITE_MS = 1000;

export class History {
  #known: Map<string, Sighting> | undefined;
  #waiting = new Map<string, Sighting>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  put(changed: Sighting[]): void {
    if (changed.length === 0) return;
    for (const one of changed) this.#waiting.set(keyOf(one), one);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#write();
    }, WRITE_MS);
  }

  async all(): Promise<Sighting[]> {
    const known = await this.#load();
    return [...known.values()].sort((a, b) => b.last - a.last);
  }

  async clear(): Promise<void> {
    this.#known = new Map();
    await chrome.storage.local.set({ history: [] });
  }

  async #write(): Promise<void> {
    const known = await this.#load();
    for (const [key, one] of this.#waiting) {
      known.delete(key);
      known.set(key, { ...one, targets: one.targets.slice(0, TARGETS_KEPT_MAX) });
    }
    this.#waiting.clear();
    while (known.size > KEPT_MAX) known.delete(known.keys().next().value ?? "");
    await chrome.storage.local.set({ history: [...known.values()] });
  }

  async #load(): Promise<Map<string, Sighting>> {
    if (this.#known) return this.#known;
    const stored = ((await chrome.storage.local.get("history")).history ?? []) as Sighting[];
    this.#known ??= new Map(stored.map((one) => [keyOf(one), one]));
    return this.#known;
  }
}

/** One thing a page did, wherever it is told again. */
export function keyOf(one: Sighting): string {
  return `${one.rule}|${one.page}|${one.first}`;
}
