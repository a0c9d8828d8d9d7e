// The program under test, as a person would call it, inside the lab's own network.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Scans that wait for their pages side by side: they mostly wait. */
const SIDE_BY_SIDE = Number(process.env.LAB_SIDE_BY_SIDE ?? 8);

/**
 * Runs `hinomi scan` over addresses. `config` is the text of its `hinomi.toml`. Gives exit code, the lines of its JSON,
 * what it said on standard error, its peak memory in bytes, how long it took, and what it left in its temporary folder.
 */
export async function scan(world, urls, { lna = true, flags = [], browser = [], config = "schema = 1\n", onStart, keep } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "hs-"));
  writeFileSync(join(folder, "hinomi.toml"), config);
  const off = lna ? [] : ["--disable-features=LocalNetworkAccessChecks"];
  const given = ["--ignore-certificate-errors", ...off, ...browser];
  const args = ["scan", "--lang", "en", "--format", "json", "--observations", ...flags];
  args.push(...given.map((one) => `--browser-argument=${one}`), ...urls);
  const temporary = mkdtempSync(join(folder, "t"));
  const home = mkdtempSync(join(folder, "home-"));
  const begun = Date.now();
  const child = spawn(world.hinomi, args, { cwd: folder, env: { ...process.env, TMPDIR: temporary, HOME: home }, stdio: ["ignore", "pipe", "pipe"] });
  const parts = { stdout: [], stderr: [] };
  for (const name of ["stdout", "stderr"]) child[name].on("data", (part) => parts[name].push(part));
  onStart?.(child, temporary);
  const peak = watchMemory(child.pid);
  const [exit, signal] = await new Promise((done) => child.on("close", (code, by) => done([code, by])));
  await keep;
  const text = (name) => Buffer.concat(parts[name]).toString("utf8");
  const lines = text("stdout").split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  const result = { exit, signal, lines, said: text("stderr"), peak: peak(), ms: Date.now() - begun, left: [...readdirSync(temporary), ...readdirSync(home)] };
  rmSync(folder, { recursive: true, force: true });
  return { ...result, ...read(lines) };
}

/** Splits work over several scans at once; gives the results as one. */
export async function scanAll(world, urls, options) {
  const shares = Array.from({ length: Math.min(SIDE_BY_SIDE, urls.length) }, (_, at) => urls.filter((_, nth) => nth % SIDE_BY_SIDE === at));
  const results = await Promise.all(shares.map((share) => scan(world, share, options)));
  const all = (name) => results.flatMap((result) => result[name]);
  return { results, exits: results.map((result) => result.exit), facts: all("facts"), watched: all("watched"), findings: all("findings"), problems: all("problems"), left: all("left") };
}

/** What of the lines the lab judges by. A fact counts when a finding was made of it. */
function read(lines) {
  const of = (type) => lines.filter((line) => line.type === type);
  const findings = of("finding");
  const assets = new Set(findings.map((finding) => finding.asset));
  const pages = of("observation").filter((line) => line.fact.page).map((line) => ({ asset: line.asset, ...line.fact.page }));
  const facts = pages.filter((fact) => fact.rule).map((fact) => ({ ...fact, reported: assets.has(fact.asset) }));
  return { findings, facts, watched: pages.filter((fact) => !fact.rule), problems: of("problem"), undecided: of("undetermined"), summary: of("summary").at(-1) };
}

/** Of a process, its own peak: the browser's is its own. */
function watchMemory(pid) {
  let most = 0;
  const look = () => {
    try {
      const status = readStatus(pid);
      most = Math.max(most, status);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 100);
  return () => {
    clearInterval(timer);
    return most;
  };
}

function readStatus(pid) {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
}

/** `https://cdn.example/a.js:3:14` as its parts. */
export function place(text) {
  const parts = /^(.*?)(?::(\d+))?(?::(\d+))?$/.exec(text ?? "");
  return { script: parts?.[1] ?? "", line: Number(parts?.[2] ?? 0), column: Number(parts?.[3] ?? 0) };
}
