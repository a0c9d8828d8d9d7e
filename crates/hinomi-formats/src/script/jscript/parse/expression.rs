//! Expressions of JScript, by the strength of their operators.

use super::{Expr, Function, Kind, Link, Node, Op, Parser, Rc, Span, Stmt, Value, nested};

/// Binary operators and how strongly they bind.
const BINARY: &[(&str, Op, u8)] = &[
    ("||", Op::Or, 1),
    ("??", Op::Or, 1),
    ("&&", Op::And, 2),
    ("|", Op::BitOr, 3),
    ("^", Op::BitXor, 4),
    ("&", Op::BitAnd, 5),
    ("==", Op::Equal, 6),
    ("===", Op::Equal, 6),
    ("!=", Op::NotEqual, 6),
    ("!==", Op::NotEqual, 6),
    ("<", Op::Less, 7),
    ("<=", Op::LessEqual, 7),
    (">", Op::Greater, 7),
    (">=", Op::GreaterEqual, 7),
    ("<<", Op::ShiftLeft, 8),
    (">>", Op::ShiftRight, 8),
    (">>>", Op::ShiftRightZero, 8),
    ("+", Op::Add, 9),
    ("-", Op::Sub, 9),
    ("*", Op::Mul, 10),
    ("/", Op::Div, 10),
    ("%", Op::Rem, 10),
];

/// How far an arrow may stand from the parenthesis that opens its parameters.
const ARROW_BYTES_MAX: usize = 256;

