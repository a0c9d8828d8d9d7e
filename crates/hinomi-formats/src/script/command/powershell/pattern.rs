//! Patterns of .NET as far as they mean the same to an engine whose time is linear; others are not known.

use regex::{Regex, RegexBuilder};

/// Bytes a compiled pattern may take.
const COMPILED_BYTES_MAX: usize = 1 << 20;
/// Characters of a pattern.
const PATTERN_CHARS_MAX: usize = 4_096;

/// A compiled pattern; `None` when it is none, or needs what cannot be had in linear time.
pub(in crate::script) fn compile(pattern: &str, ignore_case: bool) -> Option<Regex> {
    if pattern.len() > PATTERN_CHARS_MAX {
        return None;
    }
    RegexBuilder::new(&translated(pattern))
        .case_insensitive(ignore_case)
        .size_limit(COMPILED_BYTES_MAX)
        .dfa_size_limit(COMPILED_BYTES_MAX)
        .nest_limit(32)
        .build()
        .ok()
}

/// An opening bracket inside a class and a brace that counts nothing are themselves.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                out.push(c);
                match chars.next() {
                    // JavaScript and .NET escape what needs no escape.
                    Some(
                        next @ ('/' | '"' | '\'' | '`' | ' ' | ',' | ':' | ';' | '=' | '@' | '!' | '%' | '_'),
                    ) => {
                        out.pop();
                        out.push(next);
                    }
                    Some(next) => out.push(next),
                    None => out.push('\\'),
                }
            }
            '[' if in_class => out.push_str("\\["),
            '[' => {
                in_class = true;
                out.push(c);
            }
            ']' => {
                in_class = false;
                out.push(c);
            }
            '{' if !in_class && !chars.peek().is_some_and(char::is_ascii_digit) => out.push_str("\\{"),
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A replacement: `$1` is the first group, whatever follows it.
pub(in crate::script) fn replacement(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '$' {
            out.push(c);
            continue;
        }
        match chars.peek().copied() {
            Some(digit) if digit.is_ascii_digit() => {
                chars.next();
                out.push_str("${");
                out.push(digit);
                out.push('}');
            }
            Some('&') => {
                chars.next();
                out.push_str("${0}");
            }
            Some('{') => out.push('$'),
            Some('$') => {
                chars.next();
                out.push_str("$$");
            }
            _ => out.push_str("$$"),
        }
    }
    out
}

/// Replaces all matches; `None` when the result would be longer than `bytes_max`.
pub(in crate::script) fn replace_all(
    regex: &Regex,
    text: &str,
    with: &str,
    bytes_max: usize,
) -> Option<String> {
    let with = replacement(with);
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    for found in regex.captures_iter(text) {
        let whole = found.get(0)?;
        out.push_str(text.get(last..whole.start())?);
        found.expand(&with, &mut out);
        last = whole.end();
        if out.len() > bytes_max {
            return None;
        }
    }
    out.push_str(text.get(last..)?);
    (out.len() <= bytes_max).then_some(out)
}

/// The wildcards of `-like`: `*`, `?`, `[a-c]`.
pub(in crate::script) fn like(pattern: &str) -> Option<Regex> {
    let mut out = String::from("^");
    for c in pattern.chars() {
        match c {
            '*' => out.push_str("(?s:.*)"),
            '?' => out.push('.'),
            '[' | ']' | '-' => out.push(c),
            c => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push('$');
    compile(&out, true)
}
