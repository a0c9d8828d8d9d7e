//! Operations on text as text: split, head and tail, reverse, case, white space.

use super::{Baked, Op, Takes, arg};
use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::Numbers;
use crate::decode::dish::{Dish, ascii, bytes_to_text, is_space, push_str, str_to_text, text_to_utf8};

/// The delimiters of operations that split their input.
pub(super) const INPUT_DELIMITERS: &[&str] =
    &["Line feed", "CRLF", "Space", "Comma", "Semi-colon", "Colon", "Nothing (separate chars)"];

pub(super) static OPS: &[Op] = &[
    Op {
        name: "Split",
        args: &[arg("Split delimiter", Kind::Escaped(",")), arg("Join delimiter", Kind::Escaped("\\n"))],
        run: Takes::Text(split),
    },
    Op {
        name: "Head",
        args: &[arg("Delimiter", Kind::Choice(INPUT_DELIMITERS, 0)), arg("Number", Kind::Number(10.0))],
        run: Takes::Text(head),
    },
    Op {
        name: "Tail",
        args: &[arg("Delimiter", Kind::Choice(INPUT_DELIMITERS, 0)), arg("Number", Kind::Number(10.0))],
        run: Takes::Text(tail),
    },
    Op {
        name: "Reverse",
        args: &[arg("By", Kind::Choice(&["Byte", "Character", "Line"], 1))],
        run: Takes::Bytes(reverse),
    },
    Op {
        name: "Remove whitespace",
        args: &[
            arg("Spaces", Kind::Flag(true)),
            arg("Carriage returns (\\r)", Kind::Flag(true)),
            arg("Line feeds (\\n)", Kind::Flag(true)),
            arg("Tabs", Kind::Flag(true)),
            arg("Form feeds (\\f)", Kind::Flag(true)),
            arg("Full stops", Kind::Flag(false)),
        ],
        run: Takes::Text(remove_whitespace),
    },
    Op { name: "To Lower case", args: &[], run: Takes::Text(to_lower) },
    Op {
        name: "To Upper case",
        args: &[arg("Scope", Kind::Choice(&["All", "Word", "Sentence", "Paragraph"], 0))],
        run: Takes::Text(to_upper),
    },
];

/// The characters a delimiter's label stands for.
pub(super) fn delimiter(label: &str) -> &'static str {
    match label {
        "Space" => " ",
        "Percent" => "%",
        "Comma" => ",",
        "Semi-colon" => ";",
        "Colon" => ":",
        "Line feed" => "\n",
        "CRLF" => "\r\n",
        "0x" => "0x",
        "\\x" => "\\x",
        _ => "",
    }
}

fn split(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    match (args.text(0), args.text(1)) {
        // One unit for another: what most recipes do, and much the fastest.
        ([at], [join]) => {
            let swapped = input.iter().map(|unit| if unit == at { *join } else { *unit });
            Ok(Dish::Text(swapped.collect()))
        }
        (at, join) => joined(Sections::new(input, at), join, oven),
    }
}

/// The sections with something between; measured before it is made.
pub(super) fn joined<'t>(
    sections: impl Iterator<Item = &'t [u16]> + Clone,
    join: &[u16],
    oven: &Oven,
) -> Baked {
    let length = sections.clone().fold(0_usize, |sum, section| sum.saturating_add(section.len()));
    let joins = sections.clone().count().saturating_sub(1);
    let length = length.saturating_add(joins.saturating_mul(join.len()));
    oven.room_for_text(length)?;
    let mut out = Vec::with_capacity(length);
    for (index, section) in sections.enumerate() {
        if index > 0 {
            out.extend_from_slice(join);
        }
        out.extend_from_slice(section);
    }
    Ok(Dish::Text(out))
}

/// JavaScript's `split` at a string; at nothing, into code units.
#[derive(Clone)]
pub(in crate::decode) struct Sections<'t, 'd> {
    rest: Option<&'t [u16]>,
    at: &'d [u16],
    borders: Vec<usize>,
}

impl<'t, 'd> Sections<'t, 'd> {
    pub(in crate::decode) fn new(text: &'t [u16], at: &'d [u16]) -> Self {
        Self { rest: Some(text), at, borders: borders(at) }
    }

    /// Where the delimiter next starts. Knuth, Morris and Pratt: linear whatever the two strings are.
    fn next_delimiter(&self, text: &[u16]) -> Option<usize> {
        if let [unit] = self.at {
            return text.iter().position(|held| held == unit);
        }
        let mut matched = 0_usize;
        for (index, unit) in text.iter().enumerate() {
            while matched > 0 && self.at.get(matched) != Some(unit) {
                matched = border(&self.borders, matched);
            }
            if self.at.get(matched) == Some(unit) {
                matched = matched.saturating_add(1);
            }
            if matched == self.at.len() {
                return index.checked_add(1)?.checked_sub(matched);
            }
        }
        None
    }
}

impl<'t> Iterator for Sections<'t, '_> {
    type Item = &'t [u16];

    fn next(&mut self) -> Option<&'t [u16]> {
        let text = self.rest?;
        if self.at.is_empty() {
            let (unit, rest) = text.split_at_checked(1)?;
            self.rest = Some(rest);
            return Some(unit);
        }
        let found = self.next_delimiter(text).and_then(|start| text.split_at_checked(start));
        self.rest = found.and_then(|(_, rest)| rest.get(self.at.len()..));
        Some(found.map_or(text, |(section, _)| section))
    }
}