impl Parser<'_> {
    /// With commas.
    pub(super) fn expression(&mut self) -> Expr {
        let start = self.token.start;
        let first = self.assignment();
        let mut rest = Vec::new();
        while self.take(",") {
            rest.push((Op::Sequence, self.assignment()));
        }
        if rest.is_empty() { first } else { self.expr(start, Node::Chain(Box::new(first), rest)) }
    }

    pub(super) fn assignment(&mut self) -> Expr {
        let start = self.token.start;
        let Some(expr) = self.deeper(Self::assignment_inside) else {
            // Too deep: this much is skipped.
            self.advance();
            return self.expr(start, Node::Opaque);
        };
        expr
    }

    fn assignment_inside(&mut self) -> Expr {
        let start = self.token.start;
        let target = self.conditional();
        let op = match self.token.kind {
            Kind::Sign("=") => None,
            Kind::Sign("+=") => Some(Op::Add),
            Kind::Sign("-=") => Some(Op::Sub),
            Kind::Sign("*=") => Some(Op::Mul),
            Kind::Sign("/=") => Some(Op::Div),
            Kind::Sign("%=") => Some(Op::Rem),
            Kind::Sign("&=") => Some(Op::BitAnd),
            Kind::Sign("|=") => Some(Op::BitOr),
            Kind::Sign("^=") => Some(Op::BitXor),
            Kind::Sign("<<=") => Some(Op::ShiftLeft),
            Kind::Sign(">>=") => Some(Op::ShiftRight),
            Kind::Sign(">>>=") => Some(Op::ShiftRightZero),
            _ => return target,
        };
        self.advance();
        let value = self.assignment();
        self.expr(start, Node::Assign(Box::new(target), op, Box::new(value)))
    }

    fn conditional(&mut self) -> Expr {
        let start = self.token.start;
        let condition = self.binary(1);
        if !self.take("?") {
            return condition;
        }
        let allow_in = std::mem::replace(&mut self.allow_in, true);
        let yes = self.assignment();
        self.allow_in = allow_in;
        self.take(":");
        let no = self.assignment();
        self.expr(start, Node::Conditional(Box::new((condition, yes, no))))
    }

    fn operator(&self) -> Option<(Op, u8)> {
        match &self.token.kind {
            Kind::Sign(sign) => {
                BINARY.iter().find(|(known, ..)| known == sign).map(|(_, op, level)| (*op, *level))
            }
            Kind::Name(name) if name == "instanceof" => Some((Op::Is, 7)),
            Kind::Name(name) if name == "in" && self.allow_in => Some((Op::In, 7)),
            _ => None,
        }
    }

    /// Operators at least as strong as `least`.
    fn binary(&mut self, least: u8) -> Expr {
        let start = self.token.start;
        let mut left = self.unary();
        while let Some((_, level)) = self.operator().filter(|(_, level)| *level >= least) {
            let mut rest = Vec::new();
            while let Some((op, _)) = self.operator().filter(|(_, next)| *next == level) {
                self.advance();
                let operand = if level >= 10 { self.unary() } else { self.binary(level + 1) };
                rest.push((op, operand));
            }
            let end = rest.last().map_or(self.end, |(_, last)| last.span.end);
            left = Expr { node: Node::Chain(Box::new(left), rest), span: Span { start, end } };
        }
        left
    }

    fn unary(&mut self) -> Expr {
        let start = self.token.start;
        let op = match &self.token.kind {
            Kind::Sign("!") => Op::Not,
            Kind::Sign("~") => Op::BitNot,
            Kind::Sign("+") => Op::Plus,
            Kind::Sign("-") => Op::Neg,
            Kind::Sign(sign @ ("++" | "--")) => {
                let by = if *sign == "++" { 1.0 } else { -1.0 };
                self.advance();
                let node = match self.deeper(Self::unary) {
                    Some(operand) => Node::Step(Box::new(operand), by, true),
                    None => Node::Opaque,
                };
                return self.expr(start, node);
            }
            Kind::Name(name) => match name.as_str() {
                "typeof" => Op::Kind,
                "void" | "delete" => Op::Void,
                "await" => Op::Sequence,
                _ => return self.postfix(),
            },
            _ => return self.postfix(),
        };
        self.advance();
        let node = match self.deeper(Self::unary) {
            Some(operand) if op == Op::Sequence => operand.node,
            Some(operand) => Node::Unary(op, Box::new(operand)),
            None => Node::Opaque,
        };
        self.expr(start, node)
    }

    fn postfix(&mut self) -> Expr {
        let start = self.token.start;
        let base = if self.take_word("new") { self.construct(start) } else { self.primary() };
        let expr = self.links(base, true);
        let by = match self.token.kind {
            Kind::Sign("++") if !self.token.after_line => 1.0,
            Kind::Sign("--") if !self.token.after_line => -1.0,
            _ => return expr,
        };
        self.advance();
        self.expr(start, Node::Step(Box::new(expr), by, false))
    }

    /// Behind `new`.
    fn construct(&mut self, start: usize) -> Expr {
        let class = if self.is_word("new") {
            self.advance();
            match self.deeper(|parser| parser.construct(start)) {
                Some(class) => class,
                None => self.expr(start, Node::Opaque),
            }
        } else {
            let base = self.primary();
            self.links(base, false)
        };
        let arguments = if self.is("(") { self.arguments() } else { Vec::new() };
        self.expr(start, Node::New(Box::new(class), arguments))
    }

    fn links(&mut self, base: Expr, calls: bool) -> Expr {
        let start = base.span.start;
        let mut links = Vec::new();
        loop {
            match self.token.kind {
                Kind::Sign("." | "?.") => {
                    self.advance();
                    let at = self.token.start;
                    if let Some(name) = self.name() {
                        links.push(Link::Member(self.expr(at, Node::Literal(Value::text(name)))));
                    } else if !self.is("[") && !self.is("(") {
                        break;
                    }
                }
                Kind::Sign("[") => {
                    self.advance();
                    let allow_in = std::mem::replace(&mut self.allow_in, true);
                    let index = self.expression();
                    self.allow_in = allow_in;
                    self.take("]");
                    links.push(Link::Index(index));
                }
                Kind::Sign("(") if calls => links.push(Link::Call(self.arguments())),
                // A tagged template is not followed.
                _ => break,
            }
        }
        if links.is_empty() { base } else { self.expr(start, Node::Linked(Box::new(base), links)) }
    }

    fn arguments(&mut self) -> Vec<Expr> {
        let mut found = Vec::new();
        self.take("(");
        let allow_in = std::mem::replace(&mut self.allow_in, true);
        while self.token.kind != Kind::End && !self.is(")") {
            let before = self.token.start;
            self.take("...");
            found.push(self.assignment());
            if !self.take(",") && !self.is(")") || self.token.start == before {
                break;
            }
        }
        self.allow_in = allow_in;
        self.take(")");
        found
    }

    fn primary(&mut self) -> Expr {
        let start = self.token.start;
        let node = match self.token.kind.clone() {
            Kind::Number(number) => self.taken(Node::Literal(Value::Num(number))),
            Kind::Str(text) => self.taken(Node::Literal(Value::text(text))),
            Kind::Template(pieces) => self.template(start, pieces),
            Kind::Regex(pattern, flags) => self.regex(start, pattern, flags),
            Kind::Name(name) => self.named(start, &name),
            Kind::Sign("(") if self.opens_arrow() => {
                let parameters = self.parameters();
                self.arrow(parameters)
            }
            Kind::Sign("(") => {
                self.advance();
                let allow_in = std::mem::replace(&mut self.allow_in, true);
                let inner = self.expression();
                self.allow_in = allow_in;
                self.take(")");
                Node::Group(Box::new(inner))
            }
            Kind::Sign("[") => self.array(),
            Kind::Sign("{") => self.object(),
            _ => Node::Opaque,
        };
        self.expr(start, node)
    }

    fn taken(&mut self, node: Node) -> Node {
        self.advance();
        node
    }

    fn named(&mut self, start: usize, name: &str) -> Node {
        self.advance();
        match name {
            "true" => Node::Literal(Value::Bool(true)),
            "false" => Node::Literal(Value::Bool(false)),
            "null" | "undefined" => Node::Literal(Value::Null),
            "async" if self.is_word("function") => {
                self.advance();
                self.function_value()
            }
            "function" => self.function_value(),
            "class" => {
                while self.token.kind != Kind::End && !self.is("{") {
                    self.advance();
                }
                self.skip_block();
                Node::Opaque
            }
            name if self.is("=>") => {
                let parameters = vec![(name.to_owned(), None)];
                self.arrow(parameters)
            }
            name => {
                let _start = start;
                Node::Name(name.to_owned())
            }
        }
    }

    fn function_value(&mut self) -> Node {
        self.take("*");
        let name = self.name().unwrap_or_default();
        self.function(name).map_or(Node::Opaque, |function| Node::Function(Rc::new(function)))
    }

    /// Whether the parenthesis that stands here opens the parameters of an arrow.
    fn opens_arrow(&self) -> bool {
        let rest = self.text.get(self.token.end..).unwrap_or_default();
        let near = rest.get(..rest.floor_char_boundary(ARROW_BYTES_MAX)).unwrap_or_default();
        let Some((inside, behind)) = near.split_once(')') else { return false };
        let plain = |c: char| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '_' | '$' | ',' | '.');
        inside.chars().all(plain) && behind.trim_start().starts_with("=>")
    }

    fn arrow(&mut self, parameters: Vec<(String, Option<Expr>)>) -> Node {
        self.take("=>");
        let body = if self.is("{") {
            self.deeper(Self::block)
        } else {
            Some(vec![Stmt::Return(Some(self.assignment()))])
        };
        let Some(body) = body else { return Node::Opaque };
        Node::Function(Rc::new(Function { name: String::new(), parameters, body: Rc::new(body) }))
    }

    fn template(&mut self, start: usize, pieces: Vec<(String, Option<String>)>) -> Node {
        self.advance();
        let mut joined = Vec::new();
        for (text, source) in pieces {
            joined.push(self.expr(start, Node::Literal(Value::text(text))));
            let Some(source) = source else { continue };
            if self.nesting + 4 >= super::LEVELS_MAX {
                self.too_deep = true;
                continue;
            }
            let program = nested(&source, self.nesting + 4);
            self.too_deep |= program.too_deep;
            if let Some(Stmt::Expr(expr)) = program.body.into_iter().next() {
                joined.push(expr);
            }
        }
        Node::Joined(joined)
    }

    fn regex(&mut self, start: usize, pattern: String, flags: String) -> Node {
        self.advance();
        let class = self.expr(start, Node::Name("RegExp".to_owned()));
        let pattern = self.expr(start, Node::Literal(Value::text(pattern)));
        let flags = self.expr(start, Node::Literal(Value::text(flags)));
        Node::New(Box::new(class), vec![pattern, flags])
    }

    fn array(&mut self) -> Node {
        self.advance();
        let mut items = Vec::new();
        let allow_in = std::mem::replace(&mut self.allow_in, true);
        while self.token.kind != Kind::End && !self.is("]") {
            let before = self.token.start;
            if self.is(",") {
                items.push(self.expr(before, Node::Literal(Value::Null)));
                self.advance();
                continue;
            }
            self.take("...");
            items.push(self.assignment());
            if !self.take(",") && !self.is("]") || self.token.start == before {
                break;
            }
        }
        self.allow_in = allow_in;
        self.take("]");
        Node::Array(items)
    }

    fn object(&mut self) -> Node {
        self.advance();
        let mut fields = Vec::new();
        let allow_in = std::mem::replace(&mut self.allow_in, true);
        while self.token.kind != Kind::End && !self.is("}") {
            let before = self.token.start;
            let at = self.token.start;
            let key = match self.token.kind.clone() {
                Kind::Name(name) => Some(name),
                Kind::Str(text) => Some(text),
                Kind::Number(number) => Some(crate::script::command::evaluate::value::number_text(number)),
                _ => None,
            };
            self.advance();
            if let Some(key) = key {
                if self.take(":") {
                    fields.push((key, self.assignment()));
                } else if self.is("(") {
                    if let Some(function) = self.function(key.clone()) {
                        let node = Node::Function(Rc::new(function));
                        fields.push((key, self.expr(at, node)));
                    }
                } else {
                    let value = self.expr(at, Node::Name(key.clone()));
                    fields.push((key, value));
                }
            }
            self.take(",");
            if self.token.start == before {
                break;
            }
        }
        self.allow_in = allow_in;
        self.take("}");
        Node::Fields(fields)
    }
}
