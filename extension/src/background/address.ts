// Where an unencrypted WebSocket of a page led, in the browser that does not say it.
//
// Chromium gives the address of every answer but of a WebSocket's. A name that turned to an address inside would pass
// unseen there. So the same host and port is asked once more, by us: `HEAD /`, without cookies, cache or redirects; the
// answer's address is what counts. Only for `ws:` to a name (a server inside has no certificate for a page's name), only
// after the page's own socket was answered, and once in ten seconds for a place.

import type { WatchEvent } from "../watch/event.ts";
import { hostIsLiteral, hostIsLocal } from "../watch/space.ts";
import type { Details } from "./browser.ts";

const AGAIN_MS = 10_000;
const GIVE_UP_MS = 5_000;
const PLACES_MAX = 200;

export class Addresses {
  readonly #asked = new Map<string, number>();
  /** Our own request, by its address → the events of the sockets that wait for it. */
  readonly #waiting = new Map<string, ((ip: string) => void)[]>();

  /** Asks where the socket of these details led; `tell` gets the address, if there is an answer. */
  ask(details: Details, tell: (ip: string) => void): void {
    if (details.type !== "websocket" || details.ip || details.proxyInfo) return;
    const { protocol, host, hostname } = new URL(details.url);
    if (protocol !== "ws:" || hostIsLiteral(hostname) || hostIsLocal(hostname)) return;
    const url = `http://${host}/`;
    const now = Date.now();
    if (now - (this.#asked.get(host) ?? 0) < AGAIN_MS) return;
    if (this.#asked.size >= PLACES_MAX) this.#asked.clear();
    this.#asked.set(host, now);
    this.#waiting.set(url, [...(this.#waiting.get(url) ?? []), tell]);
    const given: RequestInit = { method: "HEAD", credentials: "omit", cache: "no-store", redirect: "manual" };
    const done = () => this.#waiting.delete(url);
    fetch(url, { ...given, signal: AbortSignal.timeout(GIVE_UP_MS) }).then(done, done);
  }

  /** An answer to a request of our own. */
  answered(details: Details): void {
    if (!details.ip || details.fromCache) return;
    for (const tell of this.#waiting.get(details.url) ?? []) tell(details.ip);
    this.#waiting.delete(details.url);
  }
}

/** What the socket's answer would have said. */
export function withAddress(event: WatchEvent, ip: string): WatchEvent {
  return { ...event, at: Date.now(), type: "response", ip };
}
