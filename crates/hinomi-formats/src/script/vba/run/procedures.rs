//! Calls of the project's own procedures: what they are given, and what they give back.

use super::objects::Object;
use super::world::Frame;
use super::{DEPTH_MAX, Evaluated, Flow, Machine};
use crate::script::Obstacle;
use crate::script::vba::outline::Sort;
use crate::script::vba::read::{Argument, Expr, OnError, Variable};
use crate::script::vba::value::Value;
use std::rc::Rc;

/// What a call counts of [`DEPTH_MAX`].
const CALL_DEEP: u32 = 4;
/// How often a procedure is run without knowing what it is given.
const BLIND_MAX: u32 = 48;
/// How often it may be inside itself on a way whose conditions nobody knows.
const INSIDE_MAX: usize = 2;

impl<'a> Machine<'_, 'a> {
    /// Runs a procedure from another one.
    pub(super) fn call_from(&mut self, frame: &Frame<'a>, index: usize, given: Vec<Value>) -> Evaluated {
        self.call_inside(frame, index, given).map(|(result, _)| result)
    }

    /// Runs a procedure with the arguments of a call, and hands back what it did to those it may change.
    pub(super) fn call_with(
        &mut self,
        frame: &mut Frame<'a>,
        index: usize,
        arguments: &[Argument<'a>],
    ) -> Evaluated {
        let body = self.body(index);
        let mut given: Vec<Value> = Vec::with_capacity(arguments.len());
        // Which argument each parameter was given.
        let mut of_parameter: Vec<usize> = Vec::with_capacity(arguments.len());
        for (at, argument) in arguments.iter().enumerate() {
            let value = self.eval(frame, &argument.value)?;
            self.note(frame.module, frame.line, &value);
            let place = match argument.name {
                Some(name) => body.parameters.iter().position(|known| known.name.eq_ignore_ascii_case(name)),
                None => Some(at),
            };
            let Some(place) = place else { continue };
            if given.len() <= place {
                given.resize(place + 1, Value::Missing);
                of_parameter.resize(place + 1, usize::MAX);
            }
            if let (Some(slot), Some(from)) = (given.get_mut(place), of_parameter.get_mut(place)) {
                *slot = value;
                *from = at;
            }
        }
        let (result, after) = self.call_inside(frame, index, given)?;
        for (place, value) in after {
            let argument = of_parameter.get(place).and_then(|at| arguments.get(*at));
            if let Some(Expr::Variable(variable)) = argument.map(|argument| &argument.value) {
                self.assign_variable(frame, *variable, value)?;
            } else if let Some(Expr::Index(inner)) = argument.map(|argument| &argument.value)
                && let (Expr::Variable(variable), [index]) = (&inner.0, inner.1.as_slice())
            {
                self.set_back(frame, *variable, &index.value, value)?;
            }
        }
        Ok(result)
    }

    fn call_inside(
        &mut self,
        frame: &Frame<'a>,
        index: usize,
        given: Vec<Value>,
    ) -> Result<(Value, Vec<(usize, Value)>), Flow> {
        let circles = self.stack.iter().filter(|(running, _)| *running == index).count();
        if frame.way.forks > 0 && circles >= INSIDE_MAX {
            // It would go on for as long as a condition holds that nobody knows.
            self.obstacle(frame.module, frame.line, Obstacle::Depth);
            return Ok((Value::Unknown, Vec::new()));
        }
        let guard = u32::from(frame.way.on_error != OnError::Raise);
        self.guards += guard;
        let armed = self.armed;
        let result = self.call_and_keep(index, given, frame.line);
        self.armed = armed;
        self.guards -= guard;
        match result {
            // Where it began, calls without end come to nothing.
            Err(Flow::Deep) if self.stack.len() <= 1 => Ok((Value::Unknown, Vec::new())),
            other => other,
        }
    }

    /// Runs a procedure; gives what it gives.
    pub(super) fn call(&mut self, index: usize, given: Vec<Value>, line: u32) -> Evaluated {
        self.call_and_keep(index, given, line).map(|(result, _)| result)
    }

    /// Runs a procedure that somebody else calls, once.
    pub(super) fn call_blindly(&mut self, index: usize) -> Result<(), Flow> {
        if self.ran.contains(&index) {
            return Ok(());
        }
        let unknown = self.body(index).parameters.iter().map(|_| Value::Unknown).collect();
        self.call(index, unknown, 0).map(drop)
    }

    fn call_and_keep(
        &mut self,
        index: usize,
        given: Vec<Value>,
        line: u32,
    ) -> Result<(Value, Vec<(usize, Value)>), Flow> {
        let Some(procedure) = self.project.procedures.get(index) else {
            return Ok((Value::Unknown, Vec::new()));
        };
        if self.endless.contains(&index) || self.is_blind(index, &given) {
            return Ok((Value::Unknown, Vec::new()));
        }
        self.pay(2)?;
        if self.depth + CALL_DEEP >= DEPTH_MAX {
            self.endless.insert(index);
            self.obstacle(procedure.module, procedure.line, Obstacle::Depth);
            return Err(Flow::Deep);
        }
        self.ran.insert(index);
        let body = self.body(index);
        let mut callee = self.frame(Rc::clone(&body), procedure.module, Some(index));
        self.receive(&mut callee, given)?;
        self.depth += CALL_DEEP;
        self.stack.push((index, line));
        let run = self.run(&mut callee);
        self.stack.pop();
        self.depth -= CALL_DEEP;
        run?;
        let kept = |slot: usize| callee.way.locals.get(slot).cloned().unwrap_or_default();
        let result = match (procedure.sort, body.result) {
            (Sort::Function | Sort::Property, Some(slot)) => kept(slot),
            _ => Value::Empty,
        };
        self.note(procedure.module, procedure.line, &result);
        let changed = body.parameters.iter().enumerate().filter(|(_, known)| !known.by_value && !known.rest);
        let changed = changed.map(|(place, known)| (place, kept(known.slot))).collect();
        Ok((result, changed))
    }

    /// Whether nothing is known of what it would be given, and that was so often enough.
    fn is_blind(&mut self, index: usize, given: &[Value]) -> bool {
        if given.iter().any(Value::is_known) {
            return false;
        }
        let times = self.blind.entry(index).or_default();
        *times += 1;
        *times > BLIND_MAX
    }

    fn receive(&mut self, callee: &mut Frame<'a>, given: Vec<Value>) -> Result<(), Flow> {
        let body = Rc::clone(&callee.body);
        let mut given = given.into_iter();
        for parameter in &body.parameters {
            let value = if parameter.rest {
                Value::array(given.by_ref().collect())
            } else {
                match given.next() {
                    Some(Value::Missing) | None => match &parameter.default {
                        Some(default) => self.eval(callee, default)?,
                        None => Value::Missing,
                    },
                    Some(value) => value,
                }
            };
            let local = Variable::Local(parameter.slot);
            match value {
                // An object, an array, nothing: as it is.
                Value::Object(_) | Value::Array(_) | Value::Missing | Value::Unknown => {
                    self.store(callee, local, value);
                }
                value => self.assign_variable(callee, local, value)?,
            }
        }
        Ok(())
    }

    /// The procedure that a text names: `Module.name`, `book.xls!name`, `name`.
    pub(super) fn named_procedure(&self, module: usize, text: &str) -> Option<usize> {
        let text = text.rsplit('!').next().unwrap_or_default().trim_matches('\'');
        let (qualifier, name) = match text.rsplit_once('.') {
            Some((qualifier, name)) => (Some(qualifier.rsplit('.').next().unwrap_or_default()), name),
            None => (None, text),
        };
        if let Some(found) = qualifier.and_then(|qualifier| self.project.module_named(qualifier)) {
            return self.method(found, name, false);
        }
        let found = self.project.resolve(module, name).first().copied();
        // A method of a document is found under its bare name as well.
        found.or_else(|| self.project.by_name.get(&name.to_ascii_lowercase())?.all.first().copied())
    }

    /// A procedure of a module: one that is called, or one that is assigned to.
    pub(super) fn method(&self, module: usize, name: &str, setter: bool) -> Option<usize> {
        let named = self.project.by_name.get(&name.to_ascii_lowercase())?;
        let found = self.project.in_module(named, module);
        found.iter().copied().find(|index| {
            self.project.procedures.get(*index).is_some_and(|found| (found.sort == Sort::Setter) == setter)
        })
    }

    /// Runs what starts when an object of a module is made or its form is shown.
    pub(super) fn initialise(&mut self, frame: &Frame<'a>, module: usize) -> Result<(), Flow> {
        for name in ["class_initialize", "userform_initialize", "userform_activate"] {
            if let Some(index) = self.method(module, name, false)
                && !self.stack.iter().any(|(running, _)| *running == index)
            {
                self.call_from(frame, index, Vec::new())?;
            }
        }
        Ok(())
    }

    /// An object of a class, by the name that stands behind `New` or `As New`.
    pub(super) fn make(&mut self, frame: &Frame<'a>, class: &str, line: u32, told: bool) -> Evaluated {
        if let Some(module) = self.project.module_named(class).filter(|module| self.project.is_class(*module))
        {
            if told {
                self.initialise(frame, module)?;
            }
            return Ok(Value::Object(Object::Module(module)));
        }
        if told && crate::script::vba::powers::is_early_bound(class) {
            self.record(frame, "New", crate::script::Power::Object, class, line);
        }
        Ok(self.object_named(class))
    }
}
