// A company's way: policies made by `hinomi page policy` install the extension and tell it what is expected, the
// browser's own protection lets exactly that through, findings arrive at `hinomi collect page-reports` also when it was
// away for a while, a changed policy counts without a restart, and `hinomi scan` reads what arrived.
//
// The policies lie where the browsers look for them, but only inside the lab's own mount namespace.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OTHER_SITE, PORT, SITE } from "../world/addresses.mjs";
import { runFolder } from "../world/namespace.mjs";
import { pause } from "../world/start.mjs";
import { packCrx, packXpi, startUpdates, UPDATE_URL, XPI_URL } from "./packages.mjs";

const REPORTS = 8787;
/** Where each browser looks for policies: the folder that is laid over, and the file in it. */
const PLACES = {
  chromium: { over: "/etc/chromium", file: "policies/managed/page-watch.json", browser: "chrome" },
  firefox: { over: "/usr/lib/firefox-esr/distribution", file: "policies.json", browser: "firefox" },
};
const INSTALL_MS = 60_000;
const POLICY_MS = 20_000;
/** The extension sends once a minute. */
const REPORT_MS = 100_000;

export async function run({ world, launch, extension, browserName }) {
  const hinomi = process.env.HINOMI;
  if (!hinomi) throw new Error("set HINOMI to the program that makes the policies and takes the reports");
  const desk = runFolder();
  const checks = [];
  const check = (what, ok) => {
    checks.push({ what, ok });
    console.log(`${ok ? "ok  " : "FAIL"} ${what}`);
    return ok;
  };
  const { version } = JSON.parse(readFileSync(join(extension, "manifest.json"), "utf8"));
  const crx = browserName === "chromium" ? packCrx(extension, desk) : { id: "", crx: null };
  const updates = await startUpdates({ ...crx, xpi: browserName === "firefox" ? packXpi(extension, desk) : null, version });
  const policies = policiesOf({ hinomi, desk, browserName, id: crx.id, check });
  policies.write([SITE]);
  const prefs = { "xpinstall.signatures.required": false, "extensions.autoDisableScopes": 0 };
  const browser = await launch({ extension: null, prefs, withoutSwitches: true });
  await visits(world, browser, browserName, policies, check);
  const reports = await receiving(world, browser, hinomi, desk, check);
  await browser.close();
  await scanned(hinomi, reports, browserName, check);
  updates.close();
  return { version: browser.version, checks, failed: checks.some(({ ok }) => !ok) };
}

/** Writes the policy files, as an administrator would. */
function policiesOf({ hinomi, desk, browserName, id, check }) {
  const { over, file, browser } = PLACES[browserName];
  const folder = join(desk, "policies");
  const target = join(folder, file);
  mkdirSync(dirname(target), { recursive: true });
  if (!existsSync(over)) throw new Error(`${over} is not there: is ${browserName} Debian's?`);
  execFileSync("mount", ["--bind", folder, over]);
  const config = join(desk, "hinomi.toml");
  const make = () => spawnSync(hinomi, ["--config", config, "page", "policy", "--browser", browser, "-o", join(desk, "made.json")], { encoding: "utf8" });
  const write = (sites) => {
    writeFileSync(config, toml(id, sites));
    const made = make();
    if (made.status !== 0) throw new Error(made.stderr);
    // At once, as an administrator's tool would: a browser reads when it sees the change.
    writeFileSync(target, readFileSync(join(desk, "made.json")));
  };
  writeFileSync(config, `${toml(id, [SITE])}\n[[page.allow]]\nid = "bad"\npage = "x y"\ntarget = "127.0.0.1"\nreason = "r"\nowner = "o"\nexpires = "2099-01-01"\n`);
  const refused = make();
  check(`a rule that no browser could take is refused: ${refused.stderr.trim().split("\n").at(-1)}`, refused.status === 2 && refused.stderr.includes("no pattern of pages"));
  return { write };
}

function toml(id, sites) {
  const rules = sites.map((site, at) => `[[page.allow]]\nid = "agent-${at}"\npage = "https://${site}:${PORT.siteHttps}"\ntarget = "127.0.0.1"\nports = [${PORT.targetHttp}]\nreason = "agent of the lab"\nowner = "lab"\nexpires = "2099-01-01"\n`);
  return `schema = 1\n[page]\ndeny_others = true\nreport_url = "http://127.0.0.1:${REPORTS}/page-reports"\n[page.extension]\nchromium_id = "${id || "a".repeat(32)}"\nchromium_update_url = "${UPDATE_URL}"\nfirefox_url = "${XPI_URL}"\n${rules.join("")}`;
}

