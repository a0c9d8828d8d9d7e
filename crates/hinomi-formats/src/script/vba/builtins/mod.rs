//! The functions of VBA (MS-VBAL 6.1.2) on values that need not be known. A result is unknown where its arguments
//! are; an error is the number VBA raises.

mod lists;
mod numbers;
mod strings;

use super::value::Value;

/// How much a function may make.
pub(super) struct Room {
    /// Bytes of one string.
    pub(super) bytes_max: usize,
}

/// A function that only reckons.
pub(super) type Pure = fn(&[Value], &Room) -> Given;

/// What it gives: a value, or an error by number.
pub(super) type Given = Result<Value, u16>;

/// A function of the language.
#[derive(Clone, Copy)]
pub(super) enum Function {
    Pure(Pure),
    Effect(Effect),
}

/// Functions that do more than reckon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// What it gives nobody knows: the time, what people answer, what lies on the disk.
    Unknown,
    /// `CreateObject`, `GetObject`.
    MakeObject,
    CallByName,
    /// `Load form`.
    Load,
}

/// Invalid procedure call or argument.
const INVALID: u16 = 5;
/// Type mismatch.
const MISMATCH: u16 = 13;

/// The function of this name, in lower case.
pub(super) fn find(name: &str) -> Option<Function> {
    let at = TABLE.binary_search_by_key(&name, |(known, _)| *known).ok()?;
    TABLE.get(at).map(|(_, function)| *function)
}

use Function::{Effect as E, Pure as P};

