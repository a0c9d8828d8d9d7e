//! Expressions (about_Operators, about_Operator_Precedence).

use super::super::super::evaluate::tree::{Expr, Function, Link, Node, Op, Span};
use super::super::super::evaluate::value::Value;
use super::{Parser, is_dash, is_double_quote, is_single_quote};
use std::rc::Rc;

/// How strongly the comma binds; what is above it are unary operators.
const COMMA: u8 = 7;

/// Operators that are words, and how strongly they bind.
const WORDS: &[(&str, Op, u8)] = &[
    ("and", Op::And, 0),
    ("or", Op::Or, 0),
    ("xor", Op::NotEqual, 0),
    ("band", Op::BitAnd, 1),
    ("bor", Op::BitOr, 1),
    ("bxor", Op::BitXor, 1),
    ("shl", Op::ShiftLeft, 1),
    ("shr", Op::ShiftRight, 1),
    ("eq", Op::Equal, 2),
    ("ieq", Op::Equal, 2),
    ("ceq", Op::Equal, 2),
    ("ne", Op::NotEqual, 2),
    ("ine", Op::NotEqual, 2),
    ("cne", Op::NotEqual, 2),
    ("lt", Op::Less, 2),
    ("ilt", Op::Less, 2),
    ("le", Op::LessEqual, 2),
    ("ile", Op::LessEqual, 2),
    ("gt", Op::Greater, 2),
    ("igt", Op::Greater, 2),
    ("ge", Op::GreaterEqual, 2),
    ("ige", Op::GreaterEqual, 2),
    ("match", Op::Match, 2),
    ("imatch", Op::Match, 2),
    ("cmatch", Op::Match, 2),
    ("notmatch", Op::NotMatch, 2),
    ("like", Op::Like, 2),
    ("ilike", Op::Like, 2),
    ("clike", Op::Like, 2),
    ("notlike", Op::NotLike, 2),
    ("contains", Op::Contains, 2),
    ("in", Op::In, 2),
    ("is", Op::Is, 2),
    ("as", Op::As, 2),
    ("join", Op::Join, 2),
    ("split", Op::Split, 2),
    ("isplit", Op::Split, 2),
    ("csplit", Op::CaseSplit, 2),
    ("replace", Op::Replace, 2),
    ("ireplace", Op::Replace, 2),
    ("creplace", Op::CaseReplace, 2),
    ("f", Op::Format, 5),
];

