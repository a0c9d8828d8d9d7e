// The cheap question of every hooked call: does this address look like the visitor's own network?
//
// It may say yes too often (the core decides), never no for a literal or a local name. Names that only lead inside once
// they are resolved are found later, by the background, which then asks the ring for the call.

import * as native from "./natives.ts";

const LOOK_MAX = 2048;
const KNOWN_MAX = 512;
/** Scheme and authority as nearly every script writes them. */
const USUAL = /^(?:https?|wss?):\/\/([a-z0-9.\-]+)(?::\d*)?(?:[/?#]|$)/i;
/** An address that can only be relative to the page. */
const RELATIVE = /^(?:[/?#.](?![/\\])|\.\.?\/|[a-z0-9_\-]+(?:[./?#]|$))/i;
/** The start of an address inside some text (markup, a style, a list of sources). */
const INSIDE_TEXT = /(?:https?|wss?):[\\/]{1,4}([^\s"'<>()\\/?#,]{1,255})/gi;
const PLAIN_HOST = /^([a-z0-9.\-]+)(?::\d*)?$/i;
const TEXT_MAX = 65_536;
const TEXT_FINDS_MAX = 64;

const known = new Map<string, boolean>();

/** Does `url`, written anywhere in the page, point to a local place by its letters alone? */
export function looksLocal(url: string): boolean {
  const start = url.length > LOOK_MAX ? native.slice(url, 0, LOOK_MAX) : url;
  const usual = native.exec(USUAL, start);
  if (usual) return hostIsLocal(usual[1] ?? "");
  if (native.exec(RELATIVE, start)) return false;
  return canonicalIsLocal(start);
}

/** The addresses in `text` that look local, at most 8; empty when there is none. */
export function localInText(text: string): string[] {
  const found: string[] = [];
  const looked = text.length > TEXT_MAX ? native.slice(text, 0, TEXT_MAX) : text;
  INSIDE_TEXT.lastIndex = 0;
  for (let seen = 0; seen < TEXT_FINDS_MAX && found.length < 8; seen += 1) {
    const next = native.exec(INSIDE_TEXT, looked);
    if (!next) break;
    const host = native.exec(PLAIN_HOST, next[1] ?? "")?.[1];
    if (host === undefined ? canonicalIsLocal(next[0]) : hostIsLocal(host)) found[found.length] = fullAddress(looked, next.index);
  }
  return found;
}

/** The address as the browser writes it; null when it is none. */
export function canonical(url: string): string | null {
  try {
    const start = url.length > LOOK_MAX ? native.slice(url, 0, LOOK_MAX) : url;
    return native.hrefOf(new native.NativeUrl(start, native.baseOf(document)));
  } catch {
    return null;
  }
}

function fullAddress(text: string, from: number): string {
  const end = native.exec(/[\s"'<>()]|&quot;|$/, native.slice(text, from, from + LOOK_MAX));
  return native.slice(text, from, from + (end?.index ?? 0));
}

function canonicalIsLocal(url: string): boolean {
  try {
    return hostIsLocal(native.hostOf(new native.NativeUrl(url, native.baseOf(document))));
  } catch {
    return false;
  }
}

function hostIsLocal(host: string): boolean {
  const before = native.mapGet(known, host);
  if (before !== undefined) return before;
  const answer = decide(native.lower(host));
  if (known.size >= KNOWN_MAX) native.mapClear(known);
  native.mapSet(known, host, answer);
  return answer;
}

function decide(written: string): boolean {
  const host = native.endsWith(written, ".") ? native.slice(written, 0, -1) : written;
  if (host === "") return false;
  if (native.startsWith(host, "[")) return sixIsLocal(native.slice(host, 1, -1));
  if (native.exec(/(?:^|\.)(?:\d+|0x[0-9a-f]*)$/, host)) return fourIsLocal(host);
  return native.indexOf(host, ".") < 0 || native.exec(/\.(?:localhost|local|internal|home\.arpa)$/, host) !== null;
}

/** Everything outside global unicast, and of that what carries another address inside or is for documents. */
function sixIsLocal(host: string): boolean {
  return native.exec(/^(?:2|3)[0-9a-f]{3}:/, host) === null || native.exec(/^(?:2001:db8|2002|3fff):/, host) !== null;
}

function fourIsLocal(host: string): boolean {
  let dotted: string;
  try {
    dotted = native.hostOf(new native.NativeUrl("http://" + host));
  } catch {
    return false;
  }
  const parts = native.exec(/^(\d+)\.(\d+)\.(\d+)\.(\d+)$/, dotted);
  if (!parts) return false;
  const first = +(parts[1] ?? 0);
  const second = +(parts[2] ?? 0);
  if (first === 172) return second >= 16 && second < 32;
  if (first === 192) return second === 168;
  if (first === 169) return second === 254;
  if (first === 100) return second >= 64 && second < 128;
  if (first === 198) return second === 18 || second === 19;
  return first === 0 || first === 10 || first === 127 || first >= 224;
}
