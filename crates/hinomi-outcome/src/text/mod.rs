//! The terminal: one finding, its story, its proof, its price, its fix; then what was not read, not decided,
//! not looked at, and the counts.

mod finding;
mod plan;
#[cfg(test)]
mod tests;
mod wrap;

pub(crate) use finding::{place, short, step_place};
pub use plan::plan_text;
pub(crate) use plan::{told_by, upkeep_words};

use crate::Report;
use crate::plan::Plan;
use crate::visible::{cut, shown, terminal_safe};
use crate::words::Say;
use hinomi_model::{Severity, Status};
use std::cmp::Reverse;

/// Two columns of text: `left` in `wide` columns, `right` wrapped beside it, no line wider than `max` columns. What is not
/// safe on a terminal is made so.
pub fn beside(left: &str, right: &str, wide: usize, max: usize) -> String {
    let (left, right) = (terminal_safe(left), terminal_safe(right));
    let space = wide.saturating_sub(wrap::width(&left)).max(1);
    let mut out = format!("  {left}{}", " ".repeat(space));
    for (at, line) in wrap::wrap(&right, max.saturating_sub(wide).saturating_sub(2)).iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(wide.saturating_add(2)));
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// How to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colour by ANSI sequences.
    pub colour: bool,
    /// Columns of the terminal; at least 40 are used.
    pub width: usize,
}

impl Default for Style {
    /// A pipe: no colour, 100 columns.
    fn default() -> Self {
        Self { colour: false, width: 100 }
    }
}

/// The report for a person at a terminal, worst finding first. With a plan, each finding tells its price.
pub fn text(report: &Report, plan: Option<&Plan>, style: Style) -> String {
    let mut page = Page::new(Say::of(report), style);
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.sort_by_key(|r| (r.status == Status::Suppressed, Reverse(r.finding.severity)));
    for reported in findings {
        finding::write(&mut page, reported, plan);
    }
    problems(&mut page, report);
    undecided(&mut page, report);
    not_looked_at(&mut page, report);
    counts(&mut page, report);
    page.out
}

fn problems(page: &mut Page<'_>, report: &Report) {
    if report.problems.is_empty() {
        return;
    }
    page.heading("section_problems");
    for problem in &report.problems {
        let place = match problem.place.as_str() {
            "" => shown(&problem.source),
            place => format!("{}  {}", shown(&problem.source), shown(place)),
        };
        let detail = cut(&shown(&problem.detail), 200).into_owned();
        page.wrapped(2, &place);
        let words = shown(&page.say.problem(problem));
        page.wrapped(4, &if detail.is_empty() { words } else { format!("{words} — {detail}") });
    }
    page.blank();
}

fn undecided(page: &mut Page<'_>, report: &Report) {
    if report.undecided.is_empty() {
        return;
    }
    page.heading("section_undecided");
    for case in &report.undecided {
        page.wrapped(2, &format!("{}  {}", case.check, shown(case.asset.as_str())));
        let why = shown(&page.say.check_text(&case.check, &case.why));
        page.wrapped(4, &why);
    }
    page.blank();
}

fn not_looked_at(page: &mut Page<'_>, report: &Report) {
    if report.not_looked_at.is_empty() {
        return;
    }
    let families: Vec<String> = report.not_looked_at.iter().map(|f| page.say.kind("family", f)).collect();
    let line = format!(
        "{}{}{}",
        page.say.app("section_not_looked_at"),
        page.say.app("colon"),
        families.join(page.say.comma())
    );
    page.wrapped(0, &line);
    page.blank();
}

fn counts(page: &mut Page<'_>, report: &Report) {
    let suppressed = report.findings.iter().filter(|r| r.status == Status::Suppressed).count();
    let counts = &report.counts;
    let pairs = [
        ("count_evidence", counts.evidence),
        ("count_checked", counts.checked),
        ("count_passed", counts.passed),
        ("count_findings", counts.failed),
        ("count_suppressed", u64::try_from(suppressed).unwrap_or(u64::MAX)),
        ("count_undecided", counts.undecided),
        ("count_unread", counts.unread),
    ];
    let always = ["count_checked", "count_passed", "count_findings", "count_undecided"];
    let shown = pairs.iter().filter(|(key, count)| *count > 0 || always.contains(key));
    let colon = page.say.app("colon");
    let words: Vec<String> =
        shown.map(|(key, count)| format!("{}{colon}{count}", page.say.app(key))).collect();
    page.wrapped(0, &words.join("  "));
}

/// ANSI parameters of the words that carry colour.
#[derive(Clone, Copy)]
enum Ink {
    Plain,
    Bold,
    Dim,
    Of(Severity),
}

impl Ink {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Bold => Some("1"),
            Self::Dim => Some("2"),
            Self::Of(Severity::Critical) => Some("1;97;41"),
            Self::Of(Severity::High) => Some("1;31"),
            Self::Of(Severity::Medium) => Some("1;33"),
            Self::Of(Severity::Low) => Some("36"),
            Self::Of(Severity::Info) => Some("2"),
        }
    }
}

/// What is being written.
struct Page<'a> {
    say: Say<'a>,
    style: Style,
    out: String,
}

impl<'a> Page<'a> {
    fn new(say: Say<'a>, style: Style) -> Self {
        Self { say, style: Style { width: style.width.max(40), ..style }, out: String::new() }
    }

    /// Words in colour, when colour is wanted. The words must be safe already.
    fn ink(&self, ink: Ink, words: &str) -> String {
        match ink.code() {
            Some(code) if self.style.colour => format!("\u{1b}[{code}m{words}\u{1b}[0m"),
            _ => words.to_owned(),
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn heading(&mut self, key: &str) {
        let words = self.ink(Ink::Bold, &self.say.app(key));
        self.line(&words);
    }

    /// A paragraph at an indent.
    fn wrapped(&mut self, indent: usize, words: &str) {
        self.hanging(indent, "", words, Ink::Plain);
    }

    /// A paragraph whose first line begins with `lead`, and whose others hang under its words.
    fn hanging(&mut self, indent: usize, lead: &str, words: &str, ink: Ink) {
        let under = indent + wrap::width(lead);
        // Whoever forgets to make words safe is caught here: everything but the head of a finding comes by.
        let words = terminal_safe(words);
        let lines = wrap::wrap(&words, self.style.width.saturating_sub(under));
        for (at, line) in lines.iter().enumerate() {
            let inked = self.ink(ink, line);
            match at {
                0 => self.line(&format!("{:indent$}{lead}{inked}", "")),
                _ => self.line(&format!("{:under$}{inked}", "")),
            }
        }
    }
}
