//! Reading JSON (RFC 8259) into values, in a few bytes of code each.
//!
//! What serde derives is made anew for every struct, and tells every way in which a field can be wrong in words, numbers
//! with a fraction included: that was a quarter of the browser's module. Here one reader serves all: a field that is missing has its default, one that is
//! not known is passed over, the last of two wins, and what is wrong is told by its kind and its place.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::IpAddr;

/// Objects and lists inside each other, at most.
const DEPTH_MAX: u32 = 128;

/// Why something cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bad {
    /// It ends too early.
    Early,
    /// It is not JSON.
    Syntax,
    /// It is JSON of another kind.
    Kind,
}

/// A value that is read from JSON.
pub(crate) trait Read: Sized {
    fn read(json: &mut Json<'_>) -> Result<Self, Bad>;
}

/// Reads all of a text. What is wrong comes with the byte at which it is, counted from 1.
pub(crate) fn read<T: Read>(bytes: &[u8]) -> Result<T, (Bad, usize)> {
    let mut json = Json { bytes, at: 0, depth: 0 };
    let read = T::read(&mut json).and_then(|value| match json.next() {
        None => Ok(value),
        Some(_) => Err(Bad::Syntax),
    });
    read.map_err(|bad| (bad, json.at.saturating_add(1)))
}

/// A text that is being read.
pub(crate) struct Json<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u32,
}

/// A number, as far as it is kept.
#[derive(Default)]
struct Number {
    negative: bool,
    digits: u64,
    /// Of ten, by which the digits count.
    power: i32,
    /// No more digits are kept.
    full: bool,
    /// It was written with a point or a power.
    broken: bool,
}

