//! Extracting, defanging and fanging URLs.
//!
//! The two patterns are CyberChef's, matched by hand in one pass: as regular expressions they would be
//! `[A-Z]+://[-\w]+(?:\.\w[-\w]*)+(?::\d+)?(?:/P*(?:[.!,?]+P+)*)?` with `P` all but `.!,?"<>[]{}`, white space and
//! U+007F-00FF, and `\b((?=[a-z0-9-]{1,63}\.)(xn--)?[a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,63}\b`, both ignoring case.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, ascii, is_space, push_str};
use crate::decode::ops::{Baked, Op, Takes, arg};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;

const DOMAINS_TOO: &str = "Valid domains and full URLs";
const URLS_ONLY: &str = "Only full URLs";

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "Extract URLs",
        args: &[
            arg("Display total", Kind::Flag(false)),
            arg("Sort", Kind::Flag(false)),
            arg("Unique", Kind::Flag(false)),
        ],
        run: Takes::Text(extract),
    },
    Op {
        name: "Defang URL",
        args: &[
            arg("Escape dots", Kind::Flag(true)),
            arg("Escape http", Kind::Flag(true)),
            arg("Escape ://", Kind::Flag(true)),
            arg("Process", Kind::Choice(&[DOMAINS_TOO, URLS_ONLY, "Everything"], 0)),
        ],
        run: Takes::Text(defang),
    },
    Op {
        name: "Fang URL",
        args: &[
            arg("Restore [.]", Kind::Flag(true)),
            arg("Restore hxxp", Kind::Flag(true)),
            arg("Restore ://", Kind::Flag(true)),
        ],
        run: Takes::Text(fang),
    },
];

fn extract(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let mut found: Vec<&[u16]> = Vec::new();
    let mut from = 0;
    while let Some(url) = next_url(input, from) {
        from = url.end;
        found.extend(input.get(url));
    }
    if args.flag(1) {
        found.sort_by(|a, b| by_letters(a, b));
    }
    if args.flag(2) {
        let mut seen = HashSet::new();
        found.retain(|url| seen.insert(*url));
    }
    let mut out = Vec::new();
    if args.flag(0) {
        push_str(&mut out, &format!("Total found: {}\n\n", found.len()));
    }
    for (index, url) in found.iter().enumerate() {
        if index > 0 {
            out.push(u16::from(b'\n'));
        }
        out.extend_from_slice(url);
    }
    Ok(Dish::Text(out))
}

/// The next URL at or after `from`.
fn next_url(text: &[u16], mut from: usize) -> Option<Range<usize>> {
    let mut search = from;
    loop {
        let rest = text.get(search..)?;
        let colon = search.checked_add(rest.iter().position(|unit| *unit == u16::from(b':'))?)?;
        search = colon.checked_add(1)?;
        if !is(text, search, b'/') || !is(text, search.checked_add(1)?, b'/') {
            continue;
        }
        let scheme = text.get(from..colon)?.iter().rev().take_while(|unit| is_letter(**unit)).count();
        let host = search.checked_add(2)?;
        match host_end(text, host).filter(|_| scheme > 0) {
            Some(end) => return Some(colon.saturating_sub(scheme)..path_end(text, port_end(text, end))),
            // No later start can use this `://`; nor may one reach back over it.
            None => from = search,
        }
    }
}

fn host_end(text: &[u16], start: usize) -> Option<usize> {
    let mut end = run(text, start, is_host_unit);
    if end == start {
        return None;
    }
    let mut labels = 0;
    while is(text, end, b'.') && text.get(end.saturating_add(1)).is_some_and(|unit| is_word(*unit)) {
        end = run(text, end.saturating_add(1), is_host_unit);
        labels += 1;
    }
    Some(end).filter(|_| labels > 0)
}

fn port_end(text: &[u16], start: usize) -> usize {
    let digits = start.saturating_add(1);
    let end = run(text, digits, |unit| ascii(unit).is_some_and(|byte| byte.is_ascii_digit()));
    if is(text, start, b':') && end > digits { end } else { start }
}

fn path_end(text: &[u16], start: usize) -> usize {
    if !is(text, start, b'/') {
        return start;
    }
    let mut end = run(text, start.saturating_add(1), is_path_unit);
    loop {
        // Stops belong to the path only when the path goes on behind them.
        let stops = run(text, end, |unit| matches!(ascii(unit), Some(b'.' | b'!' | b',' | b'?')));
        let more = run(text, stops, is_path_unit);
        if stops == end || more == stops {
            return end;
        }
        end = more;
    }
}

