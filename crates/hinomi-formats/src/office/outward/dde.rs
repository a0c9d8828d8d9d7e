//! Dynamic data exchange: fields, links and formulas that start a program when they are brought up to date.

#[cfg(test)]
mod tests;

use crate::Budget;
use crate::office::cfb::{CompoundFile, EntryKind, u16_at, u32_at};
use crate::office::{Dde, word};
use std::collections::HashMap;

/// The command of a field, when it is one that exchanges data (ECMA-376-1, 17.16.5.15 and .16). Programs and
/// their lines stand in up to three words, with `\` doubled inside quotes.
pub(in crate::office) fn of_field(instruction: &str, place: &str) -> Option<Dde> {
    let mut words = words(instruction).into_iter();
    let kind = words.next()?.to_ascii_uppercase();
    let is_dde = matches!(kind.as_str(), "DDE" | "DDEAUTO");
    // LINK exchanges data as well; of programs that are no OLE servers it makes a conversation.
    if !is_dde {
        return None;
    }
    let mut automatic = kind == "DDEAUTO";
    let mut line: Vec<String> = Vec::new();
    for word in words {
        match word.as_str() {
            // Switches of the field itself.
            "\\a" | "\\A" => automatic = true,
            "\\b" | "\\d" | "\\f" | "\\h" | "\\p" | "\\r" | "\\t" | "\\u" | "\\*" | "MERGEFORMAT" => {}
            _ => line.push(word),
        }
    }
    let command = line.join(" ");
    (!command.is_empty()).then(|| Dde { command, place: place.to_owned(), automatic })
}

/// The DDE of all fields.
pub(in crate::office) fn of_fields(fields: &[word::Field], place: &str) -> Vec<Dde> {
    let mut found: Vec<Dde> = fields.iter().filter_map(|field| of_field(&field.instruction, place)).collect();
    found.dedup();
    found
}

/// The words of an instruction: quotes keep words together, and `\\` and `\"` stand for what follows the `\`.
pub(in crate::office) fn words(instruction: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut is_quoted = false;
    let mut was_quoted = false;
    let mut letters = instruction.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if matches!(letters.peek(), Some('\\' | '"' | '“' | '”')) => word.extend(letters.next()),
            '"' | '“' | '”' => {
                is_quoted = !is_quoted;
                was_quoted = true;
            }
            _ if letter.is_whitespace() && !is_quoted => {
                if !word.is_empty() || was_quoted {
                    words.push(std::mem::take(&mut word));
                }
                was_quoted = false;
            }
            _ => word.push(letter),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// What `SET` fields keep under a name.
pub(in crate::office) type Kept = HashMap<String, String>;

/// What a field gives to the text around it, as far as its instruction tells: `QUOTE` its words or the characters
/// of its numbers (ECMA-376-1, 17.16.5.47), `SET` keeps and gives nothing, `REF` and a bare name give what was kept.
pub(in crate::office) fn result(instruction: &str, kept: &mut Kept) -> Option<String> {
    let mut words = instruction.split_ascii_whitespace();
    let kind = words.next()?;
    let rest = instruction.trim_start().get(kind.len()..)?.trim();
    match kind.to_ascii_uppercase().as_str() {
        "QUOTE" => Some(quoted(rest)),
        "SET" => {
            let name = words.next()?;
            let value = rest.get(name.len()..)?.trim().trim_matches('"');
            kept.insert(name.to_ascii_lowercase(), value.to_owned());
            Some(String::new())
        }
        "REF" => kept.get(&words.next()?.to_ascii_lowercase()).cloned(),
        _ => kept.get(&kind.to_ascii_lowercase()).cloned(),
    }
}

fn quoted(rest: &str) -> String {
    let numbers = || rest.split_ascii_whitespace();
    if numbers().all(|word| character(word).is_some()) {
        return numbers().filter_map(character).collect();
    }
    rest.trim_matches('"').to_owned()
}

/// The character that a number stands for, decimal or `0x` and hexadecimal.
fn character(word: &str) -> Option<char> {
    let lower = word.to_ascii_lowercase();
    let code = match lower.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => lower.parse().ok()?,
    };
    char::from_u32(code)
}

/// Links of a workbook to a program (MS-XLS 2.4.271 SupBook): the program and its line with a 3 between them.
/// Excel asks for them when the workbook is opened.
pub(in crate::office) fn of_workbook(file: &CompoundFile<'_>, budget: &mut Budget) -> Vec<Dde> {
    const SUP_BOOK: u16 = 0x01AE;
    const END_OF_SUBSTREAM: u16 = 0x000A;
    const FILE_PASS: u16 = 0x002F;
    /// In place of a length: the workbook itself, and the functions of add-ins.
    const NOT_A_PATH: [u16; 2] = [0x0401, 0x3A01];
    let mut found = Vec::new();
    let Some(id) = file.find("Workbook").filter(|id| file.kind(*id) == EntryKind::Stream) else {
        return found;
    };
    let stream = file.read(id, budget).value;
    let mut at = 0_usize;
    while let (Some(record), Some(len)) = (u16_at(&stream, at), u16_at(&stream, at + 2)) {
        let content = stream.get(at + 4..).and_then(|from| from.get(..usize::from(len))).unwrap_or_default();
        match record {
            END_OF_SUBSTREAM | FILE_PASS => break,
            SUP_BOOK if u16_at(content, 2).is_some_and(|len| !NOT_A_PATH.contains(&len)) => {
                let path = virtual_path(content.get(2..).unwrap_or_default());
                if let Some((program, line)) =
                    path.split_once('\u{3}').filter(|(program, _)| is_program(program))
                {
                    let command = format!("{program} {line}");
                    found.push(Dde { command, place: "Workbook".to_owned(), automatic: true });
                }
            }
            _ => {}
        }
        at += 4 + usize::from(len);
    }
    found
}

