//! `hinomi init`: a configuration to start from.

use crate::app::{App, shown};
use crate::cli::args::Init;
use anyhow::{Context, Result};
use hinomi_model::{Lang, Text};
use std::fmt::Write;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub(crate) fn run(app: &App, args: &Init) -> Result<u8> {
    let path = args.folder.join("hinomi.toml");
    if path.exists() {
        app.note(&app.tell(Text::new("cli_init_exists").with("path", shown(&path))));
        return Ok(2);
    }
    let text = write(app, args);
    // What we write must be what we read.
    toml::from_str::<crate::config::Config>(&text).context("write a configuration that can be read again")?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .with_context(|| format!("write {}", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("write {}", path.display()))?;
    app.note(&app.tell(Text::new("cli_init_written").with("path", shown(&path))));
    Ok(0)
}

/// A path given here, as it reads in a file that lies in `folder`.
fn from_folder(folder: &Path, path: &Path) -> PathBuf {
    let is_here = folder.canonicalize().ok() == Path::new(".").canonicalize().ok();
    if is_here { path.to_owned() } else { std::path::absolute(path).unwrap_or_else(|_| path.to_owned()) }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn write(app: &App, args: &Init) -> String {
    let ja = app.lang == Lang::Ja;
    let comment = |ja_text: &'static str, en_text: &'static str| if ja { ja_text } else { en_text };
    let mut out = String::from("schema = 1\n\n[company]\n");
    _ = writeln!(out, "name = {}", quoted(args.company.as_deref().unwrap_or_default()));
    _ = writeln!(out, "industry = {}", quoted(args.industry.as_deref().unwrap_or("all")));
    let sales =
        comment("# 年間売上高（円）。予算の計算に使います。", "# Yearly sales in whole yen, for the budget.");
    _ = writeln!(out, "{sales}");
    match args.sales {
        Some(yen) => _ = writeln!(out, "sales_yen = {yen}"),
        None => out.push_str("# sales_yen = 100_000_000_000\n"),
    }
    out.push_str("# it_ratio_bp = 128          # 1.28 %\n# security_ratio_bp = 1000    # 10 %\n");
    let scope = comment(
        "# 自社のもの。ここにないものには触れません。",
        "# What is ours. Nothing else is ever touched.",
    );
    let domains: Vec<String> = args.domains.iter().map(|domain| quoted(domain)).collect();
    _ = writeln!(out, "\n{scope}\n[scope]\ndomains = [{}]\nnetworks = []", domains.join(", "));
    let trust = comment(
        "# サーバーと鍵を何に照らすか。パスワードそのものは書かず、置き場所だけを書きます。",
        "# What servers and keys are held against. Passwords do not stand here, only where they are.",
    );
    _ = writeln!(
        out,
        "\n{trust}\n# [tls]\n# profile = \"ipa-gl3001-3.0.1-recommended\"\n# [keys]\n# in_use_until = 2035\n\
         # passwords = {{ env = \"HINOMI_KEY_PASSWORDS\" }}"
    );
    let mail = args.mail.iter().map(|path| ("mail-folder", from_folder(&args.folder, path)));
    let documents = args.documents.iter().map(|path| ("document-folder", from_folder(&args.folder, path)));
    let sources: Vec<(&str, PathBuf)> = mail.chain(documents).collect();
    for (kind, path) in &sources {
        _ = writeln!(out, "\n[[source]]\nkind = \"{kind}\"\npath = {}", quoted(&path.display().to_string()));
    }
    if sources.is_empty() {
        out.push_str("\n# [[source]]\n# kind = \"mail-folder\"\n# path = \"/var/mail/archive\"\n");
    }
    out
}
