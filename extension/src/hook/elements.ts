// The properties, attributes and markup that make an element ask for something.

import { asks, puts, text } from "./observe.ts";
import * as native from "./natives.ts";
import * as wrap from "./wrap.ts";

/** Interface, property. The value is one address. */
const ADDRESSES: readonly (readonly [string, readonly string[]])[] = [
  ["HTMLImageElement", ["src"]],
  ["HTMLScriptElement", ["src"]],
  ["HTMLLinkElement", ["href"]],
  ["HTMLMediaElement", ["src"]],
  ["HTMLVideoElement", ["poster"]],
  ["HTMLSourceElement", ["src"]],
  ["HTMLTrackElement", ["src"]],
  ["HTMLIFrameElement", ["src"]],
  ["HTMLFrameElement", ["src"]],
  ["HTMLEmbedElement", ["src"]],
  ["HTMLObjectElement", ["data"]],
  ["HTMLInputElement", ["src"]],
  ["HTMLBodyElement", ["background"]],
  ["SVGAnimatedString", ["baseVal"]],
];
/** Interface, property. The value is text with addresses in it. */
const TEXTS: readonly (readonly [string, readonly string[]])[] = [
  ["HTMLImageElement", ["srcset"]],
  ["HTMLSourceElement", ["srcset"]],
  ["HTMLLinkElement", ["imageSrcset"]],
  ["HTMLIFrameElement", ["srcdoc"]],
  ["Element", ["innerHTML", "outerHTML"]],
  ["ShadowRoot", ["innerHTML"]],
  ["HTMLScriptElement", ["text", "textContent"]],
  ["CSSStyleDeclaration", ["cssText"]],
];
const STYLES = [
  ...["background", "backgroundImage", "borderImage", "borderImageSource", "content", "cursor", "filter"],
  ...["listStyle", "listStyleImage", "mask", "maskImage", "webkitMaskImage", "webkitMask", "clipPath", "src"],
];
const ATTRIBUTES = new Set(["src", "href", "data", "poster", "background", "xlink:href"]);
const TEXT_ATTRIBUTES = new Set(["srcset", "style", "srcdoc", "imagesrcset"]);
/** Elements whose `href` is asked for only when somebody follows it. */
const LINKS = new Set(["A", "AREA", "BASE", "a"]);

export function hookElements(): void {
  for (const [owner, names] of ADDRESSES) {
    for (const name of names) wrap.setter(prototypeOf(owner), name, (value) => one(label(owner, name), value));
  }
  for (const [owner, names] of TEXTS) {
    for (const name of names) wrap.setter(prototypeOf(owner), name, (value) => many(label(owner, name), value));
  }
  hookAttributes();
  hookMarkup();
  hookStyles();
  hookFollowing();
}

function hookAttributes(): void {
  const tag = native.loose(native.descriptorOf(Element.prototype, "tagName")?.get as () => string);
  const given = (self: unknown, name: unknown, value: unknown) => {
    if (typeof name !== "string" || typeof value !== "string") return;
    const key = native.lower(name);
    if (native.has(TEXT_ATTRIBUTES, key)) text(`attribute.${key}`, value);
    else if (native.has(ATTRIBUTES, key) && !native.has(LINKS, tag(self))) puts(`attribute.${key}`, value);
  };
  wrap.method(Element.prototype, "setAttribute", (args, self) => given(self, args[0], args[1]));
  wrap.method(Element.prototype, "setAttributeNS", (args, self) => given(self, args[1], args[2]));
}

function hookMarkup(): void {
  wrap.method(Element.prototype, "insertAdjacentHTML", (given) => many("insertAdjacentHTML", given[1]));
  wrap.method(Element.prototype, "setHTMLUnsafe", (given) => many("setHTMLUnsafe", given[0]));
  wrap.method(Range.prototype, "createContextualFragment", (given) => many("createContextualFragment", given[0]));
  for (const name of ["write", "writeln"]) {
    wrap.method(Document.prototype, name, (given) => {
      for (let at = 0; at < given.length; at += 1) many("document.write", given[at]);
    });
  }
}

function hookStyles(): void {
  const style = CSSStyleDeclaration.prototype;
  wrap.method(style, "setProperty", (given) => many("style.setProperty", given[1]));
  for (const owner of [style, prototypeOf("CSSStyleProperties")]) {
    for (const name of STYLES) wrap.setter(owner, name, (value) => many(`style.${name}`, value));
  }
  wrap.method(CSSStyleSheet.prototype, "insertRule", (given) => many("insertRule", given[0]));
  wrap.method(CSSStyleSheet.prototype, "replace", (given) => many("replace", given[0]));
  wrap.method(CSSStyleSheet.prototype, "replaceSync", (given) => many("replaceSync", given[0]));
  for (const owner of ["HTMLStyleElement", "HTMLScriptElement"]) {
    const prototype = prototypeOf(owner);
    wrap.inheritedSetter(prototype, Node.prototype, "textContent", (value) => many(`${owner}.textContent`, value));
    wrap.inheritedSetter(prototype, Element.prototype, "innerHTML", (value) => many(`${owner}.innerHTML`, value));
    wrap.inheritedSetter(prototype, HTMLElement.prototype, "innerText", (value) => many(`${owner}.innerText`, value));
  }
}

/** What is asked for only when it is followed or sent. */
function hookFollowing(): void {
  const action = getter(HTMLFormElement.prototype, "action");
  const send = (api: string) => (_: unknown, self: unknown) => asks(api, action(self));
  wrap.method(HTMLFormElement.prototype, "submit", send("form"));
  wrap.method(HTMLFormElement.prototype, "requestSubmit", send("form"));
  const href = getter(HTMLAnchorElement.prototype, "href");
  const ping = getter(HTMLAnchorElement.prototype, "ping");
  const form = native.loose(native.descriptorOf(HTMLButtonElement.prototype, "form")?.get as () => HTMLFormElement | null);
  wrap.method(HTMLElement.prototype, "click", (_, self) => {
    if (self instanceof HTMLAnchorElement) {
      asks("anchor", href(self));
      many("ping", ping(self));
    } else if (self instanceof HTMLButtonElement) {
      const owner = form(self);
      if (owner) asks("form", action(owner));
    }
  });
}

function getter(owner: object, name: string): (self: unknown) => string {
  return native.loose(native.descriptorOf(owner, name)?.get as () => string);
}

function prototypeOf(name: string): object | undefined {
  const found = native.descriptorOf(globalThis, name)?.value as { prototype?: object } | undefined;
  return found?.prototype;
}

/** `HTMLImageElement`, `src` → `image.src`. */
function label(owner: string, name: string): string {
  const short = native.lower(owner.replace(/^HTML|Element$/g, ""));
  return short === "" ? name : `${short}.${name}`;
}

/** An image asks at once, shown or not; the others only when they are in the page. */
function one(api: string, value: unknown): void {
  if (typeof value !== "string") return;
  if (api === "image.src") asks(api, value);
  else puts(api, value);
}

function many(api: string, value: unknown): void {
  if (typeof value === "string") text(api, value);
}
