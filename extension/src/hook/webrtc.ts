// WebRTC: no other part of a browser tells an extension where a page makes it send packets.
//
// Servers come from `getConfiguration`, which runs no code of the page. Candidates and descriptions are read once, and
// the copy that was read is the copy that the browser gets. Of a ufrag only its length, its origin and a hash go on.

import { tell } from "./channel.ts";
import type { Seen } from "./channel.ts";
import { looksLocal } from "./local.ts";
import * as native from "./natives.ts";
import { mark, siteOf } from "./stack.ts";
import * as wrap from "./wrap.ts";

const SERVERS_MAX = 32;
const CANDIDATES_MAX = 32;
const LINES_MAX = 2000;
const LINE_MAX = 2048;
/** Chromium makes 4 characters, Firefox 8 of hexadecimal. */
const USUAL_UFRAG = /^(?:[A-Za-z0-9+/]{4}|[0-9a-f]{8})$/;

interface Description {
  candidates: string[];
  ufrag: string | null;
}

/** The ufrags that this browser made for its own offers and answers. */
const made = new Set<string>();
const MADE_MAX = 256;

export function hookWebRtc(): void {
  if (typeof RTCPeerConnection !== "function") return;
  const prototype = RTCPeerConnection.prototype;
  const configuration = native.loose(prototype.getConfiguration);
  const servers = (self: unknown) => tellServers(configuration(self));
  wrap.constructor("RTCPeerConnection", null, servers);
  hookSetConfiguration(prototype, servers);
  wrap.snapshotMethod(prototype, "addIceCandidate", candidate);
  wrap.snapshotMethod(prototype, "setRemoteDescription", (given) => description("rtc.remote", given));
  wrap.snapshotMethod(prototype, "setLocalDescription", (given) => description("rtc.local", given));
  for (const name of ["createOffer", "createAnswer"]) learnOwn(prototype, name);
}

/** The new configuration is known only once the native has taken it. */
function hookSetConfiguration(prototype: object, servers: (self: unknown) => void): void {
  const found = native.descriptorOf(prototype, "setConfiguration");
  if (typeof found?.value !== "function") return;
  const handler = {
    __proto__: null,
    apply(target: (...given: unknown[]) => unknown, self: unknown, given: unknown[]): unknown {
      const result = native.apply(target, self, given);
      try {
        servers(self);
      } catch {
        // Nothing to tell.
      }
      return result;
    },
  };
  const value = new native.NativeProxy(found.value, handler as ProxyHandler<(...given: unknown[]) => unknown>);
  native.defineProperty(prototype, "setConfiguration", { ...found, value });
}

function tellServers(configuration: RTCConfiguration): void {
  const told: string[] = [];
  const given = configuration.iceServers ?? [];
  for (let at = 0; at < given.length && told.length < SERVERS_MAX; at += 1) {
    const urls = given[at]?.urls;
    const list = typeof urls === "string" ? [urls] : (urls ?? []);
    for (let each = 0; each < list.length && told.length < SERVERS_MAX; each += 1) {
      const url = list[each];
      if (typeof url === "string" && serverIsLocal(url)) told[told.length] = native.slice(url, 0, 300);
    }
  }
  if (told.length > 0) send("rtc.config", { servers: told });
}

/** `stun:host:port?…`: the host asked about as any other. */
function serverIsLocal(url: string): boolean {
  const rest = native.exec(/^(?:stun|turn)s?:(.*)$/i, url)?.[1];
  return rest !== undefined && looksLocal("http://" + rest);
}

function candidate(given: ArrayLike<unknown>): unknown[] {
  const value = given[0];
  if (value === null || typeof value !== "object") return rest(given, value);
  const from = value as RTCIceCandidateInit;
  const native_ = value instanceof RTCIceCandidate;
  const { candidate: line, sdpMid, sdpMLineIndex, usernameFragment } = from;
  const place = typeof line === "string" ? candidatePlace(line) : null;
  if (place) send("rtc.candidate", { candidates: [place] });
  if (native_) return rest(given, value);
  const copy: RTCIceCandidateInit = {};
  if (line !== undefined) copy.candidate = line;
  if (sdpMid !== undefined) copy.sdpMid = sdpMid;
  if (sdpMLineIndex !== undefined) copy.sdpMLineIndex = sdpMLineIndex;
  if (usernameFragment !== undefined) copy.usernameFragment = usernameFragment;
  return rest(given, copy);
}

