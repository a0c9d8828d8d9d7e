// Every technique, by the script that has it, and what must be known to judge it.

import { readFileSync } from "node:fs";
import { PORT } from "../world/addresses.mjs";

const FOLDER = new URL("./page/", import.meta.url);

/** Pages where markup alone does it: no script, so the document is all there is to tell. */
const MARKUP = {
  "html-img": '<img src="http://127.0.0.1:9000/hit/html-img">',
  "html-link": '<link rel="stylesheet" href="http://127.0.0.1:9000/hit/html-link.css">',
  "html-style": '<style>body{background:url("http://127.0.0.1:9000/hit/html-style")}</style>',
  "html-body-background": '<body background="http://127.0.0.1:9000/hit/html-body-background">',
  "html-iframe": '<iframe src="http://127.0.0.1:9000/hit/html-iframe"></iframe>',
  "html-refresh": '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9000/hit/html-refresh">',
  "html-base": '<base href="http://127.0.0.1:9000/hit/html-base/"><img src="x">',
  "html-track": '<video crossorigin><track default src="http://127.0.0.1:9000/hit/html-track"></video>',
};
/** Response headers that do it. */
const HEADERS = {
  "header-link": { link: "<http://127.0.0.1:9000/hit/header-link>; rel=preload; as=image" },
  "header-refresh": { refresh: "0;url=http://127.0.0.1:9000/hit/header-refresh" },
  "header-csp-report": {
    "content-security-policy": "img-src 'none'; report-uri http://127.0.0.1:9000/hit/header-csp-report",
  },
};

const MINIFIED = ["minified-fetch", "minified-xhr", "minified-img"];

export const TECHNIQUES = [...scripted(), ...named(MARKUP, "markup"), ...named(HEADERS, "header")].map(numbered);

function scripted() {
  const found = [];
  for (const script of ["requests.js", "elements.js", "frames.js", "hosts.js", "webrtc.js"]) {
    const text = readFileSync(new URL(script, FOLDER), "utf8");
    const ids = [...text.matchAll(/^techniques\["([a-z0-9-]+)"\] = /gm)].map((match) => match[1]);
    found.push(...ids.map((id) => ({ id, kind: "script", script })));
  }
  return [...found, ...MINIFIED.map((id) => ({ id, kind: "script", script: "minified.js" }))];
}

function named(table, kind) {
  return Object.keys(table).map((id) => ({ id, kind }));
}

function numbered(technique, at) {
  return technique.script === "webrtc.js" ? { ...technique, port: PORT.webrtc + at } : technique;
}

/** The page of a technique; null when the path is not one of ours. */
export function techniquePage(path) {
  const redirect = /^\/redirect\/(\d)\/([a-z-]+)$/.exec(path);
  if (redirect) return redirected(Number(redirect[1]), redirect[2]);
  const id = /^\/technique\/([a-z0-9-]+)(?:\?|$)/.exec(path)?.[1];
  const technique = TECHNIQUES.find((one) => one.id === id);
  if (!technique) return null;
  const headers = { "content-type": "text/html; charset=utf-8", ...HEADERS[id] };
  return { headers, body: pageOf(technique) };
}

function redirected(left, id) {
  const location = left > 1 ? `/redirect/${left - 1}/${id}` : `http://127.0.0.1:${PORT.targetHttp}/hit/${id}`;
  return { status: 302, headers: { location, "access-control-allow-origin": "*" } };
}

function pageOf({ id, kind, script, port }) {
  const head = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>${id}</title>`;
  if (kind === "markup") return `${head}${MARKUP[id]}`;
  if (kind === "header") return `${head}<body><img src="/no-such-picture">`;
  const start = `<script src="/techniques/page/start.js"></script><script src="/techniques/page/${script}"></script>`;
  const run = `<script>targets.port=${port ?? 0};techniques["${id}"](targets)</script>`;
  return `${head}<body>${start}${run}`;
}

/** Technique → port, of those that a port tells apart. */
export function webrtcPorts() {
  return new Map(TECHNIQUES.filter((one) => one.port).map((one) => [one.id, one.port]));
}
