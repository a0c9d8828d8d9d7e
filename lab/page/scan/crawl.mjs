// `--crawl` walks through our own site and goes to no host of others: not by a link, a redirect, a script, a frame's
// window or a form. What it was led to and did not follow is told.

import { OTHER_SITE, PORT, SITE } from "../world/addresses.mjs";
import { scan } from "./program.mjs";

const HEAD = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>';
const other = `https://${OTHER_SITE}:${PORT.siteHttps}`;
const own = `https://${SITE}:${PORT.siteHttps}`;
const PAGES = {
  start: `<a href="/crawl/one">1</a><a href="/crawl/two?x=1#y">2</a><a href="/crawl/redirects">3</a><a href="/crawl/script">4</a>
    <a href="/crawl/window">5</a><a href="/crawl/form">6</a><a href="/crawl/refresh">7</a><a href="${other}/strange/link">8</a>
    <a href="mailto:a@b.example">9</a><a href="javascript:void 0">10</a><a href="/crawl/one">1</a><a href="http://127.0.0.1:9000/hit/linked">11</a>`,
  one: `<a href="/crawl/deep">deep</a><a href="/crawl/start">back</a><iframe src="${other}/strange/frame"></iframe>`,
  two: `<script>fetch("http://127.0.0.1:9000/hit/crawled", { mode: "no-cors" }).catch(() => {})</script>`,
  deep: `<a href="/crawl/deeper">x</a>`,
  deeper: "",
  script: `<script>location.href = "${other}/strange/script"</script>`,
  window: `<script>window.open("${other}/strange/window")</script>`,
  form: `<form action="${other}/strange/form" method="post" id="f"></form><script>f.submit()</script>`,
  refresh: `<meta http-equiv="refresh" content="0;url=${other}/strange/refresh">`,
};

const visits = [];

function page(path, host) {
  const strange = /^\/strange\/([a-z]+)/.exec(path)?.[1];
  if (strange) {
    visits.push({ name: `strange/${strange}`, host });
    return { headers: { "content-type": "text/html; charset=utf-8" }, body: HEAD };
  }
  if (path === "/crawl/redirects") return { status: 302, headers: { location: `${other}/strange/redirect` } };
  const name = /^\/crawl\/([a-z]+)/.exec(path)?.[1];
  if (!(name in PAGES)) return null;
  visits.push({ name, host });
  return { headers: { "content-type": "text/html; charset=utf-8" }, body: HEAD + PAGES[name] };
}

export async function run({ world }) {
  world.pages.push(page);
  const config = `schema = 1\n[scope]\ndomains = ["${SITE}"]\n`;
  const browser = ["--disable-popup-blocking"];
  world.targets.hits.splice(0);
  const whole = await scan(world, [`${own}/crawl/start`], { lna: false, config, browser, flags: ["--crawl", "20"] });
  const seen = visits.splice(0).map((visit) => visit.name);
  const told = whole.problems.filter((problem) => problem.kind === "refused-by-scope").map((problem) => problem.detail);
  const ways = ["redirect", "script", "window", "form", "refresh"];
  const gone = seen.filter((name) => name.startsWith("strange/") && name !== "strange/frame");
  const few = await scan(world, [`${own}/crawl/start`], { lna: false, config, browser, flags: ["--crawl", "2"] });
  const some = visits.splice(0).map((visit) => visit.name);
  const strange = await scan(world, [`${other}/strange/start`], { lna: false, config, flags: ["--crawl", "2"] });
  const asked = visits.splice(0).length;
  const out = await scan(world, [`${own}/crawl/redirects`], { lna: false, config, flags: ["--crawl", "2"] });
  const outside = out.problems.map((problem) => `${problem.kind}: ${problem.detail}`);
  const hits = world.targets.hits.map((hit) => hit.technique);
  const bars = [
    { what: `every page of ours was visited: ${seen.filter((name) => name in PAGES).length} of ${Object.keys(PAGES).length}`, ok: Object.keys(PAGES).every((name) => seen.includes(name)) },
    { what: `each once`, ok: Object.keys(PAGES).every((name) => seen.filter((one) => one === name).length === 1) },
    { what: `no window went to a host of others: ${gone.join(", ") || "none"}`, ok: gone.length === 0 },
    { what: `what was not followed is told: ${told.length} addresses`, ok: [...ways, "link"].every((name) => told.some((text) => text.includes(`/strange/${name} `) || text.includes(`/strange/${name},`))) },
    { what: `a link to the visitor's own machine is not followed: ${hits.filter((hit) => hit === "linked").length}`, ok: !hits.includes("linked") },
    { what: `a page of others in a frame is part of the page`, ok: seen.includes("strange/frame") },
    { what: `what a page inside does is found, exit ${whole.exit}`, ok: whole.exit === 1 && whole.facts.some((fact) => fact.page.endsWith("/crawl/two") && fact.reported) },
    { what: `--crawl 2 visits ${some.filter((name) => name in PAGES).length} pages and tells how many are left`, ok: some.filter((name) => name in PAGES).length <= 3 && few.problems.some((problem) => problem.kind === "limit-reached" && /more links/.test(problem.detail)) },
    { what: `a start outside is refused, exit ${strange.exit}, ${asked} requests`, ok: strange.exit === 2 && asked === 0 },
    { what: `a start that leads outside is a problem, exit ${out.exit}: ${outside.join(" ; ")}`, ok: out.exit === 3 && outside.some((text) => text.includes("outside of [scope]")) },
    { what: "nothing is left in the temporary folder", ok: [whole, few, out].every((result) => result.left.length === 0) },
  ];
  return { bars };
}
