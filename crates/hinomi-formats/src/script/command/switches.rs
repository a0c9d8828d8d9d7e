//! The command line of PowerShell (about_PowerShell_exe): switches by any unambiguous beginning, with any dash.

use super::interpreter;
use crate::script::Interpreter;

/// What one call of PowerShell is given.
pub(super) struct Given {
    /// `-WindowStyle Hidden`.
    pub(super) hidden: bool,
    /// The value of `-EncodedCommand`, noise removed.
    pub(super) encoded: Option<String>,
    /// The script as text, when it is not encoded.
    pub(super) script: String,
    /// Nothing but the way to the program stands before it.
    pub(super) leads: bool,
}

/// Reads the first call of PowerShell in a line that has arguments.
pub(super) fn read(text: &str) -> Option<Given> {
    let first = interpreter::named(text)
        .filter(|found| found.program == Interpreter::PowerShell)
        // A name inside a script (a path, a header) is not a call: a switch or the end of the name follows.
        .find(|found| {
            text.get(found.end..).is_some_and(|rest| rest.starts_with([' ', '\t', '\r', '\n', '"']))
        })?;
    let mut rest = text.get(first.end..)?.trim_start_matches(['"', '\'']);
    let before = text.get(..first.end).unwrap_or_default();
    let leads = !before.contains(['$', ';', '\n', '=']) && !begins_with_cmdlet(before);
    let mut given = Given { hidden: false, encoded: None, script: String::new(), leads };
    let mut any_switch = false;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',' || c == ';');
        let Some(after_dash) = rest.strip_prefix(['-', '/', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}'])
        else {
            break;
        };
        let after_dash = after_dash.trim_start_matches(['"', '\'', '`']);
        let end = after_dash.find(|c: char| c.is_whitespace() || c == ':').unwrap_or(after_dash.len());
        let (name, after) = after_dash.split_at_checked(end)?;
        let name: String = name
            .chars()
            .filter(|c| !matches!(c, '"' | '\'' | '`' | '^'))
            .collect::<String>()
            .to_ascii_lowercase();
        let after = after.strip_prefix(':').unwrap_or(after);
        any_switch = true;
        match switch(&name) {
            Switch::Encoded => {
                given.encoded = Some(encoded_value(after));
                return Some(given);
            }
            Switch::Script => {
                given.script = unquoted(after);
                return Some(given);
            }
            Switch::WindowStyle => {
                let (value, behind) = value(after);
                let value = value.to_ascii_lowercase();
                given.hidden = value == "1" || !value.is_empty() && "hidden".starts_with(&value);
                rest = behind;
            }
            Switch::WithValue => rest = value(after).1,
            Switch::Flag => rest = after,
        }
    }
    given.script = unquoted(rest);
    (any_switch || !given.script.is_empty()).then_some(given)
}

/// `Start-Process powershell …`: the line is a script itself.
fn begins_with_cmdlet(text: &str) -> bool {
    let word = text.trim_start().split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let verbs = ["start", "invoke", "new", "register", "set", "add", "get", "write"];
    let noun = |(verb, noun): (&str, &str)| {
        verbs.iter().any(|known| verb.eq_ignore_ascii_case(known))
            && !noun.is_empty()
            && noun.bytes().all(|byte| byte.is_ascii_alphabetic())
    };
    word.split_once('-').is_some_and(noun) || word.eq_ignore_ascii_case("saps")
}

enum Switch {
    Encoded,
    Script,
    WindowStyle,
    WithValue,
    Flag,
}

fn switch(name: &str) -> Switch {
    let begins = |full: &str, least: usize| name.len() >= least && full.starts_with(name);
    if name == "ec" || begins("encodedcommand", 1) {
        Switch::Encoded
    } else if begins("windowstyle", 1) {
        Switch::WindowStyle
    } else if begins("command", 1) || begins("file", 1) {
        Switch::Script
    } else if name == "ep"
        || begins("executionpolicy", 2)
        || begins("version", 1)
        || begins("inputformat", 2)
        || begins("outputformat", 1)
        || begins("psconsolefile", 1)
        || begins("configurationname", 7)
        || begins("workingdirectory", 2)
    {
        Switch::WithValue
    } else {
        Switch::Flag
    }
}

/// One value, quoted or not, without its quotes, and what is behind it.
fn value(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\''))
        && let Some((value, rest)) = text.get(1..).and_then(|inner| inner.split_once(quote))
    {
        return (value, rest);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Base64 may be quoted, and broken by spaces and line ends anywhere.
fn encoded_value(text: &str) -> String {
    let text = text.trim_start();
    if text.starts_with(['"', '\'']) {
        return value(text).0.to_owned();
    }
    let mut out = String::new();
    for piece in text.split_whitespace() {
        let end = piece.find(|c: char| !is_base64(c)).unwrap_or(piece.len());
        out.push_str(piece.get(..end).unwrap_or_default());
        // A short whole piece, padding, or a foreign character ends the value.
        if end < piece.len() || piece.ends_with('=') || piece.len() < 16 {
            break;
        }
    }
    out
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}

/// A script in double quotes that go around all of it.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    let inner = text.strip_prefix('"').map(|inner| inner.strip_suffix('"').unwrap_or(inner));
    inner.map_or_else(|| text.to_owned(), |inner| inner.replace("\\\"", "\"").replace("\"\"", "\""))
}
