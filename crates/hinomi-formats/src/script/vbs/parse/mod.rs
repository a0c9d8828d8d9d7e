//! VBScript read into the tree of the evaluator, forgiving: a statement that is not understood is skipped.

mod block;
mod expression;

use super::lex::{Kind, Token, tokens};
use crate::Limits;
use crate::script::command::evaluate::tree::{self, Expr, Function, Link, Node, Op, Program, Span, Stmt};
use crate::script::command::evaluate::value::Value;
use std::rc::Rc;

/// Levels of the parser: a parenthesis takes up to three.
const LEVELS_MAX: u32 = 3 * Limits::NESTING_MAX;

/// The function that `Dim a(9)` calls.
pub(in crate::script) const NEW_ARRAY: &str = "\u{3}array";

/// The name a procedure is kept under, apart from variables of the same name.
pub(in crate::script) fn procedure_key(name: &str) -> String {
    format!("\u{1}{name}")
}

/// Reads a whole script.
pub(in crate::script) fn program(text: &str) -> Program {
    let (text, cut) = tree::readable(text);
    let mut parser = Parser::new(text);
    let mut body = Vec::new();
    while parser.kind() != &Kind::End {
        parser.block(&mut body);
        // An end that belongs to nothing.
        parser.advance();
    }
    Program { body, too_deep: parser.too_deep, cut }
}

/// Reads one expression, as `Eval` does.
pub(in crate::script) fn expression(text: &str) -> Expr {
    Parser::new(text).expression()
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    nesting: u32,
    too_deep: bool,
    /// The objects that `.member` belongs to, innermost last.
    with: Vec<String>,
    /// Names made up so far.
    made: usize,
    /// The function that is being read; empty in a procedure without a result.
    function: String,
}

impl Parser {
    fn new(text: &str) -> Self {
        Self {
            tokens: tokens(text),
            at: 0,
            nesting: 0,
            too_deep: false,
            with: Vec::new(),
            made: 0,
            function: String::new(),
        }
    }

    fn kind(&self) -> &Kind {
        self.tokens.get(self.at).map_or(&Kind::End, |token| &token.kind)
    }

    fn kind_at(&self, ahead: usize) -> &Kind {
        self.tokens.get(self.at.saturating_add(ahead)).map_or(&Kind::End, |token| &token.kind)
    }

    fn start(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(0, |token| token.start)
    }

    fn span(&self, start: usize) -> Span {
        let end = self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(start, |token| token.end);
        Span { start, end: end.max(start) }
    }

