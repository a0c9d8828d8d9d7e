//! Pieces put together by what macros of 2020 rarely use: the corners of the language that an evaluator may not know.

use super::super::hide::{Hidden, literal};
use super::super::script::base64;
use super::assemble::Pieces;
use super::{Chance, add_up, decoy, names, shuffle};

/// Fields of a record, filled out of order inside `With`.
pub(super) fn record(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [kind, record] = names(chance);
    let fields: Vec<String> =
        (0..pieces.expressions.len()).map(|number| format!("{}{number}", chance.identifier())).collect();
    hidden.head.push(format!("Private Type {kind}"));
    hidden.head.extend(fields.iter().map(|field| format!("    {field} As String")));
    hidden.head.push("End Type".to_owned());
    let mut lines: Vec<String> = fields
        .iter()
        .zip(&pieces.expressions)
        .map(|(field, piece)| format!("    .{field} = {piece}"))
        .collect();
    shuffle(&mut lines, chance);
    hidden.body.push(format!("Dim {record} As {kind}"));
    hidden.body.push(format!("With {record}"));
    hidden.body.extend(lines);
    hidden.body.push(format!("    {target} = \"\""));
    hidden.body.extend(fields.iter().map(|field| format!("    {target} = {target} & .{field}")));
    hidden.body.push("End With".to_owned());
}

/// Pieces laid over blanks by the `Mid` statement.
pub(super) fn overlay(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let mut at = 1;
    let mut lines = Vec::new();
    for (piece, length) in pieces.expressions.iter().zip(&pieces.lengths) {
        lines.push(match chance.below(3) {
            0 => format!("Mid$({target}, {at}, {length}) = {piece}"),
            1 => format!("Mid({target}, {at}) = {piece}"),
            _ => format!("Mid({target}, {at}, {length}) = {piece}"),
        });
        at += length;
    }
    shuffle(&mut lines, chance);
    hidden.body.push(match chance.below(2) {
        0 => format!("{target} = Space({})", at - 1),
        _ => format!("{target} = String({}, \"{}\")", at - 1, chance.pick(&['x', 'q', '0'])),
    });
    hidden.body.extend(lines);
}

/// Errors raised on purpose; the handler adds what belongs to their number.
pub(super) fn handler(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [count, next, done, caught] = names(chance);
    let first = chance.between(600, 900);
    let mut cases: Vec<String> = pieces
        .expressions
        .iter()
        .enumerate()
        .map(|(number, piece)| format!("Case {}: {target} = {target} & {piece}", number + 1))
        .collect();
    shuffle(&mut cases, chance);
    hidden.body.extend([
        format!("{target} = \"\""),
        format!("{count} = 0"),
        format!("On Error GoTo {caught}"),
        format!("{next}:"),
        format!("{count} = {count} + 1"),
        format!("If {count} > {} Then GoTo {done}", pieces.expressions.len()),
        format!("Err.Raise {first} + {count}"),
        format!("GoTo {next}"),
        format!("{caught}:"),
        format!("Select Case Err.Number - {first}"),
    ]);
    hidden.body.extend(cases);
    hidden.body.extend([
        "End Select".to_owned(),
        format!("Resume {next}"),
        format!("{done}:"),
        "On Error Resume Next".to_owned(),
    ]);
}

/// `On … GoSub`, with the parts behind the end of the procedure's own way.
pub(super) fn subroutines(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [index, done] = names(chance);
    let stem = chance.word(2, 3);
    let labels: Vec<String> = (0..pieces.expressions.len()).map(|number| format!("{stem}{number}")).collect();
    let mut parts: Vec<String> = labels
        .iter()
        .zip(&pieces.expressions)
        .map(|(label, piece)| format!("{label}: {target} = {target} & {piece}: Return"))
        .collect();
    shuffle(&mut parts, chance);
    hidden.body.push(format!("{target} = \"\""));
    for (chunk, labels) in labels.chunks(20).enumerate() {
        hidden.body.push(format!("For {index} = 1 To {}", labels.len()));
        hidden.body.push(format!("    On {index} GoSub {}", labels.join(", ")));
        hidden.body.push(format!("Next {index} ' {chunk}"));
    }
    hidden.body.push(format!("GoTo {done}"));
    hidden.body.extend(parts);
    hidden.body.push(format!("{done}:"));
}

/// A loop over the values of an `Enum`, some written, some counted on.
pub(super) fn enumeration(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [kind, value] = names(chance);
    let members: Vec<String> =
        (0..pieces.expressions.len()).map(|number| format!("{}{number}", chance.identifier())).collect();
    let first = chance.between(2, 40);
    hidden.head.push(format!("Private Enum {kind}"));
    for (number, member) in members.iter().enumerate() {
        hidden.head.push(match number == 0 || chance.one_in(3) {
            true => format!("    {member} = {}", first + number),
            false => format!("    {member}"),
        });
    }
    hidden.head.push("End Enum".to_owned());
    let mut cases: Vec<String> = members
        .iter()
        .zip(&pieces.expressions)
        .map(|(member, piece)| format!("    Case {kind}.{member}: {target} = {target} & {piece}"))
        .collect();
    shuffle(&mut cases, chance);
    let (from, to) = (&members[0], &members[members.len() - 1]);
    hidden.body.push(format!("Dim {value} As Long"));
    hidden.body.push(format!("{target} = \"\""));
    hidden.body.push(format!("For {value} = {from} To {to}"));
    hidden.body.push(format!("    Select Case {value}"));
    hidden.body.extend(cases);
    hidden.body.push("    End Select".to_owned());
    hidden.body.push(format!("Next {value}"));
}

