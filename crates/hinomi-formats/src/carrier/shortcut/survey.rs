//! A shortcut as a script: its command line, and the file it carries behind its end.

use super::Shortcut;
use crate::script::{self, Survey};
use crate::tree::{Kind, kind_by_name};
use crate::{Limits, Problem, url};

/// The command that a double click runs. A shortcut to a document or folder runs none.
pub(crate) fn survey(shortcut: &Shortcut, limits: &Limits, problems: &mut Vec<Problem>) -> Survey {
    let mut survey = Survey::default();
    let runs = matches!(kind_by_name(&shortcut.target), Kind::Program | Kind::Script);
    if runs || !shortcut.arguments.trim().is_empty() {
        let quoted = shortcut.target.contains(' ');
        let target = if quoted { format!("\"{}\"", shortcut.target) } else { shortcut.target.clone() };
        let line = format!("{target} {}", shortcut.arguments.trim());
        let mut command = script::read_command(line.trim(), limits).take(problems);
        command.place = "shortcut".to_owned();
        command.hidden |= shortcut.hidden;
        survey.commands.push(command);
    }
    // A share or address as the target itself.
    survey.urls.extend(url::read(&shortcut.target));
    survey
}

/// The name for what is appended. The arguments that cut it out say what it is written to; text without that is
/// what `cmd` is given.
pub(crate) fn carried(shortcut: &Shortcut) -> String {
    let words = shortcut.arguments.split(|c: char| c.is_whitespace() || "\"'&|<>^(),;".contains(c));
    let written = words
        .map(|word| word.rsplit(['\\', '/']).next().unwrap_or_default())
        .filter(|word| {
            word.len() > 4 && matches!(kind_by_name(word), Kind::Program | Kind::Script | Kind::Document)
        })
        .filter(|word| !is_system(word))
        .find(|word| !word.to_ascii_lowercase().ends_with(".lnk"));
    let is_text = !shortcut.appended.get(..64).unwrap_or(&shortcut.appended).contains(&0);
    match written {
        Some(name) => name.to_owned(),
        None if is_text => format!("appended.{}", language(shortcut)),
        None => "appended.bin".to_owned(),
    }
}

/// The extension of the scripts that the last program the command line names reads.
fn language(shortcut: &Shortcut) -> &'static str {
    let line = format!("{} {}", shortcut.target, shortcut.arguments).to_ascii_lowercase();
    let programs =
        [("powershell", "ps1"), ("pwsh", "ps1"), ("mshta", "hta"), ("wscript", "vbs"), ("cscript", "vbs")];
    let named = programs.iter().filter_map(|(program, extension)| Some((line.rfind(program)?, *extension)));
    named.max().map_or("cmd", |(_, extension)| extension)
}

/// Programs of Windows that a command line calls rather than writes.
fn is_system(word: &str) -> bool {
    let stem = word.to_ascii_lowercase();
    let stem = stem.rsplit_once('.').map_or(stem.as_str(), |(stem, _)| stem);
    matches!(
        stem,
        "cmd"
            | "powershell"
            | "pwsh"
            | "mshta"
            | "wscript"
            | "cscript"
            | "rundll32"
            | "regsvr32"
            | "findstr"
            | "find"
            | "certutil"
            | "conhost"
            | "forfiles"
            | "explorer"
            | "msiexec"
            | "curl"
            | "bitsadmin"
    )
}
