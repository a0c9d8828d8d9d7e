// The history as a file: JSON as the core gives it, or CSV for a spreadsheet.

import type { Sighting } from "../watch/core.ts";
import { placeOf, siteText } from "./finding.ts";

const COLUMNS = ["rule", "page", "targets", "script", "api", "reached", "blocked", "refused", "failed", "count", "first", "last", "state"];

export function toJson(found: Sighting[]): string {
  return `${JSON.stringify(found, null, 2)}\n`;
}

export function toCsv(found: Sighting[]): string {
  const lines = found.map((one) => {
    const { reached = 0, blocked = 0, refused = 0, failed = 0 } = one.outcomes;
    const state = one.allowed_by === undefined ? (one.suppressed ?? "") : `allowed: ${one.allowed_by}`;
    const texts = [one.rule, one.page, one.targets.map(placeOf).join(" "), one.script ? siteText(one.script) : "", one.api.join(" ")];
    const numbers = [reached, blocked, refused, failed, one.count].map(String);
    return [...texts, ...numbers, new Date(one.first).toISOString(), new Date(one.last).toISOString(), state];
  });
  return `\ufeff${[COLUMNS, ...lines].map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** Pages choose their names: a cell that a spreadsheet would take for a formula is made text. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replace(/"/g, '""')}"`;
}

export function save(name: string, kind: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
