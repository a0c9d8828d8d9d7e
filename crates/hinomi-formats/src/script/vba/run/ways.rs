//! Running a procedure: ways that part at conditions nobody knows, and join again.

use super::steps::Then;
use super::world::{Frame, Join, Way, World};
use super::{Flow, Machine};
use crate::script::Obstacle;
use crate::script::vba::read::{Body, OnError, Op, Target, Variable};
use crate::script::vba::value::Value;
use std::rc::Rc;

/// Ways through one procedure that wait to be gone.
pub(super) const WAITING_MAX: usize = 64;

/// Ways through one procedure that are not gone yet, and what is left of those that are done.
#[derive(Default)]
struct Ways {
    waiting: Vec<(Way, World)>,
    done: Option<(Way, World)>,
    /// Handlers of errors on the way: the step, and how things stood when they were set.
    handlers: Vec<(usize, Way, World)>,
    raised: Option<u16>,
}

impl Ways {
    fn lowest(&self) -> usize {
        self.waiting.iter().map(|(way, _)| way.at).min().unwrap_or(usize::MAX)
    }

    fn take_lowest(&mut self) -> Option<(Way, World)> {
        let lowest = self.lowest();
        let at = self.waiting.iter().position(|(way, _)| way.at == lowest)?;
        Some(self.waiting.swap_remove(at))
    }
}

