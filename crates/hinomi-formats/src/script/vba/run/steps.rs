//! What each step of a procedure does.

use super::ways::WAITING_MAX;
use super::world::Frame;
use super::{Evaluated, Flow, Machine};
use crate::script::vba::read::{Expr, OnError, Op};
use crate::script::vba::value::Value;
use crate::script::vba::value::operators::{Operator, Outcome, apply};

/// What follows a step.
pub(super) enum Then {
    Next,
    Jump(usize),
    /// On, and there as well.
    Both(usize),
    Leave,
}

impl<'a> Machine<'_, 'a> {
    pub(super) fn step(&mut self, frame: &mut Frame<'a>, op: &Op<'a>) -> Result<Then, Flow> {
        match op {
            Op::Assign { to, value } => self.assign(frame, to, value)?,
            Op::Append { to, pieces } => self.append(frame, *to, pieces)?,
            Op::Evaluate(expr) => drop(self.eval(frame, expr)?),
            Op::JumpUnless { condition, to, looping } => return self.branch(frame, condition, *to, *looping),
            Op::Jump(to) if *to == usize::MAX => return Ok(Then::Leave),
            Op::Jump(to) => return Ok(Then::Jump(*to)),
            Op::Enter(end) => {
                let inside = frame.way.at..*end;
                frame.way.loops.retain(|round| !inside.contains(&round.at));
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
                self.world.error = Some(0);
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
    frame.way.on_error = frame.way.handler.take().map_or(OnError::Next, OnError::GoTo);
    match to.or(behind) {
        Some(usize::MAX) | None => Then::Leave,
        Some(to) => Then::Jump(to),
    }
}
