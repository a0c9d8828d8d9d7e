// webRequest, the ground truth: whatever a page, a worker or the browser for them asks for passes here.

import type { WatchEvent } from "../watch/event.ts";
import { addressIsLocal, hostIsLiteral, hostIsLocal } from "../watch/space.ts";
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

const REDIRECTS_MAX = 500;
const ASKED_MAX = 2000;
const ASKS_MAX = 500;
const ASK_SPAN_MS = 10_000;

/** Listens from the first moment: call it while the worker starts, not later. */
export function watchRequests(documents: Documents, take: Take, explain: Explain): void {
  const started = new Started();
  const own = chrome.runtime.getURL("").replace(/\/$/, "");
  const ask = asking(started, explain);
  const on = (type: WatchEvent["type"]) => (given: unknown) => {
    const details = given as Details;
    if ((details.initiator ?? details.originUrl ?? "").startsWith(own)) return undefined;
    if (type === "response") learn(details, documents, take);
    const event = eventOf(type, details, documents);
    const local = isLocal(details);
    take(event, local);
    if (type === "redirect") started.redirected(details);
    if (local) ask(details);
    else if (type === "failure") void resolve(details, take, () => ask(details));
    return undefined;
  };
  const { webRequest } = chrome;
  if (!isFirefox) watchSpeculation(documents, take, explain);
  webRequest.onBeforeRequest.addListener(on("request"), ALL);
  webRequest.onBeforeRedirect.addListener(on("redirect"), ALL);
  // Firefox knows the address with the headers; a page that is cancelled later was reached all the same.
  if (isFirefox) {
    webRequest.onHeadersReceived.addListener(on("response"), ALL);
    // A connection's first answer may come without it there, and with it here.
    webRequest.onCompleted.addListener((given: unknown) => learn(given as Details, documents, take), ALL);
  } else webRequest.onResponseStarted.addListener(on("response"), ALL);
  webRequest.onErrorOccurred.addListener(on("failure"), ALL);
}

/**
 * Chromium fetches a page's speculation rules as navigations that nobody made. The header `Sec-Purpose` tells them from
 * navigations, and the document they name is the one whose rules they are.
 */
function watchSpeculation(documents: Documents, take: Take, explain: Explain): void {
  const filter: chrome.webRequest.RequestFilter = { urls: ["<all_urls>"], types: ["main_frame"] };
  const look = (given: unknown): undefined => {
    const details = given as Details;
    const purpose = details.requestHeaders?.find((one) => one.name.toLowerCase() === "sec-purpose")?.value ?? "";
    const document = documents.at(details.tabId, 0);
    if (!purpose.includes("prefetch") || document === undefined || document.id !== details.documentId) return;
    const event = eventOf("request", details, documents);
    const local = isLocal(details);
    take({ ...event, document, speculative: true }, local);
    if (local) explain(details.tabId, 0, bare(details.url), bare(details.url));
  };
  const add = chrome.webRequest.onSendHeaders.addListener as unknown as (
    listener: (given: unknown) => undefined,
    filter: chrome.webRequest.RequestFilter,
    more: string[],
  ) => void;
  add.call(chrome.webRequest.onSendHeaders, look, filter, ["requestHeaders", "extraHeaders"]);
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
    if (details.tabId < 0 || details.type === "main_frame") return;
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

function learn(details: Details, documents: Documents, take: Take): undefined {
  const document = documents.fetched(details);
  const { tabId: tab, frameId: frame } = details;
  if (!document) return undefined;
  const at = Math.round(details.timeStamp);
  take({ at, source: "web_request", type: "document", tab, frame, document, url: document.url ?? "" }, false);
  return undefined;
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
  const acting = documents.acting(details);
  if (acting) event.document = acting;
  const initiator = initiatorOf(details);
  if (initiator !== undefined) event.initiator = initiator;
  const script = askingScript(details);
  if (script !== undefined) event.call_site = { script };
  if (details.ip) event.ip = details.ip;
  if (details.fromCache) event.from_cache = true;
  if (details.error) event.error = details.error;
  if (details.statusCode !== undefined && type === "response") event.status = details.statusCode;
  if (details.documentLifecycle === "prerender") event.speculative = true;
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
