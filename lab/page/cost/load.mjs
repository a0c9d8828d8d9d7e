// What the extension costs a page of 300 requests: CPU time of the whole browser, with and without, in turns (Chromium).
//
// For a build without `--lab`: sending every event to the lab would be measured too.

import { OTHER_SITE, PORT, SITE } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";

const PAIRS = Number(process.env.LAB_PAIRS ?? 6);
const REQUESTS = 300;
const LOADS = 4;

export async function run({ world, launch, browserName }) {
  if (browserName !== "chromium") throw new Error("CPU time of all processes is asked of Chromium");
  const pictures = Array.from({ length: REQUESTS }, (_, at) => `<img src="http://${OTHER_SITE}:${PORT.siteHttp}/p${at}.png">`);
  const body = `<!doctype html><link rel="icon" href="data:,"><body>${pictures.join("")}`;
  world.pages.push((path) => (/^\/load(?:\?|$)/.test(path) ? { headers: { "content-type": "text/html" }, body } : null));
  const times = { with: [], without: [] };
  for (let pair = 0; pair < PAIRS; pair += 1) {
    for (const side of pair % 2 === 0 ? ["without", "with"] : ["with", "without"]) {
      times[side].push(await measured(await launch(side === "with" ? {} : { extension: null })));
    }
  }
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const more = (median(times.with) / median(times.without) - 1) * 100;
  console.log(`CPU seconds for ${LOADS} loads: without ${times.without.map((one) => one.toFixed(2)).join(" ")}`);
  console.log(`CPU seconds for ${LOADS} loads: with    ${times.with.map((one) => one.toFixed(2)).join(" ")}`);
  console.log(`median ${median(times.without).toFixed(3)} → ${median(times.with).toFixed(3)}: ${more.toFixed(1)} % more`);
  return { times, more, failed: more > 3 };
}

async function measured(browser) {
  const tab = await browser.context.newPage();
  const tools = await browser.context.browser().newBrowserCDPSession();
  const url = `http://${SITE}:${PORT.siteHttp}/load`;
  await tab.goto(url, { waitUntil: "load", timeout: 120_000 });
  await pause(1500);
  const before = await cpu(tools);
  for (let load = 0; load < LOADS; load += 1) await tab.goto(`${url}?${load}`, { waitUntil: "load", timeout: 120_000 });
  await pause(1000);
  const spent = (await cpu(tools)) - before;
  await browser.close();
  return spent;
}

async function cpu(tools) {
  const { processInfo } = await tools.send("SystemInfo.getProcessInfo");
  return processInfo.reduce((sum, one) => sum + one.cpuTime, 0);
}
