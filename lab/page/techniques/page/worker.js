// Runs as a worker: what it asks for is told by the part behind the question mark.
"use strict";

const asked = location.search.slice(1);
if (asked === "fetch") fetch("http://127.0.0.1:9000/hit/worker-fetch", { mode: "no-cors" }).catch(() => {});
if (asked === "websocket") new WebSocket("ws://127.0.0.1:9000/hit/worker-websocket");
if (asked === "import") importScripts("http://127.0.0.1:9000/hit/worker-import.js");
if (asked === "shared") fetch("http://127.0.0.1:9000/hit/shared-worker", { mode: "no-cors" }).catch(() => {});
