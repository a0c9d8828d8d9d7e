//! `hinomi demo`: a sample company, laid out and looked at as a real one would be.

mod credentials;
mod servers;
#[cfg(test)]
mod tests;

use crate::app::{App, deliver, shown};
use crate::cli::Format;
use crate::cli::args::{Demo, JudgeFlags};
use crate::commands::{results, run::run_and_keep};
use crate::config;
use anyhow::{Context, Result, bail};
use hinomi_model::Text;
use hinomi_outcome::{self as outcome, Plan, Preview, Report, Reported};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use servers::Servers;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::{Component, Path};

/// The sample company: zlib over (u32 name length, name, u64 length, bytes), each byte XOR 0x5A so that no scanner
/// trips on the look-alikes in it. Made by `cargo dev fixtures`.
const PACK: &[u8] = include_bytes!("../../../demo/company.pack");
const MASK: u8 = 0x5A;

pub(crate) fn run(app: &App, args: &Demo) -> Result<u8> {
    lay_out(&args.folder)
        .with_context(|| format!("lay out the sample company in {}", shown(&args.folder)))?;
    results::can_write(&args.output)?;
    add_servers(&args.folder, today(app.now)).context("raise the servers of the sample company")?;
    app.note(&app.tell(Text::new("cli_demo_laid_out").with("path", shown(&args.folder))));
    let here = App {
        found: config::find(Some(&args.folder.join("hinomi.toml")))?,
        catalog: app.catalog.clone(),
        catalog_files: app.catalog_files.clone(),
        checks: app.checks.clone(),
        words: app.words.clone(),
        ..*app
    };
    let flags = JudgeFlags::usual();
    let report = run_and_keep(&here, &flags)?;
    let plan = results::plan_for(&here, &report, None);
    if args.output.format != Format::Text {
        deliver(&results::render(&here, &report, &plan, args.output.format)?, args.output.output.as_deref())?;
        return Ok(exit(&report));
    }
    let page = args.folder.join("report.html");
    deliver(&results::render(&here, &report, &plan, Format::Html)?, Some(&page))?;
    deliver(tell(&here, &report, &plan).as_bytes(), args.output.output.as_deref())?;
    app.note(&app.tell(Text::new("cli_hint_report").with("path", shown(&page))));
    app.note(&app.say("cli_hint_next"));
    Ok(exit(&report))
}

/// The sample company is full of findings, and of what cannot be decided: finding that is this command's success.
/// A check that broke is not.
fn exit(report: &Report) -> u8 {
    if report.exit == 2 { 2 } else { 0 }
}

/// Rows of the block list shown; the report has them all.
const ROWS_SHOWN: usize = 8;

/// What a person sees: one mail's story whole, the other findings in a line each, the block list, the plan.
fn tell(app: &App, report: &Report, plan: &Plan) -> String {
    let heading = |key: &str| format!("━━ {} ━━\n\n", app.say(key));
    let mail = richest_mail(report);
    let of_mail = |reported: &&Reported| mail.as_deref().is_some_and(|mail| source(reported) == mail);
    let (story, others): (Vec<&Reported>, Vec<&Reported>) = report.findings.iter().partition(of_mail);
    let only = |findings: Vec<&Reported>| findings.into_iter().cloned().collect();
    let mut out = heading("cli_demo_story");
    let quiet = Report {
        findings: only(story),
        undecided: Vec::new(),
        problems: Vec::new(),
        not_looked_at: Vec::new(),
        ..report.clone()
    };
    out.push_str(&findings_only(&outcome::text(&quiet, Some(plan), app.style())));
    out.push_str(&heading("cli_demo_others"));
    out.push_str(&one_a_line(app, others));
    out.push_str(&heading("cli_demo_block"));
    out.push_str(&block_preview(app, report));
    out.push_str(&heading("cli_demo_plan"));
    out.push_str(&outcome::plan_text(report, plan, app.style()));
    out.push_str(&heading("cli_demo_rest"));
    out.push_str(&outcome::text(&Report { findings: Vec::new(), ..report.clone() }, None, app.style()));
    out
}

/// The findings without the counts at the end: those of the whole run come last.
fn findings_only(text: &str) -> String {
    let mut blocks: Vec<&str> = text.trim_end().split("\n\n").collect();
    blocks.pop();
    blocks.join("\n\n") + "\n\n"
}

fn source(reported: &Reported) -> &str {
    reported.finding.evidence().first().map_or("", |proof| proof.source.as_str())
}

/// The mail that most checks found something in; the worst, then the first by name, among equals.
fn richest_mail(report: &Report) -> Option<String> {
    let mut by_source: BTreeMap<&str, (BTreeSet<&str>, u64)> = BTreeMap::new();
    let of_mail = |reported: &&Reported| reported.finding.asset.to_string().starts_with("mailbox:");
    for reported in report.findings.iter().filter(of_mail) {
        let (checks, weight) = by_source.entry(source(reported)).or_default();
        checks.insert(&reported.finding.check);
        *weight += reported.finding.severity as u64;
    }
    let best =
        by_source.into_iter().max_by_key(|(name, (checks, weight))| (checks.len(), *weight, Reverse(*name)));
    best.map(|(name, _)| name.to_owned())
}

