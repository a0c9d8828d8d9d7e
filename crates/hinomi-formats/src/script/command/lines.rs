//! Scripts that stand alone: which language they are in, and the commands in them.

use super::evaluate::Dialect;
use super::{Command, cmd, effects, looks_like_command, read_command_within, read_script_within};
use crate::script::steps::{Steps, tell_once};
use crate::script::{Interpreter, Survey, host, vbs};
use crate::{Limits, Problem};

/// Languages of scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum Language {
    Batch,
    PowerShell,
    JScript,
    VbScript,
    /// HTML applications, script components: scripts inside tags.
    Markup,
    Unknown,
}

/// Commands of a script in a file of that name, in whatever language it is.
pub(in crate::script) fn survey_lines(
    name: &str,
    text: &str,
    limits: &Limits,
    problems: &mut Vec<Problem>,
    steps: &mut Steps,
) -> Survey {
    if let Some(decoded) = vbs::decoded(text, limits) {
        let language = language_of(name, &decoded);
        let mut survey = survey_in(&decoded, language, limits, problems, 1, steps);
        if let Some(command) = survey.commands.first_mut() {
            command.layers.insert(0, "Script Encoder".to_owned());
        }
        return survey;
    }
    survey_in(text, language_of(name, text), limits, problems, 0, steps)
}

/// The language by the extension, else by the words.
fn language_of(name: &str, text: &str) -> Language {
    let extension = name.trim_end_matches(['.', ' ']).rsplit_once('.').map(|(_, extension)| extension);
    match extension.unwrap_or_default().to_ascii_lowercase().as_str() {
        "ps1" | "psm1" => Language::PowerShell,
        "bat" | "cmd" => Language::Batch,
        "vbs" | "vbe" => Language::VbScript,
        "js" | "jse" => Language::JScript,
        "wsf" | "hta" | "sct" | "htm" | "html" => Language::Markup,
        _ => language(text),
    }
}

/// Commands of a script in a known language. `depth`: scripts inside one another until here.
pub(in crate::script) fn survey_in(
    text: &str,
    language: Language,
    limits: &Limits,
    problems: &mut Vec<Problem>,
    depth: u32,
    steps: &mut Steps,
) -> Survey {
    match language {
        Language::Markup if depth < 3 => vbs::survey_markup(text, limits, problems, depth, steps),
        Language::JScript => host::survey(text, Dialect::JScript, limits, problems, steps),
        Language::VbScript => host::survey(text, Dialect::VbScript, limits, problems, steps),
        Language::Batch => batch(text, limits, problems, steps),
        Language::PowerShell => powershell(text, limits, problems, steps),
        Language::Markup | Language::Unknown => lines(text, limits, problems, steps),
    }
}

/// One PowerShell script; a line in it that starts a program is one of its layers.
fn powershell(text: &str, limits: &Limits, problems: &mut Vec<Problem>, steps: &mut Steps) -> Survey {
    let mut survey = Survey::default();
    let mut command = read_script_within(text, "text", limits, steps).take(problems);
    let runs = command.layers.iter().any(|layer| layer == "Invoke-Expression");
    host::disguises(&mut command, text, runs, &mut steps.commands);
    if says_something(&command) {
        survey.commands.push(command);
    }
    survey
}

fn whole(text: &str, limits: &Limits, problems: &mut Vec<Problem>, steps: &mut Steps) -> Survey {
    let mut survey = Survey::default();
    let command = read_command_within(text, "text", limits, steps).take(problems);
    if says_something(&command) {
        survey.commands.push(command);
    }
    survey
}

fn says_something(command: &Command) -> bool {
    command.fetches || command.executes || !command.layers.is_empty() || !command.persistence.is_empty()
}

