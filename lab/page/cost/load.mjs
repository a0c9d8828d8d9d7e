// What the extension costs a page of 300 requests: CPU time of all the browser's processes, in turns (Chromium).
//
// Three sides: no extension; an idle one, which may listen to requests and waits for a name that nobody asks for (what
// Chromium itself takes for any such extension); ours. Two pages: `everyday` has the weight of real ones, `pictures` is
// the worst there is, 300 pictures of some bytes. For a build without `--lab`: sending every event to the lab would be
// measured too.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OTHER_SITE, PORT, SITE } from "../world/addresses.mjs";
import { runFolder } from "../world/namespace.mjs";
import { pause } from "../world/start.mjs";
import { everydayPage, REQUESTS } from "./everyday.mjs";

const PAIRS = Number(process.env.LAB_PAIRS ?? 6);
const LOADS = Number(process.env.LAB_LOADS ?? 5);
/** More than this, of processor time, is too much on an everyday page. */
const MORE_MAX = 3;

export async function run({ world, launch, browserName }) {
  if (browserName !== "chromium") throw new Error("CPU time of all processes is asked of Chromium");
  world.pages.push(pictures(), everydayPage());
  const sides = { without: { extension: null }, idle: { extension: idleExtension() }, ours: {} };
  const times = {};
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const order = Object.keys(sides);
    for (const side of pair % 2 === 0 ? order : order.reverse()) {
      const browser = await launch(sides[side]);
      for (const page of ["everyday", "pictures"]) ((times[page] ??= {})[side] ??= []).push(await measured(browser, page));
      await browser.close();
    }
  }
  const rows = Object.entries(times).flatMap(([page, of]) => Object.entries(of).map(([side, list]) => rowOf(page, side, list, of)));
  for (const row of rows) console.log(`${row.page.padEnd(10)}${row.side.padEnd(9)}${row.seconds.toFixed(3)} s a load  ${row.more.toFixed(1).padStart(5)} % more   ${row.all}`);
  const ours = rows.find((row) => row.page === "everyday" && row.side === "ours");
  return { rows, failed: ours.more > MORE_MAX };
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

function idleExtension() {
  const folder = join(runFolder(), "idle");
  mkdirSync(folder, { recursive: true });
  const permissions = { permissions: ["webRequest"], host_permissions: ["<all_urls>"] };
  const manifest = { manifest_version: 3, name: "idle", version: "1", ...permissions, background: { service_worker: "idle.js" } };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "idle.js"), 'chrome.webRequest.onResponseStarted.addListener(() => {}, { urls: ["*://nobody.invalid/*"] });');
  return folder;
}

async function measured(browser, page) {
  const tab = await browser.context.newPage();
  const tools = await browser.context.browser().newBrowserCDPSession();
  const url = `http://${SITE}:${PORT.siteHttp}/${page}`;
  await tab.goto(url, { waitUntil: "networkidle", timeout: 120_000 });
  await pause(1500);
  const before = await cpu(tools);
  for (let load = 0; load < LOADS; load += 1) await tab.goto(`${url}?${load}`, { waitUntil: "networkidle", timeout: 120_000 });
  await pause(1000);
  const spent = ((await cpu(tools)) - before) / LOADS;
  await tab.close();
  return spent;
}

async function cpu(tools) {
  const { processInfo } = await tools.send("SystemInfo.getProcessInfo");
  return processInfo.reduce((sum, one) => sum + one.cpuTime, 0);
}
