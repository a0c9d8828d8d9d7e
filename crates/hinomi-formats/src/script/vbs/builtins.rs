//! Functions and constants of VBScript.

use super::names;
use super::operators::number;
use super::parse::{self, NEW_ARRAY};
use crate::script::command::evaluate::Machine;
use crate::script::command::evaluate::trace::Deed;
use crate::script::command::evaluate::value::{Text, Value};
use crate::script::jscript::{objects, unescaped};

/// Elements an array may have at once.
const ELEMENTS_MAX: usize = 1 << 20;

/// Constants by their name in lower case.
pub(super) fn constant(name: &str) -> Option<Value> {
    let text = match name {
        "vbcrlf" | "vbnewline" => "\r\n",
        "vbcr" => "\r",
        "vblf" => "\n",
        "vbtab" => "\t",
        "vbnullstring" => "",
        "vbnullchar" => "\0",
        "vbbinarycompare" | "vbfalse" | "vbhide" => return Some(Value::Num(0.0)),
        "vbtextcompare" | "vbnormalfocus" => return Some(Value::Num(1.0)),
        "vbtrue" => return Some(Value::Num(-1.0)),
        _ => return None,
    };
    Some(Value::text(text))
}

/// Functions that take the value of their first argument apart; others are told by name in [`call`].
const NAMES: &[&str] = &[
    "now",
    "date",
    "time",
    "timer",
    "rnd",
    "msgbox",
    "inputbox",
    "array",
    "scriptengine",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "weekday",
];

/// Whether a name that stands alone is a function.
pub(super) fn is_builtin(name: &str) -> bool {
    NAMES.contains(&name)
}

/// A function of the language; `None` when it is none, or its arguments are not known.
pub(super) fn call(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    match name {
        "execute" | "executeglobal" | "eval" => run(machine, name, arguments),
        "createobject" => {
            let kind = machine.text_of(arguments.first()?);
            Some(names::created(machine, &kind))
        }
        "getobject" => {
            let moniker = machine.text_of(arguments.first()?);
            Some(objects::bound(machine, &moniker))
        }
        "getref" => {
            let name = machine.known_text(arguments.first()?)?.to_lowercase();
            machine.lookup(&parse::procedure_key(&name)).cloned()
        }
        "array" => Some(machine.list(arguments.to_vec())),
        NEW_ARRAY => new_array(machine, arguments),
        "ubound" | "lbound" | "join" | "filter" | "split" => lists(machine, name, arguments),
        "chr" | "chrw" | "chrb" | "asc" | "ascw" | "ascb" => codes(machine, name, arguments.first()?),
        "isempty" | "isnull" | "isobject" | "isarray" | "isnumeric" | "isdate" | "typename" | "vartype" => {
            kinds(name, arguments.first()?)
        }
        _ => strings(machine, name, arguments).or_else(|| numbers(name, arguments)),
    }
}

/// `Execute text`, `ExecuteGlobal text`, `Eval(text)`.
fn run(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let text = machine.known_text(arguments.first()?)?;
    Some(match name {
        "execute" => machine.run_text(&text),
        "executeglobal" => machine.run_text_globally(&text),
        _ => {
            if !machine.pay_bytes(text.len()) {
                return None;
            }
            machine.note(Deed::Run(text.clone()));
            let expression = parse::expression(&text);
            machine.foreign(&expression)
        }
    })
}

/// `Dim a(9)` has ten elements, `Dim a(1, 2)` two lists of three.
fn new_array(machine: &mut Machine<'_>, arguments: &[Value]) -> Option<Value> {
    let Some((first, rest)) = arguments.split_first() else { return Some(machine.list(Vec::new())) };
    let len = number(first).and_then(|number| Value::Num(number).index())?.saturating_add(1);
    if len > ELEMENTS_MAX || rest.len() > 2 || !machine.pay(len) {
        return None;
    }
    let mut items = Vec::new();
    for _ in 0..len {
        if rest.is_empty() {
            items.push(Value::Null);
        } else {
            items.push(new_array(machine, rest)?);
        }
    }
    Some(machine.list(items))
}

