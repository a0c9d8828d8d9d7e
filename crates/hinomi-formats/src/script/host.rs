//! Scripts of the script host, JScript and VBScript: constants are evaluated, text that is run is run in turn, and
//! what reaches outside is noted.

use super::command::evaluate::trace::Deed;
use super::command::evaluate::value::GAP;
use super::command::evaluate::{Dialect, Machine};
use super::command::{self, command_of_deeds};
use super::steps::{Steps, tell_once};
use super::{Call, Command, Interpreter, Power, Survey, jscript, vbs};
use crate::{Limits, Problem, url};

/// Characters of a call's argument that are kept.
const ARGUMENT_CHARS_MAX: usize = 200;
/// Calls kept of one script.
const CALLS_MAX: usize = 256;

/// What evaluating a script gave.
pub(super) struct Evaluated {
    /// Each with the byte of the source it was done at.
    pub(super) placed: Vec<(Deed, usize)>,
    layers: Vec<&'static str>,
    pub(super) fuel: u64,
    too_deep: bool,
    layers_cut: bool,
    text_cut: bool,
}

impl Evaluated {
    /// The limits that were met, by name and value.
    pub(super) fn limits(&self, limits: &Limits) -> impl Iterator<Item = (&'static str, u64)> {
        [
            (self.fuel == 0, "steps_max", limits.steps_max),
            (self.too_deep, "nesting_max", u64::from(Limits::NESTING_MAX)),
            (self.layers_cut, "layers_max", u64::from(limits.layers_max)),
            (self.text_cut, "text_bytes_max", limits.text_bytes_max as u64),
        ]
        .into_iter()
        .filter_map(|(met, name, value)| met.then_some((name, value)))
    }
}

/// Evaluates a script.
pub(super) fn evaluate(text: &str, dialect: Dialect, limits: &Limits, fuel: u64) -> Evaluated {
    let program = match dialect {
        Dialect::VbScript => vbs::parse::program(text),
        _ => jscript::parse::program(text),
    };
    let mut machine = Machine::new(dialect, limits, fuel);
    machine.pay_bytes(text.len());
    machine.program(&program.body);
    Evaluated {
        placed: machine.trace.placed().to_vec(),
        layers: machine.layers.clone(),
        // What was not read would have taken the rest.
        fuel: if program.cut || machine.cut { 0 } else { machine.fuel },
        too_deep: program.too_deep || machine.calls_cut,
        layers_cut: machine.too_deep,
        text_cut: machine.text_cut,
    }
}

/// Surveys a script that stands alone.
pub(super) fn survey(
    text: &str,
    dialect: Dialect,
    limits: &Limits,
    problems: &mut Vec<Problem>,
    steps: &mut Steps,
) -> Survey {
    let found = evaluate(text, dialect, limits, steps.scripts);
    steps.scripts = found.fuel;
    for (name, value) in found.limits(limits) {
        tell_once(problems, Problem::limit("text", name, value));
    }
    let mut survey = Survey { calls: calls(text, &found.placed), ..Survey::default() };
    let own = started(text, &found, &mut survey, limits, problems, steps);
    let runs: Vec<&String> = found
        .placed
        .iter()
        .filter_map(|(deed, _)| match deed {
            Deed::Run(run) => Some(run),
            _ => None,
        })
        .collect();
    let does = |deed: &Deed| match deed {
        Deed::Make(_) => false,
        // What the text does is told by what it starts.
        Deed::Run(_) => survey.commands.is_empty(),
        _ => true,
    };
    if own.iter().any(does) {
        let mut whole = command_of_deeds(&own, "text", limits, problems);
        whole.interpreter = Interpreter::ScriptHost;
        whole.text = text.to_owned();
        whole.script = runs.last().map_or_else(|| text.to_owned(), |run| (*run).clone());
        whole.layers = found.layers.iter().map(|layer| (*layer).to_owned()).collect();
        disguises(&mut whole, text, !runs.is_empty(), &mut steps.commands);
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

/// What any script does with strings.
const ORDINARY: &[&str] = &[
    "variables",
    "concatenation",
    "join",
    "split",
    "index",
    "substring",
    "insert",
    "case",
    "trim",
    "cast",
    "range",
    "characters",
    "arithmetic",
    "matches",
];

/// Bytes of a script that are searched for a URL in one step.
const SEARCHED_A_STEP: u64 = 1 << 10;

/// Whether URLs stand in a script as they are fetched, as far as their host. Each search is paid with `fuel`; what is
/// not looked for does not stand there.
pub(super) fn stand(urls: &[url::Url], text: &str, fuel: &mut u64) -> bool {
    let stands = |url: &url::Url| {
        *fuel = fuel.saturating_sub(1 + text.len() as u64 / SEARCHED_A_STEP);
        if *fuel == 0 {
            return false;
        }
        let host_at = url.text.find("://").map_or(0, |at| at + 3);
        let host_end = url.text.get(host_at..).and_then(|rest| rest.find('/')).map(|len| host_at + len);
        url.text.get(..host_end.unwrap_or(url.text.len())).is_some_and(|start| text.contains(start))
    };
    urls.iter().all(stands)
}

/// The layers of a script that stands alone: what any script does with strings counts only beside what hides text,
/// where text is run, or where a URL stands nowhere in the script as far as its host.
pub(super) fn disguises(command: &mut Command, text: &str, runs: bool, fuel: &mut u64) {
    let ordinary = command.layers.iter().all(|layer| ORDINARY.contains(&layer.as_str()));
    if runs || !ordinary {
        return;
    }
    if stand(&command.urls, text, fuel) {
        command.layers.clear();
    }
}

/// Reads the command lines that a script starts; what it does itself is given back.
fn started(
    text: &str,
    found: &Evaluated,
    survey: &mut Survey,
    limits: &Limits,
    problems: &mut Vec<Problem>,
    steps: &mut Steps,
) -> Vec<Deed> {
    let mut own: Vec<Deed> = Vec::new();
    let mut hidden = false;
    let layers: Vec<String> = found.layers.iter().map(|layer| (*layer).to_owned()).collect();
    let runs = layers.iter().any(|layer| layer == "eval");
    for (deed, at) in &found.placed {
        let quietly = std::mem::replace(&mut hidden, deed.is_hidden_window());
        let (line, layer) = match deed {
            Deed::Start(line) => (line, None),
            Deed::Drop(line) => (line, Some("written file")),
            deed => {
                own.push(deed.clone());
                continue;
            }
        };
        if survey.commands.len() >= limits.commands_max {
            problems.push(Problem::limit("text", "commands_max", limits.commands_max as u64));
            break;
        }
        let place = format!("text:{}", line_of(text, *at));
        // All of them together are one script: they share its steps.
        let mut command = command::read_command_within(&shown(line), &place, limits, steps).take(problems);
        command.hidden |= quietly;
        let outer = layers.iter().cloned().chain(layer.map(str::to_owned));
        command.layers = outer.chain(std::mem::take(&mut command.layers)).collect();
        disguises(&mut command, text, runs, &mut steps.commands);
        survey.commands.push(command);
    }
    own
}

/// What is not known, as people see it.
fn shown(text: &str) -> String {
    text.replace(GAP, "…")
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
            Deed::Drop(line) => ("Write", Power::Write, line),
            Deed::Persist(told) => ("RegWrite", Power::Persist, told),
            Deed::Run(script) => ("eval", Power::Other, script),
            Deed::Make(kind) => ("CreateObject", Power::Object, kind),
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
