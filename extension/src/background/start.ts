// The background of the extension. Every listener is set while this file runs: a browser that stopped the background
// wakes it with an event, and only listeners that are there by then get it.

import type { Sighting } from "../watch/core.ts";
import { loadCore } from "../watch/wasm.ts";
import { questionOf } from "./answers.ts";
import type { PageAnswer, Question } from "./answers.ts";
import { forgetBadge, showBadges } from "./badge.ts";
import { Blocking } from "./block.ts";
import { takeCalls } from "./calls.ts";
import { Documents } from "./documents.ts";
import { History } from "./history.ts";
import { labFacts, labSettings, labTake } from "./lab.ts";
import { Notifications } from "./notify.ts";
import { REPORT_ALARM, Reports } from "./report.ts";
import { watchRequests } from "./requests.ts";
import type { Take } from "./requests.ts";
import { configurationOf, ownAllow, readSettings, UFragKey, writeSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { Watcher } from "./watcher.ts";

const documents = new Documents();
const key = new UFragKey();
const history = new History();
const notifications = new Notifications();
const reports = new Reports();
const blocking = new Blocking(documents);
const watcher = new Watcher(documents, found);
let settings: Settings | undefined;

const take: Take = (event, local) => {
  labTake(event);
  watcher.take(event, local);
};

function found(all: Sighting[], changed: Sighting[]): void {
  labFacts(all);
  showBadges(all, documents);
  history.put(changed);
  if (!settings) return;
  notifications.show(changed, settings.notifications);
  reports.put(changed, settings);
  blocking.rebound(changed);
}

watchRequests(documents, take, (tab, frame, wanted, url) => {
  void chrome.tabs.sendMessage(tab, { explain: `${wanted} ${url}` }, { frameId: frame }).catch(() => undefined);
});

type Committed = chrome.webNavigation.WebNavigationTransitionCallbackDetails & { documentId?: string };

function committed(details: Committed): void {
  const { tabId, frameId, parentFrameId, url } = details;
  const { now, before } = documents.committed(tabId, frameId, parentFrameId, url, details.documentId);
  if (frameId === 0) forgetBadge(tabId);
  const place = { at: Math.round(details.timeStamp), source: "web_request", tab: tabId, frame: frameId } as const;
  if (before) take({ ...place, type: "document_gone", document: { id: before.id } }, false);
  blocking.committed(tabId, frameId, url, now.ip);
  const { tab: _tab, frame: _frame, ...document } = now;
  take({ ...place, type: "document", document, url: document.url ?? "" }, false);
}

function closed(tab: number): void {
  forgetBadge(tab);
  for (const gone of documents.closed(tab)) {
    take({ at: Date.now(), source: "web_request", type: "document_gone", tab, document: { id: gone.id } }, false);
  }
}

chrome.webNavigation.onCommitted.addListener((details) => documents.after(() => committed(details as Committed)));
chrome.webNavigation.onCreatedNavigationTarget.addListener(({ tabId, sourceTabId, sourceFrameId }) => {
  documents.after(() => documents.opened(tabId, sourceTabId, sourceFrameId));
});
chrome.tabs.onRemoved.addListener((tab) => documents.after(() => closed(tab)));

chrome.runtime.onMessage.addListener((message, sender, respond: (answer: unknown) => void) => {
  const question = questionOf(message, sender);
  if (!question) {
    documents.after(() => void takeCalls(message, sender, documents, key, take));
    return false;
  }
  void watcher.ready.then(() => answer(question)).then(respond, () => respond(null));
  return true;
});

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case "page":
      return pageAnswer(question.tab);
    case "history":
      return history.all();
    case "clear_history":
      return history.clear();
    case "refused":
      return [...(await readSettings()).refused, ...watcher.problems()];
    case "allow":
      await writeSettings({ allow: [...(await ownAllow()), ...question.rules] });
      // The change of the settings itself brings the rules to the core.
      return watcher.expect(question.ids, question.rules[0]?.id ?? "");
    case "disallow":
      return writeSettings({ allow: (await ownAllow()).filter((rule) => rule.id !== question.id) });
  }
}

function pageAnswer(tab: number): PageAnswer {
  const page = documents.pageOf(tab) ?? "";
  const found = page === "" ? [] : watcher.found().filter((one) => (one.top ?? one.page) === page);
  return { page, found, blocking: settings?.block ?? false };
}

chrome.alarms.onAlarm.addListener((alarm) => {
  if (alarm.name === REPORT_ALARM) void readSettings().then((read) => reports.send(read.settings));
});
chrome.runtime.onInstalled.addListener(() => void chrome.alarms.create(REPORT_ALARM, { periodInMinutes: 1 }));
chrome.runtime.onStartup.addListener(() => void chrome.alarms.create(REPORT_ALARM, { periodInMinutes: 1 }));

labSettings();

const loading = loadCore();

// The state comes back without waiting for the policy; the policy counts as soon as it is there.
void readSettings(0).then(async (read) => {
  settings = read.settings;
  await watcher.start(loading, configurationOf(settings));
  await again();
});

async function again(): Promise<void> {
  settings = (await readSettings()).settings;
  watcher.configure(configurationOf(settings));
  // What was found before a policy came says where to report it.
  reports.put(watcher.found(), settings);
  await blocking.set(settings.block, settings.allow);
}

chrome.storage.onChanged.addListener((changes, area) => {
  if (area === "managed" || (area === "local" && changes.settings)) void again();
});
