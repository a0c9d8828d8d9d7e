// Feeds the core, and keeps what it knows through the stops that browsers put upon a background.
//
// Events that come before the last state is back wait for it. What may matter is written at once; the rest is written
// together, and at the latest half a second later.

import type { Configuration, Core, Sighting } from "../watch/core.ts";
import type { WatchEvent } from "../watch/event.ts";
import type { Documents, DocumentsState } from "./documents.ts";

const SOON_MS = 20;
const LATER_MS = 500;
const TELL_MS = 100;
const WAITING_MAX = 20_000;

interface Stored {
  core: string;
  documents: DocumentsState;
}

export class Watcher {
  readonly #core: Core;
  readonly #documents: Documents;
  readonly #changed: (found: Sighting[]) => void;
  /** The last state is back. */
  readonly ready: Promise<void>;
  #isReady: () => void = () => undefined;
  #ready = false;
  #waiting: WatchEvent[] = [];
  #writeAt = 0;
  #writeTimer: ReturnType<typeof setTimeout> | undefined;
  #tellTimer: ReturnType<typeof setTimeout> | undefined;
  #lastTold = "";
  #refused = "[]";

  constructor(core: Core, documents: Documents, changed: (found: Sighting[]) => void) {
    this.#core = core;
    this.#documents = documents;
    this.#changed = changed;
    this.ready = new Promise((done) => {
      this.#isReady = done;
    });
  }

  /** Takes the last state back. Until then events wait. */
  async start(configuration: Configuration): Promise<void> {
    const stored = (await chrome.storage.session.get("watch")).watch as Stored | undefined;
    this.configure(configuration);
    if (stored) {
      this.#core.restore(stored.core);
      this.#documents.restore(stored.documents);
    }
    this.#ready = true;
    this.#isReady();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.#core.take(JSON.stringify(event));
    if (waiting.length > 0) this.#after(true);
    this.#lastTold = "";
    this.#tell();
  }

  configure(configuration: Configuration): void {
    this.#refused = this.#core.configure(JSON.stringify(configuration));
    this.#tell();
  }

  /** Settings that the core cannot use: where, and why. */
  refused(): { place: string; why: string }[] {
    return JSON.parse(this.#refused) as { place: string; why: string }[];
  }

  take(event: WatchEvent, local: boolean): void {
    if (!this.#ready) {
      if (this.#waiting.length < WAITING_MAX) this.#waiting.push(event);
      return;
    }
    this.#core.take(JSON.stringify(event));
    this.#after(local);
  }

  found(): Sighting[] {
    return JSON.parse(this.#core.findings()) as Sighting[];
  }

  #after(local: boolean): void {
    this.#write(local ? SOON_MS : LATER_MS);
    this.#tellTimer ??= setTimeout(() => this.#tell(), TELL_MS);
  }

  #tell(): void {
    clearTimeout(this.#tellTimer);
    this.#tellTimer = undefined;
    const found = this.#core.findings();
    if (!this.#ready || found === this.#lastTold) return;
    this.#lastTold = found;
    this.#changed(JSON.parse(found) as Sighting[]);
  }

  #write(within: number): void {
    const due = Date.now() + within;
    if (this.#writeTimer !== undefined && this.#writeAt <= due) return;
    clearTimeout(this.#writeTimer);
    this.#writeAt = due;
    this.#writeTimer = setTimeout(() => {
      this.#writeTimer = undefined;
      const watch: Stored = { core: this.#core.snapshot(), documents: this.#documents.state() };
      // A full store loses the copy, not what is known.
      void chrome.storage.session.set({ watch }).catch(() => undefined);
    }, within);
  }
}
