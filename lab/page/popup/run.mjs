// Opens the popup above a page that reaches inside, as a person would, and takes pictures of it (Chromium).

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PORT, SITE } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";

const PAGES = ["scan", "rtc-ufrag-local", "name-loopback", "fetch"];

export async function run({ launch, browserName, shots = "out/shots" }) {
  if (browserName !== "chromium") throw new Error("the pictures are taken in Chromium");
  mkdirSync(shots, { recursive: true });
  const checks = [];
  for (const language of ["en-US", "ja"]) {
    const browser = await launch({ args: [`--lang=${language}`, "--accept-lang=" + language], env: { LANGUAGE: language.slice(0, 2) } });
    await pause(1500);
    for (const id of PAGES) checks.push(await picture(browser, id, language, shots));
    checks.push(...(await keyboard(browser, language, shots)));
    await browser.close();
  }
  for (const check of checks) console.log(`${check.ok ? "ok  " : "FAIL"} ${check.what}`);
  return { checks, failed: checks.some((check) => !check.ok) };
}

async function tabOf(browser, id) {
  const url = `https://${SITE}:${PORT.siteHttps}/technique/${id}`;
  return browser.worker.evaluate(async (wanted) => (await chrome.tabs.query({})).find((tab) => tab.url === wanted)?.id, url);
}

async function popup(browser, tab) {
  const page = await browser.context.newPage();
  await page.setViewportSize({ width: 416, height: 600 });
  await page.goto(browser.worker.url().replace("background.js", `popup.html?tab=${tab}`));
  await pause(400);
  return page;
}

async function picture(browser, id, language, shots) {
  const opened = await browser.open(`https://${SITE}:${PORT.siteHttps}/technique/${id}`);
  await pause(1500);
  const tab = await tabOf(browser, id);
  const badge = await browser.worker.evaluate((tabId) => chrome.action.getBadgeText({ tabId }), tab);
  const page = await popup(browser, tab);
  await page.screenshot({ path: join(shots, `${id}-${language}.png`), fullPage: true });
  const entries = await page.locator("#found > li:not(.quieted)").count();
  await opened.close();
  return { what: `${language} ${id}: badge ${badge}, ${entries} entries`, ok: entries > 0 && badge === String(entries) };
}

/** Everything by the keyboard alone: allow a page, look at the history, and the entry is quiet afterwards. */
async function keyboard(browser, language, shots) {
  const id = "fetch";
  const opened = await browser.open(`https://${SITE}:${PORT.siteHttps}/technique/${id}`);
  await pause(1500);
  const tab = await tabOf(browser, id);
  const page = await popup(browser, tab);
  const focus = async (wanted) => {
    for (let press = 0; press < 20; press += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((name) => document.activeElement?.id === name, wanted)) return true;
    }
    return false;
  };
  const checks = [{ what: `${language} keyboard reaches "expected"`, ok: await focus("expect") }];
  await page.keyboard.press("Enter");
  await page.keyboard.type("SSO agent");
  await page.keyboard.press("Tab");
  await page.keyboard.type("IT");
  await page.screenshot({ path: join(shots, `expect-${language}.png`), fullPage: true });
  await page.keyboard.press("Enter");
  await pause(500);
  const open = await page.locator("#found > li:not(.quieted)").count();
  checks.push({ what: `${language} allowed: ${open} entries are left open`, ok: open === 0 });
  const rules = await browser.worker.evaluate(async () => (await chrome.storage.local.get("settings")).settings?.allow?.length ?? 0);
  checks.push({ what: `${language} rules after allowing: ${rules}`, ok: rules > 0 });
  await page.locator("#tab-now").focus();
  await page.keyboard.press("ArrowRight");
  await pause(1200);
  const past = await page.locator("#past-found > li").count();
  await page.screenshot({ path: join(shots, `history-${language}.png`) });
  checks.push({ what: `${language} history has ${past} entries`, ok: past >= 4 });
  await page.goto(page.url().replace(/popup\.html.*/, "options.html"));
  await pause(500);
  await page.setViewportSize({ width: 800, height: 900 });
  await page.screenshot({ path: join(shots, `options-${language}.png`), fullPage: true });
  await opened.close();
  return checks;
}
