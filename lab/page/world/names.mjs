// The lab's DNS server: answers for the names of the lab, and turns the rebinding names by the clock.
//
// A name of the form `<key>-<mode>.rebind.example` follows its mode from the moment `arm` is called:
//   tv   public first, inside after the flip           ma   both addresses at once
//   priv inside always (split horizon at home)          pub  public always
// The flip goes by time and not by the count of questions: an add-on's own look-ups would eat the answers.

import dgram from "node:dgram";
import { INSIDE, INSIDE_LAN, LAN, OTHER_SITE, PUBLIC, PUBLIC_OTHER, SITE, ZTNA } from "./addresses.mjs";

const TTL_SECONDS = 1;
const TYPE_A = 1;
const RCODE_NO_NAME = 3;

/** Answers for the fixed names; a key also answers for everything below it. */
const FIXED = new Map([
  [SITE, [PUBLIC]],
  [OTHER_SITE, [PUBLIC_OTHER]],
  [INSIDE, ["127.0.0.1"]],
  [INSIDE_LAN, [LAN]],
  ["ztna.example", [ZTNA]],
  ["sinkholed.example", ["0.0.0.0"]],
  ["localhost", ["127.0.0.1"]],
]);

/** Starts the server on 127.0.0.1:53 of the namespace. */
export function startNames() {
  const fixed = new Map(FIXED);
  const turning = new Map();
  const asked = [];
  const socket = dgram.createSocket("udp4");
  socket.on("message", (question, from) => {
    const name = questionName(question);
    if (name === null) return;
    const addresses = lookUp(name.text.toLowerCase(), fixed, turning);
    asked.push({ at: Date.now(), name: name.text, type: name.type, answers: addresses ?? [] });
    socket.send(answer(question, name, addresses), from.port, from.address);
  });
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.bind(53, "127.0.0.1", () =>
      resolve({
        asked,
        set: (name, addresses) => fixed.set(name, addresses),
        arm: (name, before, after, flipAt) => turning.set(name, { before, after, flipAt }),
        close: () => socket.close(),
      }),
    );
  });
}

function lookUp(name, fixed, turning) {
  const turn = turning.get(name);
  if (turn) return Date.now() < turn.flipAt ? turn.before : turn.after;
  for (let rest = name; rest; rest = rest.slice(rest.indexOf(".") + 1)) {
    const found = fixed.get(rest);
    if (found) return found;
    if (!rest.includes(".")) return null;
  }
  return null;
}

function questionName(message) {
  const labels = [];
  let at = 12;
  while (at < message.length && message[at] !== 0) {
    const length = message[at];
    if (length > 63 || labels.length > 126) return null;
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (at + 5 > message.length) return null;
  return { text: labels.join("."), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function answer(question, name, addresses) {
  const records = name.type === TYPE_A && addresses ? addresses.filter((address) => !address.includes(":")) : [];
  const header = Buffer.alloc(12);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8580 | (addresses ? 0 : RCODE_NO_NAME), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  const body = records.map((address) => {
    const record = Buffer.alloc(16);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(TYPE_A, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(TTL_SECONDS, 6);
    record.writeUInt16BE(4, 10);
    address.split(".").forEach((part, at) => record.writeUInt8(Number(part), 12 + at));
    return record;
  });
  return Buffer.concat([header, question.subarray(12, name.end), ...body]);
}
