// `hinomi scan https://…` before the lab's pages, held against what the lab's own targets saw.
//
//   node scan/run.mjs --hinomi PROGRAM [--set techniques,rebinding,benign,hostile,crawl] [--lna on|off|both]
//                     [--only id,id] [--out results.json]
//
// Ends with 1 when a bar is not met; each says which.

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { enterNamespace, runFolder } from "../world/namespace.mjs";

const { values: options } = parseArgs({
  options: {
    hinomi: { type: "string" },
    set: { type: "string", default: "techniques,rebinding,benign,hostile,crawl" },
    lna: { type: "string", default: "both" },
    only: { type: "string", default: "" },
    out: { type: "string", default: "" },
  },
});
enterNamespace(fileURLToPath(import.meta.url), process.argv.slice(2));

const { startWorld } = await import("../world/start.mjs");
const sets = {
  techniques: () => import("./techniques.mjs"),
  rebinding: () => import("./rebinding.mjs"),
  benign: () => import("./benign.mjs"),
  hostile: () => import("./hostile.mjs"),
  crawl: () => import("./crawl.mjs"),
};

const world = Object.assign(await startWorld(runFolder()), { folder: runFolder(), hinomi: resolve(options.hinomi) });
const only = options.only === "" ? null : new Set(options.only.split(","));
const modes = { on: [true], off: [false], both: [true, false] }[options.lna];
const told = {};
const bars = [];
for (const name of options.set.split(",")) {
  const { run } = await sets[name]();
  const begun = Date.now();
  const result = await run({ world, only, modes });
  told[name] = result;
  for (const bar of result.bars) {
    bars.push({ ...bar, what: `${name}: ${bar.what}` });
    console.log(`${bar.ok ? "ok  " : "FAIL"} ${name}: ${bar.what}`);
  }
  console.log(`${name}: ${Math.round((Date.now() - begun) / 1000)} s`);
}
if (options.out !== "") writeFileSync(options.out, `${JSON.stringify({ options, bars, ...told }, null, 1)}\n`);
world.close();
process.exit(bars.every((bar) => bar.ok) ? 0 : 1);