fn lists(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first()?;
    match name {
        "ubound" => {
            let items = machine.elements(first)?;
            Some(Value::Num(Value::count(items.len()).number()? - 1.0))
        }
        "lbound" => Some(Value::Num(0.0)),
        "split" => {
            let text = machine.known_text(first)?;
            let by = match arguments.get(1) {
                None | Some(Value::Null) => " ".to_owned(),
                Some(by) => machine.known_text(by)?,
            };
            let most = arguments.get(2).and_then(Value::index).unwrap_or(usize::MAX);
            machine.undo("split");
            if by.is_empty() || text.is_empty() {
                return Some(machine.texts([text]));
            }
            let pieces: Vec<&str> = text.splitn(most.max(1), by.as_str()).collect();
            Some(machine.texts(pieces))
        }
        "filter" => {
            let (items, find) = (machine.elements(first)?, machine.known_text(arguments.get(1)?)?);
            let keep = arguments.get(2).and_then(|value| machine.truth(value)).unwrap_or(true);
            let mut out = Vec::new();
            for item in items {
                if machine.known_text(&item)?.contains(&find) == keep {
                    out.push(item);
                }
            }
            Some(machine.list(out))
        }
        _ => {
            let items = machine.elements(first)?;
            let with = match arguments.get(1) {
                None | Some(Value::Null) => " ".to_owned(),
                Some(with) => machine.text_of(with),
            };
            let mut out = String::new();
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { &with } else { "" });
                out.push_str(&machine.text_of(item));
                if out.len() > machine.limits.text_bytes_max {
                    machine.text_cut = true;
                    return None;
                }
            }
            machine.undo("join");
            Some(machine.string(out))
        }
    }
}

fn codes(machine: &mut Machine<'_>, name: &str, value: &Value) -> Option<Value> {
    machine.undo("character codes");
    if name.starts_with("chr") {
        let code = Value::Num(number(value)?).whole()?;
        // `ChrW` takes a negative number for the upper half.
        let code = u32::try_from(code.rem_euclid(0x1_0000)).ok()?;
        let c = char::from_u32(code).unwrap_or('\u{fffd}');
        return Some(Value::text(c.to_string()));
    }
    let text = machine.known_text(value)?;
    text.chars().next().map(|c| Value::Num(f64::from(u32::from(c))))
}

fn kinds(name: &str, value: &Value) -> Option<Value> {
    if !value.is_known() {
        return None;
    }
    Some(Value::Bool(match name {
        "isempty" | "isnull" => *value == Value::Null,
        "isobject" => matches!(value, Value::Object(_)),
        "isarray" => matches!(value, Value::List(_) | Value::Bytes(_)),
        "isnumeric" => number(value).is_some(),
        _ => return None,
    }))
}

/// Functions of strings.
fn strings(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let first = arguments.first()?;
    if name == "instr" || name == "instrrev" {
        return find(machine, name, arguments);
    }
    if name == "space" || name == "string" {
        return repeated(machine, name, arguments);
    }
    // A number's own text is what the functions of strings work on.
    let known = match first {
        Value::Str(text) if !text.as_str().contains(super::GAP) => std::rc::Rc::clone(text),
        Value::Num(_) | Value::Bool(_) | Value::Null | Value::Char(_) => {
            std::rc::Rc::new(Text::new(machine.text_of(first)))
        }
        Value::Bytes(bytes) if matches!(name, "len" | "lenb") => return Some(Value::count(bytes.len())),
        Value::Object(_) | Value::Env(_) if matches!(name, "cstr" | "trim") => {
            let text = machine.text_of(first);
            return Some(machine.string(text));
        }
        _ => return None,
    };
    let whole = known.as_str();
    let cost = if matches!(name, "mid" | "left" | "len") { known.reach() } else { whole.len() };
    if !machine.pay_bytes(cost) {
        return None;
    }
    let (layer, out) = match name {
        "len" => return Some(Value::count(known.count())),
        "lenb" => return Some(Value::count(known.count().saturating_mul(2))),
        "mid" | "midb" => ("substring", middle(&known, arguments)?),
        "left" => ("substring", known.part(0, count_of(arguments.get(1)?)?)),
        "right" => {
            let len = count_of(arguments.get(1)?)?;
            let start = known.count().saturating_sub(len);
            ("substring", known.part(start, len))
        }
        "replace" => ("replace", replaced(machine, whole, arguments)?),
        "strreverse" => ("reverse", whole.chars().rev().collect()),
        "lcase" => ("case", whole.to_lowercase()),
        "ucase" => ("case", whole.to_uppercase()),
        "trim" => ("trim", whole.trim_matches(' ').to_owned()),
        "ltrim" => ("trim", whole.trim_start_matches(' ').to_owned()),
        "rtrim" => ("trim", whole.trim_end_matches(' ').to_owned()),
        "cstr" => ("cast", whole.to_owned()),
        "unescape" => ("percent encoding", unescaped(whole)),
        _ => return None,
    };
    machine.undo(layer);
    Some(machine.string(out))
}

/// A count: a number that is not negative.
fn count_of(value: &Value) -> Option<usize> {
    usize::try_from(Value::Num(number(value)?).whole()?.max(0)).ok()
}

fn middle(text: &Text, arguments: &[Value]) -> Option<String> {
    let start = count_of(arguments.get(1)?)?.saturating_sub(1);
    let len = match arguments.get(2) {
        None | Some(Value::Null) => usize::MAX,
        Some(len) => count_of(len)?,
    };
    Some(text.part(start, len))
}

