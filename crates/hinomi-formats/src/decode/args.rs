//! From the arguments as written to the arguments an operation gets: kinds, defaults, escapes, labels.

use super::dish::{push_code_point, str_to_text};
use super::json::{self, Json};
use super::ops::written::charset::{self, Page};

/// One argument of an operation, as the operation's table row declares it.
#[derive(Debug)]
pub(super) struct Spec {
    /// The label CyberChef shows.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
}

/// What an argument may be, with its default.
#[derive(Debug)]
pub(super) enum Kind {
    /// A string in which escapes are resolved (`binaryString`, `editableOption` and their short forms).
    Escaped(&'static str),
    /// A string as it is.
    Text(&'static str),
    /// The same, of at most one code unit.
    EscapedUnit(&'static str),
    Flag(bool),
    Number(f64),
    /// A whole number between bounds: default, least, most.
    Whole(f64, f64, f64),
    /// A number that may not be below a bound: default, bound.
    NumberFrom(f64, f64),
    /// One of these labels; the default is the one at the index.
    Choice(&'static [&'static str], usize),
    /// A code page by its label; the default is UTF-8.
    CodePage,
    /// A string with the label of how to read it (`toggleString`); the default is empty and the first label.
    Toggle(&'static [&'static str]),
}

/// An argument an operation can use.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Arg {
    Text(Vec<u16>),
    Flag(bool),
    Number(f64),
    /// The label, as the table has it.
    Choice(&'static str),
    /// The label, and the page.
    Page(&'static str, Page),
    /// How to read it, and the string.
    Toggle(&'static str, Vec<u16>),
}

impl Arg {
    /// As a recipe writes it.
    pub(super) fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => Json::Text(text.clone()),
            Self::Flag(flag) => Json::Flag(*flag),
            Self::Number(number) => Json::Number(*number),
            Self::Choice(label) => json::text(label),
            Self::Page(label, _) => json::text(label),
            Self::Toggle(option, string) => Json::Map(vec![
                (str_to_text("option"), json::text(option)),
                (str_to_text("string"), Json::Text(string.clone())),
            ]),
        }
    }
}

/// The arguments of one step. Each is of the kind its row declares, so the readers below meet no other.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Args(pub(super) Vec<Arg>);

impl Args {
    /// Code units in all texts of it.
    pub(super) fn units(&self) -> usize {
        let units = self.0.iter().map(|arg| match arg {
            Arg::Text(text) | Arg::Toggle(_, text) => text.len(),
            _ => 0,
        });
        units.fold(0, usize::saturating_add)
    }

    pub(super) fn text(&self, index: usize) -> &[u16] {
        if let Some(Arg::Text(text)) = self.0.get(index) { text } else { &[] }
    }

    pub(super) fn flag(&self, index: usize) -> bool {
        matches!(self.0.get(index), Some(Arg::Flag(true)))
    }

    pub(super) fn number(&self, index: usize) -> f64 {
        if let Some(Arg::Number(number)) = self.0.get(index) { *number } else { 0.0 }
    }

    pub(super) fn choice(&self, index: usize) -> &'static str {
        if let Some(Arg::Choice(label)) = self.0.get(index) { label } else { "" }
    }

    pub(super) fn page(&self, index: usize) -> Page {
        if let Some(Arg::Page(_, page)) = self.0.get(index) { *page } else { Page::Utf8 }
    }

    pub(super) fn toggle(&self, index: usize) -> (&'static str, &[u16]) {
        if let Some(Arg::Toggle(label, text)) = self.0.get(index) { (label, text) } else { ("", &[]) }
    }
}

