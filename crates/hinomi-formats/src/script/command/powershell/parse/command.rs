//! Pipelines and commands (about_Parsing: argument mode).

use super::super::super::evaluate::tree::{Argument, Expr, Invocation, Node};
use super::super::super::evaluate::value::Value;
use super::literal::Pieces;
use super::{Parser, is_dash, is_double_quote, is_single_quote};

impl Parser<'_> {
    /// `element | element | …`.
    pub(super) fn pipeline(&mut self) -> Expr {
        let start = self.at;
        let first = self.element();
        let mut stages = vec![first];
        loop {
            let before = self.at;
            self.skip(false);
            if self.peek() != Some('|') || self.second() == Some('|') {
                self.at = before;
                break;
            }
            self.bump();
            self.skip(true);
            let at = self.at;
            stages.push(self.element());
            if self.at == at {
                break;
            }
        }
        match stages.len() {
            1 => stages.pop().unwrap_or_else(|| self.expr(start, Node::Opaque)),
            _ => self.expr(start, Node::Pipeline(stages)),
        }
    }

    fn element(&mut self) -> Expr {
        self.skip(false);
        let start = self.at;
        match self.peek() {
            Some('&' | '.') if self.is_call_operator() => {
                self.bump();
                self.skip(false);
                self.command(start)
            }
            Some(_) if self.starts_expression() => {
                let expr = self.expression();
                self.assignment(expr)
            }
            Some(c) if !matches!(c, '|' | ';' | ')' | '}' | '\r' | '\n') => self.command(start),
            _ => self.expr(start, Node::Opaque),
        }
    }

    /// `& x`, `. x`; not `.5`, not `./x`.
    fn is_call_operator(&self) -> bool {
        self.second().is_some_and(|c| {
            c.is_whitespace()
                || matches!(c, '$' | '(' | '{')
                || is_single_quote(c)
                || is_double_quote(c)
                || (self.peek() == Some('&') && (c.is_alphanumeric() || c == '%'))
        })
    }

    fn starts_expression(&self) -> bool {
        let Some(c) = self.peek() else { return false };
        match c {
            '$' | '(' | '[' | '{' | '!' | ',' => true,
            '@' => self.second().is_some_and(|c| matches!(c, '(' | '{' | '\'' | '"') || c.is_alphabetic()),
            '+' => true,
            c if is_single_quote(c) || is_double_quote(c) => true,
            c if c.is_ascii_digit() => {
                // A name may begin with a digit: `7z`.
                let rest = self.rest();
                let len = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
                let word = rest.get(..len).unwrap_or_default();
                word.starts_with("0x") || word.bytes().all(|b| b.is_ascii_digit()) || word.len() <= 4
            }
            c if is_dash(c) => {
                let mut word = self.rest().get(c.len_utf8()..).unwrap_or_default().to_owned();
                word.truncate(
                    word.find(|c: char| !c.is_ascii_alphabetic() && c != '`').unwrap_or(word.len()),
                );
                let word = word.replace('`', "").to_ascii_lowercase();
                word.is_empty()
                    || matches!(word.as_str(), "join" | "split" | "isplit" | "csplit" | "not" | "bnot")
            }
            _ => false,
        }
    }

    fn command(&mut self, start: usize) -> Expr {
        let name_at = self.at;
        let name = match self.peek() {
            Some('$' | '(' | '{' | '@') => {
                let node = self.primary();
                let base = self.expr(name_at, node);
                self.name_links(base)
            }
            _ => {
                let node = self.token();
                self.expr(name_at, node)
            }
        };
        // `&('x')=…` and the like are nothing we know.
        let arguments = self.command_arguments();
        self.expr(start, Node::Command(Box::new(Invocation { name, arguments })))
    }

    /// Members and indexes behind the value that names a command; parentheses there are its arguments.
    fn name_links(&mut self, base: Expr) -> Expr {
        if matches!(self.peek(), Some('.' | '[')) { self.links(base) } else { base }
    }

    fn command_arguments(&mut self) -> Vec<Argument> {
        let mut arguments: Vec<Argument> = Vec::new();
        loop {
            self.skip(false);
            let before = self.at;
            let Some(c) = self.peek() else { break };
            match c {
                '|' | ';' | ')' | '}' | '\r' | '\n' => break,
                '&' => break,
                ',' => {
                    self.bump();
                    self.skip(true);
                    let next = self.argument_value();
                    join_list(&mut arguments, next);
                    continue;
                }
                '>' => {
                    self.redirection(&mut arguments);
                    continue;
                }
                c if is_dash(c) && self.second().is_some_and(|c| c.is_alphabetic() || c == '`') => {
                    arguments.push(self.parameter());
                }
                c if is_dash(c) && self.rest().get(c.len_utf8()..).is_some_and(|r| r.starts_with("-%")) => {
                    let rest = self.rest().get(3..).unwrap_or_default();
                    let len = rest.find(['\r', '\n', '|']).unwrap_or(rest.len());
                    let text = rest.get(..len).unwrap_or_default().trim().to_owned();
                    self.at += 3 + len;
                    let value = self.expr(before, Node::Literal(Value::text(text)));
                    arguments.push(Argument { parameter: None, value: Some(value) });
                }
                _ => {
                    let value = self.argument_value();
                    arguments.push(Argument { parameter: None, value: Some(value) });
                }
            }
            if self.at == before {
                break;
            }
        }
        arguments
    }

    /// `> file`, `2>&1`.
    fn redirection(&mut self, arguments: &mut Vec<Argument>) {
        while self.take('>') {}
        if self.take('&') {
            self.bump();
            return;
        }
        self.skip(false);
        let value = self.argument_value();
        arguments.push(Argument { parameter: Some(">".to_owned()), value: Some(value) });
    }

    fn parameter(&mut self) -> Argument {
        self.bump();
        let mut name = String::new();
        while let Some(c) = self.peek() {
            if c.is_alphanumeric() || matches!(c, '_' | '?' | '-') {
                name.push(c.to_ascii_lowercase());
            } else if c != '`' {
                break;
            }
            self.bump();
        }
        let value = (self.peek() == Some(':')).then(|| {
            self.bump();
            self.skip(false);
            self.argument_value()
        });
        Argument { parameter: Some(name), value }
    }

    /// One argument: a value, or a word with variables and quotes in it.
    fn argument_value(&mut self) -> Expr {
        let start = self.at;
        let Some(c) = self.peek() else { return self.expr(start, Node::Opaque) };
        let value_like = matches!(c, '$' | '(' | '@' | '{') || is_single_quote(c) || is_double_quote(c);
        if value_like {
            let node = self.primary();
            let base = self.expr(start, node);
            let commas = std::mem::replace(&mut self.commas, true);
            let expr = self.links(base);
            self.commas = commas;
            let glued = self.peek().is_some_and(|c| !ends_token(c) && c != '(' && c != '{' && c != '[');
            if !glued || matches!(c, '(' | '{' | '@') {
                return expr;
            }
            let mut pieces = Pieces::default();
            pieces.push(expr);
            let node = self.token_rest(pieces);
            return self.expr(start, node);
        }
        if c == '[' && !self.rest().get(1..).is_some_and(|r| r.starts_with(['*', '\\', '.'])) {
            return self.unary_argument(start);
        }
        let node = self.token();
        self.expr(start, node)
    }

    /// `[type]…` as an argument is text for most commands, a type for a few.
    fn unary_argument(&mut self, start: usize) -> Expr {
        let before = self.at;
        let rest = self.rest();
        let closes =
            rest.find([']', '\n', ' ']).is_some_and(|at| rest.get(at..).is_some_and(|r| r.starts_with(']')));
        if !closes {
            self.bump();
            let node = self.token();
            return self.expr(start, node);
        }
        let node = self.primary();
        if self.at == before {
            self.bump();
        }
        self.expr(start, node)
    }

    /// A word of a command line: quotes and variables in it are parts of it.
    fn token(&mut self) -> Node {
        self.token_rest(Pieces::default())
    }

    fn token_rest(&mut self, mut pieces: Pieces) -> Node {
        let start = self.at;
        while let Some(c) = self.peek() {
            if ends_token(c) {
                break;
            }
            match c {
                '`' => {
                    self.bump();
                    if let Some(next) = self.bump() {
                        pieces.text.push(next);
                    }
                }
                '(' | '{' => break,
                '$' if self.second().is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '{' | '(')) => {
                    let at = self.at;
                    let node = self.variable();
                    let base = self.expr(at, node);
                    let expr = if matches!(self.peek(), Some('.'))
                        && self.second().is_some_and(char::is_alphabetic)
                    {
                        // `$x.exe` is a member for PowerShell; a file for those who write it.
                        base
                    } else {
                        base
                    };
                    pieces.push(expr);
                }
                c if is_single_quote(c) => {
                    let at = self.at;
                    let node = self.single_quoted();
                    self.quoted_piece(at, node, &mut pieces);
                }
                c if is_double_quote(c) => {
                    let at = self.at;
                    let node = self.double_quoted();
                    self.quoted_piece(at, node, &mut pieces);
                }
                c => {
                    self.bump();
                    pieces.text.push(c);
                }
            }
        }
        if self.at == start && pieces.is_empty() {
            return Node::Opaque;
        }
        match pieces.finish() {
            Node::Literal(value) => Node::Literal(value),
            node => node,
        }
    }

    fn quoted_piece(&mut self, at: usize, node: Node, pieces: &mut Pieces) {
        match node {
            Node::Literal(value) => {
                if let Some(text) = value.as_text() {
                    pieces.text.push_str(text.as_str());
                }
            }
            node => {
                let expr = self.expr(at, node);
                pieces.push(expr);
            }
        }
    }
}

fn ends_token(c: char) -> bool {
    c.is_whitespace() || matches!(c, '|' | ';' | ')' | '}' | ',' | '&' | '<' | '>')
}

/// `a, b` as arguments are one argument that is a list.
fn join_list(arguments: &mut Vec<Argument>, next: Expr) {
    let Some(last) = arguments.last_mut() else {
        arguments.push(Argument { parameter: None, value: Some(next) });
        return;
    };
    match last.value.take() {
        Some(Expr { node: Node::Array(mut items), mut span }) => {
            span.end = next.span.end;
            items.push(next);
            last.value = Some(Expr { node: Node::Array(items), span });
        }
        Some(first) => {
            let span = super::Span { start: first.span.start, end: next.span.end };
            last.value = Some(Expr { node: Node::Array(vec![first, next]), span });
        }
        None => last.value = Some(next),
    }
}