    fn expr(&self, start: usize, node: Node) -> Expr {
        Expr { node, span: self.span(start) }
    }

    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.kind(), Kind::Name(name) if name == word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        if is {
            self.advance();
        }
        is
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.kind(), Kind::Sign(known) if *known == sign)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is = self.is_sign(sign);
        if is {
            self.advance();
        }
        is
    }

    fn name(&mut self) -> Option<String> {
        let Kind::Name(name) = self.kind() else { return None };
        let name = name.clone();
        self.advance();
        Some(name)
    }

    fn ends_statement(&self) -> bool {
        matches!(self.kind(), Kind::Line | Kind::Colon | Kind::End)
    }

    fn skip_statement(&mut self) {
        while !self.ends_statement() {
            self.advance();
        }
    }

    fn skip_line(&mut self) {
        while !matches!(self.kind(), Kind::Line | Kind::End) {
            self.advance();
        }
    }

    /// One level further in; `None` when that is too deep.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.nesting >= LEVELS_MAX {
            self.too_deep = true;
            return None;
        }
        self.nesting += 1;
        let value = read(self);
        self.nesting -= 1;
        Some(value)
    }

    /// A name no script can have.
    fn made_name(&mut self) -> String {
        self.made += 1;
        format!("\u{3}{}", self.made)
    }

    /// `end if`, `next`, `else` …: what ends the block it stands in.
    fn ends_block(&self) -> bool {
        let Kind::Name(word) = self.kind() else { return false };
        match word.as_str() {
            "end" => matches!(
                self.kind_at(1),
                Kind::Name(what) if matches!(what.as_str(), "if" | "sub" | "function" | "property" | "class" | "select" | "with")
            ),
            "else" | "elseif" | "next" | "loop" | "wend" => true,
            "case" => true,
            _ => false,
        }
    }

    /// Statements up to what ends their block, which is left standing.
    fn block(&mut self, out: &mut Vec<Stmt>) {
        loop {
            while matches!(self.kind(), Kind::Line | Kind::Colon) {
                self.advance();
            }
            if self.kind() == &Kind::End || self.ends_block() {
                return;
            }
            let before = self.at;
            self.statement(out);
            // What is left of a statement that was not understood.
            if !self.ends_block() {
                self.skip_statement();
            }
            if self.at == before {
                self.advance();
            }
        }
    }

    fn inner_block(&mut self) -> Rc<Vec<Stmt>> {
        let mut body = Vec::new();
        if self.deeper(|parser| parser.block(&mut body)).is_none() {
            self.skip_line();
        }
        Rc::new(body)
    }

    /// `end if` and the like, both words.
    fn close(&mut self, what: &str) {
        if self.is_word("end") && matches!(self.kind_at(1), Kind::Name(word) if word == what) {
            self.advance();
            self.advance();
        }
    }

    fn statement(&mut self, out: &mut Vec<Stmt>) {
        let Kind::Name(word) = self.kind().clone() else { return self.call_or_assign(out) };
        // A name followed by `=` or `.` is one, whatever the word.
        let is_name = matches!(self.kind_at(1), Kind::Sign("=" | "."));
        match word.as_str() {
            _ if is_name => self.call_or_assign(out),
            "dim" | "redim" => self.declare(out),
            "private" | "public" | "default" => self.modified(out),
            "const" => {
                self.advance();
                self.constants(out);
            }
            "set" | "let" => {
                self.advance();
                self.call_or_assign(out);
            }
            "call" => {
                self.advance();
                self.call_or_assign(out);
            }
            "if" => self.condition(out),
            "for" => self.repeat(out),
            "do" => self.do_loop(out),
            "while" => self.while_loop(out),
            "select" => self.select(out),
            "with" => self.with_block(out),
            "sub" | "function" | "property" => self.procedure(out),
            "class" => self.class(out),
            "exit" => self.exit(out),
            "on" | "option" | "randomize" | "erase" | "stop" => self.skip_statement(),
            _ => self.call_or_assign(out),
        }
    }

    /// `Private x`, `Public Function f`, `Public Default Sub`.
    fn modified(&mut self, out: &mut Vec<Stmt>) {
        match self.kind_at(1) {
            Kind::Name(next)
                if matches!(
                    next.as_str(),
                    "sub" | "function" | "property" | "const" | "class" | "default"
                ) =>
            {
                self.advance();
                self.statement(out);
            }
            _ => self.declare(out),
        }
    }

    /// `Dim a, b(9)`, `ReDim Preserve a(n)`.
    fn declare(&mut self, out: &mut Vec<Stmt>) {
        let again = self.is_word("redim");
        self.advance();
        let keeps = again && self.take_word("preserve");
        while let Some(name) = self.name() {
            let start = self.start();
            let mut size = None;
            if self.take_sign("(") {
                size = Some(if self.is_sign(")") { None } else { Some(self.expression()) });
                while !self.ends_statement() && !self.take_sign(")") {
                    self.advance();
                }
            }
            match size {
                _ if keeps => {}
                Some(size) => {
                    let list = Expr { node: Node::Name(NEW_ARRAY.to_owned()), span: self.span(start) };
                    let arguments = size.into_iter().collect();
                    let value = self.expr(start, Node::Linked(Box::new(list), vec![Link::Call(arguments)]));
                    let target = self.expr(start, Node::Name(name.clone()));
                    if !again {
                        out.push(Stmt::Declare(vec![(name, None)]));
                    }
                    let assign = Node::Assign(Box::new(target), None, Box::new(value));
                    out.push(Stmt::Expr(self.expr(start, assign)));
                }
                None => out.push(Stmt::Declare(vec![(name, None)])),
            }
            if !self.take_sign(",") {
                break;
            }
        }
    }

    fn constants(&mut self, out: &mut Vec<Stmt>) {
        while let Some(name) = self.name() {
            if !self.take_sign("=") {
                break;
            }
            let value = self.expression();
            out.push(Stmt::Declare(vec![(name, Some(value))]));
            if !self.take_sign(",") {
                break;
            }
        }
    }

    fn exit(&mut self, out: &mut Vec<Stmt>) {
        self.advance();
        let what = self.name().unwrap_or_default();
        out.push(match what.as_str() {
            "do" | "for" => Stmt::Break,
            _ => Stmt::Return(self.result()),
        });
    }

    /// What a function gives back: the variable of its name.
    fn result(&self) -> Option<Expr> {
        let start = self.start();
        (!self.function.is_empty()).then(|| self.expr(start, Node::Name(self.function.clone())))
    }

    /// `name arguments`, `name(arguments)`, `name = value`, `object.member arguments`.
    fn call_or_assign(&mut self, out: &mut Vec<Stmt>) {
        let (start, from) = (self.start(), self.at);
        let target = self.postfix();
        if self.take_sign("=") {
            let value = self.expression();
            let node = Node::Assign(Box::new(target), None, Box::new(value));
            out.push(Stmt::Expr(self.expr(start, node)));
            return;
        }
        if self.ends_statement() || self.ends_block() {
            if self.at > from {
                out.push(Stmt::Expr(target));
            }
            return;
        }
        // `f (a) & b, c`: the parenthesis belongs to the first argument.
        let target = match target.node {
            Node::Linked(base, mut links) if matches!(links.last(), Some(Link::Call(_))) => {
                links.pop();
                self.at = self.before_last_parenthesis(from);
                let base = *base;
                if links.is_empty() { base } else { self.expr(start, Node::Linked(Box::new(base), links)) }
            }
            node => Expr { node, span: target.span },
        };
        let arguments = self.arguments();
        let (base, mut links) = match target.node {
            Node::Linked(base, links) => (base, links),
            node => (Box::new(Expr { node, span: target.span }), Vec::new()),
        };
        links.push(Link::Call(arguments));
        out.push(Stmt::Expr(self.expr(start, Node::Linked(base, links))));
    }

    /// Where the parenthesis opens that was closed last, in the tokens since `from`.
    fn before_last_parenthesis(&self, from: usize) -> usize {
        let mut depth = 0usize;
        let mut at = self.at;
        while at > from {
            at -= 1;
            match self.tokens.get(at).map(|token| &token.kind) {
                Some(Kind::Sign(")")) => depth += 1,
                Some(Kind::Sign("(")) => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at;
                    }
                }
                _ => {}
            }
        }
        self.at
    }

    /// Arguments without parentheses around them; one that is left out is empty.
    fn arguments(&mut self) -> Vec<Expr> {
        let mut found = Vec::new();
        while !self.ends_statement() {
            let start = self.start();
            if self.is_sign(",") {
                found.push(self.expr(start, Node::Literal(Value::Null)));
            } else {
                found.push(self.expression());
            }
            if !self.take_sign(",") {
                break;
            }
        }
        found
    }
}
