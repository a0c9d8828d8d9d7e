//! RTF as a row of tokens (RTF 1.9.1, "RTF Syntax"), read the way Word reads what breaks it.

use memchr::memchr3;

/// Letters of a control word that count; Word reads no longer ones, and obfuscators write them.
const WORD_BYTES_MAX: usize = 250;
/// Digits that belong to a control word.
const DIGITS_MAX: usize = 250;

/// One piece of an RTF text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    /// A control word and its number, without the blank that ends it.
    Word(&'a [u8], Option<i32>),
    /// A control symbol other than `\'`: a backslash and what follows it.
    Symbol(u8),
    /// `\'` and the two characters behind it, whatever they are.
    Quoted([u8; 2]),
    /// The bytes that `\bin` announces.
    Bin(&'a [u8]),
    /// Characters between all that; line ends are among them.
    Text(&'a [u8]),
}

/// The tokens of a text.
pub(super) struct Lexer<'a> {
    rest: &'a [u8],
    len: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, len: bytes.len() }
    }

    /// How many bytes were read.
    pub(super) fn at(&self) -> usize {
        self.len.saturating_sub(self.rest.len())
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }

    fn control(&mut self) -> Option<Token<'a>> {
        let first = *self.rest.first()?;
        if first == b'\'' {
            self.take(1);
            let pair = self.take(2);
            return Some(Token::Quoted([pair.first().copied()?, pair.get(1).copied()?]));
        }
        if !first.is_ascii_alphabetic() {
            self.take(1);
            return Some(Token::Symbol(first));
        }
        let letters = self.rest.iter().take(WORD_BYTES_MAX).take_while(|byte| byte.is_ascii_alphabetic());
        let count = letters.count();
        let name = self.take(count);
        let number = self.number();
        if self.rest.first() == Some(&b' ') {
            self.take(1);
        }
        if name == b"bin" {
            return Some(Token::Bin(self.take(usize::try_from(number.unwrap_or(0)).unwrap_or(0))));
        }
        Some(Token::Word(name, number))
    }

    fn number(&mut self) -> Option<i32> {
        let sign = usize::from(self.rest.first() == Some(&b'-'));
        let digits =
            self.rest.iter().skip(sign).take(DIGITS_MAX).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        let raw = self.take(sign.saturating_add(digits));
        // Only digits: what does not parse is too large.
        let value = std::str::from_utf8(raw).ok().and_then(|text| text.parse().ok());
        Some(value.unwrap_or(if sign == 1 { i32::MIN } else { i32::MAX }))
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = *self.rest.first()?;
        match first {
            b'{' => {
                self.take(1);
                Some(Token::Open)
            }
            b'}' => {
                self.take(1);
                Some(Token::Close)
            }
            b'\\' => {
                self.take(1);
                self.control()
            }
            _ => {
                let end = memchr3(b'{', b'}', b'\\', self.rest).unwrap_or(self.rest.len());
                Some(Token::Text(self.take(end)))
            }
        }
    }
}
