// The calls that name an address outright: fetch, XHR, sockets, beacons, workers, windows.

import * as native from "./natives.ts";
import { asks, text } from "./observe.ts";
import * as wrap from "./wrap.ts";

export function hookRequests(): void {
  wrap.method(globalThis, "fetch", (given) => asked("fetch", given[0]));
  wrap.method(globalThis, "fetchLater", (given) => asked("fetchLater", given[0]));
  wrap.method(globalThis, "open", (given) => asked("window.open", given[0]));
  wrap.method(XMLHttpRequest.prototype, "open", (given) => asked("xhr", given[1]));
  wrap.method(Navigator.prototype, "sendBeacon", (given) => asked("beacon", given[0]));
  for (const [name, api] of CONSTRUCTORS) wrap.constructor(name, (given) => asked(api, given[0]));
  wrap.constructor("FontFace", (given) => {
    if (typeof given[1] === "string") text("FontFace", given[1]);
  });
}

const CONSTRUCTORS: readonly (readonly [string, string])[] = [
  ["WebSocket", "websocket"],
  ["EventSource", "EventSource"],
  ["WebTransport", "WebTransport"],
  ["Worker", "Worker"],
  ["SharedWorker", "SharedWorker"],
  ["Audio", "Audio"],
];

/** Only what can be read without running code of the page: a string, a URL, a Request. */
function asked(api: string, given: unknown): void {
  if (typeof given === "string") asks(api, given);
  else if (given instanceof native.NativeUrl) asks(api, native.hrefOf(given));
  else if (given instanceof native.NativeRequest) asks(api, native.requestUrl(given));
}
