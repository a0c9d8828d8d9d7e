// Builds the extension from one source for both kinds of browser:
//   node build.mjs [--wasm FILE] [--lab http://127.0.0.1:9700] [--out DIR]   → out/chromium, out/firefox
//   node build.mjs --tests                                     → out/tests

import { build } from "esbuild";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawIcon } from "./icon.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = argument("--out") ?? join(HERE, "out");
const LAB = argument("--lab") ?? "";
const { version } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
const SCRIPTS = ["hook", "bridge", "background", "popup", "options"];
const IN_PAGES = ["hook", "bridge"];
const FIREFOX_ID = "page-watch@hinomi.example";
/** As `cargo build -p hinomi-wasm --lib --profile wasm --target wasm32-unknown-unknown` leaves it. */
const TARGET = process.env.CARGO_TARGET_DIR ?? join(HERE, "../target");
const WASM = argument("--wasm") ?? join(TARGET, "wasm32-unknown-unknown/wasm/hinomi_wasm.wasm");

function argument(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function manifestFor(browser) {
  const manifest = { ...JSON.parse(readFileSync(join(HERE, "manifest/base.json"), "utf8")), version };
  if (browser === "chromium") {
    manifest.minimum_chrome_version = "120";
    manifest.background = { service_worker: "background.js" };
    manifest.content_scripts = manifest.content_scripts.map((one) => ({ ...one, match_origin_as_fallback: true }));
    return manifest;
  }
  manifest.background = { scripts: ["background.js"] };
  manifest.permissions = [...manifest.permissions, "webRequestBlocking", "dns"];
  manifest.browser_specific_settings = { gecko: { id: FIREFOX_ID, strict_min_version: "128.0" } };
  // Firefox knows the schema of managed values from the policy itself.
  delete manifest.storage;
  return manifest;
}

async function bundle(folder) {
  const points = SCRIPTS.filter((name) => existsSync(join(HERE, "src", name, "start.ts")));
  const kinds = [points.filter((name) => IN_PAGES.includes(name)), points.filter((name) => !IN_PAGES.includes(name))];
  for (const [at, names] of kinds.entries()) {
    await build({
      entryPoints: names.map((name) => ({ in: join(HERE, "src", name, "start.ts"), out: name })),
      outdir: folder,
      bundle: true,
      format: "iife",
      target: ["chrome120", "firefox128"],
      charset: "utf8",
      legalComments: "none",
      minifySyntax: true,
      // Every frame reads these two anew.
      minifyWhitespace: at === 0,
      minifyIdentifiers: at === 0,
      define: { LAB_COLLECTOR: JSON.stringify(LAB) },
      logLevel: "warning",
    });
  }
}

async function extension(browser) {
  const folder = join(OUT, browser);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "icons"), { recursive: true });
  await bundle(folder);
  cpSync(join(HERE, "static"), folder, { recursive: true });
  if (!existsSync(WASM)) throw new Error(`the core is not built: ${WASM}`);
  cpSync(WASM, join(folder, "core.wasm"));
  if (browser === "chromium") cpSync(join(HERE, "manifest/managed.json"), join(folder, "managed.json"));
  for (const [name, colour] of [["calm", [72, 84, 98]], ["red", [179, 38, 30]]]) {
    for (const size of [16, 32, 48, 128]) writeFileSync(join(folder, "icons", `${name}-${size}.png`), drawIcon(size, colour));
  }
  writeFileSync(join(folder, "manifest.json"), `${JSON.stringify(manifestFor(browser), null, 2)}\n`);
}

async function tests() {
  const folder = join(OUT, "tests");
  rmSync(folder, { recursive: true, force: true });
  const found = readdirSync(join(HERE, "src"), { recursive: true }).filter((name) => name.endsWith(".test.ts"));
  const entryPoints = found.map((name) => join(HERE, "src", name));
  const define = { LAB_COLLECTOR: '""' };
  await build({ entryPoints, outdir: folder, bundle: true, format: "esm", platform: "node", outExtension: { ".js": ".mjs" }, define });
}

if (process.argv.includes("--tests")) await tests();
else for (const browser of ["chromium", "firefox"]) await extension(browser);
