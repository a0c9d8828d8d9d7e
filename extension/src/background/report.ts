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
interface Spool {
  spool: Spooled[];
  /** Findings that had to make room for newer ones and were never sent. */
  spoolLost: number;
}
/** When each finding was last told, and how often it had happened by then. */
type Told = [string, { at: number; count: number }][];

export class Reports {
  #told: Map<string, { at: number; count: number }> | undefined;
  #sending = false;
  /** The spool is read and written by one at a time. */
  #queue: Promise<void> = Promise.resolve();

  /** Puts what is new into the spool. */
  put(found: Sighting[], settings: Settings): void {
    if (settings.reportUrl === "" || found.length === 0) return;
    this.#queue = this.#queue.then(() => this.#put(found, settings)).catch(() => undefined);
  }

  /** Sends what waits; what the receiver does not take stays. */
  async send(settings: Settings): Promise<void> {
    if (settings.reportUrl === "" || this.#sending) return;
    this.#sending = true;
    try {
      for (let batch = 0; batch < BATCHES_MAX && (await this.#sendBatch(settings)); batch += 1);
    } finally {
      this.#sending = false;
    }
  }

  async #put(found: Sighting[], settings: Settings): Promise<void> {
    // A background that was stopped would tell everything again.
    this.#told ??= new Map(((await chrome.storage.session.get("told")).told ?? []) as Told);
    const known = this.#told;
    const now = Date.now();
    const fresh = found.filter((one) => {
      const told = known.get(keyOf(one));
      return one.targets.length > 0 && (!told || (told.count !== one.count && now - told.at >= AGAIN_MS));
    });
    if (fresh.length === 0) return;
    await add(fresh.map((one) => ({ key: keyOf(one), line: lineOf(one, settings) })));
    for (const one of fresh) known.set(keyOf(one), { at: now, count: one.count });
    while (known.size > SPOOL_MAX) known.delete(known.keys().next().value ?? "");
    await chrome.storage.session.set({ told: [...known] }).catch(() => undefined);
  }

  /** True when a batch went and more is waiting. */
  async #sendBatch(settings: Settings): Promise<boolean> {
    await this.#queue;
    const { spool, spoolLost } = await read();
    const lost = spoolLost > 0 ? JSON.stringify({ rule: "lost", count: spoolLost, seat: settings.seat }) : "";
    const { batch, tooLong } = cut(spool, BATCH_BYTES_MAX - lost.length - 1);
    if (batch.length + tooLong.length === 0 && lost === "") return false;
    const body = [...batch.map(({ line }) => line), ...(lost === "" ? [] : [lost])].join("\n");
    if (body !== "" && !(await post(settings.reportUrl, body))) return false;
    const gone = new Set([...batch, ...tooLong].map(({ line }) => line));
    let more = false;
    this.#queue = this.#queue.then(async () => {
      const now = await read();
      const left = now.spool.filter(({ line }) => !gone.has(line));
      more = left.length > 0;
      await chrome.storage.local.set({ spool: left, spoolLost: now.spoolLost - spoolLost + tooLong.length });
    });
    await this.#queue;
    return more;
  }
}

/** What fits into one request; a line that never will would block all others. */
function cut(spool: Spooled[], bytesMax: number): { batch: Spooled[]; tooLong: Spooled[] } {
  const batch: Spooled[] = [];
  const tooLong: Spooled[] = [];
  let bytes = 0;
  for (const one of spool) {
    const size = new TextEncoder().encode(one.line).length + 1;
    if (size > bytesMax) {
      tooLong.push(one);
      continue;
    }
    if (bytes + size > bytesMax) break;
    bytes += size;
    batch.push(one);
  }
  return { batch, tooLong };
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

async function read(): Promise<Spool> {
  const { spool, spoolLost } = await chrome.storage.local.get(["spool", "spoolLost"]);
  return { spool: (spool ?? []) as Spooled[], spoolLost: (spoolLost ?? 0) as number };
}

async function add(lines: Spooled[]): Promise<void> {
  const keys = new Set(lines.map(({ key }) => key));
  const { spool, spoolLost } = await read();
  const all = [...spool.filter(({ key }) => !keys.has(key)), ...lines];
  const lost = Math.max(0, all.length - SPOOL_MAX);
  await chrome.storage.local.set({ spool: all.slice(lost), spoolLost: spoolLost + lost });
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
