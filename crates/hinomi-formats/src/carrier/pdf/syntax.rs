//! The syntax of objects (ISO 32000-1, 7.2 and 7.3), read as far as it goes: what the file cuts off or breaks
//! ends the object it stands in, and what was read of that object stays.

use super::object::{Dictionary, Object};
use crate::Limits;

/// Reads objects from bytes.
pub(super) struct Syntax<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    depth: u32,
    /// Why what was read is less than what stands there.
    pub(super) lost: Option<Lost>,
}

/// Why an object was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// More than [`Limits::NESTING_MAX`] structures inside one another.
    TooDeep,
    /// A string runs to the end of the file.
    OpenString,
}

/// What stands at a place.
enum Token {
    Object(Object),
    /// `]`, `>>`, `endobj` and the like: ends what is being read.
    End,
    /// A word that means nothing here.
    Junk,
}

impl<'a> Syntax<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, depth: 0, lost: None }
    }

    /// The object here; [`Object::Null`] when there is none.
    pub(super) fn object(&mut self) -> Object {
        match self.token() {
            Token::Object(object) => object,
            Token::End | Token::Junk => Object::Null,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// White space and comments.
    pub(super) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ' => self.at += 1,
                b'%' => {
                    let rest = self.rest();
                    self.at += memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    fn token(&mut self) -> Token {
        self.skip_space();
        let Some(byte) = self.peek() else { return Token::End };
        match byte {
            b'/' => Token::Object(Object::Name(self.name())),
            b'(' => Token::Object(Object::Text(self.literal())),
            b'<' if self.rest().starts_with(b"<<") => self.nested(Self::dictionary),
            b'<' => Token::Object(Object::Text(self.hexadecimal())),
            b'[' => self.nested(Self::array),
            b'>' | b']' => Token::End,
            b'0'..=b'9' | b'+' | b'-' | b'.' => Token::Object(self.number_or_reference()),
            b')' | b'{' | b'}' => {
                self.at += 1;
                Token::Junk
            }
            _ => self.keyword(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Object) -> Token {
        if self.depth >= Limits::NESTING_MAX {
            // Too deep to mean anything: end everything around it.
            self.lost = Some(Lost::TooDeep);
            self.at = self.bytes.len();
            return Token::End;
        }
        self.depth += 1;
        let object = read(self);
        self.depth -= 1;
        Token::Object(object)
    }

    fn array(&mut self) -> Object {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            match self.token() {
                Token::Object(object) => items.push(object),
                Token::Junk => {}
                Token::End => break,
            }
        }
        self.at += usize::from(self.peek() == Some(b']'));
        Object::Array(items)
    }

    fn dictionary(&mut self) -> Object {
        self.at += 2;
        let mut entries = Vec::new();
        let mut key: Option<Vec<u8>> = None;
        loop {
            match (self.token(), key.take()) {
                (Token::Object(Object::Name(name)), None) => key = Some(name),
                (Token::Object(value), Some(key)) => entries.push((key, value)),
                (Token::Object(_) | Token::Junk, None) => {}
                (Token::Junk, before) => key = before,
                (Token::End, _) => break,
            }
        }
        if self.rest().starts_with(b">>") {
            self.at += 2;
        } else if self.peek() == Some(b'>') {
            self.at += 1;
        }
        Object::Dictionary(Dictionary(entries))
    }

    fn name(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|byte| is_regular(*byte)) {
            self.at += 1;
            let code = if byte == b'#' { self.rest().get(..2).and_then(hex_pair) } else { None };
            match code {
                Some(code) => {
                    name.push(code);
                    self.at += 2;
                }
                None => name.push(byte),
            }
        }
        name
    }

    /// `( … )` with balanced parentheses and backslash escapes (7.3.4.2).
    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut text = Vec::new();
        let mut depth = 1u64;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        return text;
                    }
                }
                b'\\' => {
                    text.extend(self.escape());
                    continue;
                }
                b'\r' => {
                    self.at += usize::from(self.peek() == Some(b'\n'));
                    text.push(b'\n');
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
        self.lost = self.lost.or(Some(Lost::OpenString));
        text
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 0x0c,
            b'\n' => return None,
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                return None;
            }
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                // High-order overflow is ignored, as the standard says.
                (code & 0xff) as u8
            }
            other => other,
        })
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        self.at += 1;
        let rest = self.rest();
        let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        self.at = (self.at + end + 1).min(self.bytes.len());
        hex_bytes(rest.get(..end).unwrap_or_default())
    }

    fn number_or_reference(&mut self) -> Object {
        let number = self.number();
        let behind = self.at;
        if let Ok(object) = u32::try_from(number)
            && self.generation_and_r()
        {
            return Object::Reference(object);
        }
        self.at = behind;
        Object::Number(number)
    }

    fn number(&mut self) -> i64 {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')) {
            self.at += 1;
        }
        let digits = self.bytes.get(start..self.at).unwrap_or_default();
        let whole = digits.split(|byte| *byte == b'.').next().unwrap_or_default();
        std::str::from_utf8(whole).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    fn generation_and_r(&mut self) -> bool {
        let before = self.at;
        self.skip_space();
        let digits = self.rest().iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
        if before == self.at || digits == 0 || digits > 5 {
            return false;
        }
        self.at += digits;
        let before = self.at;
        self.skip_space();
        let is_r = self.peek() == Some(b'R') && !self.bytes.get(self.at + 1).copied().is_some_and(is_regular);
        if before == self.at || !is_r {
            return false;
        }
        self.at += 1;
        true
    }

    fn keyword(&mut self) -> Token {
        let rest = self.rest();
        let len = rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len()).max(1);
        let word = rest.get(..len).unwrap_or_default();
        match word {
            b"true" | b"false" => {
                self.at += len;
                Token::Object(Object::Bool(word == b"true"))
            }
            b"null" => {
                self.at += len;
                Token::Object(Object::Null)
            }
            b"endobj" | b"obj" | b"stream" | b"endstream" | b"xref" | b"trailer" | b"startxref" => Token::End,
            _ => {
                self.at += len;
                Token::Junk
            }
        }
    }
}

/// Neither white space nor a delimiter (7.2.2).
pub(super) fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let [high, low] = pair else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

/// Hexadecimal digits, all else skipped, the last one filled up with 0.
pub(super) fn hex_bytes(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .filter_map(|pair| match pair {
            [high] => hex_pair(&[*high, b'0']),
            pair => hex_pair(pair),
        })
        .collect()
}
