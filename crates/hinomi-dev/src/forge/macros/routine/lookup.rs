//! Pieces put together from where they were put: arrays, dictionaries, other modules, functions called by name.

use super::super::Module;
use super::super::hide::{Hidden, literal};
use super::assemble::Pieces;
use super::{Chance, decoy, names, shuffle};
use crate::forge::ovba::Kind;

/// Different keys of a few letters.
fn keys(count: usize, chance: &mut Chance) -> Vec<String> {
    (0..count).map(|number| format!("{}{number}", chance.word(2, 4))).collect()
}

/// Keys with their pieces, out of order.
fn keyed<'a>(keys: &'a [String], pieces: &'a Pieces, chance: &mut Chance) -> Vec<(&'a String, &'a String)> {
    let mut pairs: Vec<_> = keys.iter().zip(&pieces.expressions).collect();
    shuffle(&mut pairs, chance);
    pairs
}

/// Keys as the list of an `Array`, cut so that no line grows too long.
fn lists(keys: &[String]) -> impl Iterator<Item = String> {
    keys.chunks(30).map(|chunk| chunk.iter().map(|key| literal(key)).collect::<Vec<_>>().join(", "))
}

pub(super) fn dictionary(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [held, key] = names(chance);
    let keys = keys(pieces.expressions.len(), chance);
    hidden.body.push(format!("Set {held} = CreateObject(\"Scripting.Dictionary\")"));
    for (key, piece) in keyed(&keys, pieces, chance) {
        let statement = match chance.below(2) {
            0 => format!("{held}.Add \"{key}\", {piece}"),
            _ => format!("{held}(\"{key}\") = {piece}"),
        };
        hidden.body.push(statement);
    }
    hidden.body.push(format!("{held}.Add \"{}\", {}", chance.word(5, 6), literal(&decoy(chance))));
    hidden.body.push(format!("{target} = \"\""));
    for list in lists(&keys) {
        hidden.body.push(format!("For Each {key} In Array({list})"));
        hidden
            .body
            .push(format!("    If {held}.Exists({key}) Then {target} = {target} & {held}.Item({key})"));
        hidden.body.push(format!("Next {key}"));
    }
}

pub(super) fn collection(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [held] = names(chance);
    let keys = keys(pieces.expressions.len(), chance);
    hidden.body.push(format!("Dim {held} As New Collection"));
    let pairs = keyed(&keys, pieces, chance);
    let places: Vec<usize> = keys
        .iter()
        .filter_map(|key| pairs.iter().position(|(known, _)| *known == key))
        .map(|place| place + 1)
        .collect();
    hidden.body.extend(pairs.iter().map(|(key, piece)| format!("{held}.Add {piece}, \"{key}\"")));
    hidden.body.push(format!("{target} = \"\""));
    for (key, place) in keys.iter().zip(places) {
        let got = match chance.below(3) {
            0 => format!("{held}(\"{key}\")"),
            1 => format!("{held}.Item(\"{key}\")"),
            _ => format!("{held}({place})"),
        };
        hidden.body.push(format!("{target} = {target} & {got}"));
    }
}

/// Variables and constants of another module, filled by a procedure there.
pub(super) fn modules(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [module, fill] = names(chance);
    let (mut head, mut body, mut added) = (Vec::new(), Vec::new(), Vec::new());
    for (number, piece) in pieces.expressions.iter().enumerate() {
        let name = format!("{}{number}", chance.identifier());
        if pieces.constant && chance.one_in(3) {
            head.push(format!("Public Const {name} As String = {piece}"));
        } else {
            head.push(format!("Public {name} As String"));
            body.push(format!("    {name} = {piece}"));
        }
        added.push(if chance.one_in(3) { format!("{module}.{name}") } else { name });
    }
    shuffle(&mut body, chance);
    let code = format!("{}\n\nPublic Sub {fill}()\n{}\nEnd Sub\n", head.join("\n"), body.join("\n"));
    hidden.modules.push(Module::new(&module, Kind::Standard, &code));
    hidden.body.push(format!("{module}.{fill}"));
    hidden.body.push(format!("{target} = \"\""));
    hidden.body.extend(added.chunks(9).map(|chunk| format!("{target} = {target} & {}", chunk.join(" & "))));
}

