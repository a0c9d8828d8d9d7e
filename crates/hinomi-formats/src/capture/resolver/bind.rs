//! `named.conf`: statements that end in semicolons, with lists in braces.

use super::Said;
use super::block::Block;
use crate::{Problem, ProblemKind};
use std::collections::BTreeMap;

/// Tokens that are read.
const TOKENS_MAX: usize = 1 << 18;
/// Lists that are named inside one another.
const NAMED_MAX: usize = 8;
/// Entries of one list, those of the lists it names included.
const LIST_MAX: usize = 4_096;

/// Statements that no other program's settings have.
pub(super) fn looks_like(text: &str) -> bool {
    let own = ["options {", "deny-answer-addresses", "response-policy {", "allow-recursion"];
    own.iter().any(|word| text.contains(word)) && text.contains(';')
}

pub(super) fn read(text: &str, said: &mut Said, problems: &mut Vec<Problem>) {
    let tokens = tokens(text, problems);
    let mut lists: BTreeMap<&str, &[Token<'_>]> = BTreeMap::new();
    for (at, token) in tokens.iter().enumerate() {
        if let (Token::Word("acl"), Some(Token::Word(name))) = (token, tokens.get(at.saturating_add(1))) {
            lists.insert(name, braced(tokens.get(at.saturating_add(2)..).unwrap_or_default()));
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        let behind = tokens.get(at.saturating_add(1)..).unwrap_or_default();
        match token {
            Token::Word("deny-answer-addresses") => {
                let list = braced(behind);
                let mut blocks = Vec::new();
                listed(list, &lists, false, NAMED_MAX, &mut blocks, problems);
                if said.lists.len() < said.entries_max {
                    said.lists.push(blocks);
                }
                // The list, its two braces, then what it does not hold for.
                let rest = behind.get(list.len().saturating_add(2)..).unwrap_or_default();
                if let Some((Token::Word("except-from"), rest)) = rest.split_first() {
                    let names = braced(rest).iter().filter_map(|token| token.word());
                    names.for_each(|name| said.exempts(name));
                }
            }
            Token::Word("response-policy") => said.policy = true,
            Token::Word("include") => {
                if let Some(Token::Word(file)) = behind.first() {
                    said.continues_in(file);
                }
            }
            _ => {}
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Open,
    Close,
    End,
    Not,
}

impl<'a> Token<'a> {
    fn word(&self) -> Option<&'a str> {
        if let Self::Word(word) = self { Some(word) } else { None }
    }
}

/// What stands in the braces that open here.
fn braced<'a, 'b>(tokens: &'b [Token<'a>]) -> &'b [Token<'a>] {
    let Some((Token::Open, rest)) = tokens.split_first() else { return &[] };
    let mut depth = 1_usize;
    for (at, token) in rest.iter().enumerate() {
        match token {
            Token::Open => depth = depth.saturating_add(1),
            Token::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return rest.get(..at).unwrap_or_default();
        }
    }
    rest
}

/// The blocks of a list, in their order; `!` before one, or before a list, turns it around.
fn listed(
    tokens: &[Token<'_>],
    lists: &BTreeMap<&str, &[Token<'_>]>,
    lets: bool,
    named: usize,
    out: &mut Vec<Block>,
    problems: &mut Vec<Problem>,
) {
    let mut not = false;
    for token in tokens {
        match token {
            Token::Not => not = !not,
            Token::End => not = false,
            Token::Word(word) => {
                let lets = lets != not;
                let whole = ["0.0.0.0/0", "::/0"];
                let mut add = |text: &str| {
                    let block = Block::read(text).filter(|_| out.len() < LIST_MAX);
                    block.is_some_and(|block| {
                        out.push(block.letting(lets));
                        true
                    })
                };
                if add(word) {
                    continue;
                }
                match (*word, lists.get(word)) {
                    ("any", _) => whole.iter().for_each(|text| {
                        add(text);
                    }),
                    // Nothing, and what only the running program knows.
                    ("none" | "localhost" | "localnets", _) => {}
                    (_, Some(list)) if named > 0 => {
                        listed(list, lists, lets, named.saturating_sub(1), out, problems);
                    }
                    _ => {
                        problems.push(Problem::new(
                            ProblemKind::Malformed,
                            "deny-answer-addresses",
                            "an entry that is no address and no list of this file",
                        ));
                        problems.dedup();
                    }
                }
            }
            Token::Open | Token::Close => {}
        }
    }
}

fn tokens<'a>(text: &'a str, problems: &mut Vec<Problem>) -> Vec<Token<'a>> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if out.len() >= TOKENS_MAX {
            problems.push(Problem::new(ProblemKind::Truncated, "", "more words than such a file has"));
            break;
        }
        let mark = match first {
            '{' => Some(Token::Open),
            '}' => Some(Token::Close),
            ';' => Some(Token::End),
            '!' => Some(Token::Not),
            _ => None,
        };
        let used = if let Some(mark) = mark {
            out.push(mark);
            1
        } else if first == '#' || rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end.saturating_add(2))
        } else if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"').unwrap_or(quoted.len());
            out.push(Token::Word(quoted.get(..end).unwrap_or_default()));
            end.saturating_add(2)
        } else {
            // A slash belongs to the word: `10.0.0.0/8`.
            let end = rest.find(|c: char| c.is_whitespace() || "{};!\"#".contains(c)).unwrap_or(rest.len());
            out.push(Token::Word(rest.get(..end).unwrap_or_default()));
            end
        };
        rest = rest.get(used..).unwrap_or_default().trim_start();
    }
    out
}
