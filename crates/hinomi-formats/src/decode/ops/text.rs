//! Operations on text as text: split, head and tail, reverse, case, white space.

use super::{Baked, Op, Takes, arg};
use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, bytes_to_text, push_str, text_to_utf8};

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
    let (at, join) = (args.text(0), args.text(1));
    let sections = sections(input, at);
    let joins = sections.len().saturating_sub(1);
    let kept: usize = sections.iter().map(|section| section.len()).sum();
    oven.room_for_text(kept.saturating_add(joins.saturating_mul(join.len())))?;
    Ok(Dish::Text(joined(&sections, join)))
}

fn joined(sections: &[&[u16]], join: &[u16]) -> Vec<u16> {
    let kept: usize = sections.iter().map(|section| section.len()).sum();
    let mut out = Vec::with_capacity(kept.saturating_add(sections.len().saturating_mul(join.len())));
    for (index, section) in sections.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(join);
        }
        out.extend_from_slice(section);
    }
    out
}

/// JavaScript's `split` at a string: at nothing, into code units.
pub(super) fn sections<'a>(text: &'a [u16], at: &[u16]) -> Vec<&'a [u16]> {
    match at {
        [] => text.chunks(1).collect(),
        [unit] => text.split(|held| held == unit).collect(),
        _ => sections_at(text, at),
    }
}

/// Knuth, Morris and Pratt: linear whatever the two strings are.
fn sections_at<'a>(text: &'a [u16], at: &[u16]) -> Vec<&'a [u16]> {
    let borders = borders(at);
    let mut out = Vec::new();
    let (mut from, mut matched) = (0_usize, 0_usize);
    for (index, unit) in text.iter().enumerate() {
        while matched > 0 && at.get(matched) != Some(unit) {
            matched = border(&borders, matched);
        }
        if at.get(matched) == Some(unit) {
            matched = matched.saturating_add(1);
        }
        if matched == at.len() {
            let end = index.saturating_add(1);
            out.extend(text.get(from..end.saturating_sub(matched)));
            (from, matched) = (end, 0);
        }
    }
    out.extend(text.get(from..));
    out
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

fn head(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let (at, number) = (delimiter(args.choice(0)).encode_utf16().collect::<Vec<_>>(), args.number(1));
    let sections = sections(input, &at);
    let last = if number < 0.0 { whole(sections.len()) + number } else { number };
    let kept = sections.iter().enumerate().filter(|(index, _)| whole(*index) + 1.0 <= last);
    Ok(Dish::Text(joined(&kept.map(|(_, section)| *section).collect::<Vec<_>>(), &at)))
}

fn tail(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let (at, number) = (delimiter(args.choice(0)).encode_utf16().collect::<Vec<_>>(), args.number(1));
    let sections = sections(input, &at);
    let before = if number < 0.0 { -number } else { whole(sections.len()) - number };
    let kept = sections.iter().enumerate().filter(|(index, _)| whole(*index) + 1.0 > before);
    Ok(Dish::Text(joined(&kept.map(|(_, section)| *section).collect::<Vec<_>>(), &at)))
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

/// Whole runs of valid text at once, because a final sigma depends on its neighbours.
fn to_lower(input: &[u16], _: &Args, oven: &mut Oven) -> Baked {
    oven.room_for_text(input.len())?;
    let (mut out, mut run) = (Vec::with_capacity(input.len()), String::new());
    for unit in char::decode_utf16(input.iter().copied()) {
        match unit {
            Ok(next) => run.push(next),
            Err(lone) => {
                push_str(&mut out, &run.to_lowercase());
                run.clear();
                out.push(lone.unpaired_surrogate());
            }
        }
    }
    push_str(&mut out, &run.to_lowercase());
    Ok(Dish::Text(out))
}
