//! `cargo dev new-check family/name`: the folder of a check, ready to be filled in.
//!
//! What it makes compiles, and its page runs; `cargo dev tidy` fails until every `FILL-IN` is gone.

use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// Where the checks live.
const CHECKS: &str = "crates/hinomi-checks/src";
/// What a folder holds, and how it starts.
const FILES: &[(&str, &str)] = &[
    ("mod.rs", include_str!("templates/mod.rs.txt")),
    ("check.toml", include_str!("templates/check.toml.txt")),
    ("page.md", include_str!("templates/page.md.txt")),
];

/// Which check.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Family and name of the fault, as in dns/dangling-cname.
    #[arg(value_name = "FAMILY/NAME")]
    check: String,
    /// The root of the repository.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let (family, name) = parts(&arguments.check)?;
    let module = name.replace('-', "_");
    let home = super::root(arguments.root.as_deref()).join(CHECKS).join(family);
    let folder = home.join(&module);
    ensure!(!folder.exists(), "failed to make {family}/{name}: it is there already");
    fs::create_dir_all(&folder).with_context(|| format!("failed to make {}", folder.display()))?;
    for (file, template) in FILES {
        let text = template
            .replace("{id}", &format!("{family}.{name}"))
            .replace("{version}", env!("CARGO_PKG_VERSION"));
        fs::write(folder.join(file), text).with_context(|| format!("failed to write {file}"))?;
    }
    let list = home.join("mod.rs");
    let new_family = !list.exists();
    let before =
        fs::read_to_string(&list).unwrap_or_else(|_| "//! FILL-IN: what this family is about.\n".to_owned());
    fs::write(&list, declared(&before, &module)).context("failed to write the family's mod.rs")?;
    let family_line = if new_family { format!("mod {family};\n") } else { String::new() };
    let told = format!(
        "made {CHECKS}/{family}/{module}: page.md, then check.toml, then mod.rs\n\
         add to {CHECKS}/lib.rs, in CHECKS:\n{family_line}    {family}::{module}::CHECK,\n"
    );
    std::io::stdout().write_all(told.as_bytes())?;
    Ok(())
}

/// Family and name, when both are what ids are made of.
fn parts(check: &str) -> Result<(&str, &str)> {
    let Some((family, name)) = check.split_once('/') else {
        bail!("failed to read {check:?} as family/name");
    };
    ensure!(
        hinomi_checks::FAMILIES.contains(&family),
        "failed to find the family {family:?}; there are {}",
        hinomi_checks::FAMILIES.join(", ")
    );
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    ensure!(
        name.split('-').all(word),
        "failed to take {name:?} as a name: words of a-z and 0-9, joined by -"
    );
    Ok((family, name))
}

/// A family's `mod.rs` with one module more, in order.
fn declared(text: &str, module: &str) -> String {
    let line = format!("pub(crate) mod {module};");
    let mut lines: Vec<&str> = text.lines().collect();
    let after = lines.iter().position(|other| other.starts_with("pub(crate) mod ") && *other > line.as_str());
    let last = lines.iter().rposition(|other| other.starts_with("pub(crate) mod "));
    match (after, last) {
        (Some(at), _) => lines.insert(at, &line),
        (None, Some(last)) => lines.insert(last + 1, &line),
        (None, None) => lines.extend(["", line.as_str()]),
    }
    lines.join("\n") + "\n"
}
