// What the watcher is told: one event, as the core reads it (a line of JSON). Missing means not known.
//
// Never in an event: what a page says, cookies, bodies, the value of a ufrag, the query of an address.

export type Space = "public" | "local" | "loopback";

export interface Place {
  script: string;
  line?: number;
  column?: number;
  function?: string;
}

export interface CallSite extends Place {
  async_parents?: Place[];
}

export interface DocumentOfEvent {
  id: string;
  url?: string;
  ip?: string;
  parent?: string;
  opener?: string;
  top?: string;
  space?: Space;
}

export interface Ufrag {
  len: number;
  own?: boolean;
  hash?: string;
}

export interface WebRtc {
  servers?: string[];
  candidates?: string[];
  ufrag?: Ufrag;
}

export type EventType =
  | "request"
  | "response"
  | "failure"
  | "redirect"
  | "call"
  | "webrtc"
  | "document"
  | "document_gone"
  | "resolution"
  | "proxy"
  | "truncated";

export interface WatchEvent {
  at: number;
  source: "web_request" | "hook";
  type: EventType;
  request?: string;
  tab?: number;
  frame?: number;
  document?: DocumentOfEvent;
  initiator?: string;
  url?: string;
  method?: string;
  resource?: string;
  ip?: string;
  from_cache?: boolean;
  proxied?: boolean;
  error?: string;
  status?: number;
  api?: string;
  call_site?: CallSite;
  speculative?: boolean;
  content_type?: string;
  webrtc?: WebRtc;
  name?: string;
  answers?: string[];
}
