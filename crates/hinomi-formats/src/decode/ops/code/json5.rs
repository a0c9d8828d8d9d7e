//! JSON and JSON5 as JavaScript reads them into objects, and writes them again.

use crate::Limit;
use crate::Limits;
use crate::decode::bake::Oven;
use crate::decode::dish::{is_space, push_str};
use crate::decode::error::Fault;
use crate::decode::json::{self, Json};
use std::collections::HashMap;

/// How lenient to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) enum Syntax {
    /// RFC 8259.
    Json,
    /// json5.org: comments, bare keys, single quotes, commas at the end, more numbers.
    Json5,
}

/// One value and nothing behind it.
pub(in crate::decode) fn read(text: &[u16], syntax: Syntax, oven: &mut Oven) -> Result<Json, Fault> {
    oven.work(text.len())?;
    let mut reader = Reader { text, at: 0, lenient: syntax == Syntax::Json5 };
    let value = reader.value(0)?;
    reader.space()?;
    if reader.peek().is_some() {
        return Err(reader.wrong("something behind the value"));
    }
    Ok(value)
}

struct Reader<'t> {
    text: &'t [u16],
    at: usize,
    lenient: bool,
}

impl Reader<'_> {
    fn wrong(&self, why: &str) -> Fault {
        Fault::refused(format!("not JSON at character {}: {why}", self.at))
    }

    fn peek(&self) -> Option<u16> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(u16::from(wanted));
        self.at = self.at.saturating_add(usize::from(found));
        found
    }

    fn starts(&self, word: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.iter().copied().take(word.len()).eq(word.encode_utf16())
    }

    fn space(&mut self) -> Result<(), Fault> {
        loop {
            match self.peek() {
                Some(0x20 | 0x09 | 0x0a | 0x0d) => self.at = self.at.saturating_add(1),
                Some(unit) if self.lenient && is_space(unit) => self.at = self.at.saturating_add(1),
                Some(0x2f) if self.lenient => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn comment(&mut self) -> Result<(), Fault> {
        let rest = self.text.get(self.at.saturating_add(2)..).unwrap_or_default();
        let length = if self.starts("//") {
            let end = |unit: &u16| matches!(unit, 0x0a | 0x0d | 0x2028 | 0x2029);
            rest.iter().position(end).unwrap_or(rest.len())
        } else if self.starts("/*") {
            let end = rest.windows(2).position(|pair| matches!(pair, [0x2a, 0x2f]));
            end.ok_or_else(|| self.wrong("a comment without an end"))?.saturating_add(2)
        } else {
            return Err(self.wrong("a slash"));
        };
        self.at = self.at.saturating_add(2).saturating_add(length);
        Ok(())
    }

    fn value(&mut self, depth: u32) -> Result<Json, Fault> {
        if depth > Limits::NESTING_MAX {
            let value = u64::from(Limits::NESTING_MAX);
            return Err(Fault::Limit(Limit { name: "nesting_max".to_owned(), value }));
        }
        self.space()?;
        match self.peek().and_then(|unit| u8::try_from(unit).ok()) {
            Some(b'{') => self.map(depth.saturating_add(1)),
            Some(b'[') => self.list(depth.saturating_add(1)),
            Some(b'"') => self.string().map(Json::Text),
            Some(b'\'') if self.lenient => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'+' | b'.' | b'I' | b'N') if self.lenient => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json, Fault> {
        let words = [("true", Json::Flag(true)), ("false", Json::Flag(false)), ("null", Json::Null)];
        for (word, value) in words {
            if self.starts(word) {
                self.at = self.at.saturating_add(word.len());
                return Ok(value);
            }
        }
        Err(self.wrong("no value"))
    }

    fn list(&mut self, depth: u32) -> Result<Json, Fault> {
        self.take(b'[');
        let mut items = Vec::new();
        self.space()?;
        if self.take(b']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            self.space()?;
            if self.take(b']') {
                return Ok(Json::List(items));
            }
            if !self.take(b',') {
                return Err(self.wrong("neither `,` nor `]`"));
            }
            self.space()?;
            if self.lenient && self.take(b']') {
                return Ok(Json::List(items));
            }
        }
    }

    fn map(&mut self, depth: u32) -> Result<Json, Fault> {
        self.take(b'{');
        let mut object = Object::default();
        self.space()?;
        if self.take(b'}') {
            return Ok(object.ordered());
        }
        loop {
            let key = self.key()?;
            self.space()?;
            if !self.take(b':') {
                return Err(self.wrong("a key without `:`"));
            }
            let value = self.value(depth)?;
            object.put(key, value);
            self.space()?;
            if self.take(b'}') {
                return Ok(object.ordered());
            }
            if !self.take(b',') {
                return Err(self.wrong("neither `,` nor `}`"));
            }
            self.space()?;
            if self.lenient && self.take(b'}') {
                return Ok(object.ordered());
            }
        }
    }

    fn key(&mut self) -> Result<Vec<u16>, Fault> {
        match self.peek().and_then(|unit| u8::try_from(unit).ok()) {
            Some(b'"') => self.string(),
            Some(b'\'') if self.lenient => self.string(),
            _ if self.lenient => self.identifier(),
            _ => Err(self.wrong("no key")),
        }
    }

    fn identifier(&mut self) -> Result<Vec<u16>, Fault> {
        let mut name = Vec::new();
        while let Some(unit) = self.peek() {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let next = char::decode_utf16(rest.iter().copied().take(2)).next().and_then(Result::ok);
            let Some(mut next) = next else { break };
            let mut length = next.len_utf16();
            if unit == 0x5c {
                let digits = rest.get(2..6).filter(|_| self.starts("\\u"));
                let point = digits.and_then(crate::decode::args::hex).and_then(char::from_u32);
                next = point.ok_or_else(|| self.wrong("no escape in a name"))?;
                length = 6;
            }
            let starts = matches!(next, '$' | '_') || next.is_alphabetic();
            let goes_on = next.is_numeric() || matches!(next, '\u{200c}' | '\u{200d}');
            if !(starts || (goes_on && !name.is_empty())) {
                break;
            }
            name.extend_from_slice(next.encode_utf16(&mut [0; 2]));
            self.at = self.at.saturating_add(length);
        }
        if name.is_empty() { Err(self.wrong("no key")) } else { Ok(name) }
    }

    fn number(&mut self) -> Result<Json, Fault> {
        let negative = self.take(b'-');
        if !negative && self.lenient {
            self.take(b'+');
        }
        let sign = if negative { -1.0 } else { 1.0 };
        if self.lenient {
            for (word, value) in [("Infinity", f64::INFINITY), ("NaN", f64::NAN)] {
                if self.starts(word) {
                    self.at = self.at.saturating_add(word.len());
                    return Ok(Json::Number(sign * value));
                }
            }
            if self.starts("0x") || self.starts("0X") {
                return self.hexadecimal().map(|value| Json::Number(sign * value));
            }
        }
        let start = self.at;
        let whole = self.digits();
        let padded = whole > 1 && self.text.get(start) == Some(&u16::from(b'0'));
        let mut sound = !padded && (whole > 0 || self.lenient);
        if self.take(b'.') {
            let fraction = self.digits();
            sound &= fraction > 0 || (self.lenient && whole > 0);
        } else {
            sound &= whole > 0;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            sound &= self.digits() > 0;
        }
        let text = String::from_utf16_lossy(self.text.get(start..self.at).unwrap_or_default());
        match text.parse::<f64>() {
            Ok(number) if sound => Ok(Json::Number(sign * number)),
            _ => Err(self.wrong("no number")),
        }
    }

    fn digits(&mut self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|unit| (0x30..=0x39).contains(*unit)).count();
        self.at = self.at.saturating_add(count);
        count
    }

    fn hexadecimal(&mut self) -> Result<f64, Fault> {
        self.at = self.at.saturating_add(2);
        let (mut value, mut any) = (0.0, false);
        while let Some(digit) = self.peek().and_then(|unit| char::from_u32(u32::from(unit))?.to_digit(16)) {
            value = value * 16.0 + f64::from(digit);
            any = true;
            self.at = self.at.saturating_add(1);
        }
        if any { Ok(value) } else { Err(self.wrong("no number")) }
    }

    fn string(&mut self) -> Result<Vec<u16>, Fault> {
        let quote = self.peek().unwrap_or(0);
        self.at = self.at.saturating_add(1);
        let mut text = Vec::new();
        loop {
            let unit = self.peek().ok_or_else(|| self.wrong("a string without an end"))?;
            self.at = self.at.saturating_add(1);
            match unit {
                unit if unit == quote => return Ok(text),
                0x5c => self.escape(&mut text)?,
                0x0a | 0x0d => return Err(self.wrong("a line end in a string")),
                unit if unit < 0x20 && !self.lenient => {
                    return Err(self.wrong("a control character in a string"));
                }
                unit => text.push(unit),
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u16>) -> Result<(), Fault> {
        let unit = self.peek().ok_or_else(|| self.wrong("a string without an end"))?;
        self.at = self.at.saturating_add(1);
        let digits = |count: usize| {
            let digits = self.text.get(self.at..self.at.saturating_add(count));
            let value = digits.and_then(crate::decode::args::hex).and_then(|value| u16::try_from(value).ok());
            value.ok_or_else(|| self.wrong("no escape"))
        };
        let lenient = self.lenient;
        text.push(match u8::try_from(unit) {
            Ok(b'b') => 0x08,
            Ok(b'f') => 0x0c,
            Ok(b'n') => 0x0a,
            Ok(b'r') => 0x0d,
            Ok(b't') => 0x09,
            Ok(b'"' | b'\\' | b'/') => unit,
            Ok(b'u') => {
                let unit = digits(4)?;
                self.at = self.at.saturating_add(4);
                unit
            }
            _ if !lenient => return Err(self.wrong("no escape")),
            Ok(b'v') => 0x0b,
            Ok(b'x') => {
                let unit = digits(2)?;
                self.at = self.at.saturating_add(2);
                unit
            }
            Ok(b'0') if !self.peek().is_some_and(|next| (0x30..=0x39).contains(&next)) => 0,
            Ok(b'0'..=b'9') => return Err(self.wrong("no escape")),
            Ok(b'\n') => return Ok(()),
            Ok(b'\r') => {
                self.take(b'\n');
                return Ok(());
            }
            _ if matches!(unit, 0x2028 | 0x2029) => return Ok(()),
            _ => unit,
        });
        Ok(())
    }
}

/// An object as it grows: a key given again keeps its place.
#[derive(Default)]
struct Object {
    entries: Vec<(Vec<u16>, Json)>,
    places: HashMap<Vec<u16>, usize>,
}

impl Object {
    fn put(&mut self, key: Vec<u16>, value: Json) {
        match self.places.get(&key).and_then(|place| self.entries.get_mut(*place)) {
            Some(entry) => entry.1 = value,
            None => {
                self.places.insert(key.clone(), self.entries.len());
                self.entries.push((key, value));
            }
        }
    }

    fn ordered(mut self) -> Json {
        indices_first(&mut self.entries);
        Json::Map(self.entries)
    }
}

/// JavaScript lists keys that are small whole numbers first, by size.
fn indices_first(entries: &mut [(Vec<u16>, Json)]) {
    entries.sort_by_key(|(key, _)| index(key).unwrap_or(u32::MAX));
}

/// A key as a place in a list.
pub(super) fn index(key: &[u16]) -> Option<u32> {
    if key.len() > 10 || (key.len() > 1 && key.first() == Some(&0x30)) {
        return None;
    }
    let digits = String::from_utf16(key).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits?.parse().ok().filter(|index| *index < u32::MAX)
}

/// Puts every object's keys in the order of their code units.
pub(super) fn sort_keys(value: &mut Json) {
    match value {
        Json::List(items) => items.iter_mut().for_each(sort_keys),
        Json::Map(entries) => {
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            indices_first(entries);
            entries.iter_mut().for_each(|(_, value)| sort_keys(value));
        }
        _ => {}
    }
}

/// `JSON.stringify` with an indentation, of which ten units count.
pub(in crate::decode) fn pretty(value: &Json, indent: &[u16], oven: &Oven) -> Result<Vec<u16>, Fault> {
    let mut out = Vec::new();
    put(value, indent.get(..10).unwrap_or(indent), 0, &mut out, oven)?;
    Ok(out)
}

fn put(value: &Json, indent: &[u16], depth: usize, out: &mut Vec<u16>, oven: &Oven) -> Result<(), Fault> {
    let (open, close, length) = match value {
        Json::List(items) => ("[", "]", items.len()),
        Json::Map(entries) => ("{", "}", entries.len()),
        _ => ("", "", 0),
    };
    if length == 0 {
        let mut text = String::new();
        json::write(value, '"', &mut text);
        push_str(out, &text);
        return Ok(());
    }
    let line = |out: &mut Vec<u16>, depth: usize| {
        if !indent.is_empty() {
            out.push(0x0a);
            (0..depth).for_each(|_| out.extend_from_slice(indent));
        }
    };
    let deeper = depth.saturating_add(1);
    let next = |out: &mut Vec<u16>, index: usize| {
        if index > 0 {
            out.push(u16::from(b','));
        }
        line(out, deeper);
    };
    push_str(out, open);
    match value {
        Json::Map(entries) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                next(out, index);
                let mut text = String::new();
                json::write(&Json::Text(key.clone()), '"', &mut text);
                text.push_str(if indent.is_empty() { ":" } else { ": " });
                push_str(out, &text);
                put(value, indent, deeper, out, oven)?;
                oven.room_for_text(out.len())?;
            }
        }
        Json::List(items) => {
            for (index, item) in items.iter().enumerate() {
                next(out, index);
                put(item, indent, deeper, out, oven)?;
                oven.room_for_text(out.len())?;
            }
        }
        _ => {}
    }
    line(out, depth);
    push_str(out, close);
    Ok(())
}
