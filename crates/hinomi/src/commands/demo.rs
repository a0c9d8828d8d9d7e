//! `hinomi demo`: a sample company, laid out and looked at as a real one would be.

use crate::app::{App, deliver, shown};
use crate::cli::Format;
use crate::cli::args::{Demo, JudgeFlags, SeverityArg};
use crate::commands::{results, run::run_and_keep};
use crate::config;
use anyhow::{Context, Result, bail};
use hinomi_model::Text;
use hinomi_outcome::{self as outcome, Preview};
use std::fs;
use std::io::Read;
use std::path::{Component, Path};

/// The sample company: zlib over (u32 name length, name, u64 length, bytes), each byte XOR 0x5A so that no scanner
/// trips on the look-alikes in it. Made by `cargo dev fixtures`.
const PACK: &[u8] = include_bytes!("../../demo/company.pack");
const MASK: u8 = 0x5A;

pub(crate) fn run(app: &App, args: &Demo) -> Result<u8> {
    lay_out(&args.folder)
        .with_context(|| format!("lay out the sample company in {}", shown(&args.folder)))?;
    app.note(&app.tell(Text::new("cli_demo_laid_out").with("path", shown(&args.folder))));
    let here = App {
        found: config::find(Some(&args.folder.join("hinomi.toml")))?,
        catalog: app.catalog.clone(),
        catalog_files: app.catalog_files.clone(),
        checks: app.checks.clone(),
        words: app.words.clone(),
        ..*app
    };
    let flags =
        JudgeFlags { fail_on: SeverityArg::Low, allow_incomplete: false, no_jail: false, workers: None };
    let report = run_and_keep(&here, &flags)?;
    let plan = results::plan_for(&here, &report, None);
    if args.output.format != Format::Text {
        deliver(&results::render(&here, &report, &plan, args.output.format)?, args.output.output.as_deref())?;
        return Ok(0);
    }
    let page = args.folder.join("report.html");
    deliver(&results::render(&here, &report, &plan, Format::Html)?, Some(&page))?;
    let preview = Preview::of(&report, &here.gate());
    let mut told = outcome::text(&report, Some(&plan), here.style());
    told.push('\n');
    told.push_str(&outcome::block(&report, &preview, outcome::BlockFormat::Plain));
    told.push('\n');
    told.push_str(&outcome::plan_text(&report, &plan, here.style()));
    deliver(told.as_bytes(), args.output.output.as_deref())?;
    app.note(&app.tell(Text::new("cli_hint_report").with("path", shown(&page))));
    app.note(&app.say("cli_hint_next"));
    // The sample company is full of findings: finding them is this command's success.
    Ok(0)
}

/// Writes the sample company. Files of an earlier demo are replaced, its store begins anew.
fn lay_out(folder: &Path) -> Result<()> {
    let marker = folder.join("hinomi.toml");
    if folder.exists() && !marker.exists() && fs::read_dir(folder)?.next().is_some() {
        bail!("use a folder that holds other files");
    }
    let masked: Vec<u8> = PACK.iter().map(|byte| byte ^ MASK).collect();
    let mut raw = Vec::new();
    flate2::read::ZlibDecoder::new(masked.as_slice()).read_to_end(&mut raw)?;
    let mut rest = raw.as_slice();
    for old in ["hinomi.db", "hinomi.db-wal", "hinomi.db-shm"] {
        if folder.join(old).exists() {
            fs::remove_file(folder.join(old))?;
        }
    }
    while !rest.is_empty() {
        let (name, bytes) = entry(&mut rest).context("read the sample company inside the binary")?;
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            bail!("place {name} inside the folder");
        }
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(())
}

fn entry<'a>(rest: &mut &'a [u8]) -> Option<(&'a str, &'a [u8])> {
    let (length, tail) = rest.split_first_chunk::<4>()?;
    let (name, tail) = tail.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    let (length, tail) = tail.split_first_chunk::<8>()?;
    let (bytes, tail) = tail.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    *rest = tail;
    Some((std::str::from_utf8(name).ok()?, bytes))
}