fn border(borders: &[usize], length: usize) -> usize {
    length.checked_sub(1).and_then(|last| borders.get(last)).copied().unwrap_or(0)
}

/// For each prefix, the length of the longest proper prefix that is also its suffix.
fn borders(of: &[u16]) -> Vec<usize> {
    let mut borders = Vec::with_capacity(of.len());
    let mut matched = 0_usize;
    for (index, unit) in of.iter().enumerate() {
        while matched > 0 && of.get(matched) != Some(unit) {
            matched = border(&borders, matched);
        }
        if index > 0 && of.get(matched) == Some(unit) {
            matched = matched.saturating_add(1);
        }
        borders.push(matched);
    }
    borders
}

fn head(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let at = str_to_text(delimiter(args.choice(0)));
    let (sections, number) = (Sections::new(input, &at), args.number(1));
    let last = if number < 0.0 { whole(sections.clone().count()) + number } else { number };
    let kept = sections.enumerate().filter(|(index, _)| whole(*index) + 1.0 <= last);
    joined(kept.map(|(_, section)| section), &at, oven)
}

fn tail(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let at = str_to_text(delimiter(args.choice(0)));
    let (sections, number) = (Sections::new(input, &at), args.number(1));
    let before = if number < 0.0 { -number } else { whole(sections.clone().count()) - number };
    let kept = sections.enumerate().filter(|(index, _)| whole(*index) + 1.0 > before);
    joined(kept.map(|(_, section)| section), &at, oven)
}

fn whole(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

fn reverse(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    Ok(Dish::Bytes(match args.choice(0) {
        "Byte" => input.iter().rev().copied().collect(),
        "Line" => {
            let mut out = Vec::with_capacity(input.len().saturating_add(1));
            for line in input.split(|byte| *byte == b'\n').rev() {
                out.extend_from_slice(line);
                out.push(b'\n');
            }
            out.truncate(input.len());
            out
        }
        _ => {
            oven.room_for_text(input.len())?;
            reverse_characters(&bytes_to_text(input))
        }
    }))
}

/// The same with NaN in it, which only the order of characters takes for 0.
pub(in crate::decode) fn reverse_numbers(input: &Numbers, args: &Args, oven: &mut Oven) -> Baked {
    Ok(match args.choice(0) {
        "Byte" => input.iter().rev().collect::<Numbers>().into_dish(),
        "Line" => {
            let entries: Vec<Option<u8>> = input.iter().collect();
            let end = [Some(b'\n')];
            let lines =
                entries.split(|entry| *entry == Some(b'\n')).rev().flat_map(|line| line.iter().chain(&end));
            lines.copied().take(entries.len()).collect::<Numbers>().into_dish()
        }
        _ => return reverse(&input.clone().into_bytes(), args, oven),
    })
}

/// Surrogate pairs stay pairs. The result is UTF-8 even where the input was read as Latin-1.
fn reverse_characters(text: &[u16]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        match rest {
            [before @ .., high @ 0xd800..=0xdbff, low @ 0xdc00..=0xdfff] => {
                out.extend([*high, *low]);
                rest = before;
            }
            [before @ .., unit] => {
                out.push(*unit);
                rest = before;
            }
            [] => return text_to_utf8(&out),
        }
    }
}

fn remove_whitespace(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let drop: Vec<u16> = (0_usize..6)
        .zip(*b" \r\n\t\x0c.")
        .filter(|(index, _)| args.flag(*index))
        .map(|(_, byte)| u16::from(byte))
        .collect();
    Ok(Dish::Text(input.iter().copied().filter(|unit| !drop.contains(unit)).collect()))
}

fn to_lower(input: &[u16], _: &Args, _: &mut Oven) -> Baked {
    Ok(Dish::Text(with_case(input, str::to_lowercase)))
}

fn to_upper(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    Ok(Dish::Text(match args.choice(0) {
        "Word" => capitals(input, |unit| !is_word(unit), |_| false),
        "Sentence" => capitals(input, |unit| unit == u16::from(b'.'), is_space),
        "Paragraph" => capitals(input, |unit| unit == u16::from(b'\n'), is_space),
        _ => with_case(input, str::to_uppercase),
    }))
}

/// Whole runs of valid text at once, because a final sigma depends on its neighbours.
pub(super) fn with_case(input: &[u16], change: fn(&str) -> String) -> Vec<u16> {
    let (mut out, mut run) = (Vec::with_capacity(input.len()), String::new());
    for unit in char::decode_utf16(input.iter().copied()) {
        match unit {
            Ok(next) => run.push(next),
            Err(lone) => {
                push_str(&mut out, &change(&run));
                run.clear();
                out.push(lone.unpaired_surrogate());
            }
        }
    }
    push_str(&mut out, &change(&run));
    out
}

/// Capitals for the ASCII letter at the start and behind each unit that `begins`, across units that are passed.
fn capitals(input: &[u16], begins: impl Fn(u16) -> bool, passes: impl Fn(u16) -> bool) -> Vec<u16> {
    let mut due = true;
    let change = |unit: &u16| {
        let capital = ascii(*unit).filter(|_| due).map(|byte| u16::from(byte.to_ascii_uppercase()));
        due = begins(*unit) || (due && passes(*unit));
        capital.unwrap_or(*unit)
    };
    input.iter().map(change).collect()
}

fn is_word(unit: u16) -> bool {
    ascii(unit).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
