// Stopping what a browser lets an extension stop.
//
// Literal addresses and local names: rules of declarativeNetRequest, in force while the background sleeps. Names that
// turn out to lead inside: Firefox tells the address with the headers, and the answer is cancelled before the page has
// it. Chromium tells it too late; there the name is barred in the tab once a rebinding was found.
// Not stopped, and said so in the settings: WebRTC, and what a person opens.

import type { AllowRule, Sighting } from "../watch/core.ts";
import { addressIsLocal, hostIsLocal } from "../watch/space.ts";
import { isFirefox } from "./browser.ts";
import type { Details } from "./browser.ts";
import type { Documents } from "./documents.ts";

type Rule = chrome.declarativeNetRequest.Rule;

const HOSTS_MAX = 500;
const BARRED_MAX = 200;
const FIRST_BARRED = 10_000;
const FIRST_LOCAL_TAB = 20_000;
const STOP = 1;
const EXPECT = 2;
const LOCAL_NAMES = ["localhost", "local", "internal", "home.arpa"];
const FOUR = "\\d+\\.\\d+";
/** Addresses as browsers write them. In parts, because a browser limits the size of each expression. */
const LITERALS = [
  `(?:127|10|0)\\.\\d+\\.${FOUR}`,
  `(?:192\\.168|169\\.254|172\\.(?:1[6-9]|2\\d|3[01])|198\\.1[89])\\.${FOUR}`,
  `100\\.(?:6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])\\.${FOUR}`,
  "\\[(?:::1?|::ffff:[0-9a-f:.]+|f[cd][0-9a-f:]+|fe[89a-f][0-9a-f:]+|64:ff9b:[0-9a-f:.]+)\\]",
];

export class Blocking {
  readonly #documents: Documents;
  readonly #openers = new Set<string>();
  readonly #barred = new Set<string>();
  #on = false;