fn one_a_line(app: &App, mut findings: Vec<&Reported>) -> String {
    findings.sort_by_key(|reported| Reverse(reported.finding.severity));
    let mut out = String::new();
    for reported in findings {
        let finding = &reported.finding;
        let severity = padded(&app.say(&format!("severity_{}", finding.severity.as_str())), 9);
        let place = outcome::terminal_safe(source(reported));
        _ = writeln!(out, "{severity} {:30} {place}", finding.check);
    }
    out + "\n"
}

/// A word filled up to so many columns; a character that is not ASCII takes two.
fn padded(word: &str, columns: usize) -> String {
    let width: usize = word.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    format!("{word}{}", " ".repeat(columns.saturating_sub(width)))
}

fn block_preview(app: &App, report: &Report) -> String {
    let preview = Preview::of(report, &app.gate());
    let mut out = String::new();
    for passed in preview.passed.iter().take(ROWS_SHOWN) {
        let indicator = passed.indicator();
        _ = writeln!(
            out,
            "  {:6} {}",
            indicator.kind.as_str(),
            outcome::terminal_safe(&indicator.defanged())
        );
    }
    let more = preview.passed.len().saturating_sub(ROWS_SHOWN);
    let count = Text::new("cli_demo_block_more").with("more", more).with("held", preview.held.len());
    _ = writeln!(out, "  {}\n", app.tell(count));
    out
}

/// The configuration, and how a folder is known to be a demo's.
const MARKER: &str = "hinomi.toml";

/// Writes the sample company. Files of an earlier demo are replaced, its store begins anew; a folder that holds
/// anything else, a real configuration and its store above all, is left as it is.
fn lay_out(folder: &Path) -> Result<()> {
    let files = unpack().context("read the sample company inside the binary")?;
    let ours = files.iter().find(|(name, _)| name == MARKER).map(|(_, bytes)| bytes.as_slice());
    let is_empty = !folder.exists() || fs::read_dir(folder)?.next().is_none();
    let is_demo = || fs::read(folder.join(MARKER)).is_ok_and(|theirs| Some(theirs.as_slice()) == ours);
    if !is_empty && !is_demo() {
        bail!("use a folder that holds other files");
    }
    for old in ["hinomi.db", "hinomi.db-wal", "hinomi.db-shm"] {
        if folder.join(old).exists() {
            fs::remove_file(folder.join(old))?;
        }
    }
    for (name, bytes) in files {
        write(&folder.join(name), &bytes)?;
    }
    Ok(())
}

/// What the survey of the company's servers gave, beside what its browsers saw.
const SURVEY: &str = "servers.jsonl";

/// Raises the company's servers, asks them what they speak, and leaves what they showed and their keys in the folder.
fn add_servers(folder: &Path, now: Timestamp) -> Result<()> {
    let servers = Servers::start(now)?;
    for file in servers.files() {
        let path = folder.join(file.path);
        write(&path, &file.bytes)?;
        allow(&path, file.mode)?;
    }
    write(&folder.join(SURVEY), &servers.survey(now)?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    Ok(fs::write(path, bytes)?)
}

#[cfg(unix)]
fn allow(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}

/// Rights are other ones there.
#[cfg(not(unix))]
fn allow(_path: &Path, _mode: u32) -> Result<()> {
    Ok(())
}

/// The start of the day: two demos of a day are the same.
fn today(now: Timestamp) -> Timestamp {
    now.to_zoned(TimeZone::UTC).start_of_day().map_or(now, |start| start.timestamp())
}

/// The sample company's files, by their path in its folder.
fn unpack() -> Result<Vec<(String, Vec<u8>)>> {
    let masked: Vec<u8> = PACK.iter().map(|byte| byte ^ MASK).collect();
    let mut raw = Vec::new();
    flate2::read::ZlibDecoder::new(masked.as_slice()).read_to_end(&mut raw)?;
    let mut rest = raw.as_slice();
    let mut files = Vec::new();
    while !rest.is_empty() {
        let (name, bytes) = entry(&mut rest).context("cut off")?;
        if !Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) {
            bail!("place {name} inside the folder");
        }
        files.push((name.to_owned(), bytes.to_vec()));
    }
    Ok(files)
}

fn entry<'a>(rest: &mut &'a [u8]) -> Option<(&'a str, &'a [u8])> {
    let (length, tail) = rest.split_first_chunk::<4>()?;
    let (name, tail) = tail.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    let (length, tail) = tail.split_first_chunk::<8>()?;
    let (bytes, tail) = tail.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    *rest = tail;
    Some((std::str::from_utf8(name).ok()?, bytes))
}
