//! Operations on the sections of a text, and on each character: sorting, unique ones, tags, substitution.

use super::timsort;
use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, ascii, is_space, push_str, str_to_text};
use crate::decode::html;
use crate::decode::ops::search::urls::by_letters;
use crate::decode::ops::text::{INPUT_DELIMITERS, Sections, delimiter, joined, with_case};
use crate::decode::ops::{Baked, Op, Takes, arg};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "Sort",
        args: &[
            arg("Delimiter", Kind::Choice(INPUT_DELIMITERS, 0)),
            arg("Reverse", Kind::Flag(false)),
            arg(
                "Order",
                Kind::Choice(
                    &[
                        "Alphabetical (case sensitive)",
                        "Alphabetical (case insensitive)",
                        "IP address",
                        "Numeric",
                        "Numeric (hexadecimal)",
                        "Length",
                    ],
                    0,
                ),
            ),
        ],
        run: Takes::Text(sort),
    },
    Op {
        name: "Unique",
        args: &[arg("Delimiter", Kind::Choice(INPUT_DELIMITERS, 0)), arg("Display count", Kind::Flag(false))],
        run: Takes::Text(unique),
    },
    Op {
        name: "Strip HTML tags",
        args: &[
            arg("Remove indentation", Kind::Flag(true)),
            arg("Remove excess line breaks", Kind::Flag(true)),
        ],
        run: Takes::Text(strip_tags),
    },
    Op {
        name: "Substitute",
        args: &[
            arg("Plaintext", Kind::Escaped("ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
            arg("Ciphertext", Kind::Escaped("XYZABCDEFGHIJKLMNOPQRSTUVW")),
            arg("Ignore case", Kind::Flag(false)),
        ],
        run: Takes::Text(substitute),
    },
];

fn sort(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let at = str_to_text(delimiter(args.choice(0)));
    let mut sections: Vec<&[u16]> = Sections::new(input, &at).collect();
    // Numbers are read at every comparison.
    let per_step = match args.choice(2) {
        "Numeric" | "Numeric (hexadecimal)" => 16,
        _ => 64,
    };
    oven.sorting(sections.len(), per_step)?;
    match args.choice(2) {
        "Alphabetical (case sensitive)" => sections.sort(),
        "Alphabetical (case insensitive)" => sections.sort_by_cached_key(|text| Letters(small(text))),
        "IP address" => timsort::sort(&mut sections, |a, b| by_address(a, b)),
        "Numeric" => timsort::sort(&mut sections, |a, b| by_numbers(a, b, false)),
        "Numeric (hexadecimal)" => timsort::sort(&mut sections, |a, b| by_numbers(a, b, true)),
        _ => sections.sort_by_key(|text| text.len()),
    }
    if args.flag(1) {
        sections.reverse();
    }
    joined(sections.into_iter(), &at, oven)
}

fn small(text: &[u16]) -> Vec<u16> {
    with_case(text, str::to_lowercase)
}

/// Text in the order of its letters.
#[derive(PartialEq, Eq)]
struct Letters(Vec<u16>);

impl PartialOrd for Letters {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Letters {
    fn cmp(&self, other: &Self) -> Ordering {
        by_letters(&self.0, &other.0)
    }
}

/// JavaScript's `Number(text)` for decimal numbers; `None` is NaN.
pub(in crate::decode) fn to_number(text: &[u16]) -> Option<f64> {
    let text = String::from_utf16_lossy(text);
    let text = text.trim();
    if text.is_empty() {
        return Some(0.0);
    }
    let plain =
        text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse().ok().filter(|_: &f64| plain)
}

/// By the four numbers; what is no address comes behind, in the order of its letters.
pub(in crate::decode) fn by_address(a: &[u16], b: &[u16]) -> Ordering {
    let number = |text: &[u16]| {
        let mut parts = text.split(|unit| *unit == u16::from(b'.')).map(to_number);
        let mut part = || parts.next().flatten();
        Some(part()? * 16_777_216.0 + part()? * 65_536.0 + part()? * 256.0 + part()?)
    };
    match (number(a), number(b)) {
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (None, None) => by_letters(a, b),
        (Some(a), Some(b)) => a.total_cmp(&b),
    }
}

/// Runs of digits and of what lies between; the numbers by size, and behind the rest.
fn by_numbers(a: &[u16], b: &[u16], hexadecimal: bool) -> Ordering {
    let (left, right) = (runs(a, hexadecimal), runs(b, hexadecimal));
    let undefined: Vec<u16> = "undefined".encode_utf16().collect();
    for (place, one) in left.iter().enumerate().take(b.len()) {
        // A piece that the other does not have is no number, and as a word it reads so.
        let other = right.get(place).copied().unwrap_or((&undefined, None));
        let order = match (one.1, other.1) {
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (None, None) => by_letters(one.0, other.0),
            (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    by_letters(a, b)
}

/// The pieces, digits first, each with its number if it is one.
fn runs(text: &[u16], hexadecimal: bool) -> Vec<(&[u16], Option<f64>)> {
    let is_digit = |unit: u16| {
        ascii(unit)
            .is_some_and(|byte| if hexadecimal { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() })
    };
    let mut out = Vec::new();
    let (mut rest, mut digits) = (text, true);
    loop {
        let length = rest.iter().take_while(|unit| is_digit(**unit) == digits).count();
        let (run, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        // What is no number in base 16 may still be one to JavaScript: nothing, or white space, is 0.
        let parsed =
            if hexadecimal { crate::decode::ops::written::numbers::parse_int(run, 16) } else { None };
        let number = parsed.or_else(|| to_number(run));
        out.push((run, number));
        rest = after;
        digits = !digits;
        // Behind a separator at the end there is one more, empty, piece.
        if rest.is_empty() && !digits {
            return out;
        }
    }
}

fn unique(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let at = str_to_text(delimiter(args.choice(0)));
    let sections = Sections::new(input, &at);
    if !args.flag(1) {
        let mut seen = HashSet::new();
        let mut kept: Vec<&[u16]> = Vec::new();
        for section in sections.filter(|section| seen.insert(*section)) {
            kept.push(section);
            oven.room(kept.len().saturating_mul(UNIQUE_BYTES))?;
        }
        return joined(kept.into_iter(), &at, oven);
    }
    let mut counts: HashMap<&[u16], (usize, usize)> = HashMap::new();
    for (place, section) in sections.enumerate() {
        let entry = counts.entry(section).or_insert((place, 0));
        entry.1 = entry.1.saturating_add(1);
        oven.room(counts.len().saturating_mul(UNIQUE_BYTES).saturating_mul(2))?;
    }
    let mut rows: Vec<(&[u16], usize, usize)> =
        counts.into_iter().map(|(text, (at, n))| (text, at, n)).collect();
    // JavaScript lists keys that are small whole numbers first, by size.
    rows.sort_by_cached_key(|(text, place, _)| (array_index(text).unwrap_or(u32::MAX), *place));
    let lines: Vec<Vec<u16>> = rows
        .into_iter()
        .map(|(text, _, count)| {
            let mut line = str_to_text(&format!("{count} "));
            line.extend_from_slice(text);
            line
        })
        .collect();
    joined(lines.iter().map(Vec::as_slice), &at, oven)
}

/// Memory that one of the lines takes that are told apart, about, besides its text.
const UNIQUE_BYTES: usize = 64;

fn array_index(text: &[u16]) -> Option<u32> {
    let text = String::from_utf16(text).ok()?;
    let number: u32 = text.parse().ok().filter(|number| *number < u32::MAX)?;
    (number.to_string() == text).then_some(number)
}

fn strip_tags(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    const LINE: u16 = 0x0a;
    let mut text = html::without_tags(input);
    if args.flag(0) {
        let mut out = Vec::with_capacity(text.len());
        let mut passing = false;
        for unit in text {
            passing = passing && matches!(unit, 0x20 | 0x0c | 0x09);
            if !passing {
                out.push(unit);
            }
            passing = passing || unit == LINE;
        }
        text = out;
    }
    if args.flag(1) {
        text = without_blank_lines(&text);
    }
    Ok(Dish::Text(text))
}

/// Blank lines at the start go; elsewhere two line ends or more, with white space, become one.
fn without_blank_lines(text: &[u16]) -> Vec<u16> {
    const LINE: u16 = 0x0a;
    let lead = text.iter().take_while(|unit| is_space(**unit)).count();
    let first = text.get(..lead).and_then(|lead| lead.iter().rposition(|unit| *unit == LINE));
    let mut rest = first.and_then(|at| text.get(at.saturating_add(1)..)).unwrap_or(text);
    let mut out = Vec::with_capacity(rest.len());
    while let Some((&unit, after)) = rest.split_first() {
        if unit != LINE {
            out.push(unit);
            rest = after;
            continue;
        }
        let space = rest.iter().take_while(|unit| is_space(**unit)).count();
        let (run, behind) = rest.split_at_checked(space).unwrap_or((rest, &[]));
        out.push(LINE);
        if run.iter().filter(|unit| **unit == LINE).count() < 2 {
            out.extend_from_slice(run.get(1..).unwrap_or_default());
        }
        rest = behind;
    }
    out
}

fn substitute(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let plain = expanded(args.text(0));
    let cipher = expanded(args.text(1));
    let ignore_case = args.flag(2);
    let mut out = Vec::with_capacity(input.len());
    if plain.len() != cipher.len() {
        push_str(&mut out, "Warning: Plaintext and Ciphertext lengths differ\n\n");
    }
    let table: HashMap<Vec<u16>, Vec<u16>> = plain.into_iter().zip(cipher).collect();
    let (upper, lower) = (|text: &[u16]| with_case(text, str::to_uppercase), small);
    for next in characters(input) {
        let found = if ignore_case {
            let capital = upper(next) == next;
            let other = if capital { lower(next) } else { upper(next) };
            let held = table.get(next).or_else(|| table.get(&other));
            held.map(|held| if capital { upper(held) } else { lower(held) })
        } else {
            table.get(next).cloned()
        };
        out.extend(found.unwrap_or_else(|| next.to_vec()));
    }
    oven.room_for_text(out.len())?;
    Ok(Dish::Text(out))
}

/// The characters of a text; a lone surrogate is one.
fn characters(text: &[u16]) -> impl Iterator<Item = &[u16]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let length = match rest {
            [0xd800..=0xdbff, 0xdc00..=0xdfff, ..] => 2,
            [_, ..] => 1,
            [] => return None,
        };
        let (next, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(next)
    })
}

/// Ranges `a-z` expanded, by characters; `\-` is a hyphen.
fn expanded(alphabet: &[u16]) -> Vec<Vec<u16>> {
    let points: Vec<u32> = char::decode_utf16(alphabet.iter().copied())
        .map(|next| next.map_or_else(|lone| u32::from(lone.unpaired_surrogate()), u32::from))
        .collect();
    let mut out = Vec::new();
    let push = |out: &mut Vec<Vec<u16>>, point| {
        let mut units = Vec::new();
        crate::decode::dish::push_code_point(&mut units, point);
        out.push(units);
    };
    let mut rest = points.as_slice();
    while let Some((&first, after)) = rest.split_first() {
        if out.len() > crate::decode::ops::ALPHABET_MAX {
            break;
        }
        rest = match after {
            [0x2d, last, after @ ..] if first != 0x5c => {
                (first..=*last)
                    .take(crate::decode::ops::ALPHABET_MAX)
                    .for_each(|point| push(&mut out, point));
                after
            }
            [0x2d, after @ ..] if first == 0x5c && !after.is_empty() => {
                push(&mut out, 0x2d);
                after
            }
            _ => {
                push(&mut out, first);
                after
            }
        };
    }
    out
}
