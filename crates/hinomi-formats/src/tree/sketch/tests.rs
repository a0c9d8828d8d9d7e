//! Tests of sketches.

use super::{WORDS, likeness, of_bytes, of_code};
use crate::office::{Module, ModuleKind};

/// A macro as a generator writes it: the shape stays, names, numbers and texts change.
fn generated(seed: u64) -> String {
    let word = |n: u64| format!("v{}", (seed * 7919 + n * 104_729) % 100_003);
    let (head, end) = (word(0), word(30));
    let mut lines = vec![format!("Attribute VB_Name = \"{head}\""), "Sub Document_Open()".to_owned()];
    for n in 1..12 {
        let (name, text, letter) = (word(n), word(n + 50), n + seed % 90);
        lines.push(format!("Dim {name} As String\r\n{name} = \"{text}\" & Chr({letter})"));
        let next = word(n + 1);
        lines.push(format!("If {name} > {seed} Then {name} = Mid({next}, {n}) Else Call {text}"));
    }
    lines.push(format!("Set {end} = CreateObject({head}) ' {end}\r\nEnd Sub"));
    lines.join("\r\n")
}

fn sketched(code: &str) -> String {
    of_code(&[Module { kind: ModuleKind::Standard, code: code.to_owned(), ..Module::default() }])
}

const HONEST: &str = "Sub Total()\r\nDim Row As Long\r\nFor Row = 2 To 100\r\nCells(Row, 3).Value = Cells(Row, 1).Value * \
    Cells(Row, 2).Value\r\nNext Row\r\nRange(\"C101\").Formula = \"=SUM(C2:C100)\"\r\nDo While Row > 0\r\nRow = Row - 1\r\n\
    Loop\r\nMsgBox \"done\", vbInformation, \"total\"\r\nEnd Sub\r\nFunction Tax(Amount As Double) As Double\r\nTax = \
    Amount * 0.1\r\nEnd Function\r\nSub Clear()\r\nRange(\"A1:C1\").ClearContents\r\nRows(1).Delete\r\nEnd Sub\r\n";

#[test]
fn macros_of_one_generator_are_alike_whatever_names_and_texts_they_have() {
    let (one, other) = (sketched(&generated(3)), sketched(&generated(71)));
    assert_ne!(generated(3), generated(71));
    assert_eq!(likeness(&one, &other), Some(100));
}

#[test]
fn macros_of_different_hands_are_not_alike() {
    let seen = likeness(&sketched(&generated(3)), &sketched(HONEST));
    assert!(seen.is_some_and(|percent| percent < 20), "{seen:?}");
}

#[test]
fn a_macro_of_a_few_lines_has_no_sketch() {
    assert_eq!(sketched("Sub AutoOpen()\r\nShell \"calc\"\r\nEnd Sub\r\n"), "");
    assert_eq!(likeness("", ""), None);
}

#[test]
fn a_file_with_another_name_in_its_middle_stays_alike() {
    let noise = |seed: u64, len: u64| (0..len).map(move |n| super::mixed(seed ^ n).to_le_bytes()[0]);
    let body: Vec<u8> = noise(0x1000_0000, 60_000).collect();
    let changed: Vec<u8> = [&body[..20_000], b"someone else", &body[20_000..]].concat();
    let other: Vec<u8> = noise(0x2000_0000, 60_000).collect();
    let seen = likeness(&of_bytes(&body), &of_bytes(&changed));
    assert!(seen.is_some_and(|percent| percent >= 90), "{seen:?}");
    assert_eq!(likeness(&of_bytes(&body), &of_bytes(&other)), Some(0));
    assert_eq!(of_bytes(&vec![0; 100_000]), "", "padding says nothing");
}

#[test]
fn hostile_code_is_sketched_too() {
    for code in ["\"", "\"\"\"", "'", "Attribute", "é", "1e", &"a".repeat(100_000), &"\"\" ".repeat(10_000)]
    {
        let _ = sketched(code);
    }
    assert!(WORDS.is_sorted());
}
