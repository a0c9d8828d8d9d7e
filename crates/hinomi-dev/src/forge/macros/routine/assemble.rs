//! Pieces of a text that the code puts together.

use super::super::hide::{Hidden, literal, marker};
use super::{Chance, Style, flow, lookup, name, names, rare};

/// A text in pieces, each an expression.
pub(super) struct Pieces {
    /// In the order of the text.
    pub(super) expressions: Vec<String>,
    /// How many characters each of them has.
    pub(super) lengths: Vec<usize>,
    /// Whether they may stand in a `Const`.
    pub(super) constant: bool,
}

pub(super) fn hide(
    style: Style,
    held: Option<&str>,
    target: &str,
    text: &str,
    chance: &mut Chance,
) -> Hidden {
    let mut hidden = Hidden::default();
    if style == Style::XmlParser {
        rare::xml_parser(held, target, text, &mut hidden, chance);
        return hidden;
    }
    let pieces = pieces(held, text, &mut hidden, chance);
    match style {
        Style::SelectCase => flow::select(target, &pieces, &mut hidden, chance),
        Style::GotoSpaghetti => flow::spaghetti(target, &pieces, &mut hidden, chance),
        Style::ByRefChain => flow::chain(target, &pieces, &mut hidden, chance),
        Style::DeadBranch => flow::dead_branches(target, &pieces, &mut hidden, chance),
        Style::ErrorJunk => flow::errors(target, &pieces, &mut hidden, chance),
        Style::Recursion => flow::recursion(target, &pieces, &mut hidden, chance),
        Style::Dictionary => lookup::dictionary(target, &pieces, &mut hidden, chance),
        Style::Collection => lookup::collection(target, &pieces, &mut hidden, chance),
        Style::AcrossModules => lookup::modules(target, &pieces, &mut hidden, chance),
        Style::Dispatch => lookup::dispatch(target, &pieces, &mut hidden, chance),
        Style::ShuffledArray => lookup::shuffled(target, &pieces, &mut hidden, chance),
        Style::Choices => lookup::choices(target, &pieces, &mut hidden, chance),
        Style::Variables => in_variables(target, &pieces, &mut hidden, chance),
        Style::PropertyGet => lookup::properties(target, &pieces, &mut hidden, chance),
        Style::RecordFields => rare::record(target, &pieces, &mut hidden, chance),
        Style::MidStatement => rare::overlay(target, &pieces, &mut hidden, chance),
        Style::ErrorHandler => rare::handler(target, &pieces, &mut hidden, chance),
        Style::Subroutines => rare::subroutines(target, &pieces, &mut hidden, chance),
        Style::Enumeration => rare::enumeration(target, &pieces, &mut hidden, chance),
        Style::GrowingTable => rare::table(target, &pieces, &mut hidden, chance),
        Style::ConditionalCompilation => rare::conditional(target, &pieces, &mut hidden, chance),
        Style::StaticParts => rare::remembered(target, &pieces, &mut hidden, chance),
        Style::Reversed | Style::Markers | Style::SplitJoin => {
            folded(style, held, target, text, &mut hidden, chance)
        }
        _ => line_by_line(target, &pieces, &mut hidden),
    }
    hidden
}

/// Cuts a text. What the document holds is read into a variable of the module first, then cut by `Mid` or `Split`.
fn pieces(held: Option<&str>, text: &str, hidden: &mut Hidden, chance: &mut Chance) -> Pieces {
    let cut = chance.cut(text, 50, 110);
    let lengths = cut.iter().map(|piece| piece.chars().count()).collect();
    let Some(expression) = held else {
        let expressions = cut.iter().map(|piece| literal(piece)).collect();
        return Pieces { expressions, lengths, constant: true };
    };
    let variable = name(chance);
    hidden.head.push(format!("Public {variable} As Variant"));
    let expressions = if chance.one_in(2) {
        let mark = marker(text, chance);
        hidden.stored = Some(cut.join(&mark));
        hidden.body.push(format!("{variable} = Split({expression}, {})", literal(&mark)));
        (0..cut.len()).map(|index| format!("{variable}({index})")).collect()
    } else {
        hidden.stored = Some(text.to_owned());
        hidden.body.push(format!("{variable} = {expression}"));
        let mut at = 1;
        let take = |piece: &String| {
            let length = piece.chars().count();
            at += length;
            format!("Mid({variable}, {}, {length})", at - length)
        };
        cut.iter().map(take).collect()
    };
    Pieces { expressions, lengths, constant: false }
}

/// The styles of one expression, over what the document holds.
fn folded(
    style: Style,
    held: Option<&str>,
    target: &str,
    text: &str,
    hidden: &mut Hidden,
    chance: &mut Chance,
) {
    let expression = held.unwrap_or_default();
    hidden.head.clear();
    let mark = marker(text, chance);
    let (stored, whole) = match style {
        Style::Reversed => (text.chars().rev().collect(), format!("StrReverse({expression})")),
        Style::Markers => {
            (chance.cut(text, 2, 6).join(&mark), format!("Replace({expression}, {}, \"\")", literal(&mark)))
        }
        _ => {
            let split = format!("Join(Split({expression}, {}), \"\")", literal(&mark));
            (chance.cut(text, 2, 6).join(&mark), split)
        }
    };
    hidden.stored = Some(stored);
    hidden.body = vec![format!("{target} = {whole}")];
}

fn line_by_line(target: &str, pieces: &Pieces, hidden: &mut Hidden) {
    hidden.body.push(format!("{target} = \"\""));
    hidden.body.extend(pieces.expressions.iter().map(|piece| format!("{target} = {target} & {piece}")));
}

fn in_variables(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let mut added = Vec::new();
    for (number, piece) in pieces.expressions.iter().enumerate() {
        let [variable] = names(chance);
        hidden.body.push(format!("{variable}x{number} = {piece}"));
        added.push(format!("{variable}x{number}"));
    }
    hidden.body.push(format!("{target} = \"\""));
    hidden.body.extend(added.chunks(12).map(|chunk| format!("{target} = {target} & {}", chunk.join(" & "))));
}
