//! Runs macros: down a column, cell by cell, the way Excel does. Nothing leaves the machine.
//!
//! Where a condition depends on what is not known, the run goes one way and the other way is run later from the
//! start, with the same decisions up to there. All runs together never take more than [`Limits::steps_max`].

use super::book::Book;
use super::choices::Choices;
use super::flow::Loop;
use super::formula::{Expr, Fault};
use super::record::{Record, cell_of};
use super::reference::{Place, Range};
use super::value::Value;
use crate::{Limits, Problem, ProblemKind};
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

/// Calls and expressions inside one another, counted over everything that is being worked out.
const LEVELS_MAX: u32 = 4 * Limits::NESTING_MAX;

/// What a macro asked for that ends or moves its run.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Jump {
    Goto(Place),
    Return(Value),
    /// Out of the innermost loop.
    Break,
    Halt,
}

/// A library function given a name by REGISTER.
#[derive(Debug, Clone)]
pub(super) struct Registered {
    pub(super) library: Rc<str>,
    pub(super) export: Rc<str>,
}

pub(super) struct Machine<'w> {
    pub(super) book: Book<'w>,
    pub(super) limits: &'w Limits,
    pub(super) record: Record,
    /// Names set by macros, in lower case.
    pub(super) names: HashMap<Rc<str>, Value>,
    pub(super) registered: HashMap<Rc<str>, Registered>,
    pub(super) active: Option<Place>,
    pub(super) jump: Option<Jump>,
    /// Cells are only looked at: nothing is recorded and nothing written.
    pub(super) is_looking: bool,
    /// Macros that start later by ON.TIME and the like.
    pub(super) later: Vec<Place>,
    steps_left: u64,
    /// Of `steps_left`, what must stay for other runs.
    steps_kept: u64,
    level: u32,
    choices: Choices,
    /// What the macros that run now were called with, the innermost last; taken from the front by ARGUMENT.
    pub(super) arguments: Vec<VecDeque<Value>>,
    pub(super) visited: HashSet<Place>,
    /// Cells whose value was asked for.
    pub(super) read: HashSet<Place>,
    pub(super) problems: Vec<Problem>,
}

impl<'w> Machine<'w> {
    pub(super) fn new(book: Book<'w>, limits: &'w Limits) -> Self {
        Self {
            book,
            limits,
            record: Record::default(),
            names: HashMap::new(),
            registered: HashMap::new(),
            active: None,
            jump: None,
            is_looking: false,
            later: Vec::new(),
            steps_left: limits.steps_max,
            steps_kept: 0,
            level: 0,
            choices: Choices::default(),
            arguments: Vec::new(),
            visited: HashSet::new(),
            read: HashSet::new(),
            problems: Vec::new(),
        }
    }

    /// Pays for work. `false` when this run has had its share.
    pub(super) fn spend(&mut self, steps: u64) -> bool {
        match self.steps_left.checked_sub(steps).filter(|left| *left >= self.steps_kept) {
            Some(left) => {
                self.steps_left = left;
                true
            }
            None => {
                self.tell(Problem::limit("xlm", "steps_max", self.limits.steps_max));
                self.jump = Some(Jump::Halt);
                // What was asked for could not be paid: nothing small is done instead of it.
                self.steps_left = self.steps_kept;
                false
            }
        }
    }

    /// Whether nothing is left to spend.
    pub(super) fn is_spent(&self) -> bool {
        self.steps_left == 0
    }

    /// Pays for a text that is made or read through.
    pub(super) fn spend_text(&mut self, len: usize) -> bool {
        const BYTES_PER_STEP: u64 = 32;
        self.spend(len as u64 / BYTES_PER_STEP)
    }

