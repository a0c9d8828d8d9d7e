// Writes the tables of the recipe engine from CyberChef and its `codepage` package (both Apache-2.0):
//   charset/single_byte.bin  256 little-endian UTF-16 units for every single-byte code page, in the order of the labels
//   entities/names.txt       HTML entity names and the code point each stands for
// Usage, under the Node 24 that cyberchef needs:
//   node cyberchef_tables.mjs <node_modules> crates/hinomi-formats/src/decode/ops
// It also prints the rows of the single-byte pages for charset/labels.rs.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const [modules, out] = process.argv.slice(2).map((path) => resolve(path));
const load = (path) => import(pathToFileURL(resolve(modules, path)));
const cptable = (await load("codepage/cputils.js")).default;
const { CHR_ENC_CODE_PAGES } = await load("cyberchef/src/core/lib/ChrEnc.mjs");
const { HTML_ENTITY_REVERSE_LOOKUP } = await load("cyberchef/src/core/lib/HTMLEntities.mjs");

const bytes = [];
let index = 0;
for (const [label, page] of Object.entries(CHR_ENC_CODE_PAGES)) {
    const table = cptable[page]?.dec;
    if (table?.length === 256) {
        for (let byte = 0; byte < 256; byte++) {
            const unit = table[byte].charCodeAt(0);
            bytes.push(unit & 0xff, unit >> 8);
        }
        console.log(`    (${JSON.stringify(label)}, Page::Single(${index++})),`);
    }
}
writeFileSync(resolve(out, "charset/single_byte.bin"), Uint8Array.from(bytes));

// By name, in byte order.
const names = Object.entries(HTML_ENTITY_REVERSE_LOOKUP).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(resolve(out, "entities/names.txt"), names.map(([name, point]) => `${name} ${Number(point).toString(16)}\n`).join(""));

// regex/properties.txt: XRegExp's Unicode tokens (MIT), one a line: type, names, inverse, order, BMP, astral.
const rows = [];
for (const [file, type] of [["categories", ""], ["properties", ""], ["scripts", "Script"]]) {
    const items = (await load(`xregexp/tools/output/${file}.js`)).default;
    const ascii = (text) => (text ?? "").replace(/[^\x20-\x7e]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
    for (const item of items) {
        rows.push([type, [item.name, item.alias].filter(Boolean).join(","), item.inverseOf ?? "", item.isBmpLast ? 1 : 0,
            ascii(item.bmp), ascii(item.astral)].join("\t"));
    }
}
rows.push(["", "Assigned", "Cn", 0, "", ""].join("\t"));
writeFileSync(resolve(out, "../regex/properties.txt"), rows.join("\n") + "\n");
