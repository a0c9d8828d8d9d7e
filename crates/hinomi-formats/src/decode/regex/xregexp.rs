//! The dialect of XRegExp 5 written out as a plain ECMAScript pattern: named groups become numbered ones,
//! comments and free spacing go, `\p{…}` becomes a class, and what the library refuses is refused.

use super::Flags;
use crate::decode::args::hex;
use std::collections::HashMap;
use std::sync::OnceLock;

/// The pattern and flags for the plain engine.
pub(super) fn to_native(pattern: &[u16], flags: Flags) -> Result<(Vec<u16>, Flags), String> {
    let mut reader = Dialect { flags, named_only: false, spaced: false, names: Vec::new(), out: Vec::new() };
    let rest = reader.leading_flags(pattern)?;
    reader.translate(rest)?;
    Ok((reader.out, reader.flags))
}

struct Dialect {
    flags: Flags,
    /// Flag `n`: plain parentheses do not capture.
    named_only: bool,
    /// Flag `x`: white space and `#` comments are passed over.
    spaced: bool,
    names: Vec<Option<Vec<u16>>>,
    out: Vec<u16>,
}

const BACKSLASH: u16 = 0x5c;

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn shown(text: &[u16]) -> String {
    String::from_utf16_lossy(text)
}

fn starts(text: &[u16], with: &str) -> bool {
    with.encode_utf16().enumerate().all(|(at, unit)| text.get(at) == Some(&unit))
}

fn is_byte(unit: Option<&u16>, pass: impl Fn(u8) -> bool) -> bool {
    unit.and_then(|unit| u8::try_from(*unit).ok()).is_some_and(pass)
}

fn count(text: &[u16], pass: impl Fn(u8) -> bool) -> usize {
    text.iter().take_while(|unit| is_byte(Some(unit), &pass)).count()
}

