//! JSON as recipes carry it: with `"` quotes in the JSON form, with `'` quotes inside the Chef form.
//!
//! Strings become UTF-16, because a recipe may hold a lone surrogate (`\ud800`), which no Rust string can.

use super::dish::push_str;
use super::error::Unparsed;

/// Lists in lists deeper than this are refused; no operation takes more than an object of strings.
const DEPTH_MAX: u32 = 16;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Flag(bool),
    Number(f64),
    Text(Vec<u16>),
    List(Vec<Self>),
    /// Keys in the order written.
    Map(Vec<(Vec<u16>, Self)>),
}

impl Json {
    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        // The last one wins, as in JavaScript.
        entries
            .iter()
            .rev()
            .find(|(name, _)| name.iter().copied().eq(key.encode_utf16()))
            .map(|(_, value)| value)
    }

    /// The string inside, when it is one.
    pub(super) fn as_text(&self) -> Option<&[u16]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// What it is, for an error.
    pub(super) fn sort(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }
}

/// Reads values from a text, left to right.
pub(super) struct Reader<'a> {
    text: &'a str,
    /// Byte offset of the next character.
    pub(super) at: usize,
    quote: char,
}

impl<'a> Reader<'a> {
    /// A reader at `at`, whose strings are set in `quote`.
    pub(super) fn new(text: &'a str, at: usize, quote: char) -> Self {
        Self { text, at, quote }
    }

    /// The rest of the text.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character, left in place.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes the next character.
    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at = self.at.saturating_add(next.len_utf8());
        Some(next)
    }

    /// Takes the next character if it is `wanted`.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next();
        }
        found
    }

    /// Passes over white space.
    pub(super) fn skip_space(&mut self) {
        while self.peek().is_some_and(|next| matches!(next, ' ' | '\t' | '\n' | '\r')) {
            self.next();
        }
    }

    /// An error at the next character.
    pub(super) fn fault(&self, why: &'static str) -> Unparsed {
        Unparsed { at: self.at, why }
    }

    /// Reads one value.
    pub(super) fn value(&mut self) -> Result<Json, Unparsed> {
        self.value_within(DEPTH_MAX)
    }

    fn value_within(&mut self, depth: u32) -> Result<Json, Unparsed> {
        let deeper = depth.checked_sub(1).ok_or_else(|| self.fault("too many lists inside lists"))?;
        self.skip_space();
        match self.peek() {
            Some(next) if next == self.quote => self.string().map(Json::Text),
            Some('[') => self.list(deeper),
            Some('{') => self.map(deeper),
            Some('-' | '0'..='9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json, Unparsed> {
        for (word, value) in [("true", Json::Flag(true)), ("false", Json::Flag(false)), ("null", Json::Null)]
        {
            if self.rest().starts_with(word) {
                self.at = self.at.saturating_add(word.len());
                return Ok(value);
            }
        }
        Err(self.fault("expected a string, a number, true, false or null"))
    }

    fn list(&mut self, depth: u32) -> Result<Json, Unparsed> {
        self.next();
        let mut items = Vec::new();
        self.skip_space();
        if self.take(']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value_within(depth)?);
            self.skip_space();
            if self.take(']') {
                return Ok(Json::List(items));
            }
            if !self.take(',') {
                return Err(self.fault("expected `,` or `]`"));
            }
        }
    }

    fn map(&mut self, depth: u32) -> Result<Json, Unparsed> {
        self.next();
        let mut entries = Vec::new();
        self.skip_space();
        if self.take('}') {
            return Ok(Json::Map(entries));
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            self.skip_space();
            if !self.take(':') {
                return Err(self.fault("expected `:`"));
            }
            entries.push((key, self.value_within(depth)?));
            self.skip_space();
            if self.take('}') {
                return Ok(Json::Map(entries));
            }
            if !self.take(',') {
                return Err(self.fault("expected `,` or `}`"));
            }
        }
    }

    /// `-`, digits without a leading zero, a fraction, an exponent (RFC 8259, section 6).
    fn number(&mut self) -> Result<Json, Unparsed> {
        let start = self.at;
        self.take('-');
        let whole = self.digits();
        let mut sound = whole == 1 || (whole > 1 && !self.text.get(start..).is_some_and(leads_with_zero));
        if self.take('.') {
            sound &= self.digits() > 0;
        }
        if self.take('e') || self.take('E') {
            let _sign = self.take('+') || self.take('-');
            sound &= self.digits() > 0;
        }
        let digits = self.text.get(start..self.at).unwrap_or_default();
        match digits.parse() {
            Ok(number) if sound => Ok(Json::Number(number)),
            _ => Err(Unparsed { at: start, why: "not a number" }),
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|next| next.is_ascii_digit()) {
            self.next();
        }
        self.at.saturating_sub(start)
    }

    fn string(&mut self) -> Result<Vec<u16>, Unparsed> {
        let open = self.at;
        if !self.take(self.quote) {
            return Err(self.fault("expected a string"));
        }
        let mut text = Vec::new();
        loop {
            match self.next() {
                None => return Err(Unparsed { at: open, why: "this quote is never closed" }),
                Some(next) if next == self.quote => return Ok(text),
                Some('\\') => self.escape(&mut text)?,
                Some(next) if next < ' ' => {
                    return Err(Unparsed {
                        at: self.at,
                        why: "a control character must be written as an escape",
                    });
                }
                Some(next) => text.extend_from_slice(next.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u16>) -> Result<(), Unparsed> {
        let unit = match self.peek() {
            Some('b') => 0x08,
            Some('f') => 0x0c,
            Some('n') => 0x0a,
            Some('r') => 0x0d,
            Some('t') => 0x09,
            Some('u') => return self.unicode_escape(text),
            Some(next @ ('"' | '\\' | '/')) => u16::try_from(u32::from(next)).unwrap_or(0),
            Some(next) if next == self.quote => u16::try_from(u32::from(next)).unwrap_or(0),
            _ => return Err(self.fault("not an escape: write a backslash as `\\\\`")),
        };
        self.next();
        text.push(unit);
        Ok(())
    }

    fn unicode_escape(&mut self, text: &mut Vec<u16>) -> Result<(), Unparsed> {
        let digits =
            self.rest().get(1..5).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        text.push(unit.ok_or_else(|| self.fault("`\\u` needs four hexadecimal digits"))?);
        self.at = self.at.saturating_add(5);
        Ok(())
    }
}

fn leads_with_zero(number: &str) -> bool {
    number.strip_prefix('-').unwrap_or(number).starts_with('0')
}

/// Writes a value as JavaScript's `JSON.stringify` does, with strings set in `quote`.
pub(super) fn write(value: &Json, quote: char, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Json::Number(number) => out.push_str(&number_text(*number)),
        Json::Text(text) => write_string(text, quote, out),
        Json::List(items) => {
            out.push('[');
            write_items(items, quote, out);
            out.push(']');
        }
        Json::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(key, quote, out);
                out.push(':');
                write(value, quote, out);
            }
            out.push('}');
        }
    }
}

/// Writes values with commas between.
pub(super) fn write_items(items: &[Json], quote: char, out: &mut String) {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, quote, out);
    }
}

