// Findings for the organisation: lines of JSON in batches, kept until the receiver took them.
//
// Leaves this computer: which page (its origin, unless the path is wanted), which script, which targets, what became of
// it. Never: what the page showed or sent.

import type { Sighting } from "../watch/core.ts";
import { keyOf } from "./history.ts";
import type { Settings } from "./settings.ts";

export const REPORT_ALARM = "report";
const SPOOL_MAX = 2000;
const BATCH_BYTES_MAX = 65_536;
const BATCHES_MAX = 8;
const TARGETS_MAX = 20;
/** A finding that goes on is told again at most this often. */
const AGAIN_MS = 600_000;
const REQUEST_MS = 20_000;

interface Spooled {
  key: string;
  line: string;
}

export class Reports {
  readonly #told = new Map<string, { at: number; count: number }>();
  #sending = false;
  #queue: Promise<void> = Promise.resolve();

  /** Puts what is new into the spool. */
  put(found: Sighting[], settings: Settings): void {
    if (settings.reportUrl === "") return;
    const now = Date.now();
    const fresh = found.filter((one) => {
      const told = this.#told.get(keyOf(one));
      return one.targets.length > 0 && (!told || (told.count !== one.count && now - told.at >= AGAIN_MS));
    });
    if (fresh.length === 0) return;
    for (const one of fresh) this.#told.set(keyOf(one), { at: now, count: one.count });
    while (this.#told.size > SPOOL_MAX) this.#told.delete(this.#told.keys().next().value ?? "");
    const lines = fresh.map((one) => ({ key: keyOf(one), line: lineOf(one, settings) }));
    this.#queue = this.#queue.then(() => add(lines));
  }

  /** Sends what waits; what the receiver does not take stays. */
  async send(settings: Settings): Promise<void> {
    if (settings.reportUrl === "" || this.#sending) return;
    this.#sending = true;
    try {
      await this.#queue;
      for (let batch = 0; batch < BATCHES_MAX && (await sendBatch(settings.reportUrl)); batch += 1);
    } finally {
      this.#sending = false;
    }
  }
}

/** One line of a report. */
export function lineOf(one: Sighting, { seat, reportPaths }: Pick<Settings, "seat" | "reportPaths">): string {
  const page = reportPaths ? one.page : originOf(one.page);
  const targets = one.targets.slice(0, TARGETS_MAX).map(({ scheme, host, port, ip, space, how, outcomes, count }) => {
    const target = { scheme, host, port, space, how, outcomes, count };
    return ip === undefined ? target : { ...target, ip };
  });
  const { top: _top, ...rest } = one;
  const told: Sighting & { seat: string; browser: string } = { ...rest, page, targets, seat, browser: navigator.userAgent };
  if (one.top !== undefined) told.top = reportPaths ? one.top : originOf(one.top);
  return JSON.stringify(told);
}

function originOf(page: string): string {
  try {
    const { origin } = new URL(page);
    return origin === "null" ? page.slice(0, page.indexOf(":") + 1) : origin;
  } catch {
    return "";
  }
}

async function spool(): Promise<Spooled[]> {
  return ((await chrome.storage.local.get("spool")).spool ?? []) as Spooled[];
}

async function add(lines: Spooled[]): Promise<void> {
  const keys = new Set(lines.map(({ key }) => key));
  const kept = (await spool()).filter(({ key }) => !keys.has(key));
  await chrome.storage.local.set({ spool: [...kept, ...lines].slice(-SPOOL_MAX) });
}

/** True when a batch went and more is waiting. */
async function sendBatch(url: string): Promise<boolean> {
  const waiting = await spool();
  const batch: Spooled[] = [];
  let bytes = 0;
  for (const one of waiting) {
    const size = new TextEncoder().encode(one.line).length + 1;
    if (bytes + size > BATCH_BYTES_MAX) break;
    bytes += size;
    batch.push(one);
  }
  // A line that is too long by itself would block all others.
  const sent = batch.length > 0 ? batch : waiting.slice(0, 1);
  if (sent.length === 0) return false;
  if (batch.length > 0 && !(await post(url, batch.map(({ line }) => line).join("\n")))) return false;
  const gone = new Set(sent.map(({ line }) => line));
  const left = (await spool()).filter(({ line }) => !gone.has(line));
  await chrome.storage.local.set({ spool: left });
  return left.length > 0;
}

async function post(url: string, body: string): Promise<boolean> {
  const headers = { "content-type": "application/x-ndjson" };
  const signal = AbortSignal.timeout(REQUEST_MS);
  const given: RequestInit = { method: "POST", body, headers, signal, credentials: "omit", redirect: "error" };
  return fetch(url, given).then(
    (answer) => answer.ok,
    () => false,
  );
}
