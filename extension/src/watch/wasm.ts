// The core: the rules in WebAssembly, from the extension's own folder.

import { load } from "../../../crates/hinomi-wasm/js/watch.js";
import type { Core } from "./core.ts";

export async function loadCore(): Promise<Core> {
  const file = await fetch(chrome.runtime.getURL("core.wasm"));
  return load(await file.arrayBuffer());
}
