// Puts an observer before a native function, with as little to notice as a page script can have put there itself.
//
// Invariant: an observer never throws into the page, never changes what the native gets, and never runs page code.

import * as native from "./natives.ts";

type Given = ArrayLike<unknown>;
type Observer = (given: Given, self: unknown) => void;
type Callable = (...given: unknown[]) => unknown;
type Class = new (...given: unknown[]) => object;

/** A method of `owner`; missing ones are passed over (browsers differ). */
export function method(owner: object | undefined, name: string, before: Observer): void {
  if (!owner) return;
  const found = native.descriptorOf(owner, name);
  if (typeof found?.value !== "function") return;
  put(owner, name, { ...found, value: calling(found.value as Callable, before) });
}

/** The setter of a property. */
export function setter(owner: object | undefined, name: string, before: (value: unknown, self: unknown) => void): void {
  if (!owner) return;
  const found = native.descriptorOf(owner, name);
  if (!found?.set) return;
  const set = calling(found.set as Callable, (given, self) => before(given[0], self));
  put(owner, name, { ...found, set: set as (value: unknown) => void });
}

/** A setter that `owner` inherits: the observer stands on `owner` alone, others pay nothing. */
export function inheritedSetter(owner: object | undefined, from: object, name: string, before: (value: unknown) => void): void {
  const found = native.descriptorOf(from, name);
  if (!owner || !found?.set || native.descriptorOf(owner, name)) return;
  const set = calling(found.set as Callable, (given) => before(given[0]));
  put(owner, name, { ...found, set: set as (value: unknown) => void });
}

/** A constructor on the global object. `after` sees what was made. */
export function constructor(name: string, before: Observer | null, after?: (made: object) => void): void {
  const found = native.descriptorOf(globalThis, name);
  if (typeof found?.value !== "function") return;
  const original = found.value as Class;
  const handler = {
    __proto__: null,
    construct(target: Class, given: unknown[], newTarget: unknown): object {
      if (before) quietly(() => before(given, undefined));
      const kind = newTarget === wrapped ? target : (newTarget as Class);
      const made = native.construct(target, given, kind) as object;
      if (after) quietly(() => after(made));
      return made;
    },
  };
  const wrapped = new native.NativeProxy(original, handler as ProxyHandler<Class>);
  put(globalThis, name, { ...found, value: wrapped });
  const prototype = original.prototype as object;
  const back = native.descriptorOf(prototype, "constructor");
  if (back) put(prototype, "constructor", { ...back, value: wrapped });
}

/** A method whose arguments are replaced by what `snapshot` returns: read once, so that the page cannot show two faces. */
export function snapshotMethod(owner: object | undefined, name: string, snapshot: (given: Given, self: unknown) => unknown[]): void {
  if (!owner) return;
  const found = native.descriptorOf(owner, name);
  if (typeof found?.value !== "function") return;
  const handler = {
    __proto__: null,
    apply(target: Callable, self: unknown, given: unknown[]): unknown {
      let used = given;
      quietly(() => {
        used = snapshot(given, self);
      });
      return native.apply(target, self, used);
    },
  };
  put(owner, name, { ...found, value: new native.NativeProxy(found.value as Callable, handler as ProxyHandler<Callable>) });
}

function calling(target: Callable, before: Observer): Callable {
  const handler = {
    __proto__: null,
    apply(original: Callable, self: unknown, given: unknown[]): unknown {
      try {
        before(given, self);
      } catch {
        // The page's call goes on, whatever became of ours.
      }
      return native.apply(original, self, given);
    },
  };
  return new native.NativeProxy(target, handler as ProxyHandler<Callable>);
}

function put(owner: object, name: string, descriptor: PropertyDescriptor): void {
  native.defineProperty(owner, name, { __proto__: null, ...descriptor } as PropertyDescriptor);
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // The page's call goes on, whatever became of ours.
  }
}
