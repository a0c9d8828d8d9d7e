//! One text that a function of the module decodes.

use super::super::hide::{Hidden, literal, marker};
use super::super::script::base64;
use super::{Chance, Style, add_up, name, names, shuffle};

/// Numbers of one call: a line of them stays below VBA's 1,023 characters.
const NUMBERS: usize = 110;

pub(super) fn hide(
    style: Style,
    held: Option<&str>,
    target: &str,
    text: &str,
    chance: &mut Chance,
) -> Hidden {
    match style {
        Style::CharacterLoop | Style::XorKey | Style::ByteArray => numbers(style, held, target, text, chance),
        _ => characters(style, held, target, text, chance),
    }
}

/// Styles whose code works on an array of numbers.
fn numbers(style: Style, held: Option<&str>, target: &str, text: &str, chance: &mut Chance) -> Hidden {
    let [function, array, index, key_name] = names(chance);
    let key = chance.word(5, 11);
    let shift = chance.between(3, 60) as u32;
    let encode = |piece: &str| -> Vec<String> {
        let keyed = piece.chars().zip(key.chars().cycle());
        let numbers = keyed.map(|(character, letter)| match style {
            Style::CharacterLoop => u32::from(character) + shift,
            Style::XorKey => u32::from(character) ^ u32::from(letter),
            _ => u32::from(character) ^ shift,
        });
        numbers.map(|number| number.to_string()).collect()
    };
    let mut hidden =
        Hidden { tail: number_routine(style, [&function, &array, &index], shift), ..Hidden::default() };
    let extra = if style == Style::XorKey {
        hidden.body.push(format!("{key_name} = {}", literal(&key)));
        format!(", {key_name}")
    } else {
        String::new()
    };
    if let Some(expression) = held {
        let mark = *chance.pick(&[",", ";", "/", "-"]);
        hidden.stored = Some(encode(text).join(mark));
        hidden.body.push(format!("{target} = {function}(Split({expression}, \"{mark}\"){extra})"));
        return hidden;
    }
    hidden.body.push(format!("{target} = \"\""));
    for piece in chance.cut(text, NUMBERS - 30, NUMBERS) {
        let list = encode(&piece).join(", ");
        hidden.body.push(format!("{target} = {target} & {function}(Array({list}){extra})"));
    }
    hidden
}

fn number_routine(style: Style, [function, array, index]: [&str; 3], shift: u32) -> Vec<String> {
    let text = match style {
        Style::CharacterLoop => format!(
            "Private Function {function}(ByVal {array} As Variant) As String\n\
             \x20   Dim {index} As Long\n\
             \x20   For {index} = LBound({array}) To UBound({array})\n\
             \x20       {function} = {function} & Chr(CLng({array}({index})) - {shift})\n\
             \x20   Next {index}\nEnd Function"
        ),
        Style::XorKey => format!(
            "Private Function {function}(ByVal {array} As Variant, ByVal k As String) As String\n\
             \x20   Dim {index} As Long, s As String\n\
             \x20   For {index} = 0 To UBound({array})\n\
             \x20       s = s & Chr(CLng({array}({index})) Xor Asc(Mid(k, ({index} Mod Len(k)) + 1, 1)))\n\
             \x20   Next\n\
             \x20   {function} = s\nEnd Function"
        ),
        _ => format!(
            "Private Function {function}(ByVal {array} As Variant) As String\n\
             \x20   Dim b() As Byte, {index} As Long\n\
             \x20   ReDim b(UBound({array}))\n\
             \x20   For {index} = 0 To UBound({array})\n\
             \x20       b({index}) = CByte(CLng({array}({index})) Xor {shift})\n\
             \x20   Next {index}\n\
             \x20   {function} = StrConv(b, vbUnicode)\nEnd Function"
        ),
    };
    text.lines().map(str::to_owned).collect()
}

/// Styles whose code works on a text.
fn characters(style: Style, held: Option<&str>, target: &str, text: &str, chance: &mut Chance) -> Hidden {
    let function = name(chance);
    let (stored, body) = match style {
        Style::EveryNth => every_nth(&function, text, chance),
        Style::MarkersInFunction => markers(&function, text, chance),
        Style::SplitWithJunk => split(&function, text, chance),
        Style::ReversedInFunction => reversed(&function, text, chance),
        Style::HexRoutine => hexadecimal(&function, text, chance),
        Style::Base64Routine => sixty_four(&function, text),
        Style::WhileShift => shifted(&function, text, chance),
        _ => exchanged(&function, text, chance),
    };
    let mut tail = vec![format!("Private Function {function}(ByVal s As String) As String")];
    tail.extend(body.lines().map(|line| format!("    {line}")));
    tail.push("End Function".to_owned());
    let mut hidden = Hidden { tail, ..Hidden::default() };
    if let Some(expression) = held {
        hidden.body.push(format!("{target} = {function}({expression})"));
        hidden.stored = Some(stored);
    } else {
        let variable = name(chance);
        hidden.body = add_up(&variable, &stored, chance);
        hidden.body.push(format!("{target} = {function}({variable})"));
    }
    hidden
}

fn every_nth(function: &str, text: &str, chance: &mut Chance) -> (String, String) {
    const NOISE: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let step = chance.between(2, 4);
    let first = chance.between(1, step);
    let mut noise =
        |count: usize| -> String { (0..count).map(|_| char::from(*chance.pick(NOISE))).collect() };
    let mut stored = noise(first - 1);
    for character in text.chars() {
        stored.push(character);
        stored += &noise(step - 1);
    }
    let body = format!(
        "Dim i As Long\nFor i = {first} To Len(s) Step {step}\n    {function} = {function} & Mid$(s, i, 1)\nNext i"
    );
    (stored, body)
}

