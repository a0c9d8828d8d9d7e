// Pages that do nothing wrong, or nothing that was not ordered: no finding, or one that an allow rule of hinomi.toml
// takes away.

import http from "node:http";
import net from "node:net";
import { LAN, PORT, PUBLIC, SITE } from "../world/addresses.mjs";
import { listen } from "../world/targets.mjs";
import { PLAIN, PROXIED } from "../benign/cases.mjs";
import { scan, scanAll } from "./program.mjs";

const HEAD = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>';

export async function run({ world, only }) {
  const bodies = new Map([...PLAIN, ...PROXIED].map((one) => [one.id, one.body ?? ""]));
  const page = (path) => made(path, bodies);
  world.pages.push(page);
  world.targets.pages.push(page);
  // A hotel that answers for a name in its own way, and is left: a scan has one network for its time.
  const wanted = (one) => (!only || only.has(one.id)) && !one.captive;
  const plain = PLAIN.filter(wanted);
  for (const one of plain) for (const [name, addresses] of Object.entries(one.names ?? {})) world.names.set(name, addresses);
  const rows = [...(await calm(plain.filter((one) => !one.expects && !one.settings), world))];
  const special = plain.filter((one) => one.expects || one.settings);
  rows.push(...(await Promise.all(special.map((one) => ordered(one, world)))));
  for (const one of PROXIED.filter(wanted)) rows.push(await behindProxy(one, world));
  for (const row of rows) console.log(`${row.ok ? "ok  " : "FAIL"} ${row.id.padEnd(30)} ${row.told}`);
  const failed = rows.filter((row) => !row.ok).map((row) => row.id);
  return { rows, bars: [{ what: `${rows.length} pages; wrong: ${failed.join(", ") || "none"}`, ok: failed.length === 0 && (only !== null || rows.length >= 45) }] };
}

function made(path, bodies) {
  const headers = { "content-type": "text/html; charset=utf-8" };
  if (path === "/away") return { status: 302, headers: { location: `https://cdn.example:${PORT.siteHttps}/a` } };
  if (path === "/cached.png") return { headers: { "content-type": "image/png", "cache-control": "max-age=600" }, body: "x" };
  const id = /^\/benign\/([a-z0-9-]+)$/.exec(path)?.[1];
  return bodies.has(id) ? { headers, body: HEAD + bodies.get(id) } : null;
}

function addressOf(one) {
  const from = { local: `http://127.0.0.1:${PORT.targetHttp}`, lan: `http://${LAN}:${PORT.targetHttp}` };
  return one.open ?? `${from[one.at] ?? `https://${SITE}:${PORT.siteHttps}`}/benign/${one.id}`;
}

const counted = (result) => result.facts.filter((fact) => fact.reported && !fact.suppressed && !fact.allowed_by && fact.targets.length > 0);
const told = (fact) => `${fact.rule} ${fact.page} → ${fact.targets.map(({ host, port, how }) => `${host}:${port} (${how})`).join(", ")}`;

async function calm(cases, world) {
  if (cases.length === 0) return [];
  const result = await scanAll(world, cases.map(addressOf), { lna: false });
  return cases.map((one) => {
    const own = counted(result).filter((fact) => fact.page.startsWith(addressOf(one)));
    const unread = result.problems.filter((problem) => problem.source === addressOf(one)).map((problem) => problem.detail);
    // Nothing found counts only for a page that was looked at, and was there.
    const watched = result.watched.some((fact) => fact.page.startsWith(addressOf(one)));
    const ok = own.length === 0 && unread.length === 0 && watched;
    return { id: one.id, ok, told: [...own.map(told), ...unread, ...(watched ? [] : ["was not looked at"])].join(" ; ") };
  });
}

/** Without a word of the company one finding, with it none; or the company's own network told beforehand. */
async function ordered(one, world) {
  const without = counted(await scan(world, [addressOf(one)], { lna: false }));
  const after = await scan(world, [addressOf(one)], { lna: false, config: configOf(one) });
  const left = counted(after);
  const allowed = one.expects === "rule" ? after.facts.some((fact) => fact.allowed_by === one.id) : true;
  const ok = without.length >= 1 && (one.expects !== "rule" || without.length === 1) && left.length === 0 && after.exit === 0 && allowed;
  return { id: one.id, ok, told: `without: ${without.map(told).join(" ; ")} / with (${after.exit}): ${left.map(told).join(" ; ")} ${after.exit === 2 ? after.said : ""}` };
}

function configOf({ id, rule, settings }) {
  const lines = ["schema = 1", "[page]", `space_overrides = ${JSON.stringify(settings?.spaceOverrides ?? [])}`];
  if (rule) {
    lines.push("[[page.allow]]", `id = "${id}"`, `page = "${rule.page}"`, `target = "${rule.target}"`, `ports = ${JSON.stringify(rule.ports.map(String))}`);
    lines.push('reason = "ordered"', 'owner = "IT"', 'expires = "2099-12-31"');
  }
  return `${lines.join("\n")}\n`;
}

async function behindProxy(one, world) {
  const proxy = await startProxy(world, one.proxy);
  const address = `${one.proxy}:${PORT.proxy}`;
  const script = `data:application/x-ns-proxy-autoconfig,function FindProxyForURL(){return "PROXY ${address}"}`;
  const browser = one.script ? [`--proxy-pac-url=${script}`] : [`--proxy-server=${address}`];
  const result = await scan(world, [`http://${SITE}:${PORT.siteHttp}/benign/${one.id}`], { lna: false, browser });
  proxy.close();
  proxy.closeAllConnections();
  const own = counted(result);
  const watched = result.watched.some((fact) => fact.page.endsWith(`/benign/${one.id}`));
  return { id: one.id, ok: own.length === 0 && result.exit === 0 && watched, told: `${result.exit} ${own.map(told).join(" ; ")}` };
}

/** A plain forward proxy for http, and tunnels for the rest. */
function startProxy(world, host) {
  const server = http.createServer((request, response) => world.site.respond(Object.assign(request, { url: pathOf(request.url) }), response));
  server.on("connect", (request, socket) => {
    const [name, port] = request.url.split(":");
    const up = net.connect(Number(port), name.endsWith("example") ? PUBLIC : name, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(up).pipe(socket);
    });
    for (const end of [up, socket]) end.on("error", () => [up, socket].forEach((each) => each.destroy()));
  });
  return listen(server, host, PORT.proxy);
}

function pathOf(url) {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