impl<'a> Machine<'_, 'a> {
    /// Runs a procedure to its end, on every way.
    pub(super) fn run(&mut self, frame: &mut Frame<'a>) -> Result<(), Flow> {
        let body = Rc::clone(&frame.body);
        let mut ways = Ways::default();
        self.ways(frame, &body, &mut ways)?;
        self.handlers(frame, &body, &mut ways)?;
        self.note_grown(frame);
        match (ways.done.take(), ways.raised) {
            (Some((way, world)), _) => {
                frame.way = way;
                self.world = world;
                Ok(())
            }
            (None, Some(number)) => Err(Flow::Raise(number)),
            (None, None) => Ok(()),
        }
    }

    fn ways(&mut self, frame: &mut Frame<'a>, body: &Body<'a>, ways: &mut Ways) -> Result<(), Flow> {
        let mut lowest = ways.lowest();
        loop {
            let at = frame.way.at;
            if at >= body.steps.len() {
                self.arrive(frame, ways)?;
                let Some((way, world)) = ways.take_lowest() else { return Ok(()) };
                (frame.way, self.world) = (way, world);
                lowest = ways.lowest();
                continue;
            }
            if at >= lowest {
                self.meet(frame, ways)?;
                lowest = ways.lowest();
                continue;
            }
            if !self.one_step(frame, body, ways)? {
                // This way ends by an error nobody here handles.
                let Some((way, world)) = ways.take_lowest() else { return Ok(()) };
                (frame.way, self.world) = (way, world);
            }
            lowest = ways.lowest();
        }
    }

    /// Another way waits at this step, or at one before it.
    fn meet(&mut self, frame: &mut Frame<'a>, ways: &mut Ways) -> Result<(), Flow> {
        let Some((way, world)) = ways.take_lowest() else { return Ok(()) };
        let met = way.at == frame.way.at;
        let mine = std::mem::replace(&mut frame.way, way);
        let my_world = std::mem::replace(&mut self.world, world);
        if met {
            let cost = frame.way.join(mine) + self.world.join(&my_world, Join::Either);
            return self.pay(cost);
        }
        self.wait(frame, ways, mine, my_world)
    }

    /// Lets a way wait; it joins one that waits at the same step.
    fn wait(&mut self, frame: &Frame<'a>, ways: &mut Ways, way: Way, world: World) -> Result<(), Flow> {
        if let Some((same, their_world)) = ways.waiting.iter_mut().find(|(other, _)| other.at == way.at) {
            let cost = same.join(way) + their_world.join(&world, Join::Either);
            return self.pay(cost);
        }
        if ways.waiting.len() >= WAITING_MAX {
            self.obstacle(frame.module, frame.line, Obstacle::States);
            return Ok(());
        }
        ways.waiting.push((way, world));
        Ok(())
    }

    /// A way is done.
    fn arrive(&mut self, frame: &mut Frame<'a>, ways: &mut Ways) -> Result<(), Flow> {
        let way = std::mem::take(&mut frame.way);
        let world = std::mem::take(&mut self.world);
        match &mut ways.done {
            Some((done, done_world)) => {
                let cost = done.join(way) + done_world.join(&world, Join::Either);
                self.pay(cost)
            }
            None => {
                ways.done = Some((way, world));
                Ok(())
            }
        }
    }

    /// Runs one step. `false` when the way ends with an error.
    fn one_step(&mut self, frame: &mut Frame<'a>, body: &Body<'a>, ways: &mut Ways) -> Result<bool, Flow> {
        let at = frame.way.at;
        let Some(step) = body.steps.get(at) else { return Ok(false) };
        self.pay(1)?;
        let covered = frame.procedure.and_then(|procedure| self.covered.get_mut(procedure)?.get_mut(at));
        if let Some(covered) = covered {
            *covered = true;
        }
        if frame.line != step.line {
            frame.line = step.line;
            if let Some(last) = self.stack.last_mut() {
                last.1 = step.line;
            }
        }
        self.armed = frame.way.on_error != OnError::Raise;
        match self.step(frame, &step.op) {
            Ok(Then::Next) => frame.way.at = at + 1,
            Ok(Then::Jump(to)) => {
                if to <= at && !self.goes_round(frame, at) {
                    return Ok(false);
                }
                frame.way.at = to;
            }
            Ok(Then::Both(to)) => {
                frame.way.forks = frame.way.forks.saturating_add(1);
                self.pay(frame.way.locals.len() as u64 / 8)?;
                let other = Way { at: to, ..frame.way.clone() };
                frame.way.at = at + 1;
                let world = self.world.clone();
                self.wait(frame, ways, other, world)?;
            }
            Ok(Then::Leave) => frame.way.at = usize::MAX,
            Err(Flow::Raise(number)) => return Ok(self.raised(frame, &step.op, number, ways)),
            Err(Flow::Deep) if self.stack.len() <= 1 => {
                lose(frame, &step.op);
                frame.way.at = at + 1;
            }
            Err(other) => return Err(other),
        }
        if let Op::OnError(OnError::GoTo(to)) = &step.op
            && !ways.handlers.iter().any(|(known, ..)| known == to)
        {
            let way = Way { at: *to, resume: Some(at + 1), ..frame.way.clone() };
            ways.handlers.push((*to, way, self.world.clone()));
        }
        Ok(true)
    }

    /// An error on the way: passed over, handled, handed on. `false` when the way ends.
    fn raised(&mut self, frame: &mut Frame<'a>, op: &Op<'a>, number: u16, ways: &mut Ways) -> bool {
        self.world.error = Some(number);
        let at = frame.way.at;
        match frame.way.on_error {
            OnError::Next => frame.way.at = at + 1,
            OnError::GoTo(to) => {
                frame.way.resume = Some(at + 1);
                frame.way.handler = Some(to);
                frame.way.on_error = OnError::Raise;
                frame.way.at = to;
                // An endless circle of an error and its handler.
                return self.pay(8).is_ok();
            }
            OnError::Raise if self.guards > 0 => {
                ways.raised = Some(number);
                return false;
            }
            // Nobody handles it. It may be that we know less than the program: what it gives is unknown.
            OnError::Raise => {
                lose(frame, op);
                frame.way.at = at + 1;
            }
        }
        true
    }

    /// Handlers of errors that no way came by, each looked at once: what fails is not seen here.
    fn handlers(&mut self, frame: &mut Frame<'a>, body: &Body<'a>, ways: &mut Ways) -> Result<(), Flow> {
        let Some(procedure) = frame.procedure else { return Ok(()) };
        for (to, way, world) in std::mem::take(&mut ways.handlers) {
            let fresh = self.handled.insert((procedure, to));
            if !fresh || self.covers(procedure, to) {
                continue;
            }
            let mut aside = Ways::default();
            let kept = std::mem::replace(&mut frame.way, Way { on_error: OnError::Next, ..way });
            let kept_world = std::mem::replace(&mut self.world, world);
            let result = self.ways(frame, body, &mut aside);
            frame.way = kept;
            self.world = kept_world;
            result?;
        }
        Ok(())
    }

    fn note_grown(&mut self, frame: &mut Frame<'a>) {
        for (slot, line) in std::mem::take(&mut frame.grown) {
            let value = frame.way.locals.get(slot).cloned().unwrap_or_default();
            self.note(frame.module, line, &value);
        }
    }
}

/// What a step would have assigned is not known.
fn lose(frame: &mut Frame<'_>, op: &Op<'_>) {
    let variable = match op {
        Op::Assign { to: Target::Variable(variable), .. } | Op::Append { to: variable, .. } => *variable,
        _ => return,
    };
    if let Variable::Local(slot) = variable
        && let Some(slot) = frame.way.locals.get_mut(slot)
    {
        *slot = Value::Unknown;
    }
}
