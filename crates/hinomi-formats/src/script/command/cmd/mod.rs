//! Noise of the command processor: carets, variables set in the line itself, parts of them, loops that put words
//! together from characters.

mod expand;
mod run;
mod split;

use super::{effects, interpreter};
use crate::Limits;
use crate::script::Interpreter;
use expand::Variables;

/// Bytes of one block of lines that are read as one.
const BLOCK_BYTES_MAX: usize = 16 << 10;

/// A command line without the noise.
pub(super) struct Unwrapped {
    /// The line after each step, with the name of the step.
    pub(super) steps: Vec<(String, &'static str)>,
    /// The simple commands in it, as far as they run.
    pub(super) lines: Vec<String>,
    /// Files that output is sent to.
    pub(super) written: Vec<String>,
    /// A text would have been longer than one may be.
    pub(super) cut: bool,
}

/// A command of a batch file, with its line from 1.
pub(super) struct Placed {
    pub(super) line: usize,
    pub(super) text: String,
}

/// Takes the noise off one line.
pub(super) fn unwrapped(line: &str, limits: &Limits, fuel: &mut u64) -> Unwrapped {
    let mut out = Unwrapped { steps: Vec::new(), lines: Vec::new(), written: Vec::new(), cut: false };
    let mut text = line.to_owned();
    if let Some(plain) = without_carets(line) {
        text.clone_from(&plain);
        out.steps.push((plain, "caret escapes"));
    }
    if !reads_as_cmd(&text) {
        return out;
    }
    let mut shell = run::Shell::new(limits, *fuel);
    shell.outermost(line);
    *fuel = shell.fuel;
    if shell.changed && !shell.lines.is_empty() {
        let joined = shell.lines.iter().map(|placed| placed.text.as_str()).collect::<Vec<_>>().join(" & ");
        if joined != text {
            out.steps.push((joined, shell.layer()));
        }
    } else if let Some(plain) = inlined(&text, limits, fuel, &mut out.cut) {
        out.steps.push((plain, "cmd variables"));
    }
    out.lines = shell.lines.into_iter().map(|placed| placed.text).collect();
    out.written = shell.written;
    out.cut |= shell.cut;
    out
}

/// What a batch file comes to.
pub(super) struct Batch {
    /// Its commands as they run.
    pub(super) commands: Vec<Placed>,
    /// Files that output is sent to.
    pub(super) written: Vec<String>,
    /// Files that `echo` writes, with what it writes.
    pub(super) contents: Vec<(String, String)>,
    /// A text would have been longer than one may be.
    pub(super) cut: bool,
}

/// Runs a batch file that pays with `fuel`.
pub(super) fn batch(text: &str, limits: &Limits, fuel: &mut u64) -> Batch {
    let mut shell = run::Shell::new(limits, *fuel);
    let mut block = String::new();
    // Parentheses of the block, counted as its lines come.
    let (mut opened, mut closed) = (0usize, 0usize);
    for (at, line) in text.lines().enumerate() {
        if block.is_empty() {
            shell.at = at + 1;
        }
        block.push_str(if block.is_empty() { "" } else { "\n" });
        block.push_str(line);
        // A line that ends with a caret, or inside a block, goes on.
        opened += line.matches('(').count();
        closed += line.matches(')').count();
        let inside = opened > closed && (block.len() > line.len() || line.trim_end().ends_with('('));
        if (inside || line.ends_with('^')) && block.len() < BLOCK_BYTES_MAX {
            continue;
        }
        shell.line(&block);
        block.clear();
        (opened, closed) = (0, 0);
        if shell.fuel == 0 {
            break;
        }
    }
    shell.line(&block);
    *fuel = shell.fuel;
    Batch { commands: shell.lines, written: shell.written, contents: shell.contents, cut: shell.cut }
}

/// Whether a line is for the command processor: it names it, or begins with one of its words.
fn reads_as_cmd(text: &str) -> bool {
    let head = text.trim_start().trim_start_matches(['@', '(', '"', ',', ';', '=']);
    let word = head.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
    let own = ["set", "for", "call", "start", "echo", "if", "setlocal", "forfiles", "pushd", "cd"];
    (own.contains(&word.as_str()) && text.contains(['&', '%', '|', '>', '!']))
        || !matches!(interpreter::first_of_line(text), Interpreter::Other | Interpreter::PowerShell)
        || (text.contains('%') && interpreter::of_line(text) == Interpreter::Other)
        || text.contains("&&")
        || is_program_of_its_own(head)
}

/// A line for a program of Windows that needs no shell.
fn is_program_of_its_own(head: &str) -> bool {
    let name = effects::program_name(head.split_whitespace().next().unwrap_or_default());
    effects::is_known_program(&name) && !matches!(name.as_str(), "powershell" | "pwsh" | "at" | "sc")
}

/// The line without `^`, when that shows a program; PowerShell text has a use for carets of its own.
fn without_carets(line: &str) -> Option<String> {
    if !line.contains('^') {
        return None;
    }
    let plain = line.replace("^^", "\u{1}").replace('^', "").replace('\u{1}', "^");
    (interpreter::mentions_interpreter(&plain) || reads_as_cmd(&plain)).then_some(plain)
}

/// The line with the variables that are the same everywhere replaced in place.
fn inlined(line: &str, limits: &Limits, fuel: &mut u64, cut: &mut bool) -> Option<String> {
    if !line.contains(['%', '!']) {
        return None;
    }
    let mut room = expand::Room { fuel, bytes_max: limits.text_bytes_max, cut };
    let text = expand::replaced(line, &Variables::new(), false, &mut room);
    (text != line && interpreter::of_line(&text) != Interpreter::Other).then_some(text)
}
