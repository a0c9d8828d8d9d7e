//! Commands of PowerShell: found by name, alias or value, given their arguments, and evaluated in a pipeline.

use super::super::evaluate::Machine;
use super::super::evaluate::trace::Deed;
use super::super::evaluate::tree::{Expr, Invocation, Node};
use super::super::evaluate::value::{GAP, Value};
use super::{alias_key, commands, function_key};

/// Elements of a list that are written into a line.
const WORDS_MAX: usize = 256;

/// The arguments of one command.
#[derive(Default)]
pub(super) struct Given {
    pub(super) positional: Vec<Value>,
    /// By parameter name as written, in lower case.
    pub(super) named: Vec<(String, Option<Value>)>,
    /// As they stood in the line.
    pub(super) line: String,
    /// What the pipeline brings.
    pub(super) input: Option<Value>,
}

impl Given {
    /// The value of a parameter by any beginning of its name.
    pub(super) fn named(&self, full: &str) -> Option<&Value> {
        self.named
            .iter()
            .find(|(name, _)| !name.is_empty() && full.starts_with(name.as_str()))
            .and_then(|(_, value)| value.as_ref())
    }

    pub(super) fn has(&self, full: &str) -> bool {
        self.named.iter().any(|(name, _)| !name.is_empty() && full.starts_with(name.as_str()))
    }

    /// The value of a parameter, or the `at`-th one without a name.
    pub(super) fn value(&self, full: &str, at: usize) -> Option<&Value> {
        self.named(full).or_else(|| self.positional.get(at))
    }

    /// The first value there is: given by name, by place, or by the pipeline.
    pub(super) fn subject(&self, full: &str) -> Option<Value> {
        self.value(full, 0).or(self.input.as_ref()).cloned()
    }
}

/// Parameters that take no value.
const SWITCHES: &[&str] = &[
    "force",
    "recurse",
    "passthru",
    "wait",
    "usebasicparsing",
    "nonewwindow",
    "asjob",
    "verbose",
    "append",
    "confirm",
    "whatif",
    "comobject_",
    "nonewline",
    "asplaintext",
    "usedefaultcredentials",
    "static",
    "raw",
    "noprofile",
    "nop",
    "noninteractive",
    "noni",
    "noexit",
    "nologo",
    "sta",
    "mta",
    "unique",
    "descending",
    "valueonly",
    "hidden",
    "global",
];

/// Evaluates one command; `input` is what the pipeline brings.
pub(in crate::script) fn invoke(
    machine: &mut Machine<'_>,
    invocation: &Invocation,
    input: Option<Value>,
) -> Value {
    let at = machine.at;
    let name = machine.expression(&invocation.name);
    let given = bind(machine, invocation, input);
    machine.at = at;
    if let Value::Function(function) = name {
        return call(machine, function, given);
    }
    if machine.kind(&name) == "scriptblock" {
        let Value::Object(block) = name else { return Value::Unknown };
        let text = machine.field(block, "\0text").unwrap_or(Value::Unknown);
        return match machine.known_text(&text) {
            Some(text) => machine.run_text(&text),
            None => Value::Unknown,
        };
    }
    let written = machine.text_of(&name);
    let Some(word) = resolved(machine, &written) else { return unnamed(machine, &given) };
    if let Some(Value::Function(function)) = machine.lookup(&function_key(&word)).cloned() {
        return call(machine, function, given);
    }
    commands::run(machine, &word, &written, given)
}

/// The name behind aliases, in lower case; `None` when it is not known.
fn resolved(machine: &mut Machine<'_>, written: &str) -> Option<String> {
    if written.contains(GAP) || written.trim().is_empty() {
        return None;
    }
    let mut name = written.trim().to_ascii_lowercase();
    for _ in 0..4 {
        let Some(Value::Str(target)) = machine.lookup(&alias_key(&name)) else { break };
        name = target.as_str().to_ascii_lowercase();
    }
    Some(commands::canonical(&name).map_or(name, str::to_owned))
}

/// A command nobody can name that is given a script most probably runs it.
fn unnamed(machine: &mut Machine<'_>, given: &Given) -> Value {
    let Some(subject) = given.subject("command") else { return Value::Unknown };
    match machine.known_text(&subject) {
        Some(text) if commands::looks_like_script(&text) => machine.run_text(&text),
        _ => Value::Unknown,
    }
}

fn call(machine: &mut Machine<'_>, function: usize, given: Given) -> Value {
    let mut arguments: Vec<(String, Value)> =
        given.named.into_iter().map(|(name, value)| (name, value.unwrap_or(Value::Bool(true)))).collect();
    arguments.extend(given.positional.into_iter().map(|value| (String::new(), value)));
    if let Some(input) = given.input {
        machine.declare("input", input.clone());
        machine.declare("_", input);
    }
    machine.call(function, arguments, false)
}

