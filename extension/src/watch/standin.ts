// Stands where the WebAssembly core goes until it is built in: access to literals, local names and resolved addresses.
//
// It knows the first rule only, without suppressions other than a page that is local itself.

import type { AllowRule, Configuration, Core, Target, Outcome, Sighting } from "./core.ts";
import type { CallSite, WatchEvent } from "./event.ts";
import { addressIsLocal, hostIsLiteral, hostIsLocal } from "./space.ts";

const FACTS_MAX = 500;
const REQUESTS_MAX = 2000;

export class StandIn implements Core {
  #facts = new Map<string, Sighting>();
  #requests = new Map<string, string>();
  #sites = new Map<string, { api: string; site: CallSite }>();
  #allow: AllowRule[] = [];

  configure(json: string): string {
    this.#allow = (JSON.parse(json) as Configuration).allow;
    return "[]";
  }

  take(eventJson: string): void {
    const event = JSON.parse(eventJson) as WatchEvent;
    if (event.type === "call" && event.url && event.call_site) this.#place(event.url, event.api ?? "", event.call_site);
    if (event.type === "webrtc") this.#webrtc(event);
    if (event.url && event.type !== "call" && event.type !== "document") this.#request(event);
  }

  findings(): string {
    return JSON.stringify([...this.#facts.values()]);
  }

  snapshot(): string {
    return JSON.stringify([[...this.#facts], [...this.#sites]]);
  }

  restore(snapshot: string): void {
    const [facts, sites] = JSON.parse(snapshot) as [[string, Sighting][], [string, { api: string; site: CallSite }][]];
    this.#facts = new Map(facts);
    this.#sites = new Map(sites);
  }

  #place(url: string, api: string, site: CallSite): void {
    this.#sites.set(url, { api, site });
    for (const [key, fact] of this.#facts) if (key.endsWith(`|${url}`) && !fact.script) fact.script = site;
  }

  #webrtc(event: WatchEvent): void {
    for (const place of [...(event.webrtc?.servers ?? []), ...(event.webrtc?.candidates ?? [])]) {
      const parts = /^(?:(?:stun|turn)s?:)?(\[[^\]]+\]|[^:/?]+):?(\d*)/.exec(place);
      const target: Target = { host: parts?.[1] ?? place, port: Number(parts?.[2] || 3478), scheme: "udp", space: "loopback", how: "literal", outcomes: {}, count: 1 };
      this.#put("HW-5", event, target, place);
    }
    if (event.webrtc?.ufrag?.own === false) this.#put("HW-5", event, null, "ufrag");
  }

  #request(event: WatchEvent): void {
    const url = new URL(event.url ?? "");
    const page = event.document?.url ?? event.initiator;
    if (!page || !/^https?:/.test(page) || hostIsLocal(new URL(page).hostname)) return;
    if (event.document?.ip && addressIsLocal(event.document.ip)) return;
    const byName = hostIsLocal(url.hostname);
    const byAddress = event.ip !== undefined && addressIsLocal(event.ip) && event.from_cache !== true;
    const byBrowser = /LOCAL_NETWORK_ACCESS/.test(event.error ?? "");
    if (!byName && !byAddress && !byBrowser) return;
    const how = byName ? (hostIsLiteral(url.hostname) ? "literal" : "name") : byAddress ? "ip" : "lna_error";
    const port = Number(url.port || (/^(?:https|wss):/.test(url.protocol) ? 443 : 80));
    const target: Target = { host: url.hostname, port, scheme: url.protocol.slice(0, -1), space: "loopback", how, outcomes: {}, count: 1 };
    if (event.ip) target.ip = event.ip;
    this.#put(event.resource === "main_frame" ? "HW-7" : "HW-1", event, target, event.url ?? "");
  }

  #put(rule: string, event: WatchEvent, target: Target | null, url: string): void {
    const page = (event.document?.url ?? event.initiator ?? "").split(/[?#]/)[0] ?? "";
    const key = `${rule}|${page}|${url}`;
    const known = this.#sites.get(url);
    const fact = this.#facts.get(key) ?? this.#fresh(rule, page, event, key);
    fact.last = event.at;
    if (target) fact.targets = [target];
    const site = event.call_site ?? known?.site;
    if (site) fact.script = site;
    const api = event.api ?? known?.api ?? event.resource ?? "";
    if (!fact.api.includes(api)) fact.api.push(api);
    if (event.type === "request" || event.type === "webrtc") fact.count += 1;
    const outcome = outcomeOf(event, this.#requests);
    if (outcome) fact.outcomes[outcome] = (fact.outcomes[outcome] ?? 0) + 1;
    const rule_ = this.#allow.find((one) => page.startsWith(one.page) && (one.target === "*" || one.target === target?.host));
    if (rule_) fact.allowed_by = rule_.id;
  }

  #fresh(rule: string, page: string, event: WatchEvent, key: string): Sighting {
    const fact: Sighting = { id: this.#facts.size + 1, notes: [], rule, page, targets: [], api: [], outcomes: {}, first: event.at, last: event.at, count: 0 };
    if (this.#facts.size >= FACTS_MAX) this.#facts.delete(this.#facts.keys().next().value ?? "");
    this.#facts.set(key, fact);
    return fact;
  }
}

/** Told once for each request. */
function outcomeOf(event: WatchEvent, told: Map<string, string>): Outcome | null {
  const outcome = outcomeByType(event);
  if (!outcome || !event.request || told.has(event.request)) return null;
  if (told.size >= REQUESTS_MAX) told.clear();
  told.set(event.request, outcome);
  return outcome;
}

function outcomeByType(event: WatchEvent): Outcome | null {
  if (event.type === "response") return "reached";
  if (event.type !== "failure") return null;
  if (/LOCAL_NETWORK_ACCESS|BLOCKED_BY/.test(event.error ?? "")) return "blocked";
  return /REFUSED/.test(event.error ?? "") ? "refused" : "failed";
}
