//! JSON Beautify and Generic Code Beautify.

use super::json5::{self, Syntax};
use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, is_space, push_str, str_to_text};
use crate::decode::error::Fault;
use crate::decode::html;
use crate::decode::json::{self, Json};
use crate::decode::ops::{Baked, Op, Takes, arg};
use crate::decode::regex::{Flags, Regex};
use std::sync::OnceLock;

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "JSON Beautify",
        args: &[
            arg("Indent string", Kind::Escaped("    ")),
            arg("Sort Object Keys", Kind::Flag(false)),
            arg("Formatted", Kind::Flag(true)),
        ],
        run: Takes::Text(json_beautify),
    },
    Op { name: "Generic Code Beautify", args: &[], run: Takes::Text(code_beautify) },
];

fn json_beautify(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    if input.is_empty() {
        return Ok(Dish::Text(Vec::new()));
    }
    let mut value = json5::read(input, Syntax::Json5, oven)?;
    if args.flag(1) {
        json5::sort_keys(&mut value);
    }
    Ok(Dish::Text(json5::pretty(&value, args.text(0), oven)?))
}

/// The value as a tree that folds, or as it is.
pub(in crate::decode) fn present(dish: &Dish, args: &Args, oven: &mut Oven) -> Result<Vec<u16>, Fault> {
    let Dish::Text(text) = dish else { return Ok(Vec::new()) };
    if !args.flag(2) {
        return Ok(html::escape(text));
    }
    let value = json5::read(text, Syntax::Json5, oven)?;
    let mut out = str_to_text("<div class=\"json-document\">");
    folded(&value, None, &mut out, oven)?;
    push_str(&mut out, "</div>");
    Ok(out)
}

/// A value, inside marks that fold it when there is something to fold; a key goes before it.
fn folded(value: &Json, key: Option<&[u16]>, out: &mut Vec<u16>, oven: &Oven) -> Result<(), Fault> {
    let (sort, empty) = match value {
        Json::List(items) => ("json-arr", items.is_empty()),
        Json::Map(entries) => ("json-obj", entries.is_empty()),
        _ => ("", true),
    };
    let colon = "<span class=\"json-colon\">:</span> ";
    if empty {
        if let Some(key) = key {
            out.extend(html::escape(key));
            push_str(out, colon);
        }
        return tree(value, out, oven);
    }
    push_str(out, "<details open class=\"json-details\">");
    push_str(out, &format!("<summary class=\"json-summary {sort}\">"));
    if let Some(key) = key {
        out.extend(html::escape(key));
        push_str(out, colon);
    }
    push_str(out, "</summary>");
    tree(value, out, oven)?;
    push_str(out, "</details>");
    oven.room_for_text(out.len())
}

fn tree(value: &Json, out: &mut Vec<u16>, oven: &Oven) -> Result<(), Fault> {
    match value {
        Json::Text(text) => string(text, out),
        Json::List(items) if items.is_empty() => push_str(out, "<span class=\"json-bracket\">[]</span>"),
        Json::List(items) => {
            push_str(out, "<span class=\"json-bracket\">[</span><ol class=\"json-array\">");
            let last = items.len().saturating_sub(1);
            for (index, item) in items.iter().enumerate() {
                push_str(out, "<li>");
                folded(item, None, out, oven)?;
                push_str(
                    out,
                    if index < last { "<span class=\"json-comma\">,</span></li>" } else { "</li>" },
                );
            }
            push_str(out, "</ol><span class=\"json-bracket\">]</span>");
        }
        Json::Map(entries) if entries.is_empty() => push_str(out, "<span class=\"json-brace\">{}</span>"),
        Json::Map(entries) => {
            push_str(out, "<span class=\"json-brace\">{</span><ul class=\"json-dict\">");
            let last = entries.len().saturating_sub(1);
            for (index, (key, value)) in entries.iter().enumerate() {
                push_str(out, "<li>");
                folded(value, Some(key), out, oven)?;
                push_str(
                    out,
                    if index < last { "<span class=\"json-comma\">,</span></li>" } else { "</li>" },
                );
            }
            push_str(out, "</ul><span class=\"json-brace\">}</span>");
        }
        literal => {
            let mut text = String::new();
            json::write(literal, '"', &mut text);
            push_str(out, &format!("<span class=\"json-literal\">{text}</span>"));
        }
    }
    Ok(())
}

