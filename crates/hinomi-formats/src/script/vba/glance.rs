//! A first look at each statement, without knowing any variable: which calls stand there, and whether knowing
//! the variables would tell more.

use super::lex::{Kind, Token};
use super::powers::{self, Known, ObjectKind, Stand};
use crate::script::Power;

/// Strings of one project that are kept for judging.
pub(super) const STRINGS_MAX: usize = 4_096;

/// What the first look found.
#[derive(Default)]
pub(super) struct Sighted<'a> {
    /// Calls, in order.
    pub(super) calls: Vec<Sighting<'a>>,
    /// Literals that may be commands or hold URLs.
    pub(super) strings: Vec<Literal<'a>>,
}

/// A string literal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Literal<'a> {
    pub(super) module: usize,
    /// `None` at module level.
    pub(super) procedure: Option<usize>,
    pub(super) line: u32,
    pub(super) text: &'a str,
}

/// A call as it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting<'a> {
    pub(super) module: usize,
    /// `None` at module level.
    pub(super) procedure: Option<usize>,
    pub(super) name: &'a str,
    pub(super) power: Power,
    pub(super) line: u32,
    /// The telling argument, when it is one literal.
    pub(super) literal: Option<&'a str>,
}

impl<'a> Sighted<'a> {
    /// Looks at one statement.
    pub(super) fn statement(&mut self, module: usize, procedure: Option<usize>, statement: &[Token<'a>]) {
        for (at, token) in statement.iter().enumerate() {
            let seen = match token.kind {
                Kind::Word if powers::may_be_known(token) => powers::meanings(token.text)
                    .find(|known| fits(statement, at, known))
                    .and_then(|known| sighted(statement, at, known)),
                Kind::Word if token.is("new") => early_bound(statement, at),
                Kind::Text => {
                    if self.strings.len() < STRINGS_MAX && is_telling(token.text) {
                        self.strings.push(Literal { module, procedure, line: token.line, text: token.text });
                    }
                    None
                }
                _ => None,
            };
            if let Some((name, power, literal)) = seen {
                self.calls.push(Sighting { module, procedure, name, power, line: token.line, literal });
            }
        }
        if let Some(first) = statement.first()
            && first.is("open")
            && opens_for_writing(statement)
        {
            let literal = literal_argument(statement, 0, 0);
            let (name, power) = ("Open", Power::Write);
            self.calls.push(Sighting { module, procedure, name, power, line: first.line, literal });
        }
    }
}

impl Sighting<'_> {
    /// Whether knowing the variables might tell more of what the call does.
    pub(super) fn deserves_evaluation(&self) -> bool {
        match self.power {
            Power::Process | Power::Network | Power::Persist | Power::Library => true,
            Power::Object => self
                .literal
                .is_none_or(|name| !matches!(powers::kind_of(name), ObjectKind::Plain | ObjectKind::Files)),
            Power::Write | Power::Other => false,
        }
    }
}

/// `Open path For Output|Binary|Append|Random As #n` (MS-VBAL 5.4.5.1).
pub(super) fn opens_for_writing(statement: &[Token<'_>]) -> bool {
    let Some(mode) = statement.iter().position(|token| token.is("for")).and_then(|at| statement.get(at + 1))
    else {
        return false;
    };
    ["output", "binary", "append", "random"].iter().any(|word| mode.is(word))
}

/// A string that may be a command or holds a URL.
pub(super) fn is_telling(text: &str) -> bool {
    if text.len() < 7 {
        return false;
    }
    let bytes = text.as_bytes();
    memchr::memmem::find(bytes, b"://").is_some() || crate::script::command::mentions_interpreter(text)
}

fn early_bound<'a>(statement: &[Token<'a>], at: usize) -> Option<(&'static str, Power, Option<&'a str>)> {
    // `New Library.Type`: the last word of the path names the type.
    let path = statement.get(at + 1..)?;
    let len =
        path.iter().take(8).take_while(|token| token.kind == Kind::Word || token.is_symbol(b'.')).count();
    let named = path.get(..len)?.last()?.text;
    let spelled = path.first()?.text;
    let known = [named, spelled].into_iter().find(|name| powers::is_early_bound(name))?;
    Some(("New", Power::Object, Some(known)))
}

