//! Statements with others inside them.

use super::{Expr, Function, Kind, Link, Node, Op, Parser, Rc, Stmt, Value, procedure_key};

impl Parser {
    /// `If … Then` on one line, or with `ElseIf`, `Else` and `End If` on others.
    pub(super) fn condition(&mut self, out: &mut Vec<Stmt>) {
        self.advance();
        let condition = self.expression();
        self.take_word("then");
        if !matches!(self.kind(), Kind::Line | Kind::End) {
            return self.condition_on_a_line(condition, out);
        }
        let mut branches = vec![(condition, self.inner_block())];
        let mut otherwise = None;
        loop {
            if self.take_word("elseif") {
                let condition = self.expression();
                self.take_word("then");
                branches.push((condition, self.inner_block()));
            } else if self.take_word("else") {
                otherwise = Some(self.inner_block());
            } else {
                break;
            }
        }
        self.close("if");
        out.push(Stmt::If(branches, otherwise));
    }

    fn condition_on_a_line(&mut self, condition: Expr, out: &mut Vec<Stmt>) {
        let yes = self.statements_of_line();
        let mut branches = vec![(condition, yes)];
        let mut otherwise = None;
        while self.take_word("elseif") {
            let condition = self.expression();
            self.take_word("then");
            branches.push((condition, self.statements_of_line()));
        }
        if self.take_word("else") {
            otherwise = Some(self.statements_of_line());
        }
        self.close("if");
        out.push(Stmt::If(branches, otherwise));
    }

    fn statements_of_line(&mut self) -> Rc<Vec<Stmt>> {
        let mut body = Vec::new();
        let read = self.deeper(|parser| {
            loop {
                while parser.kind() == &Kind::Colon {
                    parser.advance();
                }
                if matches!(parser.kind(), Kind::Line | Kind::End) || parser.ends_block() {
                    return;
                }
                let before = parser.at;
                parser.statement(&mut body);
                if !parser.ends_block() {
                    parser.skip_statement();
                }
                if parser.at == before {
                    parser.advance();
                }
            }
        });
        if read.is_none() {
            self.skip_line();
        }
        Rc::new(body)
    }

    fn assigned(&self, start: usize, name: &str, op: Option<Op>, value: Expr) -> Expr {
        let target = self.expr(start, Node::Name(name.to_owned()));
        self.expr(start, Node::Assign(Box::new(target), op, Box::new(value)))
    }

    /// `For i = a To b Step c … Next`, `For Each x In y … Next`.
    pub(super) fn repeat(&mut self, out: &mut Vec<Stmt>) {
        let start = self.start();
        self.advance();
        if self.take_word("each") {
            let name = self.name().unwrap_or_default();
            self.take_word("in");
            let over = self.expression();
            let body = self.inner_block();
            self.end_of_loop("next");
            out.push(Stmt::Each { name, over, keys: false, body });
            return;
        }
        let Some(name) = self.name() else { return };
        self.take_sign("=");
        let from = self.expression();
        self.take_word("to");
        let to = self.expression();
        let step = if self.take_word("step") {
            self.expression()
        } else {
            self.expr(start, Node::Literal(Value::Num(1.0)))
        };
        let down = matches!(&step.node, Node::Unary(Op::Neg, _))
            || matches!(&step.node, Node::Literal(Value::Num(by)) if *by < 0.0);
        // A step of nothing goes round for ever, and so it does here until the steps are used up.
        let limit = self.made_name();
        let first = vec![self.assigned(start, &name, None, from), self.assigned(start, &limit, None, to)];
        let left = self.expr(start, Node::Name(name.clone()));
        let right = self.expr(start, Node::Name(limit));
        let op = if down { Op::GreaterEqual } else { Op::LessEqual };
        let condition = Some(self.expr(start, Node::Chain(Box::new(left), vec![(op, right)])));
        let step = vec![self.assigned(start, &name, Some(Op::Add), step)];
        let body = self.inner_block();
        self.end_of_loop("next");
        out.push(Stmt::For { first, condition, step, body });
    }

    /// `Next i`, `Loop`, `Wend`.
    fn end_of_loop(&mut self, word: &str) {
        if self.take_word(word) && word == "next" && matches!(self.kind(), Kind::Name(_)) {
            self.advance();
        }
    }

    fn loop_condition(&mut self) -> Option<(Expr, bool)> {
        let until = self.is_word("until");
        if !until && !self.is_word("while") {
            return None;
        }
        self.advance();
        Some((self.expression(), until))
    }

    /// `Do While c … Loop`, `Do … Loop Until c`, `Do … Loop`.
    pub(super) fn do_loop(&mut self, out: &mut Vec<Stmt>) {
        let start = self.start();
        self.advance();
        let before = self.loop_condition();
        let body = self.inner_block();
        self.end_of_loop("loop");
        let behind = self.loop_condition();
        let body_first = before.is_none() && behind.is_some();
        let (condition, until) =
            before.or(behind).unwrap_or_else(|| (self.expr(start, Node::Literal(Value::Bool(true))), false));
        out.push(Stmt::While { condition, body, body_first, until });
    }

