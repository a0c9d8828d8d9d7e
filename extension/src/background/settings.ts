// What somebody decided: here in the options, or for everybody through the browser's policies.

import type { AllowRule, Configuration, Problem } from "../watch/core.ts";

export interface Settings {
  notifications: boolean;
  block: boolean;
  allow: AllowRule[];
  spaceOverrides: string[];
  ownDomains: string[];
  proxies: string[];
  reportUrl: string;
  seat: string;
  reportPaths: boolean;
}

const DEFAULTS: Settings = {
  notifications: false,
  block: false,
  allow: [],
  spaceOverrides: [],
  ownDomains: [],
  proxies: [],
  reportUrl: "",
  seat: "",
  reportPaths: false,
};
const ALLOW_MAX = 500;

const POLICY_WAIT_MS = 1000;

/**
 * Own settings with those of the policy above them; allow rules are added up. A browser may let the policy wait for
 * longer than a page needs: then it counts as empty for now, and `onChanged` tells of it later.
 */
export async function readSettings(wait = POLICY_WAIT_MS): Promise<{ settings: Settings; managed: string[]; refused: Problem[] }> {
  const [stored, policy] = await Promise.all([chrome.storage.local.get("settings"), readPolicy(wait)]);
  const own = checked(stored.settings);
  const given = checked(policy);
  const managed = Object.keys(given).filter((key) => key !== "allow");
  const settings = { ...DEFAULTS, ...own, ...given };
  settings.allow = [...(given.allow ?? []), ...(own.allow ?? [])].slice(0, ALLOW_MAX);
  return { settings, managed, refused: [...refusedRules(policy), ...refusedRules(stored.settings)] };
}

/** What the core has to know of the settings. */
export function configurationOf(settings: Settings): Configuration {
  const { allow, spaceOverrides: overrides, ownDomains: own_domains, proxies } = settings;
  return { allow, overrides, own_domains, proxies };
}

async function readPolicy(wait: number): Promise<unknown> {
  const none = new Promise((done) => setTimeout(() => done({}), wait));
  // Firefox refuses where there is no policy at all.
  const policy: Promise<unknown> = chrome.storage.managed.get(null).catch(() => ({}));
  return Promise.race([policy, none]);
}

/** Changes own settings. */
export async function writeSettings(change: Partial<Settings>): Promise<void> {
  const stored = (await chrome.storage.local.get("settings")).settings;
  await chrome.storage.local.set({ settings: { ...checked(stored), ...checked(change) } });
}

/** Own allow rules only, which are the ones that can be taken back here. */
export async function ownAllow(): Promise<AllowRule[]> {
  return checked((await chrome.storage.local.get("settings")).settings).allow ?? [];
}

/** Keeps what has the right shape; a rule without reason or end is none. */
export function checked(given: unknown): Partial<Settings> {
  if (given === null || typeof given !== "object") return {};
  const from = given as Record<string, unknown>;
  const settings: Partial<Settings> = {};
  for (const key of ["notifications", "block", "reportPaths"] as const) {
    if (typeof from[key] === "boolean") settings[key] = from[key];
  }
  if (typeof from.seat === "string") settings.seat = from.seat.slice(0, 100);
  if (typeof from.reportUrl === "string" && reportable(from.reportUrl)) settings.reportUrl = from.reportUrl;
  for (const key of ["spaceOverrides", "ownDomains", "proxies"] as const) {
    const list: unknown = from[key];
    if (Array.isArray(list)) settings[key] = list.filter((one) => typeof one === "string").slice(0, ALLOW_MAX);
  }
  if (Array.isArray(from.allow)) settings.allow = from.allow.filter(isRule).slice(0, ALLOW_MAX);
  return settings;
}

const RULE_TEXTS = ["id", "page", "target", "reason", "owner", "expires"];

/** Rules that are left out, and what they lack: whoever wrote them believes that they hold. */
export function refusedRules(given: unknown): Problem[] {
  const rules = (given as { allow?: unknown } | null | undefined)?.allow;
  if (!Array.isArray(rules)) return [];
  const problems = rules.map((rule: unknown, at) => {
    const texts = (rule ?? {}) as Record<string, unknown>;
    const missing = RULE_TEXTS.filter((key) => typeof texts[key] !== "string" || texts[key] === "");
    const why = missing.length > 0 ? `no ${missing.join(", ")}` : `"${String(texts.expires)}" is no day`;
    return { place: `allow[${at}]`, why };
  });
  return problems.filter((_, at) => !isRule(rules[at]));
}

function isRule(given: unknown): given is AllowRule {
  if (given === null || typeof given !== "object") return false;
  const rule = given as Record<string, unknown>;
  return RULE_TEXTS.every((key) => typeof rule[key] === "string" && rule[key] !== "") && !Number.isNaN(Date.parse(String(rule.expires)));
}

/** Reports go over https, or to this machine itself. */
function reportable(url: string): boolean {
  if (url === "") return true;
  try {
    const { protocol, hostname } = new URL(url);
    return protocol === "https:" || (protocol === "http:" && /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname));
  } catch {
    return false;
  }
}

/** Hashes the data that a page hides in a ufrag, with a key of this installation that never leaves it. */
export class UFragKey {
  #key: Promise<CryptoKey> | undefined;

  async hash(value: string): Promise<string> {
    this.#key ??= loadKey();
    const signed = await crypto.subtle.sign("HMAC", await this.#key, new TextEncoder().encode(value));
    return Array.from(new Uint8Array(signed).slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}

async function loadKey(): Promise<CryptoKey> {
  const stored: unknown = (await chrome.storage.local.get("ufragKey")).ufragKey;
  const raw = Array.isArray(stored) ? Uint8Array.from(stored as number[]) : crypto.getRandomValues(new Uint8Array(32));
  if (!Array.isArray(stored)) await chrome.storage.local.set({ ufragKey: [...raw] });
  return crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}