impl<'a> Json<'a> {
    /// The next byte that is no white space; it stays.
    fn next(&mut self) -> Option<u8> {
        while let Some(byte) = self.here() {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    /// Whether a text comes next.
    pub(crate) fn is_text(&mut self) -> bool {
        self.next() == Some(b'"')
    }

    fn here(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Goes past a byte, when it is the next one.
    fn takes(&mut self, byte: u8) -> bool {
        let is_it = self.next() == Some(byte);
        self.at += usize::from(is_it);
        is_it
    }

    /// What is wrong where a value of another kind was expected.
    fn unexpected(&mut self) -> Bad {
        self.skip().err().unwrap_or(Bad::Kind)
    }

    fn needs(&mut self, byte: u8) -> Result<(), Bad> {
        if self.takes(byte) { Ok(()) } else { Err(self.next().map_or(Bad::Early, |_| Bad::Syntax)) }
    }

    fn starts(&mut self, byte: u8) -> Result<(), Bad> {
        if !self.takes(byte) {
            return Err(self.unexpected());
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Bad::Kind) } else { Ok(()) }
    }

    /// Whether another item follows; the end is gone past.
    fn more(&mut self, first: &mut bool, end: u8) -> Result<bool, Bad> {
        if self.takes(end) {
            self.depth -= 1;
            return Ok(false);
        }
        if !std::mem::take(first) {
            self.needs(b',')?;
        }
        Ok(true)
    }

    /// An object: each name, and the text where its value stands.
    pub(crate) fn object(
        &mut self,
        field: &mut dyn FnMut(&str, &mut Self) -> Result<(), Bad>,
    ) -> Result<(), Bad> {
        self.starts(b'{')?;
        let mut first = true;
        while self.more(&mut first, b'}')? {
            if self.next() != Some(b'"') {
                return Err(self.next().map_or(Bad::Early, |_| Bad::Syntax));
            }
            let name = self.text()?;
            self.needs(b':')?;
            field(&name, self)?;
        }
        Ok(())
    }

    /// A list.
    pub(crate) fn list(&mut self, item: &mut dyn FnMut(&mut Self) -> Result<(), Bad>) -> Result<(), Bad> {
        self.starts(b'[')?;
        let mut first = true;
        while self.more(&mut first, b']')? {
            item(self)?;
        }
        Ok(())
    }

    /// Goes past a value.
    pub(crate) fn skip(&mut self) -> Result<(), Bad> {
        match self.next() {
            Some(b'{') => self.object(&mut |_, json| json.skip()),
            Some(b'[') => self.list(&mut Self::skip),
            Some(b'"') => self.text().map(|_| ()),
            Some(b'-' | b'0'..=b'9') => self.number().map(|_| ()),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            Some(_) => Err(Bad::Syntax),
            None => Err(Bad::Early),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Bad> {
        for byte in word {
            match self.here() {
                Some(found) if found == *byte => self.at += 1,
                Some(_) => return Err(Bad::Syntax),
                None => return Err(Bad::Early),
            }
        }
        Ok(())
    }

    /// A text; it is copied only when something in it is written otherwise.
    pub(crate) fn text(&mut self) -> Result<Cow<'a, str>, Bad> {
        if !self.takes(b'"') {
            return Err(self.unexpected());
        }
        let mut made = String::new();
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
            let Some(end) = rest.iter().position(special) else {
                self.at = self.bytes.len();
                return Err(Bad::Early);
            };
            let plain =
                rest.get(..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or(Bad::Syntax)?;
            self.at += end;
            match self.here() {
                Some(b'"') => {
                    self.at += 1;
                    if made.is_empty() {
                        return Ok(Cow::Borrowed(plain));
                    }
                    made.push_str(plain);
                    return Ok(Cow::Owned(made));
                }
                Some(b'\\') => {
                    self.at += 1;
                    made.push_str(plain);
                    made.push(self.escaped()?);
                }
                _ => return Err(Bad::Syntax),
            }
        }
    }

    /// What stands behind a backslash.
    fn escaped(&mut self) -> Result<char, Bad> {
        let letter = self.here().ok_or(Bad::Early)?;
        self.at += 1;
        match letter {
            b'"' | b'\\' | b'/' => Ok(char::from(letter)),
            b'b' => Ok('\u{8}'),
            b'f' => Ok('\u{c}'),
            b'n' => Ok('\n'),
            b'r' => Ok('\r'),
            b't' => Ok('\t'),
            b'u' => {
                let high = self.four()?;
                let code = match high {
                    0xd800..0xdc00 => {
                        self.word(b"\\u")?;
                        let low = self.four()?;
                        let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or(Bad::Syntax)?;
                        0x1_0000 + ((high - 0xd800) << 10) + low
                    }
                    _ => high,
                };
                char::from_u32(code).ok_or(Bad::Syntax)
            }
            _ => Err(Bad::Syntax),
        }
    }

    fn four(&mut self) -> Result<u32, Bad> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = char::from(self.here().ok_or(Bad::Early)?).to_digit(16).ok_or(Bad::Syntax)?;
            self.at += 1;
            code = code << 4 | digit;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Number, Bad> {
        let negative = self.takes(b'-');
        let mut number = Number { negative, ..Number::default() };
        let zero = self.here() == Some(b'0');
        let length = self.digits(&mut number, false)?;
        if zero && length > 1 {
            return Err(Bad::Syntax);
        }
        if self.here() == Some(b'.') {
            self.at += 1;
            number.broken = true;
            self.digits(&mut number, true)?;
        }
        if matches!(self.here(), Some(b'e' | b'E')) {
            self.at += 1;
            number.broken = true;
            let down = self.here() == Some(b'-');
            self.at += usize::from(matches!(self.here(), Some(b'-' | b'+')));
            let mut power = Number { negative: down, ..Number::default() };
            self.digits(&mut power, false)?;
            let power = power.fits(-10_000, 10_000);
            number.power = number.power.saturating_add(i32::try_from(power).unwrap_or_default());
        }
        Ok(number)
    }

    /// Digits, at least one; gives how many. What does not count any more only moves the point.
    fn digits(&mut self, number: &mut Number, behind: bool) -> Result<usize, Bad> {
        let start = self.at;
        while let Some(digit @ b'0'..=b'9') = self.here() {
            self.at += 1;
            let longer =
                number.digits.checked_mul(10).and_then(|all| all.checked_add(u64::from(digit - b'0')));
            // Once one does not fit, those behind it must not move up to its place.
            let longer = longer.filter(|_| !number.full);
            match longer {
                Some(longer) => number.digits = longer,
                None => number.full = true,
            }
            let moves = i32::from(number.full) - i32::from(behind);
            number.power = number.power.saturating_add(moves);
        }
        match (self.at - start, self.here()) {
            (0, None) => Err(Bad::Early),
            (0, Some(_)) => Err(Bad::Syntax),
            (length, _) => Ok(length),
        }
    }

    /// A whole number between two others.
    fn whole(&mut self, least: i128, most: i128) -> Result<i128, Bad> {
        if !matches!(self.next(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.unexpected());
        }
        let number = self.number()?;
        let value = number.fits(i128::MIN, i128::MAX);
        if !number.broken && !number.full && (least..=most).contains(&value) {
            Ok(value)
        } else {
            Err(Bad::Kind)
        }
    }
}

impl Number {
    /// Its whole part, no less and no more than this.
    fn fits(&self, least: i128, most: i128) -> i128 {
        let mut value = i128::from(self.digits);
        for _ in 0..self.power.unsigned_abs() {
            match self.power {
                _ if value == 0 => break,
                1.. => value = value.saturating_mul(10),
                _ => value /= 10,
            }
        }
        (if self.negative { -value } else { value }).clamp(least, most)
    }
}

/// Milliseconds: browsers give them with a fraction, which is cut. Whatever it is, it saturates; `null` is 0.
#[derive(Default)]
pub(crate) struct Milliseconds(i64);

impl From<Milliseconds> for i64 {
    fn from(at: Milliseconds) -> Self {
        at.0
    }
}

impl Read for Milliseconds {
    fn read(json: &mut Json<'_>) -> Result<Self, Bad> {
        match json.next() {
            Some(b'n') => json.word(b"null").map(|()| Self(0)),
            Some(b'-' | b'0'..=b'9') => {
                let at = json.number()?.fits(i64::MIN.into(), i64::MAX.into());
                Ok(Self(i64::try_from(at).unwrap_or_default()))
            }
            _ => Err(json.unexpected()),
        }
    }
}

macro_rules! whole {
    ($($type:ty),+) => {
        $(impl Read for $type {
            fn read(json: &mut Json<'_>) -> Result<Self, Bad> {
                let value = json.whole(Self::MIN as i128, Self::MAX as i128)?;
                Self::try_from(value).map_err(|_| Bad::Kind)
            }
        })+
    };
}

whole!(u16, u32, u64, usize, i64);

impl Read for bool {
    fn read(json: &mut Json<'_>) -> Result<Self, Bad> {
        match json.next() {
            Some(b't') => json.word(b"true").map(|()| true),
            Some(b'f') => json.word(b"false").map(|()| false),
            _ => Err(json.unexpected()),
        }
    }
}

impl Read for String {
    fn read(json: &mut Json<'_>) -> Result<Self, Bad> {
        json.text().map(Cow::into_owned)
    }
}

impl Read for IpAddr {
    fn read(json: &mut Json<'_>) -> Result<Self, Bad> {
        json.text()?.parse().map_err(|_| Bad::Kind)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: &mut Json<'_>) -> Result<Self, Bad> {
        if json.next() == Some(b'n') { json.word(b"null").map(|()| None) } else { T::read(json).map(Some) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: &mut Json<'_>) -> Result<Self, Bad> {
        let mut all = Self::new();
        json.list(&mut |json| T::read(json).map(|item| all.push(item)))?;
        Ok(all)
    }
}

impl<T: Read> Read for VecDeque<T> {
    fn read(json: &mut Json<'_>) -> Result<Self, Bad> {
        Vec::read(json).map(Self::from)
    }
}

/// `object!(Type: field "name", field "name" as Written, …);` where `Written` is read and turned into the field.
macro_rules! object {
    ($type:ty: $($field:ident $name:literal $(as $written:ty)?),+ $(,)?) => {
        impl $crate::json::Read for $type {
            fn read(json: &mut $crate::json::Json<'_>) -> Result<Self, $crate::json::Bad> {
                let mut read = Self::default();
                json.object(&mut |name, json| {
                    match name {
                        $($name => read.$field = $crate::json::object!(@value json $($written)?),)+
                        _ => json.skip()?,
                    }
                    Ok(())
                })?;
                Ok(read)
            }
        }
    };
    (@value $json:ident) => { $crate::json::Read::read($json)? };
    (@value $json:ident $written:ty) => { <$written as $crate::json::Read>::read($json)?.into() };
}

pub(crate) use object;

/// `words!(Type: Variant "word", …);`, and `words!(Type or Unknown: …);` where a word that is not known is `Unknown`.
macro_rules! words {
    ($type:ident $(or $unknown:ident)?: $($variant:ident $word:literal $(| $other:literal)*),+ $(,)?) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(match self {
                    $(Self::$variant => $word,)+
                    $(Self::$unknown => "unknown",)?
                })
            }
        }

        impl $crate::json::Read for $type {
            fn read(json: &mut $crate::json::Json<'_>) -> Result<Self, $crate::json::Bad> {
                match &*json.text()? {
                    $($word $(| $other)* => Ok(Self::$variant),)+
                    _ => $crate::json::words!(@else $($unknown)?),
                }
            }
        }
    };
    (@else) => { Err($crate::json::Bad::Kind) };
    (@else $unknown:ident) => { Ok(Self::$unknown) };
}

pub(crate) use words;
