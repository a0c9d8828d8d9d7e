//! Running the steps of a procedure: ways that part at conditions nobody knows, and join again.

use super::world::{Frame, Join, Round, Way, World, join_values};
use super::{Evaluated, Flow, Machine};
use crate::script::Obstacle;
use crate::script::vba::read::{Body, Expr, OnError, Op, Target, Variable};
use crate::script::vba::value::Value;
use crate::script::vba::value::operators::{Operator, Outcome, apply};
use std::rc::Rc;

/// Ways through one procedure that wait to be gone.
const WAITING_MAX: usize = 64;
/// Rounds of a loop whose condition nobody knows.
const ROUNDS_MAX: u32 = 2;
/// Rounds of a loop that only jumps out of its middle under unknown conditions.
const FORKED_ROUNDS_MAX: u32 = 1_024;
/// A loop that did nothing that lasts in so many rounds is left.
const IDLE_ROUNDS: u32 = 8_192;

/// What follows a step.
pub(super) enum Then {
    Next,
    Jump(usize),
    /// On, and there as well.
    Both(usize),
    Leave,
}

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
        if let Some(procedure) = frame.procedure {
            self.covered.insert((procedure, at));
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
        self.world.error = number;
        let at = frame.way.at;
        match frame.way.on_error {
            OnError::Next => frame.way.at = at + 1,
            OnError::GoTo(to) => {
                frame.way.resume = Some(at + 1);
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
            if !fresh || self.covered.contains(&(procedure, to)) {
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

    /// A jump back: whether it is worth going on.
    fn goes_round(&mut self, frame: &mut Frame<'a>, at: usize) -> bool {
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

    fn leave_loop(&mut self, frame: &mut Frame<'a>, exit: usize) -> Result<Then, Flow> {
        if !frame.way.loops.is_empty() {
            self.join_before(frame, Join::Either)?;
        }
        Ok(Then::Jump(exit))
    }

    /// At the end of a round. A loop that does nothing that lasts is left: it waits, or hides what comes behind it.
    fn back(&mut self, frame: &mut Frame<'a>, head: usize, exit: usize) -> Result<Then, Flow> {
        let at = frame.way.at;
        let effects = self.effects;
        let Some(round) = frame.way.loops.iter_mut().find(|round| round.at == at) else {
            let forks = frame.way.forks;
            frame.way.loops.push(Round { at, rounds: 1, forked: 0, effects, forks, before: None });
            return Ok(Then::Jump(head));
        };
        round.rounds += 1;
        if round.rounds % IDLE_ROUNDS != 0 {
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

    fn step(&mut self, frame: &mut Frame<'a>, op: &Op<'a>) -> Result<Then, Flow> {
        match op {
            Op::Assign { to, value } => self.assign(frame, to, value)?,
            Op::Append { to, pieces } => self.append(frame, *to, pieces)?,
            Op::Evaluate(expr) => drop(self.eval(frame, expr)?),
            Op::JumpUnless { condition, to, looping } => return self.branch(frame, condition, *to, *looping),
            Op::Jump(to) if *to == usize::MAX => return Ok(Then::Leave),
            Op::Jump(to) => return Ok(Then::Jump(*to)),
            Op::Enter => {
                let at = frame.way.at;
                frame.way.loops.retain(|round| round.at < at);
            }
            Op::Back { head, exit } => return self.back(frame, *head, *exit),
            Op::ForTest { counter, end, step, exit } => {
                return self.for_test(frame, *counter, *end, *step, *exit);
            }
            Op::ForStep { counter, step } => {
                let by = frame.way.locals.get(*step).cloned().unwrap_or_default();
                let now = self.load(frame, *counter);
                let next = match (now.number(), by.number()) {
                    (Some(now), Some(by)) => Value::Num(now + by),
                    _ => Value::Unknown,
                };
                self.store(frame, *counter, next);
            }
            Op::EachStart { items, of } => self.each_start(frame, *items, of)?,
            Op::EachNext { items, element, exit } => return self.each_next(frame, *items, *element, *exit),
            Op::Resize { array, bounds, sort, how } => self.resize(frame, *array, bounds, *sort, *how)?,
            Op::MakeOnce { variable, class, told } => self.make_once(frame, *variable, class, *told)?,
            Op::OnError(how) => {
                frame.way.on_error = *how;
                frame.way.resume = None;
            }
            Op::Resume(to) => return Ok(resumed(frame, *to)),
            Op::GoSub(to) => {
                if frame.way.returns.len() < WAITING_MAX {
                    frame.way.returns.push(frame.way.at + 1);
                    return Ok(Then::Jump(*to));
                }
            }
            Op::Return => return Ok(frame.way.returns.pop().map_or(Then::Leave, Then::Jump)),
            Op::Open { path, writes, number } => self.open_file(frame, path, *writes, number)?,
            Op::Print { number, values } => self.print(frame, number, values)?,
            Op::Forget(variables) => {
                for variable in variables {
                    self.store(frame, *variable, Value::Unknown);
                }
            }
        }
        Ok(Then::Next)
    }

    fn branch(
        &mut self,
        frame: &mut Frame<'a>,
        condition: &Expr<'a>,
        to: usize,
        looping: bool,
    ) -> Result<Then, Flow> {
        let value = self.eval(frame, condition)?;
        match self.plain(value).truth() {
            Some(true) => Ok(Then::Next),
            Some(false) if looping => self.leave_loop(frame, to),
            Some(false) if to == usize::MAX => Ok(Then::Leave),
            Some(false) => Ok(Then::Jump(to)),
            None if looping => self.unknown_round(frame, to),
            None => Ok(Then::Both(to)),
        }
    }

    fn for_test(
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

    fn each_start(&mut self, frame: &mut Frame<'a>, items: usize, of: &Expr<'a>) -> Result<(), Flow> {
        let at = frame.way.at;
        frame.way.loops.retain(|round| round.at < at);
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

    fn each_next(
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

    /// An operator on two values, each of which may be one of several.
    pub(super) fn operate(&mut self, operator: Operator, left: Value, right: Value) -> Evaluated {
        let left = self.plain(left);
        let right = self.plain(right);
        if !matches!(left, Value::Either(_)) && !matches!(right, Value::Either(_)) {
            return self.operate_on_one(operator, left, &right);
        }
        let mut results = Vec::new();
        for a in left.alternatives() {
            for b in right.alternatives() {
                results.push(self.operate_on_one(operator, a.clone(), b)?);
            }
        }
        Ok(Value::either(results))
    }

    fn operate_on_one(&mut self, operator: Operator, left: Value, right: &Value) -> Evaluated {
        match apply(operator, &left, right) {
            Outcome::Value(value) => Ok(value),
            Outcome::Join => self.join(left, right.clone()),
            Outcome::Error(number) => self.raise(number),
        }
    }
}

fn resumed(frame: &mut Frame<'_>, to: Option<usize>) -> Then {
    let behind = frame.way.resume.take();
    // The handler is armed again; where that was, nobody kept.
    frame.way.on_error = OnError::Next;
    match to.or(behind) {
        Some(usize::MAX) | None => Then::Leave,
        Some(to) => Then::Jump(to),
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
