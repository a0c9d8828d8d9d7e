// What waits for the receiver: kept through stops, held to the ring, nothing lost without a word.

import "./page.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Reports } from "../background/report.ts";
import type { Settings } from "../background/settings.ts";
import type { Sighting } from "../watch/core.ts";

const settings: Settings = {
  notifications: false, block: false, allow: [], spaceOverrides: [], ownDomains: [], proxies: [],
  reportUrl: "http://127.0.0.1:8787/page-reports", seat: "seat-7", reportPaths: false,
};

function sighting(number: number, path = ""): Sighting {
  const targets = [{ scheme: "http", host: "127.0.0.1", port: 1, space: "loopback" as const, how: "literal" as const, outcomes: {}, count: 1 }];
  const page = `https://p${number}.example/${path}`;
  return { id: number, rule: "HW-1", page, targets, api: [], outcomes: {}, first: number, last: number, count: 1, notes: [] };
}

/** A browser's store, and a receiver that is there or away. */
function browser(): { got: string[]; set away(value: boolean); local: Record<string, unknown> } {
  const area = (kept: Record<string, unknown>) => ({
    get: async (keys: string | string[]) => Object.fromEntries([keys].flat().map((key) => [key, structuredClone(kept[key])])),
    set: async (given: Record<string, unknown>) => void Object.assign(kept, structuredClone(given)),
  });
  const local: Record<string, unknown> = {};
  const storage = { local: area(local), session: area({}) };
  Object.assign(globalThis, { chrome: { storage } });
  const got: string[] = [];
  let isAway = false;
  globalThis.fetch = async (_url, given) => {
    if (isAway) throw new TypeError("nobody is there");
    assert.ok(Buffer.byteLength(String(given?.body)) <= 65_536);
    got.push(...String(given?.body).split("\n"));
    return new Response(null, { status: 204 });
  };
  return {
    got,
    local,
    set away(value: boolean) {
      isAway = value;
    },
  };
}

test("nothing is lost while the receiver is away, and nothing is told twice", async () => {
  const world = browser();
  world.away = true;
  const reports = new Reports();
  for (let number = 0; number < 900; number += 1) reports.put([sighting(number, "x".repeat(40))], settings);
  await reports.send(settings);
  // A background that starts anew knows of nothing but what is stored.
  const later = new Reports();
  later.put([sighting(5)], settings);
  await later.send(settings);
  assert.deepEqual(world.got, []);
  world.away = false;
  for (let turn = 0; turn < 5; turn += 1) await later.send(settings);
  const first = world.got.map((line) => (JSON.parse(line) as Sighting).first);
  assert.deepEqual(first.toSorted((a, b) => a - b), [...Array(900).keys()].toSorted((a, b) => a - b));
});

test("what had to make room is counted and told", async () => {
  const world = browser();
  world.away = true;
  const reports = new Reports();
  reports.put([...Array(2500).keys()].map((number) => sighting(number)), settings);
  await reports.send(settings);
  assert.equal((world.local.spool as unknown[]).length, 2000);
  world.away = false;
  for (let turn = 0; turn < 9; turn += 1) await reports.send(settings);
  const lines = world.got.map((line) => JSON.parse(line) as Sighting & { seat: string });
  assert.deepEqual(lines.filter((line) => line.rule === "lost").map(({ count, seat }) => [count, seat]), [[500, "seat-7"]]);
  assert.equal(lines.length, 2001);
  assert.equal(world.local.spoolLost, 0);
});

test("a finding that never fits into a report does not stop the others", async () => {
  const world = browser();
  const reports = new Reports();
  const huge = { ...sighting(1), notes: ["x".repeat(70_000)] };
  reports.put([huge, sighting(2)], settings);
  await reports.send(settings);
  await reports.send(settings);
  const lines = world.got.map((line) => JSON.parse(line) as Sighting);
  assert.deepEqual(lines.map(({ rule, count }) => [rule, count]), [["HW-1", 1], ["lost", 1]]);
});
