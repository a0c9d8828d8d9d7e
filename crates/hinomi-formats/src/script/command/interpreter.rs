//! The programs that command lines start.

use crate::script::Interpreter;

/// Programs by name, in lower case.
const PROGRAMS: &[(&str, Interpreter)] = &[
    ("powershell", Interpreter::PowerShell),
    ("pwsh", Interpreter::PowerShell),
    ("cmd", Interpreter::Cmd),
    ("%comspec%", Interpreter::Cmd),
    ("wscript", Interpreter::ScriptHost),
    ("cscript", Interpreter::ScriptHost),
    ("mshta", Interpreter::SystemBinary),
    ("rundll32", Interpreter::SystemBinary),
    ("regsvr32", Interpreter::SystemBinary),
    ("certutil", Interpreter::SystemBinary),
    ("bitsadmin", Interpreter::SystemBinary),
];

/// A program named in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    /// Offset behind its name, `.exe` and closing quote included.
    pub(super) end: usize,
    pub(super) program: Interpreter,
}

/// Whether a name of [`PROGRAMS`] stands anywhere in the text, noise characters aside. Cheap.
pub(crate) fn mentions_interpreter(text: &str) -> bool {
    if text.contains(['^', '`']) {
        return named(&text.replace(['^', '`'], "")).next().is_some();
    }
    named(text).next().is_some()
}

/// How far behind the name of a program its arguments are looked at.
const NEAR_BYTES: usize = 256;

/// Whether the text reads like a line that starts one of these programs, and not like prose about it.
pub(crate) fn looks_like_command(text: &str) -> bool {
    let plain;
    let text = if text.contains(['^', '`']) {
        plain = text.replace(['^', '`'], "");
        &plain
    } else {
        text
    };
    named(text).any(|found| {
        // What tells a call from prose stands close by.
        let near = text.floor_char_boundary(found.end.saturating_add(NEAR_BYTES));
        let rest = text.get(found.end..near).unwrap_or_default();
        let argument = rest.trim_start();
        if argument.len() == rest.len() {
            return false;
        }
        let switch = argument.starts_with(['-', '/', '\u{2013}', '\u{2014}', '\u{2015}']);
        match found.program {
            Interpreter::Cmd => {
                switch || argument.get(..3).is_some_and(|next| next.eq_ignore_ascii_case("cmd"))
            }
            Interpreter::PowerShell => {
                switch
                    || argument.starts_with(['(', '&', '$', '"', '\'', '[', '.', '{'])
                    || argument.contains('-')
            }
            _ => switch || argument.contains(['.', ':', '\\', '%', '"']),
        }
    })
}

/// The program of a line: PowerShell when any is, else the first.
pub(super) fn of_line(line: &str) -> Interpreter {
    let mut first = None;
    for found in named(line) {
        if found.program == Interpreter::PowerShell {
            return Interpreter::PowerShell;
        }
        first = first.or(Some(found.program));
    }
    first.unwrap_or_default()
}

/// The program a line begins with, when it begins with one.
pub(super) fn first_of_line(line: &str) -> Interpreter {
    let near = line.get(..line.floor_char_boundary(NEAR_BYTES)).unwrap_or_default();
    named(near)
        .next()
        .filter(|found| {
            !near.get(..found.end).is_some_and(|before| before.contains(['$', ';', '=', '(', '\n', '|']))
        })
        .map(|found| found.program)
        .unwrap_or_default()
}

/// Whether a line begins with one of the programs, with or without its folder.
pub(super) fn begins(line: &str) -> bool {
    let first = line.trim_start().trim_start_matches(['"', '\'']);
    let word = first.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).next().unwrap_or_default();
    let name = word.rsplit(['\\', '/']).next().unwrap_or_default();
    named(name).next().is_some_and(|found| found.end == name.len())
}

/// Every program named as a word of its own, in order.
pub(super) fn named(text: &str) -> impl Iterator<Item = Named> + '_ {
    let bytes = text.as_bytes();
    let begins = |byte: u8| matches!(byte | 0x20, b'p' | b'c' | b'w' | b'm' | b'r' | b'b') || byte == b'%';
    let starts = bytes.iter().enumerate().filter(move |(at, byte)| {
        begins(**byte)
            && at.checked_sub(1).and_then(|at| bytes.get(at)).is_none_or(|before| !is_word(*before))
    });
    starts.filter_map(move |(at, _)| {
        let rest = bytes.get(at..)?;
        let (name, program) = PROGRAMS.iter().find(|(name, _)| {
            rest.get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
        })?;
        let mut end = at + name.len();
        if bytes.get(end..end + 4).is_some_and(|next| next.eq_ignore_ascii_case(b".exe")) {
            end += 4;
        }
        if bytes.get(end).is_some_and(|next| is_word(*next)) {
            return None;
        }
        end += usize::from(matches!(bytes.get(end), Some(b'"' | b'\'')));
        Some(Named { end, program: *program })
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte == b'.' || byte >= 0x80
}