/// The end of the run of units that pass, from `start`.
fn run(text: &[u16], start: usize, pass: impl Fn(u16) -> bool) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start.saturating_add(rest.iter().take_while(|unit| pass(**unit)).count())
}

fn is(text: &[u16], at: usize, byte: u8) -> bool {
    text.get(at) == Some(&u16::from(byte))
}

const LETTER: u8 = 1;
const WORD: u8 = 2;
const HOST: u8 = 4;
const PATH: u8 = 8;

/// What each ASCII character may be part of.
static CLASSES: [u8; 128] = classes();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which checks it; not in const code by get"
)]
const fn classes() -> [u8; 128] {
    let mut classes = [0; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        let mut class = 0;
        if byte.is_ascii_alphabetic() {
            class |= LETTER;
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            class |= WORD | HOST;
        }
        if byte == b'-' {
            class |= HOST;
        }
        if !matches!(
            byte,
            b'.' | b'!' | b',' | b'?' | b'"' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b' ' | 0x09
                ..=0x0d | 0x7f
        ) {
            class |= PATH;
        }
        classes[byte as usize] = class;
        byte += 1;
    }
    classes
}

#[inline]
fn has_class(unit: u16, class: u8) -> bool {
    CLASSES.get(usize::from(unit)).is_some_and(|held| held & class != 0)
}

fn is_letter(unit: u16) -> bool {
    has_class(unit, LETTER)
}

fn is_word(unit: u16) -> bool {
    has_class(unit, WORD)
}

fn is_host_unit(unit: u16) -> bool {
    has_class(unit, HOST)
}

fn is_path_unit(unit: u16) -> bool {
    match unit {
        0..=0x7f => has_class(unit, PATH),
        0x80..=0xff => false,
        // Ignoring case, these are letters of that range too: the capitals of U+00B5 and U+00FF, and small mu.
        0x178 | 0x39c | 0x3bc => false,
        _ => !is_space(unit),
    }
}

/// Letter order, ignoring case. For ASCII it is the order of the Unicode collation's root: punctuation, digits,
/// letters, control characters not at all; beyond ASCII by code unit.
pub(in crate::decode) fn by_letters(a: &[u16], b: &[u16]) -> Ordering {
    fn weights(text: &[u16]) -> impl Iterator<Item = u32> + '_ {
        text.iter().filter_map(|unit| weight(*unit))
    }
    // Small letters stand before their capitals where that is all the difference.
    fn capitals(text: &[u16]) -> impl Iterator<Item = bool> + '_ {
        let held = |unit: &&u16| weight(**unit).is_some();
        text.iter().filter(held).map(|unit| ascii(*unit).is_some_and(|byte| byte.is_ascii_uppercase()))
    }
    weights(a).cmp(weights(b)).then_with(|| capitals(a).cmp(capitals(b)))
}

fn weight(unit: u16) -> Option<u32> {
    const PUNCTUATION: &[u8] = b"\t\n\x0b\x0c\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
    let byte = match ascii(unit) {
        Some(byte) => byte,
        None if (0x80..0xa0).contains(&unit) => return None,
        None => return Some(u32::from(unit).saturating_add(0x100)),
    };
    let byte = byte.to_ascii_lowercase();
    if byte.is_ascii_alphanumeric() {
        return Some(u32::from(byte));
    }
    let place = PUNCTUATION.iter().position(|held| *held == byte)?;
    u32::try_from(place).ok()
}

fn defang(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    // Each of the two passes at most triples what it gets: the limit is looked at before each, and at the end.
    oven.room_for_text(input.len())?;
    let mode = args.choice(3);
    if mode == "Everything" {
        let mut out = Vec::with_capacity(input.len());
        defang_one(input, args, &mut out);
        return Ok(Dish::Text(out));
    }
    let urls = replace(input, args, next_url);
    oven.room_for_text(urls.len())?;
    if mode == URLS_ONLY {
        return Ok(Dish::Text(urls));
    }
    let mut domains = Domains { dead: 0 };
    Ok(Dish::Text(replace(&urls, args, |text, from| domains.next(text, from))))
}

