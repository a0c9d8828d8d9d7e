//! `docs/benchmarks.md`: sections between marks, each replaced on its own.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

const PAGE: &str = "docs/benchmarks.md";
const HEAD: &str = "# Benchmarks\n\nWritten by `cargo dev bench`; `cargo dev bench NAME` measures one section again. \
    Figures are medians of at least five runs, unless a table says otherwise. Processor time counts a command with \
    everything it started; memory is the most that any one of its processes held. A peer is measured in the same \
    run, on the same files.\n";

/// Puts the body of one section onto the page.
pub(super) fn put<'a>(
    root: &Path,
    sections: impl Iterator<Item = (&'a str, &'a str)>,
    name: &str,
    body: &str,
) -> Result<()> {
    let path = root.join(PAGE);
    let old = fs::read_to_string(&path).unwrap_or_default();
    let mut page = HEAD.to_owned();
    for (section, title) in sections {
        let kept = if section == name { Some(body) } else { between(&old, section) };
        if let Some(kept) = kept {
            page.extend(["\n## ", title, "\n\n", &open(section), "\n", kept.trim(), "\n", CLOSE, "\n"]);
        }
    }
    fs::create_dir_all(root.join("docs"))?;
    fs::write(&path, page).with_context(|| format!("failed to write {PAGE}"))
}

const CLOSE: &str = "<!-- /bench -->";

fn open(section: &str) -> String {
    format!("<!-- bench: {section} -->")
}

fn between<'a>(page: &'a str, section: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&open(section))?;
    rest.split_once(CLOSE).map(|(body, _)| body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_section_is_replaced_and_the_others_stay() {
        let root = tempfile::tempdir().unwrap();
        let sections = || [("a", "First"), ("b", "Second")].into_iter();
        let page = || fs::read_to_string(root.path().join(PAGE)).unwrap();
        put(root.path(), sections(), "b", "| two |").unwrap();
        assert!(!page().contains("First"), "what was never measured has no section");
        put(root.path(), sections(), "a", "| one |").unwrap();
        put(root.path(), sections(), "b", "| three |").unwrap();
        let tail = page().split_once("\n## ").unwrap().1.to_owned();
        assert_eq!(
            tail,
            "First\n\n<!-- bench: a -->\n| one |\n<!-- /bench -->\n\n## Second\n\n<!-- bench: b -->\n| three |\n<!-- /bench -->\n"
        );
    }
}
