//! Constant expressions of JavaScript: literals, concatenation, and the functions that pages hide files with.

use super::constants::{Script, Value};
use super::lexer::Token;
use crate::Limits;
use std::borrow::Cow;

impl<'t> Script<'t> {
    /// Evaluates the expression at `at`; gives its value and where it ends. What is not constant is `None`, and then
    /// the end says only how far was looked.
    pub(super) fn expression(&mut self, at: usize, depth: u32) -> (Option<Value>, usize) {
        let (mut value, mut at) = self.operand(at, depth);
        while let Some(Token::Sign("+")) = self.tokens.get(at) {
            let (right, next) = self.operand(at.saturating_add(1), depth);
            at = next;
            value = match (value, right) {
                (Some(left), Some(right)) => self.add(left, right),
                _ => None,
            };
        }
        (value, at)
    }

    fn add(&mut self, left: Value, right: Value) -> Option<Value> {
        if let (Value::Number(left), Value::Number(right)) = (&left, &right) {
            return left.checked_add(*right).map(Value::Number);
        }
        let right = right.into_text();
        let mut text = left.into_text();
        self.pay(right.len())?;
        text.push_str(&right);
        Some(Value::Text(text))
    }

    /// A value with the calls and members behind it.
    fn operand(&mut self, at: usize, depth: u32) -> (Option<Value>, usize) {
        if depth >= Limits::NESTING_MAX {
            self.too_deep = true;
            return (None, at.saturating_add(1));
        }
        let (mut value, mut at) = self.primary(at, depth);
        while let Some(Token::Other('.')) = self.tokens.get(at) {
            let Some(Token::Name(name)) = self.tokens.get(at.saturating_add(1)).cloned() else { break };
            let open = at.saturating_add(2);
            if self.tokens.get(open) != Some(&Token::Other('(')) {
                // A member: of which object does not matter, its name does.
                value = if name == "length" { None } else { self.variable(name) };
                at = open;
                continue;
            }
            let (arguments, next) = self.list(open.saturating_add(1), ')', depth);
            at = next;
            value = match value {
                Some(value) => self.method(value, name, &arguments),
                // `window.atob`, `String.fromCharCode`, `self.unescape`.
                None => self.call(name, arguments),
            };
        }
        (value, at)
    }

    fn primary(&mut self, at: usize, depth: u32) -> (Option<Value>, usize) {
        let next = at.saturating_add(1);
        let token = match self.tokens.get(at) {
            Some(Token::Text(text)) => {
                let (len, text) = (text.len(), text.clone());
                self.use_token(at);
                return (self.pay(len).map(|()| Value::Text(text)), next);
            }
            other => other.cloned(),
        };
        match token {
            Some(Token::Number(number)) => (Some(Value::Number(number)), next),
            Some(Token::Pattern(source, flags)) => {
                (Some(Value::Pattern(source.to_owned(), flags.contains('g'))), next)
            }
            Some(Token::Other('(')) => {
                let (value, end) = self.expression(next, depth.saturating_add(1));
                let closed = self.tokens.get(end) == Some(&Token::Other(')'));
                if closed { (value, end.saturating_add(1)) } else { (None, end) }
            }
            Some(Token::Other('[')) => {
                let (list, end) = self.list(next, ']', depth);
                (list.into_iter().collect::<Option<Vec<Value>>>().map(Value::List), end)
            }
            Some(Token::Name("new")) => self.operand(next, depth.saturating_add(1)),
            Some(Token::Name(name)) => {
                if self.tokens.get(next) == Some(&Token::Other('(')) {
                    let (arguments, end) = self.list(next.saturating_add(1), ')', depth);
                    return (self.call(name, arguments), end);
                }
                (self.variable(name), next)
            }
            _ => (None, next),
        }
    }

    /// Expressions between commas up to the closing sign.
    fn list(&mut self, from: usize, close: char, depth: u32) -> (Vec<Option<Value>>, usize) {
        let mut list = Vec::new();
        let mut at = from;
        loop {
            match self.tokens.get(at) {
                None => return (list, at),
                Some(Token::Other(c)) if *c == close => return (list, at.saturating_add(1)),
                Some(Token::Other(',')) => at = at.saturating_add(1),
                // What no expression starts with: the list is none.
                Some(Token::Other('{' | '}' | ';' | ')' | ']')) => {
                    list.push(None);
                    return (list, at);
                }
                Some(_) => {
                    let (value, next) = self.expression(at, depth.saturating_add(1));
                    list.push(value);
                    at = next.max(at.saturating_add(1));
                    if !matches!(self.tokens.get(at), Some(Token::Other(c)) if *c == ',' || *c == close) {
                        // Something follows that was not understood, such as a division.
                        list.pop();
                        list.push(None);
                        return (list, at);
                    }
                }
            }
        }
    }

