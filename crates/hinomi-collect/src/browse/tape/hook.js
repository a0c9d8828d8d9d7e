// Runs before a page's own scripts, in each of its frames. What the DevTools protocol cannot tell (WebRTC), or tells
// without the place (event sources, forms, markup), is told by one console message each: with those the browser sends
// the stack itself, which a page cannot forge. MARK is new with every run, so a page cannot speak in our name either.
(() => {
  "use strict";
  const MARK = "%MARK%";
  const TELLS_MAX = 5000;
  const TEXT_MAX = 1 << 20;
  const LIST_MAX = 64;
  const { apply, construct, getOwnPropertyDescriptor, defineProperty } = Reflect;
  const bind = Function.prototype.call.bind(Function.prototype.bind, Function.prototype.call);
  const say = console.debug.bind(console);
  const written = JSON.stringify;
  const NativeUrl = URL;
  const NativeProxy = Proxy;
  const href = bind(getOwnPropertyDescriptor(URL.prototype, "href").get);
  const exec = bind(RegExp.prototype.exec);
  const slice = bind(String.prototype.slice);
  const then = bind(Promise.prototype.then);
  const base = typeof Node === "function" ? bind(getOwnPropertyDescriptor(Node.prototype, "baseURI").get) : null;
  const page = typeof document === "object" ? document : null;
  let told = 0;

  function tell(what) {
    if (told >= TELLS_MAX) return;
    told += 1;
    say(MARK, written(what));
  }

  function full(url) {
    try {
      const whole = page ? new NativeUrl(url, base(page)) : new NativeUrl(url, location.href);
      return slice(href(whole), 0, 4096);
    } catch {
      return null;
    }
  }

  function address(api, url) {
    if (typeof url !== "string" && !(url instanceof NativeUrl)) return;
    const whole = full(typeof url === "string" ? url : href(url));
    if (whole && exec(/^(?:https?|wss?|ftp):/, whole)) tell({ k: "call", a: api, u: whole });
  }

  // Markup, styles, lists of sources: every address that stands written out in them. A list is nothing but
  // addresses, so who gave it is who asked.
  function text(api, given, kind = "text") {
    if (typeof given !== "string" || given.length > TEXT_MAX) return;
    const pattern = /(?:(?:https?|wss?):)?\/\/[^\s"'<>()\\,]{1,2000}/g;
    for (let count = 0; count < LIST_MAX; count += 1) {
      const found = exec(pattern, given);
      if (!found) return;
      const whole = full(found[0]);
      if (whole) tell({ k: kind, a: api, u: whole });
    }
  }

  // Whatever goes wrong here is not the page's business.
  function quietly(watch, given, self) {
    try {
      watch(given, self);
    } catch {
      // Not told.
    }
  }

  function method(owner, name, watch, after) {
    const found = owner && getOwnPropertyDescriptor(owner, name);
    if (!found || typeof found.value !== "function" || !found.configurable) return;
    found.value = new NativeProxy(found.value, {
      apply(target, self, given) {
        if (watch) quietly(watch, given, self);
        const result = apply(target, self, given);
        if (after) quietly(after, result, self);
        return result;
      },
    });
    defineProperty(owner, name, found);
  }

  function setter(owner, name, watch) {
    const found = owner && getOwnPropertyDescriptor(owner, name);
    if (!found || typeof found.set !== "function" || !found.configurable) return;
    found.set = new NativeProxy(found.set, {
      apply(target, self, given) {
        quietly(watch, given, self);
        return apply(target, self, given);
      },
    });
    defineProperty(owner, name, found);
  }

  // `textContent` of a script or a style is of all nodes; only these elements are watched.
  function inherited(owner, from, name, watch) {
    const found = owner && from && !getOwnPropertyDescriptor(owner, name) && getOwnPropertyDescriptor(from, name);
    if (!found || typeof found.set !== "function") return;
    defineProperty(owner, name, found);
    setter(owner, name, watch);
  }

  function maker(name, watch, after) {
    const found = getOwnPropertyDescriptor(globalThis, name);
    if (!found || typeof found.value !== "function") return;
    const native = found.value;
    found.value = new NativeProxy(native, {
      construct(target, given, newTarget) {
        if (watch) quietly(watch, given);
        const made = construct(target, given, newTarget === found.value ? target : newTarget);
        if (after) quietly(after, made);
        return made;
      },
    });
    defineProperty(globalThis, name, found);
    if (native.prototype) defineProperty(native.prototype, "constructor", { value: found.value, writable: true, configurable: true });
  }

  const prototype = (name) => globalThis[name]?.prototype;
  const one = (api) => (given) => address(api, given[0]);
  const many = (api) => (given) => text(api, given[0], exec(/srcset$/i, api) ? "call" : "text");

  maker("EventSource", one("event_source"));
  maker("WebSocket", one("websocket"));
  maker("WebTransport", one("webtransport"));
  maker("Worker", one("worker"));
  maker("SharedWorker", one("shared_worker"));
  maker("Audio", one("audio"));
  maker("FontFace", (given) => text("font_face", given[1]));
  method(prototype("XMLHttpRequest"), "open", (given) => address("xhr", given[1]));
  method(prototype("Navigator"), "sendBeacon", one("beacon"));
  method(globalThis, "fetchLater", one("fetch_later"));
  method(globalThis, "open", one("window.open"));

  function rtcServers(connection) {
    const servers = [];
    for (const server of configuration(connection).iceServers ?? []) {
      for (const url of typeof server.urls === "string" ? [server.urls] : (server.urls ?? [])) {
        if (servers.length < LIST_MAX) servers[servers.length] = slice(`${url}`, 0, 300);
      }
    }
    if (servers.length > 0) tell({ k: "rtc", a: "rtc.config", s: servers });
  }

  function rtcPlace(line) {
    const parts = exec(/candidate:\S+ \d+ (\S{1,8}) \d+ (\S{1,253}) (\d{1,5}) /, line);
    if (!parts) return null;
    const host = exec(/:/, parts[2]) ? `[${parts[2]}]` : parts[2];
    return `${host}:${parts[3]}/${parts[1]}`;
  }

  function readSdp(sdp) {
    const found = { c: [], f: null };
    const lines = /^a=(?:ice-ufrag:(\S{1,512})|(candidate:[^\r\n]{1,1000}))/gm;
    for (let count = 0; count < LIST_MAX; count += 1) {
      const line = exec(lines, slice(sdp, 0, TEXT_MAX));
      if (!line) break;
      if (line[1]) found.f = line[1];
      const place = line[2] && rtcPlace(line[2]);
      if (place) found.c[found.c.length] = place;
    }
    return found;
  }

  // The ufrags that this browser made.
  const own = [];
  const isOwn = (ufrag) => {
    for (let at = 0; at < own.length; at += 1) if (own[at] === ufrag) return true;
    return false;
  };
  const remember = (promise) =>
    then(promise, (made) => {
      const ufrag = made && typeof made.sdp === "string" ? readSdp(made.sdp).f : null;
      if (ufrag && own.length < 512) own[own.length] = ufrag;
    }, () => undefined);

  function description(api, given) {
    const value = given[0];
    const sdp = value && typeof value === "object" ? value.sdp : null;
    if (typeof sdp !== "string") return;
    const { c, f } = readSdp(sdp);
    if (api === "rtc.local") {
      if (f && !isOwn(f)) tell({ k: "rtc", a: "rtc.local.sdp", f, o: false });
    } else {
      const o = f === null || exec(/^(?:[A-Za-z0-9+\/]{4}|[0-9a-f]{8})$/, f) !== null;
      if (c.length > 0 || !o) tell({ k: "rtc", a: "rtc.remote.sdp", c, f, o });
    }
  }

  const rtc = prototype("RTCPeerConnection");
  const configuration = rtc ? bind(rtc.getConfiguration) : null;
  if (rtc) {
    maker("RTCPeerConnection", null, rtcServers);
    method(rtc, "setConfiguration", null, (_, self) => rtcServers(self));
    method(rtc, "addIceCandidate", (given) => {
      const line = given[0]?.candidate;
      const place = typeof line === "string" ? rtcPlace(line) : null;
      if (place) tell({ k: "rtc", a: "rtc.candidate", c: [place] });
    });
    method(rtc, "setLocalDescription", (given) => description("rtc.local", given));
    method(rtc, "setRemoteDescription", (given) => description("rtc.remote", given));
    method(rtc, "createOffer", null, remember);
    method(rtc, "createAnswer", null, remember);
  }
  if (!page) return;

  const addresses = {
    HTMLImageElement: ["src"], HTMLScriptElement: ["src"], HTMLLinkElement: ["href"], HTMLMediaElement: ["src"],
    HTMLVideoElement: ["poster"], HTMLSourceElement: ["src"], HTMLTrackElement: ["src"], HTMLIFrameElement: ["src"],
    HTMLFrameElement: ["src"], HTMLEmbedElement: ["src"], HTMLObjectElement: ["data"], HTMLInputElement: ["src"],
    HTMLBodyElement: ["background"], SVGAnimatedString: ["baseVal"],
  };
  const texts = {
    HTMLImageElement: ["srcset"], HTMLSourceElement: ["srcset"], HTMLLinkElement: ["imageSrcset"],
    HTMLIFrameElement: ["srcdoc"], Element: ["innerHTML", "outerHTML"], ShadowRoot: ["innerHTML"],
    HTMLScriptElement: ["text", "textContent"], CSSStyleDeclaration: ["cssText"],
  };
  for (const [owner, names] of Object.entries(addresses)) {
    for (const name of names) setter(prototype(owner), name, one(`${owner}.${name}`));
  }
  for (const [owner, names] of Object.entries(texts)) {
    for (const name of names) setter(prototype(owner), name, many(`${owner}.${name}`));
  }
  for (const owner of ["HTMLStyleElement", "HTMLScriptElement"]) {
    inherited(prototype(owner), Node.prototype, "textContent", many(`${owner}.textContent`));
    inherited(prototype(owner), Element.prototype, "innerHTML", many(`${owner}.innerHTML`));
    inherited(prototype(owner), HTMLElement.prototype, "innerText", many(`${owner}.innerText`));
  }
  const attribute = (name, value) => {
    if (typeof name !== "string" || typeof value !== "string") return;
    if (exec(/^(?:src|data|poster|background|xlink:href|href)$/i, name)) address(`attribute.${name}`, value);
    else if (exec(/^(?:srcset|imagesrcset)$/i, name)) text(`attribute.${name}`, value, "call");
    else if (exec(/^(?:style|srcdoc)$/i, name)) text(`attribute.${name}`, value);
  };
  method(Element.prototype, "setAttribute", (given) => attribute(given[0], given[1]));
  method(Element.prototype, "setAttributeNS", (given) => attribute(given[1], given[2]));
  method(Element.prototype, "insertAdjacentHTML", (given) => text("insertAdjacentHTML", given[1]));
  method(Element.prototype, "setHTMLUnsafe", many("setHTMLUnsafe"));
  method(Range.prototype, "createContextualFragment", many("createContextualFragment"));
  for (const name of ["write", "writeln"]) method(Document.prototype, name, many("document.write"));
  method(CSSStyleDeclaration.prototype, "setProperty", (given) => text("style", given[1]));
  for (const owner of [CSSStyleDeclaration.prototype, prototype("CSSStyleProperties")]) {
    for (const name of ["background", "backgroundImage", "borderImage", "borderImageSource", "content", "cursor", "filter",
      "listStyle", "listStyleImage", "mask", "maskImage", "webkitMaskImage", "webkitMask", "clipPath", "src"]) {
      setter(owner, name, many(`style.${name}`));
    }
  }
  for (const name of ["insertRule", "replace", "replaceSync"]) method(CSSStyleSheet.prototype, name, many(name));

  const getter = (owner, name) => bind(getOwnPropertyDescriptor(owner, name).get);
  const action = getter(HTMLFormElement.prototype, "action");
  const target = getter(HTMLAnchorElement.prototype, "href");
  const ping = getter(HTMLAnchorElement.prototype, "ping");
  const formOf = getter(HTMLButtonElement.prototype, "form");
  for (const name of ["submit", "requestSubmit"]) {
    method(HTMLFormElement.prototype, name, (_, self) => address("form", action(self)));
  }
  method(HTMLElement.prototype, "click", (_, self) => {
    if (self instanceof HTMLAnchorElement) {
      address("anchor", target(self));
      text("ping", ping(self));
    } else if (self instanceof HTMLButtonElement && formOf(self)) address("form", action(formOf(self)));
  });
  // `location` itself cannot be wrapped; this tells of it while the script that asked is still on the stack.
  globalThis.navigation?.addEventListener("navigate", (event) => {
    if (!event.userInitiated) quietly(() => address("location", event.destination.url));
  });
})();
