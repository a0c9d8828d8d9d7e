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
/// Words of lists that are gone through in all: lists may name one another many times.
const STEPS_MAX: usize = 1 << 18;

/// Statements that no other program's settings have.
pub(super) fn looks_like(text: &str) -> bool {
    let own = ["options {", "deny-answer-addresses", "response-policy {", "allow-recursion"];
    own.iter().any(|word| text.contains(word)) && text.contains(';')
}

pub(super) fn read(text: &str, said: &mut Said, problems: &mut Vec<Problem>) {
    let tokens = tokens(text, problems);
    let ends = ends(&tokens);
    let mut lists = Lists { named: BTreeMap::new(), steps: STEPS_MAX, cut: false, unknown: false };
    for (at, token) in tokens.iter().enumerate() {
        if let (Token::Word("acl"), Some(Token::Word(name))) = (token, tokens.get(at.saturating_add(1))) {
            lists.named.insert(name, braced(&tokens, &ends, at.saturating_add(2)).0);
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        let next = at.saturating_add(1);
        match token {
            Token::Word("deny-answer-addresses") => {
                let (list, behind) = braced(&tokens, &ends, next);
                let mut blocks = Vec::new();
                lists.read(list, false, NAMED_MAX, &mut blocks);
                said.refuse_list(blocks);
                if let Some(Token::Word("except-from")) = tokens.get(behind) {
                    let (names, _) = braced(&tokens, &ends, behind.saturating_add(1));
                    names.iter().filter_map(Token::word).for_each(|name| said.exempts(name));
                }
            }
            Token::Word("response-policy") => said.policy = true,
            Token::Word("include") => {
                if let Some(Token::Word(file)) = tokens.get(next) {
                    said.continues_in(file);
                }
            }
            _ => {}
        }
    }
    lists.tell(problems);
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

/// Where each brace that opens is closed; for one that is not, the end.
fn ends(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut ends = vec![tokens.len(); tokens.len()];
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Open => open.push(at),
            Token::Close => {
                if let Some(end) = open.pop().and_then(|open| ends.get_mut(open)) {
                    *end = at;
                }
            }
            _ => {}
        }
    }
    ends
}

/// What stands in the braces that open at a place, and where it goes on behind them.
fn braced<'a, 'b>(tokens: &'b [Token<'a>], ends: &[usize], at: usize) -> (&'b [Token<'a>], usize) {
    let end = ends.get(at).filter(|_| tokens.get(at) == Some(&Token::Open));
    let inside = end.and_then(|end| tokens.get(at.saturating_add(1)..*end));
    (inside.unwrap_or_default(), end.map_or(at, |end| end.saturating_add(1)))
}

/// The lists of a file, by their names.
struct Lists<'a, 'b> {
    named: BTreeMap<&'a str, &'b [Token<'a>]>,
    steps: usize,
    /// Not all of a list was gone through.
    cut: bool,
    /// An entry was neither an address nor a list.
    unknown: bool,
}

impl Lists<'_, '_> {
    /// The blocks of a list, in their order; `!` before one, or before a list, turns it around.
    fn read(&mut self, tokens: &[Token<'_>], lets: bool, named: usize, out: &mut Vec<Block>) {
        let mut not = false;
        for token in tokens {
            if self.steps == 0 || out.len() >= LIST_MAX {
                self.cut = true;
                return;
            }
            self.steps = self.steps.saturating_sub(1);
            match token {
                Token::Not => not = !not,
                Token::End => not = false,
                Token::Word(word) => self.entry(word, lets != not, named, out),
                Token::Open | Token::Close => {}
            }
        }
    }

    fn entry(&mut self, word: &str, lets: bool, named: usize, out: &mut Vec<Block>) {
        let add =
            |out: &mut Vec<Block>, text: &str| out.extend(Block::read(text).map(|block| block.letting(lets)));
        let before = out.len();
        add(out, word);
        match (word, self.named.get(word).copied()) {
            _ if out.len() > before => {}
            ("any", _) => ["0.0.0.0/0", "::/0"].iter().for_each(|text| add(out, text)),
            // Nothing, and what only the running program knows.
            ("none" | "localhost" | "localnets", _) => {}
            (_, Some(list)) if named > 0 => self.read(list, lets, named.saturating_sub(1), out),
            _ => self.unknown = true,
        }
    }

    fn tell(&self, problems: &mut Vec<Problem>) {
        let mut tell =
            |kind, detail: &str| problems.push(Problem::new(kind, "deny-answer-addresses", detail));
        if self.unknown {
            tell(ProblemKind::Malformed, "an entry that is no address and no list of this file");
        }
        if self.cut {
            tell(ProblemKind::Truncated, "lists that are longer than is gone through, with those they name");
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