  constructor(documents: Documents) {
    this.#documents = documents;
    if (isFirefox) cancelInside(documents, () => this.#on);
  }

  async set(on: boolean, allow: AllowRule[]): Promise<void> {
    this.#on = on;
    const old = (await chrome.declarativeNetRequest.getDynamicRules()).map(({ id }) => id);
    const addRules = on ? [...stops(), ...expects(allow)].map((rule, at) => ({ ...rule, id: at + 1 })) : [];
    await chrome.declarativeNetRequest.updateDynamicRules({ removeRuleIds: old, addRules });
    if (on) return this.#setOpeners();
    const session = (await chrome.declarativeNetRequest.getSessionRules()).map(({ id }) => id);
    await chrome.declarativeNetRequest.updateSessionRules({ removeRuleIds: session });
  }

  /** A page is there: if public, it may not open local addresses; if local, its tab may reach its own kind. */
  committed(tab: number, frame: number, url: string, ip: string | undefined): void {
    if (!this.#on || !/^https?:/.test(url)) return;
    const host = new URL(url).hostname;
    const local = hostIsLocal(host) || (ip !== undefined && addressIsLocal(ip));
    if (frame === 0) void setLocalTab(tab, local);
    if (local || this.#openers.has(host)) return;
    this.#openers.add(host);
    if (this.#openers.size > HOSTS_MAX) this.#openers.delete(this.#openers.values().next().value ?? "");
    void this.#setOpeners();
  }

  /** Chromium, after the fact: no more from that name in that tab. */
  rebound(found: Sighting[]): void {
    if (!this.#on || isFirefox) return;
    for (const one of found.filter(({ rule, allowed_by, suppressed }) => rule === "HW-3" && !allowed_by && !suppressed)) {
      const host = hostOf(one.page);
      const tabIds = this.#documents.tabsOf(one.top ?? one.page);
      if (this.#barred.has(host) || tabIds.length === 0 || this.#barred.size >= BARRED_MAX) continue;
      this.#barred.add(host);
      const condition = { requestDomains: [host], tabIds } as chrome.declarativeNetRequest.RuleCondition;
      void addSession([{ id: FIRST_BARRED + this.#barred.size, priority: EXPECT, action: block(), condition }]);
    }
  }

  async #setOpeners(): Promise<void> {
    const initiatorDomains = [...this.#openers];
    if (initiatorDomains.length === 0) return;
    const resourceTypes = ["main_frame"] as chrome.declarativeNetRequest.ResourceType[];
    const rules = targets().map((target, at) => {
      return { id: at + 1, priority: STOP, action: block(), condition: { ...target, initiatorDomains, resourceTypes } };
    });
    await addSession(rules);
  }
}

function block(): chrome.declarativeNetRequest.RuleAction {
  return { type: "block" as chrome.declarativeNetRequest.RuleActionType };
}

function targets(): chrome.declarativeNetRequest.RuleCondition[] {
  const literals = LITERALS.map((literal) => ({ regexFilter: `^[a-z]+://(?:[^/@]*@)?${literal}(?::\\d+)?/` }));
  return [{ requestDomains: LOCAL_NAMES }, ...literals];
}

/**
 * A page loads from its own host whatever it is: only others' requests are stopped, of every kind but navigations of a
 * tab (that is what a rule without kinds means, and browsers differ in which kinds they know). Ours reach a receiver.
 */
function stops(): Omit<Rule, "id">[] {
  const domainType = "thirdParty" as chrome.declarativeNetRequest.DomainType;
  const excludedInitiatorDomains = [...LOCAL_NAMES, hostOf(chrome.runtime.getURL(""))];
  return targets().map((target) => {
    return { priority: STOP, action: block(), condition: { ...target, domainType, excludedInitiatorDomains } };
  });
}

/** Allow rules that can be said to the browser: a page's host, a target's host or block, ports. Ended ones are left out. */
export function expects(allow: AllowRule[], now = Date.now()): Omit<Rule, "id">[] {
  const rules: Omit<Rule, "id">[] = [];
  for (const { page, target, ports, expires } of allow) {
    const host = hostOf(page) || page.replace(/^\[\*\.\]/, "").replace(/:\d+$/, "");
    const wanted = targetExpression(target);
    if (host === "" || wanted === null || Date.parse(`${expires}T23:59:59Z`) < now) continue;
    const port = ports && ports.length > 0 ? portExpression(ports) : "(?::\\d+)?";
    if (port === null) continue;
    const condition = { initiatorDomains: [host], regexFilter: `^[a-z]+://(?:[^/@]*@)?${wanted}${port}/` };
    rules.push({ priority: EXPECT, action: { type: "allow" as chrome.declarativeNetRequest.RuleActionType }, condition });
  }
  return rules;
}

/** A host with `*`, or a block of whole bytes; null when no expression can say it. */
function targetExpression(target: string): string | null {
  const cidr = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(target);
  if (!cidr) return target.includes("/") ? null : escape(target).replace(/\\\*/g, "[^/:]*");
  const bits = Number(cidr[5]);
  if (bits % 8 !== 0) return null;
  const fixed = cidr.slice(1, 1 + bits / 8);
  return [...fixed, ...Array<string>(4 - fixed.length).fill("\\d+")].join("\\.");
}

function portExpression(ports: (number | string)[]): string | null {
  if (ports.some((port) => !/^\d+$/.test(String(port)))) return null;
  const usual = ports.some((port) => [80, 443].includes(Number(port)));
  return `(?::(?:${ports.join("|")}))${usual ? "?" : ""}`;
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

async function setLocalTab(tab: number, local: boolean): Promise<void> {
  const id = FIRST_LOCAL_TAB + tab;
  if (id >= 2 ** 31) return;
  const action = { type: "allow" as chrome.declarativeNetRequest.RuleActionType };
  const condition: chrome.declarativeNetRequest.RuleCondition = { tabIds: [tab] };
  if (local) await addSession([{ id, priority: EXPECT, action, condition }]);
  else await chrome.declarativeNetRequest.updateSessionRules({ removeRuleIds: [id] });
}

async function addSession(addRules: Rule[]): Promise<void> {
  const removeRuleIds = addRules.map(({ id }) => id);
  await chrome.declarativeNetRequest.updateSessionRules({ removeRuleIds, addRules }).catch(() => undefined);
}

/** Firefox: the answer of a name that led inside never gets to a public page. */
function cancelInside(documents: Documents, on: () => boolean): void {
  const decide = (given: unknown): chrome.webRequest.BlockingResponse => {
    const details = given as Details;
    if (!on() || !details.ip || details.fromCache || !addressIsLocal(details.ip)) return {};
    if ((details.proxyInfo?.type ?? "direct") !== "direct") return {};
    const acting = documents.acting(details);
    const fromOutside = acting?.ip !== undefined && !addressIsLocal(acting.ip);
    return { cancel: fromOutside && !hostIsLocal(hostOf(acting?.url ?? "")) };
  };
  const add = chrome.webRequest.onHeadersReceived.addListener as (
    listener: (given: unknown) => chrome.webRequest.BlockingResponse,
    filter: chrome.webRequest.RequestFilter,
    more: string[],
  ) => void;
  add.call(chrome.webRequest.onHeadersReceived, decide, { urls: ["<all_urls>"] }, ["blocking"]);
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return "";
  }
}
