// Where everything of the lab lives: one small internet inside a network namespace.
//
// The "public" addresses are of the documentation blocks, which browsers count as public; they exist only on the
// namespace's own loopback interface, so no packet can leave.

/** The page's side: an address that a browser takes for the open internet. */
export const PUBLIC = "203.0.113.10";
/** A second site, for unrelated hosts. */
export const PUBLIC_OTHER = "203.0.113.20";
/** The visitor's home network. */
export const LAN = "192.168.77.1";
export const LAN_OTHER = "10.77.0.1";
export const LAN_V6 = "fd00:77::1";
/** What a zero-trust client hands out (carrier-grade NAT block). */
export const ZTNA = "100.64.7.7";

/** The visitor's own address on an interface. */
export const HOST = "192.168.99.2";

/** Addresses of servers that stop answering. */
const CLOSING = Array.from({ length: 20 }, (_, at) => `203.0.113.${31 + at}`);

export const ALL = [...CLOSING, PUBLIC, PUBLIC_OTHER, LAN, LAN_OTHER, LAN_V6, ZTNA];

/** Ports of the site and of the targets. */
export const PORT = {
  siteHttp: 8000,
  siteHttps: 8443,
  targetHttp: 9000,
  targetHttps: 9443,
  collector: 9700,
  proxy: 3128,
  closed: 9999,
  /** STUN, TURN and candidates: each technique has a port of its own, counted from here. */
  webrtc: 9100,
  /** A row of open ports for the scan. */
  scan: 5900,
};

/** The page's names. */
export const SITE = "scanner.example";
export const OTHER_SITE = "cdn.example";
/** Public names whose answers lead inside. */
export const INSIDE = "inside.example";
export const INSIDE_LAN = "inside-lan.example";
