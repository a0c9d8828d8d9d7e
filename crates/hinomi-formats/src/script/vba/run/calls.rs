//! Calls of bare names: functions of the language, of libraries, of the program around.

use super::objects::{Host, Object};
use super::world::Frame;
use super::{Evaluated, Flow, Machine};
use crate::script::vba::builtins::{Effect, Function, Room};
use crate::script::vba::powers::{self, Known, Stand};
use crate::script::vba::read::{Argument, Callee, Expr, Invoke, is_host as names_host};
use crate::script::vba::value::Value;
use crate::script::vba::value::text::Text;
use crate::script::{Power, vba};
use std::rc::Rc;

/// Combinations of what several arguments may be that are tried.
const COMBINATIONS_MAX: usize = 16;

impl<'a> Machine<'_, 'a> {
    pub(super) fn invoke(&mut self, frame: &mut Frame<'a>, invoke: &Invoke<'a>) -> Evaluated {
        match &invoke.callee {
            Callee::Procedure(index) => self.call_with(frame, *index, &invoke.arguments),
            Callee::Declared(name) => {
                let given = self.noted(frame, &invoke.arguments, invoke.line)?;
                Ok(self.library(frame, name, &given, invoke.line))
            }
            Callee::Builtin(name, Function::Pure(function)) => {
                self.pay(1)?;
                let mut given = self.arguments(frame, &invoke.arguments)?;
                for value in &mut given {
                    if matches!(value, Value::Object(_) | Value::Either(_)) {
                        *value = self.plain(std::mem::take(value));
                    }
                }
                self.recorded(frame, name, &given, invoke.line, Stand::Bare);
                let array = name.eq_ignore_ascii_case("array") && self.names.counts_from_one(frame.module);
                let value = self.pure(*function, given)?;
                Ok(match value {
                    Value::Array(items) if array => {
                        Value::array_of(items.items.clone(), vec![(1, items.items.len())], false)
                    }
                    value => value,
                })
            }
            Callee::Builtin(name, Function::Effect(effect)) => {
                let given = self.noted(frame, &invoke.arguments, invoke.line)?;
                self.recorded(frame, name, &given, invoke.line, Stand::Bare);
                self.effect(frame, *effect, given, invoke.line)
            }
            Callee::Host(name) => {
                let given = self.noted(frame, &invoke.arguments, invoke.line)?;
                self.host_name(frame, name, &given, invoke)
            }
        }
    }

    /// Arguments whose strings may tell.
    fn noted(
        &mut self,
        frame: &mut Frame<'a>,
        arguments: &[Argument<'a>],
        line: u32,
    ) -> Result<Vec<Value>, Flow> {
        let mut given = self.arguments(frame, arguments)?;
        for value in &mut given {
            if matches!(value, Value::Object(Object::Host(_))) {
                // A sheet stays one: it has no default.
                *value = self.plain(std::mem::take(value));
            }
            self.note(frame.module, line, value);
        }
        Ok(given)
    }

    /// Calls a function of the language for each of what its arguments may be.
    pub(super) fn pure(&mut self, function: vba::builtins::Pure, given: Vec<Value>) -> Evaluated {
        let room = Room { bytes_max: self.string_bytes_max };
        let weight: u64 = given.iter().map(Value::weight).sum();
        self.pay(weight / 256)?;
        if !given.iter().any(|value| matches!(value, Value::Either(_))) {
            return match function(&given, &room) {
                Ok(value) => {
                    self.pay(value.weight() / 64)?;
                    Ok(value)
                }
                Err(number) => self.raise(number),
            };
        }
        let mut lists: Vec<Vec<Value>> = vec![Vec::with_capacity(given.len())];
        for value in &given {
            let several = value.alternatives();
            if lists.len().saturating_mul(several.len()) > COMBINATIONS_MAX {
                return Ok(Value::Unknown);
            }
            let longer = |list: &Vec<Value>| -> Vec<Vec<Value>> {
                let with = |one: &Value| list.iter().cloned().chain([one.clone()]).collect();
                several.iter().map(with).collect()
            };
            lists = lists.iter().flat_map(longer).collect();
        }
        let mut results = Vec::with_capacity(lists.len());
        for list in lists {
            let value = function(&list, &room).unwrap_or_default();
            self.pay(value.weight() / 64)?;
            results.push(value);
        }
        Ok(Value::either(results))
    }

    /// Writes a call down under each meaning of its name that fits.
    pub(super) fn recorded(
        &mut self,
        frame: &Frame<'a>,
        name: &str,
        given: &[Value],
        line: u32,
        stand: Stand,
    ) {
        for known in powers::meanings(name) {
            if known.stand == stand || known.stand == Stand::Either {
                self.record_known(frame, known, given, line);
            }
        }
    }

    pub(super) fn record_known(&mut self, frame: &Frame<'a>, known: &Known, given: &[Value], line: u32) {
        let telling = given.get(known.telling).cloned().unwrap_or_default();
        let telling = self.plain(telling);
        for one in telling.alternatives() {
            let mut argument = one.clone().into_text();
            if known.name == "ShellExecute" {
                // The file to open and its arguments make the command line.
                for more in given.iter().skip(1).take(1).filter(|value| matches!(value, Value::Str(_))) {
                    argument.push(" ");
                    argument.push(more.clone().into_text().as_str());
                }
            }
            if let Some(power) = powers::effective(known, argument.as_str()) {
                self.record(frame, known.name, power, argument.as_str(), line);
            }
        }
    }

    /// A declared function: what it is given is written down.
    fn library(&mut self, frame: &Frame<'a>, name: &str, given: &[Value], line: u32) -> Value {
        let Some(declared) = self.project.declared.get(&name.to_ascii_lowercase()) else {
            return Value::Unknown;
        };
        // `ShellExecute window, verb, file, parameters`: file and parameters make the command line.
        let executes =
            declared.export.get(..12).is_some_and(|name| name.eq_ignore_ascii_case("shellexecute"));
        let skipped = if executes && given.len() > 3 { 2 } else { 0 };
        let texts =
            given.iter().skip(skipped).take(if skipped > 0 { 2 } else { usize::MAX }).flat_map(|value| {
                match value {
                    Value::Str(text) => Some(text.as_str().to_owned()),
                    Value::Either(values) => {
                        let common = vba::value::common_start(values);
                        matches!(common, Value::Str(_)).then(|| common.into_text().as_str().to_owned())
                    }
                    _ => None,
                }
            });
        let argument = texts.collect::<Vec<_>>().join(" ");
        self.record(frame, declared.export, declared.power, argument.trim(), line);
        self.world.error = None;
        Value::Unknown
    }

    /// Functions of the language that do more than reckon.
    fn effect(&mut self, frame: &mut Frame<'a>, effect: Effect, given: Vec<Value>, line: u32) -> Evaluated {
        match effect {
            Effect::Unknown => Ok(Value::Unknown),
            Effect::MakeObject => Ok(self.made_object(&given)),
            Effect::CallByName => self.call_by_name(frame, given, line),
            Effect::Load => {
                if let Some(Value::Object(Object::Module(module))) = given.first() {
                    self.initialise(frame, *module)?;
                }
                Ok(Value::Empty)
            }
        }
    }

    /// `CreateObject(name)`, `GetObject(moniker)`.
    pub(super) fn made_object(&mut self, given: &[Value]) -> Value {
        // Whether there is such an object depends on the machine.
        self.world.error = None;
        let names = given.iter().filter(|value| !matches!(value, Value::Missing | Value::Empty));
        match names.map(|value| value.alternatives().to_vec()).next() {
            Some(several) => {
                let objects: Vec<Value> = several
                    .iter()
                    .map(|one| match one {
                        Value::Str(text) => self.object_named(text.as_str()),
                        _ => Value::Unknown,
                    })
                    .collect();
                Value::either(objects)
            }
            None => Value::Unknown,
        }
    }

    /// `CallByName(object, name, kind, arguments…)`
    fn call_by_name(&mut self, frame: &mut Frame<'a>, given: Vec<Value>, line: u32) -> Evaluated {
        let mut given = given.into_iter();
        let (object, name, kind) = (given.next().unwrap_or_default(), given.next(), given.next());
        let rest: Vec<Value> = given.collect();
        let Some(Value::Str(name)) = name else { return Ok(Value::Unknown) };
        let sets = kind.and_then(|kind| kind.whole()).is_some_and(|kind| kind & 12 != 0);
        if sets {
            let value = rest.last().cloned().unwrap_or_default();
            self.set_property(frame, &object, name.as_str(), None, &[], value)?;
            return Ok(Value::Empty);
        }
        self.call_member(frame, &object, name.as_str(), &rest, None, line)
    }

    /// `Application.Run name, arguments…`: procedures are found by a text.
    pub(super) fn run_by_name(
        &mut self,
        frame: &Frame<'a>,
        name: Option<&Value>,
        given: &[Value],
    ) -> Evaluated {
        let mut results = Vec::new();
        let names = name.map(|name| name.alternatives().to_vec()).unwrap_or_default();
        for name in names {
            let Value::Str(name) = name else { return Ok(Value::Unknown) };
            let Some(index) = self.named_procedure(frame.module, name.as_str()) else {
                return Ok(Value::Unknown);
            };
            results.push(self.call_from(frame, index, given.to_vec())?);
        }
        Ok(Value::either(results))
    }

    /// `Evaluate("A1")`, `[A1]`, and the functions of Excel 4 that only reckon.
    pub(super) fn evaluated_text(&mut self, frame: &Frame<'a>, text: Option<&Value>) -> Evaluated {
        let Some(Value::Str(text)) = text else { return Ok(Value::Unknown) };
        let text = text.as_str().trim().trim_start_matches('=');
        if let Some(literal) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            return Ok(Value::text(literal.replace("\"\"", "\"")));
        }
        if let Ok(number) = text.parse::<f64>() {
            return Ok(Value::Num(number));
        }
        Ok(self.range_of(frame, None, &Value::Str(Text::new(text))))
    }

    /// A bare name that the project and the language do not know.
    fn host_name(
        &mut self,
        frame: &mut Frame<'a>,
        name: &str,
        given: &[Value],
        invoke: &Invoke<'a>,
    ) -> Evaluated {
        let lower = name.to_ascii_lowercase();
        let called = !invoke.arguments.is_empty();
        if let Some(module) = self.project.module_named(&lower)
            && !called
        {
            return Ok(Value::Object(Object::Module(module)));
        }
        // A constant of a module that was read later.
        if let Some(variable) = self.names.find(frame.module, &lower) {
            let value = self.load(frame, variable);
            return if called { self.item(&value, given) } else { Ok(value) };
        }
        self.recorded(frame, name, given, invoke.line, Stand::Bare);
        if let Some(value) = self.world.properties.get(lower.as_str())
            && !called
        {
            return Ok(value.clone());
        }
        match lower.as_str() {
            // Of the machine that compiles (MS-VBAL 3.4.1): any of them may be so.
            "vba6" | "vba7" | "win16" | "win32" | "win64" | "mac" if !called => return Ok(Value::Unknown),
            // A constant of another program.
            _ if !called && looks_like_constant(name) => return Ok(Value::Unknown),
            "evaluate" | "executeexcel4macro" => return self.evaluated_text(frame, given.first()),
            "run" | "ontime" => {
                let at = usize::from(lower == "ontime");
                return self.run_by_name(frame, given.get(at), given.get(1..).unwrap_or_default());
            }
            _ => {}
        }
        if invoke.arguments.is_empty()
            && let Some(value) = self.bracketed(frame, name)
        {
            return Ok(value);
        }
        if let Some(object) = host_object(&lower) {
            return if called { self.item(&object, given) } else { Ok(object) };
        }
        let own = Value::Object(Object::Module(frame.module));
        if self.project.is_class(frame.module) {
            // A member of the form or document the code stands in, or a variable nobody assigned to.
            let found = self.call_member(frame, &own, name, given, None, invoke.line)?;
            let variable = found == Value::Unknown && !called && !invoke.dotted && !names_host(&lower);
            return Ok(if variable { Value::Empty } else { found });
        }
        let application = Object::host(Host::Application);
        self.call_member(frame, &application, name, given, None, invoke.line)
    }

    /// `[A1]`: a name that only stands for a cell when it looks like one.
    fn bracketed(&self, frame: &Frame<'a>, name: &str) -> Option<Value> {
        super::around::texts::reference(name)?;
        Some(self.range_of(frame, None, &Value::text(name)))
    }

    /// `Open path For Output As #n`
    pub(super) fn open_file(
        &mut self,
        frame: &mut Frame<'a>,
        path: &Expr<'a>,
        writes: bool,
        number: &Expr<'a>,
    ) -> Result<(), Flow> {
        let path = self.eval(frame, path)?;
        let number = self.eval(frame, number)?;
        let path = self.plain(path);
        if writes {
            let line = frame.line;
            for one in path.alternatives() {
                self.record(frame, "Open", Power::Write, one.clone().into_text().as_str(), line);
            }
            if let Some(number) = number.whole() {
                Rc::make_mut(&mut self.world.files).insert(number, path.into_text());
            }
        }
        Ok(())
    }

    /// `Print #n, values`: what is written to a file may be a script.
    pub(super) fn print(
        &mut self,
        frame: &mut Frame<'a>,
        number: &Expr<'a>,
        values: &[Expr<'a>],
    ) -> Result<(), Flow> {
        self.eval(frame, number)?;
        let mut written = Vec::with_capacity(values.len());
        for value in values {
            let value = self.eval(frame, value)?;
            written.push(self.plain(value));
        }
        self.effects += 1;
        let text = Value::Str(super::assign::written(&written));
        self.note(frame.module, frame.line, &text);
        Ok(())
    }
}

/// `vbDatabaseCompare`: no control or procedure is called like that.
fn looks_like_constant(name: &str) -> bool {
    name.strip_prefix("vb").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Objects that programs give under a bare name.
fn host_object(lower: &str) -> Option<Value> {
    Some(match lower {
        "application" | "wordbasic" | "excel" | "word" | "wscript" => Object::host(Host::Application),
        "activedocument" | "thisdocument" | "activeworkbook" | "thisworkbook" | "activepresentation" => {
            Object::host(Host::Document)
        }
        "documents" | "workbooks" => Object::host(Host::Documents),
        "sheets" | "worksheets" => Object::host(Host::Sheets),
        "activesheet" => Object::host(Host::Sheet(None)),
        "err" => Value::Object(Object::Err),
        _ => return None,
    })
}
