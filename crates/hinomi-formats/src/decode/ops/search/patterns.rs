//! Operations whose argument is a pattern: find and replace, the regular expression workbench, filtering.

use crate::decode::args::{Args, Kind, unescape};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, push_str, str_to_text};
use crate::decode::error::Fault;
use crate::decode::html;
use crate::decode::ops::text::{INPUT_DELIMITERS, Sections, delimiter, joined};
use crate::decode::ops::{Baked, Op, Takes, arg};
use crate::decode::regex::{Flags, Match, Regex};

const HIGHLIGHT: &str = "Highlight matches";
const LIST: &str = "List matches";
const GROUPS: &str = "List capture groups";
const BOTH: &str = "List matches with capture groups";

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "Find / Replace",
        args: &[
            arg("Find", Kind::Toggle(&["Regex", "Extended (\\n, \\t, \\x...)", "Simple string"])),
            arg("Replace", Kind::Escaped("")),
            arg("Global match", Kind::Flag(true)),
            arg("Case insensitive", Kind::Flag(false)),
            arg("Multiline matching", Kind::Flag(true)),
            arg("Dot matches all", Kind::Flag(false)),
        ],
        run: Takes::Text(find_replace),
    },
    Op {
        name: "Regular expression",
        args: &[
            arg("Built in regexes", Kind::Text("User defined")),
            arg("Regex", Kind::Text("")),
            arg("Case insensitive", Kind::Flag(true)),
            arg("^ and $ match at newlines", Kind::Flag(true)),
            arg("Dot matches all", Kind::Flag(false)),
            arg("Unicode support", Kind::Flag(false)),
            arg("Astral support", Kind::Flag(false)),
            arg("Display total", Kind::Flag(false)),
            arg("Output format", Kind::Choice(&[HIGHLIGHT, LIST, GROUPS, BOTH], 0)),
        ],
        run: Takes::Text(regular_expression),
    },
    Op {
        name: "Filter",
        args: &[
            arg("Delimiter", Kind::Choice(INPUT_DELIMITERS, 0)),
            arg("Regex", Kind::Text("")),
            arg("Invert condition", Kind::Flag(false)),
        ],
        run: Takes::Text(filter),
    },
];

fn find_replace(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let (label, find) = args.toggle(0);
    let flags = Flags {
        ignore_case: args.flag(3),
        multiline: args.flag(4),
        dot_all: args.flag(5),
        ..Flags::default()
    };
    let pattern = match label {
        "Regex" => find.to_vec(),
        "Simple string" => quoted(find),
        _ => quoted(&unescape(find).ok_or_else(|| Fault::refused("an escape above U+10FFFF"))?),
    };
    let regex = Regex::xregexp(&pattern, flags).map_err(Fault::Refused)?;
    Ok(Dish::Text(regex.replace(input, args.text(1), args.flag(2), oven)?))
}

/// A pattern for this very text.
fn quoted(text: &[u16]) -> Vec<u16> {
    let mut out = Vec::with_capacity(text.len());
    for unit in text {
        let byte = u8::try_from(*unit).unwrap_or(0);
        if b".*+?^=!:${}()|[]/\\".contains(&byte) {
            out.push(u16::from(b'\\'));
        }
        out.push(*unit);
    }
    out
}

fn regular_expression(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let pattern = args.text(1);
    if matches!(pattern, [] | [0x5e | 0x24]) {
        return Ok(Dish::Html(html::escape(input)));
    }
    let flags = Flags {
        ignore_case: args.flag(2),
        multiline: args.flag(3),
        dot_all: args.flag(4),
        unicode: args.flag(5),
        astral: args.flag(6),
    };
    let regex = Regex::xregexp(pattern, flags).map_err(Fault::Refused)?;
    let found = regex.find_all(input, oven)?;
    let (body, total) = match args.choice(8) {
        HIGHLIGHT => (highlighted(input, &found, oven)?, args.flag(7)),
        LIST => (html::escape(&listed(input, &found, true, false, args.flag(7), oven)?), false),
        GROUPS => (html::escape(&listed(input, &found, false, true, args.flag(7), oven)?), false),
        _ => (html::escape(&listed(input, &found, true, true, args.flag(7), oven)?), false),
    };
    if !total {
        return Ok(Dish::Html(body));
    }
    let mut out = str_to_text(&format!("Total found: {}\n\n", found.len()));
    out.extend(body);
    Ok(Dish::Html(out))
}

fn listed(
    text: &[u16],
    found: &[Match],
    matches: bool,
    groups: bool,
    total: bool,
    oven: &Oven,
) -> Result<Vec<u16>, Fault> {
    let mut out = Vec::new();
    if total {
        push_str(&mut out, &format!("Total found: {}\n\n", found.len()));
    }
    for found in found {
        if matches {
            out.extend_from_slice(found.text(text, 0).unwrap_or_default());
            out.push(u16::from(b'\n'));
        }
        for group in 1..if groups { found.groups.len() } else { 1 } {
            if matches {
                push_str(&mut out, &format!("  Group {group}: "));
            }
            match found.text(text, group) {
                Some(held) => out.extend_from_slice(held),
                None => push_str(&mut out, "undefined"),
            }
            out.push(u16::from(b'\n'));
        }
        oven.room_for_text(out.len())?;
    }
    out.pop();
    Ok(out)
}

fn highlighted(text: &[u16], found: &[Match], oven: &Oven) -> Result<Vec<u16>, Fault> {
    let mut out = Vec::with_capacity(text.len());
    let mut kept = 0;
    for (index, found) in found.iter().enumerate() {
        let range = found.range();
        out.extend(html::escape(text.get(kept..range.start).unwrap_or_default()));
        kept = range.end;
        let colour = if index.is_multiple_of(2) { 2 } else { 1 };
        push_str(&mut out, &format!("<span class='hl{colour}' title='Offset: {}\n", range.start));
        for group in 1..found.groups.len() {
            if group == 1 {
                push_str(&mut out, "Groups:\n");
            }
            push_str(&mut out, &format!("\t{group}: "));
            out.extend(html::escape(found.text(text, group).unwrap_or_default()));
            out.push(u16::from(b'\n'));
        }
        push_str(&mut out, "'>");
        out.extend(html::escape(text.get(range).unwrap_or_default()));
        push_str(&mut out, "</span>");
        oven.room_for_text(out.len())?;
    }
    out.extend(html::escape(text.get(kept..).unwrap_or_default()));
    Ok(out)
}

fn filter(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let at = str_to_text(delimiter(args.choice(0)));
    let regex = Regex::xregexp(args.text(1), Flags::default()).map_err(Fault::Refused)?;
    let mut kept = Vec::new();
    for section in Sections::new(input, &at) {
        if regex.is_in(section, oven)? != args.flag(2) {
            kept.push(section);
        }
    }
    joined(kept.into_iter(), &at, oven)
}
