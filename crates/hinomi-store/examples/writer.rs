//! Saves findings until it is killed, and says each one that is safely stored: `writer FILE FIRST`.
//!
//! Each line goes out after `save` returned, so whoever reads it may rely on the finding being there.

use hinomi_model::{
    AssetId, AssetKind, Confidence, Coverage, EvidenceId, EvidenceRef, Finding, Grade, Locator, Severity,
    Text,
};
use hinomi_store::{RunHeader, Store};
use jiff::Timestamp;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;

const SOURCE: &str = "inbox";

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args_os().skip(1);
    let (Some(file), Some(first)) = (words.next(), words.next()) else {
        return Err("usage: writer FILE FIRST".into());
    };
    let mut number: u64 = first.to_str().ok_or("FIRST is no text")?.parse()?;
    let mut store = Store::open(Path::new(&file))?;
    let mut out = io::stdout().lock();
    loop {
        let at = Timestamp::from_second(1_800_000_000 + i64::try_from(number)?)?;
        let header = RunHeader { started_at: at, sources: vec![SOURCE.to_owned()], ..RunHeader::default() };
        let run = store.begin_run(&header)?;
        let mut coverage = Coverage::default();
        for _ in 0..20 {
            let findings = [finding(number)?, finding(number + 1)?];
            number += 2;
            for (fingerprint, status) in store.save(run, SOURCE, &[], &findings, at)? {
                writeln!(out, "{fingerprint} {}", status.as_str())?;
            }
            out.flush()?;
            coverage.add(&findings[0].check, &findings[0].asset);
        }
        // What it looked at in this run it also saw: nothing becomes fixed.
        store.finish_run(run, &coverage, at)?;
    }
}

/// Each finding has an asset of its own.
fn finding(number: u64) -> Result<Finding, Box<dyn Error>> {
    let asset = AssetId::new(AssetKind::Mailbox, &format!("user{number}@company.example"))
        .map_err(|bad| bad.to_string())?;
    let proof = EvidenceRef {
        sha256: EvidenceId::of(&number.to_le_bytes()),
        source: SOURCE.to_owned(),
        locator: Locator::default(),
        quote: "x".repeat(usize::try_from(number % 5_000)?),
    };
    let grade = Grade { severity: Severity::High, confidence: Confidence::High };
    let found = Finding::new("mail.macro-attachment", asset, grade, Text::new("found"), proof);
    Ok(found.keyed("number", number.to_string()))
}
