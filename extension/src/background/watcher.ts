// Feeds the core, and keeps what it knows through the stops that browsers put upon a background.
//
// Events that come before the last state is back wait for it. What may matter is written at once; the rest is written
// together, and at the latest five seconds later (a browser lets an idle background live for thirty).

import type { Configuration, Core, Problem, Sighting } from "../watch/core.ts";
import type { WatchEvent } from "../watch/event.ts";
import type { Documents, DocumentsState } from "./documents.ts";

const TAKE_MS = 5;
const SOON_MS = 20;
const LATER_MS = 5000;
const WAITING_MAX = 20_000;
const FOUND_MAX = 1000;

interface Stored {
  core: string;
  documents: DocumentsState;
  expected: [number, string][];
}

/** Everything found, and what of it is new or has changed. */
export type Changed = (all: Sighting[], changed: Sighting[]) => void;

export class Watcher {
  readonly #documents: Documents;
  readonly #changed: Changed;
  readonly #found = new Map<number, Sighting>();
  /** Findings that somebody called expected after they were made: id → rule. */
  #expected = new Map<number, string>();
  #core: Core | undefined;
  #problems: Problem[] = [];
  #waiting: WatchEvent[] = [];
  #takeTimer: ReturnType<typeof setTimeout> | undefined;
  #writeAt = 0;
  #writeTimer: ReturnType<typeof setTimeout> | undefined;
  #isReady: () => void = () => undefined;
  /** The last state is back. */
  readonly ready: Promise<void>;

  constructor(documents: Documents, changed: Changed) {
    this.#documents = documents;
    this.#changed = changed;
    this.ready = new Promise((done) => {
      this.#isReady = done;
    });
  }

  /** Takes the last state back. Until then events wait. */
  async start(loading: Promise<Core>, configuration: Configuration): Promise<void> {
    const [core, { watch }] = await Promise.all([loading, chrome.storage.session.get("watch")]);
    const stored = watch as Stored | undefined;
    this.#problems = core.start(configuration, stored?.core ?? "").problems;
    if (stored) this.#expected = new Map(stored.expected);
    this.#documents.restore(stored?.documents);
    for (const one of core.report().sightings) this.#keep(one);
    this.#core = core;
    this.#isReady();
    this.#changed(this.found(), []);
    this.#take();
  }

  configure(configuration: Configuration): void {
    this.#problems = this.#core?.configure(configuration).problems ?? [];
  }

  /** Settings that the core cannot use: where, and why. */
  problems(): Problem[] {
    return this.#problems;
  }

  take(event: WatchEvent, local: boolean): void {
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(event);
    this.#takeTimer ??= setTimeout(() => this.#take(), TAKE_MS);
    this.#write(local ? SOON_MS : LATER_MS);
  }

  found(): Sighting[] {
    return [...this.#found.values()];
  }

  /** Somebody said that these are expected; `rule` will see to the next ones. */
  expect(ids: number[], rule: string): void {
    const changed: Sighting[] = [];
    for (const id of ids) {
      const one = this.#found.get(id);
      if (!one) continue;
      this.#expected.set(id, rule);
      changed.push(this.#keep(one));
    }
    this.#changed(this.found(), changed);
    this.#write(SOON_MS);
  }

  #take(): void {
    clearTimeout(this.#takeTimer);
    this.#takeTimer = undefined;
    if (!this.#core || this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    const changed = this.#core.take(events).changed.map((one) => this.#keep(one));
    if (changed.length > 0) this.#changed(this.found(), changed);
  }

  #keep(given: Sighting): Sighting {
    const rule = this.#expected.get(given.id);
    const one = rule === undefined ? given : { ...given, allowed_by: rule };
    this.#found.delete(one.id);
    this.#found.set(one.id, one);
    if (this.#found.size > FOUND_MAX) this.#found.delete(this.#found.keys().next().value ?? 0);
    return one;
  }

  #write(within: number): void {
    const due = Date.now() + within;
    if (this.#writeTimer !== undefined && this.#writeAt <= due) return;
    clearTimeout(this.#writeTimer);
    this.#writeAt = due;
    this.#writeTimer = setTimeout(() => {
      this.#writeTimer = undefined;
      void this.#store();
    }, within);
  }

  async #store(): Promise<void> {
    await this.ready;
    this.#take();
    if (!this.#core) return;
    const watch: Stored = {
      core: this.#core.snapshot(),
      documents: this.#documents.state(),
      expected: [...this.#expected].slice(-FOUND_MAX),
    };
    // A full store loses the copy, not what is known.
    await chrome.storage.session.set({ watch }).catch(() => undefined);
  }
}
