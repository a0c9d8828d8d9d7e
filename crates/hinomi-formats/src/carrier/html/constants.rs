//! One script: its variables as far as they are constant, and what it says about a download.

use super::lexer::{Token, tokens};
use crate::Limits;
use std::collections::{HashMap, HashSet};

/// Tokens of one script that are looked at.
const TOKENS_MAX: usize = 4 << 20;
/// Keys of a cipher of one byte that are noted.
const KEYS_MAX: usize = 16;
/// Shorter text given to a function is no file.
const GIVEN_CHARS_MIN: usize = 48;
/// Names by which pages offer a file; what follows is the file's name.
const OFFERS: &[&str] = &["msSaveOrOpenBlob", "msSaveBlob", "saveAs", "File"];
/// Names that only a page which offers a file uses.
const MARKS: &[&str] = &["Blob", "createObjectURL", "msSaveOrOpenBlob", "msSaveBlob", "saveAs", "download"];

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Text; bytes are characters up to U+00FF, as scripts have them.
    Text(String),
    /// Text that came out of a decoder.
    Decoded(String),
    Number(i64),
    List(Vec<Self>),
    /// A regular expression, and whether it replaces all.
    Pattern(String, bool),
}

impl Value {
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(text) | Self::Decoded(text) | Self::Pattern(text, _) => text,
            Self::Number(number) => number.to_string(),
            Self::List(list) => list.into_iter().map(Self::into_text).collect::<Vec<_>>().join(","),
        }
    }

    pub(super) fn into_char(self) -> Option<char> {
        match self {
            Self::Number(number) => char::from_u32(u32::try_from(number).ok()?),
            Self::Text(text) => char::from_u32(text.trim().parse().ok()?),
            _ => None,
        }
    }
}

/// A script while it is read.
pub(super) struct Script<'t> {
    pub(super) tokens: Vec<Token<'t>>,
    variables: HashMap<&'t str, Value>,
    /// Variables that went into another value.
    used: HashSet<&'t str>,
    /// Literals that went into a value.
    used_tokens: Vec<usize>,
    pub(super) too_deep: bool,
    /// Bytes that may still be put together.
    fuel: u64,
    pub(super) exhausted: bool,
    /// Names of offered files.
    pub(super) names: Vec<String>,
    /// The script offers a file.
    pub(super) offers: bool,
    /// Numbers that stand behind a `^`.
    pub(super) keys: Vec<u8>,
    /// Where the script sends the page.
    pub(super) locations: Vec<String>,
    /// Values given to a decoder inside an expression that is not constant itself.
    given: Vec<Value>,
}

impl<'t> Script<'t> {
    pub(super) fn read(source: &'t str, limits: &Limits) -> Self {
        let mut script = Self {
            tokens: tokens(source, TOKENS_MAX),
            variables: HashMap::new(),
            used: HashSet::new(),
            used_tokens: Vec::new(),
            too_deep: false,
            fuel: limits.expanded_bytes_max,
            exhausted: false,
            names: Vec::new(),
            offers: false,
            keys: Vec::new(),
            locations: Vec::new(),
            given: Vec::new(),
        };
        script.exhausted = script.tokens.len() >= TOKENS_MAX;
        script.run();
        script
    }

