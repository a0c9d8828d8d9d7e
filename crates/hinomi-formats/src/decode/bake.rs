//! Running a recipe: one value goes through the steps, within what the caller allows.

use super::Step;
use super::dish::{Dish, bytes_to_text};
use super::error::{BakeError, Fault};
use super::ops::Takes;
use crate::{Limit, Limits};

/// Bytes of a step's input that count as one step of `steps_max`.
const STEP_BYTES: usize = 1 << 10;

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The result. Text is Latin-1 when all of it fits, else UTF-8, as CyberChef saves it.
    pub bytes: Vec<u8>,
    /// The number of the step, from 1, whose breakpoint stopped the run before it.
    pub stopped_before: Option<usize>,
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
}

impl Oven<'_> {
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
        let steps = u64::try_from(bytes.div_ceil(STEP_BYTES).max(1)).unwrap_or(u64::MAX);
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(Fault::Limit(Limit { name: "steps_max".to_owned(), value: self.limits.steps_max })),
        }
    }
}

/// Runs the steps over the input.
pub(super) fn run(steps: &[Step], input: &[u8], limits: &Limits) -> Result<Output, BakeError> {
    let mut oven = Oven { limits, steps: limits.steps_max };
    let mut dish = Dish::Bytes(input.to_vec());
    for (index, step) in steps.iter().enumerate() {
        // A disabled step is passed over before its breakpoint is looked at.
        if step.disabled {
            continue;
        }
        let number = index.saturating_add(1);
        if step.breakpoint {
            return Ok(Output { bytes: dish.into_bytes(), stopped_before: Some(number) });
        }
        dish = one(step, dish, &mut oven).map_err(|fault| BakeError {
            step: number,
            operation: step.op.name,
            fault,
        })?;
    }
    Ok(Output { bytes: dish.into_bytes(), stopped_before: None })
}

fn one(step: &Step, dish: Dish, oven: &mut Oven) -> Result<Dish, Fault> {
    oven.work(dish.held())?;
    let result = match step.op.run {
        Takes::Bytes(run) => run(&dish.into_bytes(), &step.args, oven)?,
        Takes::Text(run) => {
            let text = match dish {
                Dish::Bytes(bytes) => {
                    oven.room_for_text(bytes.len())?;
                    bytes_to_text(&bytes)
                }
                Dish::Text(text) => text,
            };
            run(&text, &step.args, oven)?
        }
    };
    oven.room(result.held())?;
    Ok(result)
}
