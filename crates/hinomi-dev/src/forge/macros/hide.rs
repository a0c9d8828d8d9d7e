//! Ways to write a string in VBA so that it does not stand in the source, all of them constant expressions.

use super::{Chance, Module, Style};

/// Source text that leaves a string in a variable.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    /// Lines for the head of the module.
    pub head: Vec<String>,
    /// Statements for the procedure.
    pub body: Vec<String>,
    /// Procedures for the end of the module.
    pub tail: Vec<String>,
    /// Procedures for the document module.
    pub document: Vec<String>,
    /// Further modules.
    pub modules: Vec<Module>,
    /// What the document must hold for the code to read.
    pub stored: Option<String>,
    /// The statements hang together: nothing may be put between them.
    pub whole: bool,
}

/// Writes `text` into `target`, hidden. Lines stay below VBA's 1,023 characters.
pub(super) fn hide(style: Style, target: &str, text: &str, chance: &mut Chance) -> Hidden {
    let pieces = chance.cut(text, 40, 90);
    let mut hidden = Hidden::default();
    match style {
        Style::Variables | Style::Constants => named(style, target, &pieces, chance, &mut hidden),
        _ => {
            hidden.body.push(format!("{target} = \"\""));
            for (number, piece) in pieces.iter().enumerate() {
                // A page of Chr() would be longer than any real one: the blob itself is mostly plain.
                let style = match style {
                    Style::CharacterCodes if number > 0 && !chance.one_in(6) => Style::LineByLine,
                    Style::Mixed => *chance.pick(&Style::CONSTANT[..5]),
                    same => same,
                };
                hidden.body.push(format!("{target} = {target} & {}", expression(style, piece, chance)));
            }
        }
    }
    hidden
}

/// A name for every piece, then names added up twelve at a time.
fn named(style: Style, target: &str, pieces: &[String], chance: &mut Chance, hidden: &mut Hidden) {
    let mut names = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        let name = format!("{}{number}", chance.identifier());
        if style == Style::Constants {
            hidden.head.push(format!("Private Const {name} = {}", literal(piece)));
        } else {
            hidden.body.push(format!("{name} = {}", literal(piece)));
        }
        names.push(name);
    }
    let mut sums = names.chunks(12).map(|chunk| chunk.join(" & "));
    let first = sums.next().unwrap_or_default();
    hidden.body.push(format!("{target} = {first}"));
    hidden.body.extend(sums.map(|sum| format!("{target} = {target} & {sum}")));
}

/// A constant expression for one piece.
fn expression(style: Style, piece: &str, chance: &mut Chance) -> String {
    match style {
        Style::Concatenation => {
            let plus = if chance.one_in(3) { " + " } else { " & " };
            let parts: Vec<String> = chance.cut(piece, 3, 9).iter().map(|part| literal(part)).collect();
            parts.join(plus)
        }
        Style::CharacterCodes => {
            let parts: Vec<String> = piece.chars().map(|c| character(c, chance)).collect();
            parts.join(" & ")
        }
        Style::Reversed => format!("StrReverse({})", literal(&piece.chars().rev().collect::<String>())),
        Style::Markers => {
            let mark = marker(piece, chance);
            format!("Replace({}, {}, \"\")", literal(&chance.cut(piece, 2, 6).join(&mark)), literal(&mark))
        }
        Style::SplitJoin => {
            let mark = marker(piece, chance);
            format!(
                "Join(Split({}, {}), \"\")",
                literal(&chance.cut(piece, 2, 6).join(&mark)),
                literal(&mark)
            )
        }
        _ => literal(piece),
    }
}

fn character(c: char, chance: &mut Chance) -> String {
    let code = u32::from(c);
    match chance.below(4) {
        0 => format!("ChrW({code})"),
        1 => format!("Chr$({code})"),
        2 => format!("Chr(&H{code:X})"),
        _ => format!("Chr({code})"),
    }
}

/// Text that does not occur in `piece`, nor can arise where a marker meets it.
pub(super) fn marker(piece: &str, chance: &mut Chance) -> String {
    const SIGNS: [char; 6] = ['#', '~', '!', '[', ']', '|'];
    let free: Vec<char> = SIGNS.into_iter().filter(|sign| !piece.contains(*sign)).collect();
    format!("{}{}{}", chance.pick(&free), chance.below(10), chance.pick(&free))
}

/// A string literal.
pub(in crate::forge) fn literal(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
