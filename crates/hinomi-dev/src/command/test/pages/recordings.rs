//! One visit, recorded by everything that records: each recording must tell the same as the network log, which sees all,
//! as far as it can see it; and the network log must tell of whatever the targets saw.

use crate::command::lab::{Lab, in_guard, recorders};
use crate::command::test::{Outcome, Rounds, needed};
use anyhow::{Context, Result, ensure};
use hinomi_checks::{Origin, observe};
use hinomi_formats::Limits;
use hinomi_formats::tree::{self, Hints};
use hinomi_model::fact::{PageFact, PageRule};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The whole visit, twice.
const GUARD: Duration = Duration::from_secs(300);
/// What two recordings have in common of what either tells (Jaccard), in percent.
const ALIKE_MIN_PERCENT: usize = 95;
/// The targets' port for https.
const TLS_PORT: &str = ":9443";
/// Touches that the targets saw at least, or the lab is broken.
const TOUCHES_MIN: usize = 20;

/// What a finding comes to: the rule, the host of the page or the name, and one target as host and port.
type Told = BTreeSet<(PageRule, String, String)>;

/// What the lab itself saw.
#[derive(Deserialize)]
struct Truth {
    site: String,
    hits: Vec<Hit>,
    webrtc: Vec<Hit>,
    names: Vec<Name>,
}

/// A touch of a target.
#[derive(Deserialize)]
struct Hit {
    technique: String,
    host: String,
    port: u16,
}

/// A name, and the addresses that were given for it.
#[derive(Deserialize)]
struct Name {
    name: String,
    answers: Vec<IpAddr>,
}

/// Chromium's HAR and network log, packets, the logs of two resolvers and of a proxy.
pub(in crate::command::test) fn alike(lab: &Lab, _: Rounds) -> Result<Outcome> {
    needed!(recorders(&lab.root.join("lab/page")));
    let desk = tempfile::tempdir()?;
    let mut node = Command::new("node");
    node.current_dir(lab.root.join("lab/page")).args(["run.mjs", "--set", "recordings", "--lna", "off"]);
    let ran = in_guard(node.arg("--keep").arg(desk.path()), GUARD)?;
    ensure!(ran.code == 0, "the visit failed: {}", ran.tail());
    compare(desk.path())
}

fn compare(folder: &Path) -> Result<Outcome> {
    let truth: Truth = serde_json::from_slice(&fs::read(folder.join("truth.json"))?)?;
    ensure!(truth.hits.len() >= TOUCHES_MIN, "only {} touches", truth.hits.len());
    let whole = told(folder, "chromium.netlog")?;
    complete(&whole, &truth)?;

    // A HAR has an address or not, from case to case: what only the address gives away is left out.
    let written: Told = whole.iter().filter(|(_, _, place)| says_it(place)).cloned().collect();
    // A proxy sees no page where it passes bytes on: behind https, and by WebSocket.
    let socket = format!("websocket.{}", truth.site);
    let open = |(_, page, place): &&(PageRule, String, String)| *page != socket && !place.ends_with(TLS_PORT);
    let through: Told = written.iter().filter(open).cloned().collect();
    let mut figures = vec![
        alike_percent("HAR", &of(&told(folder, "playwright.har")?, says_it), &written)?,
        alike_percent("proxy", &told(folder, "squid.log")?, &through)?,
        alike_percent("WebRTC", &told(folder, "webrtc.netlog")?, &by_webrtc(&truth))?,
    ];
    let names = named(&truth);
    for (name, file) in [("packets", "lab.pcap"), ("dnsmasq", "dnsmasq.log"), ("Unbound", "unbound.log")] {
        figures.push(alike_percent(name, &told(folder, file)?, &names)?);
    }
    Ok(Outcome::Passed(format!(
        "network log: {} findings, all {} touches; alike: {}",
        whole.len(),
        truth.hits.len(),
        figures.join(", ")
    )))
}

