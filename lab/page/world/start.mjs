// Everything that must stand before a browser starts.

import { techniquePage, webrtcPorts } from "../techniques/list.mjs";
import { makeCertificate } from "./certificate.mjs";
import { startCollector } from "./collector.mjs";
import { startNames } from "./names.mjs";
import { startSite } from "./site.mjs";
import { startTargets } from "./targets.mjs";

export async function startWorld(folder) {
  const certificate = makeCertificate(folder);
  const names = await startNames();
  const pages = [techniquePage];
  const site = await startSite(certificate, (path, host) => {
    for (const page of pages) {
      const made = page(path, host);
      if (made) return made;
    }
    return null;
  });
  const targets = await startTargets(certificate, webrtcPorts());
  const collector = await startCollector();
  const close = () => [names, site, targets, collector].forEach((one) => one.close());
  return { certificate, names, site, targets, collector, pages, close };
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
