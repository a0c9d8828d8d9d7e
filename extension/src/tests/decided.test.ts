// What is decided without a browser: settings, allow rules, reports, the spreadsheet.

import "./page.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf } from "../background/report.ts";
import { checked, refusedRules } from "../background/settings.ts";
import { toCsv } from "../popup/export.ts";
import { rulesFor } from "../popup/expect.ts";
import type { Sighting, Target } from "../watch/core.ts";
import { addressIsLocal, hostIsLocal } from "../watch/space.ts";

const target = (host: string, port: number): Target => {
  return { scheme: "http", host, port, path: "/secret", space: "loopback", how: "literal", outcomes: { reached: 1 }, count: 1 };
};
const sighting = (page: string, targets: Target[]): Sighting => {
  return { id: 1, rule: "HW-1", page, targets, api: ["fetch"], outcomes: { reached: 1 }, first: 0, last: 1000, count: 1, notes: [] };
};

test("a setting of the wrong shape is left out", () => {
  assert.deepEqual(checked(null), {});
  assert.deepEqual(checked({ block: "yes", notifications: true, spaceOverrides: ["a=public", 7] }), {
    notifications: true,
    spaceOverrides: ["a=public"],
  });
});

test("a report goes over https, or to this machine", () => {
  assert.equal(checked({ reportUrl: "http://reports.example/" }).reportUrl, undefined);
  assert.equal(checked({ reportUrl: "https://reports.example/in" }).reportUrl, "https://reports.example/in");
  assert.equal(checked({ reportUrl: "http://127.0.0.1:9/in" }).reportUrl, "http://127.0.0.1:9/in");
  assert.equal(checked({ reportUrl: "http://127.0.0.1.evil.example/" }).reportUrl, undefined);
});

test("an allow rule without reason, owner or end is none", () => {
  const whole = { id: "a", page: "https://p.example", target: "127.0.0.1", reason: "r", owner: "o", expires: "2027-03-31" };
  assert.equal(checked({ allow: [whole] }).allow?.length, 1);
  for (const key of ["reason", "owner", "expires", "target", "page"]) {
    assert.equal(checked({ allow: [{ ...whole, [key]: "" }] }).allow?.length, 0, key);
  }
  assert.equal(checked({ allow: [{ ...whole, expires: "soon" }] }).allow?.length, 0);
});

test("a rule that does not hold is told with what it lacks", () => {
  const whole = { id: "a", page: "https://p.example", target: "127.0.0.1", reason: "r", owner: "o", expires: "2027-03-31" };
  assert.deepEqual(refusedRules({ allow: [whole, { ...whole, owner: "", reason: 7 }, { ...whole, expires: "soon" }, null] }), [
    { place: "allow[1]", why: "no reason, owner" },
    { place: "allow[2]", why: '"soon" is no day' },
    { place: "allow[3]", why: "no id, page, target, reason, owner, expires" },
  ]);
  assert.deepEqual(refusedRules({}), []);
  assert.deepEqual(refusedRules(undefined), []);
});

test("what was seen becomes one rule for each host, with its ports", () => {
  const about = { reason: "r", owner: "o", expires: "2027-01-01" };
  const rules = rulesFor([sighting("https://p.example:8443/a", [target("127.0.0.1", 1), target("127.0.0.1", 2), target("nas", 80)])], about);
  assert.deepEqual(rules.map(({ page, target: to, ports }) => [page, to, ports]), [
    ["https://p.example:8443", "127.0.0.1", [1, 2]],
    ["https://p.example:8443", "nas", [80]],
  ]);
});

test("a report tells the origin, and no path of a target", () => {
  const line = lineOf(sighting("https://p.example/private/account", [target("127.0.0.1", 1)]), { seat: "s", reportPaths: false });
  assert.ok(!line.includes("private") && !line.includes("secret"), line);
  assert.equal((JSON.parse(line) as Sighting).page, "https://p.example");
  assert.match(lineOf(sighting("https://p.example/a", []), { seat: "s", reportPaths: true }), /p\.example\/a/);
});

test("a page cannot put a formula into the spreadsheet", () => {
  const text = toCsv([sighting('=HYPERLINK("x")', [target("127.0.0.1", 1)])]);
  assert.match(text, /"'=HYPERLINK\(""x""\)"/);
});

test("addresses of the machine and its network are known", () => {
  for (const local of ["127.0.0.1", "[::1]", "::ffff:7f00:1", "fd00::1", "10.0.0.1", "0.0.0.0", "100.127.0.1"]) assert.ok(addressIsLocal(local), local);
  for (const outside of ["8.8.8.8", "2606::1", "100.128.0.1", "name", "999.1.1.1", ""]) assert.ok(!addressIsLocal(outside), outside);
  for (const local of ["localhost", "a.localhost.", "p.local", "[::1]"]) assert.ok(hostIsLocal(local), local);
  assert.ok(!hostIsLocal("localhost.example"));
});
