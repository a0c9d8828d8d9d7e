//! Text from evidence, made harmless: what must not act is shown instead.
//!
//! A subject can carry an escape sequence that rewrites the terminal, a file name can carry U+202E so that
//! `exe.cod` reads as `doc.exe`, a quote can carry a URL that a viewer turns into a link. Nothing is dropped:
//! a character that must not act stands there as `<U+202E>`, so the reader sees that it was there.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Write;

/// Text that may be written to a terminal: no C0 but `\n` and `\t`, no DEL, no C1, no bidi control, nothing
/// that is invisible. Each such character is shown as `<U+XXXX>`.
pub fn terminal_safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) {
            // Writing into a String cannot fail.
            let _ = write!(out, "<U+{:04X}>", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Evidence on one line of prose: safe, line breaks shown as `⏎`, tabs as spaces, URLs defanged.
pub fn shown(text: &str) -> String {
    let one_line = text.replace("\r\n", " ⏎ ").replace(['\n', '\r'], " ⏎ ").replace('\t', " ");
    defanged(&terminal_safe(&one_line))
}

/// Evidence that may keep its line breaks: safe, URLs defanged.
pub fn shown_lines(text: &str) -> String {
    defanged(&terminal_safe(&text.replace("\r\n", "\n")))
}

/// Every URL in a text so that no program follows it: `hxxp://a[.]example/x`. The path stays as it is.
pub fn defanged(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let letters = before.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let (head, scheme) = before.split_at(before.len() - letters);
        let end = after
            .find(|c: char| matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>') || c.is_whitespace())
            .unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        out.push_str(head);
        out.push_str(match scheme.to_ascii_lowercase().as_str() {
            "http" => "hxxp",
            "https" => "hxxps",
            "ftp" => "fxp",
            _ => scheme,
        });
        out.push_str("://");
        out.push_str(&authority.replace("[.]", ".").replace('.', "[.]"));
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Whether a character does something to the screen, or hides, instead of standing there.
///
/// Bidi controls are those of Unicode UAX #9 (LRM, RLM, ALM, embeddings, overrides, isolates); to them come line
/// and paragraph separators, the byte order mark, zero-width space, interlinear annotations and tag characters.
pub(crate) fn acts(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => c.is_control(),
    }
}

/// The first `max` characters, with `…` when something was cut.
pub(crate) fn cut(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let (kept, _) = text.split_at(end);
            Cow::Owned(format!("{kept}…"))
        }
    }
}