fn string(text: &[u16], out: &mut Vec<u16>) {
    let escaped = html::escape(text);
    let starts = |scheme: &str| escaped.iter().copied().take(scheme.len()).eq(scheme.encode_utf16());
    if ["http://", "https://", "ftp://", "ftps://"].iter().any(|scheme| starts(scheme)) {
        push_str(out, "<a href=\"");
        out.extend_from_slice(&escaped);
        push_str(out, "\" class=\"json-string\" target=\"_blank\">");
        out.extend_from_slice(&escaped);
        push_str(out, "</a>");
    } else {
        push_str(out, "<span class=\"json-string\">\"");
        out.extend(swapped(&escaped, "&quot;", "\\&quot;"));
        push_str(out, "\"</span>");
    }
}

fn swapped(text: &[u16], from: &str, to: &str) -> Vec<u16> {
    let (from, to) = (str_to_text(from), str_to_text(to));
    let mut out = Vec::with_capacity(text.len());
    for (index, section) in crate::decode::ops::text::Sections::new(text, &from).enumerate() {
        if index > 0 {
            out.extend_from_slice(&to);
        }
        out.extend_from_slice(section);
    }
    out
}

/// What is set aside while the code is laid out, in this order: strings, comments, expressions between slashes.
const ASIDE: &[&str] = &[
    r"'([^'\\]|\\.)*'",
    r#""([^"\\]|\\.)*""#,
    r"\/\/[^\n\r]*",
    r"\/\*[\s\S]*?\*\/",
    r"(^|\n)#[^\n\r#]+",
    r"\/.*?[^\\]\/[gimGIM]{0,3}",
];

/// What follows the layout, in this order.
const FINISH: &[(&str, &str)] = &[
    (r"\s*([!<>=+-/*]?)=\s*", " $1= "),
    (r"\s*<([=]?)\s*", " <$1 "),
    (r"\s*>([=]?)\s*", " >$1 "),
    (r"([^+])\+([^+=])", "$1 + $2"),
    (r"([^-])-([^-=])", "$1 - $2"),
    (r"([^*])\*([^*=])", "$1 * $2"),
    (r"([^/])\/([^/=])", "$1 / $2"),
    (r"\s*,\s*", ", "),
    (r"\s*{", " {"),
    (r"}\n", "}\n\n"),
    (r"(if|for|while|with|elif|elseif)\s*\(([^\n]*)\)\s*\n([^{])", "$1 ($2)\n    $3"),
    (r"(if|for|while|with|elif|elseif)\s*\(([^\n]*)\)([^{])", "$1 ($2) $3"),
    (r"else\s*\n([^{])", "else\n    $1"),
    (r"else\s+([^{])", "else $1"),
    (r"\s+;", ";"),
    (r"\{\s+\}", "{}"),
    (r"\[\s+\]", "[]"),
    (r"}\s*(else|catch|except|finally|elif|elseif|else if)", "} $1"),
];

/// The steps of [`FINISH`] from here to here match case-blind.
const CASE_BLIND: &[usize] = &[10, 11, 12, 13, 17];

struct Patterns {
    aside: Vec<Regex>,
    finish: Vec<(Regex, Vec<u16>)>,
    mark: Regex,
}

fn patterns() -> &'static Patterns {
    static PATTERNS: OnceLock<Patterns> = OnceLock::new();
    PATTERNS.get_or_init(|| Patterns {
        aside: ASIDE.iter().map(|pattern| Regex::own(pattern, Flags::default())).collect(),
        finish: FINISH
            .iter()
            .enumerate()
            .map(|(index, (pattern, template))| {
                let blind = CASE_BLIND.contains(&index);
                let flags = Flags { ignore_case: blind, multiline: blind, ..Flags::default() };
                (Regex::own(pattern, flags), str_to_text(template))
            })
            .collect(),
        mark: Regex::own(r"###preservedToken(\d+)###", Flags::default()),
    })
}

