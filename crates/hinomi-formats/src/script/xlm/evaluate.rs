//! Working out expressions: operators, references, names, and the functions that decide which of their arguments
//! are worked out at all.

use super::formula::{Expr, Operator, Style, parse};
use super::machine::{Jump, Machine};
use super::reference::{Place, Range, Target};
use super::value::Value;
use super::{actions, functions};
use crate::office;
use std::cmp::Ordering;
use std::rc::Rc;

impl Machine<'_> {
    /// The value of an expression in the formula at `here`. A reference stays one.
    pub(super) fn evaluate(&mut self, expr: &Expr, here: Place) -> Value {
        if self.jump.is_some() || !self.spend(1) {
            return Value::Empty;
        }
        match expr {
            Expr::Number(number) => Value::Number(*number),
            Expr::Text(text) => Value::Text(Rc::clone(text)),
            Expr::Bool(is) => Value::Bool(*is),
            Expr::Error => Value::Error,
            Expr::Missing => Value::Empty,
            Expr::Reference(target) => self.range_of(target, here).map_or(Value::Unknown, Value::Range),
            _ => self.deeper(|machine| machine.compound(expr, here)).unwrap_or(Value::Unknown),
        }
    }

    fn compound(&mut self, expr: &Expr, here: Place) -> Value {
        match expr {
            Expr::Chain(first, rest) => self.chain(first, rest, here),
            Expr::Negative(inner) => {
                let value = self.scalar(inner, here);
                value.number().map_or_else(|| lost(&value), |number| Value::Number(-number))
            }
            Expr::Percent(inner, count) => {
                let value = self.scalar(inner, here);
                let by = 100_f64.powi(*count);
                value.number().map_or_else(|| lost(&value), |number| Value::Number(number / by))
            }
            Expr::Name(name) => self.name_value(name, here),
            Expr::Array(rows) => {
                let rows =
                    rows.iter().map(|row| row.iter().map(|element| self.scalar(element, here)).collect());
                Value::Array(Rc::new(rows.collect()))
            }
            Expr::CallPlace(target, arguments) => match self.range_of(target, here) {
                Some(range) => {
                    let arguments = self.evaluated(arguments, here);
                    self.call_macro(range.first, arguments, here)
                }
                None => Value::Unknown,
            },
            Expr::Call(name, arguments) => self.call(name, arguments, here),
            _ => Value::Empty,
        }
    }

    /// The value of an expression, a reference followed to its cell.
    pub(super) fn scalar(&mut self, expr: &Expr, here: Place) -> Value {
        let value = self.evaluate(expr, here);
        self.followed(value, here)
    }

    /// A reference to more than one cell means the one in the row or column of the formula, else the first.
    pub(super) fn followed(&mut self, value: Value, here: Place) -> Value {
        match value {
            Value::Range(range) => {
                let mut place = range.first;
                if range.columns() == 1 && (range.first.row..=range.last_row).contains(&here.row) {
                    place.row = here.row;
                } else if range.rows() == 1 && (range.first.column..=range.last_column).contains(&here.column)
                {
                    place.column = here.column;
                }
                self.cell_value(place)
            }
            Value::Array(rows) => rows.first().and_then(|row| row.first()).cloned().unwrap_or_default(),
            value => value,
        }
    }

    /// The value a cell has now. A formula that did not run yet has the value the file stored; where that says
    /// nothing, it is looked at what it would give.
    pub(super) fn cell_value(&mut self, place: Place) -> Value {
        self.read.insert(place);
        if let Some(slot) = self.book.slot(place)
            && slot.is_set
        {
            return slot.value.clone();
        }
        let stored = self.book.stored_value(place);
        let says_something = match &stored {
            Value::Text(text) => !text.is_empty(),
            Value::Number(number) => *number != 0.0,
            _ => false,
        };
        if says_something && self.book.slot(place).is_none() {
            return stored;
        }
        let Some(formula) = self.formula(place) else { return stored };
        let was_looking = std::mem::replace(&mut self.is_looking, true);
        let jump = self.jump.take();
        let value = self.deeper(|machine| machine.scalar(&formula, place)).unwrap_or(Value::Unknown);
        self.is_looking = was_looking;
        // Being out of fuel ends the run, also when that happens while looking.
        if !matches!(self.jump, Some(Jump::Halt)) || jump.is_some() {
            self.jump = jump;
        }
        if value.is_unknown() && stored != Value::Empty { stored } else { value }
    }

    pub(super) fn range_of(&mut self, target: &Target, here: Place) -> Option<Range> {
        let sheet = match target.sheet.as_deref() {
            None => here.sheet,
            Some("") => self.active.map_or(here.sheet, |active| active.sheet),
            Some(name) => self.book.sheet(name.rsplit_once(']').map_or(name, |(_, sheet)| sheet))?,
        };
        Some(target.resolved(sheet, here))
    }

    /// A name as text, wherever a function takes one: written as it is, or as a text.
    pub(super) fn name_of(&mut self, expr: &Expr, here: Place) -> Rc<str> {
        match expr {
            Expr::Name(name) => Rc::clone(name),
            _ => self.scalar(expr, here).to_text().to_lowercase().into(),
        }
    }

    fn name_value(&mut self, name: &str, here: Place) -> Value {
        if let Some(value) = self.names.get(name) {
            return value.clone();
        }
        let Some(formula) = self.book.name(name) else { return Value::Unknown };
        self.spend_text(formula.len());
        match parse(&formula, Style::A1) {
            Ok(expr) => self.evaluate(&expr, here),
            Err(_) => Value::Unknown,
        }
    }

    fn chain(&mut self, first: &Expr, rest: &[(Operator, Expr)], here: Place) -> Value {
        let mut left = self.scalar(first, here);
        if rest.iter().all(|(operator, _)| *operator == Operator::Join) {
            return self.joined(&left, rest, here);
        }
        for (operator, right) in rest {
            let right = self.scalar(right, here);
            left = applied(*operator, &left, &right);
        }
        left
    }

    /// Many pieces joined at once: not a new text for each.
    fn joined(&mut self, first: &Value, rest: &[(Operator, Expr)], here: Place) -> Value {
        let mut text = first.to_text().to_string();
        for (_, piece) in rest {
            let piece = self.scalar(piece, here).to_text();
            if text.len().saturating_add(piece.len()) > self.limits.text_bytes_max {
                let limit = self.limits.text_bytes_max as u64;
                self.tell(crate::Problem::limit("xlm", "text_bytes_max", limit));
                return Value::Unknown;
            }
            text.push_str(&piece);
        }
        if self.spend_text(text.len()) { Value::Text(text.into()) } else { Value::Unknown }
    }

    fn call(&mut self, name: &Rc<str>, arguments: &[Expr], here: Place) -> Value {
        match &**name {
            "IF" => return self.if_function(arguments, here),
            "CHOOSE" => return self.choose(arguments, here),
            "IFERROR" | "IFNA" => {
                let value = arguments.first().map(|value| self.scalar(value, here)).unwrap_or_default();
                let fallback = arguments.get(1).filter(|_| value == Value::Error);
                return fallback.map_or(value, |fallback| self.scalar(fallback, here));
            }
            _ => {}
        }
        if let Some(value) = actions::call(self, name, arguments, here) {
            return value;
        }
        if let Some(value) = functions::call(self, name, arguments, here) {
            return value;
        }
        self.call_by_name(name, arguments, here)
    }

    /// Arguments as they are handed to a macro: a reference stays one.
    fn evaluated(&mut self, arguments: &[Expr], here: Place) -> Vec<Value> {
        arguments.iter().map(|argument| self.evaluate(argument, here)).collect()
    }

    fn if_function(&mut self, arguments: &[Expr], here: Place) -> Value {
        let condition = arguments.first().map(|condition| self.scalar(condition, here)).unwrap_or_default();
        if self.is_looking && condition.is_true().is_none() {
            return Value::Unknown;
        }
        let branch = if self.decide(&condition, here) { 1 } else { 2 };
        match arguments.get(branch) {
            Some(branch) => self.evaluate(branch, here),
            None => Value::Bool(branch == 1),
        }
    }

    fn choose(&mut self, arguments: &[Expr], here: Place) -> Value {
        let index = arguments.first().map(|index| self.scalar(index, here)).unwrap_or_default();
        let chosen = index.whole().and_then(|index| usize::try_from(index).ok()).filter(|index| *index > 0);
        chosen
            .and_then(|index| arguments.get(index))
            .map_or(Value::Unknown, |chosen| self.evaluate(chosen, here))
    }

    /// What is no function of Excel: a name given to a library function, or to a macro.
    fn call_by_name(&mut self, name: &str, arguments: &[Expr], here: Place) -> Value {
        let lower = name.to_lowercase();
        if let Some(registered) = self.registered.get(&*lower).cloned() {
            let arguments: Vec<Value> =
                arguments.iter().map(|argument| self.scalar(argument, here)).collect();
            return actions::library_call(self, &registered, &arguments, here);
        }
        match self.name_value(&lower, here) {
            Value::Range(range) => {
                let arguments = self.evaluated(arguments, here);
                self.call_macro(range.first, arguments, here)
            }
            Value::Text(text) => match self.registered.get(&*text.to_lowercase()).cloned() {
                Some(registered) => {
                    let arguments: Vec<Value> =
                        arguments.iter().map(|argument| self.scalar(argument, here)).collect();
                    actions::library_call(self, &registered, &arguments, here)
                }
                None => Value::Unknown,
            },
            Value::Unknown => {
                // Its arguments may do something themselves.
                self.evaluated(arguments, here);
                // A function of Excel does nothing besides, whatever it gives.
                if !self.is_looking && self.jump.is_none() && !office::is_function(name) {
                    self.tell_at(here, format!("what {} does is not known", cut(name)));
                }
                Value::Unknown
            }
            value => value,
        }
    }

    /// Calls a macro as a subroutine; gives what it returns.
    pub(super) fn call_macro(&mut self, place: Place, arguments: Vec<Value>, here: Place) -> Value {
        if self.is_looking || self.jump.is_some() {
            return Value::Unknown;
        }
        self.arguments.push(arguments.into());
        let trail = self.record.enter(self.book.sheet_name(here.sheet), here, place);
        let value = self.execute(place);
        self.record.leave(trail);
        self.arguments.pop();
        value
    }
}