impl Dialect {
    /// `(?imsunxA)` at the very start.
    fn leading_flags<'p>(&mut self, pattern: &'p [u16]) -> Result<&'p [u16], String> {
        let Some(inner) = pattern.get(2..).filter(|_| starts(pattern, "(?")) else { return Ok(pattern) };
        let length = count(inner, |byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$');
        if length == 0 || inner.get(length) != Some(&u16::from(b')')) {
            return Ok(pattern);
        }
        for unit in inner.get(..length).unwrap_or_default() {
            match u8::try_from(*unit).unwrap_or(0) {
                b'i' => self.flags.ignore_case = true,
                b'm' => self.flags.multiline = true,
                b's' => self.flags.dot_all = true,
                b'u' => self.flags.unicode = true,
                b'A' => self.flags.astral = true,
                b'n' => self.named_only = true,
                b'x' => self.spaced = true,
                other => return Err(format!("Unknown regex flag {}", char::from(other))),
            }
        }
        Ok(inner.get(length.saturating_add(1)..).unwrap_or_default())
    }

    fn translate(&mut self, pattern: &[u16]) -> Result<(), String> {
        let (mut at, mut in_class) = (0, false);
        while let Some(rest) = pattern.get(at..).filter(|rest| !rest.is_empty()) {
            let taken = match self.token(pattern, at, in_class)? {
                Some(length) => length,
                None => {
                    let length = native_token(rest, in_class);
                    match rest.first().copied() {
                        Some(0x5b) if !in_class => in_class = true,
                        Some(0x5d) if in_class => in_class = false,
                        _ => {}
                    }
                    self.out.extend_from_slice(rest.get(..length).unwrap_or_default());
                    length
                }
            };
            at = at.saturating_add(taken.max(1));
        }
        Ok(())
    }

    /// A token of the dialect at this place, if there is one: how long it is.
    fn token(&mut self, pattern: &[u16], at: usize, in_class: bool) -> Result<Option<usize>, String> {
        let rest = pattern.get(at..).unwrap_or_default();
        match rest.first() {
            Some(&BACKSLASH) => self.escape(rest, in_class),
            Some(0x28) if !in_class => self.group(pattern, at),
            Some(unit) if self.spaced && !in_class => {
                let length = if *unit == u16::from(b'#') {
                    let line = rest.iter().take_while(|unit| **unit != 0x0a).count();
                    line.saturating_add(1).min(rest.len())
                } else {
                    rest.iter().take_while(|unit| crate::decode::dish::is_space(**unit)).count()
                };
                if length == 0 {
                    return Ok(None);
                }
                self.separate(pattern, at, length);
                Ok(Some(length))
            }
            _ => Ok(None),
        }
    }

    fn escape(&mut self, rest: &[u16], in_class: bool) -> Result<Option<usize>, String> {
        let after = rest.get(1..).unwrap_or_default();
        let Some(byte) = after.first().and_then(|unit| u8::try_from(*unit).ok()) else { return Ok(None) };
        match byte {
            b'p' | b'P' => self.property(after, in_class),
            b'0'..=b'9' => {
                let length = count(after, |byte| byte.is_ascii_digit());
                let digits = shown(after.get(..length).unwrap_or_default());
                let group = digits.parse::<usize>().unwrap_or(usize::MAX);
                let sound = !in_class && byte != b'0' && group <= self.names.len();
                if !sound && digits != "0" {
                    return Err(format!(
                        "Cannot use octal escape or backreference to undefined group \\{digits}"
                    ));
                }
                self.out.push(BACKSLASH);
                self.out.extend(units(&digits));
                Ok(Some(length.saturating_add(1)))
            }
            b'k' if !in_class && after.get(1) == Some(&u16::from(b'<')) => {
                self.back_reference(after).map(Some)
            }
            b'u' if after.get(1) == Some(&u16::from(b'{')) => self.code_point(after),
            _ => self.plain_escape(after, byte, in_class),
        }
    }

    fn plain_escape(&mut self, after: &[u16], byte: u8, in_class: bool) -> Result<Option<usize>, String> {
        let digits = |from: usize, length: usize| {
            after.get(from..from.saturating_add(length)).is_some_and(|digits| hex(digits).is_some())
        };
        let wrong = match byte {
            b'B' => in_class,
            b'A' | b'C' | b'E' | b'F'..=b'R' | b'T' | b'U' | b'V' | b'X' | b'Y' | b'Z' => true,
            b'a' | b'e' | b'g'..=b'm' | b'o' | b'q' | b'y' | b'z' => true,
            b'c' => !is_byte(after.get(1), |byte| byte.is_ascii_alphabetic()),
            b'u' => !digits(1, 4),
            b'x' => !digits(1, 2),
            _ => false,
        };
        if wrong {
            return Err(format!("Invalid escape \\{}", char::from(byte)));
        }
        Ok(None)
    }

    /// `\u{…}`, which is left to the engine beyond U+FFFF.
    fn code_point(&mut self, after: &[u16]) -> Result<Option<usize>, String> {
        let digits = after.get(2..).unwrap_or_default();
        let length = count(digits, |byte| byte.is_ascii_hexdigit());
        if length == 0 || digits.get(length) != Some(&u16::from(b'}')) {
            return Err("Invalid escape \\u".to_owned());
        }
        let written = digits.get(..length).unwrap_or_default();
        let significant = written.iter().position(|unit| *unit != 0x30).and_then(|from| written.get(from..));
        let point = significant.map_or(Some(0), |digits| hex(digits).filter(|_| digits.len() <= 6));
        match point.filter(|point| *point <= 0x10_ffff) {
            None => Err(format!("Invalid Unicode code point \\u{{{}}}", shown(written))),
            Some(point) if point > 0xffff && !self.flags.unicode => {
                Err("Cannot use Unicode code point above \\u{FFFF} without flag u".to_owned())
            }
            Some(point) if point > 0xffff => {
                self.out.extend(units(&format!("\\u{{{point:x}}}")));
                Ok(Some(length.saturating_add(4)))
            }
            Some(point) => {
                self.out.extend(units(&format!("\\u{point:04x}")));
                Ok(Some(length.saturating_add(4)))
            }
        }
    }

    /// `\k<name>`
    fn back_reference(&mut self, after: &[u16]) -> Result<usize, String> {
        let inner = after.get(2..).unwrap_or_default();
        let Some(end) = inner.iter().position(|unit| *unit == u16::from(b'>')).filter(|end| *end > 0) else {
            return Err("Invalid escape \\k".to_owned());
        };
        let name = inner.get(..end).unwrap_or_default();
        let number = shown(name).trim().parse::<usize>().ok();
        let place = self.names.iter().position(|held| held.as_deref() == Some(name));
        let group = number.or(place.map(|place| place.saturating_add(1)));
        let Some(group) = group.filter(|group| (1..=self.names.len()).contains(group)) else {
            return Err(format!("Backreference to undefined group \\k<{}>", shown(name)));
        };
        self.out.extend(units(&format!("\\{group}")));
        if is_byte(inner.get(end.saturating_add(1)), |byte| {
            byte.is_ascii_digit() || byte.is_ascii_whitespace()
        }) {
            self.out.extend(units("(?:)"));
        }
        Ok(end.saturating_add(4))
    }

    fn group(&mut self, pattern: &[u16], at: usize) -> Result<Option<usize>, String> {
        let rest = pattern.get(at..).unwrap_or_default();
        if starts(rest, "(?#") {
            let Some(end) = rest.iter().position(|unit| *unit == u16::from(b')')) else { return Ok(None) };
            let length = end.saturating_add(1);
            self.separate(pattern, at, length);
            return Ok(Some(length));
        }
        if rest.get(1) != Some(&u16::from(b'?')) {
            if self.named_only {
                self.out.extend(units("(?:"));
            } else {
                self.names.push(None);
                self.out.push(0x28);
            }
            return Ok(Some(1));
        }
        let mark = if starts(rest, "(?P<") { 4 } else { 3 };
        if mark == 3 && !starts(rest, "(?<") {
            return Ok(None);
        }
        let inner = rest.get(mark..).unwrap_or_default();
        let Some(end) = inner.iter().position(|unit| *unit == u16::from(b'>')) else { return Ok(None) };
        let name = inner.get(..end).unwrap_or_default();
        if !super::parse::is_name(name) {
            return Ok(None);
        }
        if self.names.iter().any(|held| held.as_deref() == Some(name)) {
            return Err(format!("Cannot use same name for multiple groups {}", shown(name)));
        }
        self.names.push(Some(name.to_vec()));
        self.out.push(0x28);
        Ok(Some(mark.saturating_add(end).saturating_add(1)))
    }

    /// Puts nothing for what is passed over, or an empty group where its neighbours would run together.
    fn separate(&mut self, pattern: &[u16], at: usize, length: usize) {
        let end = at.saturating_add(length);
        let before = at.checked_sub(1).and_then(|at| pattern.get(at));
        let edge = |unit: Option<&u16>| is_byte(unit, |byte| matches!(byte, b'(' | b')' | b'|'));
        let open = pattern.get(at.saturating_sub(4)..at).unwrap_or_default();
        let look = ["(?:", "(?=", "(?!", "(?<=", "(?<!"].iter().any(|mark| open.ends_with(&units(mark)));
        let quantified = self.quantifier_next(pattern.get(end..).unwrap_or_default());
        if edge(before) || edge(pattern.get(end)) || at == 0 || end >= pattern.len() || look || quantified {
            return;
        }
        if !self.out.ends_with(&units("(?:)")) {
            self.out.extend(units("(?:)"));
        }
    }

    fn quantifier_next(&self, rest: &[u16]) -> bool {
        let mut rest = rest;
        loop {
            let space = if self.spaced {
                rest.iter().take_while(|unit| crate::decode::dish::is_space(**unit)).count()
            } else {
                0
            };
            let skip = if space > 0 {
                space
            } else if starts(rest, "(?#") {
                match rest.iter().position(|unit| *unit == u16::from(b')')) {
                    Some(end) => end.saturating_add(1),
                    None => return false,
                }
            } else if self.spaced && starts(rest, "#") {
                let line = rest.get(1..).unwrap_or_default();
                line.iter().take_while(|unit| **unit != 0x0a && **unit != 0x23).count().saturating_add(1)
            } else {
                break;
            };
            rest = rest.get(skip..).unwrap_or_default();
        }
        is_byte(rest.first(), |byte| matches!(byte, b'?' | b'*' | b'+')) || braces(rest) > 0
    }

    /// `\pL`, `\p{Lu}`, `\p{^Script=Latin}`, `\P{…}`.
    fn property(&mut self, after: &[u16], in_class: bool) -> Result<Option<usize>, String> {
        let mut negated = after.first() == Some(&u16::from(b'P'));
        let (name, taken) = match after.get(1) {
            Some(0x7b) => {
                let inner = after.get(2..).unwrap_or_default();
                let Some(end) = inner.iter().position(|unit| *unit == u16::from(b'}')) else {
                    return Ok(None);
                };
                (shown(inner.get(..end).unwrap_or_default()), end.saturating_add(4))
            }
            Some(unit) if is_byte(Some(unit), |byte| byte.is_ascii_alphabetic()) => (shown(&[*unit]), 3),
            _ => return Ok(None),
        };
        let unknown = || format!("Unknown Unicode token {name}");
        let mut bare = name.as_str();
        if let Some(rest) = bare.strip_prefix('^') {
            if negated {
                return Err(format!("Invalid double negation {name}"));
            }
            negated = true;
            bare = rest;
        }
        let (kind, bare) = match bare.split_once('=') {
            Some((kind, rest)) if kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
                (Some(kind), rest)
            }
            _ => (None, bare),
        };
        let mut property = Property::find(kind, bare).ok_or_else(unknown)?;
        if !property.inverse_of.is_empty() {
            negated = !negated;
            property = Property::find(None, property.inverse_of).ok_or_else(unknown)?;
        }
        if self.flags.astral && in_class {
            return Err("Astral mode does not support Unicode tokens within character classes".to_owned());
        }
        if property.bmp.is_empty() && !self.flags.astral {
            return Err(format!("Astral mode required for Unicode token {name}"));
        }
        self.out.extend(units(&property.pattern(negated, self.flags.astral, in_class)));
        Ok(Some(taken))
    }
}

