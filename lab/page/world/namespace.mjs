// Starts a program again inside a network of its own, where only the lab's addresses exist.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ALL, HOST } from "./addresses.mjs";

const MARK = "HINOMI_PAGE_LAB";

/**
 * Inside: returns. Outside: runs this script inside and ends the process with its exit code.
 * Needs `unshare` and `ip`, and to be root or to be allowed user namespaces.
 */
export function enterNamespace(script, args) {
  if (process.env[MARK]) return;
  const folder = mkdtempSync(join(tmpdir(), "hinomi-page-lab-"));
  writeFileSync(join(folder, "resolv.conf"), "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n");
  writeFileSync(join(folder, "nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n");
  writeFileSync(join(folder, "hosts"), "127.0.0.1 localhost\n::1 localhost\n");
  const setUp = [
    "set -e",
    "ip link set lo up",
    // WebRTC looks for an interface that is no loopback. This one leads to its own other end, and nowhere else.
    `ip link add wire type veth peer name end && ip addr add ${HOST}/24 dev wire && ip link set wire up && ip link set end up`,
    `ip route add default dev wire`,
    ...ALL.map((address) => `ip addr add ${address}/${address.includes(":") ? 128 : 32} dev lo`),
    ...["resolv.conf", "nsswitch.conf", "hosts"].map((name) => `mount --bind "$LAB_FOLDER/${name}" /etc/${name}`),
    'exec "$@"',
  ].join("\n");
  const root = process.getuid() === 0 ? [] : ["--map-root-user"];
  const inside = ["-n", "-m", ...root, "bash", "-c", setUp, "lab", process.execPath, script, ...args];
  const env = { ...process.env, [MARK]: folder, LAB_FOLDER: folder };
  const done = spawnSync("unshare", inside, { stdio: "inherit", env });
  rmSync(folder, { recursive: true, force: true });
  if (done.error) throw done.error;
  process.exit(done.status ?? 1);
}

/** A folder of this run, gone with it. */
export function runFolder() {
  return process.env[MARK];
}
