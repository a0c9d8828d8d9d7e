// Words of the person's language, put where the page asks for them.

/** The message of a key; the key itself when there is none, so that a gap shows. */
export function word(key: string, ...values: string[]): string {
  return chrome.i18n.getMessage(key, values) || key;
}

/** The message, or null where a key is allowed to have none. */
export function wordIfAny(key: string): string | null {
  return chrome.i18n.getMessage(key) || null;
}

/** Fills every `data-text` and `data-label` of the page. */
export function fillWords(): void {
  document.documentElement.lang = language();
  for (const element of document.querySelectorAll<HTMLElement>("[data-text]")) {
    element.textContent = word(element.dataset.text ?? "");
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-label]")) {
    element.setAttribute("aria-label", word(element.dataset.label ?? ""));
  }
}

export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found as T;
}

/** An element with text and children; text from pages only ever becomes text. */
export function element(tag: string, text = "", ...children: Node[]): HTMLElement {
  const made = document.createElement(tag);
  if (text !== "") made.textContent = text;
  made.append(...children);
  return made;
}

export function when(at: number): string {
  return new Date(at).toLocaleString(language(), { dateStyle: "short", timeStyle: "medium" });
}

/** The language that the words are in. */
function language(): string {
  return word("language");
}
