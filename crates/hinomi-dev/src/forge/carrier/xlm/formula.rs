//! Formulas: as text, and as the tokens of BIFF8 and BIFF12 (MS-XLS 2.5.198, MS-XLSB 2.5.97).

use super::Place;
use crate::forge::document::cell_name;

/// A function of the macro language.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Its number; with bit 15 it is a command.
    pub id: u16,
    /// Whether it always takes the same number of arguments.
    fixed: bool,
}

const fn function(name: &'static str, id: u16, fixed: bool) -> Function {
    Function { name, id, fixed }
}

pub(super) static IF: Function = function("IF", 0x0001, false);
pub(super) static LEN: Function = function("LEN", 0x0020, true);
pub(super) static MID: Function = function("MID", 0x001F, true);
pub(super) static GOTO: Function = function("GOTO", 0x0035, true);
pub(super) static HALT: Function = function("HALT", 0x0036, false);
pub(super) static RETURN: Function = function("RETURN", 0x0037, false);
pub(super) static SET_VALUE: Function = function("SET.VALUE", 0x006C, true);
pub(super) static EXEC: Function = function("EXEC", 0x006E, false);
pub(super) static CHAR: Function = function("CHAR", 0x006F, true);
pub(super) static SUBSTITUTE: Function = function("SUBSTITUTE", 0x0078, false);
pub(super) static WHILE: Function = function("WHILE", 0x00AC, true);
pub(super) static NEXT: Function = function("NEXT", 0x00AE, true);
pub(super) static GET_WORKSPACE: Function = function("GET.WORKSPACE", 0x00BA, true);
pub(super) static CLOSE: Function = function("CLOSE", 0x8010, false);
pub(super) static CALL: Function = function("CALL", 0x0096, false);
pub(super) static CONCATENATE: Function = function("CONCATENATE", 0x0150, false);
pub(super) static RUN: Function = function("RUN", 0x8011, false);
pub(super) static FORMULA: Function = function("FORMULA", 0x8060, false);
pub(super) static ALERT: Function = function("ALERT", 0x8076, false);

/// A formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// Text; a token holds at most 255 characters.
    Text(String),
    /// A number.
    Number(u16),
    /// The value of a cell, on the same sheet or that of a number.
    Cell(Option<usize>, Place),
    /// A cell itself: where to go, where to write.
    Reference(Place),
    /// Two values and an operator: `&`, `+`, `-`, `<`, `>`, `=`.
    Binary(char, Box<Self>, Box<Self>),
    /// A call.
    Call(&'static Function, Vec<Self>),
}

impl Formula {
    pub(super) fn call(function: &'static Function, arguments: impl IntoIterator<Item = Self>) -> Self {
        Self::Call(function, arguments.into_iter().collect())
    }

    pub(super) fn binary(operator: char, left: Self, right: Self) -> Self {
        Self::Binary(operator, Box::new(left), Box::new(right))
    }

    /// Values added up by `&`.
    pub(super) fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        let all = parts.into_iter().reduce(|left, right| Self::binary('&', left, right));
        all.unwrap_or(Self::Text(String::new()))
    }

    /// As it is typed, without the equals sign.
    pub fn text(&self, sheets: &[String]) -> String {
        match self {
            Self::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
            Self::Number(number) => number.to_string(),
            Self::Cell(None, place) | Self::Reference(place) => absolute(*place),
            Self::Cell(Some(sheet), place) => format!("{}!{}", sheets[*sheet], absolute(*place)),
            Self::Binary(operator, left, right) => {
                format!("{}{operator}{}", left.text(sheets), right.text(sheets))
            }
            Self::Call(function, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(|argument| argument.text(sheets)).collect();
                format!("{}({})", function.name, arguments.join(","))
            }
        }
    }

    /// As tokens. `wide`: those of BIFF12.
    pub(super) fn tokens(&self, wide: bool, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => string(text, wide, out),
            Self::Number(number) => {
                out.push(0x1E);
                out.extend(number.to_le_bytes());
            }
            Self::Cell(None, place) => cell(0x44, *place, wide, out),
            Self::Reference(place) => cell(0x24, *place, wide, out),
            Self::Cell(Some(sheet), place) => other_sheet(0x5A, *sheet, *place, wide, out),
            Self::Binary(operator, left, right) => {
                left.tokens(wide, out);
                right.tokens(wide, out);
                out.push(match operator {
                    '+' => 0x03,
                    '-' => 0x04,
                    '<' => 0x09,
                    '=' => 0x0B,
                    '>' => 0x0D,
                    _ => 0x08,
                });
            }
            Self::Call(function, arguments) => {
                arguments.iter().for_each(|argument| argument.tokens(wide, out));
                if function.fixed {
                    out.push(0x41);
                } else {
                    out.extend([0x42, arguments.len() as u8]);
                }
                out.extend(function.id.to_le_bytes());
            }
        }
    }
}

/// PtgStr.
fn string(text: &str, wide: bool, out: &mut Vec<u8>) {
    out.push(0x17);
    if wide {
        out.extend((text.len() as u16).to_le_bytes());
        out.extend(crate::forge::ovba::utf16(text));
    } else {
        // One byte a character: the texts are ASCII.
        out.extend([text.len() as u8, 0]);
        out.extend(text.bytes());
    }
}

/// PtgRef, absolute.
fn cell(token: u8, (row, column): Place, wide: bool, out: &mut Vec<u8>) {
    out.push(token);
    if wide {
        out.extend(u32::from(row).to_le_bytes());
    } else {
        out.extend(row.to_le_bytes());
    }
    out.extend(column.to_le_bytes());
}

/// PtgRef3d, absolute. Entries of the table of sheets stand in the order of the sheets of formulas.
pub(super) fn other_sheet(token: u8, sheet: usize, place: Place, wide: bool, out: &mut Vec<u8>) {
    out.push(token);
    out.extend((sheet as u16).to_le_bytes());
    let mut rest = Vec::new();
    cell(0, place, wide, &mut rest);
    out.extend(&rest[1..]);
}

/// `$A$1`.
pub(super) fn absolute((row, column): Place) -> String {
    let name = cell_name(row, column);
    let digits = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
    let (letters, number) = name.split_at(digits);
    format!("${letters}${number}")
}