/// Functions that are only named in strings: some of the module, some of the document.
pub(super) fn dispatch(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [near, far] = names(chance);
    hidden.body.push(format!("{target} = \"\""));
    let function = |name: &str, cases: &[(usize, &String)]| {
        let mut lines = vec![
            format!("Public Function {name}(ByVal n As Long) As String"),
            "    Select Case n".to_owned(),
        ];
        lines.extend(cases.iter().map(|(number, piece)| format!("    Case {number}: {name} = {piece}")));
        lines.extend(["    End Select".to_owned(), "End Function".to_owned()]);
        lines
    };
    let (mut in_module, mut in_document) = (Vec::new(), Vec::new());
    for (number, piece) in pieces.expressions.iter().enumerate() {
        // What a variable of the standard module holds is not named in the document's module.
        if pieces.constant && chance.one_in(2) {
            in_document.push((number, piece));
            let called = format!("CallByName({{document}}, \"{far}\", VbMethod, {number})");
            hidden.body.push(format!("{target} = {target} & {called}"));
        } else {
            in_module.push((number, piece));
            let (head, tail) = near.split_at(chance.between(1, near.len() - 1));
            hidden
                .body
                .push(format!("{target} = {target} & Application.Run(\"{head}\" & \"{tail}\", {number})"));
        }
    }
    hidden.tail.extend(function(&near, &in_module));
    if !in_document.is_empty() {
        hidden.document.extend(function(&far, &in_document));
    }
}

pub(super) fn shuffled(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [array, place] = names(chance);
    let count = pieces.expressions.len();
    let mut order: Vec<usize> = (0..count).collect();
    shuffle(&mut order, chance);
    hidden.body.push(format!("Dim {array}({}) As String", count.saturating_sub(1)));
    let mut lines: Vec<String> = order
        .iter()
        .zip(&pieces.expressions)
        .map(|(slot, piece)| format!("{array}({slot}) = {piece}"))
        .collect();
    shuffle(&mut lines, chance);
    hidden.body.extend(lines);
    let list: Vec<String> = order.iter().map(usize::to_string).collect();
    hidden.body.push(format!("{target} = \"\""));
    hidden.body.push(format!("For Each {place} In Array({})", list.join(", ")));
    hidden.body.push(format!("    {target} = {target} & {array}({place})"));
    hidden.body.push(format!("Next {place}"));
}

pub(super) fn choices(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    hidden.body.push(format!("{target} = \"\""));
    for piece in &pieces.expressions {
        let (first, second) = (literal(&decoy(chance)), literal(&chance.word(5, 12)));
        let (small, large) = (chance.between(2, 9), chance.between(10, 99));
        let chosen = match chance.below(4) {
            0 => format!("Choose({small} - {}, {first}, {piece}, {second})", small - 2),
            1 => format!("Switch({small} > {large}, {first}, {large} > {small}, {piece})"),
            2 => format!("IIf({small} < {large}, {piece}, {second})"),
            _ => format!("IIf({large} Mod {large} <> 0, {first}, {piece})"),
        };
        hidden.body.push(format!("{target} = {target} & {chosen}"));
    }
}

pub(super) fn properties(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let mut added = Vec::new();
    let mut written = Vec::new();
    for (number, piece) in pieces.expressions.iter().enumerate() {
        let name = format!("{}{number}", chance.identifier());
        written.push(vec![
            format!("Private Property Get {name}() As String"),
            format!("    {name} = {piece}"),
            "End Property".to_owned(),
        ]);
        added.push(name);
    }
    shuffle(&mut written, chance);
    hidden.tail.extend(written.into_iter().flatten());
    hidden.body.push(format!("{target} = \"\""));
    hidden.body.extend(added.chunks(9).map(|chunk| format!("{target} = {target} & {}", chunk.join(" & "))));
}
