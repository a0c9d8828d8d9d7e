//! Runs macros: down a column, cell by cell, the way Excel does. Nothing leaves the machine.
//!
//! Where a condition depends on what is not known, the run goes one way and the other way is run later from the
//! start, with the same decisions up to there. All runs together never take more than [`Limits::steps_max`].

use super::book::Book;
use super::formula::{Expr, Fault};
use super::record::Record;
use super::reference::{Place, Range};
use super::value::Value;
use crate::{Limits, Problem, ProblemKind};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Runs that follow from undecided conditions, over all entry points.
const RUNS_MAX: usize = 64;
/// How often one undecided condition is decided anew within one run; then it is not met, so that loops end.
const DECISIONS_PER_CELL_MAX: u32 = 2;
/// Calls and expressions inside one another, counted over everything that is being worked out.
const LEVELS_MAX: u32 = 4 * Limits::NESTING_MAX;

/// What a macro asked for that ends or moves its run.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Jump {
    Goto(Place),
    Return(Value),
    Halt,
}

/// A loop that is open.
enum Loop {
    While { at: Place },
    For { body: Place, name: Rc<str>, end: f64, step: f64 },
    Cells { body: Place, name: Rc<str>, left: std::vec::IntoIter<Place> },
}

impl Loop {
    fn body(&self) -> Place {
        match self {
            Self::While { at } => *at,
            Self::For { body, .. } | Self::Cells { body, .. } => *body,
        }
    }
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
    decisions: Vec<bool>,
    decided: usize,
    decided_at: HashMap<Place, u32>,
    /// Decisions of runs to come.
    pending: Vec<Vec<bool>>,
    runs: usize,
    pub(super) visited: HashSet<Place>,
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
            decisions: Vec::new(),
            decided: 0,
            decided_at: HashMap::new(),
            pending: Vec::new(),
            runs: 0,
            visited: HashSet::new(),
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
        self.pending = vec![Vec::new()];
        self.runs = 0;
        while let Some(decisions) = self.pending.pop() {
            self.steps_kept = self.steps_left / 2;
            self.begin(decisions);
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
            self.runs += 1;
            if self.runs >= RUNS_MAX {
                self.pending.clear();
            }
        }
        self.steps_kept = 0;
    }

    fn begin(&mut self, decisions: Vec<bool>) {
        self.book.reset();
        self.names.clear();
        self.registered.clear();
        self.active = None;
        self.jump = None;
        self.is_looking = false;
        self.later.clear();
        self.level = 0;
        self.decisions = decisions;
        self.decided = 0;
        self.decided_at.clear();
    }

    /// Decides what is not known: as planned for this run, else it is met, and the other way is run later.
    pub(super) fn decide(&mut self, condition: &Value, place: Place) -> bool {
        if let Some(known) = condition.is_true() {
            return known;
        }
        if let Some(planned) = self.decisions.get(self.decided) {
            self.decided += 1;
            return *planned;
        }
        let times = self.decided_at.entry(place).or_default();
        *times += 1;
        if *times > DECISIONS_PER_CELL_MAX || self.is_looking {
            return false;
        }
        if self.runs + self.pending.len() + 1 < RUNS_MAX {
            let mut other = self.decisions.clone();
            other.push(false);
            self.pending.push(other);
        }
        self.decisions.push(true);
        self.decided += 1;
        true
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
                    loops.clear();
                    at = place;
                }
                Some(Jump::Return(value)) => return value,
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

    /// Blocks and loops: formulas whose outermost function decides what runs next. `None` for all others, else
    /// where to go on.
    fn control(&mut self, formula: &Expr, here: Place, loops: &mut Vec<Loop>) -> Option<Place> {
        let Expr::Call(name, arguments) = formula else { return None };
        match (&**name, arguments.len()) {
            ("IF", 1) => {
                if self.condition(arguments.first(), here) {
                    return Some(below(here));
                }
                Some(self.next_branch(here))
            }
            ("ELSE" | "ELSE.IF", _) => Some(self.skip_to(here, &["END.IF"], &["IF"], &["END.IF"])),
            ("END.IF", _) => Some(below(here)),
            ("WHILE", _) => {
                if !self.condition(arguments.first(), here) {
                    return Some(self.behind_loop(here));
                }
                if !loops.iter().any(|open| matches!(open, Loop::While { at } if *at == here)) {
                    loops.push(Loop::While { at: here });
                }
                Some(below(here))
            }
            ("FOR", _) => Some(self.begin_for(arguments, here, loops)),
            ("FOR.CELL", _) => Some(self.begin_for_cell(arguments, here, loops)),
            ("NEXT", _) => Some(self.next(here, loops)),
            ("BREAK", _) => {
                let from = loops.pop().map_or(here, |open| open.body());
                Some(self.behind_loop(from.max(here)))
            }
            _ => None,
        }
    }

    fn condition(&mut self, argument: Option<&Expr>, here: Place) -> bool {
        let value = argument.map(|argument| self.scalar(argument, here)).unwrap_or_default();
        self.decide(&value, here)
    }

    /// Where a block goes on whose condition is not met: in the first branch whose condition is, or behind it.
    fn next_branch(&mut self, here: Place) -> Place {
        let mut at = here;
        loop {
            let next = self.find(at, &["ELSE", "ELSE.IF", "END.IF"], &["IF"], &["END.IF"]);
            let Some((place, formula)) = next else { return below(here) };
            let Expr::Call(name, arguments) = &*formula else { return below(place) };
            self.visited.insert(place);
            if &**name != "ELSE.IF" || self.condition(arguments.first(), place) {
                return below(place);
            }
            at = place;
        }
    }

    fn behind_loop(&mut self, here: Place) -> Place {
        self.skip_to(here, &["NEXT"], &["WHILE", "FOR", "FOR.CELL"], &["NEXT"])
    }

    fn skip_to(&mut self, here: Place, wanted: &[&str], opens: &[&str], closes: &[&str]) -> Place {
        self.find(here, wanted, opens, closes).map_or_else(|| below(here), |(place, _)| below(place))
    }

    /// The next formula below whose function is wanted and that belongs to the block at `here`.
    fn find(
        &mut self,
        here: Place,
        wanted: &[&str],
        opens: &[&str],
        closes: &[&str],
    ) -> Option<(Place, Rc<Expr>)> {
        let mut depth = 0_u32;
        let mut at = below(here);
        while self.spend(1) {
            let place = self.book.next_in_column(at)?;
            at = below(place);
            let Some(formula) = self.formula(place) else { continue };
            let Expr::Call(name, arguments) = &*formula else { continue };
            // IF with several arguments is a function and opens no block.
            let is_block = &**name != "IF" || arguments.len() == 1;
            if depth == 0 && wanted.contains(&&**name) {
                return Some((place, formula));
            }
            if opens.contains(&&**name) && is_block {
                depth = depth.saturating_add(1);
            } else if closes.contains(&&**name) {
                depth = depth.saturating_sub(1);
            }
        }
        None
    }

    /// FOR(counter, start, end, step).
    fn begin_for(&mut self, arguments: &[Expr], here: Place, loops: &mut Vec<Loop>) -> Place {
        let name = arguments.first().map(|name| self.name_of(name, here)).unwrap_or_default();
        let mut number =
            |at: usize| arguments.get(at).and_then(|argument| self.scalar(argument, here).number());
        let (start, end, step) =
            (number(1).unwrap_or(0.0), number(2).unwrap_or(0.0), number(3).unwrap_or(1.0));
        self.names.insert(Rc::clone(&name), Value::Number(start));
        if runs_over(start, end, step) {
            return self.behind_loop(here);
        }
        loops.push(Loop::For { body: here, name, end, step });
        below(here)
    }

    /// FOR.CELL(name, area, skip blanks).
    fn begin_for_cell(&mut self, arguments: &[Expr], here: Place, loops: &mut Vec<Loop>) -> Place {
        let name = arguments.first().map(|name| self.name_of(name, here)).unwrap_or_default();
        let area = arguments.get(1).map(|area| self.evaluate(area, here)).unwrap_or_default();
        let Value::Range(range) = area else { return self.behind_loop(here) };
        let skips_blanks = arguments.get(2).and_then(|skip| self.scalar(skip, here).is_true()) == Some(true);
        let places = if skips_blanks { self.held(range) } else { self.places(range) };
        let mut left = places.into_iter();
        let Some(first) = left.next() else { return self.behind_loop(here) };
        self.names.insert(Rc::clone(&name), Value::Range(Range::of(first)));
        loops.push(Loop::Cells { body: here, name, left });
        below(here)
    }

    fn next(&mut self, here: Place, loops: &mut Vec<Loop>) -> Place {
        let Some(open) = loops.last_mut() else { return below(here) };
        let body = open.body();
        let (name, value) = match open {
            Loop::While { at } => return *at,
            Loop::For { name, end, step, .. } => {
                let counter = self.names.get(name).and_then(Value::number).unwrap_or(*end) + *step;
                (Rc::clone(name), (!runs_over(counter, *end, *step)).then_some(Value::Number(counter)))
            }
            Loop::Cells { name, left, .. } => {
                (Rc::clone(name), left.next().map(|place| Value::Range(Range::of(place))))
            }
        };
        match value {
            Some(value) => {
                self.names.insert(name, value);
                below(body)
            }
            None => {
                loops.pop();
                below(here)
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

fn runs_over(counter: f64, end: f64, step: f64) -> bool {
    if step < 0.0 { counter < end } else { counter > end }
}

fn below(place: Place) -> Place {
    Place { row: place.row.saturating_add(1), ..place }
}
