//! PowerShell read into a tree (Windows PowerShell Language Specification 3.0, chapters 2 and 8), forgiving: what is
//! not understood is skipped or opaque, and the statement behind it is read again.

mod command;
mod expression;
mod literal;
mod statement;

use super::super::evaluate::tree::{self, Expr, Node, Program, Span};
use crate::Limits;

/// Reads a whole script.
pub(in crate::script) fn program(text: &str) -> Program {
    let (text, cut) = tree::readable(text);
    let mut parser = Parser { text, at: 0, nesting: 0, commas: true, too_deep: false };
    let body = parser.statements(None);
    Program { body, too_deep: parser.too_deep, cut }
}

pub(super) struct Parser<'t> {
    text: &'t str,
    at: usize,
    nesting: u32,
    /// A comma makes a list here; between the arguments of a method it does not.
    commas: bool,
    too_deep: bool,
}

/// The dash, and what Word makes of it.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2013}' | '\u{2014}' | '\u{2015}')
}

fn is_single_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}')
}

fn is_double_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn second(&self) -> Option<char> {
        let mut chars = self.rest().chars();
        chars.next();
        chars.next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, c: char) -> bool {
        let is = self.peek() == Some(c);
        self.at += if is { c.len_utf8() } else { 0 };
        is
    }

    fn take_str(&mut self, word: &str) -> bool {
        let is = self.rest().starts_with(word);
        self.at += if is { word.len() } else { 0 };
        is
    }

    /// Spaces, comments and continued lines; line ends too when `lines`.
    fn skip(&mut self, lines: bool) {
        while let Some(c) = self.peek() {
            match c {
                '\r' | '\n' if !lines => return,
                '`' if matches!(self.second(), Some('\r' | '\n')) => {
                    self.bump();
                    self.take('\r');
                    self.take('\n');
                }
                '#' => self.skip_line(),
                '<' if self.second() == Some('#') => {
                    let rest = self.rest();
                    self.at += rest.find("#>").map_or(rest.len(), |end| end + 2);
                }
                c if c.is_whitespace() || c == '\u{feff}' || c == '\0' => self.at += c.len_utf8(),
                _ => return,
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find(['\r', '\n']).unwrap_or(rest.len());
    }

    /// One level further in; opaque when that is too deep.
    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Node) -> Node {
        if self.nesting >= Limits::NESTING_MAX {
            self.too_deep = true;
            return Node::Opaque;
        }
        self.nesting += 1;
        let node = read(self);
        self.nesting -= 1;
        node
    }

    fn expr(&self, start: usize, node: Node) -> Expr {
        Expr { node, span: Span { start, end: self.at } }
    }

    /// A word of letters, digits, `_`; backticks in it mean nothing.
    fn word(&mut self) -> String {
        let mut out = String::new();
        while let Some(c) = self.peek() {
            if c.is_alphanumeric() || c == '_' {
                out.push(c);
            } else if c != '`' || !self.second().is_some_and(char::is_alphanumeric) {
                break;
            }
            self.at += c.len_utf8();
        }
        out
    }

    /// The word that stands here in lower case, without taking it.
    fn peek_word(&self) -> String {
        let rest = self.rest();
        let len = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len()).min(24);
        rest.get(..len).unwrap_or_default().to_ascii_lowercase()
    }
}