/// The length of a token that is left as it is.
fn native_token(rest: &[u16], in_class: bool) -> usize {
    let digits = |from: usize, length: usize| {
        rest.get(from..from.saturating_add(length)).is_some_and(|digits| hex(digits).is_some())
    };
    match rest {
        [BACKSLASH, 0x78, ..] if digits(2, 2) => 4,
        [BACKSLASH, 0x75, ..] if digits(2, 4) => 6,
        [BACKSLASH, 0x63, next, ..] if is_byte(Some(next), |byte| byte.is_ascii_alphabetic()) => 3,
        [BACKSLASH, _, ..] => 2,
        [0x28, 0x3f, 0x3c, 0x3d | 0x21, ..] if !in_class => 4,
        [0x28, 0x3f, 0x3a | 0x3d | 0x21, ..] if !in_class => 3,
        [0x3f | 0x2a | 0x2b, 0x3f, ..] if !in_class => 2,
        [0x7b, ..] if !in_class => braces(rest).max(1),
        _ => 1,
    }
}

/// The length of `{n}`, `{n,}` or `{n,m}`, or 0.
fn braces(rest: &[u16]) -> usize {
    let Some(inner) = rest.get(1..).filter(|_| rest.first() == Some(&0x7b)) else { return 0 };
    let first = count(inner, |byte| byte.is_ascii_digit());
    let mut end = first;
    if inner.get(end) == Some(&0x2c) {
        end = end.saturating_add(1);
        end = end.saturating_add(count(inner.get(end..).unwrap_or_default(), |byte| byte.is_ascii_digit()));
    }
    if first > 0 && inner.get(end) == Some(&0x7d) { end.saturating_add(2) } else { 0 }
}

