//! Names behind a dot: methods, properties, procedures of other modules.

use super::objects::{Host, Object, kind_of};
use super::world::Frame;
use super::{Evaluated, Flow, Machine};
use crate::script::vba::powers::{self, ObjectKind, Stand};
use crate::script::vba::read::{Member, Variable};
use crate::script::vba::value::Value;
use crate::script::{Power, command};
use std::rc::Rc;

/// Properties of unknown objects that are kept.
const PROPERTIES_MAX: usize = 20_000;

impl<'a> Machine<'_, 'a> {
    pub(super) fn member(&mut self, frame: &mut Frame<'a>, member: &Member<'a>) -> Evaluated {
        let base = self.eval(frame, &member.base)?;
        // A procedure of a module may change what it is given.
        if let Value::Object(Object::Module(module)) = &base
            && let Some(index) = self.method(*module, member.name, false)
        {
            return self.call_with(frame, index, &member.arguments);
        }
        let mut given = self.arguments(frame, &member.arguments)?;
        for value in &mut given {
            if matches!(value, Value::Object(Object::Host(_))) {
                *value = self.plain(std::mem::take(value));
            }
            self.note(frame.module, member.line, value);
        }
        self.call_member(frame, &base, member.name, &given, member.key.as_ref(), member.line)
    }

    /// A method or property of an object. `key`: the dotted name, under which what was assigned is kept.
    pub(super) fn call_member(
        &mut self,
        frame: &mut Frame<'a>,
        base: &Value,
        name: &str,
        given: &[Value],
        key: Option<&Rc<str>>,
        line: u32,
    ) -> Evaluated {
        if let Value::Either(values) = base {
            let mut results = Vec::new();
            for one in values.iter() {
                results.push(self.call_member(frame, one, name, given, key, line)?);
            }
            return Ok(Value::either(results));
        }
        self.pay(1)?;
        self.record_member(frame, base, name, given, line);
        if given.is_empty()
            && let Some(set) = key.and_then(|key| self.world.properties.get(key))
        {
            return Ok(set.clone());
        }
        let lower = name.to_ascii_lowercase();
        match base {
            Value::Object(Object::Module(module)) => self.module_member(frame, *module, &lower, given),
            Value::Object(Object::Held(place)) => self.held_member(frame, *place, &lower, given),
            Value::Object(Object::Host(host)) => {
                let host = Rc::clone(host);
                self.host_member(frame, &host, &lower, given)
            }
            Value::Object(Object::Made(made)) => {
                let made = Rc::clone(made);
                self.made_member(frame, &made, &lower, given, base)
            }
            Value::Object(Object::Err) => match lower.as_str() {
                "number" => Ok(self.world.error_number()),
                "clear" => {
                    self.world.error = Some(0);
                    Ok(Value::Empty)
                }
                "raise" => {
                    self.raise(given.first().and_then(Value::index).map_or(1, |at| at.min(0xffff) as u16))
                }
                _ => Ok(Value::Unknown),
            },
            _ => Ok(match lower.as_str() {
                "createobject" | "getobject" => self.made_object(given),
                "run" | "ontime" => return self.run_if_named(frame, &lower, given),
                _ => Value::Unknown,
            }),
        }
    }

    /// `x.Run "name"` of something unknown: if a procedure is called so, it may be that.
    fn run_if_named(&mut self, frame: &Frame<'a>, lower: &str, given: &[Value]) -> Evaluated {
        let at = usize::from(lower == "ontime");
        self.run_by_name(frame, given.get(at), given.get(at + 1..).unwrap_or_default())
    }

    /// What kind of object a value is, as far as that is known.
    fn kind_of_value(&self, value: &Value) -> Option<ObjectKind> {
        match value {
            Value::Object(Object::Made(name)) => Some(kind_of(name)),
            Value::Object(Object::Held(place)) => self.world.held(*place).map(super::objects::Held::kind),
            Value::Object(Object::Host(host)) => Some(match **host {
                Host::Application => ObjectKind::Application,
                Host::Documents => ObjectKind::Documents,
                _ => ObjectKind::Plain,
            }),
            Value::Object(_) => Some(ObjectKind::Plain),
            _ => None,
        }
    }

    fn record_member(&mut self, frame: &Frame<'a>, base: &Value, name: &str, given: &[Value], line: u32) {
        let kind = self.kind_of_value(base);
        let mut recorded = false;
        for known in powers::meanings(name) {
            let fits = match known.stand {
                Stand::Member | Stand::Either => true,
                Stand::On(wanted) => kind == Some(wanted) && (!given.is_empty() || known.name == "Send"),
                Stand::Bare => false,
            };
            if fits && !recorded {
                recorded = true;
                self.record_known(frame, known, given, line);
            }
        }
        let starts =
            || ["run", "exec", "create", "open", "invoke"].iter().any(|word| name.eq_ignore_ascii_case(word));
        if !recorded && kind.is_none() && starts() {
            let telling = given.first().cloned().unwrap_or_default();
            for one in telling.alternatives() {
                let argument = one.clone().into_text();
                if command::looks_like_command(argument.as_str()) {
                    self.record(frame, name, Power::Process, argument.as_str(), line);
                }
            }
        }
    }

    /// A member of a class, a form, a document, or what is public in a module.
    fn module_member(
        &mut self,
        frame: &mut Frame<'a>,
        module: usize,
        lower: &str,
        given: &[Value],
    ) -> Evaluated {
        if let Some(index) = self.method(module, lower, false) {
            return self.call_from(frame, index, given.to_vec());
        }
        if let Some(index) = self.names.of_module(module, lower) {
            let value = self.load(frame, Variable::Global(index));
            return if given.is_empty() { Ok(value) } else { self.item(&value, given) };
        }
        if matches!(lower, "show" | "load") {
            self.initialise(frame, module)?;
            return Ok(Value::Empty);
        }
        let found = self.form_member(module, lower, given);
        if found != Value::Unknown {
            return Ok(found);
        }
        if !self.project.is_class(module) {
            return Ok(Value::Unknown);
        }
        if lower == "run" {
            return self.run_if_named(frame, lower, given);
        }
        let host = self.document_of(module);
        self.host_member(frame, &host, lower, given)
    }

    /// `base.name(indexes) = value`
    pub(super) fn set_member(
        &mut self,
        frame: &mut Frame<'a>,
        base: &Value,
        member: &Member<'a>,
        indexes: &[Value],
        value: Value,
    ) -> Result<(), Flow> {
        self.set_property(frame, base, member.name, member.key.as_ref(), indexes, value)
    }

    pub(super) fn set_property(
        &mut self,
        frame: &mut Frame<'a>,
        base: &Value,
        name: &str,
        key: Option<&Rc<str>>,
        indexes: &[Value],
        value: Value,
    ) -> Result<(), Flow> {
        let lower = name.to_ascii_lowercase();
        match base {
            Value::Object(Object::Module(module)) => {
                if let Some(index) = self.method(*module, &lower, true) {
                    let given = indexes.iter().cloned().chain([value]).collect();
                    return self.call_from(frame, index, given).map(drop);
                }
                if let Some(index) = self.names.of_module(*module, &lower) {
                    if indexes.is_empty() {
                        return self.assign_variable(frame, Variable::Global(index), value);
                    }
                    let held = self.load(frame, Variable::Global(index));
                    if matches!(held, Value::Object(_)) {
                        self.set_item(&held, indexes, value);
                    } else {
                        self.store(frame, Variable::Global(index), Value::Unknown);
                    }
                    return Ok(());
                }
            }
            Value::Object(Object::Held(place)) => {
                self.effects += 1;
                self.set_held(*place, &lower, indexes, value);
                return Ok(());
            }
            Value::Object(Object::Host(host)) => {
                if let Host::Range(cells) = &**host {
                    self.set_cells(*cells, &lower, value);
                    return Ok(());
                }
            }
            _ => {}
        }
        if lower == "onaction" || lower == "ontime" {
            // A procedure that a click will start.
            if let Value::Str(text) = &value
                && let Some(index) = self.named_procedure(frame.module, text.as_str())
            {
                self.call_blindly(index)?;
            }
        }
        if let Some(key) = key.filter(|_| indexes.is_empty() && self.world.properties.len() < PROPERTIES_MAX)
        {
            let value = self.plain(value);
            self.keep_property(Rc::clone(key), value);
        }
        Ok(())
    }

    /// Keeps what was assigned to a part of the program around.
    pub(super) fn keep_property(&mut self, key: Rc<str>, value: Value) {
        if self.world.properties.len() >= PROPERTIES_MAX {
            return;
        }
        let before = Rc::make_mut(&mut self.world.properties).insert(key, value.clone());
        // Only what grows lasts: a bar that shows how far one is does not.
        let bytes = |value: &Value| match value {
            Value::Str(text) => text.bytes(),
            _ => 0,
        };
        self.effects += u64::from(bytes(&value) > before.as_ref().map_or(0, bytes));
    }

    /// `object(indexes) = value`
    pub(super) fn set_item(&mut self, base: &Value, indexes: &[Value], value: Value) {
        match base {
            Value::Object(Object::Held(place)) => {
                self.effects += 1;
                self.set_held(*place, "item", indexes, value);
            }
            Value::Object(Object::Host(host)) => {
                let item =
                    if indexes.is_empty() { base.clone() } else { self.host_item(&host.clone(), indexes) };
                if let Value::Object(Object::Host(host)) = item
                    && let Host::Range(cells) = &*host
                {
                    self.set_cells(*cells, "value", value);
                }
            }
            _ => {}
        }
    }
}