    pub(super) fn tell(&mut self, problem: Problem) {
        const PROBLEMS_MAX: usize = 32;
        if self.problems.len() < PROBLEMS_MAX && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Runs a macro from every side: again for each decision that could have gone the other way.
    pub(super) fn run_all(&mut self, start: &Start, entry: Option<usize>) {
        self.choices.restart();
        while !self.is_spent() && self.choices.begin_run() {
            self.steps_kept = self.steps_left / 2;
            self.begin();
            let (Start::At(from) | Start::Formula(_, from)) = start;
            self.record.begin(entry, *from);
            match start {
                Start::At(place) => {
                    self.execute(*place);
                }
                Start::Formula(expr, place) => {
                    self.evaluate(expr, *place);
                }
            }
            // What macros start at a later time starts in the same book.
            let mut begun = HashSet::new();
            while let Some(place) = self.later.pop() {
                if begun.insert(place) {
                    self.jump = None;
                    self.execute(place);
                }
            }
        }
        self.steps_kept = 0;
        if let Some(place) = self.choices.left_out() {
            self.tell_at(place, "not every way behind the conditions nobody knows was gone");
        }
    }

    fn begin(&mut self) {
        self.book.reset();
        // Not cleared: that would cost as much as the largest run before left room for.
        self.names = HashMap::new();
        self.registered = HashMap::new();
        self.active = None;
        self.jump = None;
        self.is_looking = false;
        self.later.clear();
        self.level = 0;
        self.arguments.clear();
    }

    /// Tells that a formula was not followed. Of macros that nothing starts nothing is told: they depend on what a
    /// person selected.
    pub(super) fn tell_at(&mut self, place: Place, detail: impl Into<String>) {
        if !self.record.is_started() {
            return;
        }
        let cell = cell_of(self.book.sheet_name(place.sheet), place);
        self.tell(Problem::new(ProblemKind::Unsupported, cell, detail));
    }

    /// Decides a condition; where it is not known, another run goes the other way.
    pub(super) fn decide(&mut self, condition: &Value, place: Place) -> bool {
        if let Some(known) = condition.is_true() {
            return known;
        }
        // Cells that are only looked at decide nothing.
        !self.is_looking && self.choices.decide(place)
    }

    /// Goes one level deeper. `None` when that is too deep.
    pub(super) fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.level >= LEVELS_MAX {
            self.tell(Problem::limit("xlm", "nesting_max", u64::from(Limits::NESTING_MAX)));
            return None;
        }
        self.level += 1;
        let result = work(self);
        self.level -= 1;
        Some(result)
    }

    /// Runs from a cell downwards until the macro returns; gives what it returned.
    pub(super) fn execute(&mut self, start: Place) -> Value {
        self.deeper(|machine| machine.run_column(start)).unwrap_or(Value::Unknown)
    }

    fn run_column(&mut self, start: Place) -> Value {
        let mut at = start;
        let mut loops: Vec<Loop> = Vec::new();
        while self.spend(1) {
            let Some(here) = self.book.next_in_column(at) else { break };
            at = below(here);
            let Some(formula) = self.formula(here) else { continue };
            self.visited.insert(here);
            if let Some(next) = self.control(&formula, here, &mut loops) {
                at = next;
            } else {
                let value = self.evaluate(&formula, here);
                if self.jump.is_none() || !matches!(value, Value::Empty) {
                    self.book.set_result(here, value);
                }
            }
            match self.jump.take() {
                None => {}
                Some(Jump::Goto(place)) => {
                    self.record.step(self.book.sheet_name(here.sheet), here, place);
                    at = place;
                }
                Some(Jump::Return(value)) => return value,
                Some(Jump::Break) => at = self.behind_open_loop(here, &mut loops),
                Some(Jump::Halt) => {
                    self.jump = Some(Jump::Halt);
                    break;
                }
            }
        }
        Value::Unknown
    }

    /// The formula of a cell as a tree; a problem is told when it has one that cannot be read.
    pub(super) fn formula(&mut self, place: Place) -> Option<Rc<Expr>> {
        let (formula, is_new) = self.book.formula(place)?;
        if is_new {
            let len = self.book.formula_text(place).map_or(0, str::len);
            self.spend_text(len);
        }
        match formula {
            Ok(formula) => Some(formula),
            Err(fault) => {
                let sheet = self.book.sheet_name(place.sheet).to_owned();
                self.tell(match fault {
                    Fault::TooDeep => Problem::limit(sheet, "nesting_max", u64::from(Limits::NESTING_MAX)),
                    Fault::Syntax => Problem::new(
                        ProblemKind::Unsupported,
                        sheet,
                        "a formula of the macro could not be read",
                    ),
                });
                None
            }
        }
    }

    /// The cells of a range that hold something.
    pub(super) fn held(&mut self, range: Range) -> Vec<Place> {
        const CELLS_MAX: usize = 1 << 16;
        let cost = self.book.held_cost(range) as u64;
        if self.spend(1 + cost / 8) { self.book.held(range, CELLS_MAX) } else { Vec::new() }
    }

    /// All cells of a range, each paid for.
    pub(super) fn places(&mut self, range: Range) -> Vec<Place> {
        let mut places = Vec::new();
        for row in range.first.row..=range.last_row {
            for column in range.first.column..=range.last_column {
                if !self.spend(2) {
                    return places;
                }
                places.push(Place { row, column, ..range.first });
            }
        }
        places
    }
}

/// Where a run begins.
pub(super) enum Start {
    At(Place),
    /// A name can stand for a formula; it is worked out as if it stood in a cell.
    Formula(Expr, Place),
}

pub(super) fn below(place: Place) -> Place {
    Place { row: place.row.saturating_add(1), ..place }
}
