//! `unbound.conf`: words that end in a colon, each with its value behind it, in any arrangement of lines.

use super::Said;
use super::block::Block;
use crate::{Problem, ProblemKind};

/// Options that no other program's settings have.
pub(super) fn looks_like(text: &str) -> bool {
    const OWN: &[&str] =
        &["private-address:", "forward-zone:", "local-zone:", "access-control:", "auto-trust-anchor-file:"];
    text.lines().any(|line| words(line).any(|word| OWN.contains(&word)))
}

pub(super) fn read(text: &str, said: &mut Said, problems: &mut Vec<Problem>) {
    // Without a list nothing is refused.
    let mut key = "";
    for (at, line) in text.lines().enumerate() {
        for word in words(line) {
            if word.ends_with(':') && Block::read(word).is_none() {
                key = word;
                said.policy |= key == "rpz:";
                continue;
            }
            match key {
                "private-address:" => match Block::read(word) {
                    Some(block) => said.refuse(block),
                    None => {
                        let place = format!("line {}", at.saturating_add(1));
                        problems.push(Problem::new(ProblemKind::Malformed, place, "no address or block"));
                    }
                },
                "private-domain:" => said.exempts(word),
                "include:" | "include-toplevel:" => said.continues_in(word),
                _ => {}
            }
            key = "";
        }
    }
}

/// The words of a line, without quotes and comments.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let line = line.split('#').next().unwrap_or_default();
    line.split_whitespace().map(|word| word.trim_matches(['"', '\''])).filter(|word| !word.is_empty())
}