/// Whether a place says by itself that it is inside.
fn says_it(place: &str) -> bool {
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
    host == "localhost" || host.parse::<IpAddr>().is_ok()
}

/// Every touch of a target is told by the network log.
fn complete(whole: &Told, truth: &Truth) -> Result<()> {
    let told = |hit: &&Hit| {
        let (page, port) = (format!("{}.{}", hit.technique, truth.site), format!(":{}", hit.port));
        !whole.iter().any(|(_, of, place)| *of == page && place.ends_with(&port))
    };
    let missed: BTreeSet<&str> = truth.hits.iter().filter(told).map(|hit| hit.technique.as_str()).collect();
    ensure!(missed.is_empty(), "not in the network log: {missed:?}");
    Ok(())
}

/// What a page reached by WebRTC, as the targets saw it, TURN over TCP included.
fn by_webrtc(truth: &Truth) -> Told {
    let page = format!("webrtc.{}", truth.site);
    let places = truth.webrtc.iter().map(|hit| format!("{}:{}", hit.host, hit.port));
    let rules = [PageRule::WebrtcLocal, PageRule::PortScan];
    places.flat_map(|place| rules.map(|rule| (rule, page.clone(), place.clone()))).collect()
}

/// Names with an address inside, as the lab's own server gave them.
fn named(truth: &Truth) -> Told {
    let inside = |ip: &IpAddr| hinomi_watch::space_of(*ip) != hinomi_watch::Space::Public;
    let names = truth.names.iter().filter(|name| name.answers.iter().any(inside));
    names.map(|name| (PageRule::Rebinding, name.name.clone(), format!("{}:0", name.name))).collect()
}

/// How much two have in common, in percent of what either has.
fn alike_percent(what: &str, ours: &Told, reference: &Told) -> Result<String> {
    ensure!(!reference.is_empty(), "nothing to hold {what} against");
    let (common, all) = (ours.intersection(reference).count(), ours.union(reference).count());
    let percent = common * 100 / all;
    let (more, less): (Vec<_>, Vec<_>) =
        (ours.difference(reference).collect(), reference.difference(ours).collect());
    ensure!(
        percent >= ALIKE_MIN_PERCENT,
        "{what}: {percent} % alike; only here {more:?}; only there {less:?}"
    );
    Ok(format!("{what} {percent} %"))
}

fn of(told: &Told, wanted: impl Fn(&str) -> bool) -> Told {
    told.iter().filter(|(_, _, place)| wanted(place)).cloned().collect()
}

/// What one recording comes to.
fn told(folder: &Path, name: &str) -> Result<Told> {
    let bytes = fs::read(folder.join(name)).with_context(|| format!("failed to read {name}"))?;
    let origin = Origin {
        source: name.to_owned(),
        name: name.to_owned(),
        store: "lab".to_owned(),
        own_domains: Vec::new(),
        pages: Default::default(),
        taken_by: "lab".to_owned(),
        neighbours: Vec::new(),
        lies: Default::default(),
        looked_at: None,
    };
    let observed = observe(tree::read(name, &bytes, Hints::default(), &Limits::desk()), &origin);
    let facts = observed.observations.iter().filter_map(|seen| seen.fact.as_page());
    let facts: Vec<&PageFact> = facts.filter(|fact| fact.rule.is_some() && fact.counts()).collect();
    Ok(facts.into_iter().flat_map(places).collect())
}

fn places(fact: &PageFact) -> impl Iterator<Item = (PageRule, String, String)> {
    let page = fact.page.split_once("://").map_or(fact.page.as_str(), |(_, rest)| rest);
    let page = page.split(['/', ':']).next().unwrap_or_default();
    let rule = fact.rule.into_iter();
    rule.flat_map(move |rule| {
        fact.targets
            .iter()
            .map(move |target| (rule, page.to_owned(), format!("{}:{}", target.host, target.port)))
    })
}
