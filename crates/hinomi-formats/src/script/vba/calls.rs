//! Calls while they are evaluated: what each means, what it gives, and what is kept of it.

use super::builtins;
use super::glance::{self, STRINGS_MAX};
use super::lex::Token;
use super::machine::{FoldedCall, FoldedString, Frame, Machine};
use super::powers::{self, Known, ObjectKind, Stand};
use super::value::{GAP, Value};
use crate::script::{Power, command};

impl<'a> Machine<'_, 'a> {
    /// A bare name with arguments: a function of the language, of a library, of the project, or an element.
    pub(super) fn call_name(&mut self, frame: &Frame, token: &Token<'a>, arguments: &[Value]) -> Value {
        let name = token.text.to_ascii_lowercase();
        self.note_all(frame.module, token.line, arguments);
        for known in powers::meanings(token.text) {
            if matches!(known.stand, Stand::Bare | Stand::Either) {
                self.record_known(frame, known, arguments, token.line);
            }
        }
        if matches!(name.as_str(), "createobject" | "getobject") {
            return made_object(arguments);
        }
        if let Some(declared) = self.project.declared.get(&name) {
            let known: Vec<String> = arguments
                .iter()
                .filter(|v| matches!(v, Value::Str(_)))
                .cloned()
                .map(Value::into_text)
                .collect();
            self.record(frame, declared.export, declared.power, known.join(" ").trim(), token.line);
        }
        if let Some(Value::Array(items)) = frame.locals.get(&name).or_else(|| self.globals.get(&name)) {
            let index = arguments.first().and_then(Value::index);
            return index.and_then(|index| items.get(index)).cloned().unwrap_or_default();
        }
        if let Some(value) = builtins::call(&name, arguments, self.string_bytes_max) {
            self.pay(value.weight() / 64);
            return value;
        }
        let target = self.project.resolve(frame.module, &name).first().copied();
        target.map_or(Value::Unknown, |target| self.call_procedure(target, arguments))
    }

    /// A name behind a dot.
    pub(super) fn call_member(
        &mut self,
        frame: &Frame,
        base: &Value,
        token: &Token<'a>,
        arguments: &[Value],
    ) -> Value {
        self.note_all(frame.module, token.line, arguments);
        let kind = match base {
            Value::Object(kind, _) => Some(*kind),
            _ => None,
        };
        let mut recorded = false;
        for known in powers::meanings(token.text) {
            let fits = match known.stand {
                Stand::Member | Stand::Either => true,
                Stand::On(wanted) => kind == Some(wanted) && (!arguments.is_empty() || known.name == "Send"),
                Stand::Bare => false,
            };
            if fits && !recorded {
                recorded = true;
                self.record_known(frame, known, arguments, token.line);
            }
        }
        let name = token.text.to_ascii_lowercase();
        let starts = matches!(name.as_str(), "run" | "exec" | "create" | "open" | "invoke");
        if !recorded && kind.is_none() && starts {
            let argument = arguments.first().cloned().unwrap_or_default().into_text();
            if command::looks_like_command(&argument) {
                self.record(frame, token.text, Power::Process, &argument, token.line);
            }
        }
        match (name.as_str(), base) {
            ("createobject" | "getobject", _) => made_object(arguments),
            ("expandenvironmentstrings", _) => arguments.first().cloned().unwrap_or_default(),
            (_, Value::Object(ObjectKind::Wmi | ObjectKind::Shell, _)) => base.clone(),
            _ => Value::Unknown,
        }
    }

    fn record_known(&mut self, frame: &Frame, known: &Known, arguments: &[Value], line: u32) {
        let mut argument = arguments.get(known.telling).cloned().unwrap_or_default().into_text();
        if known.name == "ShellExecute" {
            // The file to open and its arguments make the command line.
            for more in arguments.iter().skip(1).take(1).filter(|value| matches!(value, Value::Str(_))) {
                argument.push(' ');
                argument.push_str(&more.clone().into_text());
            }
        }
        if let Some(power) = powers::effective(known, &argument) {
            self.record(frame, known.name, power, &argument, line);
        }
    }

    pub(super) fn record(&mut self, frame: &Frame, name: &str, power: Power, argument: &str, line: u32) {
        let argument = if argument.chars().all(|c| c == GAP || c == ' ') { "" } else { argument };
        self.pay(argument.len() as u64 / 64);
        self.found.calls.push(FoldedCall {
            module: frame.module,
            procedure: frame.procedure,
            name: name.to_owned(),
            power,
            argument: argument.to_owned(),
            line,
        });
    }

    fn note_all(&mut self, module: usize, line: u32, values: &[Value]) {
        for value in values {
            self.note(module, line, value);
        }
    }

    /// Keeps a string that may be a command or holds a URL.
    pub(super) fn note(&mut self, module: usize, line: u32, value: &Value) {
        match value {
            Value::Str(text) if glance::is_telling(text) => {
                self.pay(text.len() as u64 / 64);
                if self.found.strings.len() < STRINGS_MAX && self.seen_strings.insert(text.clone()) {
                    self.found.strings.push(FoldedString { module, line, text: text.clone() });
                }
            }
            Value::Array(items) => {
                for item in items.iter().filter(|item| matches!(item, Value::Str(_))) {
                    self.note(module, line, item);
                }
            }
            _ => {}
        }
    }
}

fn made_object(arguments: &[Value]) -> Value {
    match arguments.iter().find_map(Value::known_text) {
        Some(name) => Value::object(name.to_owned()),
        None => Value::Unknown,
    }
}
