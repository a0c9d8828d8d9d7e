//! JScript read into a tree, forgiving: what is not understood is skipped.

use crate::Limits;
use crate::script::command::evaluate::tree::{self, Expr, Function, Link, Node, Op, Program, Span, Stmt};
use crate::script::command::evaluate::value::Value;
use crate::script::jscript::lex::{Kind, Lexer, Token};
use std::rc::Rc;

mod expression;

/// Levels of the parser: a bracket takes up to three.
const LEVELS_MAX: u32 = 3 * Limits::NESTING_MAX;

/// Reads a whole script.
pub(in crate::script) fn program(text: &str) -> Program {
    let (text, cut) = tree::readable(text);
    Program { cut, ..nested(text, 0) }
}

/// Reads a script inside another that is `nesting` deep.
fn nested(text: &str, nesting: u32) -> Program {
    let mut parser = Parser::new(text, nesting);
    let mut body = Vec::new();
    while parser.token.kind != Kind::End {
        body.extend(parser.statements());
        // A brace too many.
        parser.advance();
    }
    Program { body, too_deep: parser.too_deep, cut: false }
}

struct Parser<'t> {
    text: &'t str,
    lexer: Lexer<'t>,
    token: Token,
    /// Where the token before ended.
    end: usize,
    nesting: u32,
    /// `in` is an operator here; in the head of a loop it is not.
    allow_in: bool,
    too_deep: bool,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, nesting: u32) -> Self {
        let mut lexer = Lexer::new(text);
        let token = lexer.next();
        Self { text, lexer, token, end: 0, nesting, allow_in: true, too_deep: false }
    }

    fn advance(&mut self) -> Token {
        let next = self.lexer.next();
        self.end = self.token.end;
        std::mem::replace(&mut self.token, next)
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token.kind, Kind::Sign(found) if found == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let is = self.is(sign);
        if is {
            self.advance();
        }
        is
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.token.kind, Kind::Name(name) if name == word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is = self.is_word(word);
        if is {
            self.advance();
        }
        is
    }

    fn name(&mut self) -> Option<String> {
        let Kind::Name(name) = &self.token.kind else { return None };
        let name = name.clone();
        self.advance();
        Some(name)
    }

    fn expr(&self, start: usize, node: Node) -> Expr {
        Expr { node, span: Span { start, end: self.end } }
    }

    /// One level further in; nothing when that is too deep.
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

    /// Statements up to a closing brace, which is not taken, or to the end.
    fn statements(&mut self) -> Vec<Stmt> {
        let mut body = Vec::new();
        while self.token.kind != Kind::End && !self.is("}") {
            let before = self.token.start;
            if let Some(statement) = self.deeper(Self::statement).flatten() {
                body.push(statement);
            }
            if self.token.start == before && self.token.kind != Kind::End {
                self.advance();
            }
            if self.is_word("case") || self.is_word("default") {
                break;
            }
        }
        body
    }

    fn statement(&mut self) -> Option<Stmt> {
        let word = match &self.token.kind {
            Kind::Name(name) => name.clone(),
            Kind::Sign(";") => {
                self.advance();
                return None;
            }
            Kind::Sign("{") => return Some(Stmt::Block(Rc::new(self.block()))),
            _ => return Some(self.expression_statement()),
        };
        let starts_statement = |word: &str| {
            matches!(
                word,
                "var"
                    | "let"
                    | "const"
                    | "function"
                    | "async"
                    | "if"
                    | "for"
                    | "while"
                    | "do"
                    | "return"
                    | "break"
                    | "continue"
                    | "throw"
                    | "try"
                    | "switch"
                    | "with"
                    | "class"
            )
        };
        if !starts_statement(&word) {
            return Some(self.expression_statement());
        }
        self.advance();
        self.keyword(&word)
    }

    /// Behind the word a statement begins with.
    fn keyword(&mut self, word: &str) -> Option<Stmt> {
        match word {
            "var" | "let" | "const" => Some(self.declaration()),
            "async" => self.statement(),
            "function" => {
                self.take("*");
                let name = self.name().unwrap_or_default();
                let function = self.function(name)?;
                Some(Stmt::Define(Rc::new(function)))
            }
            "if" => Some(self.branches()),
            "for" => Some(self.repeat_for()),
            "while" => {
                let condition = self.condition();
                let body = Rc::new(self.body());
                Some(Stmt::While { condition, body, body_first: false, until: false })
            }
            "do" => {
                let body = Rc::new(self.body());
                self.take_word("while");
                let condition = self.condition();
                self.take(";");
                Some(Stmt::While { condition, body, body_first: true, until: false })
            }
            "return" => Some(Stmt::Return(self.optional_value())),
            "throw" => Some(Stmt::Throw(self.optional_value())),
            "break" | "continue" => {
                if !self.token.after_line {
                    self.name();
                }
                self.take(";");
                Some(if word == "break" { Stmt::Break } else { Stmt::Continue })
            }
            "try" => Some(self.attempt()),
            "switch" => Some(self.switch()),
            "with" => {
                let _object = self.condition();
                Some(Stmt::Block(Rc::new(self.body())))
            }
            _ => {
                while self.token.kind != Kind::End && !self.is("{") && !self.is(";") {
                    self.advance();
                }
                self.skip_block();
                None
            }
        }
    }

    /// `{ … }` that is not read.
    fn skip_block(&mut self) {
        let mut depth = 0u32;
        while self.token.kind != Kind::End {
            if self.is("{") {
                depth += 1;
            } else if self.is("}") {
                depth = depth.saturating_sub(1);
            }
            self.advance();
            if depth == 0 {
                break;
            }
        }
    }

    fn expression_statement(&mut self) -> Stmt {
        let expr = self.expression();
        // A label says nothing.
        if self.is(":") && matches!(expr.node, Node::Name(_)) {
            self.advance();
            let labelled = self.deeper(Self::statement).flatten();
            return labelled.unwrap_or(Stmt::Block(Rc::new(Vec::new())));
        }
        self.take(";");
        Stmt::Expr(expr)
    }

    /// `{ … }`.
    fn block(&mut self) -> Vec<Stmt> {
        if !self.take("{") {
            return Vec::new();
        }
        let body = self.statements_of_block();
        self.take("}");
        body
    }

    fn statements_of_block(&mut self) -> Vec<Stmt> {
        let mut body = Vec::new();
        while self.token.kind != Kind::End && !self.is("}") {
            let before = self.token.start;
            body.extend(self.statements());
            if self.token.start == before && !self.is("}") {
                self.advance();
            }
        }
        body
    }

    /// A block or a single statement.
    fn body(&mut self) -> Vec<Stmt> {
        if self.is("{") {
            return self.block();
        }
        self.deeper(Self::statement).flatten().into_iter().collect()
    }

    fn condition(&mut self) -> Expr {
        let start = self.token.start;
        if !self.take("(") {
            return self.expr(start, Node::Opaque);
        }
        let condition = self.expression();
        self.take(")");
        condition
    }

    fn declaration(&mut self) -> Stmt {
        let mut names = Vec::new();
        loop {
            let Some(name) = self.name() else {
                // A pattern: its names are not known.
                if self.is("{") || self.is("[") {
                    self.skip_pattern();
                    if self.take("=") {
                        let value = self.assignment();
                        names.push(("\u{1}pattern".to_owned(), Some(value)));
                    }
                }
                break;
            };
            let value = self.take("=").then(|| self.assignment());
            names.push((name, value));
            if !self.take(",") {
                break;
            }
        }
        if !self.is_word("in") && !self.is_word("of") {
            self.take(";");
        }
        Stmt::Declare(names)
    }

    fn skip_pattern(&mut self) {
        let mut depth = 0u32;
        while self.token.kind != Kind::End {
            if self.is("{") || self.is("[") {
                depth += 1;
            } else if self.is("}") || self.is("]") {
                depth = depth.saturating_sub(1);
            }
            self.advance();
            if depth == 0 {
                break;
            }
        }
    }

    fn branches(&mut self) -> Stmt {
        let condition = self.condition();
        let mut branches = vec![(condition, Rc::new(self.body()))];
        loop {
            if self.is(";") {
                // `if (a) b; else c`: the statement took its own; one more is an empty one.
                break;
            }
            if !self.take_word("else") {
                break;
            }
            if self.take_word("if") {
                let condition = self.condition();
                branches.push((condition, Rc::new(self.body())));
                continue;
            }
            let body = Rc::new(self.body());
            return Stmt::If(branches, Some(body));
        }
        Stmt::If(branches, None)
    }

    fn repeat_for(&mut self) -> Stmt {
        self.take_word("await");
        self.take("(");
        let declares = ["var", "let", "const"].iter().any(|word| self.take_word(word));
        let allow_in = std::mem::replace(&mut self.allow_in, false);
        let start = self.token.start;
        let (mut first, mut names) = (Vec::new(), Vec::new());
        if !self.is(";") {
            if declares {
                if let Stmt::Declare(declared) = self.declaration_head() {
                    names = declared;
                }
            } else {
                first.push(self.expression());
            }
        }
        self.allow_in = allow_in;
        let keys = self.is_word("in");
        if keys || self.is_word("of") {
            self.advance();
            let over = self.expression();
            self.take(")");
            let name = match (names.first(), first.first().map(|expr| &expr.node)) {
                (Some((name, _)), _) => name.clone(),
                (None, Some(Node::Name(name))) => name.clone(),
                _ => "\u{1}item".to_owned(),
            };
            let body = Rc::new(self.body());
            return Stmt::Each { name, over, keys, body };
        }
        for (name, value) in names {
            if let Some(value) = value {
                let target = self.expr(start, Node::Name(name));
                let span = value.span;
                first.push(Expr { node: Node::Assign(Box::new(target), None, Box::new(value)), span });
            }
        }
        self.take(";");
        let condition = (!self.is(";")).then(|| self.expression());
        self.take(";");
        let step = if self.is(")") { Vec::new() } else { vec![self.expression()] };
        self.take(")");
        let body = Rc::new(self.body());
        Stmt::For { first, condition, step, body }
    }

    /// The names of a declaration in the head of a loop; its semicolon stays.
    fn declaration_head(&mut self) -> Stmt {
        let mut names = Vec::new();
        while let Some(name) = self.name() {
            let value = self.take("=").then(|| self.assignment());
            names.push((name, value));
            if !self.take(",") {
                break;
            }
        }
        if names.is_empty() && (self.is("[") || self.is("{")) {
            self.skip_pattern();
        }
        Stmt::Declare(names)
    }

    fn optional_value(&mut self) -> Option<Expr> {
        if self.token.after_line || self.is(";") || self.is("}") || self.token.kind == Kind::End {
            self.take(";");
            return None;
        }
        let value = self.expression();
        self.take(";");
        Some(value)
    }

    fn attempt(&mut self) -> Stmt {
        let body = Rc::new(self.block());
        let (mut caught, mut rescue, mut last) = (String::new(), None, None);
        if self.take_word("catch") {
            if self.take("(") {
                caught = self.name().unwrap_or_default();
                while self.token.kind != Kind::End && !self.take(")") {
                    self.advance();
                }
            }
            rescue = Some(Rc::new(self.block()));
        }
        if self.take_word("finally") {
            last = Some(Rc::new(self.block()));
        }
        Stmt::Try { body, caught, rescue, last }
    }

    fn switch(&mut self) -> Stmt {
        let subject = self.condition();
        let mut cases = Vec::new();
        self.take("{");
        while self.token.kind != Kind::End && !self.is("}") {
            let before = self.token.start;
            let case = if self.take_word("case") {
                Some(self.expression())
            } else {
                self.take_word("default");
                None
            };
            self.take(":");
            let mut body = Vec::new();
            while self.token.kind != Kind::End
                && !self.is("}")
                && !self.is_word("case")
                && !self.is_word("default")
            {
                let at = self.token.start;
                body.extend(self.statements());
                if self.token.start == at {
                    break;
                }
            }
            cases.push((case, Rc::new(body)));
            if self.token.start == before {
                self.advance();
            }
        }
        self.take("}");
        Stmt::Switch { subject, cases }
    }

    /// `(parameters) { … }`.
    fn function(&mut self, name: String) -> Option<Function> {
        let parameters = self.parameters();
        let body = self.deeper(Self::block)?;
        Some(Function { name, parameters, body: Rc::new(body) })
    }

    fn parameters(&mut self) -> Vec<(String, Option<Expr>)> {
        let mut found = Vec::new();
        if !self.take("(") {
            return found;
        }
        while self.token.kind != Kind::End && !self.is(")") {
            let before = self.token.start;
            self.take("...");
            if let Some(name) = self.name() {
                let default = self.take("=").then(|| self.assignment());
                found.push((name, default));
            } else if self.is("{") || self.is("[") {
                self.skip_pattern();
                found.push(("\u{1}pattern".to_owned(), None));
            }
            self.take(",");
            if self.token.start == before {
                self.advance();
            }
        }
        self.take(")");
        found
    }
}
