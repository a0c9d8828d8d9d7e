//! `.doc`: one piece of text in a Word 97 binary file (MS-DOC 2.5), with the project below `Macros`.

use super::extras::summary;
use super::{Extras, Page, Project};
use crate::forge::{Chance, ovba};
use anyhow::Result;

/// The class of a Word document, in its root entry.
const CLASS: [u8; 16] = [0x06, 0x09, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
/// The text starts on the third page of 512 bytes.
const TEXT_START: u32 = 1_024;
/// Pairs of FibRgFcLcb97 (MS-DOC 2.5.6).
const PAIRS: usize = 93;
const PAIR_STSHF: usize = 1;
const PAIR_CLX: usize = 33;
const PAIR_STWUSER: usize = 60;

pub(super) fn doc(
    page: &Page,
    extras: &Extras,
    project: Option<&Project>,
    chance: &mut Chance,
) -> Result<Vec<u8>> {
    let text: String = page.lines.iter().map(|line| format!("{line}\r")).collect();
    let units = text.encode_utf16().count() as u32;
    let styles = styles();
    let clx = pieces(units);
    let mut table = styles.clone();
    table.extend(&clx);

    let mut pairs = [(0u32, 0u32); PAIRS];
    pairs[PAIR_STSHF] = (0, styles.len() as u32);
    pairs[PAIR_CLX] = (styles.len() as u32, clx.len() as u32);
    if !extras.variables.is_empty() {
        let variables = variables(&extras.variables);
        pairs[PAIR_STWUSER] = (table.len() as u32, variables.len() as u32);
        table.extend(variables);
    }
    let mut word = header(units, &pairs);
    word.resize(TEXT_START as usize, 0);
    word.extend(ovba::utf16(&text));
    // Word never writes a main stream below 4,096 bytes: smaller ones would move to the mini stream.
    word.resize(word.len().max(4_096), 0);

    let mut streams = vec![("WordDocument".to_owned(), word), ("1Table".to_owned(), table)];
    if !extras.properties.is_empty() {
        streams.push(("\u{5}SummaryInformation".to_owned(), summary(&extras.properties, 1_252)));
    }
    if let Some(project) = project {
        let macros = project.streams(chance);
        streams.extend(macros.into_iter().map(|(path, bytes)| (format!("Macros/{path}"), bytes)));
    }
    ovba::compound(&streams, Some(CLASS))
}

/// The file information block (MS-DOC 2.5.1) for Word 97.
fn header(units: u32, pairs: &[(u32, u32); PAIRS]) -> Vec<u8> {
    const TABLE_1: u16 = 1 << 9;
    const EXTENDED: u16 = 1 << 12;
    let mut out = Vec::new();
    for field in [0xA5EC, 0x00C1, 0, 0x0411, 0, TABLE_1 | EXTENDED, 0x00BF] {
        out.extend(u16::to_le_bytes(field));
    }
    out.extend([0; 10]);
    let end = TEXT_START + 2 * units;
    out.extend(TEXT_START.to_le_bytes());
    out.extend(end.to_le_bytes());
    out.extend(14u16.to_le_bytes());
    out.extend([0; 28]);
    out.extend(22u16.to_le_bytes());
    let mut longs = [0u32; 22];
    longs[0] = end;
    longs[3] = units;
    out.extend(longs.iter().flat_map(|long| long.to_le_bytes()));
    out.extend((PAIRS as u16).to_le_bytes());
    out.extend(pairs.iter().flat_map(|(at, size)| [at.to_le_bytes(), size.to_le_bytes()]).flatten());
    out.extend([0, 0]);
    out
}

/// A piece table of one Unicode piece (MS-DOC 2.9.38).
fn pieces(units: u32) -> Vec<u8> {
    let mut table = Vec::new();
    table.extend(0u32.to_le_bytes());
    table.extend(units.to_le_bytes());
    table.extend([0, 0]);
    table.extend(TEXT_START.to_le_bytes());
    table.extend([0, 0]);
    let mut out = vec![2];
    out.extend((table.len() as u32).to_le_bytes());
    out.extend(table);
    out
}

/// A style sheet without styles (MS-DOC 2.9.271): the header alone.
fn styles() -> Vec<u8> {
    let mut out = vec![18, 0];
    for field in [0u16, 10, 1, 91, 15, 0, 0, 0, 0] {
        out.extend(field.to_le_bytes());
    }
    out
}

/// Document variables (StwUser, MS-DOC 2.9.303): a string table of names with four bytes beside each, then the values.
fn variables(variables: &[(String, String)]) -> Vec<u8> {
    let counted = |text: &str| {
        let units = ovba::utf16(text);
        [((units.len() / 2) as u16).to_le_bytes().to_vec(), units].concat()
    };
    let mut out = vec![0xFF, 0xFF];
    out.extend((variables.len() as u16).to_le_bytes());
    out.extend(4u16.to_le_bytes());
    for (name, _) in variables {
        out.extend(counted(name));
        out.extend([0; 4]);
    }
    variables.iter().for_each(|(_, value)| out.extend(counted(value)));
    out
}
