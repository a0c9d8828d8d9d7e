//! Performance caches (MS-OVBA 2.3.4.1, 2.3.4.3): what the compiler of the host leaves behind.
//!
//! The identifier table is laid out as hosts write it. The compiled code of a module is a look-alike: names are loaded
//! and called by their numbers and string literals stand in it as they do in real code, the rest is noise that no host
//! would run.

use super::{Chance, Project};
use std::collections::BTreeSet;

/// Words of the language: the compiler has numbers for them, so that they are not in the table.
const RESERVED: &str = " abs access addressof alias and any append array as assert b base binary boolean byref byte byval \
    call case cbool cbyte ccur cdate cdec cdbl cdecl chdir cint circle clng close compare const csng cstr curdir cvar cvdate \
    cverr currency database date debug decimal declare defbool defbyte defcur defdate defdbl defint deflng defobj defsng \
    defstr defvar dim dir do doevents double each else elseif empty end endif enum eqv erase error event exit explicit \
    f false fix for format freefile friend function get global go gosub goto if imp implements in input instr instrb int \
    integer is lbound left len lenb let lib like line linput local lock long loop lset me mid midb mod module name new next \
    not nothing null object off on open option optional or output paramarray point preserve print private property pset \
    public put raiseevent random randomize read redim rem resume return rgb rset scale seek select set sgn shared single \
    spc static step stop strcomp string sub tab text then to true type typeof ubound unknown unlock until variant wend while \
    width with withevents write xor attribute ";

/// The names that source text uses, in the order of their first use, and its string literals.
pub(crate) fn words(code: &str) -> (Vec<String>, Vec<String>) {
    let (mut seen, mut names, mut literals) = (BTreeSet::new(), Vec::new(), Vec::new());
    for line in code.lines().filter(|line| !line.starts_with("Attribute ")) {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            if first == '\'' {
                break;
            }
            if first == '"' {
                let (literal, after) = literal(&rest[1..]);
                literals.push(literal);
                rest = after;
                continue;
            }
            let length = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len())
                .max(first.len_utf8());
            let word = &rest[..length];
            rest = &rest[length..];
            let lower = word.to_lowercase();
            if first.is_alphabetic() && !RESERVED.contains(&format!(" {lower} ")) && seen.insert(lower) {
                names.push(word.to_owned());
            }
        }
    }
    literals.retain(|literal| !literal.is_empty());
    (names, literals)
}

/// The literal whose quote was just passed, and what follows it; two quotes in it stand for one.
fn literal(mut rest: &str) -> (String, &str) {
    let mut held = String::new();
    while let Some((part, after)) = rest.split_once('"') {
        held += part;
        match after.strip_prefix('"') {
            Some(more) => {
                held.push('"');
                rest = more;
            }
            None => return (held, after),
        }
    }
    (held + rest, "")
}

/// The number of the first name of the table, as VBA 7.1 of 32 bits counts; below are the words of the language.
const FIRST: u16 = 0x104;

/// The names of a project's table, in order; code names them by their numbers.
pub(super) struct Names(Vec<String>);

impl Names {
    /// The host's own, the project's and the modules', then those of the code.
    pub(super) fn of(project: &Project) -> Self {
        let mut names: Vec<String> = HOSTS.map(str::to_owned).to_vec();
        names.push(project.name.clone());
        names.extend(project.modules.iter().map(|module| module.name.clone()));
        names.push("_Evaluate".to_owned());
        for code in project.modules.iter().filter_map(|module| module.compiled.as_ref()) {
            for name in words(code).0 {
                if !names.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                    names.push(name);
                }
            }
        }
        Self(names)
    }

    fn number(&self, name: &str) -> u16 {
        let place = self.0.iter().position(|known| known.eq_ignore_ascii_case(name)).unwrap_or(0);
        FIRST + place as u16
    }
}

/// Names that the host puts first.
const HOSTS: [&str; 10] =
    ["Word", "VBA", "Win16", "Win32", "Win64", "Mac", "VBA6", "VBA7", "stdole", "Office"];

