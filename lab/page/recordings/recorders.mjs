// Programs that record: the resolvers the browser asks, tcpdump, Squid. All of them from Debian.

import { spawn } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import dgram from "node:dgram";
import net from "node:net";
import { join } from "node:path";
import { PORT } from "../world/addresses.mjs";
import { runFolder } from "../world/namespace.mjs";
import { pause } from "../world/start.mjs";

const START_MS = 20_000;
const DNSMASQ = "127.0.0.2";
const UNBOUND = "127.0.0.3";

/** The machine asks Unbound, which asks dnsmasq, which asks the lab's own server; both write down what they see. */
export async function startResolvers(folder) {
  const plain = ["--keep-in-foreground", "--no-resolv", "--no-hosts", "--bind-interfaces", "--cache-size=0", "--conf-file=/dev/null"];
  const own = ["--user=", "--group=", "--pid-file=", `--listen-address=${DNSMASQ}`, "--server=127.0.0.1#53"];
  const logged = ["--log-queries=extra", `--log-facility=${join(folder, "dnsmasq.log")}`];
  const dnsmasq = start("dnsmasq", [...plain, ...own, ...logged]);
  const settings = join(folder, "unbound.conf");
  writeFileSync(settings, unboundSettings(join(folder, "unbound.log")));
  const unbound = start("unbound", ["-d", "-c", settings]);
  await until("the resolvers", () => answers(UNBOUND));
  // The file is bound over the machine's own: it is written to where it is.
  const known = join(runFolder(), "resolv.conf");
  const before = readFileSync(known);
  writeFileSync(known, `nameserver ${UNBOUND}\noptions timeout:2 attempts:2\n`);
  const close = async () => {
    writeFileSync(known, before);
    await Promise.all([unbound.close(), dnsmasq.close()]);
  };
  return { close };
}

function unboundSettings(log) {
  const lines = ["server:", `interface: ${UNBOUND}@53`, 'username: ""', 'chroot: ""', 'pidfile: ""', 'module-config: "iterator"'];
  lines.push("do-not-query-localhost: no", "do-ip6: no", "use-syslog: no", `logfile: "${log}"`, "verbosity: 4", "cache-max-ttl: 0");
  lines.push("access-control: 127.0.0.0/8 allow", "remote-control:", "control-enable: no");
  lines.push("forward-zone:", 'name: "."', `forward-addr: ${DNSMASQ}@53`);
  return `${lines.join("\n")}\n`;
}

/** All packets of the namespace; there is but one interface that they go through. */
export async function startPackets(file) {
  const tcpdump = start("tcpdump", ["-i", "lo", "-U", "-s", "0", "-Z", "root", "-w", file]);
  await until("tcpdump", () => tcpdump.said().includes("listening on"));
  return tcpdump;
}

/** Squid with the combined log, which has the referrer. */
export async function startProxy(folder) {
  const settings = join(folder, "squid.conf");
  const form = '%>a %[ui %[un [%tl] "%rm %ru HTTP/%rv" %>Hs %<st "%{Referer}>h" "%{User-Agent}>h" %Ss:%Sh';
  const log = join(folder, "squid.log");
  // It gives up its rights before it opens the log.
  writeFileSync(log, "");
  chmodSync(log, 0o666);
  const lines = [`http_port 127.0.0.1:${PORT.proxy}`, "http_access allow all", `logformat lab ${form}`, `access_log stdio:${log} lab`];
  lines.push("cache deny all", "pid_filename none", "cache_log /dev/null", "dns_nameservers 127.0.0.1", "coredump_dir none");
  lines.push("shutdown_lifetime 0 seconds", "dns_v4_first on", "pinger_enable off", "netdb_filename none");
  writeFileSync(settings, `${lines.join("\n")}\n`);
  const squid = start("squid", ["-N", "-f", settings]);
  await until("squid", () => connects("127.0.0.1", PORT.proxy));
  return squid;
}

function start(program, args) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const take = (part) => {
    said = (said + part).slice(-4000);
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const over = new Promise((done) => {
    child.on("error", (error) => {
      take(error.message);
      done();
    });
    child.on("exit", done);
  });
  const close = () => {
    child.kill("SIGTERM");
    return over;
  };
  return { said: () => said, close };
}

async function until(what, holds) {
  const end = Date.now() + START_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not start`);
    await pause(100);
  }
}

/** Whether a resolver answers a question. */
function answers(address) {
  const question = Buffer.from("0001010000010000000000000673637265656e076578616d706c650000010001", "hex");
  const socket = dgram.createSocket("udp4");
  return new Promise((resolve) => {
    const end = (came) => {
      clearTimeout(timer);
      socket.close();
      resolve(came);
    };
    const timer = setTimeout(() => end(false), 500);
    socket.on("message", (message) => end((message[3] & 15) !== 2));
    socket.on("error", () => end(false));
    socket.send(question, 53, address);
  });
}

function connects(host, port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
