// The background of the extension. Every listener is set while this file runs: a browser that stopped the background
// wakes it with an event, and only listeners that are there by then get it.

import { StandIn } from "../watch/standin.ts";
import type { PageFact } from "../watch/core.ts";
import { forgetBadge, showBadges } from "./badge.ts";
import { takeCalls } from "./calls.ts";
import { Documents } from "./documents.ts";
import { labFacts, labTake } from "./lab.ts";
import { watchRequests } from "./requests.ts";
import type { Take } from "./requests.ts";
import { readSettings, UFragKey } from "./settings.ts";
import { Watcher } from "./watcher.ts";

const documents = new Documents();
const key = new UFragKey();
const watcher = new Watcher(new StandIn(), documents, changed);

const take: Take = (event, local) => {
  labTake(event);
  watcher.take(event, local);
};

function changed(facts: PageFact[]): void {
  labFacts(facts);
  showBadges(facts, documents);
}

watchRequests(documents, take, (tab, frame, url) => {
  void chrome.tabs.sendMessage(tab, { explain: url }, { frameId: frame }).catch(() => undefined);
});

chrome.webNavigation.onCommitted.addListener((details) => {
  const { tabId, frameId, parentFrameId, url } = details;
  const { now, before } = documents.committed(tabId, frameId, parentFrameId, url, details.documentId);
  if (frameId === 0) forgetBadge(tabId);
  const place = { at: Math.round(details.timeStamp), source: "web_request", tab: tabId, frame: frameId } as const;
  if (before) take({ ...place, type: "document_gone", document: { id: before.id } }, false);
  const { tab: _tab, frame: _frame, ...document } = now;
  take({ ...place, type: "document", document, url: document.url ?? "" }, false);
});

chrome.webNavigation.onCreatedNavigationTarget.addListener((details) => {
  documents.opened(details.tabId, details.sourceTabId, details.sourceFrameId);
});

chrome.tabs.onRemoved.addListener((tab) => {
  forgetBadge(tab);
  for (const gone of documents.closed(tab)) {
    take({ at: Date.now(), source: "web_request", type: "document_gone", tab, document: { id: gone.id } }, false);
  }
});

chrome.runtime.onMessage.addListener((message, sender) => {
  void takeCalls(message, sender, documents, key, take);
  return undefined;
});

// The state comes back without waiting for the policy; the policy counts as soon as it is there.
void readSettings(0).then(async ({ settings }) => {
  await watcher.start(settings);
  watcher.configure((await readSettings()).settings);
});

chrome.storage.onChanged.addListener((_, area) => {
  if (area === "local" || area === "managed") void readSettings().then(({ settings }) => watcher.configure(settings));
});
