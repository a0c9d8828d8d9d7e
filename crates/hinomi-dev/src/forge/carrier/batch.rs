//! Batch files that would run one command line, written so that it does not stand in the file.

use crate::forge::Chance;

/// How the line is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// As it is.
    BatchPlain,
    /// Carets between the letters of the program's name.
    BatchCarets,
    /// Pieces in variables.
    BatchVariables,
    /// Letters cut out of a variable that holds an alphabet.
    BatchAlphabet,
    /// A marker that a replacement in a variable takes out.
    BatchMarkers,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::BatchPlain, Self::BatchCarets, Self::BatchVariables, Self::BatchAlphabet, Self::BatchMarkers];
}

/// A batch file that runs `command`, whose characters are those of base64, letters and ` -.`.
pub fn write(style: Style, command: &str, chance: &mut Chance) -> String {
    let mut lines = vec!["@echo off".to_owned()];
    let name = |chance: &mut Chance| format!("{}{}", chance.identifier(), chance.below(100));
    match style {
        Style::BatchPlain => lines.push(command.to_owned()),
        Style::BatchCarets => {
            let (program, rest) = command.split_once(' ').unwrap_or((command, ""));
            lines.push(format!("{} {rest}", chance.cut(program, 1, 2).join("^")));
        }
        Style::BatchVariables => {
            let pieces = chance.cut(command, 20, 60);
            let names: Vec<String> = pieces.iter().map(|_| name(chance)).collect();
            lines.extend(names.iter().zip(&pieces).map(|(name, piece)| format!("set \"{name}={piece}\"")));
            lines.push(names.iter().map(|name| format!("%{name}%")).collect());
        }
        Style::BatchAlphabet => {
            let (program, rest) = command.split_once(' ').unwrap_or((command, ""));
            let held = name(chance);
            let mut alphabet: Vec<char> =
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.".chars().collect();
            for last in (1..alphabet.len()).rev() {
                alphabet.swap(last, chance.below(last + 1));
            }
            lines.push(format!("set {held}={}", alphabet.iter().collect::<String>()));
            let letters = program.chars().filter_map(|c| alphabet.iter().position(|known| *known == c));
            let program: String = letters.map(|at| format!("%{held}:~{at},1%")).collect();
            lines.push(format!("{program} {rest}"));
        }
        Style::BatchMarkers => {
            let held = name(chance);
            let mark = format!("#{}_", chance.below(10));
            lines.push(format!("set \"{held}={}\"", chance.cut(command, 4, 12).join(&mark)));
            lines.push(format!("%{held}:{mark}=%"));
        }
    }
    lines.push("exit /b".to_owned());
    lines.join("\r\n") + "\r\n"
}
