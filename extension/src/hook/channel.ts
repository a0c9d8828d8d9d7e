// From the page's world to the bridge: events under a name drawn for this load, which the page never sees.
//
// A page can flood its own hooks. What goes out is bounded for each document, and the cut is told once.

import type { CallSite } from "../watch/event.ts";
import { HANDSHAKE, READY } from "./handshake.ts";
import * as native from "./natives.ts";

const SENT_MAX = 1000;

/** What a hook saw, on its way to the bridge. `secret` is hashed by the background and never stored. */
export interface Seen {
  at: number;
  type: "call" | "webrtc" | "truncated";
  api: string;
  url?: string;
  call_site?: CallSite;
  webrtc?: { servers?: string[]; candidates?: string[]; ufrag?: { value: string; own?: boolean } };
}



let channel = "";
let waiting: Seen[] = [];
let sent = 0;

/** Waits for the bridge's first word; it comes before the page's first script. */
export function open(asked: (wanted: string, url: string) => void): void {
  const greet = (event: Event) => {
    const detail: unknown = native.detailOf(event);
    if (typeof detail !== "string" || channel !== "") return;
    native.unlisten(document, HANDSHAKE, greet, { capture: true });
    channel = detail;
    native.listen(document, channel + "?", (question) => {
      const wanted: unknown = native.detailOf(question);
      if (typeof wanted !== "string") return;
      const end = native.indexOf(wanted, " ");
      asked(native.slice(wanted, 0, end), native.slice(wanted, end + 1));
    });
    native.dispatch(document, new native.NativeCustomEvent(channel, { detail: READY }));
    for (let at = 0; at < waiting.length; at += 1) post(waiting[at] as Seen);
    waiting = [];
  };
  native.listen(document, HANDSHAKE, greet, { capture: true });
  native.dispatch(document, new native.NativeCustomEvent(HANDSHAKE + "?"));
}

export function tell(seen: Seen): void {
  sent += 1;
  if (sent > SENT_MAX + 1) return;
  const told: Seen = sent > SENT_MAX ? { at: seen.at, type: "truncated", api: "hooks" } : seen;
  if (channel === "") waiting[waiting.length] = told;
  else post(told);
}

function post(seen: Seen): void {
  native.dispatch(document, new native.NativeCustomEvent(channel, { detail: native.stringify(seen) }));
}
