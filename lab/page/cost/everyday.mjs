// A page of 300 requests with the weight that pages have.
//
// Shares and sizes are those of the median desktop page of the Web Almanac 2024 (chapter Page Weight: 71 requests; 18
// images of 1,054 KB, 24 scripts of 613 KB as sent, 131 KB of fonts, 78 KB of styles, 18 KB of markup), times 300/71.
// What is sent compressed there is served here as it is after unpacking (scripts and styles: three times the size).

import { deflateSync } from "node:zlib";
import { crc32 } from "node:zlib";
import { OTHER_SITE, PORT } from "../world/addresses.mjs";

export const REQUESTS = 300;
const IMAGES = 76;
const SCRIPTS = 101;
const STYLES = 30;
const DATA = REQUESTS - IMAGES - SCRIPTS - STYLES;
const IMAGE_PIXELS = 140;
const SCRIPT_BYTES = 75_000;
const STYLE_BYTES = 33_000;
const DATA_BYTES = 4_000;

/** What `/everyday…` gives, or null. Everything is made once. */
export function everydayPage() {
  const from = `http://${OTHER_SITE}:${PORT.siteHttp}/everyday`;
  const many = (count, make) => Array.from({ length: count }, (_, at) => make(at)).join("");
  const body = [
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">',
    many(STYLES, (at) => `<link rel="stylesheet" href="${from}/${at}.css">`),
    "<body>",
    many(IMAGES, (at) => `<p class="c${at}">${"One line of text among many. ".repeat(8)}<img alt="" src="${from}/${at}.png">`),
    many(SCRIPTS, (at) => `<script src="${from}/${at}.js"></script>`),
    `<script>for (let at = 0; at < ${DATA}; at += 1) fetch("${from}/" + at + ".json").then((answer) => answer.json());</script>`,
  ].join("");
  const made = { png: [picture(), "image/png"], js: [script(), "text/javascript"], css: [style(), "text/css"], json: [data(), "application/json"] };
  const answer = (content, type) => ({
    body: content,
    headers: { "content-type": type, "access-control-allow-origin": "*", connection: "keep-alive" },
  });
  return (path) => {
    if (/^\/everyday(?:\?|$)/.test(path)) return answer(body, "text/html");
    const kind = /^\/everyday\/\d+\.(\w+)$/.exec(path)?.[1];
    return kind in made ? answer(...made[kind]) : null;
  };
}

/** A picture that does not compress, 8 bits of red, green and blue. */
function picture() {
  const row = 1 + IMAGE_PIXELS * 3;
  const raw = Buffer.alloc(row * IMAGE_PIXELS);
  let state = 1;
  for (let at = 0; at < raw.length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    raw[at] = at % row === 0 ? 0 : state >>> 24;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(IMAGE_PIXELS, 0);
  header.writeUInt32BE(IMAGE_PIXELS, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunks = [["IHDR", header], ["IDAT", deflateSync(raw)], ["IEND", Buffer.alloc(0)]];
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...chunks.map(([name, content]) => chunk(name, content))]);
}

function chunk(name, content) {
  const named = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(content.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}

/** Functions as a bundle has them; one in ten is called, and a few elements are made. */
function script() {
  let text = "(() => { const made = [];\n";
  for (let at = 0; text.length < SCRIPT_BYTES; at += 1) {
    text += `function part${at}(list, name) { const out = {}; for (const one of list) { if (one.kind === "k${at % 7}") out[one.id] = { name, size: one.size * ${at} }; }`;
    text += ` return Object.keys(out).map((key) => out[key].name + ":" + out[key].size).join("-${at}"); }\n`;
    if (at % 10 === 0) text += `made.push(part${at}([{ kind: "k${at % 7}", id: ${at}, size: 3 }], "n${at}"));\n`;
  }
  return `${text}const box = document.createElement("div"); box.innerHTML = made.slice(0, 10).map((one) => "<i>" + one + "</i>").join(""); document.body.append(box); })();`;
}

function style() {
  let text = "";
  for (let at = 0; text.length < STYLE_BYTES; at += 1) text += `.c${at} .inner > p:nth-child(${1 + (at % 9)}) { margin: ${at % 13}px auto; color: #3${at % 10}5; }\n`;
  return text;
}

function data() {
  const one = { id: 1, name: "an entry of a list", tags: ["a", "b"], price: 1200 };
  return JSON.stringify(Array.from({ length: Math.ceil(DATA_BYTES / JSON.stringify(one).length) }, () => one));
}
