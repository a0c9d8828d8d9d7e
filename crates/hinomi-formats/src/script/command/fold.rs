//! Constant expressions of PowerShell (about_Operators, about_Operator_Precedence): read and evaluated in one go.
//! What is not constant ends the expression before it.

use super::fold_calls as calls;
use std::collections::HashMap;

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Str(String),
    Num(i64),
    List(Vec<Self>),
}

impl Value {
    /// As a string: a list is joined with spaces, as PowerShell does.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Str(text) => text.clone(),
            Self::Num(number) => number.to_string(),
            Self::List(items) => items.iter().map(Self::text).collect::<Vec<_>>().join(" "),
        }
    }

    pub(super) fn items(self) -> Vec<Self> {
        match self {
            Self::List(items) => items,
            single => vec![single],
        }
    }

    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Num(number) => Some(*number),
            Self::Str(text) => calls::integer(text.trim()),
            Self::List(_) => None,
        }
    }

    /// Bytes it holds, for the fuel and the limit.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Str(text) => text.len(),
            Self::Num(_) => 8,
            Self::List(items) => items.iter().map(|item| item.weight() + 8).sum(),
        }
    }

    /// `+`: the left side decides.
    pub(super) fn plus(self, right: Self, bytes_max: usize) -> Option<Self> {
        if self.weight().saturating_add(right.weight()) > bytes_max {
            return None;
        }
        match (self, right) {
            (Self::Str(mut left), right) => {
                left.push_str(&right.text());
                Some(Self::Str(left))
            }
            (Self::Num(left), right) => Some(Self::Num(left.checked_add(right.number()?)?)),
            (Self::List(mut left), right) => {
                left.extend(right.items());
                Some(Self::List(left))
            }
        }
    }
}

/// An expression that was read.
pub(super) struct Found {
    pub(super) value: Value,
    /// Byte offset behind it.
    pub(super) end: usize,
    /// What was undone on the way.
    pub(super) undone: Vec<&'static str>,
}

/// Expressions inside one another.
const NESTING_MAX: u32 = 48;

