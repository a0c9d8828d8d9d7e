//! JScript and JavaScript as droppers use it.

pub(super) mod builtins;
mod lex;
mod lists;
pub(super) mod objects;
pub(super) mod operators;
pub(super) mod parse;
mod strings;

/// `%41` becomes `A`; bytes together are UTF-8 where they can be.
pub(super) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = (*byte == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .flatten();
        match code {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out)
        .unwrap_or_else(|broken| broken.as_bytes().iter().map(|byte| char::from(*byte)).collect())
}

/// `unescape`: `%41`, `%u3042`; each is one character.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '\\']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let mark = from.chars().next().unwrap_or('%');
        let (skip, len) = match from.as_bytes().get(1) {
            Some(b'u' | b'U') => (2, 4),
            Some(b'x' | b'X') if mark == '\\' => (2, 2),
            _ => (1, 2),
        };
        let code = from.get(skip..skip + len).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.filter(|_| mark == '%' || skip == 2).and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = from.get(skip + len..).unwrap_or_default();
            }
            None => {
                out.push(mark);
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}
