//! Events of pages become facts: the watch takes them line by line, and what it saw is told page by page.

use super::reports::Reports;
use hinomi_formats::capture::resolver::{CLASSES, Settings};
use hinomi_formats::{Problem, ProblemKind};
use hinomi_model::fact::{PageFact, PageOutcomes, PageRule, PageTarget, ResolverFact};
use hinomi_model::{AssetId, AssetKind};
use hinomi_watch::{
    CallSite, Config, ConfigProblem, EventSource, Outcomes, Rule, Sighting, Target, Visit, Watch, read_line,
};
use jiff::Timestamp;
use serde::Serialize;
use std::net::IpAddr;

/// Lines that are no events, told of one file.
const UNREAD_MAX: usize = 20;

/// A fact of a page, whose it is, and when it began.
pub(crate) type Seen = (AssetId, Option<Timestamp>, PageFact);

/// All facts of a file, and what could not be read.
pub(crate) type Read = (Vec<Seen>, Vec<Problem>);

/// Reads events and reports, a line each, and gives what their pages did.
pub(crate) fn events(bytes: &[u8], config: &Config) -> Read {
    let (mut watch, unusable) = Watch::new(config);
    let mut problems = settings_problems(unusable);
    let mut reports = Reports::default();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut unread = 0_usize;
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let taken = match Reports::claims(line) {
            true => reports.take(line),
            false => read_line(line).map(|event| watch.take_ordered(event)),
        };
        match taken {
            Ok(()) => {}
            Err(why) => {
                unread += 1;
                if unread <= UNREAD_MAX {
                    problems.push(Problem::new(ProblemKind::Malformed, format!("line {}", at + 1), why));
                }
            }
        }
    }
    watch.finish();
    if unread > UNREAD_MAX {
        let more = format!("{} more lines are no events", unread - UNREAD_MAX);
        problems.push(Problem::new(ProblemKind::Malformed, "", more));
    }
    problems.extend(lost(&watch));
    problems.extend(reports.lost());
    let mut seen = facts(&watch, unread > 0);
    seen.extend(reports.facts().filter_map(|(at, fact)| placed(&fact.page.clone(), at, fact)));
    (seen, problems)
}

/// What of the settings cannot be used: where, and why.
pub fn page_config_problems(config: &Config) -> Vec<(String, String)> {
    let (_, unusable) = Watch::new(config);
    unusable.into_iter().map(|one| (one.place, one.why)).collect()
}

/// Settings that cannot be used: whoever wrote them believes that they hold.
pub(super) fn settings_problems(unusable: Vec<ConfigProblem>) -> Vec<Problem> {
    let told = |one: ConfigProblem| {
        let detail = format!("the setting {} is not used: {}", one.place, one.why);
        Problem::new(ProblemKind::Unsupported, "", detail)
    };
    unusable.into_iter().map(told).collect()
}

/// What the watch had to forget.
pub(super) fn lost(watch: &Watch) -> Option<Problem> {
    let cut = watch.cut();
    let all = [
        (cut.sightings, "sightings"),
        (cut.groups, "visits"),
        (cut.documents, "documents"),
        (cut.visits, "pages"),
    ];
    let told: Vec<String> =
        all.iter().filter(|(times, _)| *times > 0).map(|(times, what)| format!("{times} {what}")).collect();
    (!told.is_empty()).then(|| {
        Problem::new(ProblemKind::Truncated, "", format!("more than is held at once: {}", told.join(", ")))
    })
}

pub(super) fn facts(watch: &Watch, unread: bool) -> Vec<Seen> {
    let visits = watch.visits().filter_map(|visit| placed(&visit.page, visit.first, watched(visit, unread)));
    let sightings = watch.sightings().filter_map(|seen| placed(&seen.page, seen.first, page(seen)));
    visits.chain(sightings).collect()
}

/// A page is an asset of its own; a name of a log is that of a host.
fn placed(page: &str, at: i64, fact: PageFact) -> Option<Seen> {
    let asset = match page.strip_prefix("dns:") {
        Some(name) => AssetId::new(AssetKind::Dns, name),
        None => AssetId::new(AssetKind::Page, page),
    };
    Some((asset.ok()?, Timestamp::from_millisecond(at).ok(), fact))
}

fn watched(visit: &Visit, unread: bool) -> PageFact {
    let sees = |source: &EventSource| matches!(source, EventSource::Hook | EventSource::Netlog);
    PageFact {
        page: visit.page.clone(),
        count: visit.requests,
        cut: visit.cut || unread,
        webrtc_unseen: !visit.sources.iter().any(sees),
        ..PageFact::default()
    }
}

fn page(seen: &Sighting) -> PageFact {
    PageFact {
        rule: Some(match seen.rule {
            Rule::LocalAccess => PageRule::LocalAccess,
            Rule::PortScan => PageRule::PortScan,
            Rule::Rebinding => PageRule::Rebinding,
            Rule::CrossProtocol => PageRule::CrossProtocol,
            Rule::WebRtcLocal => PageRule::WebrtcLocal,
            Rule::MdnsExfiltration => PageRule::MdnsExfiltration,
            Rule::TopLevelLocal => PageRule::TopLevelLocal,
        }),
        page: seen.page.strip_prefix("dns:").unwrap_or(&seen.page).to_owned(),
        top: seen.top.clone(),
        script: seen.script.as_ref().map(place),
        targets: seen.targets.iter().map(target).collect(),
        api: seen.api.clone(),
        outcomes: outcomes(seen.outcomes),
        count: seen.count,
        allowed_by: seen.allowed_by.clone(),
        suppressed: seen.suppressed.map(word),
        notes: seen.notes.clone(),
        ..PageFact::default()
    }
}

fn target(seen: &Target) -> PageTarget {
    let ip = seen.ip.as_deref().unwrap_or(&seen.host);
    PageTarget {
        scheme: seen.scheme.clone(),
        host: seen.host.clone(),
        port: seen.port,
        path: seen.path.clone(),
        ip: seen.ip.clone(),
        space: word(seen.space),
        how: word(seen.how),
        api: seen.api.clone(),
        script: seen.script.as_ref().map(place),
        outcomes: outcomes(seen.outcomes),
        metadata: ip.parse::<IpAddr>().is_ok_and(hinomi_watch::is_metadata),
    }
}

fn outcomes(seen: Outcomes) -> PageOutcomes {
    let Outcomes { reached, blocked, refused, failed } = seen;
    PageOutcomes { reached, blocked, refused, failed }
}

/// `https://cdn.example/a.js:3:14`.
fn place(site: &CallSite) -> String {
    let part = |number: Option<u32>| number.map(|number| format!(":{number}")).unwrap_or_default();
    let column = site.line.and(site.column);
    format!("{}{}{}", site.script, part(site.line), part(column))
}

/// The word a closed list has in machine output.
fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What the settings of a resolver let through.
pub(crate) fn resolver(name: &str, settings: &Settings) -> ResolverFact {
    let passing = |common: bool| {
        let classes = settings.passes.iter().filter(|class| class.common == common);
        classes.map(|class| class.name.to_owned()).collect()
    };
    ResolverFact {
        name: name.to_owned(),
        program: settings.program.as_str().to_owned(),
        answers: settings.answers,
        unprotected: settings.passes.len() == CLASSES.len(),
        passes: passing(true),
        rare: passing(false),
        exempt: settings.exempt.clone(),
        elsewhere: settings.elsewhere.clone(),
        policy: settings.policy,
        remove: settings.remove.clone(),
        add: settings.add.clone(),
    }
}
