// What the glue beside the Rust core offers (its own file is JavaScript).

declare module "*/hinomi-wasm/js/watch.js" {
  import type { Core } from "./core.ts";
  export function load(source: ArrayBuffer): Promise<Core>;
}
