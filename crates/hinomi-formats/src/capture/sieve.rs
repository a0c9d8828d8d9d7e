//! Pulls single values out of a JSON text that may be larger than memory and may end anywhere: `log.entries[*]`,
//! `events[*]`. What is not wanted passes by unread; strings longer than anybody judges by are shortened on the way.

use super::Told;
use crate::{Limits, Problem, ProblemKind};
use memchr::memchr2;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A path of keys; `*` stands for the elements of an array.
pub(super) type Path = &'static [&'static str];

/// Gets the number of the path, the value, and the offset it starts at.
pub(super) type Found<'a> = dyn FnMut(usize, &[u8], u64, &mut Told) + 'a;

/// Levels of nesting at which values are looked for.
const LEVELS_MAX: usize = 3;
/// Bytes of a key that are kept.
const KEY_BYTES_MAX: usize = 64;
/// What an escape of JSON and its half before may measure: `\ud83d\ude00`.
const ESCAPE_BYTES_MAX: usize = 12;

/// An object or array that is open, near enough to the root to be on a path.
#[derive(Debug, Default)]
struct Level {
    is_object: bool,
    key: Vec<u8>,
}

/// The sieve.
#[derive(Debug)]
pub(super) struct Sieve {
    wanted: &'static [Path],
    /// Bytes taken so far.
    offset: u64,
    levels: Vec<Level>,
    /// Objects and arrays that are open, those of `levels` included.
    depth: u64,
    text: Text,
    expects_key: bool,
    /// The value being held: which path, offset, depth outside it.
    held: Option<(usize, u64, u64)>,
    buffer: Vec<u8>,
    /// Where the string that is being held starts in `buffer`.
    string_start: usize,
    too_large: bool,
    value_bytes_max: usize,
    string_bytes_max: usize,
    /// A value at the root was begun, was ended.
    begun: bool,
    ended: bool,
    /// The list of a path was met, even if it is empty.
    met: bool,
}

/// Whether inside a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    /// Behind a backslash.
    Escaped,
}

impl Sieve {
    pub(super) fn new(wanted: &'static [Path], limits: &Limits) -> Self {
        Self {
            wanted,
            offset: 0,
            levels: Vec::new(),
            depth: 0,
            text: Text::Outside,
            expects_key: false,
            held: None,
            buffer: Vec::new(),
            string_start: 0,
            too_large: false,
            value_bytes_max: limits.text_bytes_max,
            string_bytes_max: limits.header_bytes_max,
            begun: false,
            ended: false,
            met: false,
        }
    }

    /// Takes the next bytes.
    pub(super) fn feed(&mut self, mut bytes: &[u8], told: &mut Told, found: &mut Found<'_>) {
        while let Some((&byte, rest)) = bytes.split_first() {
            match self.text {
                Text::Inside => {
                    let end = memchr2(b'"', b'\\', bytes).unwrap_or(bytes.len());
                    let (plain, behind) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
                    self.keep(plain);
                    self.offset = self.offset.saturating_add(plain.len() as u64);
                    bytes = behind;
                    let Some((&byte, rest)) = bytes.split_first() else { continue };
                    self.text = if byte == b'"' { Text::Outside } else { Text::Escaped };
                    if byte == b'"' {
                        self.close_string();
                    }
                    self.keep(&[byte]);
                    bytes = rest;
                }
                Text::Escaped => {
                    self.keep(&[byte]);
                    self.text = Text::Inside;
                    bytes = rest;
                }
                Text::Outside => {
                    self.outside(byte, told, found);
                    bytes = rest;
                }
            }
            self.offset = self.offset.saturating_add(1);
        }
    }

    /// A byte of the structure.
    fn outside(&mut self, byte: u8, told: &mut Told, found: &mut Found<'_>) {
        match byte {
            b'{' | b'[' => self.open(byte == b'{'),
            b'}' | b']' => {
                self.keep(&[byte]);
                self.close(told, found);
                return;
            }
            b'"' => {
                self.text = Text::Inside;
                self.string_start = self.buffer.len().saturating_add(1);
                if let (true, None, Some(level)) = (self.expects_key, self.held, self.tracked()) {
                    level.key.clear();
                }
            }
            b':' => self.expects_key = false,
            b',' => self.expects_key = self.tracked().is_some_and(|level| level.is_object),
            _ => {}
        }
        if self.held.is_some() && !byte.is_ascii_whitespace() {
            self.keep(&[byte]);
        }
    }

    fn open(&mut self, is_object: bool) {
        if self.held.is_none() {
            if let Some(path) = self.here() {
                self.held = Some((path, self.offset, self.depth));
                self.buffer.clear();
                self.too_large = false;
            } else if self.levels.len() as u64 == self.depth && self.levels.len() < LEVELS_MAX {
                self.met |= !is_object && self.wanted.iter().any(|path| self.leads_here(path));
                self.levels.push(Level { is_object, key: Vec::new() });
                self.expects_key = is_object;
            }
        }
        self.begun = true;
        self.depth = self.depth.saturating_add(1);
    }

    fn close(&mut self, told: &mut Told, found: &mut Found<'_>) {
        if self.depth == 0 {
            told.once(Problem::new(ProblemKind::Malformed, "", "a bracket closes what was never opened"));
            return;
        }
        self.depth = self.depth.saturating_sub(1);
        if let Some((path, start, outside)) = self.held
            && outside == self.depth
        {
            self.held = None;
            if self.too_large {
                let limit = Problem::limit("", "text_bytes_max", self.value_bytes_max as u64);
                told.tell(Problem { place: format!("byte {start}"), ..limit });
            } else {
                found(path, &self.buffer, start, told);
            }
        }
        if (self.levels.len() as u64) > self.depth {
            self.levels.pop();
        }
        self.ended |= self.depth == 0;
    }

