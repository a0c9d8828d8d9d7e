//! Running a recipe: one value goes through the steps, within what the caller allows.

use super::Step;
use super::args::Arg;
use super::dish::{Dish, bytes_to_text};
use super::error::{BakeError, Fault};
use super::flow::{self, Flow};
use super::grammar::Written;
use super::json::Json;
use super::ops::insight::magic_table;
use super::ops::{self, Takes};
use crate::{Limit, Limits};
use std::borrow::Cow;

/// Bytes of a step's input that count as one step of `steps_max`.
const STEP_BYTES: usize = 1 << 10;

/// Memory that one entry of a list to be sorted takes, about.
const SORTED_BYTES: usize = 32;

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The result. Text is Latin-1 when all of it fits, else UTF-8, as CyberChef saves it.
    pub bytes: Vec<u8>,
    /// The number of the step, from 1, whose breakpoint stopped the run before it.
    pub stopped_before: Option<usize>,
    /// Pieces of a Fork or Subsection in whose place the output holds what stopped them: an operation
    /// refused them.
    pub refused_pieces: usize,
}

impl Output {
    /// The result as text: UTF-8 if it is, else one character a byte.
    pub fn text(&self) -> String {
        String::from_utf16_lossy(&bytes_to_text(&self.bytes))
    }
}

/// What is left of the limits while a recipe runs.
pub(super) struct Oven<'a> {
    limits: &'a Limits,
    steps: u64,
    /// Work done that does not make a whole step yet.
    parts: u64,
}

impl<'a> Oven<'a> {
    /// All of what these limits allow.
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, steps: limits.steps_max, parts: 0 }
    }

    /// Whether a value may hold this many bytes.
    pub(super) fn room(&self, bytes: usize) -> Result<(), Fault> {
        let most = self.limits.expanded_bytes_max;
        if u64::try_from(bytes).is_ok_and(|bytes| bytes <= most) {
            return Ok(());
        }
        Err(Fault::Limit(Limit { name: "expanded_bytes_max".to_owned(), value: most }))
    }

    /// Whether a text may hold this many code units.
    pub(super) fn room_for_text(&self, units: usize) -> Result<(), Fault> {
        self.room(units.saturating_mul(2))
    }

    /// Bytes a value may hold.
    pub(super) fn bytes_max(&self) -> usize {
        usize::try_from(self.limits.expanded_bytes_max).unwrap_or(usize::MAX)
    }

    /// Pays for the work on this many bytes.
    pub(super) fn work(&mut self, bytes: usize) -> Result<(), Fault> {
        self.steps(u64::try_from(bytes.div_ceil(STEP_BYTES).max(1)).unwrap_or(u64::MAX))
    }

    /// Pays for so many steps.
    pub(super) fn steps(&mut self, steps: u64) -> Result<(), Fault> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(self.out_of_steps()),
        }
    }

    /// Pays for work of which so many parts make a step.
    pub(super) fn parts(&mut self, parts: u64, of_step: u64) -> Result<(), Fault> {
        let done = self.parts.saturating_add(parts);
        self.parts = done.checked_rem(of_step).unwrap_or(0);
        self.steps(done.checked_div(of_step).unwrap_or(0))
    }

    /// Pays for sorting so many, of which so many comparisons make a step, and sees that there is room for them.
    pub(super) fn sorting(&mut self, count: usize, of_step: u64) -> Result<(), Fault> {
        self.room(count.saturating_mul(SORTED_BYTES))?;
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        self.steps(count.saturating_mul(u64::from(count.max(1).ilog2())).checked_div(of_step).unwrap_or(0))
    }

    /// Steps that may still be taken.
    pub(super) fn steps_left(&self) -> u64 {
        self.steps
    }

    /// The limit on steps was met.
    pub(super) fn out_of_steps(&self) -> Fault {
        Fault::Limit(Limit { name: "steps_max".to_owned(), value: self.limits.steps_max })
    }
}

/// Runs the steps over the input.
pub(super) fn run(steps: &[Step], input: &[u8], limits: &Limits) -> Result<Output, BakeError> {
    let mut kitchen = Kitchen { steps: Cow::Borrowed(steps), oven: Oven::new(limits), refused_pieces: 0 };
    let all: Vec<usize> = (0..steps.len()).collect();
    let stopped = |halt: Halt| BakeError {
        step: halt.step.saturating_add(1),
        operation: steps.get(halt.step).map_or("", |step| step.op.name),
        fault: halt.fault,
    };
    let course = Course { list: &all, registers: 0, depth: 0 };
    let done = kitchen.execute(&course, Dish::Bytes(input.to_vec())).map_err(stopped)?;
    let stopped_before = Some(done.progress.saturating_add(1)).filter(|step| *step <= all.len());
    let last = done.last;
    let bytes =
        kitchen.present(done).map_err(|fault| stopped(Halt { step: last.unwrap_or(0), at: 0, fault }))?;
    Ok(Output { bytes, stopped_before, refused_pieces: kitchen.refused_pieces })
}

/// The steps of a recipe, whose arguments registers may change, and what they may still use.
pub(super) struct Kitchen<'a> {
    pub(super) steps: Cow<'a, [Step]>,
    pub(super) oven: Oven<'a>,
    pub(super) refused_pieces: usize,
}

