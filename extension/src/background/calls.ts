// What the hooks tell, made into events. The value of a ufrag ends here: a keyed hash goes on.

import type { Seen } from "../hook/channel.ts";
import type { UFragKey } from "./settings.ts";
import type { WatchEvent } from "../watch/event.ts";
import { bare } from "./browser.ts";
import type { Documents } from "./documents.ts";
import type { Take } from "./requests.ts";

const CALLS_MAX = 300;
const API_MAX = 60;

/** Takes a bridge's message; false when it is not one. */
export async function takeCalls(
  message: unknown,
  sender: chrome.runtime.MessageSender,
  documents: Documents,
  key: UFragKey,
  take: Take,
): Promise<boolean> {
  const calls = (message as { calls?: unknown } | null)?.calls;
  if (!Array.isArray(calls) || sender.id !== chrome.runtime.id) return false;
  for (const call of calls.slice(0, CALLS_MAX) as Seen[]) {
    const event = await eventOf(call, sender, documents, key);
    take(event, true);
  }
  return true;
}

async function eventOf(
  seen: Seen,
  sender: chrome.runtime.MessageSender,
  documents: Documents,
  key: UFragKey,
): Promise<WatchEvent> {
  const tab = sender.tab?.id ?? -1;
  const frame = sender.frameId ?? 0;
  const at = Math.round(Number(seen.at)) || Date.now();
  const event: WatchEvent = { at, source: "hook", type: typeOf(seen), tab, frame, api: String(seen.api).slice(0, API_MAX) };
  const document = documents.at(tab, frame) ?? (sender.url ? { id: `${tab}:${frame}`, url: bare(sender.url) } : undefined);
  if (document) event.document = document;
  if (sender.origin !== undefined) event.initiator = sender.origin;
  if (typeof seen.url === "string") event.url = bare(seen.url);
  if (seen.call_site) event.call_site = seen.call_site;
  if (seen.webrtc) event.webrtc = await webrtcOf(seen.webrtc, key);
  return event;
}

function typeOf(seen: Seen): WatchEvent["type"] {
  return seen.type === "webrtc" || seen.type === "truncated" ? seen.type : "call";
}

async function webrtcOf(told: NonNullable<Seen["webrtc"]>, key: UFragKey): Promise<NonNullable<WatchEvent["webrtc"]>> {
  const webrtc: NonNullable<WatchEvent["webrtc"]> = {};
  if (told.servers) webrtc.servers = told.servers.map((server) => bare(String(server)));
  if (told.candidates) webrtc.candidates = told.candidates.map(String);
  if (told.ufrag) {
    const { value, own } = told.ufrag;
    webrtc.ufrag = { len: String(value).length, hash: await key.hash(String(value)) };
    if (own !== undefined) webrtc.ufrag.own = own;
  }
  return webrtc;
}
