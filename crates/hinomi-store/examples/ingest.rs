//! Measures the store: `ingest FILE [FINDINGS [CHUNK]]` saves that many findings (100,000) in chunks (1,000),
//! twice, then none, then walks the list page by page. Each figure is wall time and, on Linux, processor time:
//! on a busy machine the second is the one to compare.

use hinomi_model::{
    AssetId, AssetKind, Confidence, Coverage, EvidenceId, EvidenceRef, Finding, Grade, Indicator,
    IndicatorKind, Locator, Severity, Text, Tlp,
};
use hinomi_store::{Filter, RunHeader, Store};
use jiff::Timestamp;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

const SOURCE: &str = "inbox";

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let file = words.next().ok_or("usage: ingest FILE [FINDINGS]")?;
    let count: u64 = words.next().map_or(Ok(100_000), |word| word.parse())?;
    let chunk: usize = words.next().map_or(Ok(1_000), |word| word.parse())?;
    let findings = (0..count).map(finding).collect::<Result<Vec<_>, _>>()?;
    let mut coverage = Coverage::default();
    for found in &findings {
        coverage.add(&found.check, &found.asset);
    }
    let mut store = Store::open(Path::new(&file))?;
    let mut out = io::stdout().lock();
    for (day, look) in ["first look", "same again", "nothing there"].into_iter().enumerate() {
        let seen = if look == "nothing there" { &[][..] } else { &findings[..] };
        let at = Timestamp::from_second(1_800_000_000 + 86_400 * i64::try_from(day)?)?;
        let header = RunHeader { started_at: at, sources: vec![SOURCE.to_owned()], ..RunHeader::default() };
        let run = store.begin_run(&header)?;
        let saving = timed(|| {
            seen.chunks(chunk).try_for_each(|chunk| store.save(run, SOURCE, &[], chunk, at).map(|_| ()))
        })?;
        let finishing = timed(|| store.finish_run(run, &coverage, at).map(|_| ()))?;
        writeln!(out, "{look}: save {saving}, finish {finishing}")?;
    }
    let mut pages = Vec::new();
    let mut filter = Filter { limit: 50, ..Filter::default() };
    while pages.len() < 2_000 {
        let mut found = Vec::new();
        pages.push(timed(|| {
            found = store.findings(&filter)?;
            Ok(())
        })?);
        let Some(last) = found.last() else { break };
        filter.after = Some(last.cursor());
    }
    pages.sort();
    let at = |part: usize| pages.get(pages.len() * part / 100).copied().unwrap_or_default();
    writeln!(out, "page of 50: median {}, p95 {}, worst {}", at(50), at(95), at(99))?;
    writeln!(out, "counters {}", timed(|| store.counters().map(|_| ()))?)?;
    writeln!(out, "assets {}", timed(|| store.assets().map(|_| ()))?)?;
    writeln!(out, "audit verify {}", timed(|| store.audit_verify().map(|_| ()))?)?;
    let copy = format!("{file}.copy");
    writeln!(out, "backup {}", timed(|| store.backup(Path::new(&copy)))?)?;
    drop(store);
    writeln!(
        out,
        "open {}, {} bytes",
        timed(|| Store::open(Path::new(&file)).map(|_| ()))?,
        std::fs::metadata(&file)?.len()
    )?;
    Ok(())
}

/// Wall time and processor time.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Took(Duration, Duration);

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2?} (cpu {:.2?})", self.0, self.1)
    }
}

#[expect(clippy::disallowed_methods, reason = "the store knows no clock, but measuring it needs one")]
fn timed(work: impl FnOnce() -> Result<(), hinomi_store::StoreError>) -> Result<Took, Box<dyn Error>> {
    let (start, busy) = (Instant::now(), on_cpu());
    work()?;
    Ok(Took(start.elapsed(), on_cpu().saturating_sub(busy)))
}

/// How long this thread has run on a processor; zero where the system does not tell.
fn on_cpu() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(told.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0))
}

/// Ten findings an asset, five severities, one indicator each, some hundred bytes of words.
fn finding(number: u64) -> Result<Finding, Box<dyn Error>> {
    let asset = AssetId::new(AssetKind::Mailbox, &format!("user{}@company.example", number / 10))
        .map_err(|bad| bad.to_string())?;
    let sha256 = EvidenceId::of(&number.to_le_bytes());
    let proof = EvidenceRef {
        sha256: sha256.clone(),
        source: format!("{SOURCE}/2026.mbox#{number}"),
        locator: Locator { part: Some(format!("2/invoice-{number}.doc")), ..Locator::default() },
        quote: "Sub AutoOpen() : CreateObject(\"WScript.Shell\").Run".to_owned(),
    };
    let grade =
        Grade { severity: Severity::WORST_FIRST[usize::try_from(number % 5)?], confidence: Confidence::High };
    let text =
        Text::new("starts_by_itself").with("name", format!("請求書{number}.doc")).with("call", "Shell");
    let mut found =
        Finding::new("mail.macro-attachment", asset, grade, text, proof).keyed("sha256", sha256.as_str());
    found.indicators.push(Indicator {
        kind: IndicatorKind::Url,
        value: format!("http://host{}.example/x", number % 20_000),
        host: format!("host{}.example", number % 20_000),
        found_in: vec![sha256],
        layers: vec!["vba".to_owned(), "power-shell".to_owned(), "base64".to_owned()],
        confidence: Confidence::Medium,
        tlp: Tlp::Amber,
        valid_from: None,
        valid_until: None,
    });
    Ok(found)
}