/// Reads one expression.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) variables: &'t HashMap<String, Value>,
    pub(super) bytes_max: usize,
    fuel: u64,
    nesting: u32,
    undone: Vec<&'static str>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(
        text: &'t str,
        at: usize,
        variables: &'t HashMap<String, Value>,
        bytes_max: usize,
        fuel: u64,
    ) -> Self {
        Self { text, at, variables, bytes_max, fuel, nesting: 0, undone: Vec::new() }
    }

    pub(super) fn fuel(&self) -> u64 {
        self.fuel
    }

    /// The longest constant expression from here.
    pub(super) fn expression(&mut self) -> Option<Found> {
        let value = self.comparison()?;
        Some(Found { value, end: self.at, undone: std::mem::take(&mut self.undone) })
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    pub(super) fn take(&mut self, c: char) -> bool {
        let is = self.rest().starts_with(c);
        self.at += if is { c.len_utf8() } else { 0 };
        is
    }

    /// A word after a dash, any case: `-join`.
    fn take_operator(&mut self, names: &[&'static str]) -> Option<&'static str> {
        let rest = self.rest().strip_prefix('-')?;
        let len = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let word = rest.get(..len)?;
        let found = names.iter().find(|name| name.eq_ignore_ascii_case(word))?;
        self.at += 1 + len;
        Some(found)
    }

    pub(super) fn undo(&mut self, layer: &'static str) {
        if !self.undone.contains(&layer) {
            self.undone.push(layer);
        }
    }

    pub(super) fn pay(&mut self, bytes: usize) -> Option<()> {
        self.fuel = self.fuel.saturating_sub(1 + bytes as u64 / 64);
        (self.fuel > 0).then_some(())
    }

    /// Tries `read` one level further in; goes back to where it was when that is not constant.
    pub(super) fn attempt(&mut self, read: impl FnOnce(&mut Self) -> Option<Value>) -> Option<Value> {
        let (at, undone) = (self.at, self.undone.len());
        if self.nesting >= NESTING_MAX {
            return None;
        }
        self.nesting += 1;
        let value = self.pay(0).and_then(|()| read(self));
        self.nesting -= 1;
        if value.is_none() {
            self.at = at;
            self.undone.truncate(undone);
        }
        value
    }

    /// `-replace`, `-split`, `-join`: the weakest.
    fn comparison(&mut self) -> Option<Value> {
        let mut left = self.attempt(Self::additive)?;
        loop {
            let next = self.attempt(|parser| {
                parser.skip_space();
                const NAMES: [&str; 7] =
                    ["replace", "creplace", "ireplace", "split", "csplit", "isplit", "join"];
                let name = parser.take_operator(&NAMES)?;
                parser.skip_space();
                let right = parser.attempt(Self::additive)?;
                let (value, layer) = calls::binary(name, &left, right, parser.bytes_max)?;
                parser.pay(value.weight())?;
                parser.undo(layer);
                Some(value)
            });
            match next {
                Some(value) => left = value,
                None => return Some(left),
            }
        }
    }

    fn additive(&mut self) -> Option<Value> {
        let mut left = self.attempt(Self::formatted)?;
        loop {
            let before = self.at;
            self.skip_space();
            let right = if self.rest().starts_with("+=") || !self.take('+') {
                None
            } else {
                self.skip_space();
                self.attempt(Self::formatted)
            };
            let Some(right) = right else {
                self.at = before;
                return Some(left);
            };
            self.pay(right.weight())?;
            left = left.plus(right, self.bytes_max)?;
            self.undo("concatenation");
        }
    }

    fn formatted(&mut self) -> Option<Value> {
        let left = self.attempt(Self::comma)?;
        let formatted = self.attempt(|parser| {
            parser.skip_space();
            parser.take_operator(&["f"])?;
            parser.skip_space();
            let arguments = parser.attempt(Self::comma)?;
            let value = calls::format(&left.text(), &arguments.items(), parser.bytes_max)?;
            parser.pay(value.weight())?;
            parser.undo("format operator");
            Some(value)
        });
        Some(formatted.unwrap_or(left))
    }

    fn comma(&mut self) -> Option<Value> {
        let first = self.attempt(Self::postfix)?;
        let mut items = vec![first];
        loop {
            let before = self.at;
            self.skip_space();
            let next = if self.take(',') {
                self.skip_space();
                self.attempt(Self::postfix)
            } else {
                None
            };
            let Some(next) = next else {
                self.at = before;
                break;
            };
            items.push(next);
        }
        if items.len() > 1 { Some(Value::List(items)) } else { items.pop() }
    }

    /// Methods and indexes behind a value, and ranges.
    fn postfix(&mut self) -> Option<Value> {
        let mut value = self.attempt(Self::primary)?;
        loop {
            let next = self.attempt(|parser| {
                if parser.take('[') {
                    parser.skip_space();
                    let index = parser.attempt(Self::comparison)?;
                    parser.skip_space();
                    parser.take(']').then_some(())?;
                    parser.undo("index");
                    return calls::element(&value, index);
                }
                parser.member(&value)
            });
            match next {
                Some(next) => value = next,
                None => break,
            }
        }
        let range = self.attempt(|parser| {
            parser.rest().starts_with("..").then_some(())?;
            parser.at += 2;
            let end = parser.attempt(Self::primary)?.number()?;
            calls::range(value.number()?, end)
        });
        Some(range.unwrap_or(value))
    }

    /// `.Name(arguments)`; the name may be quoted, or put together in parentheses.
    fn member(&mut self, value: &Value) -> Option<Value> {
        self.take('.').then_some(())?;
        let name = match self.rest().chars().next()? {
            '\'' | '"' | '(' => self.attempt(Self::primary)?.text(),
            _ => self.word()?.to_owned(),
        };
        let plain = !name.eq_ignore_ascii_case("length") && !name.eq_ignore_ascii_case("count");
        if self.rest().to_ascii_lowercase_starts_with(".invoke") {
            self.at += ".invoke".len();
        }
        if !self.rest().starts_with('(') {
            return (!plain).then(|| calls::length(value));
        }
        let arguments = self.attempt(Self::argument_list)?.items();
        let (result, layer) = calls::method(value, &name, arguments, self.bytes_max)?;
        self.pay(result.weight())?;
        self.undo(layer);
        Some(result)
    }

    fn word(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '`').unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).filter(|word| !word.is_empty())
    }

    /// `(a, b)`, `()`.
    pub(super) fn argument_list(&mut self) -> Option<Value> {
        self.take('(').then_some(())?;
        self.skip_space();
        if self.take(')') {
            return Some(Value::List(Vec::new()));
        }
        let value = self.attempt(Self::comparison)?;
        self.skip_space();
        self.take(')').then_some(value)
    }

    fn primary(&mut self) -> Option<Value> {
        let rest = self.rest();
        match rest.chars().next()? {
            '\'' => self.single_quoted(),
            '"' => self.double_quoted(),
            '@' if rest.starts_with("@'") || rest.starts_with("@\"") => self.here_string(),
            '@' | '(' => {
                self.take('@');
                self.argument_list()
            }
            '[' => self.cast(),
            '$' => self.variable(),
            '-' => self.sign_or_join(),
            c if c.is_ascii_digit() => self.integer(),
            _ => None,
        }
    }

    fn variable(&mut self) -> Option<Value> {
        self.at += 1;
        let braces = self.take('{');
        let name = self.word()?.to_ascii_lowercase();
        if braces && !self.take('}') {
            return None;
        }
        let value = self.variables.get(&name)?;
        self.pay(value.weight())?;
        self.undo("variables");
        Some(value.clone())
    }

    /// `-1`, `-join (…)`, `-split "…"`.
    fn sign_or_join(&mut self) -> Option<Value> {
        let Some(name) = self.take_operator(&["join", "split"]) else {
            self.at += 1;
            let number = self.attempt(Self::integer)?.number()?;
            return Some(Value::Num(number.checked_neg()?));
        };
        self.skip_space();
        let operand = self.attempt(Self::postfix)?;
        let (value, layer) = if name == "join" {
            calls::binary("join", &operand, Value::Str(String::new()), self.bytes_max)?
        } else {
            let words = operand.text().split_whitespace().map(|word| Value::Str(word.to_owned())).collect();
            (Value::List(words), "split")
        };
        self.undo(layer);
        Some(value)
    }

    /// `[char]65`, `[string]…`, `[string]::Join(…)`.
    fn cast(&mut self) -> Option<Value> {
        // Names of types are short.
        let near = self.text.floor_char_boundary(self.at.saturating_add(64));
        let (inner, _) = self.text.get(self.at + 1..near)?.split_once(']')?;
        let brackets = inner.ends_with('[');
        let name = inner.trim_end_matches('[').trim().to_ascii_lowercase();
        let name = name.strip_prefix("system.").unwrap_or(&name);
        self.at += inner.len() + 2;
        if brackets && !self.take(']') {
            return None;
        }
        if self.rest().starts_with("::") {
            self.at += 2;
            let method = self.word()?.to_owned();
            let arguments = self.attempt(Self::argument_list)?.items();
            let (value, layer) = calls::static_method(name, &method, arguments, self.bytes_max)?;
            self.undo(layer);
            return Some(value);
        }
        self.skip_space();
        let operand = self.attempt(Self::postfix)?;
        let (value, layer) = calls::cast(name, brackets, operand)?;
        self.undo(layer);
        Some(value)
    }
}

trait StartsWithIgnoringCase {
    fn to_ascii_lowercase_starts_with(&self, word: &str) -> bool;
}

impl StartsWithIgnoringCase for str {
    fn to_ascii_lowercase_starts_with(&self, word: &str) -> bool {
        self.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    }
}
