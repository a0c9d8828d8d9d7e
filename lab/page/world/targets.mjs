// The visitor's own network: servers that write down every touch. Their log is the truth the results are held against.
//
// A request's technique is the name after `/hit/`; what cannot carry a path (STUN, TURN, ICE) is told by its port.

import { createHash } from "node:crypto";
import dgram from "node:dgram";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { LAN, LAN_OTHER, LAN_V6, PORT, ZTNA } from "./addresses.mjs";

const WEBSOCKET_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const LOCAL = ["127.0.0.1", "::1", LAN, LAN_OTHER, LAN_V6, ZTNA];
const SCAN_PORTS = 20;

/** Starts all targets; `portOfTechnique` maps a WebRTC technique to its port. */
export async function startTargets(certificate, portOfTechnique) {
  const hits = [];
  /** Pages that the local servers have, as the site's own. */
  const pages = [];
  const servers = [];
  const touch = (technique, kind, host, port) => hits.push({ at: Date.now(), technique, kind, host, port });
  for (const host of LOCAL) {
    // The same port as the site's: what a name turns to must answer there.
    servers.push(await listen(webServer(http.createServer(), touch, pages), host, PORT.siteHttp));
    servers.push(await listen(webServer(http.createServer(), touch, pages), host, PORT.targetHttp));
    servers.push(await listen(webServer(https.createServer(certificate), touch, pages), host, PORT.targetHttps));
  }
  for (let port = PORT.scan; port < PORT.scan + SCAN_PORTS; port += 1) {
    servers.push(await listen(webServer(http.createServer(), touch, pages), "127.0.0.1", port));
  }
  // Where a filter that answers with this address would have its own server.
  servers.push(await listen(webServer(https.createServer(certificate), touch, pages), "127.0.0.1", 443));
  const sockets = [];
  for (const [technique, port] of portOfTechnique) {
    for (const host of ["127.0.0.1", "::1", LAN]) {
      sockets.push(await packets(technique, host, port, touch));
      servers.push(await listen(streams(technique, port, touch), host, port));
    }
  }
  const close = () => {
    servers.forEach((server) => server.close());
    sockets.forEach((socket) => socket.close());
  };
  return { hits, pages, close };
}

function webServer(server, touch, pages) {
  server.on("request", (request, response) => {
    const technique = techniqueOf(request.url);
    if (technique) touch(technique, "http", request.socket.localAddress, request.socket.localPort);
    request.resume();
    const page = pages.map((each) => each(request.url)).find((each) => each !== null);
    if (page) {
      response.writeHead(page.status ?? 200, { connection: "close", ...page.headers });
      response.end(page.body ?? "");
      return;
    }
    response.writeHead(200, {
      "content-type": contentType(request.url),
      "access-control-allow-origin": request.headers.origin ?? "*",
      "cache-control": "no-store",
      "x-frame-options": "SAMEORIGIN",
      connection: "close",
    });
    response.end(contentType(request.url) === "text/javascript" ? "export default 1;" : "inside");
  });
  server.on("upgrade", (request, socket) => {
    const technique = techniqueOf(request.url);
    if (technique) touch(technique, "ws", socket.localAddress, socket.localPort);
    socket.on("error", () => {});
    const accept = createHash("sha1").update(request.headers["sec-websocket-key"] + WEBSOCKET_MAGIC).digest("base64");
    const lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, "", ""].join("\r\n"));
  });
  server.on("clientError", (_, socket) => socket.destroy());
  server.on("tlsClientError", () => {});
  return server;
}

function techniqueOf(path) {
  return /^\/hit\/([a-z0-9-]+)/.exec(path)?.[1] ?? null;
}

function contentType(path) {
  if (path.includes(".js")) return "text/javascript";
  if (path.includes(".css")) return "text/css";
  if (path.includes(".sse")) return "text/event-stream";
  return "text/html";
}

function packets(technique, host, port, touch) {
  const socket = dgram.createSocket(host.includes(":") ? "udp6" : "udp4");
  socket.on("message", () => touch(technique, "udp", host, port));
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.bind(port, host, () => resolve(socket));
  });
}

function streams(technique, port, touch) {
  return net.createServer((socket) => {
    touch(technique, "tcp", socket.localAddress, port);
    socket.on("error", () => {});
    socket.destroy();
  });
}

export function listen(server, host, port) {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen({ host, port, ipv6Only: host.includes(":") }, () => resolve(server));
  });
}