impl Spec {
    /// The argument for what the recipe holds at this place; `None` takes the default.
    ///
    /// # Errors
    /// The end of the sentence "argument … ".
    pub(super) fn prepare(&self, given: Option<&Json>) -> Result<Arg, String> {
        match &self.kind {
            Kind::Escaped(default) => Ok(Arg::Text(self.escaped(given, default)?)),
            Kind::Text(default) => Ok(Arg::Text(plain(given, default)?)),
            Kind::Whole(default, least, most) => match number(given, *default)? {
                number if number.fract() == 0.0 && (*least..=*most).contains(&number) => {
                    Ok(Arg::Number(number))
                }
                _ => Err(format!("must be a whole number from {least} to {most}")),
            },
            Kind::EscapedUnit(default) => {
                let text = self.escaped(given, default)?;
                let fits = text.len() <= 1;
                if fits { Ok(Arg::Text(text)) } else { Err("may hold one character only".to_owned()) }
            }
            Kind::Flag(default) => match given {
                None => Ok(Arg::Flag(*default)),
                Some(Json::Flag(flag)) => Ok(Arg::Flag(*flag)),
                Some(other) => Err(format!("must be true or false, not {}", other.sort())),
            },
            Kind::Number(default) => number(given, *default).map(Arg::Number),
            Kind::NumberFrom(default, least) => match number(given, *default)? {
                number if number >= *least => Ok(Arg::Number(number)),
                _ => Err(format!("must be at least {least}")),
            },
            Kind::Choice(labels, default) => choice(given, labels, *default).map(Arg::Choice),
            Kind::CodePage => code_page(given),
            Kind::Toggle(labels) => toggle(given, labels),
        }
    }

    /// Whether it is a string or number of a sort at all, but out of its bounds or not one of its choices, that
    /// CyberChef refuses: then it does so when the step runs.
    pub(super) fn is_bounded(&self) -> bool {
        matches!(
            self.kind,
            Kind::EscapedUnit(_) | Kind::Whole(..) | Kind::NumberFrom(..) | Kind::Choice(..) | Kind::CodePage
        )
    }

    /// Whether escapes in it are resolved.
    pub(super) fn is_escaped(&self) -> bool {
        matches!(self.kind, Kind::Escaped(_) | Kind::EscapedUnit(_))
    }

    fn escaped(&self, given: Option<&Json>, default: &str) -> Result<Vec<u16>, String> {
        unescape(&plain(given, default)?).ok_or_else(|| "holds an escape above U+10FFFF".to_owned())
    }
}

fn plain(given: Option<&Json>, default: &str) -> Result<Vec<u16>, String> {
    match given {
        None => Ok(str_to_text(default)),
        Some(Json::Text(text)) => Ok(text.clone()),
        Some(other) => Err(format!("must be a string, not {}", other.sort())),
    }
}

/// A number, or a string that starts with one. An emptied field is saved as `null` and means the default.
fn number(given: Option<&Json>, default: f64) -> Result<f64, String> {
    match given {
        None | Some(Json::Null) => Ok(default),
        Some(Json::Number(number)) => Ok(*number),
        Some(Json::Text(text)) => {
            leading_number(&String::from_utf16_lossy(text)).ok_or_else(|| "must be a number".to_owned())
        }
        Some(other) => Err(format!("must be a number, not {}", other.sort())),
    }
}