    /// Takes every assignment in the order written; a later one counts.
    fn run(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            let next = at.saturating_add(1);
            at = match (self.short(at), self.short(next)) {
                (Some(Token::Name(name)), Some(Token::Sign(sign @ ("=" | "+=")))) => {
                    let (value, end) = self.whole(next.saturating_add(1));
                    let known = value.is_some();
                    self.assign(name, value, sign == "+=");
                    if known { end } else { next }
                }
                (Some(Token::Name(name)), Some(Token::Other('('))) => {
                    // Members of objects are reached here, too: their functions go by name.
                    if OFFERS.contains(&name)
                        || matches!(
                            name,
                            "atob"
                                | "push"
                                | "setAttribute"
                                | "Blob"
                                | "Uint8Array"
                                | "replace"
                                | "assign"
                                | "open"
                        )
                    {
                        self.call_at(name, next);
                    }
                    next
                }
                (Some(Token::Sign("^")), Some(Token::Number(key))) => {
                    if let Ok(key) = u8::try_from(key)
                        && self.keys.len() < KEYS_MAX
                    {
                        self.keys.push(key);
                    }
                    next
                }
                _ => next,
            };
            if let Some(Token::Name(name)) = self.tokens.get(at) {
                self.offers |= MARKS.contains(name);
            }
        }
        if let Some(Token::Name(name)) = self.tokens.first() {
            self.offers |= MARKS.contains(name);
        }
    }

    /// A token that is no text.
    fn short(&self, at: usize) -> Option<Token<'t>> {
        self.tokens.get(at).filter(|token| !matches!(token, Token::Text(_))).cloned()
    }

    /// A call whose result goes nowhere that is followed.
    fn call_at(&mut self, name: &'t str, open: usize) {
        let before = open.checked_sub(2).and_then(|at| self.short(at));
        let object = open.checked_sub(3).and_then(|at| self.short(at));
        let start = open.saturating_sub(1);
        if name == "push" {
            if let (Some(Token::Other('.')), Some(Token::Name(list))) = (before, object) {
                let (value, _) = self.whole(open);
                self.push(list, value);
            }
            return;
        }
        self.whole(start);
    }

    fn push(&mut self, list: &'t str, value: Option<Value>) {
        let Some(Value::List(held)) = self.variables.get_mut(list) else { return };
        match value {
            Some(value) => held.push(value),
            None => {
                self.variables.remove(list);
            }
        }
    }

    fn assign(&mut self, name: &'t str, value: Option<Value>, appends: bool) {
        let old = self.variables.remove(name);
        let value = match (old, value) {
            (Some(Value::Text(mut old)), Some(new)) if appends => {
                let new = new.into_text();
                self.pay(new.len()).map(|()| {
                    old.push_str(&new);
                    Value::Text(old)
                })
            }
            (_, value) => value,
        };
        let Some(value) = value else { return };
        match (name, &value) {
            ("download", Value::Text(file)) => self.names.push(file.clone()),
            ("href" | "location", Value::Text(url)) => self.locations.push(url.clone()),
            _ => {}
        }
        self.used.remove(name);
        self.variables.insert(name, value);
    }

    /// What a call says about a download, whatever it returns.
    pub(super) fn note_call(&mut self, name: &str, arguments: &[Option<Value>]) {
        let text = |at: usize| match arguments.get(at) {
            Some(Some(Value::Text(text))) => Some(text.clone()),
            _ => None,
        };
        match name {
            "setAttribute" if text(0).is_some_and(|key| key.eq_ignore_ascii_case("download")) => {
                self.offers = true;
                self.names.extend(text(1));
            }
            "replace" | "assign" | "open" => self.locations.extend(text(0)),
            _ if OFFERS.contains(&name) => self.names.extend(text(1)),
            _ => {}
        }
    }

    /// Keeps what a function of the page itself is given: it may be the one that decodes.
    pub(super) fn give(&mut self, arguments: Vec<Option<Value>>) {
        let large = |value: &Value| match value {
            Value::Text(text) => text.len() >= GIVEN_CHARS_MIN,
            Value::List(list) => !list.is_empty(),
            _ => false,
        };
        self.given.extend(arguments.into_iter().flatten().filter(large));
    }

    pub(super) fn variable(&mut self, name: &'t str) -> Option<Value> {
        let len = match self.variables.get(name)? {
            Value::Text(text) | Value::Decoded(text) => text.len(),
            Value::List(list) => list.len().saturating_mul(32),
            _ => 8,
        };
        self.pay(len)?;
        self.used.insert(name);
        self.variables.get(name).cloned()
    }

    pub(super) fn use_token(&mut self, at: usize) {
        self.used_tokens.push(at);
    }

    /// An expression by itself. Literals of one that is not constant stay what they are alone.
    fn whole(&mut self, at: usize) -> (Option<Value>, usize) {
        let used = self.used_tokens.len();
        let (value, end) = self.expression(at, 0);
        if value.is_none() {
            self.used_tokens.truncate(used);
        }
        (value, end)
    }

    /// Pays for what is put together; `None` when it is too much.
    pub(super) fn pay(&mut self, len: usize) -> Option<()> {
        let left = self.fuel.checked_sub(len as u64);
        self.exhausted |= left.is_none();
        self.fuel = left?;
        Some(())
    }

    /// Everything constant that went into nothing else: variables, values given to decoders, lone literals.
    pub(super) fn values(self) -> Vec<Value> {
        let mut names: Vec<&str> =
            self.variables.keys().copied().filter(|name| !self.used.contains(name)).collect();
        names.sort_unstable();
        let mut values = self.given;
        let mut variables = self.variables;
        values.extend(names.into_iter().filter_map(|name| variables.remove(name)));
        // What went into something that was not followed is still there.
        let mut rest: Vec<(&str, Value)> = variables.into_iter().collect();
        rest.sort_unstable_by_key(|(name, _)| *name);
        values.extend(rest.into_iter().map(|(_, value)| value));
        let used: HashSet<usize> = self.used_tokens.into_iter().collect();
        let lone = self.tokens.into_iter().enumerate().filter(|(at, _)| !used.contains(at));
        values.extend(lone.filter_map(|(_, token)| match token {
            Token::Text(text) => Some(Value::Text(text)),
            _ => None,
        }));
        values
    }
}