impl Parser<'_> {
    /// A whole expression.
    pub(super) fn expression(&mut self) -> Expr {
        self.binary(0)
    }

    /// Operators at least as strong as `least`.
    fn binary(&mut self, least: u8) -> Expr {
        let start = self.at;
        let mut left = self.unary();
        while let Some((level, _, _)) = self.operator().filter(|(level, _, _)| *level >= least) {
            let mut rest = Vec::new();
            while let Some((_, op, end)) = self.operator().filter(|(next, _, _)| *next == level) {
                self.at = end;
                self.skip(true);
                if self.peek().is_none() {
                    break;
                }
                rest.push((op, if level + 1 >= COMMA { self.tight(level) } else { self.binary(level + 1) }));
            }
            if rest.is_empty() {
                break;
            }
            left = if level == COMMA {
                let items = std::iter::once(left).chain(rest.into_iter().map(|(_, item)| item)).collect();
                self.expr(start, Node::Array(items))
            } else {
                let end = rest.last().map_or(self.at, |(_, last)| last.span.end);
                Expr { node: Node::Chain(Box::new(left), rest), span: Span { start, end } }
            };
        }
        left
    }

    /// What stands right of a comma or a range.
    fn tight(&mut self, level: u8) -> Expr {
        if level == COMMA { self.unary() } else { self.binary(COMMA) }
    }

    /// The operator that follows: its strength, itself, and where it ends. Nothing is taken.
    fn operator(&mut self) -> Option<(u8, Op, usize)> {
        let at = self.at;
        self.skip(false);
        let found = self.operator_here();
        self.at = at;
        found
    }

    fn operator_here(&self) -> Option<(u8, Op, usize)> {
        let rest = self.rest();
        let c = self.peek()?;
        let one = |level, op| Some((level, op, self.at + c.len_utf8()));
        if is_dash(c) {
            let word = rest.get(c.len_utf8()..)?;
            let len = word.find(|c: char| !c.is_ascii_alphabetic() && c != '`').unwrap_or(word.len()).min(24);
            let name = word.get(..len).unwrap_or_default().replace('`', "");
            if let Some((_, op, level)) = WORDS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(&name)) {
                return Some((*level, *op, self.at + c.len_utf8() + len));
            }
            let assigns = rest.get(c.len_utf8()..).is_some_and(|next| next.starts_with(['=', '-']));
            return (name.is_empty() && !assigns).then(|| one(3, Op::Sub)).flatten();
        }
        let assigns = rest.get(1..).is_some_and(|next| next.starts_with('='));
        match c {
            ',' if self.commas => one(COMMA, Op::ListOf),
            _ if assigns => None,
            '+' if !rest.starts_with("++") => one(3, Op::Add),
            '*' => one(4, Op::Mul),
            '/' => one(4, Op::Div),
            '%' => one(4, Op::Rem),
            '.' if rest.starts_with("..") => Some((6, Op::Range, self.at + 2)),
            _ => None,
        }
    }

    fn unary(&mut self) -> Expr {
        self.skip(false);
        let start = self.at;
        let Some(c) = self.peek() else { return self.expr(start, Node::Opaque) };
        let op = match c {
            '!' => Some((Op::Not, 1)),
            ',' => Some((Op::ListOf, 1)),
            '+' if self.rest().starts_with("++") => Some((Op::Plus, 2)),
            '+' => Some((Op::Plus, 1)),
            c if is_dash(c) => self.unary_word(c),
            '[' => return self.cast(),
            _ => None,
        };
        let Some((op, len)) = op else { return self.postfix() };
        let node = self.deeper(|parser| {
            parser.at += len;
            parser.skip(false);
            let operand = parser.unary();
            Node::Unary(op, Box::new(operand))
        });
        self.expr(start, node)
    }

    /// `-not`, `-join`, `-split`, `-5`.
    fn unary_word(&self, dash: char) -> Option<(Op, usize)> {
        let rest = self.rest().get(dash.len_utf8()..)?;
        let len = rest.find(|c: char| !c.is_ascii_alphabetic() && c != '`').unwrap_or(rest.len()).min(16);
        let op = match rest.get(..len)?.replace('`', "").to_ascii_lowercase().as_str() {
            "not" => Op::Not,
            "bnot" => Op::BitNot,
            "join" => Op::Join,
            "split" | "isplit" | "csplit" => Op::Split,
            "" => Op::Neg,
            _ => return None,
        };
        let dashes = if op == Op::Neg && rest.starts_with('-') { 1 } else { 0 };
        Some((op, dash.len_utf8() + len + dashes))
    }

    /// `[type]value`, `[type]::member`, `[type]`.
    fn cast(&mut self) -> Expr {
        let start = self.at;
        let Some(name) = self.type_name() else {
            self.bump();
            return self.expr(start, Node::Opaque);
        };
        if self.rest().starts_with("::") {
            let base = self.expr(start, Node::Type(name));
            return self.links(base);
        }
        let at = self.at;
        self.skip(false);
        let starts = |c: char| {
            matches!(c, '$' | '(' | '@' | '{' | '[' | '+' | '!')
                || c.is_ascii_digit()
                || is_dash(c)
                || is_single_quote(c)
                || is_double_quote(c)
        };
        if !self.peek().is_some_and(starts) || self.operator_here().is_some_and(|(_, op, _)| op != Op::Sub) {
            self.at = at;
            return self.expr(start, Node::Type(name));
        }
        let node = self.deeper(|parser| {
            let operand = parser.unary();
            // An attribute of a parameter says nothing about its value.
            if name.contains('(') { operand.node } else { Node::Cast(name, Box::new(operand)) }
        });
        self.expr(start, node)
    }

    /// `[System.Text.Encoding]`, in lower case without spaces and `system.`.
    fn type_name(&mut self) -> Option<String> {
        let rest = self.rest();
        let mut depth = 0u32;
        let mut len = None;
        for (at, c) in rest.char_indices().take(512) {
            match c {
                '[' if depth >= 8 => return None,
                '[' => depth += 1,
                '\n' | '\'' | '$' if depth == 1 && at > 0 => return None,
                ']' => {
                    depth -= 1;
                    if depth == 0 {
                        len = Some(at);
                        break;
                    }
                }
                _ => {}
            }
        }
        let inner = rest.get(1..len?)?;
        self.at += len? + 1;
        let name: String = inner
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '`')
            .collect::<String>()
            .to_ascii_lowercase();
        Some(name.strip_prefix("system.").unwrap_or(&name).to_owned())
    }

    fn postfix(&mut self) -> Expr {
        let start = self.at;
        let node = self.primary();
        let base = self.expr(start, node);
        self.links(base)
    }

    /// Members, indexes and calls behind a value.
    pub(super) fn links(&mut self, base: Expr) -> Expr {
        let start = base.span.start;
        let mut links = Vec::new();
        loop {
            let rest = self.rest();
            if rest.starts_with("..") {
                break;
            }
            let member = if rest.starts_with("::") {
                2
            } else if rest.starts_with('.') {
                1
            } else {
                0
            };
            let before = self.at;
            if member > 0 {
                self.at += member;
                // A line may end behind the dot.
                self.skip(true);
                let Some(name) = self.member_name() else {
                    self.at = before;
                    break;
                };
                links.push(Link::Member(name));
                if self.peek() == Some('(') {
                    links.push(Link::Call(self.arguments()));
                }
            } else if rest.starts_with('[') {
                self.bump();
                let index = self.inner(']');
                links.push(Link::Index(index));
            } else {
                break;
            }
        }
        let linked =
            if links.is_empty() { base } else { self.expr(start, Node::Linked(Box::new(base), links)) };
        let by = match self.rest() {
            rest if rest.starts_with("++") => 1.0,
            rest if rest.starts_with("--") => -1.0,
            _ => return linked,
        };
        self.at += 2;
        self.expr(start, Node::Step(Box::new(linked), by, false))
    }

    /// An expression up to a closing bracket, which is taken.
    fn inner(&mut self, close: char) -> Expr {
        let start = self.at;
        let commas = std::mem::replace(&mut self.commas, true);
        let node = self.deeper(|parser| {
            parser.skip(true);
            let expr = parser.expression();
            parser.skip(true);
            Node::Group(Box::new(expr))
        });
        self.commas = commas;
        let expr = self.expr(start, node);
        self.take(close);
        expr
    }

    fn member_name(&mut self) -> Option<Expr> {
        let start = self.at;
        let c = self.peek()?;
        let node = if is_single_quote(c) {
            self.single_quoted()
        } else if is_double_quote(c) {
            self.double_quoted()
        } else if c == '$' {
            self.variable()
        } else if c == '(' {
            self.group()
        } else {
            let word = self.word();
            if word.is_empty() {
                return None;
            }
            Node::Literal(Value::text(word))
        };
        Some(self.expr(start, node))
    }

    /// `(a, b)` behind a method.
    pub(super) fn arguments(&mut self) -> Vec<Expr> {
        let mut found = Vec::new();
        self.bump();
        if self.nesting >= crate::Limits::NESTING_MAX {
            self.too_deep = true;
            return found;
        }
        self.nesting += 1;
        let commas = std::mem::replace(&mut self.commas, false);
        loop {
            self.skip(true);
            let before = self.at;
            match self.peek() {
                None | Some(')') => break,
                Some(',') => {
                    self.bump();
                    continue;
                }
                _ => {}
            }
            let expr = self.expression();
            found.push(expr);
            self.skip(true);
            if self.at == before || !matches!(self.peek(), Some(',' | ')')) {
                break;
            }
        }
        self.commas = commas;
        self.nesting -= 1;
        self.take(')');
        found
    }

    /// `( … )`: a pipeline as one value.
    fn group(&mut self) -> Node {
        self.bump();
        let commas = std::mem::replace(&mut self.commas, true);
        let node = self.deeper(|parser| {
            parser.skip(true);
            let inner = parser.pipeline();
            parser.skip(true);
            Node::Group(Box::new(inner))
        });
        self.commas = commas;
        self.take(')');
        node
    }

    pub(super) fn primary(&mut self) -> Node {
        let Some(c) = self.peek() else { return Node::Opaque };
        match c {
            '$' => self.variable(),
            '(' => self.group(),
            '@' => self.at_sign(),
            '{' => self.script_block(),
            '[' => self.cast().node,
            c if is_single_quote(c) => self.single_quoted(),
            c if is_double_quote(c) => self.double_quoted(),
            c if c.is_ascii_digit() => self.number(),
            '.' if self.second().is_some_and(|c| c.is_ascii_digit()) => self.number(),
            c if c.is_alphabetic() || c == '_' => {
                // A bare word where a value should be: a command without parentheses, or prose.
                let word = self.word();
                Node::Literal(Value::text(word))
            }
            _ => Node::Opaque,
        }
    }

    fn at_sign(&mut self) -> Node {
        match self.second() {
            Some(c) if is_single_quote(c) || is_double_quote(c) => self.here_string(),
            Some('(') => {
                self.at += 2;
                self.deeper(|parser| {
                    let commas = std::mem::replace(&mut parser.commas, true);
                    let body = parser.statements(Some(')'));
                    parser.commas = commas;
                    parser.take(')');
                    Node::Output(Rc::new(body), true)
                })
            }
            Some('{') => {
                self.at += 2;
                self.deeper(Self::hash_table)
            }
            _ => {
                self.bump();
                let name = self.word().to_ascii_lowercase();
                if name.is_empty() { Node::Opaque } else { Node::Name(name) }
            }
        }
    }

    /// `@{ a = 1; 'b' = 2 }`.
    fn hash_table(&mut self) -> Node {
        let mut fields = Vec::new();
        let commas = std::mem::replace(&mut self.commas, true);
        loop {
            self.skip(true);
            let before = self.at;
            match self.peek() {
                None | Some('}') => break,
                Some(';') => {
                    self.bump();
                    continue;
                }
                _ => {}
            }
            let key = self.postfix();
            self.skip(false);
            if !self.take('=') {
                self.at = self.at.max(before + 1);
                while !self.text.is_char_boundary(self.at) {
                    self.at += 1;
                }
                continue;
            }
            self.skip(true);
            let value = self.pipeline();
            if let Node::Literal(key) = key.node
                && let Some(text) = key.as_text()
            {
                fields.push((text.as_str().to_ascii_lowercase(), value));
            }
        }
        self.commas = commas;
        self.take('}');
        Node::Fields(fields)
    }

    /// `{ … }` as a value.
    pub(super) fn script_block(&mut self) -> Node {
        let start = self.at;
        self.deeper(|parser| {
            let (parameters, body) = parser.block();
            let name = parser.text.get(start + 1..parser.at.saturating_sub(1)).unwrap_or_default();
            Node::Function(Rc::new(Function { name: name.to_owned(), parameters, body: Rc::new(body) }))
        })
    }
}