/// JavaScript's `parseFloat`, for finite decimal numbers.
fn leading_number(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let sign = usize::from(text.starts_with(['-', '+']));
    let digits = |from: usize| text.bytes().skip(from).take_while(u8::is_ascii_digit).count();
    let whole = digits(sign);
    let mut end = sign.saturating_add(whole);
    let mut any = whole;
    if text.as_bytes().get(end) == Some(&b'.') {
        let fraction = digits(end.saturating_add(1));
        any = any.saturating_add(fraction);
        end = end.saturating_add(1).saturating_add(fraction);
    }
    if any == 0 {
        return None;
    }
    if matches!(text.as_bytes().get(end), Some(b'e' | b'E')) {
        let signed = matches!(text.as_bytes().get(end.saturating_add(1)), Some(b'-' | b'+'));
        let from = end.saturating_add(1).saturating_add(usize::from(signed));
        let exponent = digits(from);
        if exponent > 0 {
            end = from.saturating_add(exponent);
        }
    }
    text.get(..end)?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// JavaScript's `parseFloat`, with what it makes of everything else.
pub(super) fn parse_float(text: &str) -> f64 {
    let space = |next: char| next.is_whitespace() || next == '\u{feff}';
    let text = text.trim_start_matches(space);
    if let Some(number) = leading_number(text) {
        return number;
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned.starts_with("Infinity") {
        true if text.starts_with('-') => f64::NEG_INFINITY,
        true => f64::INFINITY,
        false => f64::NAN,
    }
}

fn choice(given: Option<&Json>, labels: &[&'static str], default: usize) -> Result<&'static str, String> {
    // The page writes the list of all choices where it has not been told one, and reads it so.
    let Some(given) = given.filter(|given| !matches!(given, Json::List(_))) else {
        return Ok(labels.get(default).copied().unwrap_or_default());
    };
    let wanted = given.as_text().ok_or_else(|| format!("must be a string, not {}", given.sort()))?;
    named(wanted, labels)
}

fn named(wanted: &[u16], labels: &[&'static str]) -> Result<&'static str, String> {
    let found = labels.iter().find(|label| label.encode_utf16().eq(wanted.iter().copied()));
    found.copied().ok_or_else(|| {
        format!("has no option \"{}\"; it takes: {}", String::from_utf16_lossy(wanted), labels.join(", "))
    })
}

fn code_page(given: Option<&Json>) -> Result<Arg, String> {
    let wanted = match given {
        None => UTF_8.to_owned(),
        Some(given) => String::from_utf16_lossy(
            given.as_text().ok_or_else(|| format!("must be a string, not {}", given.sort()))?,
        ),
    };
    let (label, page) = charset::page(&wanted).ok_or_else(|| format!("has no option \"{wanted}\""))?;
    Ok(Arg::Page(label, page))
}

/// The first of the menu.
const UTF_8: &str = "UTF-8 (65001)";

fn toggle(given: Option<&Json>, labels: &'static [&'static str]) -> Result<Arg, String> {
    let Some(given) = given else {
        return Ok(Arg::Toggle(labels.first().copied().unwrap_or_default(), Vec::new()));
    };
    let (option, string) = (given.get("option"), given.get("string"));
    let (Some(option), Some(string)) = (option.and_then(Json::as_text), string.and_then(Json::as_text))
    else {
        return Err("must be an object with the strings \"option\" and \"string\"".to_owned());
    };
    Ok(Arg::Toggle(named(option, labels)?, string.to_vec()))
}

/// Resolves `\n \r \t \a \b \f \v \" \' \\`, octal `\0` to `\377`, `\xHH`, `\uHHHH` and `\u{H…}`; any other
/// backslash stays. `None` when `\u{…}` names no code point.
pub(super) fn unescape(text: &[u16]) -> Option<Vec<u16>> {
    if !text.contains(&BACKSLASH) {
        return Some(text.to_vec());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&unit, after)) = rest.split_first() {
        if unit != BACKSLASH {
            out.push(unit);
            rest = after;
            continue;
        }
        match escape(after) {
            Some((length, point)) => {
                if point > 0x10_ffff {
                    return None;
                }
                push_code_point(&mut out, point);
                rest = after.get(length..).unwrap_or_default();
            }
            None => {
                out.push(unit);
                rest = after;
            }
        }
    }
    Some(out)
}

const BACKSLASH: u16 = 0x5c;

/// The escape after a backslash: how many units it takes, and the code point.
fn escape(after: &[u16]) -> Option<(usize, u32)> {
    let simple = |point| Some((1, point));
    match u8::try_from(*after.first()?).ok()? {
        b'a' => simple(0x07),
        b'b' => simple(0x08),
        b'f' => simple(0x0c),
        b'n' => simple(0x0a),
        b'r' => simple(0x0d),
        b't' => simple(0x09),
        b'v' => simple(0x0b),
        byte @ (b'"' | b'\'' | b'\\') => simple(u32::from(byte)),
        first @ b'0'..=b'7' => {
            let longest = if first <= b'3' { 3 } else { 2 };
            let octal = after.iter().take(longest).take_while(|unit| (0x30..=0x37).contains(*unit));
            let digits: Vec<u32> = octal.map(|unit| u32::from(*unit).saturating_sub(0x30)).collect();
            Some((digits.len(), digits.iter().fold(0, |value, digit| value << 3 | digit)))
        }
        b'x' => hex(after.get(1..3)?).map(|point| (3, point)),
        b'u' if after.get(1) == Some(&u16::from(b'{')) => {
            let digits = after.get(2..)?.iter().position(|unit| *unit == u16::from(b'}'))?;
            let point = hex(after.get(2..digits.checked_add(2)?)?.get(..digits).filter(|d| d.len() <= 6)?)?;
            Some((digits.checked_add(3)?, point))
        }
        b'u' => hex(after.get(1..5)?).map(|point| (5, point)),
        _ => None,
    }
}

/// Hexadecimal digits, at least one, all of them.
pub(super) fn hex(digits: &[u16]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |value, unit| {
        let digit = char::from_u32(u32::from(*unit))?.to_digit(16)?;
        value.checked_mul(16)?.checked_add(digit)
    })
}
