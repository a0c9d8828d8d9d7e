// Pages that do nothing wrong, or nothing that a company did not order. Each is a page of the lab, opened as a person
// would; what may come of it is said with it.
//
// `expects: "none"`: no finding that counts. `expects: "rule"`: exactly one, and none once the allow rule is there.

import { LAN, LAN_OTHER, OTHER_SITE, PORT, PUBLIC, PUBLIC_OTHER, SITE, ZTNA } from "../world/addresses.mjs";

const site = `http://${SITE}:${PORT.siteHttp}`;
const secure = `https://${SITE}:${PORT.siteHttps}`;
const other = `https://${OTHER_SITE}:${PORT.siteHttps}`;
const local = `http://127.0.0.1:${PORT.targetHttp}`;
const lan = `http://${LAN}:${PORT.targetHttp}`;
const ask = (url) => `<script>fetch("${url}", { mode: "no-cors" }).catch(() => {})</script>`;
const rule = (target, ports) => ({ page: `[*.]${SITE}`, target, ports });

/** Cases in the ordinary browser. `body` is the page's, at `at` (the public site unless it says so). */
export const PLAIN = [
  // Somebody opens what is theirs.
  { id: "open-localhost", open: `http://localhost:${PORT.targetHttp}/page` },
  { id: "open-loopback", open: `${local}/page` },
  { id: "open-lan", open: `${lan}/page` },
  { id: "open-lan-https", open: `https://${LAN}:${PORT.targetHttps}/page` },
  { id: "dev-server", at: "local", body: `<img src="/a"><script src="/b.js"></script>${ask("/c")}` },
  { id: "dev-server-two-ports", at: "local", body: ask(`http://127.0.0.1:${PORT.scan}/api`) + ask(`http://localhost:${PORT.scan + 1}/api`) },
  { id: "dev-server-live-reload", at: "local", body: `<script>new WebSocket("ws://127.0.0.1:${PORT.targetHttp}/reload")</script>` },
  { id: "dev-server-asks-lan", at: "local", body: ask(`${lan}/api`) },
  { id: "lan-page", at: "lan", body: `<img src="/a">${ask("/b")}` },
  { id: "lan-page-asks-lan", at: "lan", body: ask(`http://${LAN_OTHER}:${PORT.targetHttp}/b`) },
  { id: "lan-page-many-ports", at: "lan", body: Array.from({ length: 8 }, (_, at) => ask(`http://${LAN}:${PORT.scan + at}/x`)).join("") },
  { id: "lan-page-asks-public", at: "lan", body: `<img src="${site}/a">` },
  { id: "local-page-in-frame-of-lan", at: "lan", body: `<iframe src="http://${LAN_OTHER}:${PORT.targetHttp}/page"></iframe>` },
  // Names and addresses that only look like it.
  { id: "name-localhost-in-it", names: { "localhost.lab.example": [PUBLIC] }, body: ask(`https://localhost.lab.example:${PORT.siteHttps}/x`) },
  { id: "name-like-v6", names: { "fc01.art.example": [PUBLIC] }, body: ask(`https://fc01.art.example:${PORT.siteHttps}/x`) },
  { id: "name-like-v4", names: { "10.0.0.1.lab.example": [PUBLIC] }, body: ask(`https://10.0.0.1.lab.example:${PORT.siteHttps}/x`) },
  { id: "name-local-label", names: { "local.lab.example": [PUBLIC] }, body: ask(`https://local.lab.example:${PORT.siteHttps}/x`) },
  { id: "literal-public", body: ask(`https://${PUBLIC_OTHER}:${PORT.siteHttps}/x`) },
  { id: "address-in-query", body: ask(`${other}/x?u=http://127.0.0.1:9000/`) },
  { id: "address-in-path", body: ask(`${other}/http://192.168.77.1/`) },
  // Text about addresses is no access.
  { id: "manual-text", body: `<pre id="p"></pre><script>p.innerHTML = "open <code>http://localhost:3000</code> or http://192.168.1.1/"</script>` },
  { id: "link-not-followed", body: `<a href="${lan}/">router</a><script>document.links[0].href = "${lan}/setup"</script>` },
  { id: "element-never-shown", body: `<script>const f = document.createElement("iframe"); f.src = "${local}/x"</script>` },
  { id: "form-not-sent", body: `<form action="${local}/x"><button>print</button></form>` },
  { id: "canonical-link", body: `<link rel="canonical" href="http://localhost:3000/x">` },
  { id: "text-field", body: `<input value="http://127.0.0.1:8080"><script>document.querySelector("input").setAttribute("placeholder", "http://10.0.0.1/")</script>` },
  // The ordinary web.
  { id: "cdn", body: `<img src="${other}/a"><script src="${other}/b.js"></script>` },
  { id: "many-ports-public", body: Array.from({ length: 12 }, (_, at) => ask(`https://${OTHER_SITE}:${8100 + at}/x`)).join("") },
  { id: "frames-and-window", body: `<iframe src="${other}/a"></iframe><script>window.open("${other}/b")</script>` },
  { id: "websocket-public", body: `<script>new WebSocket("wss://${OTHER_SITE}:${PORT.siteHttps}/ws")</script>` },
  { id: "beacon-and-form", body: `<iframe name="s"></iframe><form id="f" method="post" target="s" action="${other}/x"></form><script>navigator.sendBeacon("${other}/y", "x"); f.submit()</script>` },
  { id: "blob-and-data", body: `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><script>fetch(URL.createObjectURL(new Blob(["x"])))</script>` },
  { id: "redirect-public", body: `<img src="${secure}/away">` },
  { id: "worker-public", body: `<script>new Worker("/techniques/page/worker.js?none")</script>` },
  { id: "webrtc-call", body: webrtcCall() },
  { id: "webrtc-public-stun", body: `<script>const c = new RTCPeerConnection({ iceServers: [{ urls: "stun:${PUBLIC_OTHER}:3478" }] }); c.createDataChannel("x"); c.createOffer().then((o) => c.setLocalDescription(o))</script>` },
  { id: "visited-again", twice: true, body: `<img src="/cached.png">` },
  { id: "filter-answers-zero", names: zero(["a1.ads-a.example", "a2.ads-b.example", "a3.ads-c.example", "a4.ads-d.example"], "0.0.0.0"), body: blocked() },
  { id: "filter-answers-loopback", names: zero(["b1.trk-a.example", "b2.trk-b.example", "b3.trk-c.example", "b4.trk-d.example"], "127.0.0.1"), body: blocked("b") },
  { id: "captive-portal", captive: true },
  // The company's own network, told in the settings.
  { id: "ztna-with-override", names: { "app.ztna.example": [ZTNA] }, settings: { spaceOverrides: ["100.64.0.0/10=public"] }, body: ask(`https://app.ztna.example:${PORT.targetHttps}/x`) },
  // A person decides: one finding, none with the rule.
  { id: "sso-agent", expects: "rule", rule: rule("127.0.0.1", [PORT.scan]), body: ask(`http://127.0.0.1:${PORT.scan}/verify`) },
  { id: "printing", expects: "rule", rule: rule("localhost", [PORT.targetHttp]), body: `<script>new WebSocket("ws://localhost:${PORT.targetHttp}/print")</script>` },
  { id: "signature-card", expects: "rule", rule: rule("127.0.0.1", [PORT.targetHttps]), body: ask(`https://127.0.0.1:${PORT.targetHttps}/sign`) },
  { id: "media-server", expects: "rule", names: { "192-168-77-1.media.example": [LAN] }, rule: rule("*.media.example", [PORT.targetHttps]), body: ask(`https://192-168-77-1.media.example:${PORT.targetHttps}/library`) },
];

