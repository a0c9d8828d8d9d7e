// The settings page. What a policy sets is shown, and cannot be changed here.

import { ask } from "../background/answers.ts";
import { checked, ownAllow, readSettings, writeSettings } from "../background/settings.ts";
import type { Settings } from "../background/settings.ts";
import type { AllowRule } from "../watch/core.ts";
import { byId, element, fillWords, word } from "../popup/words.ts";

const LISTS = ["spaceOverrides", "ownDomains", "proxies"] as const;

async function begin(): Promise<void> {
  fillWords();
  byId("block").addEventListener("change", () => void change({ block: box("block").checked }));
  byId("notifications").addEventListener("change", () => void change({ notifications: box("notifications").checked }));
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    void saveForm();
  });
  await show();
}

/** What is known here at once, then with the policy, which may take its time. */
async function show(): Promise<void> {
  await showWith(0);
  await showWith();
  await showRefused();
}

/** Settings that do not hold, wherever they come from. */
async function showRefused(): Promise<void> {
  const refused = (await ask<{ place: string; why: string }[] | null>({ ask: "refused" })) ?? [];
  if (refused.length > 0) tell(word("unusable", refused.map(({ place, why }) => `${place}: ${why}`).join("; ")));
}

async function showWith(wait?: number): Promise<void> {
  const { settings, managed } = await readSettings(wait);
  for (const name of ["notifications", "block", "reportPaths"] as const) set(box(name), managed, settings[name]);
  set(box("reportUrl"), managed, settings.reportUrl);
  for (const name of LISTS) set(byId<HTMLTextAreaElement>(name), managed, settings[name].join("\n"));
  const note = byId("managed");
  note.hidden = managed.length === 0;
  note.textContent = word("managed_note", managed.join(", "));
  await showRules(settings.allow);
}

function set(field: HTMLInputElement | HTMLTextAreaElement, managed: string[], value: string | boolean): void {
  field.disabled = managed.includes(field.id);
  if (typeof value === "boolean") (field as HTMLInputElement).checked = value;
  else field.value = value;
}

async function showRules(rules: AllowRule[]): Promise<void> {
  const own = new Set((await ownAllow()).map((rule) => rule.id));
  byId("allowed-none").hidden = rules.length > 0;
  byId("allowed").hidden = rules.length === 0;
  byId("rules").replaceChildren(...rules.map((rule) => ruleRow(rule, own.has(rule.id))));
}

function ruleRow(rule: AllowRule, own: boolean): HTMLElement {
  const ports = rule.ports && rule.ports.length > 0 ? `:${rule.ports.join(",")}` : "";
  const last = own ? element("button", word("remove")) : element("span", word("from_policy"));
  if (own) {
    last.className = "quiet";
    last.setAttribute("aria-label", word("remove_of", rule.page));
    last.addEventListener("click", () => void ask({ ask: "disallow", id: rule.id }).then(show));
  }
  const texts = [rule.page, rule.target + ports, `${rule.reason} (${rule.owner})`, rule.expires];
  return element("tr", "", ...texts.map((text) => element("td", text)), element("td", "", last));
}

async function saveForm(): Promise<void> {
  const reportUrl = box("reportUrl").value.trim();
  if (checked({ reportUrl }).reportUrl === undefined) return tell(word("report_bad"));
  const changed: Partial<Settings> = { reportUrl, reportPaths: box("reportPaths").checked };
  for (const name of LISTS) changed[name] = lines(byId<HTMLTextAreaElement>(name).value);
  await change(changed);
}

function lines(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

async function change(settings: Partial<Settings>): Promise<void> {
  await writeSettings(settings);
  tell(word("saved"));
  await show();
}

function tell(text: string): void {
  byId("status").textContent = text;
}

function box(id: string): HTMLInputElement {
  return byId<HTMLInputElement>(id);
}

void begin();
