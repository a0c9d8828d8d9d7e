// Draws the icon: a watchtower's lamp, a disc with a ring around it. Written as PNG without any library.

import { deflateSync } from "node:zlib";

/** A PNG of `size` × `size` pixels in `colour` (red, green, blue). */
export function drawIcon(size, colour) {
  const rows = [];
  for (let y = 0; y < size; y += 1) {
    const row = [0];
    for (let x = 0; x < size; x += 1) row.push(...colour, Math.round(255 * cover(x, y, size)));
    rows.push(Buffer.from(row));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.concat(rows))), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), ...parts]);
}

/** How much of a pixel is painted, by sixteen looks into it. */
function cover(x, y, size) {
  let inside = 0;
  for (let look = 0; look < 16; look += 1) {
    const dx = (x + (look % 4) / 4 + 0.125) / size - 0.5;
    const dy = (y + Math.floor(look / 4) / 4 + 0.125) / size - 0.5;
    const far = Math.hypot(dx, dy);
    if (far < 0.2 || (far > 0.33 && far < 0.48)) inside += 1;
  }
  return inside / 16;
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(body));
  return Buffer.concat([length, body, sum]);
}

function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