    pub(super) fn while_loop(&mut self, out: &mut Vec<Stmt>) {
        self.advance();
        let condition = self.expression();
        let body = self.inner_block();
        self.end_of_loop("wend");
        out.push(Stmt::While { condition, body, body_first: false, until: false });
    }

    /// `Select Case x`: conditions one after the other.
    pub(super) fn select(&mut self, out: &mut Vec<Stmt>) {
        let start = self.start();
        self.advance();
        self.take_word("case");
        let subject = self.expression();
        let name = self.made_name();
        out.push(Stmt::Expr(self.assigned(start, &name, None, subject)));
        let mut branches = Vec::new();
        let mut otherwise = None;
        while matches!(self.kind(), Kind::Line | Kind::Colon) {
            self.advance();
        }
        while self.take_word("case") {
            if self.take_word("else") {
                otherwise = Some(self.inner_block());
                continue;
            }
            let mut tests = Vec::new();
            for value in self.arguments() {
                let subject = self.expr(start, Node::Name(name.clone()));
                tests.push(self.expr(start, Node::Chain(Box::new(subject), vec![(Op::Equal, value)])));
            }
            let mut tests = tests.into_iter();
            let Some(first) = tests.next() else { continue };
            let rest: Vec<(Op, Expr)> = tests.map(|test| (Op::BitOr, test)).collect();
            let condition =
                if rest.is_empty() { first } else { self.expr(start, Node::Chain(Box::new(first), rest)) };
            branches.push((condition, self.inner_block()));
        }
        self.close("select");
        if branches.is_empty() {
            out.extend(otherwise.map(Stmt::Block));
        } else {
            out.push(Stmt::If(branches, otherwise));
        }
    }

    pub(super) fn with_block(&mut self, out: &mut Vec<Stmt>) {
        let start = self.start();
        self.advance();
        let object = self.expression();
        let name = self.made_name();
        out.push(Stmt::Expr(self.assigned(start, &name, None, object)));
        self.with.push(name);
        let body = self.inner_block();
        self.with.pop();
        self.close("with");
        out.push(Stmt::Block(body));
    }

    /// `Sub`, `Function`, `Property Get`.
    pub(super) fn procedure(&mut self, out: &mut Vec<Stmt>) {
        let kind = self.name().unwrap_or_default();
        let gives =
            if kind == "property" { self.name().is_some_and(|how| how == "get") } else { kind == "function" };
        let Some(name) = self.name() else { return };
        let parameters = self.parameters();
        let outer = std::mem::replace(&mut self.function, if gives { name.clone() } else { String::new() });
        let mut body = Vec::new();
        if gives {
            let start = self.start();
            let empty = self.expr(start, Node::Literal(Value::Null));
            body.push(Stmt::Declare(vec![(name.clone(), Some(empty))]));
        }
        if self.deeper(|parser| parser.block(&mut body)).is_none() {
            self.skip_line();
        }
        self.close(&kind);
        if gives {
            body.push(Stmt::Return(self.result()));
        }
        self.function = outer;
        let name = procedure_key(&name);
        out.push(Stmt::Define(Rc::new(Function { name, parameters, body: Rc::new(body) })));
    }

    /// Those handed over by value have a default, which tells them apart.
    fn parameters(&mut self) -> Vec<(String, Option<Expr>)> {
        let mut found = Vec::new();
        if !self.take_sign("(") {
            return found;
        }
        while !self.ends_statement() && !self.take_sign(")") {
            let by_value = self.is_word("byval") && matches!(self.kind_at(1), Kind::Name(_));
            if by_value || self.is_word("byref") && matches!(self.kind_at(1), Kind::Name(_)) {
                self.advance();
            }
            let start = self.start();
            match self.name() {
                Some(name) => {
                    let default = by_value.then(|| self.expr(start, Node::Literal(Value::Null)));
                    found.push((name, default));
                }
                None => self.advance(),
            }
            // `a()` is an array.
            if self.take_sign("(") {
                self.take_sign(")");
            }
            self.take_sign(",");
        }
        found
    }

    /// What a class has is kept as if it stood alone: there is hardly ever more than one instance.
    pub(super) fn class(&mut self, out: &mut Vec<Stmt>) {
        self.advance();
        let _name = self.name();
        self.deeper(|parser| parser.block(out));
        self.close("class");
    }

    /// The object that `.member` belongs to.
    pub(super) fn with_object(&self, start: usize) -> Expr {
        match self.with.last() {
            Some(name) => self.expr(start, Node::Name(name.clone())),
            None => self.expr(start, Node::Opaque),
        }
    }

    pub(super) fn linked(&self, base: Expr, links: Vec<Link>) -> Expr {
        let start = base.span.start;
        if links.is_empty() { base } else { self.expr(start, Node::Linked(Box::new(base), links)) }
    }
}
