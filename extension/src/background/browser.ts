// What differs between Chromium and Firefox, in one place.

/** The fields of a webRequest event that are used, of both browsers. */
export interface Details {
  requestId: string;
  url: string;
  method: string;
  type: string;
  tabId: number;
  frameId: number;
  parentFrameId: number;
  timeStamp: number;
  documentId?: string;
  parentDocumentId?: string;
  documentLifecycle?: string;
  initiator?: string;
  originUrl?: string;
  documentUrl?: string;
  ip?: string | null;
  fromCache?: boolean;
  error?: string;
  statusCode?: number;
  redirectUrl?: string;
  proxyInfo?: { type?: string } | null;
}

interface Dns {
  resolve(name: string, flags?: string[]): Promise<{ addresses: string[] }>;
}

/** Firefox has `browser.dns`; Chromium has nothing like it. */
export const dns: Dns | undefined = (globalThis as { browser?: { dns?: Dns } }).browser?.dns;

/** Firefox tells the address with the headers and can still cancel there. */
export const isFirefox = (globalThis as { browser?: { runtime?: { getBrowserInfo?: unknown } } }).browser?.runtime
  ?.getBrowserInfo !== undefined;

/** The page or worker that asked, as far as the browser tells. */
export function initiatorOf(details: Details): string | undefined {
  if (details.initiator !== undefined && details.initiator !== "null") return details.initiator;
  if (details.originUrl === undefined) return details.initiator;
  return originOf(details.originUrl) ?? details.originUrl;
}

export function originOf(url: string): string | null {
  try {
    const { origin } = new URL(url);
    return origin === "null" ? null : origin;
  } catch {
    return null;
  }
}

const URL_MAX = 2048;

/** An address without what may carry somebody's data: no query, no fragment, no user. */
export function bare(url: string): string {
  const end = url.search(/[?#]/);
  const short = (end < 0 ? url : url.slice(0, end)).slice(0, URL_MAX);
  return /^(?:data|blob|javascript):/.test(short) ? short.slice(0, short.indexOf(":") + 1) : short.replace(/\/\/[^/@]*@/, "//");
}