/// A list of steps to go through: all of a recipe's, or those inside a Fork.
pub(super) struct Course<'l> {
    /// Places in [`Kitchen::steps`].
    pub(super) list: &'l [usize],
    /// Registers filled before.
    pub(super) registers: usize,
    /// Forks around this one.
    pub(super) depth: u32,
}

/// How far a run came.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) dish: Dish,
    /// The place in the list: its end, or the breakpoint.
    pub(super) progress: usize,
    /// The step that ran last, by its place in the recipe.
    pub(super) last: Option<usize>,
}

/// Where a run stopped with an error.
#[derive(Debug)]
pub(super) struct Halt {
    /// The place in the recipe.
    pub(super) step: usize,
    /// The place in the list.
    pub(super) at: usize,
    pub(super) fault: Fault,
}

impl Kitchen<'_> {
    /// Goes through a list of steps from its start.
    pub(super) fn execute(&mut self, course: &Course<'_>, dish: Dish) -> Result<Done, Halt> {
        let mut state = flow::State { dish, at: 0, jumps: 0, registers: course.registers };
        let mut last = None;
        while let Some(&place) = course.list.get(state.at) {
            let Some(step) = self.steps.get(place) else { break };
            let (op, disabled, breakpoint) = (step.op, step.disabled, step.breakpoint);
            let fault = step.fault.clone();
            let at = state.at;
            state.at = at.saturating_add(1);
            // A disabled step is passed over before its breakpoint is looked at.
            if disabled || matches!(op.run, Takes::Flow(Flow::Comment)) {
                continue;
            }
            if breakpoint {
                return Ok(Done { dish: state.dish, progress: at, last });
            }
            let halt = |fault| Halt { step: place, at, fault };
            if let Some(why) = fault {
                return Err(halt(Fault::Refused(why)));
            }
            if let Takes::Flow(flow) = op.run {
                self.oven.work(state.dish.held()).map_err(halt)?;
                self.control(flow, course, place, &mut state)?;
            } else {
                let dish = std::mem::take(&mut state.dish);
                state.dish = self.one(place, dish).map_err(halt)?;
            }
            last = Some(place);
        }
        Ok(Done { dish: state.dish, progress: course.list.len(), last })
    }

    /// One operation on a value.
    pub(super) fn one(&mut self, place: usize, dish: Dish) -> Result<Dish, Fault> {
        let Some(step) = self.steps.get(place) else { return Ok(dish) };
        bake_one(step, dish, &mut self.oven)
    }

    /// The result as the page shows it: what the last operation makes of its own output for the eye.
    fn present(&mut self, done: Done) -> Result<Vec<u8>, Fault> {
        if let Dish::Numbers(numbers) = &done.dish {
            let place = numbers.first_nan().unwrap_or(0).saturating_add(1);
            return Err(Fault::refused(format!("number {place} of the result is none")));
        }
        let Some(step) = done.last.and_then(|place| self.steps.get(place)) else {
            return done.dish.into_bytes(&mut self.oven);
        };
        let dish = match step.op.run {
            Takes::Flow(Flow::Magic) => return self.present_magic(done),
            Takes::Flow(_) => Dish::Text(done.dish.into_text(&mut self.oven)?),
            _ => done.dish,
        };
        let dish = match ops::presenter(step.op.name) {
            Some(present) => Dish::Html(present(&dish, &step.args, &mut self.oven)?),
            None => dish,
        };
        let bytes = match dish {
            Dish::Html(text) => super::dish::text_to_bytes(&text),
            other => other.into_bytes(&mut self.oven)?,
        };
        self.oven.room(bytes.len())?;
        Ok(bytes)
    }
}

impl Kitchen<'_> {
    /// The table of what Magic found, with links that hold the whole recipe.
    fn present_magic(&mut self, done: Done) -> Result<Vec<u8>, Fault> {
        let place = done.last.unwrap_or(0);
        let Dish::Json(Json::List(options)) = done.dish else { return Ok(Vec::new()) };
        let written = |step: &Step| Written {
            name: step.op.name.to_owned(),
            args: step.args.0.iter().map(Arg::to_json).collect(),
            disabled: false,
            breakpoint: false,
        };
        let steps: Vec<Written> = self.steps.iter().map(written).collect();
        let before = steps.get(..place).unwrap_or_default();
        let behind = steps.get(place.saturating_add(1)..).unwrap_or_default();
        let text = magic_table::present(&options, before, behind, &self.oven)?;
        Ok(super::dish::text_to_bytes(&text))
    }
}

/// One operation of a step on a value, paid for.
pub(super) fn bake_one(step: &Step, dish: Dish, oven: &mut Oven) -> Result<Dish, Fault> {
    oven.work(dish.held())?;
    let result = match step.op.run {
        Takes::Bytes(run) => match (dish, ops::on_numbers(step.op.name)) {
            (Dish::Numbers(numbers), Some(run)) => run(&numbers, &step.args, oven)?,
            (dish, _) => run(&dish.into_bytes(oven)?, &step.args, oven)?,
        },
        Takes::Text(run) => run(&dish.into_text(oven)?, &step.args, oven)?,
        Takes::Flow(_) => dish,
    };
    oven.room(result.held())?;
    Ok(result)
}
