// Writes the tables of the recipe engine from CyberChef and its `codepage` package (both Apache-2.0):
//   charset/single_byte.deflate  256 little-endian UTF-16 units for every single-byte code page, in the order of the labels
//   charset/double_byte.bin  the pages whose characters take one byte or two, as written below
//   entities/names.txt       HTML entity names and the code point each stands for
// Usage, under the Node 24 that cyberchef needs:
//   node cyberchef_tables.mjs <node_modules> crates/hinomi-formats/src/decode/ops
// It also prints the rows of the pages with tables for charset/labels.rs.
import { readFileSync, writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const [modules, out] = process.argv.slice(2).map((path) => resolve(path));
const load = (path) => import(pathToFileURL(resolve(modules, path)));
const cptable = (await load("codepage/cputils.js")).default;
const { CHR_ENC_CODE_PAGES } = await load("cyberchef/src/core/lib/ChrEnc.mjs");
const { HTML_ENTITY_REVERSE_LOOKUP } = await load("cyberchef/src/core/lib/HTMLEntities.mjs");

const bytes = [];
let index = 0;
// A page that its library prepares is read another way than one that it looks up.
const { sbcs, dbcs } = cptable.utils.cache;
for (const [label, page] of Object.entries(CHR_ENC_CODE_PAGES)) {
    const table = cptable[page]?.dec;
    if (table?.length === 256) {
        for (let byte = 0; byte < 256; byte++) {
            const unit = table[byte].charCodeAt(0);
            bytes.push(unit & 0xff, unit >> 8);
        }
        console.log(`    (${JSON.stringify(label)}, Page::${sbcs.includes(page) ? "Single" : "NulSkipping"}(${index++})),`);
    }
}
writeFileSync(resolve(out, "written/charset/single_byte.deflate"), deflateRawSync(Uint8Array.from(bytes), { level: 9 }));

// A page: the place of the page whose order its characters are counted in, or ff for that of Unicode; the length of
// what follows in three bytes; deflated: how many runs of codes there are, for each the codes passed over and the
// codes in it less one, as numbers of seven bits a byte; then for every code how far its character's place in that
// order is from the one expected, the one behind the last: first all low bytes, then all high ones. The order of
// a page is that of its own characters from 0x80 up by code, then all others.
const AFTER = { 51932: 932, 936: 54936, 51936: 54936, 20936: 936, 51949: 949, 1361: 949, 10002: 950, 20000: 950, 20001: 20000,
    20002: 20000, 20003: 950, 20005: 950, 10001: 932, 20932: 51932 };
const packed = [];
const places = new Map();
const known = new Map();
const seven = (number) => number < 128 ? [number] : [number & 127 | 128, ...seven(number >> 7)];
const codesOf = (page) => Object.keys(cptable[page].dec).map(Number);
const unitOf = (page, code) => cptable[page].dec[code].charCodeAt(0);

function ranks(page) {
    const order = new Set();
    if (page !== undefined) codesOf(page).map((code) => unitOf(page, code)).filter((unit) => unit >= 0x80).forEach((unit) => order.add(unit));
    for (let unit = 0; unit < 65536; unit++) order.add(unit);
    return new Map([...order].map((unit, rank) => [unit, rank]));
}

function pack(page) {
    const same = JSON.stringify(codesOf(page).map((code) => [code, unitOf(page, code)]));
    if (known.has(same)) return known.get(same);
    if (AFTER[page] !== undefined && !places.has(AFTER[page])) places.set(AFTER[page], pack(AFTER[page]));
    const [runs, low, high] = [[], [], []];
    const rank = ranks(AFTER[page]);
    let expected = 0;
    for (const code of codesOf(page)) {
        const last = runs.at(-1);
        if (last?.[1] === code) last[1]++;
        else runs.push([code, code + 1]);
        const place = rank.get(unitOf(page, code));
        low.push((place - expected) & 0xff);
        high.push(((place - expected) >> 8) & 0xff);
        expected = place + 1;
    }
    const head = runs.flatMap(([from, to], at) => [...seven(from - (runs[at - 1]?.[1] ?? 0)), ...seven(to - from - 1)]);
    const inside = deflateRawSync(Uint8Array.from([...seven(runs.length), ...head, ...low, ...high]), { level: 9 });
    packed.push(AFTER[page] === undefined ? 0xff : places.get(AFTER[page]), inside.length & 0xff, inside.length >> 8 & 0xff, inside.length >> 16, ...inside);
    const place = known.size;
    known.set(same, place);
    return place;
}

for (const [label, page] of Object.entries(CHR_ENC_CODE_PAGES)) {
    if (!cptable[page] || cptable[page].dec.length === 256) continue;
    if (!places.has(page)) places.set(page, pack(page));
    console.log(`    (${JSON.stringify(label)}, Page::${dbcs.includes(page) ? "Double" : "PairFirst"}(${places.get(page)})),`);
}
writeFileSync(resolve(out, "written/charset/double_byte.bin"), Uint8Array.from(packed));

// By name, in byte order.
const names = Object.entries(HTML_ENTITY_REVERSE_LOOKUP).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(resolve(out, "written/entities/names.txt"), names.map(([name, point]) => `${name} ${Number(point).toString(16)}\n`).join(""));

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

// insight/file_types.txt: what files start with, one a line: category, name, endings, MIME type, description,
// (a tab as `\t`), then each signature as offset:bytes (hexadecimal, alternatives behind one another).
const { FILE_SIGNATURES } = await load("cyberchef/src/core/lib/FileSignatures.mjs");
const hex = (byte) => byte.toString(16).padStart(2, "0");
const condition = (at, value) => {
    if (typeof value === "number") return `${at}:${hex(value)}`;
    if (Array.isArray(value)) return `${at}:${value.map(hex).join("")}`;
    // A function: every byte that it takes.
    const all = [...Array(256).keys()].filter((byte) => value(byte));
    return `${at}:${all.map(hex).join("")}`;
};
const kinds = Object.entries(FILE_SIGNATURES).flatMap(([category, types]) => types.map((type) => [
    category, type.name, type.extension, type.mime.replaceAll("\t", "\\t"), type.description ?? "",
    ...[type.signature].flat().map((one) => Object.entries(one).map(([at, value]) => condition(at, value)).join(" ")),
].join("\t")));
writeFileSync(resolve(out, "insight/file_types.txt"), kinds.join("\n") + "\n");

// insight/checks.ndjson: by what each operation thinks that it is meant, one check a line.
const config = (await import(pathToFileURL(resolve(modules, "cyberchef/src/core/config/OperationConfig.json")), {
    with: { type: "json" },
})).default;
const checks = Object.entries(config).flatMap(([op, { checks }]) => (checks ?? []).map((check) => ({ op, ...check })));
writeFileSync(resolve(out, "insight/checks.ndjson"), checks.map((check) => JSON.stringify(check) + "\n").join(""));

// insight/languages.txt: code and name; insight/languages.deflate: 256 little-endian thousandths of a percent each,
// 0 for the 0.0001 that stands for a byte which does not occur. The first 40 are the common ones.
const source = readFileSync(resolve(modules, "cyberchef/src/core/lib/Magic.mjs"), "utf-8");
const table = (name) => {
    const at = source.indexOf("{\n", source.indexOf(`const ${name} = `));
    return new Function(`return ${source.slice(at, source.indexOf("}", at) + 1)}`)();
};
const Magic = (await load("cyberchef/src/core/lib/Magic.mjs")).default;
const languages = { ...table("COMMON_LANG_FREQS"), ...table("EXTENSIVE_LANG_FREQS") };
const thousandths = Object.values(languages).flat().map((percent) => percent === 0.0001 ? 0 : Math.round(percent * 1000));
writeFileSync(resolve(out, "insight/languages.deflate"), deflateRawSync(Buffer.from(Uint16Array.from(thousandths).buffer), { level: 9 }));
writeFileSync(resolve(out, "insight/languages.txt"), Object.keys(languages).map((code) => `${code}\t${Magic.codeToLanguage(code)}\n`).join(""));
console.log(`${Object.keys(table("COMMON_LANG_FREQS")).length} common languages`);