/// The `_VBA_PROJECT` stream of VBA 7.1: the version, a fixed part, and the table of identifiers at the end.
pub(super) fn project(project: &Project, names: &Names, chance: &mut Chance) -> Vec<u8> {
    let mut out = vec![0xCC, 0x61, 0xAF, 0, 0, 1, 0, 0xFF];
    out.extend([9, 4, 0, 0, 9, 4, 0, 0]);
    out.extend(project.code_page.to_le_bytes());
    out.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    references(&mut out);
    out.extend(chance.bytes(4));
    out.extend(7u16.to_le_bytes());
    out.extend([0xFF; 32]);
    out.extend((project.modules.len() as u16).to_le_bytes());
    for module in &project.modules {
        let name = super::utf16(&module.name);
        out.extend((name.len() as u16).to_le_bytes());
        out.extend(&name);
        out.extend(20u16.to_le_bytes());
        out.extend(super::utf16(&format!("{:010x}", chance.bits() & 0xFF_FFFF_FFFF)));
        out.extend([0xFF, 0xFF]);
        out.extend((names.number(&module.name) << 1).to_le_bytes());
        out.extend((name.len() as u16).to_le_bytes());
        out.extend(name);
        out.extend([0xFF, 0xFF]);
        out.extend(chance.bytes(2));
        out.extend([0; 6]);
    }
    out.extend([0xFF; 6]);
    out.extend(128u32.to_le_bytes());
    table(project, &names.0, chance, &mut out);
    out
}

/// Two references, each a length and a text in UTF-16.
fn references(out: &mut Vec<u8>) {
    const LIBRARIES: [&str; 2] = [
        concat!(
            "*\\G{000204EF-0000-0000-C000-000000000046}#4.2#9#C:\\Program Files\\Common Files\\Microsoft Shared\\VBA\\",
            "VBA7.1\\VBE7.DLL#Visual Basic For Applications"
        ),
        "*\\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\\Windows\\System32\\stdole2.tlb#OLE Automation",
    ];
    out.extend(((LIBRARIES.len()) as u16).to_le_bytes());
    for library in LIBRARIES {
        let text = super::utf16(library);
        out.extend((text.len() as u16).to_le_bytes());
        out.extend(text);
        out.extend([0; 10]);
    }
    // Which of the strings below each reference answers to.
    out.extend([0, 0, 1, 0, 1, 0]);
}

/// Identifiers: length, flags, name in the code page, a number and 16.
fn table(project: &Project, names: &[String], chance: &mut Chance, out: &mut Vec<u8>) {
    out.extend([0, 0]);
    out.extend((0x100 + names.len() as u16 + 2).to_le_bytes());
    out.extend((names.len() as u16).to_le_bytes());
    out.extend([3, 1]);
    for (number, name) in names.iter().enumerate() {
        let bytes = project.encode(name);
        let flags = if number < HOSTS.len() { 4 } else { 0 };
        out.extend([bytes.len().min(255) as u8, flags]);
        out.extend(&bytes[..bytes.len().min(255)]);
        out.extend(chance.bytes(2));
        out.extend([0x10, 0]);
    }
    out.extend([2, 0xFF, 0xFF, 1, 1, 0x48, 0, 0, 0]);
    out.extend([0xFF; 24]);
}

/// What stands before the source in a module's stream: instructions of two bytes, each name used and each literal.
pub(super) fn module(project: &Project, code: &str, names: &Names, chance: &mut Chance) -> Vec<u8> {
    /// Load, load a member, call with arguments for a value and as a statement.
    const NAMING: [u16; 5] = [0x20, 0x21, 0x24, 0x25, 0x41];
    const LITERAL: u16 = 0xB9;
    let mut out = vec![1, 0x16, 3, 0, 0, 0xF0, 0, 0, 0, 0];
    out.extend(chance.bytes(48));
    let (used, literals) = words(code);
    for name in used {
        out.extend(chance.pick(&NAMING).to_le_bytes());
        out.extend((names.number(&name) << 1).to_le_bytes());
        out.extend([chance.below(4) as u8, 0]);
    }
    for literal in literals {
        let mut bytes = project.encode(&literal);
        out.extend(LITERAL.to_le_bytes());
        out.extend((bytes.len() as u16).to_le_bytes());
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        out.extend(bytes);
        // What is done with it.
        out.extend([0x11, 0, 0x27, 0]);
    }
    out.extend([0xFF; 16]);
    out
}
