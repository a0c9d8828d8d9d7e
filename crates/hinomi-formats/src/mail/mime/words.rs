//! Encoded words (RFC 2047), as they should be and as they are.
//!
//! Words are split in the middle of characters, stand inside quotes, touch each other and contain blanks. So
//! neighbours of one charset are joined as bytes before they are decoded.

use super::transfer;
use crate::text;
use memchr::memmem;

/// The longest charset name taken for one.
const CHARSET_BYTES_MAX: usize = 64;

/// Decodes all encoded words of a value and leaves the rest alone.
pub(in crate::mail) fn decode(value: &str) -> String {
    if !value.contains("=?") {
        return value.to_owned();
    }
    let mut decoder = Decoder { out: String::with_capacity(value.len()), pending: None };
    let mut rest = value;
    // Without an end anywhere behind, there is no word: looked for once, or `=?a?b?` repeated would cost squares.
    let last_end = value.rfind("?=").unwrap_or(0);
    while let Some((before, from)) = rest.find("=?").and_then(|at| rest.split_at_checked(at)) {
        let offset = value.len().saturating_sub(from.len());
        let word = if offset < last_end { Word::read(from) } else { None };
        match word {
            Some((word, after)) => {
                decoder.literal(before);
                decoder.word(word);
                rest = after;
            }
            None => {
                let (marker, after) = from.split_at_checked(2).unwrap_or((from, ""));
                decoder.literal(before);
                decoder.literal(marker);
                rest = after;
            }
        }
    }
    decoder.literal(rest);
    decoder.flush();
    decoder.out
}

/// One encoded word, its transfer encoding taken off.
struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
}

impl<'a> Word<'a> {
    /// Reads the word at the start of `from`, and what follows it.
    fn read(from: &'a str) -> Option<(Self, &'a str)> {
        let (charset, rest) = from.strip_prefix("=?")?.split_once('?').filter(|(charset, _)| {
            !charset.is_empty()
                && charset.len() <= CHARSET_BYTES_MAX
                && charset.bytes().all(|byte| byte.is_ascii_graphic())
        })?;
        let (encoding, rest) = rest.split_at_checked(1)?;
        let rest = rest.strip_prefix('?')?;
        let end = memmem::find(rest.as_bytes(), b"?=")?;
        let (encoded, after) = (rest.get(..end)?.as_bytes(), rest.get(end.checked_add(2)?..)?);
        let bytes = match encoding {
            "B" | "b" => transfer::base64(encoded, usize::MAX),
            "Q" | "q" => transfer::quoted_printable(encoded, usize::MAX, true),
            _ => return None,
        };
        // Bytes that should have been encoded were made UTF-8 with the rest of the value; so the label lies.
        let charset = if encoded.is_ascii() { charset } else { "utf-8" };
        Some((Self { charset, bytes }, after))
    }
}

struct Decoder<'a> {
    out: String,
    /// Words that belong together so far, and the white space after them, which only counts if no word of the
    /// same charset follows.
    pending: Option<(Word<'a>, &'a str)>,
}

impl<'a> Decoder<'a> {
    fn word(&mut self, word: Word<'a>) {
        match &mut self.pending {
            Some((before, _)) if before.charset.eq_ignore_ascii_case(word.charset) => {
                before.bytes.extend(word.bytes);
                if let Some((_, blank)) = &mut self.pending {
                    *blank = "";
                }
            }
            _ => {
                // White space between two words is no part of either (RFC 2047, 6.2).
                if let Some((_, blank)) = &mut self.pending {
                    *blank = "";
                }
                self.flush();
                self.pending = Some((word, ""));
            }
        }
    }

    fn literal(&mut self, text: &'a str) {
        if text.is_empty() {
            return;
        }
        if let Some((_, blank)) = &mut self.pending
            && blank.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_whitespace())
        {
            *blank = text;
            return;
        }
        self.flush();
        self.out.push_str(text);
    }

    fn flush(&mut self) {
        if let Some((word, blank)) = self.pending.take() {
            self.out.push_str(&text::decode(Some(word.charset), &word.bytes));
            self.out.push_str(blank);
        }
    }
}
