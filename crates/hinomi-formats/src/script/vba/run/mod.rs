//! The evaluator: a project is run on values that need not be known, without anything being done. Both ways are
//! gone where a condition is not known, and what would reach outside is written down with what it was given.

mod around;
mod assign;
mod calls;
mod evaluate;
mod loops;
mod members;
mod objects;
mod procedures;
mod steps;
mod ways;
mod world;

pub(in crate::script::vba) use objects::Object;

use super::glance::{self, STRINGS_MAX};
use super::outline::{Project, Sort as Procedural};
use super::read::{Body, Names, Reader};
use super::value::{GAP, Value};
use crate::office::Surroundings;
use crate::script::{Obstacle, Power};
use crate::{Limits, Problem};
use around::texts::Texts;
use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use world::{Frame, Way, World};

/// The texts around the macros, read when code first asks for one.
type Lazy<'p> = LazyCell<Texts, Box<dyn FnOnce() -> Texts + 'p>>;

/// What evaluation found.
#[derive(Default)]
pub(super) struct Evaluation {
    /// Calls with their arguments, in the order met.
    pub(super) calls: Vec<FoldedCall>,
    /// Strings that may be commands or hold URLs.
    pub(super) strings: Vec<FoldedString>,
    /// What was not followed: module, line.
    pub(super) obstacles: Vec<(usize, u32, Obstacle)>,
    /// Where it stopped early.
    pub(super) problems: Vec<Problem>,
}

/// A call with what its argument folded to.
pub(super) struct FoldedCall {
    pub(super) module: usize,
    pub(super) procedure: Option<usize>,
    pub(super) name: String,
    pub(super) power: Power,
    pub(super) argument: String,
    pub(super) line: u32,
    /// The procedures on the way here from an entry point, each with the line that leads on; empty when no entry
    /// point was run.
    pub(super) way: Vec<(usize, u32)>,
}

/// A string that constants make up.
pub(super) struct FoldedString {
    pub(super) module: usize,
    pub(super) line: u32,
    pub(super) text: String,
}

/// Calls of one project that are written down.
const CALLS_MAX: usize = 4_096;
/// Obstacles of one project that are told.
const OBSTACLES_MAX: usize = 256;
/// Steps of the way to a call that are kept.
const WAY_MAX: usize = 32;
/// Of all steps, the share that procedures get that an entry point leads to by names, but did not call: they are run
/// without what they would be given.
const HOLDER_SHARE: u64 = 32;
/// The share of those no entry point leads to.
const IDLE_SHARE: u64 = 64;
/// With less than this, a procedure nobody calls is not even read.
const ROOT_STEPS_MIN: u64 = 512;
/// Calls and parentheses inside one another while code runs; a call counts several.
const DEPTH_MAX: u32 = 600;

/// Why a statement was not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// An error of VBA, by number.
    Raise(u16),
    /// The fuel is spent.
    Stop,
    /// Too many calls inside one another.
    Deep,
}

type Evaluated = Result<Value, Flow>;

/// What is to be run, in this order.
pub(super) struct Plan {
    /// Entry points.
    pub(super) entries: Vec<usize>,
    /// Procedures that hold calls worth knowing and that names lead to from an entry point: run by themselves when
    /// none came by.
    pub(super) holders: Vec<usize>,
    /// The others of them: what a library offers and nobody here asks for.
    pub(super) idle: Vec<usize>,
}

/// Evaluates what can tell more of the calls seen.
pub(super) fn evaluate<'p>(
    project: &'p Project<'_>,
    plan: &Plan,
    around: impl FnOnce() -> Surroundings + 'p,
    limits: &Limits,
) -> Evaluation {
    let texts: Lazy<'_> = LazyCell::new(Box::new(|| Texts::new(around())));
    let mut machine = Machine::new(project, texts, limits);
    machine.declarations();
    let shares = [
        (Root::Entry, &plan.entries, 1),
        (Root::Holder, &plan.holders, HOLDER_SHARE),
        (Root::Idle, &plan.idle, IDLE_SHARE),
    ];
    for (root, procedures, share) in shares {
        machine.reserve = machine.reserve.min(limits.steps_max / share);
        for index in procedures {
            machine.root(*index, root);
        }
    }
    machine.literals();
    if machine.spent {
        machine.found.problems.push(Problem::limit("vba", "steps_max", limits.steps_max));
    }
    machine.found
}

