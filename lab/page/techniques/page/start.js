// What every technique's page begins with: a register, and the targets.
"use strict";

const techniques = {};

const targets = {
  http: "http://127.0.0.1:9000/hit/",
  https: "https://127.0.0.1:9443/hit/",
  ws: "ws://127.0.0.1:9000/hit/",
  closed: "http://127.0.0.1:9999/hit/",
  site: location.origin,
};

function make(tag, attributes = {}) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element[name] = value;
  return element;
}

function show(element) {
  (document.body ?? document.documentElement).append(element);
  return element;
}
