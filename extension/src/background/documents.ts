// Which documents live in which frames, where they came from, and who opened whom.

import type { DocumentOfEvent } from "../watch/event.ts";
import { bare, originOf } from "./browser.ts";
import type { Details } from "./browser.ts";

const TABS_MAX = 2000;
/** A request of a page that was left ends after its page. */
const GONE_MAX = 200;
/** Events that wait for the last state. */
const WAITING_MAX = 20_000;

interface Live extends DocumentOfEvent {
  id: string;
  tab: number;
  frame: number;
}
interface Fetched {
  url: string;
  ip: string;
}
export interface DocumentsState {
  live: [string, Live][];
  fetched: [string, Fetched][];
  openers: [number, string][];
}

export class Documents {
  #live = new Map<string, Live>();
  /** The last answer to a navigation of a frame: its address is the document's. */
  #fetched = new Map<string, Fetched>();
  /** Tab → the document that opened it. */
  #openers = new Map<number, string>();
  readonly #gone = new Map<string, Live>();
  #isBack = false;
  #later: (() => void)[] = [];

  /** Once the last state is back, in the order asked: what an event means depends on what was there before. */
  after(act: () => void): void {
    if (this.#isBack) act();
    else if (this.#later.length < WAITING_MAX) this.#later.push(act);
  }

  state(): DocumentsState {
    return { live: [...this.#live], fetched: [...this.#fetched], openers: [...this.#openers] };
  }

  /** The last state is back, if there was one. */
  restore(state: DocumentsState | undefined): void {
    if (state) {
      this.#live = new Map(state.live);
      this.#fetched = new Map(state.fetched);
      this.#openers = new Map(state.openers);
    }
    this.#isBack = true;
    const acts = this.#later;
    this.#later = [];
    for (const act of acts) act();
  }

  /** A navigation's answer, mostly before the document is there; gives the document that it made known only now. */
  fetched(details: Details): DocumentOfEvent | undefined {
    if (details.type !== "main_frame" && details.type !== "sub_frame") return undefined;
    if (!details.ip || details.fromCache) return undefined;
    const at = place(details.tabId, details.frameId);
    const url = bare(details.url);
    put(this.#fetched, at, { url, ip: details.ip });
    const live = this.#live.get(at);
    if (!live || live.url !== url || live.ip !== undefined) return undefined;
    live.ip = details.ip;
    return strip(live);
  }

  opened(tab: number, byTab: number, byFrame: number): void {
    const opener = this.#live.get(place(byTab, byFrame));
    if (opener) put(this.#openers, tab, opener.id);
  }

  /** A document took its place in a frame; gives it, and the one that was there before. */
  committed(tab: number, frame: number, parentFrame: number, url: string, id?: string): { now: Live; before?: Live } {
    const at = place(tab, frame);
    const before = this.#live.get(at);
    const now: Live = { id: id ?? crypto.randomUUID(), tab, frame, url: bare(url) };
    const fetched = this.#fetched.get(at);
    const parent = frame === 0 ? undefined : this.#live.get(place(tab, parentFrame));
    if (fetched && fetched.url === now.url) now.ip = fetched.ip;
    // about:blank and srcdoc live where their parent came from.
    else if (parent?.ip && !/^https?:/.test(url)) now.ip = parent.ip;
    if (parent) now.parent = parent.id;
    const opener = frame === 0 ? this.#openers.get(tab) : undefined;
    if (opener) now.opener = opener;
    now.top = frame === 0 ? now.id : (this.#live.get(place(tab, 0))?.id ?? now.id);
    if (before) this.#leaves(before);
    put(this.#live, at, now);
    return before ? { now, before } : { now };
  }

  closed(tab: number): Live[] {
    const gone = [...this.#live.values()].filter((one) => one.tab === tab);
    for (const one of gone) {
      this.#live.delete(place(one.tab, one.frame));
      this.#leaves(one);
    }
    this.#openers.delete(tab);
    return gone;
  }

  /** The document that acts in a request: the frame's own, the parent of a frame that is loaded, the opener of a tab. */
  acting(details: Details): DocumentOfEvent | undefined {
    const initiator = details.initiator ?? details.originUrl;
    if (details.tabId < 0) return this.#worker(initiator);
    if (details.type === "main_frame") return this.#navigating(details, initiator);
    const frame = details.type === "sub_frame" ? details.parentFrameId : details.frameId;
    const live = this.#live.get(place(details.tabId, frame)) ?? this.#live.get(place(details.tabId, 0));
    const id = details.type === "sub_frame" ? details.parentDocumentId : details.documentId;
    if (id === undefined || live?.id === id) return strip(live);
    const page = details.type === "sub_frame" ? frame === 0 : details.parentFrameId < 0;
    return strip(this.#gone.get(id) ?? (page ? this.#untold(details.tabId, id, initiator) : undefined) ?? live);
  }

  /**
   * A page that acts before its coming is told, or after that was told to a background that was stopped. The last answer
   * to its tab says where it is from, unless that was the page before; its origin is known in any case.
   */
  #untold(tab: number, id: string, initiator: string | undefined): Live | undefined {
    const origin = initiator === undefined ? null : originOf(initiator);
    if (origin === null) return undefined;
    const at = place(tab, 0);
    const fetched = this.#fetched.get(at);
    const isNew = fetched !== undefined && fetched.url !== this.#live.get(at)?.url && originOf(fetched.url) === origin;
    return { id, tab, frame: 0, top: id, ...(isNew ? fetched : { url: `${origin}/` }) };
  }

  at(tab: number, frame: number): DocumentOfEvent | undefined {
    return strip(this.#live.get(place(tab, frame)));
  }

  /** The tabs whose page this is. */
  tabsOf(page: string): number[] {
    return [...this.#live.values()].filter((one) => one.frame === 0 && one.url === page).map((one) => one.tab);
  }

  pageOf(tab: number): string | undefined {
    return this.#live.get(place(tab, 0))?.url;
  }

  #leaves(one: Live): void {
    this.#gone.set(one.id, one);
    if (this.#gone.size > GONE_MAX) this.#gone.delete(this.#gone.keys().next().value ?? "");
  }

  #navigating(details: Details, initiator: string | undefined): DocumentOfEvent | undefined {
    // Typed, from a bookmark, from history: nobody's doing.
    if (initiator === undefined) return undefined;
    const own = this.#live.get(place(details.tabId, 0));
    const openerId = this.#openers.get(details.tabId);
    const opener = openerId ? [...this.#live.values()].find((one) => one.id === openerId) : undefined;
    const origin = originOf(initiator);
    return strip([own, opener].find((one) => one?.url && originOf(one.url) === origin));
  }

  /** Service and shared workers belong to an origin, not to a tab. */
  #worker(initiator: string | undefined): DocumentOfEvent | undefined {
    const origin = initiator === undefined ? null : originOf(initiator);
    if (origin === null) return undefined;
    const sibling = [...this.#live.values()].find((one) => one.url && originOf(one.url) === origin);
    const document: DocumentOfEvent = { id: `worker:${origin}`, url: `${origin}/` };
    if (sibling?.ip) document.ip = sibling.ip;
    return document;
  }
}

function strip(live: Live | undefined): DocumentOfEvent | undefined {
  if (!live) return undefined;
  const { tab: _tab, frame: _frame, ...document } = live;
  return document;
}

function place(tab: number, frame: number): string {
  return `${tab}:${frame}`;
}

function put<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > TABS_MAX) map.delete(map.keys().next().value as K);
}