/// Why a procedure is run that no other one calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Entry,
    /// An entry point leads to it.
    Holder,
    /// None does.
    Idle,
}

/// The state of one evaluation.
struct Machine<'p, 'a> {
    project: &'p Project<'a>,
    names: Names,
    texts: Lazy<'p>,
    bodies: HashMap<usize, Rc<Body<'a>>>,
    world: World,
    /// What every root starts with.
    first_world: World,
    /// Steps left to this root, and to those behind it. A step is one of the code, or 64 bytes of string made.
    fuel: u64,
    reserve: u64,
    /// An entry point was not run to its end, or a start of a program was not come to.
    spent: bool,
    /// Some procedure was not.
    cut: bool,
    string_bytes_max: usize,
    depth: u32,
    /// Frames on the stack that handle errors.
    guards: u32,
    /// The procedure that runs handles errors.
    armed: bool,
    /// The procedures that run, each with the line that calls the next.
    stack: Vec<(usize, u32)>,
    from_entry: bool,
    /// Procedures that were run.
    ran: HashSet<usize>,
    /// Those that call themselves without end.
    endless: HashSet<usize>,
    /// How often each was run without knowing what it was given.
    blind: HashMap<usize, u32>,
    /// Handlers of errors that were looked at: procedure and step.
    handled: HashSet<(usize, usize)>,
    /// Steps that were run, of each procedure.
    covered: Vec<Vec<bool>>,
    /// Loops that did nothing that lasts: procedure and step.
    idle: HashSet<(Option<usize>, usize)>,
    /// Counts what was done that lasts: strings that grew, elements set, calls made.
    effects: u64,
    seen_strings: HashSet<String>,
    seen_calls: HashSet<(usize, u32, String, String)>,
    found: Evaluation,
}

impl<'p, 'a> Machine<'p, 'a> {
    fn new(project: &'p Project<'a>, texts: Lazy<'p>, limits: &Limits) -> Self {
        Self {
            project,
            names: Names::default(),
            texts,
            bodies: HashMap::new(),
            world: World::default(),
            first_world: World::default(),
            fuel: 0,
            reserve: limits.steps_max,
            spent: false,
            cut: false,
            string_bytes_max: limits.text_bytes_max,
            depth: 0,
            guards: 0,
            armed: false,
            stack: Vec::new(),
            from_entry: false,
            ran: HashSet::new(),
            endless: HashSet::new(),
            blind: HashMap::new(),
            handled: HashSet::new(),
            covered: vec![Vec::new(); project.procedures.len()],
            idle: HashSet::new(),
            effects: 0,
            seen_strings: HashSet::new(),
            seen_calls: HashSet::new(),
            found: Evaluation::default(),
        }
    }

