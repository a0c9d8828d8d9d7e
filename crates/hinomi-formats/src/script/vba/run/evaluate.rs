//! Expressions: what they give on this way.

use super::objects::{Host, Object};
use super::world::Frame;
use super::{DEPTH_MAX, Evaluated, Flow, Machine};
use crate::script::Obstacle;
use crate::script::vba::read::{Argument, Expr, Variable};
use crate::script::vba::value::operators::{Operator, not};
use crate::script::vba::value::text::Text;
use crate::script::vba::value::{GAP, Value};

/// Subscript out of range.
pub(super) const OUT_OF_RANGE: u16 = 9;
/// Type mismatch.
pub(super) const MISMATCH: u16 = 13;

impl<'a> Machine<'_, 'a> {
    pub(super) fn eval(&mut self, frame: &mut Frame<'a>, expr: &Expr<'a>) -> Evaluated {
        match expr {
            Expr::Known(value) => Ok(value.clone()),
            Expr::Unknown => Ok(Value::Unknown),
            Expr::Missing => Ok(Value::Missing),
            Expr::Variable(variable) => Ok(self.load(frame, *variable)),
            Expr::Own => Ok(Value::Object(Object::Module(frame.module))),
            _ => {
                if self.depth >= DEPTH_MAX {
                    return Err(self.too_deep(frame));
                }
                self.depth += 1;
                let value = self.compound(frame, expr);
                self.depth -= 1;
                value
            }
        }
    }

    /// Calls inside one another without end: the procedure is not called again.
    fn too_deep(&mut self, frame: &Frame<'a>) -> Flow {
        self.obstacle(frame.module, frame.line, Obstacle::Depth);
        self.endless.extend(frame.procedure);
        Flow::Deep
    }

    fn compound(&mut self, frame: &mut Frame<'a>, expr: &Expr<'a>) -> Evaluated {
        match expr {
            Expr::Chain(first, more) => self.chain(frame, first, more),
            Expr::Negate(inner) => {
                let value = self.eval(frame, inner)?;
                let value = self.plain(value);
                let negated = value
                    .alternatives()
                    .iter()
                    .map(|one| one.number().map_or(Value::Unknown, |n| Value::Num(-n)));
                Ok(Value::either(negated))
            }
            Expr::Not(inner) => {
                let value = self.eval(frame, inner)?;
                let value = self.plain(value);
                Ok(Value::either(value.alternatives().iter().map(not)))
            }
            Expr::Call(invoke) => self.invoke(frame, invoke),
            Expr::Index(inner) => self.index(frame, &inner.0, &inner.1),
            Expr::Member(member) => self.member(frame, member),
            Expr::New(class, line) => self.make(frame, class, *line, true),
            Expr::Address(procedure) => {
                // Handed to a library, which calls it.
                self.call_blindly(*procedure)?;
                Ok(Value::Unknown)
            }
            Expr::Effect(inner) => {
                self.eval(frame, inner)?;
                Ok(Value::Unknown)
            }
            _ => Ok(Value::Unknown),
        }
    }

    fn chain(&mut self, frame: &mut Frame<'a>, first: &Expr<'a>, more: &[(Operator, Expr<'a>)]) -> Evaluated {
        let mut value = self.eval(frame, first)?;
        for (operator, expr) in more {
            let right = self.eval(frame, expr)?;
            self.pay(1)?;
            value = match (operator, &value, &right) {
                (Operator::Join, Value::Str(_), Value::Str(_)) => self.join(value, right)?,
                _ => self.operate(*operator, value, right)?,
            };
        }
        Ok(value)
    }

    /// Joins two single values as strings.
    pub(super) fn join(&mut self, left: Value, right: Value) -> Evaluated {
        let mut text = left.into_text();
        let piece = right.into_text();
        self.push(&mut text, &piece)?;
        Ok(Value::Str(text))
    }

    /// Joins, up to the longest string there may be.
    pub(super) fn push(&mut self, text: &mut Text, piece: &Text) -> Result<(), Flow> {
        self.pay(piece.bytes() as u64 / 64)?;
        if text.bytes() == 0 {
            text.clone_from(piece);
        } else if text.bytes().saturating_add(piece.bytes()) <= self.string_bytes_max {
            text.push(piece.as_str());
        } else if !text.as_str().ends_with(GAP) {
            text.push(&GAP.to_string());
        }
        Ok(())
    }

    pub(super) fn load(&self, frame: &Frame<'a>, variable: Variable) -> Value {
        match variable {
            Variable::Local(slot) => frame.way.locals.get(slot).cloned().unwrap_or_default(),
            Variable::Global(index) => self.world.global(index, &self.names.sorts),
        }
    }

    /// Runs over a variable's value without copying it.
    fn look<R>(&self, frame: &Frame<'a>, variable: Variable, look: impl FnOnce(&Value) -> R) -> R {
        match variable {
            Variable::Local(slot) => look(frame.way.locals.get(slot).unwrap_or(&Value::Unknown)),
            Variable::Global(index) => match self.world.globals.get(index) {
                Some(value) => look(value),
                None => look(&self.world.global(index, &self.names.sorts)),
            },
        }
    }

    /// What an expression gives to one who wants no object: its default property.
    pub(super) fn plain(&self, value: Value) -> Value {
        match &value {
            Value::Object(object) => self.default_of(object).unwrap_or(value),
            Value::Either(values) if values.iter().any(|one| matches!(one, Value::Object(_))) => {
                Value::either(values.iter().map(|one| self.plain(one.clone())).collect::<Vec<_>>())
            }
            _ => value,
        }
    }

    pub(super) fn arguments(
        &mut self,
        frame: &mut Frame<'a>,
        arguments: &[Argument<'a>],
    ) -> Result<Vec<Value>, Flow> {
        arguments.iter().map(|argument| self.eval(frame, &argument.value)).collect()
    }

    /// `value(arguments)`: an element, or what the default property gives.
    fn index(&mut self, frame: &mut Frame<'a>, base: &Expr<'a>, arguments: &[Argument<'a>]) -> Evaluated {
        let indexes = self.arguments(frame, arguments)?;
        if let Expr::Variable(variable) = base {
            let element = self.look(frame, *variable, |value| match value {
                Value::Array(array) => Some(element(array, &indexes)),
                _ => None,
            });
            if let Some(element) = element {
                return self.checked(element, &indexes);
            }
        }
        let base = self.eval(frame, base)?;
        self.item(&base, &indexes)
    }

    fn checked(&self, element: Option<Value>, indexes: &[Value]) -> Evaluated {
        match element {
            Some(value) => Ok(value),
            // A certain place that is none.
            None if indexes.iter().all(|index| index.whole().is_some()) => self.raise(OUT_OF_RANGE),
            None => Ok(Value::Unknown),
        }
    }

    /// An error, where somebody handles it. Elsewhere it may be that we know less than the program, and what would
    /// have come out is unknown.
    pub(super) fn raise(&self, number: u16) -> Evaluated {
        if self.armed || self.guards > 0 { Err(Flow::Raise(number)) } else { Ok(Value::Unknown) }
    }

    /// An element of an array, or a member of an object, by its index.
    pub(super) fn item(&mut self, base: &Value, indexes: &[Value]) -> Evaluated {
        match base {
            Value::Array(array) => {
                let found = element(array, indexes);
                self.checked(found, indexes)
            }
            Value::Either(values) => {
                let found: Result<Vec<Value>, Flow> =
                    values.iter().map(|value| self.item(value, indexes)).collect();
                Ok(Value::either(found?))
            }
            Value::Object(Object::Held(place)) => self.held_item(*place, indexes),
            Value::Object(Object::Host(host)) => Ok(self.host_item(&host.clone(), indexes)),
            Value::Object(Object::Made(name)) => {
                let name = name.clone();
                Ok(self.made_item(&name, indexes))
            }
            Value::Object(Object::Module(_)) => Ok(Value::Unknown),
            _ => Ok(Value::Unknown),
        }
    }

    /// The elements `For Each` goes through.
    pub(super) fn elements(&mut self, value: Value) -> Value {
        match &value {
            Value::Array(_) => value,
            Value::Object(Object::Held(place)) => self.held_elements(*place),
            Value::Object(Object::Host(host)) => self.host_elements(&Host::clone(host)),
            _ => Value::Unknown,
        }
    }
}

/// The element at known indexes; one of several when an index is one of several; unknown at an unknown place.
fn element(array: &crate::script::vba::value::Items, indexes: &[Value]) -> Option<Value> {
    if let [Value::Either(several)] = indexes {
        let found = several.iter().map(|one| element(array, std::slice::from_ref(one)).unwrap_or_default());
        return Some(Value::either(found));
    }
    if indexes.iter().any(|index| index.number().is_none()) {
        // What all of them are, if they are few.
        return Some(if array.items.len() <= 4 {
            Value::either(array.items.iter().cloned())
        } else {
            Value::Unknown
        });
    }
    array.items.get(array.place(indexes)?).cloned()
}
