//! Statements: what is the same in all languages.

use super::tree::{Expr, Node, Op, Stmt};
use super::value::Value;
use super::{DEPTH_MAX, Dialect, Flow, Machine};
use std::rc::Rc;

/// Rounds of a loop whose condition says nothing.
const ROUNDS_MAX: usize = 65_536;
/// Rounds of a loop that only waits, or that nobody knows how to leave.
const IDLE_ROUNDS_MAX: usize = 16_384;
/// Names of layers kept of one round of a loop.
const ROUND_LAYERS_MAX: usize = 16;

impl Machine<'_> {
    pub(super) fn statements(&mut self, body: &[Stmt]) -> Flow {
        for statement in body {
            if self.depth >= DEPTH_MAX {
                return Flow::Next;
            }
            self.depth += 1;
            let mark = self.pending.len();
            let flow = self.statement(statement);
            if self.depth <= 2 {
                self.pending.truncate(mark);
            }
            self.depth -= 1;
            match flow {
                Flow::Next => {}
                // Perhaps left, perhaps not: what follows may happen.
                Flow::Break | Flow::Continue | Flow::Return(_) | Flow::Throw(_) if self.doubtful > 0 => {
                    self.perhaps_left |= flow == Flow::Break || matches!(flow, Flow::Return(_));
                    return Flow::Next;
                }
                leaves => return leaves,
            }
        }
        Flow::Next
    }

    fn statement(&mut self, statement: &Stmt) -> Flow {
        if !self.pay(0) {
            return Flow::Stop;
        }
        match statement {
            Stmt::Expr(expr) => self.expression_statement(expr),
            Stmt::If(branches, otherwise) => self.branches(branches, otherwise.as_ref()),
            Stmt::While { condition, body, body_first, until } => {
                self.repeat(condition, body, *body_first, *until)
            }
            Stmt::For { first, condition, step, body } => self.counted(first, condition.as_ref(), step, body),
            Stmt::Each { name, over, keys, body } => self.each(name, over, *keys, body),
            Stmt::Switch { subject, cases } => self.switch(subject, cases),
            Stmt::Define(function) => {
                let value = self.closure(function);
                self.declare(&function.name, value);
                Flow::Next
            }
            Stmt::Declare(names) => {
                for (name, value) in names {
                    if let Some(value) = value {
                        let value = self.expression(value);
                        self.declare(name, value);
                    } else if self.lookup(name).is_none() {
                        self.declare(name, Value::Null);
                    }
                }
                Flow::Next
            }
            Stmt::Return(value) => {
                let value = value.as_ref().map_or(Value::Null, |value| self.expression(value));
                Flow::Return(value)
            }
            Stmt::Break => Flow::Break,
            Stmt::Continue => Flow::Continue,
            Stmt::Throw(value) => {
                let value = value.as_ref().map_or(Value::Null, |value| self.expression(value));
                Flow::Throw(value)
            }
            Stmt::Try { body, caught, rescue, last } => {
                self.attempt(body, caught, rescue.as_ref(), last.as_ref())
            }
            Stmt::Block(body) => self.statements(body),
        }
    }

    fn expression_statement(&mut self, expr: &Expr) -> Flow {
        let value = self.expression(expr);
        if self.fuel == 0 {
            return Flow::Stop;
        }
        let silent = matches!(expr.node, Node::Assign(..) | Node::Step(..));
        match self.dialect {
            Dialect::JScript | Dialect::VbScript => {
                self.output.clear();
                self.output.push(value);
            }
            Dialect::PowerShell if silent || value == Value::Null => {}
            // Output of a pipeline is unrolled, one level.
            Dialect::PowerShell => match value {
                Value::List(list) => {
                    let items = self.items(list).to_vec();
                    self.pay(items.len());
                    self.output.extend(items);
                }
                value => self.output.push(value),
            },
        }
        Flow::Next
    }

    /// A block that may or may not run.
    fn perhaps(&mut self, body: &[Stmt]) {
        self.doubtful += 1;
        let _flow = self.statements(body);
        self.doubtful -= 1;
    }

    fn branches(&mut self, branches: &[(Expr, Rc<Vec<Stmt>>)], otherwise: Option<&Rc<Vec<Stmt>>>) -> Flow {
        let mut doubt = false;
        for (condition, body) in branches {
            let condition = self.expression(condition);
            match self.truth(&condition) {
                Some(false) => {}
                Some(true) if doubt => {
                    self.perhaps(body);
                    return Flow::Next;
                }
                Some(true) => return self.statements(body),
                None => {
                    doubt = true;
                    self.perhaps(body);
                }
            }
        }
        match otherwise {
            Some(body) if doubt => {
                self.perhaps(body);
                Flow::Next
            }
            Some(body) => self.statements(body),
            None => Flow::Next,
        }
    }

    /// One round of a loop. `None`: go on.
    fn round(&mut self, body: &[Stmt]) -> Option<Flow> {
        // An empty body costs a step, too.
        if !self.pay(0) {
            return Some(Flow::Stop);
        }
        let mark = self.pending.len();
        let flow = self.statements(body);
        // One round says what all of them undo.
        self.pending.truncate(mark.saturating_add(ROUND_LAYERS_MAX));
        match flow {
            Flow::Next | Flow::Continue => None,
            Flow::Break => Some(Flow::Next),
            leaves => Some(leaves),
        }
    }

    fn repeat(&mut self, condition: &Expr, body: &[Stmt], body_first: bool, until: bool) -> Flow {
        let outer = std::mem::take(&mut self.perhaps_left);
        let endless = matches!(&condition.node, Node::Literal(_) | Node::Name(_) | Node::Unary(..));
        let mut flow = Flow::Next;
        let mut rounds = 0;
        let mut first = body_first;
        while self.fuel > 0 {
            if !std::mem::take(&mut first) {
                let value = self.expression(condition);
                match self.truth(&value).map(|truth| truth != until) {
                    Some(false) => break,
                    Some(true) => {}
                    // The body once, then on.
                    None => {
                        if rounds == 0 {
                            self.perhaps(body);
                        }
                        break;
                    }
                }
            }
            let deeds = self.trace.placed().len();
            if let Some(leaves) = self.round(body) {
                flow = leaves;
                break;
            }
            rounds += 1;
            let idle = endless && rounds >= IDLE_ROUNDS_MAX && self.trace.placed().len() == deeds;
            if self.perhaps_left || rounds >= ROUNDS_MAX && endless || idle {
                break;
            }
        }
        self.perhaps_left = outer;
        flow
    }

    fn counted(&mut self, first: &[Expr], condition: Option<&Expr>, step: &[Expr], body: &[Stmt]) -> Flow {
        let outer = std::mem::take(&mut self.perhaps_left);
        for expr in first {
            self.expression(expr);
        }
        let mut flow = Flow::Next;
        let mut rounds = 0usize;
        while self.fuel > 0 {
            let value = condition.map_or(Value::Bool(true), |condition| self.expression(condition));
            match self.truth(&value) {
                Some(false) => break,
                Some(true) => {}
                None => {
                    self.perhaps(body);
                    break;
                }
            }
            if let Some(leaves) = self.round(body) {
                flow = leaves;
                break;
            }
            for expr in step {
                self.expression(expr);
            }
            rounds += 1;
            if condition.is_none() && rounds >= ROUNDS_MAX {
                break;
            }
        }
        self.perhaps_left = outer;
        flow
    }

    fn each(&mut self, name: &str, over: &Expr, keys: bool, body: &[Stmt]) -> Flow {
        let over = self.expression(over);
        let items = match (&over, keys) {
            (Value::List(list), true) => {
                Some((0..self.items(*list).len()).map(|at| Value::text(at.to_string())).collect())
            }
            (Value::Object(object), true) => self
                .fields(*object)
                .map(|fields| fields.entries.iter().map(|(name, _)| Value::text(name.as_str())).collect()),
            (Value::Str(text), false) if self.dialect == Dialect::JScript => {
                Some(text.as_str().chars().map(|c| Value::text(c.to_string())).collect())
            }
            (Value::Object(_), false) => None,
            _ => self.elements(&over),
        };
        let Some(items): Option<Vec<Value>> = items else {
            *self.slot(name) = Value::Unknown;
            self.perhaps(body);
            return Flow::Next;
        };
        // Addresses are tried one after the other until one answers: nobody knows which, so all count.
        let outer = std::mem::take(&mut self.perhaps_left);
        let mut flow = Flow::Next;
        for item in items {
            if self.fuel == 0 {
                break;
            }
            *self.slot(name) = item;
            if let Some(leaves) = self.round(body) {
                flow = leaves;
                break;
            }
        }
        self.perhaps_left = outer;
        flow
    }

    fn switch(&mut self, subject: &Expr, cases: &[(Option<Expr>, Rc<Vec<Stmt>>)]) -> Flow {
        let subject = self.expression(subject);
        let mut matched = false;
        for (case, body) in cases {
            let hit = match case {
                _ if matched && self.dialect == Dialect::JScript => Some(true),
                None => Some(!matched),
                Some(case) => {
                    let case = self.expression(case);
                    let equal = self.binary(Op::Equal, &subject, &case);
                    self.truth(&equal)
                }
            };
            match hit {
                Some(false) => {}
                Some(true) => {
                    matched = true;
                    match self.statements(body) {
                        Flow::Next => {}
                        Flow::Break => return Flow::Next,
                        leaves => return leaves,
                    }
                }
                None => self.perhaps(body),
            }
        }
        Flow::Next
    }

    /// What was thrown has its name in the block that catches it, and only there.
    fn with_caught<T>(&mut self, name: &str, value: Value, run: impl FnOnce(&mut Self) -> T) -> T {
        if name.is_empty() {
            return run(self);
        }
        let before = self.lookup(name).cloned();
        self.declare(name, value);
        let out = run(self);
        if let Some(before) = before {
            self.declare(name, before);
        }
        out
    }

    fn attempt(
        &mut self,
        body: &[Stmt],
        caught: &str,
        rescue: Option<&Rc<Vec<Stmt>>>,
        last: Option<&Rc<Vec<Stmt>>>,
    ) -> Flow {
        let flow = self.statements(body);
        let flow = match (flow, rescue) {
            (Flow::Throw(value), Some(rescue)) => {
                self.with_caught(caught, value, |machine| machine.statements(rescue))
            }
            (Flow::Throw(_), None) => Flow::Next,
            // What goes wrong is not for us to know: the other way is looked at as well.
            (flow @ (Flow::Next | Flow::Break), Some(rescue)) => {
                self.with_caught(caught, Value::Unknown, |machine| machine.perhaps(rescue));
                flow
            }
            (flow, _) => flow,
        };
        match last {
            Some(last) if flow == Flow::Next => self.statements(last),
            Some(last) => {
                self.perhaps(last);
                flow
            }
            None => flow,
        }
    }
}
