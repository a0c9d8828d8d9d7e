// Firefox ESR with the extension in it, driven over WebDriver BiDi.

import puppeteer from "puppeteer-core";

/** The extension's address in every run, so that its pages can be opened. */
const UUID = "5b7fbd1e-6c6f-4c7e-9a55-2f6d0f3f9a11";
const ID = "page-watch@hinomi.example";

export async function startFirefox({ extension, lna = true, prefs = {} }) {
  const extraPrefsFirefox = {
    "network.lna.blocking": lna,
    // A question that nobody answers would hang every request for five minutes.
    "network.lna.prompt.timeout": 300,
    "network.dnsCacheExpiration": 2,
    "network.dnsCacheExpirationGracePeriod": 0,
    "network.captive-portal-service.enabled": false,
    "network.connectivity-service.enabled": false,
    "dom.disable_open_during_load": false,
    "extensions.webextensions.uuids": JSON.stringify({ [ID]: UUID }),
    ...prefs,
  };
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
    headless: true,
    acceptInsecureCerts: true,
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
  const root = `moz-extension://${UUID}`;
  /** Runs in a page of the extension. */
  const inExtension = async (source) => {
    const page = await browser.newPage();
    await page.goto(`${root}/options.html`);
    const result = await page.evaluate(source);
    await page.close();
    return result;
  };
  const close = () => browser.close().catch(() => {});
  return { name: "firefox", version: await browser.version(), browser, open, close, root, inExtension };
}