    /// Pays for `steps`.
    fn pay(&mut self, steps: u64) -> Result<(), Flow> {
        match self.fuel.checked_sub(steps) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => {
                self.fuel = 0;
                Err(Flow::Stop)
            }
        }
    }

    /// Constants and variables of modules.
    fn declarations(&mut self) {
        let count = self.project.modules.len();
        let bodies: Vec<Rc<Body<'a>>> = (0..count)
            .map(|module| Rc::new(Reader::declarations(self.project, &mut self.names, module)))
            .collect();
        // Constants may be made of those of a later module.
        let rounds = if count > 1 { 2 } else { 1 };
        self.fuel = self.reserve / 4;
        self.reserve -= self.fuel;
        for (module, body) in (0..rounds).flat_map(|_| bodies.iter().enumerate()) {
            if !body.steps.is_empty() {
                let mut frame = self.frame(Rc::clone(body), module, None);
                // What a declaration cannot be told by stays unknown.
                let _ = self.run(&mut frame);
            }
        }
        self.reserve += self.fuel;
        self.first_world = self.world.clone();
    }

    fn frame(&mut self, body: Rc<Body<'a>>, module: usize, procedure: Option<usize>) -> Frame<'a> {
        let locals = body.slots.iter().map(|slot| super::read::initial(slot.sort)).collect();
        let way = Way { locals, ..Way::default() };
        Frame { body, module, procedure, line: 0, way, grown: Vec::new() }
    }

    /// Runs a procedure that did not run yet. It gets at most half of what fuel is left.
    fn root(&mut self, index: usize, root: Root) {
        if self.ran.contains(&index) {
            return;
        }
        if self.reserve < ROOT_STEPS_MIN && root != Root::Entry {
            return self.starve(index, root);
        }
        self.world = self.first_world.clone();
        self.world.error = Some(0);
        self.fuel = self.reserve.div_ceil(2).max(self.reserve.min(ROOT_STEPS_MIN));
        self.reserve -= self.fuel;
        self.from_entry = root == Root::Entry;
        self.stack.clear();
        self.depth = 0;
        self.guards = 0;
        let stopped = self.run_root(index) == Err(Flow::Stop);
        if stopped {
            self.starve(index, root);
        }
        // What was built up in variables of modules.
        let globals = self.world.globals.clone();
        let (module, line) =
            self.project.procedures.get(index).map_or((0, 0), |found| (found.module, found.line));
        for value in globals.iter().filter(|value| matches!(value, Value::Str(_) | Value::Either(_))) {
            self.note(module, line, value);
        }
        self.reserve += self.fuel;
    }

    /// Tells that a procedure was not run to its end, or not at all, for want of fuel.
    fn starve(&mut self, index: usize, root: Root) {
        self.spent |= match root {
            Root::Entry => true,
            Root::Holder => self.misses_a_start(index),
            Root::Idle => false,
        };
        self.cut = true;
        let place = self.project.procedures.get(index).map_or((0, 0), |found| (found.module, found.line));
        self.obstacle(place.0, place.1, Obstacle::Steps);
    }

    /// Whether what was run, or should have been, holds a start of a program that running never came to.
    fn misses_a_start(&self, root: usize) -> bool {
        let met = |sighting: &glance::Sighting<'_>| {
            let same = |call: &FoldedCall| (call.module, call.line) == (sighting.module, sighting.line);
            self.found.calls.iter().any(same)
        };
        self.project.sighted.calls.iter().any(|sighting| {
            sighting.power == Power::Process
                && sighting
                    .procedure
                    .is_some_and(|procedure| procedure == root || self.ran.contains(&procedure))
                && !met(sighting)
        })
    }

    fn run_root(&mut self, index: usize) -> Result<(), Flow> {
        let Some(procedure) = self.project.procedures.get(index) else { return Ok(()) };
        if procedure.sort == Procedural::Setter {
            return Ok(());
        }
        let unknown = self.body(index).parameters.iter().map(|_| Value::Unknown).collect();
        self.call(index, unknown, 0).map(drop)
    }

    /// The steps of a procedure, read when they are first needed.
    fn body(&mut self, index: usize) -> Rc<Body<'a>> {
        if let Some(known) = self.bodies.get(&index) {
            return Rc::clone(known);
        }
        let (body, obstacles) = Reader::procedure(self.project, &mut self.names, index);
        let module = self.project.procedures.get(index).map_or(0, |found| found.module);
        for (line, obstacle) in obstacles {
            self.obstacle(module, line, obstacle);
        }
        // Reading takes time as well.
        self.fuel = self.fuel.saturating_sub(body.steps.len() as u64 / 2);
        if let Some(covered) = self.covered.get_mut(index) {
            covered.resize(body.steps.len(), false);
        }
        let body = Rc::new(body);
        self.bodies.insert(index, Rc::clone(&body));
        body
    }

    fn obstacle(&mut self, module: usize, line: u32, what: Obstacle) {
        let place = (module, line, what);
        if self.found.obstacles.len() < OBSTACLES_MAX && !self.found.obstacles.contains(&place) {
            self.found.obstacles.push(place);
        }
    }

    /// Literals of code that was not run. Of a procedure that was, those on steps no way leads to are never used.
    fn literals(&mut self) {
        let project = self.project;
        let mut used: HashMap<usize, HashSet<String>> = HashMap::new();
        for literal in &project.sighted.strings {
            let text = literal.text.replace("\"\"", "\"");
            let ran = literal.procedure.filter(|index| self.ran.contains(index) && !self.cut);
            let dead = ran.is_some_and(|index| {
                let used = used.entry(index).or_insert_with(|| self.used_literals(index));
                !used.contains(&text)
            });
            if !dead {
                self.note(literal.module, literal.line, &Value::text(text));
            }
        }
    }

    /// Whether a step of a procedure was run.
    fn covers(&self, procedure: usize, at: usize) -> bool {
        self.covered.get(procedure).and_then(|steps| steps.get(at)).is_some_and(|ran| *ran)
    }

    /// String literals of the steps of a procedure that were run.
    fn used_literals(&self, index: usize) -> HashSet<String> {
        let mut used = HashSet::new();
        let Some(body) = self.bodies.get(&index) else { return used };
        for (at, step) in body.steps.iter().enumerate() {
            if self.covers(index, at) {
                step.op.each_literal(&mut |text| {
                    used.insert(text.to_owned());
                });
            }
        }
        used
    }

    /// Writes down a call that reaches outside.
    fn record(&mut self, frame: &Frame<'a>, name: &str, power: Power, argument: &str, line: u32) {
        let argument = if argument.chars().all(|c| c == GAP || c == ' ') { "" } else { argument };
        self.effects += 1;
        self.fuel = self.fuel.saturating_sub(argument.len() as u64 / 64);
        let key = (frame.module, line, name.to_owned(), argument.to_owned());
        if self.found.calls.len() >= CALLS_MAX {
            self.obstacle(frame.module, line, Obstacle::Steps);
        } else if self.seen_calls.insert(key) {
            let way = if self.from_entry { self.way(line) } else { Vec::new() };
            self.found.calls.push(FoldedCall {
                module: frame.module,
                procedure: frame.procedure,
                name: name.to_owned(),
                power,
                argument: argument.to_owned(),
                line,
                way,
            });
        }
    }

    /// The way here: the procedures on the stack, the last with the line of the call.
    fn way(&self, line: u32) -> Vec<(usize, u32)> {
        let skip = self.stack.len().saturating_sub(WAY_MAX);
        let mut way: Vec<(usize, u32)> = self.stack.iter().skip(skip).copied().collect();
        if let Some(last) = way.last_mut() {
            last.1 = line;
        }
        way
    }

    /// Keeps a string that may be a command or holds a URL.
    fn note(&mut self, module: usize, line: u32, value: &Value) {
        match value {
            Value::Str(text) if text.bytes() >= 7 => {
                self.fuel = self.fuel.saturating_sub(text.bytes() as u64 / 64);
                if self.found.strings.len() < STRINGS_MAX
                    && glance::is_telling(text.as_str())
                    && !self.seen_strings.contains(text.as_str())
                {
                    self.seen_strings.insert(text.as_str().to_owned());
                    let text = text.as_str().to_owned();
                    self.found.strings.push(FoldedString { module, line, text });
                }
            }
            Value::Array(array) if !array.bytes => {
                self.fuel = self.fuel.saturating_sub(array.items.len() as u64 / 8);
                for item in array.items.iter().filter(|item| matches!(item, Value::Str(_) | Value::Either(_)))
                {
                    self.note(module, line, item);
                }
            }
            Value::Either(values) => values.iter().for_each(|value| self.note(module, line, value)),
            _ => {}
        }
    }
}