/// By name, in lower case and sorted.
static TABLE: &[(&str, Function)] = &[
    ("abs", P(|given, _| numbers::of(given, f64::abs))),
    ("appactivate", E(Effect::Unknown)),
    ("applescripttask", E(Effect::Unknown)),
    ("array", P(lists::array)),
    ("asc", P(|given, _| strings::code(given, true))),
    ("ascb", P(|given, _| strings::code(given, true))),
    ("ascw", P(|given, _| strings::code(given, false))),
    ("atn", P(|given, _| numbers::of(given, f64::atan))),
    ("callbyname", E(Effect::CallByName)),
    ("cbool", P(numbers::boolean)),
    ("cbyte", P(|given, _| numbers::converted(given, true))),
    ("ccur", P(|given, _| numbers::converted(given, false))),
    ("cdbl", P(|given, _| numbers::converted(given, false))),
    ("cdec", P(|given, _| numbers::converted(given, false))),
    ("choose", P(lists::choose)),
    ("chr", P(|given, _| strings::character(given, false))),
    ("chrb", P(|given, _| strings::character(given, false))),
    ("chrw", P(|given, _| strings::character(given, true))),
    ("cint", P(|given, _| numbers::converted(given, true))),
    ("clng", P(|given, _| numbers::converted(given, true))),
    ("clnglng", P(|given, _| numbers::converted(given, true))),
    ("clngptr", P(|given, _| numbers::converted(given, true))),
    ("cos", P(|given, _| numbers::of(given, f64::cos))),
    ("createobject", E(Effect::MakeObject)),
    ("csng", P(|given, _| numbers::converted(given, false))),
    ("cstr", P(strings::plain)),
    ("curdir", E(Effect::Unknown)),
    ("cvar", P(|given, _| Ok(given.first().cloned().unwrap_or_default()))),
    ("date", E(Effect::Unknown)),
    ("ddeinitiate", E(Effect::Unknown)),
    ("dir", E(Effect::Unknown)),
    ("environ", P(strings::environ)),
    ("eof", E(Effect::Unknown)),
    ("exp", P(|given, _| numbers::of(given, f64::exp))),
    ("filecopy", E(Effect::Unknown)),
    ("filedatetime", E(Effect::Unknown)),
    ("filelen", E(Effect::Unknown)),
    ("filter", P(lists::filter)),
    ("fix", P(|given, _| numbers::of(given, f64::trunc))),
    ("format", P(strings::format)),
    ("freefile", P(|_, _| Ok(Value::Num(1.0)))),
    ("getobject", E(Effect::MakeObject)),
    ("getsetting", E(Effect::Unknown)),
    ("hex", P(|given, _| numbers::digits(given, 16))),
    ("iif", P(lists::choose_if)),
    ("inputbox", E(Effect::Unknown)),
    ("instr", P(strings::position)),
    ("instrb", P(strings::position)),
    ("instrrev", P(strings::last_position)),
    ("int", P(|given, _| numbers::of(given, f64::floor))),
    ("isarray", P(lists::is_array)),
    ("isdate", P(|_, _| Ok(Value::Unknown))),
    ("isempty", P(lists::is_empty)),
    ("ismissing", P(lists::is_missing)),
    ("isnull", P(lists::is_null)),
    ("isnumeric", P(numbers::is_numeric)),
    ("isobject", P(lists::is_object)),
    ("join", P(lists::join)),
    ("kill", E(Effect::Unknown)),
    ("lbound", P(|given, _| lists::bound(given, false))),
    ("lcase", P(|given, _| strings::mapped(given, |text| text.to_lowercase()))),
    ("left", P(strings::left)),
    ("leftb", P(strings::left)),
    ("len", P(strings::length)),
    ("lenb", P(strings::length_in_bytes)),
    ("load", E(Effect::Load)),
    ("lof", E(Effect::Unknown)),
    ("log", P(|given, _| numbers::of(given, f64::ln))),
    ("ltrim", P(|given, _| strings::mapped(given, |text| text.trim_start_matches(' ').to_owned()))),
    ("macscript", E(Effect::Unknown)),
    ("mid", P(strings::middle)),
    ("midb", P(strings::middle)),
    ("mkdir", E(Effect::Unknown)),
    ("msgbox", E(Effect::Unknown)),
    ("now", E(Effect::Unknown)),
    ("oct", P(|given, _| numbers::digits(given, 8))),
    ("replace", P(strings::replace)),
    ("rgb", P(numbers::rgb)),
    ("right", P(strings::right)),
    ("rightb", P(strings::right)),
    ("rmdir", E(Effect::Unknown)),
    ("rnd", E(Effect::Unknown)),
    ("round", P(numbers::round)),
    ("rtrim", P(|given, _| strings::mapped(given, |text| text.trim_end_matches(' ').to_owned()))),
    ("savesetting", E(Effect::Unknown)),
    ("sendkeys", E(Effect::Unknown)),
    ("setattr", E(Effect::Unknown)),
    ("sgn", P(|given, _| numbers::of(given, |number| if number == 0.0 { 0.0 } else { number.signum() }))),
    ("shell", E(Effect::Unknown)),
    ("sin", P(|given, _| numbers::of(given, f64::sin))),
    ("space", P(strings::blanks)),
    ("split", P(lists::split)),
    ("sqr", P(|given, _| numbers::of(given, f64::sqrt))),
    ("str", P(numbers::spelled)),
    ("strcomp", P(strings::compare)),
    ("strconv", P(strings::convert)),
    ("string", P(strings::repeated)),
    ("strreverse", P(|given, _| strings::mapped(given, |text| text.chars().rev().collect()))),
    ("switch", P(lists::switch)),
    ("tan", P(|given, _| numbers::of(given, f64::tan))),
    ("time", E(Effect::Unknown)),
    ("timer", E(Effect::Unknown)),
    ("trim", P(|given, _| strings::mapped(given, |text| text.trim_matches(' ').to_owned()))),
    ("typename", P(lists::type_name)),
    ("ubound", P(|given, _| lists::bound(given, true))),
    ("ucase", P(|given, _| strings::mapped(given, |text| text.to_uppercase()))),
    ("val", P(numbers::leading)),
    ("vartype", P(lists::type_number)),
];
