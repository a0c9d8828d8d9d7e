// Where the calls stand of techniques whose scripts carry no mark: inside workers, and calls that are no expression of
// their own. Found by their text, so that a change of the scripts moves them along.

import { readFileSync } from "node:fs";
import { callSites } from "../techniques/positions.mjs";

const FOLDER = new URL("../techniques/page/", import.meta.url);

/** technique → [script, the text of the call] */
const CALLS = {
  "worker-fetch": ["worker.js", 'fetch("http://127.0.0.1:9000/hit/worker-fetch", { mode: "no-cors" })'],
  "worker-websocket": ["worker.js", 'new WebSocket("ws://127.0.0.1:9000/hit/worker-websocket")'],
  "worker-import": ["worker.js", 'importScripts("http://127.0.0.1:9000/hit/worker-import.js")'],
  "shared-worker": ["worker.js", 'fetch("http://127.0.0.1:9000/hit/shared-worker", { mode: "no-cors" })'],
  "service-worker": ["service.js", 'fetch("http://127.0.0.1:9000/hit/service-worker", { mode: "no-cors" })'],
  "dynamic-import": ["requests.js", 'import(t.http + "dynamic-import.js").catch'],
  "iframe-location": ["frames.js", 'frame.contentWindow.location = t.http + "iframe-location"'],
};

/** The marks of the scripts, and these. */
export function callSitesWithWorkers() {
  const sites = callSites();
  for (const [id, [script, text]] of Object.entries(CALLS)) {
    const lines = readFileSync(new URL(script, FOLDER), "utf8").split("\n");
    const line = lines.findIndex((one) => one.includes(text));
    if (line < 0) throw new Error(`${script} has no ${text}`);
    const from = lines[line].indexOf(text) + 1;
    if (!sites.has(id)) sites.set(id, [{ script, line: line + 1, from, to: from + text.length }]);
  }
  return sites;
}
