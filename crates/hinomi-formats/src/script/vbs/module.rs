//! A script as a macro module: procedures stay, statements outside them become the procedure that starts by itself.

use std::collections::BTreeSet;

/// Stands before text that the script runs as a script.
pub(super) const RUN: &str = "\u{1}run:";

/// Names kept as variables of the whole module.
const NAMES_MAX: usize = 2_048;

/// A module and the line of the script each of its lines comes from.
pub(super) struct Wrapped {
    pub(super) code: String,
    pub(super) lines: Vec<usize>,
}

/// Wraps a script.
pub(super) fn wrapped(text: &str) -> Wrapped {
    let (mut top, mut procedures) = (Vec::new(), Vec::new());
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}');
        let words = first_words(line);
        let opens = matches!(words.first().map(String::as_str), Some("sub" | "function" | "property"));
        let opens = opens
            && !line.to_ascii_lowercase().contains("end sub")
            && !line.to_ascii_lowercase().contains("end function");
        let closes = words.first().is_some_and(|word| word == "end")
            && words.get(1).is_some_and(|word| matches!(word.as_str(), "sub" | "function" | "property"));
        let class = matches!(words.as_slice(), [first, ..] if first == "class")
            || matches!(words.as_slice(), [first, second, ..] if first == "end" && second == "class");
        if class || words.first().is_some_and(|word| word == "option") {
            continue;
        }
        inside |= opens;
        let rewritten = run_statements(&plain(line));
        if inside {
            procedures.push((at + 1, rewritten));
        } else {
            if names.len() < NAMES_MAX {
                assigned(line, &mut names);
            }
            top.push((at + 1, rewritten));
        }
        inside &= !closes;
    }
    let mut out = Wrapped { code: String::new(), lines: Vec::new() };
    let names: Vec<String> = names.into_iter().collect();
    for some in names.chunks(32) {
        out.push(1, &format!("Dim {}", some.join(", ")));
    }
    out.push(1, "Sub AutoOpen()");
    for (at, line) in &top {
        out.push(*at, line);
    }
    out.push(1, "End Sub");
    for (at, line) in &procedures {
        out.push(*at, line);
    }
    out
}

impl Wrapped {
    fn push(&mut self, at: usize, line: &str) {
        self.code.push_str(line);
        self.code.push('\n');
        self.lines.push(at);
    }
}

/// The first words of a line in lower case, `Public` and `Private` aside.
fn first_words(line: &str) -> Vec<String> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .filter(|word| !matches!(word.as_str(), "public" | "private" | "default"))
        .take(3)
        .collect()
}

/// `Dim x` at the top is said once for the module.
fn plain(line: &str) -> String {
    let words = first_words(line);
    if words.first().is_some_and(|word| word == "dim") && !line.contains(['(', ':', '=']) {
        return String::new();
    }
    line.to_owned()
}

/// Names that a line sets or declares.
fn assigned(line: &str, names: &mut BTreeSet<String>) {
    let mut quoted = false;
    let mut statement = String::new();
    for c in line.chars().chain(":".chars()) {
        match c {
            '"' => quoted = !quoted,
            '\'' if !quoted => break,
            ':' if !quoted => {
                names_of(&statement, names);
                statement.clear();
            }
            c if !quoted && statement.len() < 160 => statement.push(c),
            _ => {}
        }
    }
    names_of(&statement, names);
}

fn names_of(statement: &str, names: &mut BTreeSet<String>) {
    let text = statement.trim();
    let lower = text.to_ascii_lowercase();
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_alphabetic())
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && name.len() < 128
    };
    if let Some(declared) = lower.strip_prefix("dim ") {
        names.extend(declared.split(',').map(str::trim).filter(|name| is_name(name)).map(str::to_owned));
        return;
    }
    let Some((name, _)) = lower.split_once('=') else { return };
    let name = name.trim().trim_start_matches("set ").trim_start_matches("const ").trim();
    if is_name(name) {
        names.insert(name.to_owned());
    }
}

/// `Execute x`, `ExecuteGlobal x` and `Eval(x)` become a call whose argument is recovered whole.
fn run_statements(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    let mut quoted = false;
    let mut starts = true;
    while let Some(c) = rest.chars().next() {
        if !quoted && starts {
            let word_len = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            let word = rest.get(..word_len).unwrap_or_default();
            let runs =
                ["execute", "executeglobal", "eval"].iter().any(|known| word.eq_ignore_ascii_case(known));
            let behind = rest.get(word_len..).unwrap_or_default();
            if runs && behind.starts_with([' ', '(', '\t']) && !behind.trim_start().starts_with('=') {
                let end = statement_end(behind);
                let argument = behind.get(..end).unwrap_or_default();
                out.extend(["Shell \"", RUN, "\" & (", argument, ")"]);
                rest = behind.get(end..).unwrap_or_default();
                starts = false;
                continue;
            }
        }
        quoted ^= c == '"';
        if c == '\'' && !quoted {
            break;
        }
        starts = match c {
            ':' if !quoted => true,
            c if c.is_whitespace() => {
                starts
                    || out.trim_end().to_ascii_lowercase().ends_with("then")
                    || out.trim_end().ends_with("Call")
            }
            _ => false,
        };
        out.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        // Words are passed whole: only their beginning can be one of those.
        if c.is_alphanumeric() && !quoted {
            let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            out.push_str(rest.get(..len).unwrap_or_default());
            rest = rest.get(len..).unwrap_or_default();
        }
    }
    out
}

/// Where a statement ends: at a colon or a comment outside quotes.
fn statement_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ':' | '\'' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}
