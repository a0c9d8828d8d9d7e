//! JScript and JavaScript as droppers use it: constants are evaluated, text that is run is run in turn, and what
//! reaches outside is noted.

pub(super) mod builtins;
mod lex;
mod lists;
pub(super) mod objects;
pub(super) mod operators;
pub(super) mod parse;
mod strings;

use super::command::evaluate::trace::Deed;
use super::command::evaluate::{Dialect, Machine};
use super::command::{self, command_of_deeds};
use super::{Call, Interpreter, Power, Survey};
use crate::{Limits, Problem, url};

/// Characters of a call's argument that are kept.
const ARGUMENT_CHARS_MAX: usize = 200;
/// Command lines read of one script.
const COMMANDS_MAX: usize = 64;

/// Calls kept of one script.
const CALLS_MAX: usize = 256;

/// What evaluating a script gave.
pub(super) struct Evaluated {
    /// Each with the byte of the source it was done at.
    placed: Vec<(Deed, usize)>,
    pub(super) deeds: Vec<Deed>,
    layers: Vec<&'static str>,
    pub(super) fuel: u64,
    too_deep: bool,
    layers_cut: bool,
}

/// Evaluates a script.
pub(super) fn evaluate(text: &str, limits: &Limits, fuel: u64) -> Evaluated {
    let program = parse::program(text);
    let mut machine = Machine::new(Dialect::JScript, limits, fuel);
    machine.pay_bytes(text.len());
    machine.program(&program.body);
    Evaluated {
        placed: machine.trace.placed().to_vec(),
        deeds: machine.trace.deeds().cloned().collect(),
        layers: machine.layers.clone(),
        fuel: machine.fuel,
        too_deep: program.too_deep,
        layers_cut: machine.too_deep,
    }
}

/// Surveys a script that stands alone.
pub(super) fn survey(text: &str, limits: &Limits, problems: &mut Vec<Problem>) -> Survey {
    let found = evaluate(text, limits, limits.steps_max);
    if found.fuel == 0 {
        problems.push(Problem::limit("text", "steps_max", limits.steps_max));
    }
    if found.too_deep {
        problems.push(Problem::limit("text", "nesting_max", u64::from(Limits::NESTING_MAX)));
    }
    if found.layers_cut {
        problems.push(Problem::limit("text", "layers_max", u64::from(limits.layers_max)));
    }
    let mut survey = Survey { calls: calls(text, &found.placed), ..Survey::default() };
    let mut own: Vec<Deed> = Vec::new();
    let mut hidden = false;
    for (deed, at) in &found.placed {
        let quietly = std::mem::replace(&mut hidden, deed.is_hidden_window());
        match deed {
            Deed::Start(line) if survey.commands.len() < COMMANDS_MAX => {
                let place = format!("text:{}", line_of(text, *at));
                let mut command = command::read_command_at(&shown(line), &place, limits).take(problems);
                command.hidden |= quietly;
                survey.commands.push(command);
            }
            deed => own.push(deed.clone()),
        }
    }
    let runs = found.deeds.iter().filter_map(|deed| match deed {
        Deed::Run(run) => Some(run),
        _ => None,
    });
    let innermost = runs.clone().next_back();
    let reaches = own.iter().any(|deed| !matches!(deed, Deed::Make(_)));
    if reaches {
        let mut whole = command_of_deeds(&own, "text", limits, problems);
        whole.interpreter = Interpreter::ScriptHost;
        whole.text = text.to_owned();
        whole.script = innermost.cloned().unwrap_or_else(|| text.to_owned());
        whole.layers = found.layers.iter().map(|layer| (*layer).to_owned()).collect();
        whole.executes |= !survey.commands.is_empty();
        survey.commands.insert(0, whole);
    }
    for run in runs {
        for found in url::find(&run.replace("\\/", "/"), limits).take(problems) {
            let known =
                survey.commands.iter().any(|command| command.urls.iter().any(|url| url.text == found.text));
            if !known && survey.urls.len() < limits.urls_max && !survey.urls.contains(&found) {
                survey.urls.push(found);
            }
        }
    }
    survey
}

/// What is not known, as people see it.
fn shown(text: &str) -> String {
    text.replace(super::vba::GAP, "…")
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..text.floor_char_boundary(at)).map_or(1, |before| before.matches('\n').count() + 1)
}

/// Deeds as calls, the way macros tell theirs.
fn calls(text: &str, placed: &[(Deed, usize)]) -> Vec<Call> {
    let mut calls = Vec::new();
    for (deed, at) in placed.iter().filter(|(deed, _)| !deed.is_hidden_window()).take(CALLS_MAX) {
        let (name, power, argument) = match deed {
            Deed::Fetch(url) => ("open", Power::Network, url),
            Deed::Start(line) => ("Run", Power::Process, line),
            Deed::Write(path) => ("SaveToFile", Power::Write, path),
            Deed::Persist(told) => ("RegWrite", Power::Persist, told),
            Deed::Run(script) => ("eval", Power::Other, script),
            Deed::Make(kind) => ("ActiveXObject", Power::Object, kind),
        };
        calls.push(Call {
            module: "text".to_owned(),
            name: name.to_owned(),
            power,
            argument: shown(argument).chars().take(ARGUMENT_CHARS_MAX).collect(),
            line: u32::try_from(line_of(text, *at)).unwrap_or(u32::MAX),
            ..Call::default()
        });
    }
    calls
}

/// `%41` becomes `A`; bytes together are UTF-8 where they can be.
pub(super) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = (*byte == b'%')
            .then(|| text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()))
            .flatten();
        match code {
            Some(code) => {
                out.push(code);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out)
        .unwrap_or_else(|broken| broken.as_bytes().iter().map(|byte| char::from(*byte)).collect())
}

/// `unescape`: `%41`, `%u3042`; each is one character.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['%', '\\']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let mark = from.chars().next().unwrap_or('%');
        let (skip, len) = match from.as_bytes().get(1) {
            Some(b'u' | b'U') => (2, 4),
            Some(b'x' | b'X') if mark == '\\' => (2, 2),
            _ => (1, 2),
        };
        let code = from.get(skip..skip + len).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.filter(|_| mark == '%' || skip == 2).and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                rest = from.get(skip + len..).unwrap_or_default();
            }
            None => {
                out.push(mark);
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}
