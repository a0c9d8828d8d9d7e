// What happens at each hooked call: the cheap question first, the stack only for a local answer.
//
// The last 64 other calls are kept with an unread Error each, for the names that turn out to lead inside.

import { tell } from "./channel.ts";
import type { Seen } from "./channel.ts";
import { canonical, localInText, looksLocal } from "./local.ts";
import * as native from "./natives.ts";
import { mark, siteOf } from "./stack.ts";

const RING = 64;
const TEXT_KEPT_MAX = 16_384;

interface Kept {
  at: number;
  api: string;
  text: string;
  whole: boolean;
  marked: Error;
}

const ring: (Kept | undefined)[] = [];
let next = 0;

/** A call with one address. */
export function address(api: string, url: string, method?: string): void {
  if (looksLocal(url)) report(api, canonical(url) ?? url, method);
  else keep(api, url, true);
}

/** A call with text that may hold addresses: markup, a style, a list of sources. */
export function text(api: string, written: string): void {
  if (native.indexOf(written, "//") < 0 && native.indexOf(written, ":\\") < 0) return;
  const found = localInText(written);
  for (let at = 0; at < found.length; at += 1) report(api, canonical(found[at] as string) ?? "");
  if (found.length === 0 && written.length <= TEXT_KEPT_MAX) keep(api, written, false);
}

/** The background learnt that `wanted` leads inside: tell who asked for it, if that is still known. */
export function explain(wanted: string): void {
  for (let back = 0; back < RING; back += 1) {
    const kept = ring[(next - 1 - back + 2 * RING) % RING];
    if (!kept || !names(kept, wanted)) continue;
    const site = siteOf(kept.marked);
    const seen: Seen = { at: kept.at, type: "call", api: kept.api, url: wanted };
    if (site) seen.call_site = site;
    tell(seen);
    return;
  }
}

/** Tells a call with its place. */
export function report(api: string, url: string, method?: string): void {
  const seen: Seen = { at: native.now(), type: "call", api, url };
  const site = siteOf(mark());
  if (site) seen.call_site = site;
  if (method) seen.method = method;
  tell(seen);
}

function keep(api: string, written: string, whole: boolean): void {
  ring[next] = { at: native.now(), api, text: written, whole, marked: mark() };
  next = (next + 1) % RING;
}

/** `wanted` comes without its query, as everything the background keeps. */
function names(kept: Kept, wanted: string): boolean {
  if (!kept.whole) return native.indexOf(kept.text, wanted) >= 0;
  const full = canonical(kept.text);
  if (full === null) return false;
  const end = native.exec(/[?#]|$/, full)?.index ?? full.length;
  return native.slice(full, 0, end) === wanted;
}
