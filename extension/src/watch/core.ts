// The rules, as the extension sees them. They live in Rust and come as WebAssembly; JSON goes in and out.

import type { CallSite, Space, WatchEvent } from "./event.ts";

export interface Core {
  /** Begins with settings and the text of the last `snapshot`, or "". `lost` says why that state was of no use. */
  start(configuration: Configuration, state: string): { problems: Problem[]; lost?: string };
  /** Changes the settings; what was seen stays. */
  configure(configuration: Configuration): { problems: Problem[] };
  /** Takes events; gives what they made new or changed. */
  take(events: WatchEvent[]): { changed: Sighting[] };
  report(): { sightings: Sighting[] };
  /** Everything known, to go on after the browser stopped the worker. */
  snapshot(): string;
}

/** A setting that cannot be used. */
export interface Problem {
  place: string;
  why: string;
}

export interface AllowRule {
  id: string;
  /** As in Chrome's content settings: `[*.]example.com`. */
  page: string;
  /** A host with `*`, an address, or a CIDR block. */
  target: string;
  ports?: (number | string)[];
  script?: string;
  reason: string;
  owner: string;
  /** The last day, `2027-03-31`. */
  expires: string;
}

export interface Configuration {
  allow: AllowRule[];
  /** As Chrome's `LocalNetworkAccessIpAddressSpaceOverrides`. */
  overrides: string[];
  own_domains: string[];
  proxies: string[];
}

export type Outcome = "reached" | "blocked" | "refused" | "failed";
export type Outcomes = Partial<Record<Outcome, number>>;

export interface Target {
  scheme: string;
  host: string;
  port: number;
  path?: string;
  ip?: string;
  space: Space;
  how: "literal" | "name" | "ip" | "lna_error" | "dns";
  api?: string;
  script?: CallSite;
  outcomes: Outcomes;
  count: number;
}

/** One thing a page did, as one rule saw it. */
export interface Sighting {
  id: number;
  rule: string;
  page: string;
  top?: string;
  script?: CallSite;
  targets: Target[];
  api: string[];
  outcomes: Outcomes;
  first: number;
  last: number;
  count: number;
  allowed_by?: string;
  suppressed?: string;
  notes: string[];
}