    /// A function by its name alone.
    fn call(&mut self, name: &str, mut arguments: Vec<Option<Value>>) -> Option<Value> {
        self.note_call(name, &arguments);
        match name {
            "fromCharCode" => {
                let numbers = arguments.into_iter().collect::<Option<Vec<Value>>>()?;
                let flat = numbers.into_iter().flat_map(|value| match value {
                    Value::List(list) => list,
                    other => vec![other],
                });
                let text: String = flat.filter_map(|value| value.into_char()).collect();
                self.pay(text.len())?;
                Some(Value::Decoded(text))
            }
            "String" | "Uint8Array" | "Array" | "concat" if arguments.len() == 1 => arguments.pop()?,
            "atob" => {
                let text = arguments.into_iter().next()??.into_text();
                self.pay(text.len())?;
                let bytes = super::candidates::base64(&text)?;
                Some(Value::Decoded(bytes.into_iter().map(char::from).collect()))
            }
            "unescape" | "decodeURIComponent" | "decodeURI" => {
                let text = arguments.into_iter().next()??.into_text();
                self.pay(text.len())?;
                Some(Value::Decoded(unescaped(&text, name == "unescape")))
            }
            _ => {
                self.give(arguments);
                None
            }
        }
    }

    fn method(&mut self, value: Value, name: &str, arguments: &[Option<Value>]) -> Option<Value> {
        let text_of = |at: usize| match arguments.get(at) {
            Some(Some(value)) => Some(value.clone().into_text()),
            _ => None,
        };
        let value = match value {
            Value::Decoded(text) if !matches!(name, "toString" | "trim" | "valueOf") => Value::Text(text),
            value => value,
        };
        match (value, name) {
            (Value::Text(text), "split") => {
                self.pay(text.len().saturating_mul(8))?;
                let separator = text_of(0).unwrap_or_default();
                let pieces: Vec<Value> = if separator.is_empty() {
                    text.chars().map(|c| Value::Text(c.to_string())).collect()
                } else {
                    text.split(&separator).map(|piece| Value::Text(piece.to_owned())).collect()
                };
                Some(Value::List(pieces))
            }
            (Value::List(mut list), "reverse") => {
                list.reverse();
                Some(Value::List(list))
            }
            (Value::List(list), "join") => {
                let separator = text_of(0).unwrap_or_else(|| ",".to_owned());
                let pieces: Vec<String> = list.into_iter().map(Value::into_text).collect();
                let len = pieces.iter().map(|piece| piece.len().saturating_add(separator.len())).sum();
                self.pay(len)?;
                Some(Value::Text(pieces.join(&separator)))
            }
            (Value::List(mut list), "concat") => {
                list.extend(arguments.iter().cloned().collect::<Option<Vec<Value>>>()?);
                Some(Value::List(list))
            }
            (Value::Text(text), "concat") => {
                let more: Vec<String> = (0..arguments.len()).map(text_of).collect::<Option<_>>()?;
                self.pay(text.len().saturating_add(more.iter().map(String::len).sum()))?;
                Some(Value::Text(text + &more.concat()))
            }
            (Value::Text(text), "replace" | "replaceAll") => {
                let with = text_of(1)?;
                let (what, all) = match arguments.first() {
                    Some(Some(Value::Pattern(source, all))) => (literal(source)?, *all),
                    _ => (Cow::Owned(text_of(0)?), name == "replaceAll"),
                };
                if what.is_empty() {
                    return None;
                }
                self.pay(text.len().saturating_mul(with.len().max(1)))?;
                Some(Value::Text(if all {
                    text.replace(&*what, &with)
                } else {
                    text.replacen(&*what, &with, 1)
                }))
            }
            (value, "toString" | "trim" | "valueOf") => Some(value),
            _ => None,
        }
    }
}

/// The text that a regular expression stands for, when it has no operators.
fn literal(source: &str) -> Option<Cow<'_, str>> {
    let mut out = String::with_capacity(source.len());
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next().filter(|c| !c.is_ascii_alphanumeric())?),
            '.' | '*' | '+' | '?' | '[' | ']' | '(' | ')' | '{' | '}' | '|' | '^' | '$' => return None,
            c => out.push(c),
        }
    }
    Some(Cow::Owned(out))
}

/// `%41` and, of `unescape`, `%u0041`.
fn unescaped(text: &str, wide: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let number =
            |from: usize, to: usize| after.get(from..to).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let unit = number(1, 5).filter(|_| wide && after.starts_with(['u', 'U']));
        (rest, ()) = match (unit, number(0, 2)) {
            (Some(unit), _) => {
                let c = char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER);
                (
                    after.get(5..).unwrap_or_default(),
                    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                )
            }
            (None, Some(byte)) => {
                let byte = u8::try_from(byte).unwrap_or(0);
                let raw = if wide { char::from(byte).to_string().into_bytes() } else { vec![byte] };
                (after.get(2..).unwrap_or_default(), bytes.extend_from_slice(&raw))
            }
            _ => (after, bytes.push(b'%')),
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
}