fn code_beautify(input: &[u16], _: &Args, oven: &mut Oven) -> Baked {
    let patterns = patterns();
    let (mut code, mut kept) = (input.to_vec(), Vec::new());
    for pattern in &patterns.aside {
        code = set_aside(&code, pattern, &mut kept, oven)?;
    }
    code = indented(&broken_up(&code), oven)?;
    for (pattern, template) in &patterns.finish {
        oven.work(code.len())?;
        code = pattern.replace(&code, template, true, oven)?;
    }
    put_back(&code, &patterns.mark, &kept, oven).map(Dish::Text)
}

/// Puts a numbered mark where the pattern matches, and keeps what was there.
fn set_aside(
    code: &[u16],
    pattern: &Regex,
    kept: &mut Vec<Vec<u16>>,
    oven: &mut Oven,
) -> Result<Vec<u16>, Fault> {
    let mut out = Vec::with_capacity(code.len());
    let mut from = 0;
    for found in pattern.find_all(code, oven)? {
        let range = found.range();
        out.extend_from_slice(code.get(from..range.start).unwrap_or_default());
        from = range.end;
        push_str(&mut out, &format!("###preservedToken{}###", kept.len()));
        kept.push(code.get(range).unwrap_or_default().to_vec());
        oven.room_for_text(out.len())?;
    }
    out.extend_from_slice(code.get(from..).unwrap_or_default());
    Ok(out)
}

/// A statement a line, without indentation.
fn broken_up(code: &[u16]) -> Vec<u16> {
    const LINE: u16 = 0x0a;
    let mut lines = Vec::with_capacity(code.len());
    for unit in code {
        match u8::try_from(*unit) {
            Ok(b';') => lines.extend([*unit, LINE]),
            Ok(b'{') => lines.extend([*unit, LINE]),
            Ok(b'}') => lines.extend([LINE, *unit, LINE]),
            Ok(b'\r') => {}
            _ => lines.push(*unit),
        }
    }
    let start = lines.iter().take_while(|unit| is_space(**unit)).count();
    let mut out = Vec::with_capacity(lines.len());
    let mut behind_line = false;
    for unit in lines.into_iter().skip(start) {
        if behind_line && is_space(unit) {
            continue;
        }
        // An opening brace goes up to the line before.
        if behind_line && unit == u16::from(b'{') {
            out.pop();
        }
        behind_line = unit == LINE;
        out.push(unit);
    }
    while out.last().is_some_and(|unit| is_space(*unit)) {
        out.pop();
    }
    out
}

/// Four spaces a brace that is open.
fn indented(code: &[u16], oven: &Oven) -> Result<Vec<u16>, Fault> {
    let mut out = Vec::with_capacity(code.len());
    let mut level = 0_i64;
    let mut rest = code.iter().peekable();
    while let Some(unit) = rest.next() {
        out.push(*unit);
        if *unit == u16::from(b'{') {
            level = level.saturating_add(1);
        } else if *unit == 0x0a
            && let Some(next) = rest.peek()
        {
            if **next == u16::from(b'}') {
                level = level.saturating_sub(1);
            }
            let width = usize::try_from(level).unwrap_or(0).saturating_mul(4);
            oven.room_for_text(out.len().saturating_add(width))?;
            out.extend(std::iter::repeat_n(0x20, width));
        }
    }
    Ok(out)
}

/// Puts back what was set aside; what comes back may hold marks itself.
fn put_back(code: &[u16], mark: &Regex, kept: &[Vec<u16>], oven: &mut Oven) -> Result<Vec<u16>, Fault> {
    let mut out = Vec::with_capacity(code.len());
    // What is still to be read, the next piece last; a mark stands in one piece, as it was put there.
    let mut pieces: Vec<&[u16]> = vec![code];
    while let Some(piece) = pieces.pop() {
        oven.steps(1)?;
        let Some(found) = mark.find_at(piece, 0, oven)? else {
            out.extend_from_slice(piece);
            continue;
        };
        let range = found.range();
        out.extend_from_slice(piece.get(..range.start).unwrap_or_default());
        pieces.push(piece.get(range.end..).unwrap_or_default());
        let number = String::from_utf16_lossy(found.text(piece, 1).unwrap_or_default());
        match number.parse::<usize>().ok().and_then(|number| kept.get(number)) {
            Some(held) => pieces.push(held),
            None => push_str(&mut out, "undefined"),
        }
        oven.room_for_text(out.len())?;
    }
    Ok(out)
}
