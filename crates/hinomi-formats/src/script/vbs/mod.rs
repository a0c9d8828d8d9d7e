//! VBScript as droppers use it, evaluated; scripts in HTML applications, script components and `.wsf` files; scripts
//! that were encoded.

mod builtins;
mod encoder;
mod lex;
mod markup;
pub(in crate::script) mod names;
pub(in crate::script) mod operators;
pub(in crate::script) mod parse;

use super::command::evaluate::value::GAP;
use crate::Limits;

pub(super) use markup::survey as survey_markup;

/// The text with what the script encoder did undone; `None` when nothing was encoded.
pub(super) fn decoded(text: &str, limits: &Limits) -> Option<String> {
    encoder::decoded(text, limits.text_bytes_max)
}
