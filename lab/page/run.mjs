// Visits the lab's pages with a real browser and holds what the extension saw against what the targets saw.
//
//   node run.mjs --browser chromium|firefox --extension DIR [--set techniques] [--scheme https|http] [--lna on|off]
//                [--only id,id] [--out results.json]
//
// The extension is a build with `--lab http://127.0.0.1:9700`.

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { enterNamespace, runFolder } from "./world/namespace.mjs";

const { values: options } = parseArgs({
  options: {
    browser: { type: "string", default: "chromium" },
    extension: { type: "string", default: "" },
    set: { type: "string", default: "techniques" },
    scheme: { type: "string", default: "https" },
    lna: { type: "string", default: "on" },
    only: { type: "string", default: "" },
    out: { type: "string", default: "" },
    shots: { type: "string", default: "out/shots" },
    keep: { type: "string", default: "out/recordings" },
  },
});
enterNamespace(fileURLToPath(import.meta.url), process.argv.slice(2));

const { startWorld } = await import("./world/start.mjs");
const { startChromium } = await import("./browsers/chromium.mjs");
const { startFirefox } = await import("./browsers/firefox.mjs");
const sets = {
  techniques: () => import("./techniques/run.mjs"),
  benign: () => import("./benign/run.mjs"),
  rebinding: () => import("./rebinding/run.mjs"),
  popup: () => import("./popup/run.mjs"),
  cost: () => import("./cost/run.mjs"),
  load: () => import("./cost/load.mjs"),
  block: () => import("./block/run.mjs"),
  enterprise: () => import("./enterprise/run.mjs"),
  peers: () => import("./peers/run.mjs"),
  robust: () => import("./robust/run.mjs"),
  recordings: () => import("./recordings/run.mjs"),
};
const { run } = await sets[options.set]();

const world = await startWorld(runFolder());
const start = options.browser === "firefox" ? startFirefox : startChromium;
const extension = options.extension === "" ? null : resolve(options.extension);
const launch = (more = {}) => start({ extension, lna: options.lna === "on", ...more });
const only = options.only === "" ? null : new Set(options.only.split(","));
const { browser: browserName, scheme, shots } = options;
const results = await run({ world, launch, extension, only, scheme, browserName, shots, keep: resolve(options.keep) });
if (options.out !== "") writeFileSync(options.out, `${JSON.stringify({ options, ...results }, null, 1)}\n`);
world.close();
process.exit(results.failed ? 1 : 0);
