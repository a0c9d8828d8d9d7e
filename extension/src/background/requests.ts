// webRequest, the ground truth: whatever a page, a worker or the browser for them asks for passes here.

import type { DocumentOfEvent, WatchEvent } from "../watch/event.ts";
import { addressIsLocal, hostIsLiteral, hostIsLocal } from "../watch/space.ts";
import { Addresses, withAddress } from "./address.ts";
import { bare, dns, initiatorOf, isFirefox } from "./browser.ts";
import type { Details } from "./browser.ts";
import type { Documents } from "./documents.ts";

/** What the watcher does with it; `local` says that the target is inside by its letters or its address. */
export type Take = (event: WatchEvent, local: boolean) => void;
/** Asks the frame who made the call to `wanted`, which led to `url`. */
export type Explain = (tab: number, frame: number, wanted: string, url: string) => void;

const ALL: chrome.webRequest.RequestFilter = { urls: ["<all_urls>"] };
const LNA_ERROR = /LOCAL_NETWORK_ACCESS/;
const REFUSED = /CONNECTION_REFUSED|CONNECTION_TIMED_OUT|NET_TIMEOUT|NET_RESET|CONNECTION_RESET|ADDRESS_UNREACHABLE/;

/** A page has hundreds of these: only their end is asked for, and their beginning where the name alone is local. */
const MANY = ["image", "script", "stylesheet", "font", "xmlhttprequest", "media", "imageset"];
const LOCAL_NAMES = ["localhost", "*.localhost", "*.local", "*.internal", "*.home.arpa", "127.0.0.1", "0.0.0.0"];

const REDIRECTS_MAX = 500;
const BEGUN_MAX = 2000;
const ASKED_MAX = 2000;
const ASKS_MAX = 500;
const ASK_SPAN_MS = 10_000;

/** Listens from the first moment: call it while the worker starts, not later. */
export function watchRequests(documents: Documents, take: Take, explain: Explain): void {
  const started = new Started();
  const told = new Told();
  const addresses = new Addresses();
  const own = chrome.runtime.getURL("").replace(/\/$/, "");
  const ask = asking(started, explain);
  const heard = (type: WatchEvent["type"], details: Details): void => {
    if ((details.initiator ?? details.originUrl ?? "").startsWith(own)) {
      if (type === "response") addresses.answered(details);
      return;
    }
    if (type !== "request" && told.isOld(type, details)) return;
    if (type === "response") learn(details, documents, take);
    const local = isLocal(details);
    // The core knows an end by its beginning.
    if (told.begins(details)) take(eventOf("request", details, documents), local);
    if (type !== "request") take(eventOf(type, details, documents), local);
    if (type === "redirect") started.redirected(details);
    if (type === "response" && !isFirefox) {
      addresses.ask(details, (ip) => {
        const local = addressIsLocal(ip);
        take(withAddress(eventOf(type, details, documents), ip), local);
        if (local) ask(details);
      });
    }
    if (local) ask(details);
    else if (type === "failure") void resolve(details, take, () => ask(details));
  };
  const on = (type: WatchEvent["type"]) => (given: unknown) => {
    documents.after(() => heard(type, given as Details));
    return undefined;
  };
  const { webRequest } = chrome;
  for (const filter of beginnings()) webRequest.onBeforeRequest.addListener(on("request"), filter);
  webRequest.onBeforeRedirect.addListener(on("redirect"), ALL);
  // Firefox knows the address with the headers; a page that is cancelled later was reached all the same.
  if (isFirefox) {
    webRequest.onHeadersReceived.addListener(on("response"), ALL);
    // A connection's first answer may come without it there, and with it here.
    const frames: chrome.webRequest.RequestFilter = { urls: ["<all_urls>"], types: ["main_frame", "sub_frame"] };
    webRequest.onCompleted.addListener((given: unknown) => documents.after(() => learn(given as Details, documents, take)), frames);
  } else webRequest.onResponseStarted.addListener(on("response"), ALL);
  webRequest.onErrorOccurred.addListener(on("failure"), ALL);
}

/** What is told before anybody answers. Each event costs the browser about as much as a tenth of a small request. */
function beginnings(): chrome.webRequest.RequestFilter[] {
  const all = Object.values(chrome.webRequest.ResourceType) as string[];
  const types = (of: (type: string) => boolean) => all.filter(of) as `${chrome.webRequest.ResourceType}`[];
  return [
    { urls: ["<all_urls>"], types: types((type) => !MANY.includes(type)) },
    { urls: LOCAL_NAMES.map((name) => `*://${name}/*`), types: types((type) => MANY.includes(type)) },
  ];
}

/** What the core knows already. It is lost with the background, and then told once more. */
class Told {
  readonly #begun = new Set<string>();
  readonly #answered = new Set<string>();