/// A name as problems tell it: no longer than Excel lets names be.
fn cut(name: &str) -> &str {
    name.get(..name.floor_char_boundary(255)).unwrap_or_default()
}

/// What an operation gives whose operand has no number: an error stays one, the rest is not known.
pub(super) fn lost(value: &Value) -> Value {
    if *value == Value::Error { Value::Error } else { Value::Unknown }
}

/// Applies an operator to two values.
fn applied(operator: Operator, left: &Value, right: &Value) -> Value {
    match operator {
        Operator::Join => Value::text(&format!("{}{}", left.to_text(), right.to_text())),
        Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Power => {
            let (Some(a), Some(b)) = (left.number(), right.number()) else {
                return if *left == Value::Error || *right == Value::Error {
                    Value::Error
                } else {
                    Value::Unknown
                };
            };
            let number = match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                Operator::Divide => a / b,
                _ => a.powf(b),
            };
            if number.is_finite() { Value::Number(number) } else { Value::Error }
        }
        _ => {
            let Some(ordering) = compare(left, right) else { return Value::Unknown };
            Value::Bool(match operator {
                Operator::Equal => ordering.is_eq(),
                Operator::NotEqual => ordering.is_ne(),
                Operator::Less => ordering.is_lt(),
                Operator::LessOrEqual => ordering.is_le(),
                Operator::Greater => ordering.is_gt(),
                _ => ordering.is_ge(),
            })
        }
    }
}

/// Orders two values: numbers before texts before truth values; case does not count. `None` when one is not known.
pub(super) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    if left.is_unknown() || right.is_unknown() {
        return None;
    }
    let rank = |value: &Value| match value {
        Value::Empty | Value::Number(_) => 0,
        Value::Text(_) => 1,
        Value::Bool(_) => 2,
        _ => 3,
    };
    match (left, right) {
        (Value::Text(a), Value::Text(b)) => Some(a.to_lowercase().cmp(&b.to_lowercase())),
        // An empty cell equals an empty text.
        (Value::Empty, Value::Text(b)) => Some("".cmp(b)),
        (Value::Text(a), Value::Empty) => Some((**a).cmp("")),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (a, b) if rank(a) == 0 && rank(b) == 0 => a.number()?.partial_cmp(&b.number()?),
        (a, b) if rank(a) < 3 && rank(b) < 3 => Some(rank(a).cmp(&rank(b))),
        _ => None,
    }
}
