// The browser's own functions, taken before any script of the page runs.
//
// Whatever the page later replaces, the hooks keep working with these. Invariant: no hook calls a method through an
// object the page can reach.

type Method<T> = T extends (...given: infer A) => infer R ? (self: unknown, ...given: A) => R : never;

const bind = Function.prototype.bind;
const call = Function.prototype.call;

/** A method as a plain function whose first argument is `this`. */
export function loose<T extends (...given: never[]) => unknown>(method: T): Method<T> {
  return Reflect.apply(bind, call, [method]) as Method<T>;
}

export const apply = Reflect.apply;
export const construct = Reflect.construct;
export const defineProperty = Reflect.defineProperty;
export const deleteProperty = Reflect.deleteProperty;
export const descriptorOf = Reflect.getOwnPropertyDescriptor;
export const NativeError = Error;
export const NativeUrl = URL;
export const NativeProxy = Proxy;
export const NativeRequest = Request;
export const NativeCustomEvent = CustomEvent;
export const now = Date.now;
export const stringify = JSON.stringify;
export const parse = JSON.parse as (text: string) => unknown;
export const later = setTimeout.bind(window);

export const exec = loose(RegExp.prototype.exec) as (
  self: RegExp,
  text: string,
) => (RegExpExecArray & { index: number }) | null;
export const slice = loose(String.prototype.slice);
export const indexOf = loose(String.prototype.indexOf);
export const codeAt = loose(String.prototype.charCodeAt);
export const lower = loose(String.prototype.toLowerCase);
export const endsWith = loose(String.prototype.endsWith);
export const startsWith = loose(String.prototype.startsWith);
export const has = loose(Set.prototype.has) as (self: Set<string>, value: string) => boolean;
export const add = loose(Set.prototype.add) as (self: Set<string>, value: string) => unknown;
export const mapGet = loose(Map.prototype.get) as (self: Map<string, boolean>, key: string) => boolean | undefined;
export const mapSet = loose(Map.prototype.set) as (self: Map<string, boolean>, key: string, value: boolean) => unknown;
export const mapClear = loose(Map.prototype.clear) as (self: Map<string, boolean>) => void;
export const dispatch = loose(EventTarget.prototype.dispatchEvent);
export const listen = loose(EventTarget.prototype.addEventListener) as (
  self: EventTarget,
  type: string,
  listener: (event: Event) => void,
  options?: AddEventListenerOptions,
) => void;
export const unlisten = loose(EventTarget.prototype.removeEventListener) as (
  self: EventTarget,
  type: string,
  listener: (event: Event) => void,
  options?: EventListenerOptions,
) => void;
export const hrefOf = getter(URL.prototype, "href");
export const hostOf = getter(URL.prototype, "hostname");
export const requestUrl = getter(Request.prototype, "url");
export const baseOf = getter(Node.prototype, "baseURI");
export const detailOf = getter(CustomEvent.prototype, "detail");

function getter(owner: object, name: string): (self: unknown) => string {
  const get = descriptorOf(owner, name)?.get as (() => string) | undefined;
  return get ? loose(get) : () => "";
}