function description(api: string, given: ArrayLike<unknown>): unknown[] {
  const value = given[0];
  if (value === null || typeof value !== "object") return rest(given, value);
  const { type, sdp } = value as RTCSessionDescriptionInit;
  if (typeof sdp === "string") tellDescription(api, sdp);
  const copy = value instanceof RTCSessionDescription ? value : { type, ...(sdp === undefined ? {} : { sdp }) };
  return rest(given, copy);
}

function rest(given: ArrayLike<unknown>, first: unknown): unknown[] {
  const all: unknown[] = [];
  for (let at = 0; at < given.length; at += 1) all[at] = at === 0 ? first : given[at];
  return all;
}

function tellDescription(api: string, sdp: string): void {
  const { candidates, ufrag } = readDescription(sdp);
  const own = ufrag === null ? true : api === "rtc.local" ? native.has(made, ufrag) : native.exec(USUAL_UFRAG, ufrag) !== null;
  const strange = ufrag !== null && !own;
  if (api === "rtc.local" ? !strange : candidates.length === 0 && !strange) return;
  const told: NonNullable<Seen["webrtc"]> = {};
  if (api === "rtc.remote" && candidates.length > 0) told.candidates = candidates;
  if (ufrag !== null) told.ufrag = { value: native.slice(ufrag, 0, 256), own };
  send(`${api}.sdp`, told);
}

function readDescription(sdp: string): Description {
  const found: Description = { candidates: [], ufrag: null };
  let from = 0;
  for (let count = 0; count < LINES_MAX && from < sdp.length; count += 1) {
    const end = native.indexOf(sdp, "\n", from);
    const line = native.slice(sdp, from, end < 0 ? from + LINE_MAX : end);
    from = end < 0 ? sdp.length : end + 1;
    found.ufrag = native.exec(/^a=ice-ufrag:(\S+)/, line)?.[1] ?? found.ufrag;
    if (!native.startsWith(line, "a=candidate:") || found.candidates.length >= CANDIDATES_MAX) continue;
    const place = candidatePlace(line);
    if (place) found.candidates[found.candidates.length] = place;
  }
  return found;
}

/** A local place out of `candidate:1 1 udp 2122260223 127.0.0.1 1234 typ host`, as `127.0.0.1:1234/udp`. */
function candidatePlace(line: string): string | null {
  const parts = native.exec(/candidate:\S+ \d+ (\S{1,8}) \d+ (\S{1,253}) (\d{1,5}) /, line);
  if (!parts) return null;
  const host = parts[2] ?? "";
  const written = native.indexOf(host, ":") >= 0 ? `[${host}]` : host;
  // A name made up for one's own address (mDNS) is how browsers hide it: no evidence.
  if (native.exec(/^[0-9a-f-]{36}\.local$/, native.lower(host)) || !looksLocal(`http://${written}/`)) return null;
  return `${written}:${parts[3]}/${native.lower(parts[1] ?? "")}`;
}

function learnOwn(prototype: object, name: string): void {
  const found = native.descriptorOf(prototype, name);
  if (typeof found?.value !== "function") return;
  const then = native.loose(Promise.prototype.then);
  const handler = {
    __proto__: null,
    apply(target: (...given: unknown[]) => unknown, self: unknown, given: unknown[]): unknown {
      const promise = native.apply(target, self, given);
      try {
        then(promise, (value: unknown) => remember(value), () => undefined);
      } catch {
        // The old callback form gives no promise.
      }
      return promise;
    },
  };
  const value = new native.NativeProxy(found.value, handler as ProxyHandler<(...given: unknown[]) => unknown>);
  native.defineProperty(prototype, name, { ...found, value });
}

function remember(value: unknown): void {
  const sdp = (value as RTCSessionDescriptionInit | null)?.sdp;
  const ufrag = typeof sdp === "string" ? readDescription(sdp).ufrag : null;
  if (ufrag !== null && made.size < MADE_MAX) native.add(made, ufrag);
}

function send(api: string, webrtc: NonNullable<Seen["webrtc"]>): void {
  const seen: Seen = { at: native.now(), type: "webrtc", api, webrtc };
  const site = siteOf(mark());
  if (site) seen.call_site = site;
  tell(seen);
}