fn replaced(machine: &mut Machine<'_>, text: &str, arguments: &[Value]) -> Option<String> {
    let find = machine.known_text(arguments.get(1)?)?;
    let with = machine.text_of(arguments.get(2)?);
    if find.is_empty() {
        return Some(text.to_owned());
    }
    let start = arguments.get(3).and_then(count_of).unwrap_or(1).saturating_sub(1);
    let text = text.char_indices().nth(start).map_or("", |(at, _)| text.get(at..).unwrap_or_default());
    let most = match arguments.get(4).and_then(number) {
        Some(count) if count >= 0.0 => count_of(arguments.get(4)?)?,
        _ => usize::MAX,
    };
    let ignore_case = arguments.get(5).and_then(number) == Some(1.0);
    let found = if ignore_case && text.is_ascii() {
        text.to_ascii_lowercase().matches(&find.to_ascii_lowercase()).count()
    } else {
        text.matches(&find).count()
    };
    let grown = found.min(most).saturating_mul(with.len()).saturating_add(text.len());
    if grown > machine.limits.text_bytes_max || !machine.pay_bytes(grown) {
        return None;
    }
    if !ignore_case || !text.is_ascii() {
        return Some(text.replacen(&find, &with, most));
    }
    let (lower, find) = (text.to_ascii_lowercase(), find.to_ascii_lowercase());
    let (mut out, mut last) = (String::new(), 0);
    for (at, _) in lower.match_indices(&find).take(most) {
        out.push_str(text.get(last..at)?);
        out.push_str(&with);
        last = at + find.len();
    }
    out.push_str(text.get(last..)?);
    Some(out)
}

/// `InStr([start,] text, find)`, `InStrRev(text, find)`; places from 1, none is 0.
fn find(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let has_start = name == "instr" && arguments.len() > 2;
    let start = if has_start { count_of(arguments.first()?)?.saturating_sub(1) } else { 0 };
    let rest = if has_start { arguments.get(1..)? } else { arguments };
    let (mut text, mut find) = (machine.known_text(rest.first()?)?, machine.known_text(rest.get(1)?)?);
    if arguments.last().and_then(number) == Some(1.0) && arguments.len() > 3 {
        (text, find) = (text.to_lowercase(), find.to_lowercase());
    }
    machine.pay_bytes(text.len());
    let from = text.char_indices().nth(start).map_or(text.len(), |(at, _)| at);
    let at = if name == "instr" {
        text.get(from..)?.find(find.as_str()).map(|at| from + at)
    } else {
        text.rfind(find.as_str())
    };
    let place = at.map_or(0, |at| text.get(..at).unwrap_or_default().chars().count() + 1);
    Some(Value::count(place))
}

/// `Space(n)`, `String(n, "x")`.
fn repeated(machine: &mut Machine<'_>, name: &str, arguments: &[Value]) -> Option<Value> {
    let count = count_of(arguments.first()?)?;
    let piece = match arguments.get(1) {
        _ if name == "space" => " ".to_owned(),
        Some(code @ Value::Num(_)) => {
            char::from_u32(u32::try_from(code.whole()?.rem_euclid(256)).ok()?)?.to_string()
        }
        Some(text) => machine.known_text(text)?.chars().next()?.to_string(),
        None => return None,
    };
    if count.saturating_mul(piece.len()) > machine.limits.text_bytes_max {
        machine.text_cut = true;
        return None;
    }
    Some(machine.string(piece.repeat(count)))
}

/// Functions of numbers.
fn numbers(name: &str, arguments: &[Value]) -> Option<Value> {
    let value = number(arguments.first()?)?;
    let result = match name {
        "cint" | "clng" => value.round_ties_even(),
        "cbyte" => value.round_ties_even().clamp(0.0, 255.0),
        "cdbl" | "csng" | "ccur" => value,
        "cbool" => return Some(Value::Bool(value != 0.0)),
        "int" => value.floor(),
        "fix" => value.trunc(),
        "abs" => value.abs(),
        "sgn" => {
            if value == 0.0 {
                0.0
            } else {
                value.signum()
            }
        }
        "sqr" => value.sqrt(),
        "exp" => value.exp(),
        "log" => value.ln(),
        "sin" => value.sin(),
        "cos" => value.cos(),
        "tan" => value.tan(),
        "atn" => value.atan(),
        "round" => {
            let digits = arguments.get(1).and_then(Value::index).unwrap_or(0).min(12);
            let scale = 10f64.powi(i32::try_from(digits).ok()?);
            (value * scale).round_ties_even() / scale
        }
        "hex" | "oct" => {
            let code = Value::Num(value).whole()?;
            // Thirty-two bits, whatever the sign.
            let code = u64::try_from(code.rem_euclid(0x1_0000_0000)).ok()?;
            return Some(Value::text(if name == "hex" { format!("{code:X}") } else { format!("{code:o}") }));
        }
        _ => return None,
    };
    result.is_finite().then_some(Value::Num(result))
}
