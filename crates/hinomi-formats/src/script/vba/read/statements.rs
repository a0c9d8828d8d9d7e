//! Statements of VBA (MS-VBAL 5.4), read into steps. A statement that is not understood loses the variable it
//! would assign to, and the next one is read.

use super::expressions::Path;
use super::reader::{NESTING_MAX, Reader, Tokens};
use crate::script::Obstacle;
use crate::script::vba::glance;
use crate::script::vba::lex::{Kind, Token};
use crate::script::vba::outline;
use crate::script::vba::read::{Argument, Callee, Expr, Invoke, LEAVE, OnError, Op, Sort, Target, Variable};
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
enum Which {
    If,
    For,
    Do,
    Select,
    With,
    Members,
}

impl Block {
    fn which(&self) -> Which {
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
    /// Reads one statement. `more`: another one follows on the same line.
    pub(in crate::script::vba) fn statement(&mut self, tokens: &[Token<'a>], line_start: bool, more: bool) {
        let mut tokens = tokens;
        if line_start && let Some(behind) = self.label(tokens, more) {
            tokens = behind;
        }
        // `#If`: which arm is compiled depends on constants.
        if tokens.first().is_some_and(|token| token.is_symbol(b'#')) {
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
    fn next_arm(&mut self) {
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

    fn close_last(&mut self) {
        if let Some(block) = self.blocks.pop() {
            self.close(block);
        }
    }

    /// Closes blocks up to the innermost of this kind; when there is none, nothing.
    fn close_to(&mut self, which: Which) {
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
                exits.push(head);
                let here = self.here();
                exits.into_iter().for_each(|at| self.aim(at, here));
            }
            Block::Do { head, mut exits } => {
                exits.push(self.emit(Op::Back { head, exit: LEAVE }));
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

    /// One statement without one-line arms.
    fn simple(&mut self, tokens: &[Token<'a>]) {
        let Some(first) = tokens.first() else { return };
        if let Some(Block::Members { .. }) = self.blocks.last() {
            self.member_of_type(tokens);
            return;
        }
        let second = tokens.get(1);
        let follows = |symbol: u8| second.is_some_and(|token| token.is_symbol(symbol));
        // A variable may be called like a statement.
        if first.kind != Kind::Word || follows(b'=') || follows(b'.') {
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
            "enum" => self.blocks.push(Block::Members { counts: true, next: 0 }),
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

    fn exit(&mut self, which: Which) {
        let at = self.emit(Op::Jump(LEAVE));
        let block = self.blocks.iter_mut().rev().find(|block| block.which() == which);
        if let Some(Block::For { exits, .. } | Block::Do { exits, .. }) = block {
            exits.push(at);
        }
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

    fn select(&mut self, tokens: &[Token<'a>]) {
        let of = self.hidden(Sort::Variant);
        let value = self.expression(&mut Tokens::new(tokens, 2), 0);
        self.emit(Op::Assign { to: Target::Variable(Variable::Local(of)), value });
        // What stands before the first Case is not run.
        let next = self.emit(Op::Jump(LEAVE));
        self.blocks.push(Block::Select { of, next: Some(next), ends: Vec::new() });
    }

    fn case(&mut self, tokens: &[Token<'a>]) {
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

    fn for_loop(&mut self, tokens: &[Token<'a>]) {
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
        self.emit(Op::Enter);
        let head = self.emit(Op::ForTest { counter, end, step, exit: LEAVE });
        self.blocks.push(Block::For { head, exits: Vec::new(), back: Back::Count { counter, step } });
    }

    fn for_each(&mut self, tokens: &[Token<'a>]) {
        let Some(name) = tokens.get(2) else { return };
        let element = self.assigned(name.text);
        let mut reader = Tokens::new(tokens, 3);
        reader.take_word("in");
        let of = self.expression(&mut reader, 0);
        let items = self.hidden(Sort::Variant);
        self.hidden(Sort::Variant);
        self.emit(Op::EachStart { items, of });
        let head = self.emit(Op::EachNext { items, element, exit: LEAVE });
        self.blocks.push(Block::For { head, exits: Vec::new(), back: Back::Each });
    }

    fn do_loop(&mut self, tokens: &[Token<'a>]) {
        self.emit(Op::Enter);
        let head = self.here();
        self.blocks.push(Block::Do { head, exits: Vec::new() });
        // `Do While x`, `While x`
        let at = usize::from(tokens.first().is_some_and(|token| token.is("do")));
        if tokens.len() > at {
            self.leave_unless(tokens, at);
        }
    }

    /// `While x`, `Until x` at `at`: leaves the innermost Do when it does not hold.
    fn leave_unless(&mut self, tokens: &[Token<'a>], at: usize) {
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

    fn with(&mut self, tokens: &[Token<'a>]) {
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

    fn plain_statement(&mut self, word: &str, tokens: &[Token<'a>]) {
        let rest = tokens.get(1..).unwrap_or_default();
        match word {
            "dim" | "static" | "const" | "redim" | "private" | "public" | "global" => self.declare(tokens),
            "option" | "attribute" | "implements" | "event" | "declare" | "deftype" | "end" | "stop"
            | "randomize" | "beep" | "doevents" | "close" | "reset" => {}
            "call" | "let" | "set" | "lset" | "rset" | "raiseevent" => self.assign_or_call(rest),
            "erase" => {
                let lost = rest.iter().filter(|token| token.kind == Kind::Word);
                let lost = lost.filter_map(|token| self.variable(&token.text.to_ascii_lowercase())).collect();
                self.emit(Op::Forget(lost));
            }
            _ => self.assign_or_call(tokens),
        }
    }

    fn file_statement(&mut self, word: &str, tokens: &[Token<'a>]) -> bool {
        let numbered = tokens.get(1).is_some_and(|token| token.is_symbol(b'#'));
        match word {
            "open" if tokens.iter().any(|token| token.is("for")) => {
                let mut reader = Tokens::new(tokens, 1);
                let path = self.expression(&mut reader, 0);
                let named = reader.rest().iter().rposition(|token| token.is("as"));
                reader.at += named.map_or(0, |at| at + 1);
                reader.take(b'#');
                let number = self.expression(&mut reader, 0);
                self.emit(Op::Open { path, writes: glance::opens_for_writing(tokens), number });
            }
            "print" | "write" | "put" if numbered || word == "put" => {
                let mut reader = Tokens::new(tokens, 1 + usize::from(numbered));
                let number = self.expression(&mut reader, 0);
                let mut values = Vec::new();
                while !reader.done() {
                    if reader.take(b',') || reader.take(b';') {
                        continue;
                    }
                    let before = reader.at;
                    values.push(self.expression(&mut reader, 0));
                    reader.at = reader.at.max(before + 1);
                }
                self.emit(Op::Print { number, values });
            }
            "input" | "get" | "line" if numbered || tokens.get(1).is_some_and(|token| token.is("input")) => {
                let lost = tokens.iter().skip(2).filter(|token| token.kind == Kind::Word);
                let lost = lost.filter_map(|token| self.variable(&token.text.to_ascii_lowercase())).collect();
                self.emit(Op::Forget(lost));
            }
            _ => return false,
        }
        true
    }

    fn assign_or_call(&mut self, tokens: &[Token<'a>]) {
        let mut reader = Tokens::new(tokens, 0);
        let Some(first) = reader.peek() else { return };
        if matches!(tokens.get(1), Some(token) if token.is_symbol(b'=')) && first.kind == Kind::Word {
            reader.at = 2;
            return self.assign_name(first.text, &mut reader);
        }
        let path = self.path(&mut reader);
        if reader.take(b'=') {
            let value = self.expression(&mut reader, 0);
            let to = self.target(path.expr, tokens);
            self.emit(Op::Assign { to, value });
            return;
        }
        let expr = self.with_arguments(path, &mut reader);
        if first.kind == Kind::Word || first.is_symbol(b'.') {
            self.emit(Op::Evaluate(expr));
        } else {
            self.obstacle(Obstacle::Statement);
        }
    }

    /// `name = value`
    fn assign_name(&mut self, name: &'a str, reader: &mut Tokens<'_, 'a>) {
        let lower = name.to_ascii_lowercase();
        let setter = self.variable(&lower).is_none().then(|| self.setter(None, &lower)).flatten();
        if let Some(procedure) = setter {
            let value = self.expression(reader, 0);
            let to = Target::Property { procedure, arguments: Vec::new() };
            self.emit(Op::Assign { to, value });
            return;
        }
        let to = self.assigned(name);
        let value = self.expression(reader, 0);
        match value {
            Expr::Chain(first, more)
                if matches!(*first, Expr::Variable(same) if same == to)
                    && more.iter().all(|(operator, _)| *operator == Operator::Join) =>
            {
                let pieces = more.into_iter().map(|(_, piece)| piece).collect();
                self.emit(Op::Append { to, pieces });
            }
            value => drop(self.emit(Op::Assign { to: Target::Variable(to), value })),
        }
    }

    /// A Property Let or Set of this name, in this module or another.
    fn setter(&self, module: Option<usize>, lower: &str) -> Option<usize> {
        let named = self.project.by_name.get(lower)?;
        let own = self.project.in_module(named, module.unwrap_or(self.module));
        let found = if own.is_empty() && module.is_none() { &named.public } else { own };
        found.iter().copied().find(|index| {
            self.project.procedures.get(*index).is_some_and(|found| found.sort == outline::Sort::Setter)
        })
    }

    fn target(&mut self, expr: Expr<'a>, tokens: &[Token<'a>]) -> Target<'a> {
        match expr {
            Expr::Variable(variable) => Target::Variable(variable),
            Expr::Member(member) => Target::Member(member),
            Expr::Index(inner) => match *inner {
                (Expr::Variable(array), indexes) => {
                    Target::Element { array, indexes: indexes.into_iter().map(|index| index.value).collect() }
                }
                (Expr::Index(deeper), _) if matches!(deeper.0, Expr::Variable(_)) => {
                    let Expr::Variable(array) = deeper.0 else { return Target::Lost(None) };
                    Target::Lost(Some(array))
                }
                (base, arguments) => Target::Item { base, arguments },
            },
            Expr::Call(call) => match call.callee {
                Callee::Builtin(name, _)
                    if name.len() <= 4 && name.to_ascii_lowercase().starts_with("mid") =>
                {
                    self.mid_target(call.arguments)
                }
                Callee::Procedure(index) => {
                    let name = self.project.procedures.get(index).map_or("", |found| found.name);
                    match self.setter(None, &name.to_ascii_lowercase()) {
                        Some(procedure) => Target::Property { procedure, arguments: call.arguments },
                        None => Target::Lost(None),
                    }
                }
                callee => {
                    let base = Expr::Call(Box::new(Invoke { callee, ..*call }));
                    Target::Item { base, arguments: Vec::new() }
                }
            },
            _ => {
                self.obstacle(Obstacle::Statement);
                let named = tokens.iter().find(|token| token.kind == Kind::Word);
                Target::Lost(named.and_then(|token| self.variable(&token.text.to_ascii_lowercase())))
            }
        }
    }

    fn mid_target(&mut self, arguments: Vec<Argument<'a>>) -> Target<'a> {
        let mut arguments = arguments.into_iter().map(|argument| argument.value);
        match (arguments.next(), arguments.next(), arguments.next()) {
            (Some(Expr::Variable(of)), Some(start), count) => Target::Mid { of, start, count },
            _ => Target::Lost(None),
        }
    }

    /// A call statement's arguments that are not in parentheses; `f (a), b` has the parentheses in its first one.
    fn with_arguments(&mut self, path: Path<'a>, reader: &mut Tokens<'_, 'a>) -> Expr<'a> {
        if reader.done() || reader.next_word("then") {
            return path.expr;
        }
        let mut expr = path.expr;
        if let Some(opened) = path.opened {
            reader.at = opened;
            expr = without_arguments(expr);
        }
        let arguments = self.arguments(reader);
        match expr {
            Expr::Call(mut call) => {
                call.arguments = arguments;
                Expr::Call(call)
            }
            Expr::Member(mut member) => {
                member.arguments = arguments;
                Expr::Member(member)
            }
            other => Expr::Index(Box::new((other, arguments))),
        }
    }
}

fn without_arguments(expr: Expr<'_>) -> Expr<'_> {
    match expr {
        Expr::Call(mut call) => {
            call.arguments.clear();
            Expr::Call(call)
        }
        Expr::Member(mut member) => {
            member.arguments.clear();
            Expr::Member(member)
        }
        Expr::Index(inner) => inner.0,
        other => other,
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
