//! One finding at the terminal.

use super::{Ink, Page, wrap};
use crate::Reported;
use crate::plan::{Plan, tenths};
use crate::visible::{cut, shown};
use hinomi_model::{EvidenceRef, Locator, Status, Step, defang};

/// Where the words of a finding begin: behind the severity.
const INDENT: usize = 6;
/// Steps of a story go this deep; those further down stay at this depth.
const DEPTH_MAX: usize = 6;
/// Characters of a quote or a step.
const QUOTE_CHARS: usize = 240;
/// Proofs shown; the machine formats have all.
const PROOFS: usize = 4;

pub(super) fn write(page: &mut Page<'_>, reported: &Reported, plan: Option<&Plan>) {
    let finding = &reported.finding;
    head(page, reported);
    let text = shown(&page.say.finding(finding));
    page.wrapped(INDENT, &text);
    if let Some(acceptance) = &reported.acceptance {
        labelled(page, "label_acceptance", &shown(acceptance));
    }
    story(page, &finding.story);
    for proof in finding.evidence().iter().take(PROOFS) {
        evidence(page, proof);
    }
    let more = finding.evidence().len().saturating_sub(PROOFS);
    if more > 0 {
        let words = page.say.app_with("and_more", &[("n", &more)]);
        page.wrapped(INDENT, &words);
    }
    let fix = page.say.check(&finding.check, "fix");
    labelled(page, "label_fix", &shown(&fix));
    price(page, reported, plan);
    // What it is called when it is shown again or accepted, and where its meaning is explained.
    let hint = format!("{}  hinomi explain {}", finding.fingerprint(), finding.check);
    page.hanging(INDENT, "", &hint, Ink::Dim);
    page.blank();
}

fn head(page: &mut Page<'_>, reported: &Reported) {
    let finding = &reported.finding;
    let severity = page.say.app(&format!("severity_{}", finding.severity.as_str()));
    let pad = INDENT.saturating_sub(wrap::width(&severity)).max(2);
    let inked = page.ink(Ink::Of(finding.severity), &severity);
    let check = page.ink(Ink::Bold, &finding.check);
    let status = match reported.status {
        Status::New => String::new(),
        status => format!("  [{}]", page.say.app(&format!("status_{}", status.as_str()))),
    };
    page.line(&format!("{inked}{:pad$}{check}  {}{status}", "", shown(finding.asset.as_str())));
}

fn labelled(page: &mut Page<'_>, key: &str, words: &str) {
    let lead = format!("{}{}", page.say.app(key), page.say.app("colon"));
    page.hanging(INDENT, &lead, words, Ink::Plain);
}

/// The chain, each step under the one before it.
fn story(page: &mut Page<'_>, steps: &[Step]) {
    if steps.is_empty() {
        return;
    }
    let label = format!("{}{}", page.say.app("label_story"), page.say.app("colon"));
    page.wrapped(INDENT, label.trim_end());
    let mut depth = 0;
    let mut before: Option<&str> = None;
    for step in steps {
        // Several of a kind in a row (URLs) stand beside each other, not under each other.
        if before.is_some_and(|kind| kind != step.kind) {
            depth += 1;
        }
        let arrow = if before.is_none() { "" } else { "└ " };
        before = Some(&step.kind);
        let kind = page.say.kind("step", &step.kind);
        let place = step_place(step).map_or(String::new(), |place| format!("  ({place})"));
        let words = cut(&shown(&step.text), QUOTE_CHARS).into_owned();
        let lead = format!("{arrow}{}  ", shown(&kind));
        let indent = INDENT + 2 + depth.min(DEPTH_MAX).saturating_sub(1) * 2;
        page.hanging(indent, &lead, &format!("{words}{place}"), Ink::Plain);
    }
}

fn evidence(page: &mut Page<'_>, proof: &EvidenceRef) {
    let words = format!("{}  {}", short(proof.sha256.as_str()), shown(&proof.source));
    let place = place(&proof.locator);
    let line = if place.is_empty() { words } else { format!("{words}  {}", shown(&place)) };
    labelled(page, "label_evidence", &line);
    if !proof.quote.is_empty() {
        let quote = cut(&shown(&proof.quote), QUOTE_CHARS).into_owned();
        page.hanging(INDENT + 2, "> ", &quote, Ink::Dim);
    }
}

fn price(page: &mut Page<'_>, reported: &Reported, plan: Option<&Plan>) {
    let best = plan.and_then(|plan| plan.best_for(&reported.finding.fingerprint()));
    let Some(measure) = best else { return };
    let words = page.say.app_with(
        "price",
        &[
            ("yen", &measure.cost_yen),
            ("days", &tenths(u64::from(measure.days_tenths))),
            ("measure", &page.say.measure(measure)),
        ],
    );
    labelled(page, "label_cost", &words);
}

/// Where a step stands, safe to show; nothing when its words say so already (the host of a URL).
pub(crate) fn step_place(step: &Step) -> Option<String> {
    let said = step.place.is_empty() || step.text.contains(&step.place);
    let place = if step.kind == "url" { defang(&step.place) } else { step.place.clone() };
    (!said).then(|| shown(&place))
}

/// `3f9a12…c1d4`: enough to find it by.
pub(crate) fn short(sha256: &str) -> String {
    let head: String = sha256.chars().take(8).collect();
    let tail: String = sha256.chars().skip(60).collect();
    format!("{head}…{tail}")
}

/// Where in the evidence, on one line.
pub(crate) fn place(locator: &Locator) -> String {
    let mut parts: Vec<String> = locator.part.iter().chain(&locator.path).cloned().collect();
    parts.extend(locator.line.map(|line| format!("L{line}")));
    parts.extend(locator.record.map(|record| format!("#{record}")));
    parts.extend(locator.offset.map(|offset| format!("+{offset}")));
    parts.join(" ")
}
