//! Expressions of VBScript (operator precedence as its reference orders it).

use super::{Expr, Kind, Link, Node, Op, Parser, Value};

/// Operators by strength, weakest first; `not` stands between `and` and the comparisons.
const LEVELS: &[&[(&str, Op)]] = &[
    &[("imp", Op::Imp)],
    &[("eqv", Op::Eqv)],
    &[("xor", Op::BitXor)],
    &[("or", Op::BitOr)],
    &[("and", Op::BitAnd)],
    &[
        ("=", Op::Equal),
        ("<>", Op::NotEqual),
        ("<", Op::Less),
        (">", Op::Greater),
        ("<=", Op::LessEqual),
        ("=<", Op::LessEqual),
        (">=", Op::GreaterEqual),
        ("=>", Op::GreaterEqual),
        ("is", Op::Is),
    ],
    &[("&", Op::Concat)],
    &[("+", Op::Add), ("-", Op::Sub)],
    &[("mod", Op::Rem)],
    &[("\\", Op::IntDiv)],
    &[("*", Op::Mul), ("/", Op::Div)],
    &[("^", Op::Power)],
];
/// The level of comparisons.
const COMPARE: usize = 5;
/// The level of `^`, which binds stronger than a sign before it.
const POWER: usize = 11;

impl Parser {
    pub(super) fn expression(&mut self) -> Expr {
        let start = self.start();
        match self.deeper(|parser| parser.binary(0)) {
            Some(expr) => expr,
            None => {
                self.skip_line();
                self.expr(start, Node::Opaque)
            }
        }
    }

    fn operator(&self) -> Option<(usize, Op)> {
        let word = match self.kind() {
            Kind::Sign(sign) => *sign,
            Kind::Name(name) => name.as_str(),
            _ => return None,
        };
        LEVELS
            .iter()
            .enumerate()
            .find_map(|(level, ops)| ops.iter().find(|(known, _)| *known == word).map(|(_, op)| (level, *op)))
    }

    /// Operators at least as strong as `least`, each strength a chain of its own.
    fn binary(&mut self, least: usize) -> Expr {
        let start = self.start();
        let mut left = self.unary();
        while let Some((level, _)) = self.operator().filter(|(level, _)| *level >= least) {
            let mut rest = Vec::new();
            while let Some((_, op)) = self.operator().filter(|(next, _)| *next == level) {
                self.advance();
                let Some(operand) = self.deeper(|parser| parser.binary(level + 1)) else {
                    self.skip_line();
                    break;
                };
                rest.push((op, operand));
            }
            if rest.is_empty() {
                break;
            }
            left = self.expr(start, Node::Chain(Box::new(left), rest));
        }
        left
    }

    fn unary(&mut self) -> Expr {
        let start = self.start();
        let (op, level) = if self.is_word("not") {
            (Op::Not, COMPARE)
        } else if self.is_sign("-") {
            (Op::Neg, POWER)
        } else if self.is_sign("+") {
            (Op::Plus, POWER)
        } else {
            return self.postfix();
        };
        self.advance();
        let node = match self.deeper(|parser| parser.binary(level)) {
            Some(operand) => Node::Unary(op, Box::new(operand)),
            None => {
                self.skip_line();
                Node::Opaque
            }
        };
        self.expr(start, node)
    }

    /// A value with what is taken of it.
    pub(super) fn postfix(&mut self) -> Expr {
        let start = self.start();
        let base = if self.is_sign(".") { self.with_object(start) } else { self.primary() };
        let mut links = Vec::new();
        loop {
            if self.is_sign(".") {
                self.advance();
                let at = self.start();
                let Some(name) = self.name() else { break };
                links.push(Link::Member(self.expr(at, Node::Literal(Value::text(name)))));
            } else if self.is_sign("(") && !matches!(base.node, Node::Literal(_)) {
                self.advance();
                links.push(Link::Call(self.arguments_in_parentheses()));
            } else {
                break;
            }
        }
        self.linked(base, links)
    }

    fn arguments_in_parentheses(&mut self) -> Vec<Expr> {
        let mut found = Vec::new();
        if self.take_sign(")") {
            return found;
        }
        while !self.ends_statement() {
            let start = self.start();
            if self.is_sign(",") || self.is_sign(")") {
                found.push(self.expr(start, Node::Literal(Value::Null)));
            } else {
                let before = self.at;
                found.push(self.expression());
                if self.at == before {
                    break;
                }
            }
            if !self.take_sign(",") {
                break;
            }
        }
        self.take_sign(")");
        found
    }

    fn primary(&mut self) -> Expr {
        let start = self.start();
        let node = match self.kind().clone() {
            Kind::Number(number) => Node::Literal(Value::Num(number)),
            Kind::Str(text) => Node::Literal(Value::text(text)),
            Kind::Sign("(") => {
                self.advance();
                let inner = self.expression();
                self.take_sign(")");
                return self.expr(start, Node::Group(Box::new(inner)));
            }
            Kind::Name(name) => match name.as_str() {
                "true" => Node::Literal(Value::Bool(true)),
                "false" => Node::Literal(Value::Bool(false)),
                "nothing" | "empty" | "null" => Node::Literal(Value::Null),
                "new" => {
                    self.advance();
                    let at = self.start();
                    let class = self.name().unwrap_or_default();
                    let class = self.expr(at, Node::Literal(Value::text(class)));
                    return self.expr(start, Node::New(Box::new(class), Vec::new()));
                }
                _ => Node::Name(name),
            },
            _ => return self.expr(start, Node::Opaque),
        };
        self.advance();
        self.expr(start, node)
    }
}
