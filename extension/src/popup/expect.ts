// "This page is expected to do so": what was seen becomes allow rules, with a reason, somebody who answers, and an end.

import { ask } from "../background/answers.ts";
import type { AllowRule, Sighting } from "../watch/core.ts";
import { byId, word } from "./words.ts";

const DAYS_AT_FIRST = 90;

/** One rule for each host that the page reached for, with the ports it used there. */
export function rulesFor(found: Sighting[], about: { reason: string; owner: string; expires: string }): AllowRule[] {
  const rules = new Map<string, AllowRule & { ports: number[] }>();
  for (const one of found) {
    const page = pagePattern(one.page);
    for (const { host, port } of one.targets) {
      const key = `${page}|${host}`;
      const rule = rules.get(key) ?? { id: key, page, target: host, ports: [], ...about };
      if (!rule.ports.includes(port)) rule.ports.push(port);
      rules.set(key, rule);
    }
  }
  return [...rules.values()];
}

/** `https://portal.example:8443/a` → `https://portal.example:8443`, as Chrome's content settings write a site. */
function pagePattern(page: string): string {
  try {
    return new URL(page).origin;
  } catch {
    return page;
  }
}

export function setUpExpect(found: () => Sighting[], done: () => void): void {
  const form = byId<HTMLFormElement>("expected");
  const open = byId<HTMLButtonElement>("expect");
  const show = (shown: boolean) => {
    form.hidden = !shown;
    open.setAttribute("aria-expanded", String(shown));
  };
  open.addEventListener("click", () => {
    const rules = rulesFor(found(), { reason: "-", owner: "-", expires: "-" });
    const places = rules.map((rule) => `${rule.target}:${rule.ports?.join(",") ?? ""}`).join(" ");
    byId("expected-what").textContent = word("expected_what", rules[0]?.page ?? "", places);
    byId<HTMLInputElement>("until").value = inDays(DAYS_AT_FIRST);
    byId<HTMLInputElement>("until").min = inDays(0);
    show(form.hidden === true);
    if (!form.hidden) byId("reason").focus();
  });
  form.addEventListener("reset", () => {
    show(false);
    open.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = (id: string) => byId<HTMLInputElement>(id).value.trim();
    const about = { reason: value("reason"), owner: value("owner"), expires: value("until") };
    void ask({ ask: "allow", rules: rulesFor(found(), about), ids: found().map((one) => one.id) }).then(() => {
      show(false);
      open.focus();
      done();
    });
  });
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
