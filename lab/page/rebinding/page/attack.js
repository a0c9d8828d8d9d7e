// The page of a rebinding attack: once its name has turned, the same origin is somebody else.
"use strict";

const asked = new URLSearchParams(location.search);
const id = asked.get("case");
const way = asked.get("way");
const until = Date.now() + Number(asked.get("for"));

const ways = {
  fetch: () => void fetch(`/hit/${id}`, { cache: "no-store" }).catch(() => {}),
  websocket: () => void new WebSocket(`ws://${location.host}/hit/${id}`),
  iframe: () => {
    const frame = document.createElement("iframe");
    frame.src = `/hit/${id}?${Math.random()}`;
    document.body.append(frame);
  },
  popup: () => {
    window.opened?.close();
    window.opened = window.open(`/hit/${id}?${Math.random()}`);
  },
};

function again() {
  ways[way]();
  if (Date.now() < until) setTimeout(again, way === "popup" ? 4000 : 1500);
}

setTimeout(again, Number(asked.get("after")));
