// Who called: the innermost place in a script of the page, read out of an Error.
//
// Taking the Error is cheap, reading it is not; it is read only for calls worth telling. A page that stands in the way
// (its own `prepareStackTrace` that cannot be set aside, no stack at all) gives no place rather than a wrong one.

import type { CallSite, Place } from "../watch/event.ts";
import * as native from "./natives.ts";

const FRAMES_MAX = 24;
const PARENTS_MAX = 4;
const FUNCTION_MAX = 80;
const SCRIPT_MAX = 512;

/** One frame as V8 hands it to `prepareStackTrace`. */
interface Frame {
  getScriptNameOrSourceURL(): unknown;
  getLineNumber(): unknown;
  getColumnNumber(): unknown;
  getFunctionName(): unknown;
  isEval(): boolean;
}

const error = native.NativeError;
/** Only V8 heads a stack with the error's name; what holds at the start holds for the page's life. */
const isV8 = native.startsWith(new native.NativeError().stack ?? "", "Error");

/** Takes the stack as cheaply as can be; where a page set the limit to nothing, there will be nothing to read. */
export function glance(): Error {
  return new native.NativeError();
}

/** Takes the stack whatever the page's limit is; `siteOf` reads it whenever it is wanted. */
export function mark(): Error {
  if (!isV8) return new native.NativeError();
  const before = native.descriptorOf(error, "stackTraceLimit");
  if (typeof before?.value === "number" && before.value >= 10) return new native.NativeError();
  const own = { __proto__: null, value: 10, writable: true, enumerable: true, configurable: true };
  native.defineProperty(error, "stackTraceLimit", own);
  const marked = new native.NativeError();
  restore("stackTraceLimit", before);
  return marked;
}

/** The call's place, or null when no script of the page is in the stack. */
export function siteOf(marked: Error): CallSite | null {
  try {
    const places = isV8 ? placesOfV8(marked) : placesOfText(marked.stack ?? "");
    const first = places[0];
    if (!first) return null;
    const parents: Place[] = [];
    for (let at = 1; at < places.length && at <= PARENTS_MAX; at += 1) parents[at - 1] = places[at] as Place;
    return parents.length > 0 ? { ...first, async_parents: parents } : first;
  } catch {
    return null;
  }
}

function placesOfV8(marked: Error): Place[] {
  const before = native.descriptorOf(error, "prepareStackTrace");
  let places: Place[] = [];
  const read = (_: unknown, frames: Frame[]) => {
    places = placesOfFrames(frames);
    return "";
  };
  const own = { __proto__: null, value: read, writable: true, enumerable: false, configurable: true };
  if (!native.defineProperty(error, "prepareStackTrace", own)) return [];
  try {
    void marked.stack;
  } finally {
    restore("prepareStackTrace", before);
  }
  return places;
}

function restore(name: string, before: PropertyDescriptor | undefined): void {
  if (before) native.defineProperty(error, name, before);
  else native.deleteProperty(error, name);
}

function placesOfFrames(frames: Frame[]): Place[] {
  const places: Place[] = [];
  for (let at = 0; at < frames.length && at < FRAMES_MAX; at += 1) {
    const frame = frames[at];
    if (!frame || frame.isEval()) continue;
    put(places, frame.getScriptNameOrSourceURL(), frame.getLineNumber(), frame.getColumnNumber(), frame.getFunctionName());
  }
  return places;
}

/** Firefox: `name@script:line:column`, one frame a line; `> eval` and `> Function` mark made-up code. */
function placesOfText(text: string): Place[] {
  const places: Place[] = [];
  let rest = text;
  for (let count = 0; count < FRAMES_MAX && rest.length > 0; count += 1) {
    const end = native.indexOf(rest, "\n");
    const line = end < 0 ? rest : native.slice(rest, 0, end);
    rest = end < 0 ? "" : native.slice(rest, end + 1);
    const parts = native.exec(/^([^@]*)@(.*):(\d+):(\d+)$/, line);
    if (!parts || native.exec(/ line \d+ > /, line)) continue;
    put(places, parts[2], +(parts[3] ?? 0), +(parts[4] ?? 0), parts[1]);
  }
  return places;
}

function put(places: Place[], script: unknown, line: unknown, column: unknown, named: unknown): void {
  if (typeof script !== "string" || typeof line !== "number" || typeof column !== "number") return;
  if (native.exec(/^(?:https?|file|blob|data):/, script) === null) return;
  const place: Place = { script: withoutQuery(script), line, column };
  if (typeof named === "string" && named !== "") place.function = native.slice(named, 0, FUNCTION_MAX);
  places[places.length] = place;
}

function withoutQuery(script: string): string {
  const short = native.startsWith(script, "data:") ? "data:" : script;
  const end = native.exec(/[?#]|$/, short)?.index ?? short.length;
  return native.slice(short, 0, end > SCRIPT_MAX ? SCRIPT_MAX : end);
}