/// The path of another workbook starts with a control character; an OLE link has the form of DDE, and its server is
/// a class, `Word.Document.8`.
fn is_program(server: &str) -> bool {
    server.chars().next().is_some_and(|first| !first.is_control())
        && server.rsplit('.').next().is_none_or(|last| last.parse::<u32>().is_err())
}

/// A string without its length in front: a flag for UTF-16, then the letters (MS-XLS 2.5.296).
fn virtual_path(content: &[u8]) -> String {
    let len = usize::from(u16_at(content, 0).unwrap_or_default());
    let is_wide = content.get(2).is_some_and(|flags| flags & 1 != 0);
    let letters = content.get(3..).unwrap_or_default();
    if !is_wide {
        return letters.iter().take(len).map(|byte| char::from(*byte)).collect();
    }
    let units: Vec<u16> = letters.chunks_exact(2).take(len).filter_map(|pair| u16_at(pair, 0)).collect();
    String::from_utf16_lossy(&units)
}

/// The link in a part of a binary workbook (MS-XLSB 2.4.200 BrtBeginSupBook): of kind 1, program and line.
pub(in crate::office) fn of_binary_link(part: &[u8], place: &str) -> Option<Dde> {
    const BEGIN_SUP_BOOK: [u8; 2] = [0xE8, 0x02];
    const DDE: u16 = 1;
    // It is the first record of its part; its size takes one or two bytes.
    let rest = part.strip_prefix(&BEGIN_SUP_BOOK)?;
    let size_bytes = rest.iter().take(4).take_while(|byte| **byte & 0x80 != 0).count() + 1;
    let content = rest.get(size_bytes..)?;
    if u16_at(content, 0)? != DDE {
        return None;
    }
    let (program, rest) = wide_string(content.get(2..)?)?;
    let (line, _) = wide_string(rest)?;
    let command = format!("{program} {line}").trim().to_owned();
    Some(Dde { command, place: place.to_owned(), automatic: true })
}

/// A UTF-16 string behind its length in letters (MS-XLSB 2.5.169), and what follows.
fn wide_string(bytes: &[u8]) -> Option<(String, &[u8])> {
    let len = usize::try_from(u32_at(bytes, 0)?).ok()?;
    let (letters, rest) = bytes.get(4..)?.split_at_checked(len.checked_mul(2)?)?;
    let units: Vec<u16> = letters.chunks_exact(2).filter_map(|pair| u16_at(pair, 0)).collect();
    Some((String::from_utf16_lossy(&units), rest))
}

/// Formulas in text that Excel opens as a table, CSV or SYLK: `=cmd|'/c calc'!A0`, at most `max` of them. The
/// program stands before the bar and the line in quotes behind it.
pub fn dde_in_table(text: &str, place: &str, max: usize) -> Vec<Dde> {
    let mut found = Vec::new();
    for bar in memchr::memchr_iter(b'|', text.as_bytes()) {
        let (Some(before), Some(after)) = (text.get(..bar), text.get(bar + 1..)) else { continue };
        let Some(dde) = formula(before, after, place) else { continue };
        found.push(dde);
        if found.len() == max {
            break;
        }
    }
    found
}

/// Longest name of a program and longest line that a formula is searched for.
const PROGRAM_LEN_MAX: usize = 64;
const LINE_LEN_MAX: usize = 8 << 10;

fn formula(before: &str, after: &str, place: &str) -> Option<Dde> {
    let bytes = before.as_bytes();
    let is_name =
        |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'\\' | b':' | b'\'');
    let len = bytes.iter().rev().take(PROGRAM_LEN_MAX).take_while(is_name).count();
    let program = before.get(bytes.len().checked_sub(len)?..)?.trim_matches('\'');
    // The sign that makes a cell a formula stands somewhere before, in the same cell.
    let line_start = memchr::memrchr2(b'\n', b',', bytes.get(..bytes.len() - len)?).map_or(0, |at| at + 1);
    let cell = before.get(line_start..bytes.len() - len)?;
    let is_formula = cell.contains(['=', '+', '-', '@']) && !program.is_empty();
    let line = after.strip_prefix('\'')?;
    let window = line.as_bytes().get(..LINE_LEN_MAX).unwrap_or(line.as_bytes());
    let end = memchr::memmem::find(window, b"'!")?;
    let command = format!("{program} {}", line.get(..end)?.replace("''", "'"));
    is_formula.then(|| Dde { command, place: place.to_owned(), automatic: true })
}
