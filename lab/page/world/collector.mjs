// Receives what the extension under test tells: raw events and findings, as lines of JSON.

import http from "node:http";
import { PORT } from "./addresses.mjs";
import { listen } from "./targets.mjs";

export async function startCollector() {
  const lines = [];
  let settings = "";
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      if (request.url === "/settings") return void response.end(settings);
      for (const line of Buffer.concat(parts).toString("utf8").split("\n")) {
        if (line) lines.push({ path: request.url, line: JSON.parse(line) });
      }
      response.writeHead(204, { "access-control-allow-origin": "*", "access-control-allow-headers": "*" });
      response.end();
    });
  });
  await listen(server, "127.0.0.1", PORT.collector);
  const of = (path) => lines.filter((got) => got.path === path).map((got) => got.line);
  const configure = (given) => {
    settings = JSON.stringify(given);
  };
  return { lines, of, configure, clear: () => lines.splice(0), close: () => server.close() };
}