const found = (world) => world.collector.of("/findings").at(-1) ?? [];
const findingOf = (world, site) => found(world).filter((one) => one.page.includes(`//${site}`) && one.rule === "HW-1").at(-1);

/** Waits until `test` holds; gives whether it came to that. */
async function until(test, ms) {
  for (const end = Date.now() + ms; Date.now() < end; await pause(500)) if (await test()) return true;
  return Boolean(await test());
}

/** Opens one page that fetches from inside; gives whether it arrived. */
async function visit(world, browser, site) {
  const from = world.targets.hits.length;
  const opened = await browser.open(`https://${site}:${PORT.siteHttps}/technique/fetch?${from}`);
  await pause(3500);
  await opened.close();
  return world.targets.hits.slice(from).some((hit) => hit.technique === "fetch");
}

async function visits(world, browser, browserName, policies, check) {
  // The first thing that the extension tells of itself is an event.
  const installed = await until(async () => {
    if (world.collector.of("/events").length > 0) return true;
    const opened = await browser.open(`https://${SITE}:${PORT.siteHttps}/technique/none`);
    await opened.close();
    return false;
  }, INSTALL_MS);
  check("the policy installed the extension", installed);
  // Managed values may come some seconds after the first start.
  const allowed = await until(async () => {
    await visit(world, browser, SITE);
    return findingOf(world, SITE)?.allowed_by === "agent-0";
  }, POLICY_MS);
  check("its rules came by policy: the access is told as expected", allowed);
  check("the page that is expected reaches inside", await visit(world, browser, SITE));
  const other = await visit(world, browser, OTHER_SITE);
  check(`another page ${other ? "reaches" : "does not reach"} inside`, !other);
  const told = await until(() => findingOf(world, OTHER_SITE) !== undefined, 5000);
  check("and is told", told && findingOf(world, OTHER_SITE).allowed_by === undefined);
  policies.write([OTHER_SITE]);
  // Firefox reads policies when it starts, and at no other time.
  if (browserName === "firefox") return;
  const changed = await until(async () => (await visit(world, browser, OTHER_SITE)) && !(await visit(world, browser, SITE)), POLICY_MS * 2);
  check("a changed policy counts without a restart, in the browser", changed);
  const later = await until(async () => {
    await visit(world, browser, OTHER_SITE);
    return findingOf(world, OTHER_SITE)?.allowed_by === "agent-0";
  }, POLICY_MS);
  check("and in the extension", later);
}

/** Nobody listens for longer than a minute; then somebody does. */
async function receiving(world, browser, hinomi, desk, check) {
  const file = join(desk, "reports.ndjson");
  await pause(65_000);
  const expected = new Set(found(world).filter((one) => one.targets.length > 0).map((one) => `${one.rule} ${one.first}`));
  const receiver = spawn(hinomi, ["collect", "page-reports", "--listen", `127.0.0.1:${REPORTS}`, "--out", file], { stdio: ["ignore", "ignore", "inherit"] });
  const lines = () => (existsSync(file) ? readFileSync(file, "utf8") : "").split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const arrived = () => new Set(lines().map((one) => `${one.rule} ${one.first}`));
  const all = await until(() => [...expected].every((key) => arrived().has(key)), REPORT_MS);
  check(`after a while without a receiver, ${arrived().size} of ${expected.size} findings arrive`, all && expected.size > 0);
  const pages = [...new Set(lines().map((one) => one.page))];
  check(`of pages only the origin: ${pages.join(" ")}`, pages.length > 0 && pages.every((page) => new URL(page).pathname === "/"));
  receiver.kill("SIGKILL");
  return file;
}

async function scanned(hinomi, reports, browserName, check) {
  const ran = spawnSync(hinomi, ["scan", reports, "--format", "json"], { encoding: "utf8" });
  const findings = ran.stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((line) => line.type === "finding");
  const told = findings.map((one) => `${one.check} ${one.asset}`);
  check(`hinomi scan: ${told.join("; ")}`, ran.status === 1 && told.some((one) => one.includes("page.local-access") && one.includes(OTHER_SITE)));
  // In Chromium the rule was taken back meanwhile.
  if (browserName === "firefox") check("and not of the page that is expected", !told.some((one) => one.includes(SITE)));
}
