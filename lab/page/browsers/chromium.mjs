// Chromium with the extension in it, as a person would have it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

/** `lna: false` takes the browser's own protection away; `har` is where a recording goes. */
export async function startChromium({ extension, lna = true, args = [], env = {}, headless = true, withoutSwitches = false, har = null }) {
  const profile = mkdtempSync(join(tmpdir(), "hinomi-chromium-"));
  const flags = ["--no-sandbox", "--ignore-certificate-errors", "--disable-quic-probe", ...args];
  if (headless) flags.push("--headless=new");
  if (!lna) flags.push("--disable-features=LocalNetworkAccessChecks");
  if (extension) flags.push(`--disable-extensions-except=${extension}`, `--load-extension=${extension}`);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: false,
    // What a driver switches off is what a policy needs.
    ignoreDefaultArgs: ["--disable-extensions", ...(withoutSwitches ? ["--disable-background-networking", "--disable-component-update"] : [])],
    ignoreHTTPSErrors: true,
    args: flags,
    env: { ...process.env, ...env },
    viewport: { width: 1000, height: 700 },
    ...(har && { recordHar: { path: har, content: "omit" } }),
  });
  const worker = extension ? (context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"))) : null;
  worker?.on("console", (message) => process.env.LAB_VERBOSE && console.error(message.text()));
  const open = async (url) => {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: "commit", timeout: 10_000 }).catch(() => {});
    return {
      page,
      evaluate: (source) => page.evaluate(source),
      close: async () => {
        // Windows that the page opened go with it.
        const own = context.pages().filter((one) => one !== context.pages()[0]);
        await Promise.all(own.map((one) => one.close().catch(() => {})));
      },
    };
  };
  const close = async () => {
    await context.close().catch(() => {});
    rmSync(profile, { recursive: true, force: true });
  };
  return { name: "chromium", version: context.browser()?.version() ?? "", context, worker, open, close };
}
