//! Ways to hide a string that only running the code undoes. The text may lie in the source or be held by the
//! document, where an expression reads it.

mod assemble;
mod decode;
mod flow;
mod lookup;
mod rare;

use super::hide::{Hidden, literal};
use super::{Chance, Style};

/// Hides `text` so that the code leaves it in `target`. With `held`, an expression, the document holds what is
/// given back as [`Hidden::stored`]; otherwise the source does.
pub(super) fn hide(
    style: Style,
    held: Option<&str>,
    target: &str,
    text: &str,
    chance: &mut Chance,
) -> Hidden {
    let mut hidden = if Style::DECODED.contains(&style) {
        decode::hide(style, held, target, text, chance)
    } else {
        assemble::hide(style, held, target, text, chance)
    };
    hidden.whole = true;
    hidden
}

/// A name that is no word of the language.
fn name(chance: &mut Chance) -> String {
    format!("{}{}", chance.identifier(), chance.below(1_000))
}

/// Some of them, all different.
fn names<const N: usize>(chance: &mut Chance) -> [String; N] {
    let mut number = 0;
    [(); N].map(|()| {
        number += 1;
        format!("{}{}{number}", chance.identifier(), chance.below(100))
    })
}

/// Lines that put a long text together in a variable.
fn add_up(variable: &str, text: &str, chance: &mut Chance) -> Vec<String> {
    let mut lines = vec![format!("{variable} = \"\"")];
    let pieces = chance.cut(text, 70, 190);
    lines.extend(pieces.iter().map(|piece| format!("{variable} = {variable} & {}", literal(piece))));
    lines
}

/// A line that does nothing, within a procedure.
fn junk(chance: &mut Chance) -> String {
    let name = name(chance);
    match chance.below(4) {
        0 => format!("{name} = {} + {} * {}", chance.below(99), chance.below(99), chance.below(99)),
        1 => format!("{name} = Len(\"{}\") Mod {}", chance.word(4, 9), chance.between(2, 9)),
        2 => format!("{name} = \"{}\" & {}", chance.word(4, 9), chance.below(999)),
        _ => format!("' {} {}", chance.word(3, 8), chance.word(3, 8)),
    }
}

/// An address that nobody will be sent to, for branches that are never taken.
fn decoy(chance: &mut Chance) -> String {
    format!("http://{}-{}.invalid/{}/", chance.word(3, 7), chance.word(4, 8), chance.word(3, 6))
}

/// Exchanges the elements until any order is as likely as any other (Fisher and Yates).
fn shuffle<T>(list: &mut [T], chance: &mut Chance) {
    for last in (1..list.len()).rev() {
        list.swap(last, chance.below(last + 1));
    }
}
