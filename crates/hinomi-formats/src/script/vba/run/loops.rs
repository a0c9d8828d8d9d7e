//! Loops: those whose rounds are known are run, the others gone through a few times.

use super::steps::Then;
use super::world::{Frame, Join, Round, World, join_values};
use super::{Flow, Machine};
use crate::script::vba::read::{Expr, Variable};
use crate::script::vba::value::Value;
use std::rc::Rc;

/// Rounds of a loop whose condition nobody knows.
const ROUNDS_MAX: u32 = 2;
/// Rounds of a loop that only jumps out of its middle under unknown conditions.
const FORKED_ROUNDS_MAX: u32 = 1_024;
/// A loop that did nothing that lasts in so many rounds is left.
const IDLE_ROUNDS: u32 = 8_192;
/// The same of a loop that was left before.
const IDLE_AGAIN_ROUNDS: u32 = 2;

impl<'a> Machine<'_, 'a> {
    /// A jump back: whether it is worth going on.
    pub(super) fn goes_round(&mut self, frame: &mut Frame<'a>, at: usize) -> bool {
        let (effects, forks) = (self.effects, frame.way.forks);
        match frame.way.loops.iter_mut().find(|round| round.at == at) {
            Some(round) if forks > round.forks => {
                round.forks = forks;
                round.forked += 1;
                round.forked <= FORKED_ROUNDS_MAX
            }
            Some(_) => true,
            None => {
                frame.way.loops.push(Round { at, rounds: 0, forked: 0, effects, forks, before: None });
                true
            }
        }
    }

    /// The condition of a loop is not known: in, and after some rounds out, with what may have changed unknown.
    pub(super) fn unknown_round(&mut self, frame: &mut Frame<'a>, exit: usize) -> Result<Then, Flow> {
        let at = frame.way.at;
        frame.way.forks = frame.way.forks.saturating_add(1);
        let Some(round) = frame.way.loops.iter_mut().find(|round| round.at == at) else {
            self.pay(frame.way.locals.len() as u64 / 8)?;
            let before = Some(self.snapshot(frame));
            let (effects, forks) = (self.effects, frame.way.forks);
            frame.way.loops.push(Round { at, rounds: 1, forked: 0, effects, forks, before });
            return Ok(Then::Next);
        };
        round.rounds += 1;
        if round.rounds <= ROUNDS_MAX {
            return Ok(Then::Next);
        }
        self.join_before(frame, Join::Widened)?;
        Ok(Then::Jump(exit))
    }

    /// Leaves the loop that this step decides on, joining what was so before it.
    fn join_before(&mut self, frame: &mut Frame<'a>, how: Join) -> Result<(), Flow> {
        let at = frame.way.at;
        let Some(place) = frame.way.loops.iter().position(|round| round.at == at) else { return Ok(()) };
        let round = frame.way.loops.swap_remove(place);
        let Some(before) = round.before else { return Ok(()) };
        let (locals, world) = &*before;
        let cost = join_values(&mut frame.way.locals, locals, how) + self.world.join(world, how);
        self.pay(cost + locals.len() as u64 / 8)
    }

    pub(super) fn leave_loop(&mut self, frame: &mut Frame<'a>, exit: usize) -> Result<Then, Flow> {
        if !frame.way.loops.is_empty() {
            self.join_before(frame, Join::Either)?;
        }
        Ok(Then::Jump(exit))
    }

    /// At the end of a round. A loop that does nothing that lasts is left: it waits, or hides what comes behind it.
    pub(super) fn back(&mut self, frame: &mut Frame<'a>, head: usize, exit: usize) -> Result<Then, Flow> {
        let at = frame.way.at;
        let effects = self.effects;
        let Some(round) = frame.way.loops.iter_mut().find(|round| round.at == at) else {
            let forks = frame.way.forks;
            frame.way.loops.push(Round { at, rounds: 1, forked: 0, effects, forks, before: None });
            return Ok(Then::Jump(head));
        };
        round.rounds += 1;
        // One that was idle before is looked at sooner.
        let known = round.rounds < IDLE_ROUNDS && self.idle.contains(&(frame.procedure, at));
        let look = if known { IDLE_AGAIN_ROUNDS } else { IDLE_ROUNDS };
        if !round.rounds.is_multiple_of(look) {
            return Ok(Then::Jump(head));
        }
        let grew = |(now, before): (&Value, &Value)| match (now, before) {
            (Value::Str(now), Value::Str(before)) => now.bytes() > before.bytes(),
            _ => false,
        };
        let idle = round.effects == effects
            && round.before.as_ref().is_some_and(|before| {
                !frame.way.locals.iter().zip(&before.0).any(grew)
                    && !self.world.globals.iter().zip(before.1.globals.iter()).any(grew)
            });
        if idle {
            self.idle.insert((frame.procedure, at));
            self.join_before(frame, Join::Widened)?;
            return Ok(Then::Jump(exit));
        }
        round.effects = effects;
        round.before = None;
        let before = Some(self.snapshot(frame));
        if let Some(round) = frame.way.loops.iter_mut().find(|round| round.at == at) {
            round.before = before;
        }
        Ok(Then::Jump(head))
    }

    fn snapshot(&self, frame: &Frame<'a>) -> Rc<(Vec<Value>, World)> {
        Rc::new((frame.way.locals.clone(), self.world.clone()))
    }

    pub(super) fn for_test(
        &mut self,
        frame: &mut Frame<'a>,
        counter: Variable,
        end: usize,
        step: usize,
        exit: usize,
    ) -> Result<Then, Flow> {
        let now = self.load(frame, counter);
        let local = |at: usize| frame.way.locals.get(at).and_then(Value::number);
        match (now.number(), local(end), local(step)) {
            (Some(now), Some(end), Some(step)) => {
                let over = if step < 0.0 { now < end } else { now > end };
                if over { self.leave_loop(frame, exit) } else { Ok(Then::Next) }
            }
            _ => self.unknown_round(frame, exit),
        }
    }

    pub(super) fn each_start(
        &mut self,
        frame: &mut Frame<'a>,
        items: usize,
        of: &Expr<'a>,
    ) -> Result<(), Flow> {
        let value = self.eval(frame, of)?;
        let value = self.elements(value);
        if let Some(slot) = frame.way.locals.get_mut(items) {
            *slot = value;
        }
        if let Some(slot) = frame.way.locals.get_mut(items + 1) {
            *slot = Value::Num(0.0);
        }
        Ok(())
    }

    pub(super) fn each_next(
        &mut self,
        frame: &mut Frame<'a>,
        items: usize,
        element: Variable,
        exit: usize,
    ) -> Result<Then, Flow> {
        let at = frame.way.locals.get(items + 1).and_then(Value::index).unwrap_or_default();
        let next = match frame.way.locals.get(items) {
            Some(Value::Array(array)) => array.items.get(at).cloned(),
            _ => {
                self.store(frame, element, Value::Unknown);
                return self.unknown_round(frame, exit);
            }
        };
        let Some(next) = next else { return self.leave_loop(frame, exit) };
        self.store(frame, element, next);
        if let Some(slot) = frame.way.locals.get_mut(items + 1) {
            *slot = Value::Num((at + 1) as f64);
        }
        Ok(Then::Next)
    }
}
