// The rules, as the extension sees them. They live in Rust and come as WebAssembly; JSON goes in and out.

import type { Space } from "./event.ts";
import type { CallSite } from "./event.ts";

export interface Core {
  /** Rules to allow, address space overrides: see `Configuration`. */
  configure(json: string): void;
  /** One `WatchEvent`. */
  take(eventJson: string): void;
  /** All findings known, as a JSON list of `PageFact`. */
  findings(): string;
  /** Everything known, to go on after the browser stopped the worker. */
  snapshot(): string;
  restore(snapshot: string): void;
}

export interface AllowRule {
  id: string;
  page: string;
  target: string;
  ports?: number[];
  script?: string;
  reason: string;
  owner: string;
  /** ISO date. */
  expires: string;
}

export interface Configuration {
  allow: AllowRule[];
  /** As Chrome's `LocalNetworkAccessIpAddressSpaceOverrides`. */
  space_overrides: string[];
  now: number;
}

export interface FactTarget {
  host: string;
  port: number;
  scheme: string;
  ip?: string;
  space: Space;
  how: "literal" | "name" | "ip" | "lna_error" | "dns";
}

export type Outcome = "reached" | "blocked" | "refused" | "failed";

export interface PageFact {
  rule: string;
  page: string;
  script?: CallSite;
  targets: FactTarget[];
  api: string[];
  outcomes: Partial<Record<Outcome, number>>;
  first: number;
  last: number;
  count: number;
  allowed_by?: string;
  suppressed?: string;
  notes?: string[];
}
