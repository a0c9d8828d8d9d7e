// Firefox ESR with the extension in it, driven over WebDriver BiDi.

import puppeteer from "puppeteer-core";

export async function startFirefox({ extension, lna = true, prefs = {}, env = {} }) {
  const extraPrefsFirefox = {
    "network.lna.blocking": lna,
    // A question that nobody answers would hang every request for five minutes.
    "network.lna.prompt.timeout": 300,
    "network.dnsCacheExpiration": 2,
    "network.dnsCacheExpirationGracePeriod": 0,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "dom.disable_open_during_load": false,
    ...prefs,
  };
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    headless: true,
    acceptInsecureCerts: true,
    env: { ...process.env, ...env },
    extraPrefsFirefox,
  });
  if (extension) await browser.installExtension(extension);
  const open = async (url) => {
    const page = await browser.newPage();
    await page.goto(url, { waitUntil: "domcontentloaded", timeout: 8_000 }).catch(() => {});
    return {
      page,
      evaluate: (source) => page.evaluate(source),
      close: async () => {
        const [first, ...others] = await browser.pages();
        await Promise.all(others.filter((one) => one !== first).map((one) => one.close().catch(() => {})));
      },
    };
  };
  const close = () => browser.close().catch(() => {});
  return { name: "firefox", version: await browser.version(), browser, open, close };
}
