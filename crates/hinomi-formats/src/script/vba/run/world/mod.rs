//! What a way through the code has changed so far, and what is left where two ways join.

mod globals;

use super::objects::Held;
use crate::script::vba::read::{Body, OnError, Sort, initial};
use crate::script::vba::value::text::Text;
use crate::script::vba::value::{Value, common_start};
use globals::Globals;
use std::collections::HashMap;
use std::rc::Rc;

/// Everything outside the procedure that runs. Copied when it is changed, not when it is kept.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    pub(super) globals: Globals,
    pub(super) heap: Rc<Vec<Rc<Held>>>,
    /// Properties of what nobody knows, by dotted name.
    pub(super) properties: Rc<HashMap<Rc<str>, Value>>,
    /// Paths of open files, by number.
    pub(super) files: Rc<HashMap<i64, Text>>,
    /// `Err.Number`; `None` when it depends on what was called.
    pub(super) error: Option<u16>,
}

/// One way through a procedure.
#[derive(Debug, Clone, Default)]
pub(super) struct Way {
    /// The next step.
    pub(super) at: usize,
    pub(super) locals: Vec<Value>,
    pub(super) on_error: OnError,
    /// The step behind the one whose error is being handled.
    pub(super) resume: Option<usize>,
    /// Where errors went before this one: armed again when it is handled.
    pub(super) handler: Option<usize>,
    pub(super) returns: Vec<usize>,
    pub(super) loops: Vec<Round>,
    /// Conditions on the way that nobody knows.
    pub(super) forks: u32,
}

/// A loop that is being gone through.
#[derive(Debug, Clone)]
pub(super) struct Round {
    /// The step that decides whether it goes on, or leads back.
    pub(super) at: usize,
    /// Rounds whose condition nobody knows, or all of them.
    pub(super) rounds: u32,
    /// [`super::Machine::effects`] when it began.
    pub(super) effects: u64,
    pub(super) forks: u32,
    /// Rounds with conditions inside that nobody knows.
    pub(super) forked: u32,
    /// What was so before; not kept of every loop.
    pub(super) before: Option<Rc<(Vec<Value>, World)>>,
}

/// A procedure that runs.
pub(super) struct Frame<'a> {
    pub(super) body: Rc<Body<'a>>,
    pub(super) module: usize,
    pub(super) procedure: Option<usize>,
    pub(super) line: u32,
    pub(super) way: Way,
    /// Variables built up piece by piece: looked at when the procedure is done.
    pub(super) grown: Vec<(usize, u32)>,
}

impl World {
    pub(super) fn error_number(&self) -> Value {
        self.error.map_or(Value::Unknown, |number| Value::Num(f64::from(number)))
    }

    pub(super) fn global(&self, index: usize, sorts: &[Sort]) -> Value {
        match self.globals.get(index) {
            Some(value) => value.clone(),
            None => initial(sorts.get(index).copied().unwrap_or_default()),
        }
    }

    pub(super) fn global_slot(&mut self, index: usize, sorts: &[Sort]) -> Option<&mut Value> {
        self.globals.slot(index, sorts)
    }

    pub(super) fn held(&self, place: usize) -> Option<&Held> {
        self.heap.get(place).map(Rc::as_ref)
    }

    pub(super) fn held_mut(&mut self, place: usize) -> Option<&mut Held> {
        Rc::make_mut(&mut self.heap).get_mut(place).map(Rc::make_mut)
    }

    pub(super) fn hold(&mut self, held: Held) -> usize {
        let heap = Rc::make_mut(&mut self.heap);
        heap.push(Rc::new(held));
        heap.len() - 1
    }

    /// Joins another way's world. Gives what that costs.
    pub(super) fn join(&mut self, other: &Self, how: Join) -> u64 {
        let mut cost = 1;
        if self.error != other.error {
            self.error = None;
        }
        cost += self.globals.join(&other.globals, how);
        if !Rc::ptr_eq(&self.heap, &other.heap) {
            let heap = Rc::make_mut(&mut self.heap);
            cost += heap.len() as u64 / 8;
            for (mine, theirs) in heap.iter_mut().zip(other.heap.iter()) {
                if !Rc::ptr_eq(mine, theirs) && mine != theirs {
                    Rc::make_mut(mine).join(theirs);
                    cost += 16;
                }
            }
            if heap.len() < other.heap.len() {
                heap.extend(other.heap.iter().skip(heap.len()).cloned().collect::<Vec<_>>());
            }
        }
        if !Rc::ptr_eq(&self.properties, &other.properties) {
            cost += other.properties.len() as u64;
            let properties = Rc::make_mut(&mut self.properties);
            for (name, theirs) in other.properties.iter() {
                match properties.get_mut(name) {
                    Some(mine) => drop(join_value(mine, theirs, how)),
                    None => drop(properties.insert(Rc::clone(name), theirs.clone())),
                }
            }
        }
        if !Rc::ptr_eq(&self.files, &other.files) {
            Rc::make_mut(&mut self.files)
                .extend(other.files.iter().map(|(number, path)| (*number, path.clone())));
        }
        cost
    }
}

impl Way {
    /// Joins another way that stands at the same step.
    pub(super) fn join(&mut self, other: Self) -> u64 {
        let cost = join_values(&mut self.locals, &other.locals, Join::Either);
        self.forks = self.forks.max(other.forks);
        if self.on_error != other.on_error && other.on_error != OnError::Raise {
            self.on_error = other.on_error;
        }
        self.resume = self.resume.or(other.resume);
        self.handler = self.handler.or(other.handler);
        for theirs in other.loops {
            match self.loops.iter_mut().find(|mine| mine.at == theirs.at) {
                Some(mine) => mine.rounds = mine.rounds.max(theirs.rounds),
                None => self.loops.push(theirs),
            }
        }
        cost + self.locals.len() as u64 / 8
    }
}

/// What becomes of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// One or the other.
    Either,
    /// Those of a loop nobody knows the rounds of: what they begin with alike, or anything.
    Widened,
}

pub(super) fn join_values(mine: &mut [Value], theirs: &[Value], how: Join) -> u64 {
    mine.iter_mut().zip(theirs).map(|(mine, theirs)| join_value(mine, theirs, how)).sum()
}

/// Joins one value into another. Gives what that costs.
pub(super) fn join_value(mine: &mut Value, theirs: &Value, how: Join) -> u64 {
    match (&mut *mine, theirs) {
        (Value::Num(a), Value::Num(b)) if a == b => return 0,
        (Value::Unknown, Value::Unknown) | (Value::Empty, Value::Empty) => return 0,
        (Value::Str(a), Value::Str(b)) if a.same(b) => return 0,
        (Value::Either(a), Value::Either(b)) if Rc::ptr_eq(a, b) => return 0,
        (Value::Array(a), Value::Array(b)) if Rc::ptr_eq(a, b) => return 0,
        (Value::Array(a), Value::Array(b)) if a.bounds == b.bounds => {
            let array = Rc::make_mut(a);
            let cost = array.items.len() as u64 / 4 + join_values(&mut array.items, &b.items, how);
            array.measure();
            return cost;
        }
        _ => {}
    }
    let cost = mine.weight().min(theirs.weight()) / 64;
    if mine == theirs {
        return cost;
    }
    let values = [std::mem::take(mine), theirs.clone()];
    *mine = match how {
        Join::Either => Value::either(values),
        Join::Widened => {
            let [a, b] = &values;
            let all: Vec<Value> = a.alternatives().iter().chain(b.alternatives()).cloned().collect();
            common_start(&all)
        }
    };
    cost + 1
}