fn write_string(text: &[u16], quote: char, out: &mut String) {
    out.push(quote);
    for unit in char::decode_utf16(text.iter().copied()) {
        match unit {
            Ok('\u{8}') => out.push_str("\\b"),
            Ok('\u{c}') => out.push_str("\\f"),
            Ok('\n') => out.push_str("\\n"),
            Ok('\r') => out.push_str("\\r"),
            Ok('\t') => out.push_str("\\t"),
            Ok(next) if next == '\\' || next == quote => out.extend(['\\', next]),
            Ok(next) if next < ' ' => write_unicode(u32::from(next), out),
            Ok(next) => out.push(next),
            Err(lone) => write_unicode(u32::from(lone.unpaired_surrogate()), out),
        }
    }
    out.push(quote);
}

fn write_unicode(unit: u32, out: &mut String) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.extend(char::from_digit((unit >> shift) & 0xf, 16));
    }
}

/// A number as JavaScript prints it: whole numbers without a point, an exponent from 1e21 up and below 1e-6.
pub(super) fn number_text(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 {
        "0".to_owned()
    } else if !number.is_finite() {
        "null".to_owned()
    } else if !(1e-6..1e21).contains(&size) {
        let text = format!("{number:e}");
        if text.contains("e-") { text } else { text.replace('e', "e+") }
    } else {
        number.to_string()
    }
}

/// A string as a value.
pub(super) fn text(literal: &str) -> Json {
    let mut units = Vec::with_capacity(literal.len());
    push_str(&mut units, literal);
    Json::Text(units)
}
