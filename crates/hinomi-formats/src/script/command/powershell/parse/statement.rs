//! Statements and blocks.

use super::super::super::evaluate::tree::{Expr, Function, Node, Op, Stmt};
use super::super::super::evaluate::value::Value;
use super::super::function_key;
use super::{Parser, is_dash};
use std::rc::Rc;

type Parameters = Vec<(String, Option<Expr>)>;

impl Parser<'_> {
    /// Statements up to `close`, which is not taken, or to the end.
    pub(super) fn statements(&mut self, close: Option<char>) -> Vec<Stmt> {
        let mut body = Vec::new();
        loop {
            self.separators();
            let Some(c) = self.peek() else { break };
            if Some(c) == close {
                break;
            }
            // The end of what was left: of an outer block, or of nothing.
            if matches!(c, '}' | ')') && close.is_some() {
                break;
            }
            let before = self.at;
            if let Some(statement) = self.statement() {
                body.push(statement);
            }
            if self.at == before {
                self.bump();
            }
        }
        body
    }

    fn separators(&mut self) {
        loop {
            self.skip(true);
            if !self.take(';') && !self.take_str("&&") && !self.take_str("||") {
                break;
            }
        }
    }

    fn statement(&mut self) -> Option<Stmt> {
        if self.peek() == Some(':') {
            self.bump();
            self.word();
            self.skip(true);
        }
        let word = self.peek_word();
        if !KEYWORDS.contains(&word.as_str()) || !self.is_keyword(word.len()) {
            return Some(Stmt::Expr(self.pipeline()));
        }
        if self.nesting >= crate::Limits::NESTING_MAX {
            self.too_deep = true;
            self.at += word.len();
            return None;
        }
        self.nesting += 1;
        self.at += word.len();
        let statement = self.keyword(&word);
        self.nesting -= 1;
        statement
    }

    /// Whether the word that stands here is used as a keyword.
    fn is_keyword(&self, len: usize) -> bool {
        let behind = self.rest().get(len..).unwrap_or_default();
        behind.is_empty() || behind.starts_with(|c: char| c.is_whitespace() || "({;}[:#".contains(c))
    }

    fn keyword(&mut self, word: &str) -> Option<Stmt> {
        match word {
            "if" => Some(self.branches()),
            "while" => {
                let condition = self.condition();
                let body = Rc::new(self.body());
                Some(Stmt::While { condition, body, body_first: false, until: false })
            }
            "do" => Some(self.repeat()),
            "for" => Some(self.counted()),
            "foreach" => Some(self.each()),
            "switch" => Some(self.switch()),
            "function" | "filter" | "workflow" => Some(self.function()),
            "return" => Some(Stmt::Return(self.optional_value())),
            "throw" => Some(Stmt::Throw(self.optional_value())),
            "exit" => {
                let _code = self.optional_value();
                // Scripts in layers end with it; what stands behind is read all the same.
                None
            }
            "break" => {
                self.word();
                Some(Stmt::Break)
            }
            "continue" => {
                self.word();
                Some(Stmt::Continue)
            }
            "try" => Some(self.attempt()),
            "begin" | "process" | "end" | "data" | "dynamicparam" => Some(Stmt::Block(Rc::new(self.body()))),
            "param" => {
                self.parameters();
                None
            }
            // A trap, a class: read for what stands in it.
            _ => {
                self.skip(true);
                while !matches!(self.peek(), None | Some('{' | ';' | '\n')) {
                    self.bump();
                }
                Some(Stmt::Block(Rc::new(self.body())))
            }
        }
    }

    /// `(pipeline)` of a condition.
    fn condition(&mut self) -> Expr {
        self.skip(true);
        let start = self.at;
        if !self.take('(') {
            return self.expr(start, Node::Opaque);
        }
        let commas = std::mem::replace(&mut self.commas, true);
        self.skip(true);
        let condition = self.pipeline();
        self.skip(true);
        self.commas = commas;
        self.take(')');
        condition
    }

    /// `{ … }` of a statement.
    fn body(&mut self) -> Vec<Stmt> {
        self.skip(true);
        if self.peek() != Some('{') {
            return Vec::new();
        }
        self.block().1
    }

    /// `{ param(…) … }`: parameters and statements. The nesting is the caller's affair.
    pub(super) fn block(&mut self) -> (Parameters, Vec<Stmt>) {
        self.bump();
        let commas = std::mem::replace(&mut self.commas, true);
        self.separators();
        let mut parameters = Vec::new();
        while self.peek() == Some('[')
            && self.rest().get(..14).is_some_and(|a| a.eq_ignore_ascii_case("[cmdletbinding"))
        {
            let rest = self.rest();
            self.at += rest.find(']').map_or(rest.len(), |end| end + 1);
            self.separators();
        }
        if self.peek_word() == "param" && self.is_keyword(5) {
            self.at += 5;
            parameters = self.parameters();
        }
        let body = if self.nesting >= crate::Limits::NESTING_MAX {
            self.too_deep = true;
            Vec::new()
        } else {
            self.nesting += 1;
            let body = self.statements(Some('}'));
            self.nesting -= 1;
            body
        };
        self.commas = commas;
        self.take('}');
        (parameters, body)
    }

    /// `([type]$a = 1, $b)`.
    fn parameters(&mut self) -> Parameters {
        let mut found = Vec::new();
        self.skip(true);
        if !self.take('(') {
            return found;
        }
        let commas = std::mem::replace(&mut self.commas, false);
        loop {
            self.skip(true);
            let before = self.at;
            match self.peek() {
                None | Some(')') => break,
                Some('$') => {
                    let Node::Name(name) = self.variable() else { continue };
                    self.skip(true);
                    let default = if self.take('=') {
                        self.skip(true);
                        Some(self.expression())
                    } else {
                        None
                    };
                    found.push((name, default));
                }
                // The type or an attribute of the next one.
                Some('[') => {
                    let mut depth = 0u32;
                    while let Some(c) = self.bump() {
                        match c {
                            '[' => depth += 1,
                            ']' => depth -= 1,
                            _ => {}
                        }
                        if depth == 0 {
                            break;
                        }
                    }
                }
                _ => {
                    self.bump();
                }
            }
            if self.at == before {
                self.bump();
            }
        }
        self.commas = commas;
        self.take(')');
        found
    }

    fn branches(&mut self) -> Stmt {
        let condition = self.condition();
        let mut branches = vec![(condition, Rc::new(self.body()))];
        loop {
            let before = self.at;
            self.skip(true);
            match self.peek_word().as_str() {
                "elseif" => {
                    self.at += 6;
                    let condition = self.condition();
                    branches.push((condition, Rc::new(self.body())));
                }
                "else" => {
                    self.at += 4;
                    let body = self.body();
                    return Stmt::If(branches, Some(Rc::new(body)));
                }
                _ => {
                    self.at = before;
                    return Stmt::If(branches, None);
                }
            }
        }
    }

    fn repeat(&mut self) -> Stmt {
        let body = Rc::new(self.body());
        let before = self.at;
        self.skip(true);
        let word = self.peek_word();
        let start = self.at;
        if word != "while" && word != "until" {
            self.at = before;
            let condition = self.expr(start, Node::Opaque);
            return Stmt::While { condition, body, body_first: true, until: false };
        }
        self.at += 5;
        let condition = self.condition();
        Stmt::While { condition, body, body_first: true, until: word == "until" }
    }

    /// `for (first; condition; step) { … }`.
    fn counted(&mut self) -> Stmt {
        self.skip(true);
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        if self.take('(') {
            for part in &mut parts {
                loop {
                    self.skip(true);
                    if matches!(self.peek(), None | Some(';' | ')')) {
                        break;
                    }
                    let before = self.at;
                    part.push(self.pipeline());
                    self.skip(true);
                    if !self.take(',') && !matches!(self.peek(), Some(';' | ')')) || self.at == before {
                        break;
                    }
                }
                self.take(';');
            }
            self.skip(true);
            self.take(')');
        }
        let [first, condition, step] = parts;
        let body = Rc::new(self.body());
        Stmt::For { first, condition: condition.into_iter().next(), step, body }
    }

    /// `foreach ($x in …) { … }`.
    fn each(&mut self) -> Stmt {
        self.skip(true);
        while self.peek().is_some_and(is_dash) {
            self.bump();
            self.word();
            self.skip(true);
        }
        self.take('(');
        self.skip(true);
        let name = match self.peek() {
            Some('$') => match self.variable() {
                Node::Name(name) => name,
                _ => "_".to_owned(),
            },
            _ => "_".to_owned(),
        };
        self.skip(true);
        if self.peek_word() == "in" {
            self.at += 2;
        }
        self.skip(true);
        let over = self.pipeline();
        self.skip(true);
        self.take(')');
        let body = Rc::new(self.body());
        Stmt::Each { name, over, keys: false, body }
    }

    fn switch(&mut self) -> Stmt {
        self.skip(true);
        let mut exact = true;
        while self.peek().is_some_and(is_dash) {
            self.bump();
            exact &= self.word().eq_ignore_ascii_case("casesensitive");
            self.skip(true);
        }
        let subject = self.condition();
        let mut cases = Vec::new();
        self.skip(true);
        if self.take('{') {
            loop {
                self.separators();
                let before = self.at;
                if matches!(self.peek(), None | Some('}')) {
                    break;
                }
                let start = self.at;
                let case = if self.peek_word() == "default" {
                    self.at += 7;
                    None
                } else {
                    let node = self.primary();
                    Some(self.expr(start, if exact { node } else { Node::Opaque }))
                };
                let body = Rc::new(self.body());
                cases.push((case, body));
                if self.at == before {
                    self.bump();
                }
            }
            self.take('}');
        }
        Stmt::Switch { subject, cases }
    }

    fn function(&mut self) -> Stmt {
        self.skip(true);
        let rest = self.rest();
        let len =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | '{' | ';')).unwrap_or(rest.len());
        let name = rest.get(..len).unwrap_or_default().replace('`', "").to_ascii_lowercase();
        let name = function_key(name.rsplit(':').next().unwrap_or_default());
        self.at += len;
        self.skip(true);
        let mut parameters = if self.peek() == Some('(') { self.parameters() } else { Vec::new() };
        self.skip(true);
        let mut body = Vec::new();
        if self.peek() == Some('{') {
            let (own, statements) = self.block();
            parameters.extend(own);
            body = statements;
        }
        Stmt::Define(Rc::new(Function { name, parameters, body: Rc::new(body) }))
    }

    fn optional_value(&mut self) -> Option<Expr> {
        self.skip(false);
        if matches!(self.peek(), None | Some(';' | '}' | ')' | '\r' | '\n' | '|')) {
            return None;
        }
        Some(self.pipeline())
    }

    fn attempt(&mut self) -> Stmt {
        let body = Rc::new(self.body());
        let (mut rescue, mut last): (Option<Vec<Stmt>>, Option<Rc<Vec<Stmt>>>) = (None, None);
        loop {
            let before = self.at;
            self.skip(true);
            match self.peek_word().as_str() {
                "catch" => {
                    self.at += 5;
                    self.skip(true);
                    while !matches!(self.peek(), None | Some('{' | ';')) {
                        self.bump();
                    }
                    let more = self.body();
                    rescue.get_or_insert_default().extend(more);
                }
                "finally" => {
                    self.at += 7;
                    last = Some(Rc::new(self.body()));
                }
                _ => {
                    self.at = before;
                    return Stmt::Try { body, caught: "_".to_owned(), rescue: rescue.map(Rc::new), last };
                }
            }
        }
    }

    /// A target and what is assigned to it; a value that is a statement is what the statement gives.
    pub(super) fn assignment(&mut self, target: Expr) -> Expr {
        let start = target.span.start;
        let before = self.at;
        self.skip(false);
        let rest = self.rest();
        let (op, len) = match rest.as_bytes() {
            [b'=', next, ..] if *next != b'=' => (None, 1),
            [b'+', b'=', ..] => (Some(Op::Add), 2),
            [b'-', b'=', ..] => (Some(Op::Sub), 2),
            [b'*', b'=', ..] => (Some(Op::Mul), 2),
            [b'/', b'=', ..] => (Some(Op::Div), 2),
            [b'%', b'=', ..] => (Some(Op::Rem), 2),
            _ => {
                self.at = before;
                return target;
            }
        };
        self.at += len;
        self.skip(true);
        let value_start = self.at;
        let node = self.deeper(|parser| match parser.statement() {
            Some(Stmt::Expr(expr)) => expr.node,
            Some(statement) => Node::Output(Rc::new(vec![statement]), false),
            None => Node::Literal(Value::Null),
        });
        let end = self.at;
        let value = Expr { node, span: super::Span { start: value_start, end: end.max(value_start) } };
        self.expr(start, Node::Assign(Box::new(target), op, Box::new(value)))
    }
}

const KEYWORDS: &[&str] = &[
    "if",
    "while",
    "do",
    "for",
    "foreach",
    "switch",
    "function",
    "filter",
    "workflow",
    "return",
    "throw",
    "exit",
    "break",
    "continue",
    "try",
    "begin",
    "process",
    "end",
    "data",
    "dynamicparam",
    "param",
    "trap",
    "class",
    "enum",
];
