//! Statements of VBA (MS-VBAL 5.4), read into steps. A statement that is not understood loses the variable it
//! would assign to, and the next one is read.

use super::blocks::{Block, Which};
use super::reader::{NESTING_MAX, Reader, Tokens};
use super::{Expr, LEAVE, OnError, Op, Sort, Target, Variable};
use crate::script::Obstacle;
use crate::script::vba::lex::{Kind, Token};
use crate::script::vba::value::Value;
use crate::script::vba::value::operators::Operator;

impl<'a> Reader<'_, 'a> {
    /// Reads one statement. `more`: another one follows on the same line.
    pub(in crate::script::vba) fn statement(&mut self, tokens: &[Token<'a>], line_start: bool, more: bool) {
        let mut tokens = tokens;
        if line_start && let Some(behind) = self.label(tokens, more) {
            tokens = behind;
        }
        // `#If`: which arm is compiled depends on constants.
        if tokens.first().is_some_and(|token| token.is_symbol(b'#')) {
            // Of a type, all members count.
            if let Some(Block::Members { .. }) = self.blocks.last() {
                return;
            }
            tokens = tokens.get(1..).unwrap_or_default();
        }
        if let Some(first) = tokens.first() {
            self.line = first.line;
            self.on_line(tokens);
        }
    }

    /// `name:` or a number at the start of a line; gives what stands behind it.
    fn label<'t>(&mut self, tokens: &'t [Token<'a>], more: bool) -> Option<&'t [Token<'a>]> {
        let (first, rest) = tokens.split_first()?;
        let alone = rest.is_empty() && more && first.kind == Kind::Word && !stands_alone(first);
        if first.kind != Kind::Number && !alone {
            return None;
        }
        let here = self.here();
        self.labels.insert(first.text.to_ascii_lowercase(), here);
        Some(rest)
    }

    /// A statement, or what a one-line `If` has before and behind its `Else`.
    fn on_line(&mut self, tokens: &[Token<'a>]) {
        let mut rest = tokens;
        for _ in 0..NESTING_MAX {
            let Some(first) = rest.first() else { return };
            if first.is("if") || first.is("elseif") {
                rest = self.condition(rest);
                continue;
            }
            let line_if = matches!(self.blocks.last(), Some(Block::If { on_line: true, .. }));
            let other = rest.iter().position(|token| token.is("else")).filter(|_| line_if);
            match other {
                Some(at) => {
                    self.simple(rest.get(..at).unwrap_or_default());
                    self.otherwise_on_line();
                    rest = rest.get(at + 1..).unwrap_or_default();
                }
                None => {
                    self.simple(rest);
                    return;
                }
            }
        }
        self.obstacle(Obstacle::Statement);
    }

    /// `If … Then`, `ElseIf … Then`: gives what stands behind `Then`.
    fn condition<'t>(&mut self, tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
        let other = tokens.first().is_some_and(|token| token.is("elseif"));
        let mut reader = Tokens::new(tokens, 1);
        if other {
            self.next_arm();
        }
        let condition = self.expression(&mut reader, 0);
        let behind = reader.rest().iter().position(|token| token.is("then")).map(|at| reader.at + at + 1);
        let goes = reader.rest().iter().position(|token| token.is("goto")).map(|at| reader.at + at);
        let rest = behind.or(goes).and_then(|at| tokens.get(at..)).unwrap_or_default();
        let jump = self.emit(Op::JumpUnless { condition, to: LEAVE, looping: false });
        if other {
            if let Some(Block::If { next, .. }) = self.blocks.last_mut() {
                *next = Some(jump);
            }
        } else {
            self.blocks.push(Block::If { next: Some(jump), ends: Vec::new(), on_line: !rest.is_empty() });
        }
        // `If x Then 100`
        if let [number] = rest
            && number.kind == Kind::Number
        {
            self.jump_to(number.text);
            return &[];
        }
        rest
    }

    /// Ends the arm of the innermost `If` or `Select`, and aims the jump over it here.
    pub(super) fn next_arm(&mut self) {
        let jump = self.emit(Op::Jump(LEAVE));
        let here = self.here();
        if let Some(Block::If { next, ends, .. } | Block::Select { next, ends, .. }) = self.blocks.last_mut()
        {
            ends.push(jump);
            if let Some(next) = next.take() {
                self.aim(next, here);
            }
        }
    }

    fn otherwise_on_line(&mut self) {
        // An If that has had its Else is done.
        while let Some(Block::If { on_line: true, next: None, .. }) = self.blocks.last() {
            self.close_last();
        }
        if let Some(Block::If { on_line: true, .. }) = self.blocks.last() {
            self.next_arm();
        }
    }

    /// Closes the one-line blocks of a line.
    pub(in crate::script::vba) fn end_of_line(&mut self) {
        while let Some(Block::If { on_line: true, .. }) = self.blocks.last() {
            self.close_last();
        }
    }

    /// One statement without one-line arms.
    fn simple(&mut self, tokens: &[Token<'a>]) {
        let Some(first) = tokens.first() else { return };
        if let Some(Block::Members { .. }) = self.blocks.last() {
            self.member_of_type(tokens);
            return;
        }
        let second = tokens.get(1);
        let member = second.is_some_and(|token| token.is_symbol(b'.') && !token.bracketed);
        let follows = |symbol: u8| second.is_some_and(|token| token.is_symbol(symbol));
        // A variable may be called like a statement.
        if first.kind != Kind::Word || follows(b'=') || member {
            self.assign_or_call(tokens);
            return;
        }
        let word = first.text.to_ascii_lowercase();
        let handled = first.text.len() <= 10
            && (self.block_statement(&word, tokens)
                || self.jump_statement(&word, tokens)
                || self.file_statement(&word, tokens));
        if !handled {
            self.plain_statement(&word, tokens);
        }
    }

    fn block_statement(&mut self, word: &str, tokens: &[Token<'a>]) -> bool {
        let second = tokens.get(1);
        let next = |word: &str| second.is_some_and(|token| token.is(word));
        match word {
            "else" => self.next_arm(),
            "endif" => self.close_to(Which::If),
            "end" if next("if") => self.close_to(Which::If),
            "end" if next("select") => self.close_to(Which::Select),
            "end" if next("with") => self.close_to(Which::With),
            "select" => self.select(tokens),
            "case" => self.case(tokens),
            "for" => self.for_loop(tokens),
            "next" => {
                let commas = tokens.iter().filter(|token| token.is_symbol(b',')).count();
                (0..=commas.min(NESTING_MAX as usize)).for_each(|_| self.close_to(Which::For));
            }
            "do" | "while" => self.do_loop(tokens),
            "loop" | "wend" => {
                if second.is_some() {
                    self.leave_unless(tokens, 1);
                }
                self.close_to(Which::Do);
            }
            "with" => self.with(tokens),
            "type" => self.blocks.push(Block::Members { counts: false, next: 0 }),
            "enum" => {
                if let Some(name) = second {
                    self.names.enumerate(name.text);
                }
                self.blocks.push(Block::Members { counts: true, next: 0 });
            }
            _ => return false,
        }
        true
    }

    fn jump_statement(&mut self, word: &str, tokens: &[Token<'a>]) -> bool {
        let second = tokens.get(1);
        let next = |word: &str| second.is_some_and(|token| token.is(word));
        match word {
            "goto" => {
                if let Some(label) = second {
                    self.jump_to(label.text);
                }
            }
            "gosub" => {
                if let Some(label) = second {
                    let at = self.emit(Op::GoSub(LEAVE));
                    self.jumps.push((at, label.text));
                }
            }
            "return" => drop(self.emit(Op::Return)),
            "on" if next("error") => self.on_error(tokens),
            "on" => self.on_number(tokens),
            "resume" => {
                let at = self.emit(Op::Resume(None));
                if let Some(label) = second.filter(|token| !token.is("next")) {
                    self.jumps.push((at, label.text));
                }
            }
            "exit" if next("for") => self.exit(Which::For),
            "exit" if next("do") => self.exit(Which::Do),
            "exit" | "end" => drop(self.emit(Op::Jump(LEAVE))),
            _ => return false,
        }
        true
    }

    /// `On number GoTo a, b`, `On number GoSub a, b`.
    fn on_number(&mut self, tokens: &[Token<'a>]) {
        let of = self.hidden(Sort::Variant);
        let mut reader = Tokens::new(tokens, 1);
        let value = self.expression(&mut reader, 0);
        self.emit(Op::Assign { to: Target::Variable(Variable::Local(of)), value });
        let returns = reader.next_word("gosub");
        reader.at += 1;
        let labels = reader.rest().iter().filter(|token| !token.is_symbol(b','));
        let mut ends = Vec::new();
        for (at, label) in labels.enumerate() {
            let number = Expr::Known(Value::Num((at + 1) as f64));
            let value = Box::new(Expr::Variable(Variable::Local(of)));
            let condition = Expr::Chain(value, vec![(Operator::Equal, number)]);
            let over = self.emit(Op::JumpUnless { condition, to: LEAVE, looping: false });
            if returns {
                let jump = self.emit(Op::GoSub(LEAVE));
                self.jumps.push((jump, label.text));
                ends.push(self.emit(Op::Jump(LEAVE)));
            } else {
                self.jump_to(label.text);
            }
            let here = self.here();
            self.aim(over, here);
        }
        let here = self.here();
        ends.into_iter().for_each(|end| self.aim(end, here));
    }

    fn on_error(&mut self, tokens: &[Token<'a>]) {
        let third = tokens.get(2);
        if third.is_some_and(|token| token.is("resume")) {
            self.emit(Op::OnError(OnError::Next));
            return;
        }
        let Some(label) = tokens.get(3) else { return };
        if matches!(label.text, "0" | "1") || label.is_symbol(b'-') {
            self.emit(Op::OnError(OnError::Raise));
        } else {
            let at = self.emit(Op::OnError(OnError::GoTo(LEAVE)));
            self.jumps.push((at, label.text));
        }
    }
}

/// Words that are a whole statement, so that a colon behind them ends it and makes no label.
fn stands_alone(token: &Token<'_>) -> bool {
    const WORDS: &[&str] = &[
        "else",
        "do",
        "loop",
        "next",
        "wend",
        "return",
        "stop",
        "end",
        "beep",
        "resume",
        "randomize",
        "doevents",
        "endif",
        "close",
        "reset",
        "cls",
    ];
    WORDS.iter().any(|word| token.is(word))
}