    /// The innermost open level, when it is on a path.
    fn tracked(&mut self) -> Option<&mut Level> {
        let on_path = self.levels.len() as u64 == self.depth;
        self.levels.last_mut().filter(|_| on_path)
    }

    /// The path whose value starts here.
    fn here(&self) -> Option<usize> {
        if self.levels.len() as u64 != self.depth || self.levels.is_empty() {
            return None;
        }
        self.wanted.iter().position(|path| path.len() == self.levels.len() && self.on(path))
    }

    /// Whether the list of a path starts here.
    fn leads_here(&self, path: Path) -> bool {
        path.len() == self.levels.len().saturating_add(1) && path.last() == Some(&"*") && self.on(path)
    }

    /// Whether the open levels are those of a path, as far as either goes.
    fn on(&self, path: Path) -> bool {
        path.iter().zip(&self.levels).all(|(step, level)| match *step {
            "*" => !level.is_object,
            key => level.is_object && level.key == key.as_bytes(),
        })
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.held.is_none() {
            if self.text != Text::Outside && self.expects_key {
                let Some(level) = self.tracked() else { return };
                let room = KEY_BYTES_MAX.saturating_sub(level.key.len());
                level.key.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
            }
            return;
        }
        // A string is held a little over its limit, so that closing it can tell that it was cut.
        let held = self.buffer.len().saturating_sub(self.string_start);
        if self.text != Text::Outside && self.string_start > 0 && held > self.string_bytes_max {
            return;
        }
        if self.buffer.len().saturating_add(bytes.len())
            > self.value_bytes_max.saturating_add(self.string_bytes_max)
        {
            let room = self.value_bytes_max.saturating_sub(self.buffer.len());
            self.buffer.extend_from_slice(bytes.get(..room).unwrap_or_default());
            self.too_large = true;
            return;
        }
        let room = match self.text {
            Text::Outside => bytes.len(),
            _ => self.string_bytes_max.saturating_add(1).saturating_sub(held),
        };
        self.buffer.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.too_large |= self.buffer.len() > self.value_bytes_max;
    }

    /// Ends a string that is longer than its limit where neither an escape nor a character is cut.
    fn close_string(&mut self) {
        let held = self.buffer.len().saturating_sub(self.string_start);
        if self.held.is_none() || held <= self.string_bytes_max {
            return;
        }
        let mut end = self.buffer.len().saturating_sub(1);
        while end > self.string_start {
            let near = end.saturating_sub(ESCAPE_BYTES_MAX).max(self.string_start);
            let tail = self.buffer.get(near..end).unwrap_or_default();
            let whole = self.buffer.get(end).is_some_and(|byte| byte & 0xc0 != 0x80);
            if whole && !tail.contains(&b'\\') {
                break;
            }
            end = end.saturating_sub(1);
        }
        self.buffer.truncate(end);
    }

    /// The text is over: tells when its structure is not.
    pub(super) fn finish(&self, told: &mut Told) {
        if !self.begun {
            told.tell(Problem::new(ProblemKind::Unreadable, "", "no JSON object"));
        } else if self.ended && !self.met {
            told.tell(Problem::new(
                ProblemKind::Unreadable,
                "",
                "the JSON holds no list of what was recorded",
            ));
        } else if !self.ended {
            let place = format!("byte {}", self.offset);
            told.tell(Problem::new(ProblemKind::Truncated, place, "the recording ends before its JSON does"));
        }
    }
}

/// A value of any type, where writers differ.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Loose {
    #[default]
    Nothing,
    Text(String),
    Number(f64),
    /// A list or an object, by the number of what it holds.
    Many(usize),
}

impl Loose {
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text.as_str()).filter(|text| !text.is_empty()) } else { None }
    }

    /// A number, also when it is written as text.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
        .filter(|number: &f64| number.is_finite())
    }

    /// A number without its fraction; it saturates.
    #[expect(clippy::cast_possible_truncation, reason = "a float becomes the nearest i64 there is")]
    pub(super) fn whole(&self) -> Option<i64> {
        self.number().map(|number| number as i64)
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Loose, E> {
        Ok(Loose::Number(f64::from(u8::from(value))))
    }

    #[expect(clippy::cast_precision_loss, reason = "times and ports fit 53 bits; what does not is no time")]
    fn visit_i64<E>(self, value: i64) -> Result<Loose, E> {
        Ok(Loose::Number(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "times and ports fit 53 bits; what does not is no time")]
    fn visit_u64<E>(self, value: u64) -> Result<Loose, E> {
        Ok(Loose::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Loose, E> {
        Ok(Loose::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Loose, E> {
        Ok(Loose::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Loose, A::Error> {
        let mut count = 0_usize;
        while values.next_element::<IgnoredAny>()?.is_some() {
            count = count.saturating_add(1);
        }
        Ok(Loose::Many(count))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<Loose, A::Error> {
        let mut count = 0_usize;
        while values.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            count = count.saturating_add(1);
        }
        Ok(Loose::Many(count))
    }
}

/// Reads a value that was found; one that is no JSON is told with its place.
pub(super) fn parsed<'de, T: Deserialize<'de>>(value: &'de [u8], start: u64, told: &mut Told) -> Option<T> {
    match serde_json::from_slice(value) {
        Ok(value) => Some(value),
        Err(error) => {
            // The text of the error may quote the input; its sort and place do not.
            let what = match error.classify() {
                serde_json::error::Category::Data => "is of another shape",
                _ => "is no JSON",
            };
            told.malformed(
                format!("byte {start}"),
                format!("the value {what} near its column {}", error.column()),
            );
            None
        }
    }
}
