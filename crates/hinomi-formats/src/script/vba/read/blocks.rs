//! Blocks: what is open while statements are read, and where their jumps lead.

use super::reader::{Reader, Tokens};
use super::{Expr, LEAVE, OnError, Op, Sort, Target, Variable};
use crate::script::vba::lex::{Kind, Token};
use crate::script::vba::value::Value;
use crate::script::vba::value::operators::Operator;

/// A block that is open while statements are read.
pub(in crate::script::vba) enum Block {
    If {
        next: Option<usize>,
        ends: Vec<usize>,
        on_line: bool,
    },
    For {
        head: usize,
        exits: Vec<usize>,
        back: Back,
    },
    Do {
        head: usize,
        exits: Vec<usize>,
    },
    Select {
        of: usize,
        next: Option<usize>,
        ends: Vec<usize>,
    },
    With,
    /// `Type`, `Enum`: the number of the next member.
    Members {
        counts: bool,
        next: i64,
    },
}

/// How a `For` goes on.
#[derive(Clone, Copy)]
pub(in crate::script::vba) enum Back {
    Count { counter: Variable, step: usize },
    Each,
}

/// Which block an `Exit`, `Next`, `Loop` means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    If,
    For,
    Do,
    Select,
    With,
    Members,
}

impl Block {
    pub(super) fn which(&self) -> Which {
        match self {
            Self::If { .. } => Which::If,
            Self::For { .. } => Which::For,
            Self::Do { .. } => Which::Do,
            Self::Select { .. } => Which::Select,
            Self::With => Which::With,
            Self::Members { .. } => Which::Members,
        }
    }
}

