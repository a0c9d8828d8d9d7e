//! `cargo dev docs`: the reference, written from what the program itself says, or compared with it.
//!
//! Checks come from their `check.toml` and `page.md`, the command line from the help of the built program. Nobody
//! edits the result.

use anyhow::{Context, Result, ensure};
use hinomi_checks::manual;
use hinomi_model::{Entry, Lang};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the reference lies, a folder a language.
const FOLDER: &str = "docs/reference";
/// Width of the help, in columns.
const COLUMNS: &str = "100";

/// Whether to write or to compare.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Compares what is checked in with what would be written, and fails on a difference.
    #[arg(long)]
    check: bool,
    /// The root of the repository.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = super::root(arguments.root.as_deref());
    let program = build(&root)?;
    let mut stale = Vec::new();
    for (name, text) in reference(&program)? {
        let path = root.join(FOLDER).join(&name);
        if !arguments.check {
            fs::create_dir_all(path.parent().context("failed to find the folder of the reference")?)?;
            fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))?;
        } else if fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            stale.push(format!("{FOLDER}/{name}"));
        }
    }
    ensure!(stale.is_empty(), "{} stale or missing: run `cargo dev docs`", stale.join(", "));
    Ok(())
}

/// Builds `hinomi` beside this tool, and says where it is.
fn build(root: &Path) -> Result<PathBuf> {
    let target = super::target()?;
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--offline", "--package=hinomi", "--bin=hinomi", "--target-dir"]);
    let status = cargo.arg(&target).current_dir(root).status().context("failed to start cargo")?;
    ensure!(status.success(), "failed to build hinomi");
    Ok(target.join("debug/hinomi"))
}

/// Every page of the reference, by its name below [`FOLDER`].
fn reference(program: &Path) -> Result<BTreeMap<String, String>> {
    let entries = hinomi_checks::entries().context("failed to read the checks")?;
    let commands = commands(program)?;
    let mut pages = BTreeMap::new();
    for lang in Lang::ALL {
        let code = lang.as_str();
        pages.insert(format!("{code}/checks.md"), checks(&entries, lang));
        pages.insert(format!("{code}/cli.md"), command_line(program, &commands, lang)?);
    }
    Ok(pages)
}

/// One of two texts.
fn pick<'a>(lang: Lang, ja: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

fn heading(title: &str, lang: Lang) -> String {
    let note = pick(
        lang,
        "<!-- `cargo dev docs` が生成したファイルです。直接編集しないでください。 -->",
        "<!-- Written by `cargo dev docs`; changes made here are lost. -->",
    );
    format!("{note}\n\n# {title}\n")
}

/// All checks: a table, then the page of each.
fn checks(entries: &BTreeMap<String, Entry>, lang: Lang) -> String {
    let mut out = heading(pick(lang, "検査の一覧", "Checks"), lang);
    out.push_str(pick(
        lang,
        "\n| 検査 | 内容 | 重大度 | 事例 |\n|---|---|---|---|\n",
        "\n| check | finds | severity | incidents |\n|---|---|---|---|\n",
    ));
    for (id, entry) in entries {
        let anchor = id.replace('.', "");
        let (title, worst) = (word(entry, lang, "title"), worst(entry));
        _ = writeln!(out, "| [`{id}`](#{anchor}) | {title} | {worst} | {} |", entry.incidents.join(", "));
    }
    let pages = hinomi_checks::pages();
    for (id, entry) in entries {
        _ = write!(out, "\n## {id}\n\n{}\n", about(entry, lang));
        let prose = manual::in_language(pages.get(id).copied().unwrap_or_default(), lang);
        _ = write!(out, "\n{}", lowered(&prose));
    }
    out
}

fn word<'a>(entry: &'a Entry, lang: Lang, key: &str) -> &'a str {
    entry.text.get(lang.as_str()).and_then(|words| words.get(key)).map_or("", String::as_str)
}

fn worst(entry: &Entry) -> &'static str {
    entry.fails.values().map(|grade| grade.severity).max().map_or("", hinomi_model::Severity::as_str)
}

/// What the `check.toml` says, as a list.
fn about(entry: &Entry, lang: Lang) -> String {
    let list = |items: &[String]| items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ");
    let mut out = format!("**{}**\n\n{}\n", word(entry, lang, "title"), word(entry, lang, "why"));
    let rows = [
        (pick(lang, "対処", "What to do"), word(entry, lang, "fix").to_owned()),
        (pick(lang, "見るもの", "Looks at"), list(&entry.needs)),
        ("ATT&CK", list(&entry.attack)),
        (pick(lang, "対策", "Measures"), list(&entry.measures)),
    ];
    for (name, value) in rows {
        _ = write!(out, "\n- {name}: {value}");
    }
    let (key, severity, confidence) =
        (pick(lang, "判定", "fails as"), pick(lang, "重大度", "severity"), pick(lang, "確度", "confidence"));
    _ = write!(out, "\n\n| {key} | {severity} | {confidence} |\n|---|---|---|\n");
    for (key, grade) in &entry.fails {
        _ = writeln!(out, "| `{key}` | {} | {} |", grade.severity.as_str(), grade.confidence.as_str());
    }
    out.trim_end().to_owned()
}

/// A page with its headings one level lower and without its title, which stands above it here.
fn lowered(page: &str) -> String {
    let (mut out, mut fenced) = (String::new(), false);
    for line in page.lines() {
        fenced ^= line.starts_with("```");
        match line.strip_prefix('#') {
            Some(rest) if !fenced && rest.starts_with('#') => _ = writeln!(out, "##{rest}"),
            Some(_) if !fenced => {}
            _ => _ = writeln!(out, "{line}"),
        }
    }
    format!("{}\n", out.trim())
}

/// Every command by its words, in the order of the help; the program itself first.
fn commands(program: &Path) -> Result<Vec<Vec<String>>> {
    let mut found = vec![Vec::new()];
    for name in subcommands(&help(program, &[], Lang::En)?) {
        let inner = subcommands(&help(program, std::slice::from_ref(&name), Lang::En)?);
        found.push(vec![name.clone()]);
        found.extend(inner.into_iter().map(|word| vec![name.clone(), word]));
    }
    ensure!(found.len() > 1, "failed to find a command in the help");
    Ok(found)
}

/// The names under `Commands:` of an English help.
fn subcommands(help: &str) -> Vec<String> {
    let rows =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A description that does not fit one line goes on further in.
    let names = rows.filter(|line| !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn help(program: &Path, words: &[String], lang: Lang) -> Result<String> {
    let mut command = Command::new(program);
    command.arg("--lang").arg(lang.as_str()).args(words).arg("--help").env("COLUMNS", COLUMNS);
    let told = command.output().context("failed to start hinomi")?;
    ensure!(told.status.success(), "failed to get the help of hinomi {}", words.join(" "));
    let text = String::from_utf8(told.stdout).context("failed to read the help")?;
    Ok(text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned())
}

fn command_line(program: &Path, commands: &[Vec<String>], lang: Lang) -> Result<String> {
    let mut out = heading(pick(lang, "コマンド", "Command line"), lang);
    for words in commands {
        let name =
            ["hinomi"].into_iter().chain(words.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
        _ = write!(out, "\n## {name}\n\n```text\n{}\n```\n", help(program, words, lang)?);
    }
    Ok(out)
}