/** Cases behind a proxy whose address is local: every answer comes from there. */
export const PROXIED = [
  { id: "proxy-loopback", proxy: "127.0.0.1" },
  { id: "proxy-lan", proxy: LAN },
  { id: "proxy-by-script", proxy: "127.0.0.1", script: true },
].map((one) => ({ ...one, body: `<img src="http://${OTHER_SITE}:${PORT.siteHttp}/a">${ask(`http://${OTHER_SITE}:${PORT.siteHttp}/b`)}` }));

function zero(names, address) {
  return Object.fromEntries(names.map((name) => [name, [address]]));
}

function blocked(first = "a") {
  const zone = first === "a" ? "ads" : "trk";
  return ["a", "b", "c", "d"].map((each, at) => `<img src="https://${first}${at + 1}.${zone}-${each}.example/x">`).join("");
}

/** Two ends of a call in one page: each hears of the other's own addresses, which browsers hide behind names. */
function webrtcCall() {
  return `<script>(async () => {
    const a = new RTCPeerConnection(), b = new RTCPeerConnection();
    a.onicecandidate = ({ candidate }) => candidate && b.addIceCandidate(candidate).catch(() => {});
    b.onicecandidate = ({ candidate }) => candidate && a.addIceCandidate(candidate).catch(() => {});
    a.createDataChannel("x");
    await a.setLocalDescription(await a.createOffer());
    await b.setRemoteDescription(a.localDescription);
    await b.setLocalDescription(await b.createAnswer());
    await a.setRemoteDescription(b.localDescription);
  })()</script>`;
}