impl<'a> Reader<'_, 'a> {
    pub(super) fn close_last(&mut self) {
        if let Some(block) = self.blocks.pop() {
            self.close(block);
        }
    }

    /// Closes blocks up to the innermost of this kind; when there is none, nothing.
    pub(super) fn close_to(&mut self, which: Which) {
        if self.blocks.iter().any(|block| block.which() == which) {
            while let Some(block) = self.blocks.pop() {
                let found = block.which() == which;
                self.close(block);
                if found {
                    return;
                }
            }
        }
    }

    pub(in crate::script::vba) fn close(&mut self, block: Block) {
        match block {
            Block::If { next, ends, .. } | Block::Select { next, ends, .. } => {
                let here = self.here();
                next.into_iter().chain(ends).for_each(|at| self.aim(at, here));
            }
            Block::For { head, mut exits, back } => {
                if let Back::Count { counter, step } = back {
                    self.emit(Op::ForStep { counter, step });
                }
                exits.push(self.emit(Op::Back { head, exit: LEAVE }));
                exits.extend([head, head.saturating_sub(1)]);
                let here = self.here();
                exits.into_iter().for_each(|at| self.aim(at, here));
            }
            Block::Do { head, mut exits } => {
                exits.extend([self.emit(Op::Back { head, exit: LEAVE }), head.saturating_sub(1)]);
                let here = self.here();
                exits.into_iter().for_each(|at| self.aim(at, here));
            }
            Block::With => drop(self.withs.pop()),
            Block::Members { .. } => {}
        }
    }

    /// Sets where the jump at `at` leads.
    pub(in crate::script::vba) fn aim(&mut self, at: usize, target: usize) {
        match self.body.steps.get_mut(at).map(|step| &mut step.op) {
            Some(
                Op::JumpUnless { to, .. }
                | Op::Jump(to)
                | Op::GoSub(to)
                | Op::Enter(to)
                | Op::Back { exit: to, .. }
                | Op::ForTest { exit: to, .. }
                | Op::EachNext { exit: to, .. }
                | Op::OnError(OnError::GoTo(to)),
            ) => *to = target,
            Some(Op::Resume(to)) => *to = Some(target),
            _ => {}
        }
    }

    pub(in crate::script::vba) fn jump_to(&mut self, label: &'a str) {
        let at = self.emit(Op::Jump(LEAVE));
        self.jumps.push((at, label));
    }

    pub(super) fn exit(&mut self, which: Which) {
        let at = self.emit(Op::Jump(LEAVE));
        let block = self.blocks.iter_mut().rev().find(|block| block.which() == which);
        if let Some(Block::For { exits, .. } | Block::Do { exits, .. }) = block {
            exits.push(at);
        }
    }

    pub(super) fn select(&mut self, tokens: &[Token<'a>]) {
        let of = self.hidden(Sort::Variant);
        let value = self.expression(&mut Tokens::new(tokens, 2), 0);
        self.emit(Op::Assign { to: Target::Variable(Variable::Local(of)), value });
        // What stands before the first Case is not run.
        let next = self.emit(Op::Jump(LEAVE));
        self.blocks.push(Block::Select { of, next: Some(next), ends: Vec::new() });
    }

    pub(super) fn case(&mut self, tokens: &[Token<'a>]) {
        if !matches!(self.blocks.last(), Some(Block::Select { .. })) {
            if !self.blocks.iter().any(|block| block.which() == Which::Select) {
                return;
            }
            while self.blocks.last().is_some_and(|block| block.which() != Which::Select) {
                self.close_last();
            }
        }
        let Some(Block::Select { of, .. }) = self.blocks.last() else { return };
        let of = *of;
        self.next_arm();
        if tokens.get(1).is_some_and(|token| token.is("else")) {
            return;
        }
        let mut reader = Tokens::new(tokens, 1);
        let mut tests = Vec::new();
        while !reader.done() {
            tests.push((Operator::Or, self.case_test(of, &mut reader)));
            reader.skip_argument();
            reader.at += 1;
        }
        let condition = Expr::Chain(Box::new(Expr::Known(Value::Bool(false))), tests);
        let jump = self.emit(Op::JumpUnless { condition, to: LEAVE, looping: false });
        if let Some(Block::Select { next, .. }) = self.blocks.last_mut() {
            *next = Some(jump);
        }
    }

    /// `5`, `1 To 3`, `Is > 7`.
    fn case_test(&mut self, of: usize, reader: &mut Tokens<'_, 'a>) -> Expr<'a> {
        let value = || Box::new(Expr::Variable(Variable::Local(of)));
        if reader.take_word("is") {
            let first = reader.peek().map(|token| token.kind);
            let second = reader.tokens.get(reader.at + 1).map(|token| token.kind);
            let (operator, len) = match (first, second) {
                (Some(Kind::Symbol(b'<')), Some(Kind::Symbol(b'>'))) => (Operator::Unequal, 2),
                (Some(Kind::Symbol(b'<')), Some(Kind::Symbol(b'='))) => (Operator::LessEqual, 2),
                (Some(Kind::Symbol(b'>')), Some(Kind::Symbol(b'='))) => (Operator::GreaterEqual, 2),
                (Some(Kind::Symbol(b'<')), _) => (Operator::Less, 1),
                (Some(Kind::Symbol(b'>')), _) => (Operator::Greater, 1),
                _ => (Operator::Equal, 1),
            };
            reader.at += len;
            return Expr::Chain(value(), vec![(operator, self.expression(reader, 0))]);
        }
        let from = self.expression(reader, 0);
        if !reader.take_word("to") {
            return Expr::Chain(value(), vec![(Operator::Equal, from)]);
        }
        let to = self.expression(reader, 0);
        let above = Expr::Chain(value(), vec![(Operator::GreaterEqual, from)]);
        let below = Expr::Chain(value(), vec![(Operator::LessEqual, to)]);
        Expr::Chain(Box::new(above), vec![(Operator::And, below)])
    }

    pub(super) fn for_loop(&mut self, tokens: &[Token<'a>]) {
        if tokens.get(1).is_some_and(|token| token.is("each")) {
            return self.for_each(tokens);
        }
        let Some(name) = tokens.get(1).filter(|token| token.kind == Kind::Word) else { return };
        let counter = self.assigned(name.text);
        let mut reader = Tokens::new(tokens, 3);
        let start = self.expression(&mut reader, 0);
        reader.take_word("to");
        let last = self.expression(&mut reader, 0);
        let by = if reader.take_word("step") {
            self.expression(&mut reader, 0)
        } else {
            Expr::Known(Value::Num(1.0))
        };
        let (end, step) = (self.hidden(Sort::Variant), self.hidden(Sort::Variant));
        self.emit(Op::Assign { to: Target::Variable(counter), value: start });
        self.emit(Op::Assign { to: Target::Variable(Variable::Local(end)), value: last });
        self.emit(Op::Assign { to: Target::Variable(Variable::Local(step)), value: by });
        self.emit(Op::Enter(LEAVE));
        let head = self.emit(Op::ForTest { counter, end, step, exit: LEAVE });
        self.blocks.push(Block::For { head, exits: Vec::new(), back: Back::Count { counter, step } });
    }

    pub(super) fn for_each(&mut self, tokens: &[Token<'a>]) {
        let Some(name) = tokens.get(2) else { return };
        let element = self.assigned(name.text);
        let mut reader = Tokens::new(tokens, 3);
        reader.take_word("in");
        let of = self.expression(&mut reader, 0);
        let items = self.hidden(Sort::Variant);
        self.hidden(Sort::Variant);
        self.emit(Op::EachStart { items, of });
        self.emit(Op::Enter(LEAVE));
        let head = self.emit(Op::EachNext { items, element, exit: LEAVE });
        self.blocks.push(Block::For { head, exits: Vec::new(), back: Back::Each });
    }

    pub(super) fn do_loop(&mut self, tokens: &[Token<'a>]) {
        self.emit(Op::Enter(LEAVE));
        let head = self.here();
        self.blocks.push(Block::Do { head, exits: Vec::new() });
        // `Do While x`, `While x`
        let at = usize::from(tokens.first().is_some_and(|token| token.is("do")));
        if tokens.len() > at {
            self.leave_unless(tokens, at);
        }
    }

    /// `While x`, `Until x` at `at`: leaves the innermost Do when it does not hold.
    pub(super) fn leave_unless(&mut self, tokens: &[Token<'a>], at: usize) {
        let until = tokens.get(at).is_some_and(|token| token.is("until"));
        let condition = self.expression(&mut Tokens::new(tokens, at + 1), 0);
        let condition = if until {
            Expr::Chain(Box::new(condition), vec![(Operator::Equal, Expr::Known(Value::Bool(false)))])
        } else {
            condition
        };
        let jump = self.emit(Op::JumpUnless { condition, to: LEAVE, looping: true });
        let block = self.blocks.iter_mut().rev().find(|block| block.which() == Which::Do);
        if let Some(Block::Do { exits, .. }) = block {
            exits.push(jump);
        }
    }

    pub(super) fn with(&mut self, tokens: &[Token<'a>]) {
        let mut reader = Tokens::new(tokens, 1);
        let value = self.expression(&mut reader, 0);
        let key = match &value {
            Expr::Member(member) => member.key.clone(),
            Expr::Variable(_) => tokens.get(1).map(|token| token.text.to_ascii_lowercase().into()),
            _ => None,
        };
        let of = Variable::Local(self.hidden(Sort::Variant));
        self.emit(Op::Assign { to: Target::Variable(of), value });
        self.withs.push((of, key));
        self.blocks.push(Block::With);
    }
}
