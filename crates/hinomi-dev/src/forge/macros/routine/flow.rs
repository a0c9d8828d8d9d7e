//! Pieces put together by the way the code runs: cases, jumps, calls, errors.

use super::super::hide::{Hidden, literal};
use super::assemble::Pieces;
use super::{Chance, decoy, junk, name, names, shuffle};

/// A loop over `Select Case`; some cases are never met.
pub(super) fn select(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let index = name(chance);
    let (factor, offset) = (chance.between(3, 9), chance.between(1, 50));
    let count = pieces.expressions.len();
    let mut cases: Vec<(usize, String)> = pieces
        .expressions
        .iter()
        .enumerate()
        .map(|(place, piece)| ((place + 1) * factor + offset, format!("{target} = {target} & {piece}")))
        .collect();
    for decoys in 0..chance.between(2, 5) {
        let never = (count + 2 + decoys) * factor + offset;
        cases.push((never, format!("{target} = {target} & {}", literal(&decoy(chance)))));
    }
    shuffle(&mut cases, chance);
    let body = &mut hidden.body;
    body.push(format!("{target} = \"\""));
    body.push(format!("For {index} = 1 To {count}"));
    body.push(format!("Select Case {index} * {factor} + {offset}"));
    for (value, statement) in cases {
        body.push(format!("Case {value}"));
        body.push(format!("    {statement}"));
    }
    body.push("Case Else".to_owned());
    body.push(format!("    {} = {index} + {}", name(chance), chance.below(99)));
    body.push("End Select".to_owned());
    body.push(format!("Next {index}"));
}

/// Blocks out of order; each jumps to the next.
pub(super) fn spaghetti(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let stem = chance.word(3, 6);
    let label = |number: usize| format!("{stem}{}", number * 7 + 100);
    let end = label(pieces.expressions.len());
    let mut blocks: Vec<Vec<String>> = Vec::new();
    for (number, piece) in pieces.expressions.iter().enumerate() {
        let mut block = vec![format!("{}:", label(number))];
        if chance.one_in(3) {
            block.push(junk(chance));
        }
        if chance.one_in(4) {
            let (small, large) = (chance.below(9), chance.between(10, 99));
            block.push(format!("If {small} * {small} > {} Then GoTo {end}", large * large));
        }
        block.push(format!("{target} = {target} & {piece}"));
        block.push(format!("GoTo {}", label(number + 1)));
        blocks.push(block);
    }
    shuffle(&mut blocks, chance);
    hidden.body.push(format!("{target} = \"\""));
    hidden.body.push(format!("GoTo {}", label(0)));
    hidden.body.extend(blocks.into_iter().flatten());
    hidden.body.push(format!("{end}:"));
}

/// Procedures that hand the same variable on.
pub(super) fn chain(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let groups: Vec<&[String]> = pieces.expressions.chunks(4).collect();
    let procedures: Vec<String> =
        (0..groups.len()).map(|number| format!("{}n{number}", chance.identifier())).collect();
    let [parameter] = names(chance);
    hidden.body.push(format!("{target} = \"\""));
    if let Some(first) = procedures.first() {
        hidden.body.push(format!("{first} {target}, {}", chance.below(50)));
    }
    let mut written: Vec<Vec<String>> = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let mut lines =
            vec![format!("Private Sub {}(ByRef {parameter}, ByVal n As Long)", procedures[number])];
        for piece in *group {
            lines.push(format!("    {parameter} = {parameter} & {piece}"));
        }
        if let Some(next) = procedures.get(number + 1) {
            lines.push(format!("    Call {next}({parameter}, n + {})", chance.below(9)));
        }
        lines.push("End Sub".to_owned());
        written.push(lines);
    }
    shuffle(&mut written, chance);
    hidden.tail.extend(written.into_iter().flatten());
}

/// Conditions that always come out the same; the other branch holds another address.
pub(super) fn dead_branches(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    hidden.body.push(format!("{target} = \"\""));
    for piece in &pieces.expressions {
        let (small, large) = (chance.between(2, 9), chance.between(10, 99));
        let word = chance.word(4, 9);
        let never = match chance.below(4) {
            0 => format!("{small} * {small} > {}", large * large),
            1 => format!("Len(\"{word}\") = {}", word.len() + small),
            2 => format!("{large} Mod {large} = {small}"),
            _ => format!("InStr(\"{word}\", \"{small}\") > 0"),
        };
        let decoy = literal(&decoy(chance));
        if chance.one_in(2) {
            hidden.body.extend([
                format!("If {never} Then"),
                format!("    {target} = {target} & {decoy}"),
                "Else".to_owned(),
                format!("    {target} = {target} & {piece}"),
                "End If".to_owned(),
            ]);
        } else if chance.one_in(2) {
            hidden
                .body
                .push(format!("If Not ({never}) Then {target} = {target} & {piece} Else {target} = {decoy}"));
        } else {
            hidden.body.push(format!("{target} = {target} & {piece}"));
        }
    }
}

/// Lines that fail and are passed over; a piece on such a line never arrives.
pub(super) fn errors(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    hidden.body.push("On Error Resume Next".to_owned());
    hidden.body.push(format!("{target} = \"\""));
    // Nothing, by which numbers are divided.
    let [nothing] = names(chance);
    hidden.body.push(format!("{nothing} = Len(\"\")"));
    for piece in &pieces.expressions {
        let [one] = names(chance);
        let number = chance.between(1, 99);
        match chance.below(5) {
            0 => hidden.body.push(format!("{one} = {number} / {nothing}")),
            1 => hidden.body.push(format!("{one} = CLng(\"{}\")", chance.word(4, 8))),
            2 => hidden.body.push(format!(
                "{target} = {target} & {} & CStr({number} \\ {nothing})",
                literal(&chance.word(5, 12))
            )),
            3 => hidden.body.push("Err.Clear".to_owned()),
            _ => {}
        }
        hidden.body.push(format!("{target} = {target} & {piece}"));
    }
}

/// A function that asks itself for everything before.
pub(super) fn recursion(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [function, number] = names(chance);
    let count = pieces.expressions.len();
    let first = chance.between(0, 40);
    hidden.body.push(format!("{target} = {function}({})", first + count));
    let mut cases: Vec<(usize, &String)> =
        pieces.expressions.iter().enumerate().map(|(place, piece)| (first + place + 1, piece)).collect();
    shuffle(&mut cases, chance);
    let tail = &mut hidden.tail;
    tail.push(format!("Private Function {function}(ByVal {number} As Long) As String"));
    tail.push(format!("    If {number} <= {first} Then Exit Function"));
    tail.push("    Dim part As String".to_owned());
    tail.push(format!("    Select Case {number}"));
    for (value, piece) in cases {
        tail.push(format!("    Case {value}: part = {piece}"));
    }
    tail.push("    End Select".to_owned());
    tail.push(format!("    {function} = {function}({number} - 1) & part"));
    tail.push("End Function".to_owned());
}
