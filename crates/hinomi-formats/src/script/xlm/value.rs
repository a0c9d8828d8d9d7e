//! Values of evaluation. What is not known leaves a gap in a text, so that known parts still show.

use super::reference::Range;
use crate::script::vba::GAP;
use std::rc::Rc;

/// A value as far as the workbook tells.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Value {
    /// An empty cell.
    #[default]
    Empty,
    Number(f64),
    Text(Rc<str>),
    Bool(bool),
    Error,
    /// What only the machine that opens the workbook knows: clock, screen, file system.
    Unknown,
    Range(Range),
    Array(Rc<Vec<Vec<Self>>>),
}

impl Value {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::Text(text) => text.contains(GAP),
            _ => false,
        }
    }

    /// As a number; `None` when it is none or not known.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Empty => Some(0.0),
            Self::Number(number) => Some(*number),
            Self::Bool(is) => Some(f64::from(u8::from(*is))),
            Self::Text(text) => number_of(text),
            _ => None,
        }
    }

    /// As a whole number, rounded towards zero.
    pub(super) fn whole(&self) -> Option<i64> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "as casts of floats saturate, which is wanted here"
        )]
        self.number().map(|number| number.trunc() as i64)
    }

    /// As a condition; `None` when it is not known.
    pub(super) fn is_true(&self) -> Option<bool> {
        match self {
            Self::Empty => Some(false),
            Self::Number(number) => Some(*number != 0.0),
            Self::Bool(is) => Some(*is),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            Self::Text(text) => number_of(text).map(|number| number != 0.0),
            // A condition that fails is not met.
            Self::Error => Some(false),
            Self::Unknown | Self::Range(_) | Self::Array(_) => None,
        }
    }

    /// As text, with a gap for what is not known.
    pub(super) fn to_text(&self) -> Rc<str> {
        match self {
            Self::Text(text) => Rc::clone(text),
            Self::Empty => "".into(),
            Self::Number(number) => number_text(*number).into(),
            Self::Bool(is) => if *is { "TRUE" } else { "FALSE" }.into(),
            Self::Array(rows) => rows
                .first()
                .and_then(|row| row.first())
                .filter(|first| !matches!(first, Self::Array(_)))
                .map_or_else(gap, Self::to_text),
            Self::Error | Self::Unknown | Self::Range(_) => gap(),
        }
    }
}

fn gap() -> Rc<str> {
    GAP.encode_utf8(&mut [0; 4]).to_string().into()
}

/// The number a text reads as: digits, a sign, an exponent, a percent sign, spaces around them.
fn number_of(text: &str) -> Option<f64> {
    let trimmed = text.trim();
    // Not what Rust reads as numbers besides: `inf`, `nan`.
    if !trimmed.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    match trimmed.strip_suffix('%') {
        Some(percent) => percent.trim_end().parse::<f64>().ok().map(|number| number / 100.0),
        None => trimmed.parse().ok(),
    }
    .filter(|number: &f64| number.is_finite())
}

/// A number as cells show it: 15 digits, no trailing zeros.
pub(super) fn number_text(number: f64) -> String {
    const DIGITS: i32 = 15;
    if number == 0.0 {
        return "0".to_owned();
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    #[expect(clippy::cast_possible_truncation, reason = "the exponent of a double is below 400")]
    let exponent = number.abs().log10().floor() as i32;
    if !(-5..=20).contains(&exponent) {
        let text = format!("{number:E}");
        return if exponent > 0 { text.replace('E', "E+") } else { text };
    }
    let decimals = usize::try_from(DIGITS - 1 - exponent).unwrap_or_default();
    let text = format!("{number:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