/// Each line that starts a program, or the whole as one PowerShell script.
fn lines(text: &str, limits: &Limits, problems: &mut Vec<Problem>, steps: &mut Steps) -> Survey {
    let mut survey = Survey::default();
    for (index, line) in text.lines().enumerate() {
        if !looks_like_command(line) {
            continue;
        }
        if survey.commands.len() >= limits.commands_max {
            problems.push(Problem::limit("text", "commands_max", limits.commands_max as u64));
            break;
        }
        let place = format!("text:{}", index + 1);
        survey.commands.push(read_command_within(line.trim(), &place, limits, steps).take(problems));
    }
    if survey.commands.is_empty() {
        return whole(text, limits, problems, steps);
    }
    survey
}

/// A batch file: run as a whole, so that what one line sets is known to the next.
fn batch(text: &str, limits: &Limits, problems: &mut Vec<Problem>, steps: &mut Steps) -> Survey {
    let cmd::Batch { commands, written, contents, cut } = cmd::batch(text, limits, &mut steps.scripts);
    if steps.scripts == 0 {
        tell_once(problems, Problem::limit("text", "steps_max", limits.steps_max));
    }
    if cut {
        tell_once(problems, Problem::limit("text", "text_bytes_max", limits.text_bytes_max as u64));
    }
    let mut survey = Survey::default();
    let lower = text.to_ascii_lowercase();
    for placed in commands {
        let name = effects::program_name(placed.text.split_whitespace().next().unwrap_or_default());
        let starts = written.iter().any(|path| placed.text.contains(path.as_str()));
        let copies = matches!(name.as_str(), "copy" | "xcopy" | "move" | "robocopy");
        if !looks_like_command(&placed.text) && !effects::is_known_program(&name) && !starts && !copies {
            continue;
        }
        if survey.commands.len() >= limits.commands_max {
            problems.push(Problem::limit("text", "commands_max", limits.commands_max as u64));
            break;
        }
        let place = format!("text:{}", placed.line);
        let mut command = read_command_within(&placed.text, &place, limits, steps).take(problems);
        if !lower.contains(&name) || !host::stand(&command.urls, text, &mut steps.commands) {
            command.layers.insert(0, "cmd variables".to_owned());
        }
        if command.interpreter != Interpreter::Other || says_something(&command) {
            survey.commands.push(command);
        }
    }
    for (path, content) in contents {
        dropped(&path, &content, &mut survey, limits, problems, steps);
    }
    if let Some(first) = survey.commands.first_mut() {
        for path in written {
            if !first.files.contains(&path) {
                first.files.push(path);
            }
        }
    }
    survey
}

/// A script that a batch file writes line by line is one of its own.
fn dropped(
    path: &str,
    content: &str,
    survey: &mut Survey,
    limits: &Limits,
    problems: &mut Vec<Problem>,
    steps: &mut Steps,
) {
    let language = language_of(path, content);
    // Only what is no batch file again: that would have no end.
    if !matches!(language, Language::VbScript | Language::JScript | Language::PowerShell | Language::Markup) {
        return;
    }
    let inner = survey_in(content, language, limits, problems, 1, steps);
    for mut command in inner.commands {
        if survey.commands.len() < limits.commands_max {
            command.layers.insert(0, "written file".to_owned());
            command.place = "text".to_owned();
            survey.commands.push(command);
        }
    }
    survey.calls.extend(inner.calls);
}

/// Guesses the language by the words that only one of them has.
pub(in crate::script) fn language(text: &str) -> Language {
    // The beginning tells; long scripts end with data.
    let head = text.get(..text.floor_char_boundary(64 << 10)).unwrap_or_default();
    let lower = head.to_ascii_lowercase();
    let trimmed = lower.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let markup = ["<script", "<job", "<hta:", "<component", "<scriptlet", "<package", "<registration"];
    if trimmed.starts_with('<') && markup.iter().any(|tag| lower.contains(tag))
        || lower.contains("<script") && lower.contains("</script")
    {
        return Language::Markup;
    }
    let scores = [
        (Language::Batch, score(&lower, BATCH)),
        (Language::PowerShell, score(&lower, POWERSHELL)),
        (Language::JScript, score(&lower, JSCRIPT)),
        (Language::VbScript, score(&lower, VBSCRIPT)),
    ];
    let best = scores.iter().max_by_key(|(_, score)| *score).filter(|(_, score)| *score >= 2);
    let Some((language, top)) = best else { return Language::Unknown };
    // Two that say the same say nothing.
    let tie = scores.iter().filter(|(_, score)| score == top).count() > 1;
    if tie { Language::Unknown } else { *language }
}

