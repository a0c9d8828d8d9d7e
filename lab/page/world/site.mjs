// The web site that a visitor opens: serves the pages and scripts of the lab as a stranger's server would.

import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { PORT, PUBLIC, PUBLIC_OTHER } from "./addresses.mjs";
import { listen } from "./targets.mjs";

const LAB = join(dirname(fileURLToPath(import.meta.url)), "..");
const KINDS = new Map([
  [".js", "text/javascript"],
  [".css", "text/css"],
  [".html", "text/html; charset=utf-8"],
  [".png", "image/png"],
]);

/** `pages(path, host)` gives `{ status?, headers?, body }` for what is made on the way, or null for the lab's own files. */
export async function startSite(certificate, pages, hosts = [PUBLIC, PUBLIC_OTHER]) {
  const respond = (request, response) => {
    request.resume();
    const made = pages(request.url, request.headers.host ?? "") ?? file(request.url);
    const headers = { "cache-control": "no-store", connection: "close", ...made.headers };
    response.writeHead(made.status ?? 200, headers);
    response.end(made.body ?? "");
  };
  const servers = [];
  for (const host of hosts) {
    servers.push(await listen(http.createServer(respond), host, PORT.siteHttp));
    const secure = https.createServer(certificate, respond);
    secure.on("tlsClientError", () => {});
    servers.push(await listen(secure, host, PORT.siteHttps));
  }
  const hangUp = () => servers.forEach((server) => server.closeAllConnections());
  return { respond, hangUp, close: () => servers.forEach((server) => server.close()) };
}

function file(url) {
  const path = normalize(decodeURIComponent(url.split("?")[0]));
  const served = ["/techniques/page/", "/benign/page/", "/rebinding/page/"].some((folder) => path.startsWith(folder));
  if (!served) return { status: 404, body: "" };
  try {
    const body = readFileSync(join(LAB, path));
    return { body, headers: { "content-type": KINDS.get(extname(path)) ?? "application/octet-stream" } };
  } catch {
    return { status: 404, body: "" };
  }
}
