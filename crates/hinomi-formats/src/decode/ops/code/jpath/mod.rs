//! JPath expression: paths into JSON by the rules of the package jsonpath-plus, with its filters, of which the
//! scripts are read by `script` and never run by anything else.

mod script;
mod trace;
mod value;

use super::json5::{self, Syntax};
use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::Dish;
use crate::decode::error::Fault;
use crate::decode::json::Json;
use crate::decode::ops::{Baked, Op, Takes, arg};
use crate::decode::regex::{Flags, Match, Regex};
use std::sync::OnceLock;
use trace::Tracer;
use value::Value;

pub(in crate::decode) static OPS: &[Op] = &[Op {
    name: "JPath expression",
    args: &[arg("Query", Kind::Text("")), arg("Result delimiter", Kind::Escaped("\\n"))],
    run: Takes::Text(jpath),
}];

fn jpath(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let json = json5::read(input, Syntax::Json, oven)?;
    let nothing = match &json {
        Json::Null | Json::Flag(false) => true,
        Json::Number(number) => *number == 0.0 || number.is_nan(),
        Json::Text(text) => text.is_empty(),
        _ => false,
    };
    if nothing {
        return Err(Fault::refused("there is nothing in this JSON to look into"));
    }
    let mut path = steps(args.text(0), oven)?;
    if path.len() > 1 && path.first().is_some_and(|first| first.is("$")) {
        path.remove(0);
    }
    let found = Tracer::new(Value::of(&json), oven).results(&path)?;
    let mut out = Vec::new();
    for (index, value) in found.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(args.text(1));
        }
        out.extend(value.stringified());
        oven.room_for_text(out.len())?;
    }
    Ok(Dish::Text(out))
}

/// The patterns by which a path is taken apart, in their order.
struct Patterns {
    types: Regex,
    scripts: Regex,
    quoted: Regex,
    dots: Regex,
    ups: Regex,
    empties: Regex,
    ends: Regex,
    mark: Regex,
}

fn patterns() -> &'static Patterns {
    static PATTERNS: OnceLock<Patterns> = OnceLock::new();
    let own = |pattern| Regex::own(pattern, Flags { unicode: true, ..Flags::default() });
    PATTERNS.get_or_init(|| Patterns {
        types: own(
            r"@(?:null|boolean|number|string|integer|undefined|nonFinite|scalar|array|object|function|other)\(\)",
        ),
        scripts: own(r"[\['](\??\(.*?\))[\]'](?!.\])"),
        quoted: own(r#"\[['"]([^'\]]*)['"]\]"#),
        dots: own(r#"['"]?\.['"]?(?![^\[]*\])|\[['"]?"#),
        ups: own(r"(?:;)?(\^+)(?:;)?"),
        empties: own(r";;;|;;"),
        ends: own(r";$|'?\]|'$"),
        mark: own(r"#(\d+)"),
    })
}

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

/// JavaScript's `replace` of every match by what a function makes of it.
fn replaced(
    text: &[u16],
    regex: &Regex,
    oven: &mut Oven,
    mut with: impl FnMut(&Match) -> Vec<u16>,
) -> Result<Vec<u16>, Fault> {
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for found in regex.find_all(text, oven)? {
        let range = found.range();
        out.extend_from_slice(text.get(from..range.start).unwrap_or_default());
        out.extend(with(&found));
        from = range.end;
        oven.room_for_text(out.len())?;
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    Ok(out)
}

fn swapped(text: &[u16], from: &str, to: &str) -> Vec<u16> {
    let (from, to) = (units(from), units(to));
    let sections: Vec<&[u16]> = crate::decode::ops::text::Sections::new(text, &from).collect();
    sections.join(to.as_slice())
}

/// The steps of a path, scripts and filters in one piece each.
fn steps(path: &[u16], oven: &mut Oven) -> Result<Vec<Value<'static>>, Fault> {
    let patterns = patterns();
    let mut scripts: Vec<Vec<u16>> = Vec::new();
    let held = |text: &[u16], found: &Match, group| found.text(text, group).unwrap_or_default().to_vec();
    let text = replaced(path, &patterns.types, oven, |found| {
        [units(";"), held(path, found, 0), units(";")].concat()
    })?;
    let text = replaced(&text.clone(), &patterns.scripts, oven, |found| {
        scripts.push(held(&text, found, 1));
        units(&format!("[#{}]", scripts.len().saturating_sub(1)))
    })?;
    let text = replaced(&text.clone(), &patterns.quoted, oven, |found| {
        let name = swapped(&swapped(&held(&text, found, 1), ".", "%@%"), "~", "%%@@%%");
        [units("['"), name, units("']")].concat()
    })?;
    let text = swapped(&text, "~", ";~;");
    let text = replaced(&text, &patterns.dots, oven, |_| units(";"))?;
    let text = swapped(&swapped(&text, "%@%", "."), "%%@@%%", "~");
    let text = replaced(&text.clone(), &patterns.ups, oven, |found| {
        let ups = vec!["^"; held(&text, found, 1).len()];
        units(&format!(";{};", ups.join(";")))
    })?;
    let text = replaced(&text, &patterns.empties, oven, |_| units(";..;"))?;
    let text = replaced(&text, &patterns.ends, oven, |_| Vec::new())?;
    let mut out = Vec::new();
    for step in text.split(|unit| *unit == u16::from(b';')) {
        out.push(match patterns.mark.find_at(step, 0, oven)? {
            None => Value::text(step.to_vec()),
            Some(found) => {
                let number = String::from_utf16_lossy(found.text(step, 1).unwrap_or_default());
                let script = number.parse::<usize>().ok().and_then(|number| scripts.get(number));
                script.map_or(Value::Undefined, |script| Value::text(script.clone()))
            }
        });
    }
    Ok(out)
}