/// How far a line is indented before a mark.
const INDENT_MAX: usize = 200;

/// How many of the marks there are, each by its weight.
fn score(lower: &str, marks: &[(&str, u32)]) -> u32 {
    marks.iter().filter(|(mark, _)| has_mark(lower, mark)).map(|(_, weight)| weight).sum()
}

/// A mark that begins with `^` must begin a line.
fn has_mark(lower: &str, mark: &str) -> bool {
    match mark.strip_prefix('^') {
        Some(word) => memchr::memmem::find_iter(lower.as_bytes(), word.as_bytes()).any(|at| {
            // Spaces back to the start of the line, as far as anyone indents.
            let before = lower.as_bytes().get(at.saturating_sub(INDENT_MAX)..at).unwrap_or_default();
            let last = before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
            last.map_or(at < INDENT_MAX, |byte| matches!(byte, b'\n' | b':'))
        }),
        None => lower.contains(mark),
    }
}

const BATCH: &[(&str, u32)] = &[
    ("^@echo off", 4),
    ("^echo off", 3),
    ("^setlocal", 3),
    ("^set ", 1),
    ("^@set ", 3),
    ("^rem ", 1),
    ("^goto ", 2),
    ("^@", 1),
    ("%~dp0", 3),
    ("^if exist ", 2),
    ("^if not exist ", 2),
    ("^for %%", 4),
    ("^for /", 3),
    ("%%~", 2),
    ("^cmd ", 2),
    ("^start ", 1),
    ("^call ", 1),
    ("&&set ", 2),
];

const POWERSHELL: &[(&str, u32)] = &[
    ("^$", 2),
    ("^param(", 2),
    ("^param (", 2),
    ("::", 1),
    ("new-object", 3),
    ("invoke-", 2),
    ("write-host", 3),
    ("write-output", 3),
    ("get-", 1),
    ("set-", 1),
    ("foreach-object", 3),
    ("^iex", 3),
    ("| iex", 3),
    ("|iex", 3),
    ("foreach ($", 2),
    ("foreach($", 2),
    ("$env:", 3),
    ("-join", 2),
    (" -eq ", 1),
    ("net.webclient", 2),
    ("frombase64string", 2),
    ("[char]", 2),
    ("[string]", 2),
    ("$_", 1),
];

const JSCRIPT: &[(&str, u32)] = &[
    ("^var ", 3),
    ("^let ", 2),
    ("^const ", 1),
    ("function(", 2),
    ("function (", 2),
    ("^function ", 1),
    ("activexobject", 4),
    ("wscript.createobject", 1),
    ("string.fromcharcode", 3),
    ("eval(", 2),
    ("unescape(", 2),
    ("===", 2),
    ("return ", 1),
    ("{", 1),
    ("};", 1),
    (".prototype", 3),
    ("try{", 1),
    ("try {", 1),
    ("(function", 3),
    ("/*", 1),
];

const VBSCRIPT: &[(&str, u32)] = &[
    ("^dim ", 3),
    ("^set ", 1),
    ("createobject(", 2),
    ("^on error resume next", 4),
    ("^option explicit", 4),
    ("^sub ", 2),
    ("^end sub", 3),
    ("^end function", 3),
    ("^end if", 2),
    ("^next", 2),
    ("^execute", 3),
    ("chr(", 2),
    ("^'", 1),
    ("^wscript.", 2),
    ("^const ", 1),
    (" & \"", 1),
    ("strreverse(", 3),
    ("^msgbox ", 3),
    ("^randomize", 3),
];
