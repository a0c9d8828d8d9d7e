// The extensions beside ours, and where their verdict is read. None of their code is here: they are used as they lie in
// a folder that the caller names (`HINOMI_PAGE_PEERS`), with one script of ours added to a copy where a peer only keeps
// its verdict to itself.

import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROBE = fileURLToPath(new URL("./probe.js", import.meta.url));
const UBLOCK_ID = "uBlock0@raymondhill.net";
/** What its list against reaching into a LAN comes to, for a browser that tells addresses. */
const UBLOCK_RULES = ["*$strict3p,ipaddress=lan", "*$strict3p,ipaddress=loopback", "||localhost^$strict3p"];

/**
 * `detects`: what it found is read from it. `stops`: what no longer reaches the target is what it stopped.
 * `prepare(source, desk)` gives the folder to install and more for the launch.
 */
export const PEERS = [
  { id: "behave", name: "Behave!", does: "detects", prepare: withProbe },
  { id: "port-authority", name: "Port Authority", does: "stops", prepare: (extension) => ({ extension }) },
  { id: "ublock", name: "uBlock Origin with LAN rules", does: "stops", prepare: withRules },
];

/** The folder of each peer by its name, or a sentence saying what is missing. */
export function peerFolder(root, id) {
  const folder = root ? extensionBelow(join(root, id), 8) : null;
  if (folder === null) throw new Error(`no ${id}: set HINOMI_PAGE_PEERS to a folder that holds behave, port-authority and ublock`);
  return folder;
}

/** A package has its extension some folders down. */
function extensionBelow(folder, depth) {
  if (!existsSync(folder) || depth === 0) return null;
  if (existsSync(join(folder, "manifest.json"))) return folder;
  const below = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory() && one.name !== ".git");
  for (const { name } of below) {
    const found = extensionBelow(join(folder, name), depth - 1);
    if (found) return found;
  }
  return null;
}

export function versionOf(folder) {
  return JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")).version;
}

/** Behave! keeps what it found in variables of its background: a script beside it tells the lab's collector. */
function withProbe(source, desk) {
  const extension = join(desk, "behave-with-probe");
  cpSync(source, extension, { recursive: true, filter: (path) => !path.endsWith("/.git") });
  cpSync(PROBE, join(extension, "probe.js"));
  const manifest = JSON.parse(readFileSync(join(extension, "manifest.json"), "utf8"));
  manifest.background.scripts.push("probe.js");
  writeFileSync(join(extension, "manifest.json"), JSON.stringify(manifest));
  return { extension };
}

/** uBlock Origin gets its rules as an administrator would give them: as managed values. */
function withRules(extension, desk) {
  const home = join(desk, "home-of-ublock");
  const folder = join(home, ".mozilla/managed-storage");
  mkdirSync(folder, { recursive: true });
  const data = { toOverwrite: { filters: UBLOCK_RULES, filterLists: ["user-filters"] } };
  const manifest = { name: UBLOCK_ID, description: "rules of the lab", type: "storage", data };
  writeFileSync(join(folder, `${UBLOCK_ID}.json`), JSON.stringify(manifest));
  return { extension, env: { HOME: home } };
}
