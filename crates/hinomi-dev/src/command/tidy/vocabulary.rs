//! Words that do not stand in the code.

use super::fault::Fault;
use super::source::{Source, line_at};
use super::tree::Tree;

/// Lines of code outside tests for one `unwrap`.
const LINES_AN_UNWRAP: usize = 1_000;
/// The crate that reads hostile bytes has none at all.
const HOSTILE: &str = "crates/hinomi-formats/";

/// What stands nowhere, and what stands there instead.
const BANNED: &[(&str, &str)] = &[
    ("#[allow(", "say `#[expect(lint, reason = \"…\")]`"),
    ("#![allow(", "say `#![expect(lint, reason = \"…\")]`"),
    (", allow(", "say `expect(lint, reason = \"…\")`"),
    ("#[ignore", "a test runs or goes"),
    ("#[should_panic", "assert what comes back"),
    ("todo!(", "finish it or leave it out"),
    ("unimplemented!(", "finish it or leave it out"),
];

/// At most one `unwrap` a thousand lines outside tests, and none where hostile bytes are read.
pub(super) fn unwraps(tree: &Tree) -> Vec<Fault> {
    let code = || tree.sources.iter().filter(|source| !source.test);
    let found: Vec<(&Source, usize)> = code()
        .flat_map(|source| source.code.match_indices(".unwrap()").map(move |(at, _)| (source, at)))
        .filter(|(source, at)| !in_test(source, *at))
        .collect();
    let lines: usize = code().map(|source| source.lines).sum();
    let many = found.len() * LINES_AN_UNWRAP > lines;
    found
        .iter()
        .filter(|(source, _)| many || source.path.starts_with(HOSTILE))
        .map(|(source, at)| {
            let what = if source.path.starts_with(HOSTILE) {
                "unwrap() where hostile bytes are read: return a Problem".to_owned()
            } else {
                format!("unwrap(): {} in {lines} lines, at most 1 per {LINES_AN_UNWRAP}", found.len())
            };
            Fault::at(&source.path, line_at(&source.code, *at), what)
        })
        .collect()
}

fn in_test(source: &Source, at: usize) -> bool {
    let line = line_at(&source.code, at);
    source.functions.iter().any(|f| f.test && (f.line..f.line + f.lines).contains(&line))
}

/// None of the [`BANNED`] words, in tests neither.
pub(super) fn banned(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in &tree.sources {
        for (word, instead) in BANNED {
            faults.extend(source.code.match_indices(word).map(|(at, _)| {
                let word = word.trim_start_matches([',', ' ']);
                Fault::at(&source.path, line_at(&source.code, at), format!("{word}…: {instead}"))
            }));
        }
    }
    faults
}
