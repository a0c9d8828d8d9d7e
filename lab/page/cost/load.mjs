// What the extension costs a page of 300 requests: CPU time of all the browser's processes, in turns.
//
// Sides: no extension; one that listens to every answer and does nothing with it (what the browser itself takes for any
// extension that watches requests); ours; in Firefox those of others, where `HINOMI_PAGE_PEERS` says where they are. Two
// pages: `everyday` has the weight of real ones, `pictures` is the worst there is, 300 pictures of some bytes. For a
// build without `--lab`: sending every event to the lab would be measured too.

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OTHER_SITE, PORT, SITE } from "../world/addresses.mjs";
import { runFolder } from "../world/namespace.mjs";
import { pause } from "../world/start.mjs";
import { PEERS, peerFolder } from "../peers/list.mjs";
import { everydayPage, REQUESTS } from "./everyday.mjs";

const PAIRS = Number(process.env.LAB_PAIRS ?? 6);
const LOADS = Number(process.env.LAB_LOADS ?? 5);
/** So much more processor time than the one that does nothing is what ours may take on an everyday page, in percent. */
const MORE_MAX = 3;
const TICKS_A_SECOND = 100;

export async function run({ world, launch, browserName }) {
  world.pages.push(pictures(), everydayPage());
  const sides = { without: { extension: null }, listener: { extension: listener(browserName) }, ours: {}, ...others(browserName) };
  const times = {};
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const order = Object.keys(sides);
    for (const side of pair % 2 === 0 ? order : order.reverse()) {
      const browser = await launch(sides[side]);
      for (const page of ["everyday", "pictures"]) ((times[page] ??= {})[side] ??= []).push(await measured(browser, page, browserName));
      await browser.close();
    }
  }
  const rows = Object.entries(times).flatMap(([page, of]) => Object.entries(of).map(([side, list]) => rowOf(page, side, list, of)));
  for (const row of rows) console.log(`${row.page.padEnd(10)}${row.side.padEnd(9)}${row.seconds.toFixed(3)} s a load  ${row.more.toFixed(1).padStart(5)} % more   ${row.all}`);
  const { ours, listener: bare } = times.everyday;
  const more = median(ours.map((one, at) => (one / bare[at] - 1) * 100));
  console.log(`${browserName}: ours takes ${more.toFixed(1)} % more than a listener that does nothing, on the everyday page`);
  return { rows, more, failed: more > MORE_MAX };
}

/** `more`: the median, over the rounds, of this side to the side without in the same round. */
function rowOf(page, side, list, of) {
  const more = median(list.map((one, at) => (one / of.without[at] - 1) * 100));
  return { page, side, seconds: median(list), more, all: list.map((one) => one.toFixed(2)).join(" ") };
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function pictures() {
  const all = Array.from({ length: REQUESTS }, (_, at) => `<img src="http://${OTHER_SITE}:${PORT.siteHttp}/p${at}.png">`);
  const body = `<!doctype html><link rel="icon" href="data:,"><body>${all.join("")}`;
  return (path) => (/^\/pictures(?:\?|$)/.test(path) ? { headers: { "content-type": "text/html" }, body } : null);
}

function listener(browserName) {
  const folder = join(runFolder(), "listener");
  mkdirSync(folder, { recursive: true });
  const permissions = { permissions: ["webRequest"], host_permissions: ["<all_urls>"] };
  const background = browserName === "firefox" ? { scripts: ["listener.js"] } : { service_worker: "listener.js" };
  const gecko = { id: "listener@hinomi.example", strict_min_version: "128.0" };
  const manifest = { manifest_version: 3, name: "listener", version: "1", ...permissions, background, browser_specific_settings: { gecko } };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "listener.js"), 'chrome.webRequest.onResponseStarted.addListener(() => {}, { urls: ["<all_urls>"] });');
  return folder;
}

function others(browserName) {
  const root = process.env.HINOMI_PAGE_PEERS;
  if (browserName !== "firefox" || !root) return {};
  // What reads Behave!'s verdict for the lab is no part of it.
  const given = ({ id, prepare }, folder) => (id === "behave" ? { extension: folder } : prepare(folder, runFolder()));
  return Object.fromEntries(PEERS.map((peer) => [peer.id, given(peer, peerFolder(root, peer.id))]));
}

async function measured(browser, page, browserName) {
  const isFirefox = browserName === "firefox";
  const tab = await (isFirefox ? browser.browser : browser.context).newPage();
  const until = { waitUntil: isFirefox ? "networkidle0" : "networkidle", timeout: 120_000 };
  const url = `http://${SITE}:${PORT.siteHttp}/${page}`;
  await tab.goto(url, until);
  await pause(1500);
  const before = cpu();
  for (let load = 0; load < LOADS; load += 1) await tab.goto(`${url}?${load}`, until);
  await pause(1000);
  const spent = (cpu() - before) / LOADS;
  await tab.close();
  return spent;
}

/** Seconds of processor time of all that this program started and what that started, the ended ones included. */
function cpu() {
  const all = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /s, "").split(" ");
      // After the name: state, parent, …, and from the 12th on the times of itself and of what it waited for.
      all.set(Number(pid), { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0) });
    } catch {
      // It has just ended; what it took is with its parent.
    }
  }
  const isOurs = (pid) => {
    for (let at = pid, steps = 0; at > 1 && steps < 64; at = all.get(at)?.parent ?? 0, steps += 1) if (at === process.pid) return pid !== process.pid;
    return false;
  };
  let ticks = 0;
  for (const [pid, one] of all) if (isOurs(pid)) ticks += one.ticks;
  return ticks / TICKS_A_SECOND;
}
