// The part in the page's own world: watches the calls that can reach into the visitor's network.

import { open } from "./channel.ts";
import { hookElements } from "./elements.ts";
import { hookNavigation } from "./navigation.ts";
import { explain } from "./observe.ts";
import { hookRequests } from "./requests.ts";
import { hookWebRtc } from "./webrtc.ts";

/** One group of hooks that a browser refuses must not cost the others. */
for (const hook of [hookRequests, hookElements, hookWebRtc, hookNavigation]) {
  try {
    hook();
  } catch {
    // webRequest still sees what these would have explained.
  }
}
open(explain);
