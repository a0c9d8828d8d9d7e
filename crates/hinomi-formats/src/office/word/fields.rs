//! Fields of Word: what stands between a beginning and a separator or an end, fields inside them included.

use super::super::dde::{self, Kept};

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Field {
    /// The instruction, with the results of the fields inside it in their place: `DDEAUTO c:\\x.exe "/k calc"`.
    pub(in super::super) instruction: String,
}

/// The characters that make a field (MS-DOC 2.8.25).
pub(in super::super) const BEGIN: char = '\u{13}';
pub(in super::super) const SEPARATOR: char = '\u{14}';
pub(in super::super) const END: char = '\u{15}';

/// Fields inside one another beyond this are not told apart; Word itself stops at 20.
const OPEN_MAX: usize = 48;

/// The fields of a text, in the order in which they end. What a field inside another results in becomes part of the
/// outer instruction: what `QUOTE`, `SET` and `REF` tell, else its stored result.
pub(in super::super) fn fields(text: &str) -> Vec<Field> {
    let mut open: Vec<Open> = Vec::new();
    let mut found = Vec::new();
    let mut kept = Kept::new();
    for character in text.chars() {
        match character {
            BEGIN if open.len() < OPEN_MAX => open.push(Open::default()),
            SEPARATOR => {
                if let Some(field) = open.last_mut() {
                    field.in_result = true;
                }
            }
            END => {
                let Some(field) = open.pop() else { continue };
                let result = dde::result(&field.instruction, &mut kept).unwrap_or(field.result);
                if let Some(outer) = open.last_mut() {
                    outer.push_str(&result);
                }
                found.push(Field { instruction: field.instruction });
            }
            _ => {
                if let Some(field) = open.last_mut() {
                    field.push(character);
                }
            }
        }
    }
    // A field that never ends is one all the same: Word mends it.
    found.extend(open.into_iter().rev().map(|field| Field { instruction: field.instruction }));
    found
}

/// A field whose end was not met yet.
#[derive(Default)]
struct Open {
    instruction: String,
    result: String,
    in_result: bool,
}

impl Open {
    fn push(&mut self, character: char) {
        if self.in_result { self.result.push(character) } else { self.instruction.push(character) }
    }

    fn push_str(&mut self, text: &str) {
        if self.in_result { self.result.push_str(text) } else { self.instruction.push_str(text) }
    }
}
