// What the popup and the options ask of the background.

import type { AllowRule, Sighting } from "../watch/core.ts";

export type Question =
  | { ask: "page"; tab: number }
  | { ask: "history" }
  | { ask: "clear_history" }
  | { ask: "refused" }
  | { ask: "allow"; rules: AllowRule[]; ids: number[] }
  | { ask: "disallow"; id: string };

export interface PageAnswer {
  page: string;
  found: Sighting[];
  blocking: boolean;
}

/** A question of our own pages; null for anything else. */
export function questionOf(message: unknown, sender: chrome.runtime.MessageSender): Question | null {
  const own = sender.id === chrome.runtime.id && (sender.url ?? "").startsWith(chrome.runtime.getURL(""));
  const asked = (message as { ask?: unknown } | null)?.ask;
  return own && typeof asked === "string" ? (message as Question) : null;
}

export function ask<T>(question: Question): Promise<T> {
  return chrome.runtime.sendMessage(question) as Promise<T>;
}