/// A table of two rows that grows by `ReDim Preserve` and is read from its end.
pub(super) fn table(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [table, place] = names(chance);
    let body = &mut hidden.body;
    body.push(format!("ReDim {table}(1, 0)"));
    for piece in pieces.expressions.iter().rev() {
        body.push(format!("ReDim Preserve {table}(1, UBound({table}, 2) + 1)"));
        body.push(format!("{table}(0, UBound({table}, 2)) = \"{}\"", chance.word(4, 9)));
        body.push(format!("{table}(1, UBound({table}, 2)) = {piece}"));
    }
    body.push(format!("{target} = \"\""));
    if chance.one_in(2) {
        body.push(format!("{place} = UBound({table}, 2)"));
        body.push(format!("Do Until {place} < 1"));
        body.push(format!("    {target} = {target} & {table}(1, {place})"));
        body.push(format!("    {place} = {place} - 1"));
        body.push("Loop".to_owned());
    } else {
        body.push(format!("For {place} = UBound({table}, 2) To LBound({table}, 2) + 1 Step -1"));
        body.push(format!("    {target} = {target} & {table}(LBound({table}) + 1, {place})"));
        body.push(format!("Next {place}"));
    }
}

/// Conditional compilation around the pieces, and lines that go on.
pub(super) fn conditional(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [switch] = names(chance);
    let set = chance.between(2, 9);
    hidden.head.push(format!("#Const {switch} = {set}"));
    hidden.body.push(format!("{target} = \"\""));
    for piece in &pieces.expressions {
        let wrong = literal(&decoy(chance));
        let condition = match chance.below(3) {
            0 => format!("{switch} = {set}"),
            1 => format!("{switch} > {}", set - 1),
            _ => "VBA7 Or VBA6".to_owned(),
        };
        hidden.body.extend([
            format!("#If {condition} Then"),
            format!("    {target} = {target} _"),
            format!("        & {piece}"),
            "#Else".to_owned(),
            format!("    {target} = {target} & {wrong}"),
            "#End If".to_owned(),
        ]);
    }
}

/// A function that remembers, named arguments, one that takes any number of them.
pub(super) fn remembered(target: &str, pieces: &Pieces, hidden: &mut Hidden, chance: &mut Chance) {
    let [keep, join, held, part, last] = names(chance);
    hidden.tail.extend([
        format!(
            "Private Function {keep}(Optional ByVal {part} As String = \"\", Optional ByVal {last} As Boolean = False) As String"
        ),
        format!("    Static {held} As String"),
        format!("    {held} = {held} & {part}"),
        format!("    If {last} Then {keep} = {held}"),
        "End Function".to_owned(),
        format!("Private Function {join}(ParamArray {part}() As Variant) As String"),
        format!("    Dim {held} As Variant"),
        format!("    For Each {held} In {part}: {join} = {join} & {held}: Next"),
        "End Function".to_owned(),
    ]);
    for chunk in pieces.expressions.chunks(3) {
        hidden.body.push(match (chunk, chance.below(3)) {
            ([piece], 0) => format!("{keep} {part}:={piece}"),
            ([piece], _) => format!("Call {keep}({piece}, False)"),
            (several, _) => format!("{keep} {join}({})", several.join(", ")),
        });
    }
    hidden.body.push(format!("{target} = {keep}({last}:=True)"));
}

/// Base64 through the XML parser of Windows, as many droppers have it.
pub(super) fn xml_parser(
    held: Option<&str>,
    target: &str,
    text: &str,
    hidden: &mut Hidden,
    chance: &mut Chance,
) {
    let [function, parser, node, value] = names(chance);
    let version = *chance.pick(&["MSXML2.DOMDocument", "MSXML2.DOMDocument.6.0", "Microsoft.XMLDOM"]);
    let encoded = base64(text.as_bytes());
    hidden.tail.extend([
        format!("Private Function {function}(ByVal {value} As String) As String"),
        format!("    Dim {parser} As Object, {node} As Object"),
        format!("    Set {parser} = CreateObject(\"{version}\")"),
        format!("    Set {node} = {parser}.createElement(\"b64\")"),
        format!("    {node}.DataType = \"bin.base64\""),
        format!("    {node}.Text = {value}"),
        format!("    {function} = StrConv({node}.nodeTypedValue, vbUnicode)"),
        "End Function".to_owned(),
    ]);
    match held {
        Some(expression) => {
            hidden.stored = Some(encoded);
            hidden.body.push(format!("{target} = {function}({expression})"));
        }
        None => {
            let [variable] = names(chance);
            hidden.body.extend(add_up(&variable, &encoded, chance));
            hidden.body.push(format!("{target} = {function}({variable})"));
        }
    }
}
