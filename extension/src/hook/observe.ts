// What happens at each hooked call: the cheap question first, the stack only for a local answer.
//
// A call that asks the network by itself is told at once. An address that is only put somewhere (markup, a style, an
// element that may never be shown) is no access yet: it is kept with an unread Error, and told when the background saw
// the request. So are the last 64 calls to other places, for the names that turn out to lead inside.

import { tell } from "./channel.ts";
import type { Seen } from "./channel.ts";
import { canonical, localInText, looksLocal } from "./local.ts";
import * as native from "./natives.ts";
import { glance, mark, siteOf } from "./stack.ts";

const RING = 64;
const TEXT_KEPT_MAX = 16_384;

interface Kept {
  at: number;
  api: string;
  text: string;
  whole: boolean;
  marked: Error;
}

interface Ring {
  kept: (Kept | undefined)[];
  next: number;
}

const elsewhere: Ring = { kept: [], next: 0 };
const inside: Ring = { kept: [], next: 0 };

/** A call that asks the network for this address. */
export function asks(api: string, url: string): void {
  if (looksLocal(url)) report(api, canonical(url) ?? url);
  else keep(elsewhere, api, url, true);
}

/** An address is put where the browser may ask for it. */
export function puts(api: string, url: string): void {
  keep(looksLocal(url) ? inside : elsewhere, api, url, true);
}

/** Text that may hold addresses: markup, a style, a list of sources. */
export function text(api: string, written: string): void {
  if (native.indexOf(written, "//") < 0 && native.indexOf(written, ":\\") < 0) return;
  const found = localInText(written);
  for (let at = 0; at < found.length; at += 1) keep(inside, api, found[at] as string, true);
  if (found.length === 0 && written.length <= TEXT_KEPT_MAX) keep(elsewhere, api, written, false);
}

/** The background learnt that `wanted` led to `url`, inside: tell who asked for it, if that is still known. */
export function explain(wanted: string, url: string): void {
  const kept = newest(inside, wanted) ?? newest(elsewhere, wanted);
  if (!kept) return;
  const site = siteOf(kept.marked);
  const seen: Seen = { at: kept.at, type: "call", api: kept.api, url };
  if (site) seen.call_site = site;
  tell(seen);
}

function newest(ring: Ring, wanted: string): Kept | undefined {
  for (let back = 1; back <= RING; back += 1) {
    const kept = ring.kept[(ring.next - back + RING) % RING];
    if (kept && names(kept, wanted)) return kept;
  }
  return undefined;
}

/** Tells a call with its place. */
export function report(api: string, url: string): void {
  const seen: Seen = { at: native.now(), type: "call", api, url };
  const site = siteOf(mark());
  if (site) seen.call_site = site;
  tell(seen);
}

function keep(ring: Ring, api: string, written: string, whole: boolean): void {
  ring.kept[ring.next] = { at: native.now(), api, text: written, whole, marked: glance() };
  ring.next = (ring.next + 1) % RING;
}

/** `wanted` comes without its query, as everything the background keeps. */
function names(kept: Kept, wanted: string): boolean {
  if (!kept.whole) return native.indexOf(kept.text, wanted) >= 0;
  const full = canonical(kept.text);
  if (full === null) return false;
  const end = native.exec(/[?#]|$/, full)?.index ?? full.length;
  return native.slice(full, 0, end) === wanted;
}