/// Evaluates the arguments; a parameter that takes a value gets the one behind it.
fn bind(machine: &mut Machine<'_>, invocation: &Invocation, input: Option<Value>) -> Given {
    let mut given = Given { input, ..Given::default() };
    let mut waiting: Option<String> = None;
    for argument in &invocation.arguments {
        let value = argument.value.as_ref().map(|value| machine.expression(value));
        let shown = value.as_ref().map(|value| machine.text_of(value));
        if let Some(parameter) = &argument.parameter {
            if let Some(name) = waiting.take() {
                given.named.push((name, None));
            }
            push_word(
                &mut given.line,
                &if parameter == ">" { ">".to_owned() } else { format!("-{parameter}") },
            );
            if let Some(shown) = shown {
                push_word(&mut given.line, &shown);
                given.named.push((parameter.clone(), value));
            } else if SWITCHES.contains(&parameter.as_str()) {
                given.named.push((parameter.clone(), None));
            } else {
                waiting = Some(parameter.clone());
            }
            continue;
        }
        let value = value.unwrap_or(Value::Unknown);
        match &value {
            // A program gets each element as a word of its own.
            Value::List(list) => {
                let items = machine.items(*list).iter().take(WORDS_MAX).cloned().collect::<Vec<_>>();
                for item in items {
                    let word = machine.text_of(&item);
                    push_word(&mut given.line, &quoted(&word));
                }
            }
            _ => push_word(&mut given.line, &quoted(&shown.unwrap_or_default())),
        }
        match waiting.take() {
            Some(name) => given.named.push((name, Some(value))),
            None => given.positional.push(value),
        }
        if given.line.len() > machine.limits.text_bytes_max {
            given.line.truncate(given.line.floor_char_boundary(machine.limits.text_bytes_max));
        }
    }
    if let Some(name) = waiting {
        given.named.push((name, None));
    }
    given
}

fn push_word(line: &mut String, word: &str) {
    line.push_str(if line.is_empty() { "" } else { " " });
    line.push_str(word);
}

/// A word of a command line; one with spaces in quotes, as the program would get it.
fn quoted(word: &str) -> String {
    let needs = word.contains([' ', '\t']) && !word.starts_with('"');
    if needs { format!("\"{word}\"") } else { word.to_owned() }
}

/// `a | b | c`.
pub(in crate::script) fn pipeline(machine: &mut Machine<'_>, stages: &[Expr]) -> Value {
    let mut stages = stages.iter();
    let Some(first) = stages.next() else { return Value::Null };
    let mut value = machine.expression(first);
    for stage in stages {
        if machine.fuel == 0 {
            return Value::Unknown;
        }
        value = match &stage.node {
            Node::Command(invocation) => invoke(machine, invocation, Some(value)),
            // A value in the middle of a pipeline takes the place of what came.
            _ => machine.expression(stage),
        };
    }
    value
}

/// Runs a block for each element that the pipeline brings.
pub(super) fn for_each(machine: &mut Machine<'_>, function: usize, input: Option<Value>) -> Value {
    let input = input.unwrap_or(Value::Null);
    let Some(items) = machine.elements(&input) else {
        machine.declare("_", Value::Unknown);
        machine.call(function, Vec::new(), true);
        return Value::Unknown;
    };
    let mut out = Vec::new();
    for item in items {
        if machine.fuel == 0 {
            return Value::Unknown;
        }
        machine.declare("_", item);
        match machine.call(function, Vec::new(), true) {
            Value::Null => {}
            Value::List(list) => out.extend(machine.items(list).to_vec()),
            value => out.push(value),
        }
    }
    machine.gathered(out)
}

/// Keeps the elements for which a block holds, or may hold.
pub(super) fn filtered(machine: &mut Machine<'_>, function: usize, input: Option<Value>) -> Value {
    let input = input.unwrap_or(Value::Null);
    let Some(items) = machine.elements(&input) else { return Value::Unknown };
    let mut out = Vec::new();
    for item in items {
        machine.declare("_", item.clone());
        let holds = machine.call(function, Vec::new(), true);
        if machine.truth(&holds) != Some(false) {
            out.push(item);
        }
    }
    machine.gathered(out)
}

/// A program started by PowerShell: its line is one for the reader of command lines.
pub(super) fn program(machine: &mut Machine<'_>, name: &str, given: &Given) -> Value {
    let line =
        if given.line.is_empty() { name.to_owned() } else { format!("{} {}", quoted(name), given.line) };
    machine.note(Deed::Start(line));
    Value::Unknown
}
