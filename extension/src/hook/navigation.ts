// Navigations by `location`: its setters cannot be hooked, but the Navigation API tells of them while the script that
// asked is still on the stack.

import { report } from "./observe.ts";
import { looksLocal } from "./local.ts";
import * as native from "./natives.ts";

interface NavigateEvent extends Event {
  destination?: { url?: unknown };
  userInitiated?: boolean;
}

export function hookNavigation(): void {
  const navigation = (globalThis as { navigation?: EventTarget }).navigation;
  if (!navigation) return;
  native.listen(navigation, "navigate", (event) => {
    const { destination, userInitiated } = event as NavigateEvent;
    const url = destination?.url;
    if (userInitiated !== true && typeof url === "string" && looksLocal(url)) report("location", url);
  });
}
