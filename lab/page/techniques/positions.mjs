// Reads the marks of the technique scripts: where, exactly, each call stands.
//
// `/*@id*/ … /*@*/` holds one call expression. Browsers differ in which column of an expression they tell (the name, the
// property, the `new`), so a call site is right when script and line are the same and the column lies inside.
// `/*@id|a*/` marks a second place that is as right as the first: the line that set the address a later call uses.

import { readFileSync, readdirSync } from "node:fs";

const FOLDER = new URL("./page/", import.meta.url);

/** technique → [{script, line, from, to}], lines and columns counted from 1, `to` not included. */
export function callSites() {
  const sites = new Map();
  for (const script of readdirSync(FOLDER).filter((name) => name.endsWith(".js"))) {
    readFileSync(new URL(script, FOLDER), "utf8").split("\n").forEach((text, at) => {
      for (const mark of text.matchAll(/\/\*@([a-z0-9-]+)(?:\|a)?\*\//g)) {
        const from = mark.index + mark[0].length;
        const to = text.indexOf("/*@*/", from);
        if (to < 0) throw new Error(`${script}:${at + 1}: a mark that does not end`);
        const known = sites.get(mark[1]) ?? [];
        sites.set(mark[1], [...known, { script, line: at + 1, from: from + 1, to: to + 1 }]);
      }
    });
  }
  return sites;
}

/** "right", "wrong" or "none". */
export function judge(expected, told) {
  if (!told?.script || !told.line) return "none";
  const name = told.script.split(/[?#]/)[0].split("/").pop();
  const fits = (site) =>
    site.script === name && site.line === told.line && told.column >= site.from && told.column < site.to;
  return expected.some(fits) ? "right" : "wrong";
}
