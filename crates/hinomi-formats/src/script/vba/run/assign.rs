//! Assignments: to variables, elements, properties, parts of strings; and what declares variables.

use super::evaluate::{MISMATCH, OUT_OF_RANGE};
use super::objects::Object;
use super::world::Frame;
use super::{Flow, Machine};
use crate::script::vba::read::{Expr, Resize, Sort, Target, Variable, initial};
use crate::script::vba::value::operators::Operator;
use crate::script::vba::value::text::Text;
use crate::script::vba::value::{ITEMS_MAX, Items, Value};
use std::rc::Rc;

impl<'a> Machine<'_, 'a> {
    pub(super) fn assign(
        &mut self,
        frame: &mut Frame<'a>,
        to: &Target<'a>,
        value: &Expr<'a>,
    ) -> Result<(), Flow> {
        if let Target::Mid { of, start, count } = to {
            return self.overwrite(frame, *of, start, count.as_ref(), value);
        }
        let value = self.eval(frame, value)?;
        match to {
            Target::Variable(variable) => {
                self.note(frame.module, frame.line, &value);
                self.assign_variable(frame, *variable, value)
            }
            Target::Element { array, indexes } => {
                let indexes: Result<Vec<Value>, Flow> =
                    indexes.iter().map(|index| self.eval(frame, index)).collect();
                self.note(frame.module, frame.line, &value);
                self.set_element(frame, *array, &indexes?, value)
            }
            Target::Member(member) => {
                let base = self.eval(frame, &member.base)?;
                let indexes = self.arguments(frame, &member.arguments)?;
                self.note(frame.module, frame.line, &value);
                self.set_member(frame, &base, member, &indexes, value)
            }
            Target::Item { base, arguments } => {
                let base = self.eval(frame, base)?;
                let indexes = self.arguments(frame, arguments)?;
                self.note(frame.module, frame.line, &value);
                self.set_item(&base, &indexes, value);
                Ok(())
            }
            Target::Property { procedure, arguments } => {
                let mut given = self.arguments(frame, arguments)?;
                given.push(value);
                self.call_from(frame, *procedure, given).map(drop)
            }
            Target::Mid { .. } => Ok(()),
            Target::Lost(variable) => {
                self.note(frame.module, frame.line, &value);
                if let Some(variable) = variable {
                    self.store(frame, *variable, Value::Unknown);
                }
                Ok(())
            }
        }
    }

    /// Assigns to a variable, as what the variable turns it into.
    pub(super) fn assign_variable(
        &mut self,
        frame: &mut Frame<'a>,
        to: Variable,
        value: Value,
    ) -> Result<(), Flow> {
        let sort = match to {
            Variable::Local(slot) => frame.body.slots.get(slot).map(|slot| slot.sort),
            Variable::Global(index) => self.names.sorts.get(index).copied(),
        };
        let value = match sort.unwrap_or_default() {
            Sort::Variant => value,
            sort => match turned(sort, self.plain(value)) {
                Err(Flow::Raise(number)) => self.raise(number)?,
                turned => turned?,
            },
        };
        if let Variable::Global(_) = to {
            // A variable of a procedure is looked at when that is done; of a module, when its string is complete.
            self.pay(value.weight() / 1_024)?;
        }
        if matches!(value, Value::Array(_)) {
            self.effects += 1;
        }
        self.store(frame, to, value);
        Ok(())
    }

    pub(super) fn store(&mut self, frame: &mut Frame<'a>, to: Variable, value: Value) {
        if let Some(slot) = self.slot(frame, to) {
            *slot = value;
        }
    }

    fn slot<'s>(&'s mut self, frame: &'s mut Frame<'a>, variable: Variable) -> Option<&'s mut Value> {
        match variable {
            Variable::Local(slot) => frame.way.locals.get_mut(slot),
            Variable::Global(index) => self.world.global_slot(index, &self.names.sorts),
        }
    }

    /// `s = s & a & b`: joined in place.
    pub(super) fn append(
        &mut self,
        frame: &mut Frame<'a>,
        to: Variable,
        pieces: &[Expr<'a>],
    ) -> Result<(), Flow> {
        let mut values = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let value = self.eval(frame, piece)?;
            values.push(self.plain(value));
        }
        self.effects += 1;
        let old = self.slot(frame, to).map(std::mem::take).unwrap_or_default();
        let simple = matches!(old, Value::Str(_) | Value::Empty | Value::Num(_))
            && !values.iter().any(|value| matches!(value, Value::Either(_)));
        let joined = if simple {
            let mut text = old.into_text();
            for value in values {
                self.push(&mut text, &value.into_text())?;
            }
            Value::Str(text)
        } else {
            let mut whole = old;
            for value in values {
                whole = self.operate(Operator::Join, whole, value)?;
            }
            whole
        };
        self.assign_variable(frame, to, joined)?;
        if let Variable::Local(slot) = to
            && !frame.grown.iter().any(|(known, _)| *known == slot)
        {
            frame.grown.push((slot, frame.line));
        }
        Ok(())
    }

    /// An element that a procedure was given, after it.
    pub(super) fn set_back(
        &mut self,
        frame: &mut Frame<'a>,
        array: Variable,
        index: &Expr<'a>,
        value: Value,
    ) -> Result<(), Flow> {
        if !matches!(self.load(frame, array), Value::Array(_)) {
            return Ok(());
        }
        let index = self.eval(frame, index)?;
        self.set_element(frame, array, &[index], value)
    }

    fn set_element(
        &mut self,
        frame: &mut Frame<'a>,
        array: Variable,
        indexes: &[Value],
        value: Value,
    ) -> Result<(), Flow> {
        self.effects += 1;
        let Some(object) = self.load_object(frame, array) else {
            let value = self.plain(value);
            return self.set_in_array(frame, array, indexes, value);
        };
        self.set_item(&Value::Object(object), indexes, value);
        Ok(())
    }

    fn load_object(&self, frame: &Frame<'a>, variable: Variable) -> Option<Object> {
        match self.load(frame, variable) {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    fn set_in_array(
        &mut self,
        frame: &mut Frame<'a>,
        array: Variable,
        indexes: &[Value],
        value: Value,
    ) -> Result<(), Flow> {
        let handled = self.guards > 0 || self.armed;
        let Some(slot) = self.slot(frame, array) else { return Ok(()) };
        let Value::Array(items) = slot else {
            if !matches!(slot, Value::Unknown) && handled {
                return Err(Flow::Raise(MISMATCH));
            }
            *slot = Value::Unknown;
            return Ok(());
        };
        let known = indexes.iter().all(|index| index.whole().is_some());
        match items.place(indexes) {
            Some(place) => {
                let weight = if Rc::strong_count(items) > 1 { items.items.len() as u64 / 8 } else { 0 };
                Rc::make_mut(items).set(place, value);
                self.pay(weight)
            }
            None if known && handled => Err(Flow::Raise(OUT_OF_RANGE)),
            None if known => Ok(()),
            // Any of the elements may have changed.
            None => {
                *slot = Value::Unknown;
                Ok(())
            }
        }
    }

    /// `Mid(s, start, count) = value`: writes over characters; never makes the string longer (MS-VBAL 5.4.3.5).
    fn overwrite(
        &mut self,
        frame: &mut Frame<'a>,
        of: Variable,
        start: &Expr<'a>,
        count: Option<&Expr<'a>>,
        value: &Expr<'a>,
    ) -> Result<(), Flow> {
        let start = self.eval(frame, start)?;
        let count = count.map(|count| self.eval(frame, count)).transpose()?;
        let value = self.eval(frame, value)?;
        let value = self.plain(value);
        self.effects += 1;
        let old = self.load(frame, of);
        let (Value::Str(text), Value::Str(piece)) = (&old, &value) else {
            self.store(frame, of, Value::Unknown);
            return Ok(());
        };
        self.pay(text.bytes() as u64 / 64)?;
        let start = start.index().and_then(|start| start.checked_sub(1));
        let count = count.map_or(Some(usize::MAX), |count| count.index());
        let changed = match (start, count) {
            (Some(start), Some(count)) => {
                let mut piece = piece.as_str().chars().take(count);
                let over = |(at, old)| if at < start { old } else { piece.next().unwrap_or(old) };
                Value::text(text.as_str().chars().enumerate().map(over).collect::<String>())
            }
            _ => Value::Unknown,
        };
        self.store(frame, of, changed);
        Ok(())
    }

    /// `Dim a(3)`, `ReDim [Preserve] a(3)`.
    pub(super) fn resize(
        &mut self,
        frame: &mut Frame<'a>,
        array: Variable,
        bounds: &[(Option<Expr<'a>>, Expr<'a>)],
        sort: Sort,
        how: Resize,
    ) -> Result<(), Flow> {
        let mut sizes = Vec::with_capacity(bounds.len());
        for (lower, upper) in bounds {
            let lower = lower.as_ref().map(|lower| self.eval(frame, lower)).transpose()?;
            let upper = self.eval(frame, upper)?;
            let lower = lower.map_or(Some(0), |lower| self.plain(lower).whole());
            let size = lower.zip(self.plain(upper).whole()).and_then(|(lower, upper)| {
                let len = upper.checked_sub(lower)?.checked_add(1)?;
                Some((lower, usize::try_from(len).ok()?))
            });
            sizes.push(size);
        }
        let sizes: Option<Vec<(i64, usize)>> = sizes.into_iter().collect();
        let count = sizes
            .as_ref()
            .and_then(|sizes| sizes.iter().try_fold(1usize, |sum, (_, len)| sum.checked_mul(*len)));
        let (Some(sizes), Some(count)) = (sizes, count.filter(|count| *count <= ITEMS_MAX)) else {
            self.store(frame, array, Value::Unknown);
            return Ok(());
        };
        self.pay(count as u64 / 4)?;
        self.effects += 1;
        let old = if how == Resize::Preserve { self.load(frame, array) } else { Value::Empty };
        let bytes = sort == Sort::Bytes
            || matches!(&old, Value::Array(old) if old.bytes)
            || self.holds_bytes(frame, array);
        let empty = if bytes { Value::Num(0.0) } else { initial(sort) };
        let items = match old {
            Value::Array(old) => kept(&old, &sizes, count, &empty),
            _ => vec![empty; count],
        };
        self.store(frame, array, Value::array_of(items, sizes, bytes));
        Ok(())
    }

    /// Whether the variable was declared as an array of Byte.
    fn holds_bytes(&self, frame: &Frame<'a>, array: Variable) -> bool {
        let sort = match array {
            Variable::Local(slot) => frame.body.slots.get(slot).map(|slot| slot.sort),
            Variable::Global(index) => self.names.sorts.get(index).copied(),
        };
        sort == Some(Sort::Bytes)
    }

    /// `Dim x As New Class`; without `New` a variable that an object of that class will be assigned to.
    pub(super) fn make_once(
        &mut self,
        frame: &mut Frame<'a>,
        variable: Variable,
        class: &Rc<str>,
        told: bool,
    ) -> Result<(), Flow> {
        let line = frame.line;
        let object = self.make(frame, class, line, told)?;
        self.store(frame, variable, object);
        Ok(())
    }
}

/// What a typed variable turns a value into.
fn turned(sort: Sort, value: Value) -> Result<Value, Flow> {
    if let Value::Either(values) = &value {
        let turned: Result<Vec<Value>, Flow> = values.iter().map(|one| turned(sort, one.clone())).collect();
        return Ok(Value::either(turned?));
    }
    Ok(match (sort, &value) {
        (_, Value::Unknown | Value::Object(_)) => Value::Unknown,
        (Sort::Text, Value::Str(_))
        | (Sort::Whole | Sort::Float, Value::Num(_))
        | (Sort::Bool, Value::Bool(_)) => match (sort, value) {
            (Sort::Whole, Value::Num(number)) => Value::Num(number.round_ties_even()),
            (_, value) => value,
        },
        (Sort::Text, _) => Value::Str(value.into_text()),
        (Sort::Whole | Sort::Float, Value::Str(text)) if text.has_gap() => Value::Unknown,
        (Sort::Whole, _) => match value.number() {
            Some(number) => Value::Num(number.round_ties_even()),
            None => return Err(Flow::Raise(MISMATCH)),
        },
        (Sort::Float, _) => match value.number() {
            Some(number) => Value::Num(number),
            None => return Err(Flow::Raise(MISMATCH)),
        },
        (Sort::Bool, _) => value.truth().map_or(Value::Unknown, Value::Bool),
        // A string is its UTF-16 bytes.
        (Sort::Bytes, Value::Str(text)) if !text.has_gap() => {
            let bytes: Vec<u8> = text.as_str().encode_utf16().flat_map(u16::to_le_bytes).collect();
            Value::bytes(&bytes)
        }
        (Sort::Bytes, Value::Array(array)) if !array.bytes => {
            Value::array_of(array.items.clone(), array.bounds.clone(), true)
        }
        _ => value,
    })
}

/// The elements that stay when an array gets another size; only the last dimension may.
fn kept(old: &Items, sizes: &[(i64, usize)], count: usize, empty: &Value) -> Vec<Value> {
    let (Some((_, before)), Some((_, now))) = (old.bounds.last(), sizes.last()) else {
        return vec![empty.clone(); count];
    };
    let rows = old.items.chunks((*before).max(1));
    let mut items: Vec<Value> = Vec::with_capacity(count);
    for row in rows {
        items.extend(row.iter().take(*now).cloned());
        items.extend(std::iter::repeat_n(empty.clone(), now.saturating_sub(row.len())));
        if items.len() >= count {
            break;
        }
    }
    items.resize(count, empty.clone());
    items
}

/// A text that code writes somewhere.
pub(super) fn written(values: &[Value]) -> Text {
    let mut text = Text::default();
    for value in values {
        text.push(value.clone().into_text().as_str());
    }
    text
}