  /** Whether this is the first that is told of a request, or of where it was sent on to. */
  begins(details: Details): boolean {
    return isNew(this.#begun, `${details.requestId} ${details.url}`);
  }

  /** An end that says nothing: no local name, no local address, nobody who refused, and nothing new of a public one. */
  isOld(type: WatchEvent["type"], details: Details): boolean {
    if (type === "redirect" || !MANY.includes(details.type)) return false;
    const { url, ip, error } = details;
    if (ip && addressIsLocal(ip)) return false;
    if (error !== undefined && (LNA_ERROR.test(error) || REFUSED.test(error))) return false;
    const origin = url.slice(0, url.indexOf("/", 8));
    const page = details.documentId ?? `${details.tabId}:${details.frameId}:${details.documentUrl ?? ""}`;
    const evidence = ip && !details.fromCache ? ip : "-";
    const key = `${page} ${origin} ${evidence}`;
    if (this.#answered.has(key)) return true;
    if (!hostIsLocal(hostOf(url))) isNew(this.#answered, key);
    return false;
  }
}

function isNew(known: Set<string>, key: string): boolean {
  if (known.has(key)) return false;
  if (known.size >= BEGUN_MAX) known.clear();
  known.add(key);
  return true;
}

/**
 * Chromium fetches a page's speculation rules as navigations that nobody made. They carry the id of the document whose
 * rules they are; a navigation has no document yet.
 */
function speculator(details: Details, documents: Documents): DocumentOfEvent | undefined {
  if (isFirefox || details.type !== "main_frame" || details.documentId === undefined) return undefined;
  const document = documents.at(details.tabId, 0);
  return document?.id === details.documentId ? document : undefined;
}

/** Where redirected requests began: that is the address a script named. */
class Started {
  readonly #first = new Map<string, string>();

  redirected(details: Details): void {
    if (this.#first.has(details.requestId)) return;
    this.#first.set(details.requestId, bare(details.url));
    if (this.#first.size > REDIRECTS_MAX) this.#first.delete(this.#first.keys().next().value ?? "");
  }

  at(request: string): string | undefined {
    return this.#first.get(request);
  }
}

/** Asks the frames that may have acted who made the call; once for each request, under the name that a script gave it. */
function asking(started: Started, explain: Explain): (details: Details) => void {
  const asked = new Set<string>();
  let spent = { since: 0, count: 0 };
  return (details) => {
    const speculative = details.documentId !== undefined && !isFirefox;
    if (details.tabId < 0 || (details.type === "main_frame" && !speculative)) return;
    const now = bare(details.url);
    const key = `${details.requestId}:${now}`;
    if (asked.has(key)) return;
    if (Date.now() - spent.since > ASK_SPAN_MS) spent = { since: Date.now(), count: 0 };
    // A page that floods is known by its first calls.
    spent.count += 1;
    if (spent.count > ASKS_MAX) return;
    asked.add(key);
    if (asked.size > ASKED_MAX) asked.clear();
    const first = started.at(details.requestId) ?? now;
    for (const frame of actors(details)) explain(details.tabId, frame, first, now);
  };
}

/** The frame itself, and the one that made it: what a frame shows may have been written by its parent. */
function actors({ type, frameId, parentFrameId }: Details): number[] {
  const own = type === "sub_frame" || type === "object" ? [] : [frameId];
  return parentFrameId >= 0 ? [...own, parentFrameId] : own.length > 0 ? own : [frameId];
}

function learn(details: Details, documents: Documents, take: Take): void {
  const document = documents.fetched(details);
  const { tabId: tab, frameId: frame } = details;
  if (!document) return;
  const at = Math.round(details.timeStamp);
  take({ at, source: "web_request", type: "document", tab, frame, document, url: document.url ?? "" }, false);
}

function eventOf(type: WatchEvent["type"], details: Details, documents: Documents): WatchEvent {
  const event: WatchEvent = {
    at: Math.round(details.timeStamp),
    source: "web_request",
    type,
    request: details.requestId,
    tab: details.tabId,
    frame: details.frameId,
    url: bare(details.url),
    method: details.method,
    resource: details.type,
  };
  const speculating = speculator(details, documents);
  const acting = speculating ?? documents.acting(details);
  if (acting) event.document = acting;
  if (speculating || details.documentLifecycle === "prerender") event.speculative = true;
  const initiator = initiatorOf(details);
  if (initiator !== undefined) event.initiator = initiator;
  const script = askingScript(details);
  if (script !== undefined) event.call_site = { script };
  if (details.ip) event.ip = details.ip;
  if (details.fromCache) event.from_cache = true;
  if (details.error) event.error = details.error;
  if (details.statusCode !== undefined && type === "response") event.status = details.statusCode;
  if (details.proxyInfo !== undefined) event.proxied = (details.proxyInfo?.type ?? "direct") !== "direct";
  return event;
}

/** Firefox names the worker or style sheet that asked, where that is not the document. */
function askingScript(details: Details): string | undefined {
  const { originUrl, documentUrl, type } = details;
  if (originUrl === undefined || documentUrl === undefined || type === "main_frame" || type === "sub_frame") return undefined;
  const script = bare(originUrl);
  return script === bare(documentUrl) || !/^https?:/.test(script) ? undefined : script;
}

function isLocal(details: Details): boolean {
  if (LNA_ERROR.test(details.error ?? "")) return true;
  if (details.ip && !details.fromCache && addressIsLocal(details.ip)) return true;
  return hostIsLocal(hostOf(details.url));
}

/** A name that nobody answered at: where it leads, in the browser that can tell. */
async function resolve(details: Details, take: Take, found: () => void): Promise<void> {
  const host = hostOf(details.url);
  if (!dns || hostIsLiteral(host) || !REFUSED.test(details.error ?? "")) return;
  const answers = await dns.resolve(host).then((answer) => answer.addresses, () => []);
  if (!answers.some(addressIsLocal)) return;
  const event: WatchEvent = { at: Date.now(), source: "web_request", type: "resolution", name: host, answers };
  take({ ...event, request: details.requestId, tab: details.tabId, frame: details.frameId, url: bare(details.url) }, true);
  found();
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return "";
  }
}
