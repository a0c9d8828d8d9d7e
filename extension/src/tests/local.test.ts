// Which written addresses look local.

import "./page.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { localInText, looksLocal } from "../hook/local.ts";

const LOCAL = [
  "http://127.0.0.1/", "http://127.0.0.1:5900", "https://localhost", "http://LOCALHOST:3000/x", "ws://a.localhost/", "http://localhost./",
  "http://10.1.2.3/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.0.1?x", "http://169.254.169.254/", "http://100.64.0.1/",
  "http://198.18.0.1/", "http://0.0.0.0:80/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/",
  "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/", "http://[fd00::1]/", "http://[fe80::1]/", "http://[64:ff9b::a00:1]/",
  "http://[2002:a00:1::]/", "http://[2001:db8::1]/", "http://printer.local/", "http://nas/", "http://router.home.arpa/", "http://x.internal/",
  " \thttp://127.0.0.1/", "hT\ttp:\\\\127.0.0.1:9000/", "//127.0.0.1/x", "/\\127.0.0.1/x", "http:/\\127.0.0.1", "http://user@127.0.0.1/",
  "http://a:b@localhost/", "http://%31%32%37.0.0.1/", "http://１２７.0.0.1/", "http://127。0。0。1/", "http:127.0.0.1",
];
const OUTSIDE = [
  "https://cdn.example/a", "http://8.8.8.8/", "http://172.32.0.1/", "http://172.15.0.1/", "http://100.63.0.1/", "http://192.169.0.1/",
  "http://[2606:4700::1]/", "https://localhost.shop.example/", "http://fc01.art.example/", "http://10.0.0.1.shop.example/", "http://local.example/",
  "https:127.0.0.1", "/a/b", "a.js", "../x", "?q=http://127.0.0.1/", "#http://localhost", "data:text/html,http://127.0.0.1", "blob:http://127.0.0.1/x",
  "https://cdn.example/http://127.0.0.1/", "javascript:void 0", "", "http://", "mailto:a@localhost", "about:blank", "https://cdn.example:443/127.0.0.1",
];

test("an address that leads inside by its letters is local, however it is written", () => {
  for (const url of LOCAL) assert.equal(looksLocal(url), true, JSON.stringify(url));
});

test("an address that only looks like it is not local", () => {
  for (const url of OUTSIDE) assert.equal(looksLocal(url), false, JSON.stringify(url));
});

test("an address of ten megabytes is looked at by its start", () => {
  assert.equal(looksLocal(`http://127.0.0.1/${"x".repeat(10_000_000)}`), true);
  assert.equal(looksLocal(`https://cdn.example/${"x".repeat(10_000_000)}`), false);
});

test("addresses are found in markup and styles", () => {
  assert.deepEqual(localInText('<img src="http://127.0.0.1:9/a"><a href="https://cdn.example/">'), ["http://127.0.0.1:9/a"]);
  assert.deepEqual(localInText("body{background:url(http://localhost/x)}"), ["http://localhost/x"]);
  assert.deepEqual(localInText("no address at all"), []);
  assert.equal(localInText("http://127.0.0.1/ ".repeat(5000)).length, 8);
});

test("text full of beginnings of addresses takes no time", () => {
  const from = performance.now();
  localInText("http://".repeat(1_500_000));
  assert.ok(performance.now() - from < 1000);
});