/// The text with every match defanged.
fn replace(
    text: &[u16],
    args: &Args,
    mut next: impl FnMut(&[u16], usize) -> Option<Range<usize>>,
) -> Vec<u16> {
    let mut out = Vec::with_capacity(text.len().saturating_add(text.len() / 4));
    let mut from = 0;
    while let Some(found) = next(text, from) {
        out.extend_from_slice(text.get(from..found.start).unwrap_or_default());
        from = found.end;
        defang_one(text.get(found).unwrap_or_default(), args, &mut out);
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    out
}

fn defang_one(url: &[u16], args: &Args, out: &mut Vec<u16>) {
    let (dots, http, slashes) = (args.flag(0), args.flag(1), args.flag(2));
    let mut rest = url;
    loop {
        // Whatever begins none of the three is copied in one go.
        let plain =
            rest.iter().position(|unit| matches!(*unit, 0x2e | 0x3a | 0x48 | 0x68)).unwrap_or(rest.len());
        let (before, marked) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
        out.extend_from_slice(before);
        let Some((&unit, after)) = marked.split_first() else { return };
        rest = after;
        match unit {
            DOT if dots => out.extend([0x5b, DOT, 0x5d]),
            0x48 | 0x68 if http && starts_ignoring_case(after, b"ttp") => {
                out.extend([0x68, 0x78, 0x78, 0x70]);
                rest = after.get(3..).unwrap_or_default();
            }
            COLON if slashes && starts_ignoring_case(after, b"//") => {
                out.extend([0x5b, COLON, 0x2f, 0x2f, 0x5d]);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => out.push(unit),
        }
    }
}

const DOT: u16 = 0x2e;
const COLON: u16 = 0x3a;

fn starts_ignoring_case(text: &[u16], wanted: &[u8]) -> bool {
    let found = text.get(..wanted.len()).unwrap_or_default();
    let same = |(unit, byte): (&u16, &u8)| ascii(*unit).is_some_and(|found| found.eq_ignore_ascii_case(byte));
    found.len() == wanted.len() && found.iter().zip(wanted).all(same)
}

/// Finds domain names, left to right.
struct Domains {
    /// A start whose first label ends at or before this place is known to fail: what follows is no name.
    dead: usize,
}

impl Domains {
    fn next(&mut self, text: &[u16], from: usize) -> Option<Range<usize>> {
        let mut start = from;
        loop {
            let rest = text.get(start..)?;
            start = start.checked_add(rest.iter().position(|unit| is_word(*unit))?)?;
            // A word boundary lies before it unless the unit before is of a word too.
            let inside = start.checked_sub(1).and_then(|at| text.get(at)).is_some_and(|unit| is_word(*unit));
            if !inside && let Some(end) = self.name_end(text, start) {
                return Some(start..end);
            }
            start = if inside { start.checked_add(1)? } else { run(text, start, is_word) };
        }
    }

    /// The end of the longest name at `start`: labels, then one of letters only.
    fn name_end(&mut self, text: &[u16], start: usize) -> Option<usize> {
        let mut next = label_end(text, start)?;
        if next <= self.dead {
            return None;
        }
        let mut best = None;
        loop {
            best = top_end(text, next).or(best);
            match label_end(text, next) {
                Some(after) => next = after,
                None => break,
            }
        }
        if best.is_none() {
            self.dead = next;
        }
        best
    }
}

/// Behind the dot of a label of 1 to 63 units: groups of letters and digits with single hyphens between, after
/// an optional `xn--`.
fn label_end(text: &[u16], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let length = rest.iter().take(64).take_while(|unit| is_host_unit(**unit) && **unit != 0x5f).count();
    let label = rest.get(..length).filter(|_| (1..=63).contains(&length) && is(rest, length, b'.'))?;
    let grouped = |label: &[u16]| label.split(|unit| *unit == u16::from(b'-')).all(|group| !group.is_empty());
    let sound = grouped(label)
        || (starts_ignoring_case(label, b"xn--")
            && label.get(4..).is_some_and(|name| !name.is_empty() && grouped(name)));
    start.checked_add(length)?.checked_add(1).filter(|_| sound)
}

/// The end of 2 to 63 letters at `start` with a word boundary behind.
fn top_end(text: &[u16], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let length = rest.iter().take(64).take_while(|unit| is_letter(**unit)).count();
    let bounded = !rest.get(length).is_some_and(|unit| is_word(*unit));
    start.checked_add(length).filter(|_| (2..=63).contains(&length) && bounded)
}

fn fang(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let mut text = input.to_vec();
    for (index, from, to) in [(0, "[.]", "."), (1, "hxxp", "http"), (2, "[://]", "://")] {
        if args.flag(index) {
            text = swap(&text, from.as_bytes(), to);
        }
    }
    Ok(Dish::Text(text))
}

/// The text with one ASCII string put for another, case and all.
fn swap(text: &[u16], from: &[u8], to: &str) -> Vec<u16> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&unit, after)) = rest.split_first() {
        if rest.iter().take(from.len()).copied().eq(from.iter().map(|byte| u16::from(*byte))) {
            push_str(&mut out, to);
            rest = rest.get(from.len()..).unwrap_or_default();
        } else {
            out.push(unit);
            rest = after;
        }
    }
    out
}
