// Writes the tables of the recipe engine from CyberChef and its `codepage` package (both Apache-2.0):
//   charset/single_byte.bin  256 little-endian UTF-16 units for every single-byte code page, in the order of the labels
//   entities/names.txt       HTML entity names and the code point each stands for
// Usage, under the Node 24 that cyberchef needs:
//   node cyberchef_tables.mjs <node_modules> crates/hinomi-formats/src/decode/ops
// It also prints the rows of the single-byte pages for charset/labels.rs.
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
writeFileSync(resolve(out, "written/charset/single_byte.bin"), Uint8Array.from(bytes));

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
