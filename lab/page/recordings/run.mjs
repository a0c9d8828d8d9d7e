// One visit, recorded by everything that records: Chromium's HAR and network log, tcpdump, Unbound before dnsmasq, and a
// second Chromium behind Squid that opens the same pages. What the recordings say is held against each other, and
// against what the targets saw.
//
// Each technique's page has a host of its own, so that a recording that knows origins only knows the page. Packets of
// WebRTC have no origin: all of them are sent by one page, in a visit with a network log of its own.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TECHNIQUES } from "../techniques/list.mjs";
import { PORT, SITE } from "../world/addresses.mjs";
import { pause } from "../world/start.mjs";
import { startPackets, startProxy, startResolvers } from "./recorders.mjs";

const DWELL_MS = 700;
const LAST_MS = 3000;
const TYPE_A = 1;

/** Ways that a page on http has, that end in the page itself and that no browser stops: no workers, no windows. */
const CHOSEN = [
  ...["fetch", "fetch-no-cors", "fetch-after-timer", "xhr", "event-source", "websocket", "beacon", "redirect-fetch"],
  ...["redirect-chain-img", "scan", "cross-protocol", "html-img", "html-style", "html-iframe", "header-link"],
  ...["host-localhost", "host-decimal", "host-v6", "host-lan", "name-loopback", "name-lan", "name-loopback-img"],
];
const WEBRTC_HOST = `webrtc.${SITE}`;
const WEBRTC = ["rtc-stun", "rtc-stun-lan", "rtc-turn-tcp", "rtc-candidate", "rtc-remote-sdp", "rtc-ufrag-remote", "rtc-ufrag-local"];

const pageOf = ({ id }) => `http://${id}.${SITE}:${PORT.siteHttp}/technique/${id}`;

export async function run({ world, launch, keep }) {
  rmSync(keep, { recursive: true, force: true });
  mkdirSync(keep, { recursive: true });
  const at = (name) => join(keep, name);
  const chosen = TECHNIQUES.filter(({ id }) => CHOSEN.includes(id));
  const resolvers = await startResolvers(keep);
  const packets = await startPackets(at("lab.pcap"));
  const { version } = await visit(launch, { har: at("playwright.har"), netlog: at("chromium.netlog") }, chosen);
  const hits = await touched(world);
  await visitByWebRtc(launch, at("webrtc.netlog"));
  const webrtc = await touched(world);
  const asked = [...world.names.asked];
  await packets.close();
  await resolvers.close();

  const proxy = await startProxy(keep);
  await visit(launch, { proxied: true }, chosen);
  await proxy.close();
  const truth = { version, site: SITE, hits, webrtc, proxied: await touched(world), names: answered(asked) };
  writeFileSync(at("truth.json"), `${JSON.stringify(truth, null, 1)}\n`);
  console.log(`${chosen.length} pages, ${hits.length} touches, ${webrtc.length} by WebRTC, ${truth.names.length} names: ${keep}`);
  return { keep, failed: hits.length === 0 };
}

/** What arrived since the last time; on a busy machine the last of it waits for its target. */
async function touched(world) {
  await pause(LAST_MS);
  return world.targets.hits.splice(0);
}

const logTo = (file) => [`--log-net-log=${file}`, "--net-log-capture-mode=Everything"];
const BEHIND_PROXY = [`--proxy-server=127.0.0.1:${PORT.proxy}`, "--proxy-bypass-list=<-loopback>"];

/** Opens every page, one after the other. */
async function visit(launch, { har = null, netlog = null, proxied = false }, techniques) {
  const browser = await launch({ args: [...(netlog ? logTo(netlog) : []), ...(proxied ? BEHIND_PROXY : [])], har });
  await pause(1000);
  for (const technique of techniques) {
    const opened = await browser.open(pageOf(technique));
    await pause(DWELL_MS);
    await opened.close();
  }
  await pause(LAST_MS);
  await browser.close();
  return browser;
}

/** One page that does all of it. */
async function visitByWebRtc(launch, netlog) {
  const browser = await launch({ args: logTo(netlog) });
  const [first, ...others] = TECHNIQUES.filter(({ id }) => WEBRTC.includes(id));
  const opened = await browser.open(`http://${WEBRTC_HOST}:${PORT.siteHttp}/technique/${first.id}`);
  await pause(DWELL_MS);
  for (const { id, port } of others) {
    await opened.evaluate(`void techniques["${id}"]({ ...targets, port: ${port} })`);
    await pause(DWELL_MS);
  }
  await pause(LAST_MS);
  await browser.close();
}

/** Names with the addresses that were given, each once. */
function answered(asked) {
  const addresses = asked.filter(({ type, answers }) => type === TYPE_A && answers.length > 0);
  const known = new Map(addresses.map(({ name, answers }) => [name.toLowerCase(), answers]));
  return [...known].map(([name, answers]) => ({ name, answers }));
}