fn fits(statement: &[Token<'_>], at: usize, known: &Known) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|at| statement.get(at));
    let dotted = before(1).is_some_and(|token| token.is_symbol(b'.'));
    let in_language =
        before(2).is_some_and(|token| ["vba", "interaction", "filesystem"].iter().any(|word| token.is(word)));
    let stands = match known.stand {
        Stand::Bare => !dotted || in_language,
        Stand::Member => dotted,
        Stand::Either => true,
        // Only the evaluator knows receivers.
        Stand::On(_) => false,
    };
    stands && is_called(statement, at, dotted)
}

/// A name is called when an argument follows it and it is not being declared or assigned.
pub(super) fn is_called(statement: &[Token<'_>], at: usize, dotted: bool) -> bool {
    let before = at.checked_sub(1).and_then(|at| statement.get(at));
    let declares = ["dim", "as", "sub", "function", "const", "property", "goto", "gosub", "new", "redim"];
    if before.is_some_and(|token| declares.iter().any(|word| token.is(word))) {
        return false;
    }
    let Some(next) = statement.get(at + 1) else { return dotted };
    match next.kind {
        Kind::Symbol(b'(' | b'.') | Kind::Text | Kind::Number => true,
        // A statement call: `Shell command, vbHide`; in the middle of an expression a word is an operator.
        Kind::Word => starts_statement(statement, at),
        _ => false,
    }
}

/// How far around a call its statement is looked at.
const AROUND_MAX: usize = 64;

/// Whether the path that ends at `at` is the first thing of its statement, or follows `Then`, `Else`, `Call`.
fn starts_statement(statement: &[Token<'_>], at: usize) -> bool {
    let mut depth = 0usize;
    for token in statement.get(at.saturating_sub(AROUND_MAX)..at).unwrap_or_default().iter().rev() {
        match token.kind {
            Kind::Symbol(b')') => depth += 1,
            Kind::Symbol(b'(') if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            Kind::Symbol(b'.') => {}
            Kind::Word if ["then", "else", "call"].iter().any(|word| token.is(word)) => return true,
            Kind::Word => {}
            _ => return false,
        }
    }
    true
}

/// The argument number `telling` when it is a single string literal.
fn literal_argument<'a>(statement: &[Token<'a>], at: usize, telling: usize) -> Option<&'a str> {
    let mut rest = statement.get(at + 1..)?;
    if rest.first()?.is_symbol(b'(') {
        rest = rest.get(1..)?;
    }
    let mut depth = 0usize;
    let mut number = 0;
    for (index, token) in rest.iter().take(AROUND_MAX).enumerate() {
        match token.kind {
            Kind::Symbol(b'(') => depth += 1,
            Kind::Symbol(b')') => depth = depth.checked_sub(1)?,
            Kind::Symbol(b',') if depth == 0 => number += 1,
            Kind::Text if number == telling && depth == 0 => {
                let alone =
                    rest.get(index + 1).is_none_or(|next| next.is_symbol(b',') || next.is_symbol(b')'));
                let first = index == 0 || rest.get(index - 1).is_some_and(|before| before.is_symbol(b','));
                return (alone && first).then_some(token.text);
            }
            _ => {}
        }
    }
    None
}

fn sighted<'a>(
    statement: &[Token<'a>],
    at: usize,
    known: &Known,
) -> Option<(&'static str, Power, Option<&'a str>)> {
    let literal = literal_argument(statement, at, known.telling);
    Some((known.name, powers::effective(known, literal.unwrap_or_default())?, literal))
}
