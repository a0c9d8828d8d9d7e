// The extension as a company hands it out: a CRX under an id of its own, an XPI, and the server that has them.

import { execFileSync } from "node:child_process";
import { createHash, createPublicKey } from "node:crypto";
import { cpSync, readFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { listen } from "../world/targets.mjs";

const PORT = 8997;
export const UPDATE_URL = `http://127.0.0.1:${PORT}/update.xml`;
export const XPI_URL = `http://127.0.0.1:${PORT}/page-watch.xpi`;

/** Packs the folder with the browser's own tool; gives the id that follows from the key it made. */
export function packCrx(extension, desk) {
  const folder = join(desk, "packed");
  cpSync(extension, folder, { recursive: true });
  const program = process.env.CHROMIUM ?? "/usr/bin/chromium";
  execFileSync(program, ["--headless=new", "--no-sandbox", `--pack-extension=${folder}`], { stdio: "ignore" });
  const key = createPublicKey(readFileSync(`${folder}.pem`)).export({ type: "spki", format: "der" });
  const hex = createHash("sha256").update(key).digest("hex").slice(0, 32);
  const id = [...hex].map((digit) => String.fromCharCode(97 + parseInt(digit, 16))).join("");
  return { id, crx: readFileSync(`${folder}.crx`) };
}

export function packXpi(extension, desk) {
  const file = join(desk, "page-watch.xpi");
  execFileSync("python3", ["-m", "zipfile", "-c", file, "."], { cwd: extension });
  return readFileSync(file);
}

/** The company's own server for extensions. */
export async function startUpdates({ id, crx, xpi, version }) {
  const update = `<?xml version="1.0"?><gupdate xmlns="http://www.google.com/update2/response" protocol="2.0">
    <app appid="${id}"><updatecheck codebase="http://127.0.0.1:${PORT}/page-watch.crx" version="${version}"/></app></gupdate>`;
  const files = {
    "/update.xml": ["application/xml", update],
    "/page-watch.crx": ["application/x-chrome-extension", crx],
    "/page-watch.xpi": ["application/x-xpinstall", xpi],
  };
  const server = http.createServer((request, response) => {
    const [type, body] = files[request.url.split("?")[0]] ?? ["text/plain", null];
    response.writeHead(body ? 200 : 404, { "content-type": type }).end(body ?? "");
  });
  await listen(server, "127.0.0.1", PORT);
  return server;
}