/// One row of `properties.txt`: type, names, inverse, whether the low part comes last, low part, high part.
#[derive(Debug, Clone, Copy)]
struct Property {
    inverse_of: &'static str,
    bmp_last: bool,
    /// The inside of a class, up to U+FFFF.
    bmp: &'static str,
    /// An alternation of surrogate pairs.
    astral: &'static str,
}

impl Property {
    fn find(kind: Option<&str>, name: &str) -> Option<Self> {
        static ROWS: OnceLock<HashMap<(&'static str, String), Property>> = OnceLock::new();
        let rows = ROWS.get_or_init(|| {
            let mut rows = HashMap::new();
            for line in include_str!("properties.txt").lines() {
                let mut cells = line.split('\t');
                let mut cell = || cells.next().unwrap_or_default();
                let (kind, names, inverse_of, last) = (cell(), cell(), cell(), cell());
                let (bmp, astral) = (cell(), cell());
                let property = Self { inverse_of, bmp_last: last == "1", bmp, astral };
                for name in names.split(',').filter(|name| !name.is_empty()) {
                    rows.insert(("", slug(name)), property);
                    rows.insert((kind, slug(name)), property);
                }
            }
            rows
        });
        rows.get(&(rows_kind(kind)?, slug(name))).copied()
    }

    fn pattern(&self, negated: bool, astral: bool, in_class: bool) -> String {
        if astral {
            let low = format!("[{}]", self.bmp);
            let both = match (self.bmp.is_empty(), self.astral.is_empty(), self.bmp_last) {
                (true, ..) => self.astral.to_owned(),
                (_, true, _) => low,
                (_, _, true) => format!("{}|{low}", self.astral),
                (_, _, false) => format!("{low}|{}", self.astral),
            };
            return if negated {
                format!("(?:(?!{both})(?:[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]|[\\0-\\uFFFF]))")
            } else {
                format!("(?:{both})")
            };
        }
        match (in_class, negated) {
            (false, _) => format!("[{}{}]", if negated { "^" } else { "" }, self.bmp),
            (true, false) => self.bmp.to_owned(),
            (true, true) => inverted(self.bmp),
        }
    }
}

/// The types of the table; another finds nothing.
fn rows_kind(kind: Option<&str>) -> Option<&'static str> {
    match kind {
        None => Some(""),
        Some("Script") => Some("Script"),
        Some(_) => None,
    }
}

fn slug(name: &str) -> String {
    name.chars().filter(|next| !matches!(next, '-' | ' ' | '_')).flat_map(char::to_lowercase).collect()
}

/// The inside of a class for all that this inside leaves out.
fn inverted(class: &str) -> String {
    let inside: Vec<u16> = class.encode_utf16().collect();
    let ranges = super::parse::class_ranges(&inside);
    super::class::complement(ranges, false)
        .into_iter()
        .map(|(low, high)| format!("\\u{low:04x}-\\u{high:04x}"))
        .collect()
}