fn markers(function: &str, text: &str, chance: &mut Chance) -> (String, String) {
    let outer = marker(text, chance);
    let inner = loop {
        let inner = marker(text, chance);
        if !inner.chars().any(|c| !c.is_ascii_digit() && outer.contains(c)) {
            break inner;
        }
    };
    let once = chance.cut(text, 2, 6).join(&inner);
    let stored = chance.cut(&once, 3, 9).join(&outer);
    let (outer, inner) = (literal(&outer), literal(&inner));
    let body = match chance.below(2) {
        0 => format!("s = Replace(s, {outer}, \"\")\n{function} = Replace(s, {inner}, vbNullString)"),
        _ => format!("{function} = Replace(Replace(s, {outer}, \"\"), {inner}, \"\")"),
    };
    (stored, body)
}

fn split(function: &str, text: &str, chance: &mut Chance) -> (String, String) {
    let mark = marker(text, chance);
    let keep = *chance.pick(&['Z', 'q', '7', 'K']);
    let mut parts = Vec::new();
    for piece in chance.cut(text, 3, 11) {
        if chance.one_in(3) {
            parts.push(format!("x{}", chance.word(2, 8)));
        }
        parts.push(format!("{keep}{piece}"));
    }
    let body = format!(
        "Dim p As Variant, r As String\n\
         For Each p In Split(s, {})\n\
         \x20   If Left(p, 1) = \"{keep}\" Then\n\
         \x20       r = r & Mid(p, 2)\n\
         \x20   End If\n\
         Next p\n\
         {function} = r",
        literal(&mark)
    );
    (parts.join(&mark), body)
}

fn reversed(function: &str, text: &str, chance: &mut Chance) -> (String, String) {
    let body = match chance.below(2) {
        0 => format!(
            "Dim i As Long\nFor i = Len(s) To 1 Step -1\n    {function} = {function} & Mid(s, i, 1)\nNext i"
        ),
        _ => format!("Dim t As String\nt = StrReverse(s)\n{function} = t"),
    };
    (text.chars().rev().collect(), body)
}

fn hexadecimal(function: &str, text: &str, chance: &mut Chance) -> (String, String) {
    let read = *chance.pick(&["Val(\"&H\" & Mid(s, i, 2))", "CLng(\"&H\" & Mid$(s, i, 2))"]);
    let body = format!(
        "Dim i As Long\nFor i = 1 To Len(s) - 1 Step 2\n    {function} = {function} & Chr({read})\nNext"
    );
    (text.bytes().map(|byte| format!("{byte:02X}")).collect(), body)
}

fn sixty_four(function: &str, text: &str) -> (String, String) {
    let body = format!(
        "Const A = \"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\"\n\
         Dim i As Long, j As Long, v As Long, n As Long\n\
         For i = 1 To Len(s) Step 4\n\
         \x20   v = 0\n\
         \x20   For j = 0 To 3\n\
         \x20       n = InStr(1, A, Mid(s, i + j, 1), vbBinaryCompare) - 1\n\
         \x20       If n < 0 Then n = 0\n\
         \x20       v = v * 64 + n\n\
         \x20   Next j\n\
         \x20   {function} = {function} & Chr(v \\ 65536) & Chr((v \\ 256) Mod 256) & Chr(v Mod 256)\n\
         Next i\n\
         {function} = Replace({function}, Chr(0), \"\")"
    );
    (base64(text.as_bytes()), body)
}

fn shifted(function: &str, text: &str, chance: &mut Chance) -> (String, String) {
    // Printable characters, space to tilde, as a circle.
    const FIRST: u32 = 32;
    const COUNT: u32 = 95;
    let (shift, wave) = (chance.between(1, 40) as u32, chance.between(2, 7));
    let stored = text
        .chars()
        .enumerate()
        .filter_map(|(index, character)| {
            let moved = u32::from(character) - FIRST + shift + ((index + 1) % wave) as u32;
            char::from_u32(FIRST + moved % COUNT)
        })
        .collect();
    let body = format!(
        "Dim i As Long, c As Long\n\
         i = 1\n\
         Do While i <= Len(s)\n\
         \x20   c = Asc(Mid(s, i, 1)) - {} - (i Mod {wave})\n\
         \x20   If c < 0 Then c = c + {COUNT}\n\
         \x20   {function} = {function} & Chr(c + {FIRST})\n\
         \x20   i = i + 1\n\
         Loop",
        FIRST + shift
    );
    (stored, body)
}

fn exchanged(function: &str, text: &str, chance: &mut Chance) -> (String, String) {
    let plain: Vec<char> = (' '..='~').filter(|character| *character != '"').collect();
    let mut other = plain.clone();
    shuffle(&mut other, chance);
    let place = |character| plain.iter().position(|known| *known == character);
    let stored =
        text.chars().map(|character| place(character).map_or(character, |place| other[place])).collect();
    let [from, to] = [&other, &plain].map(|alphabet| literal(&alphabet.iter().collect::<String>()));
    let body = format!(
        "Dim i As Long, p As Long\n\
         For i = 1 To Len(s)\n\
         \x20   p = InStr(1, {from}, Mid(s, i, 1), vbBinaryCompare)\n\
         \x20   If p > 0 Then {function} = {function} & Mid({to}, p, 1) Else {function} = {function} & Mid(s, i, 1)\n\
         Next i"
    );
    (stored, body)
}
