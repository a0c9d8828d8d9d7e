// Between the page's world and the background: passes on what the hooks tell, and the questions back.
//
// The name of the channel is drawn for each load. The page never hears it: both parts run before its first script.

import type { Seen } from "../hook/channel.ts";
import { HANDSHAKE, READY } from "../hook/handshake.ts";

const BATCH_MS = 40;
const BATCH_MAX = 200;
const LINE_MAX = 16_384;

let batch: Seen[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let lastSent = 0;

function begin(): void {
  const channel = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
  const greet = () => document.dispatchEvent(new CustomEvent(HANDSHAKE, { detail: channel }));
  document.addEventListener(channel, (event) => {
    const detail = (event as CustomEvent<unknown>).detail;
    // From here on nobody may ask for the channel's name again.
    if (detail === READY) document.removeEventListener(`${HANDSHAKE}?`, greet);
    else take(detail);
  });
  chrome.runtime.onMessage.addListener((message: unknown) => {
    // Two addresses, as browsers write them: neither has a space in it.
    const wanted = (message as { explain?: unknown } | null)?.explain;
    if (typeof wanted === "string") document.dispatchEvent(new CustomEvent(`${channel}?`, { detail: wanted }));
  });
  // Whichever of the two parts comes second finds the other waiting.
  document.addEventListener(`${HANDSHAKE}?`, greet, { once: true });
  greet();
  addEventListener("pagehide", flush, { capture: true });
}

function take(detail: unknown): void {
  if (typeof detail !== "string" || detail.length > LINE_MAX) return;
  batch.push(JSON.parse(detail) as Seen);
  // The first goes at once (a navigation may be next); a crowd goes together.
  if (Date.now() - lastSent > BATCH_MS || batch.length >= BATCH_MAX) flush();
  else timer ??= setTimeout(flush, BATCH_MS);
}

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  if (batch.length === 0) return;
  const calls = batch;
  batch = [];
  lastSent = Date.now();
  // After an update of the extension this part is an orphan; nothing is left to tell then.
  void Promise.resolve(chrome.runtime?.sendMessage?.({ calls })).catch(() => undefined);
}

begin();
