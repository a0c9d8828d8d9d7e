//! Expressions of VBA (MS-VBAL 5.6), read into trees. Reading never fails: what it does not know is unknown, and
//! it always moves on.

use super::names;
use super::reader::{Meaning, NESTING_MAX, Reader, Tokens};
use crate::script::Obstacle;
use crate::script::vba::lex::{Kind, Token};
use crate::script::vba::read::{Argument, Callee, Expr, Invoke, Member};
use crate::script::vba::value::operators::Operator;
use crate::script::vba::value::{Value, radix_number};
use std::rc::Rc;

const NOT_BINDS: u8 = 6;
const COMPARE_BINDS: u8 = 7;
const MINUS_BINDS: u8 = 13;
/// Dotted names longer than this name no property that was set.
const DOTTED_BYTES_MAX: usize = 256;
/// Names behind one another: `a.b.c`.
const MEMBERS_MAX: usize = 32;

/// The operator at the front, how strongly it binds, and its tokens.
fn operator(tokens: &[Token<'_>]) -> Option<(Operator, u8, usize)> {
    use Operator as O;
    let token = tokens.first()?;
    let next = |symbol: u8| tokens.get(1).is_some_and(|token| token.is_symbol(symbol));
    Some(match token.kind {
        Kind::Symbol(b'^') => (O::Power, 14, 1),
        Kind::Symbol(b'*') => (O::Times, 12, 1),
        Kind::Symbol(b'/') => (O::Divide, 12, 1),
        Kind::Symbol(b'\\') => (O::WholeDivide, 11, 1),
        Kind::Symbol(b'+') => (O::Plus, 9, 1),
        Kind::Symbol(b'-') => (O::Minus, 9, 1),
        Kind::Symbol(b'&') => (O::Join, 8, 1),
        Kind::Symbol(b'=') if next(b'<') => (O::LessEqual, COMPARE_BINDS, 2),
        Kind::Symbol(b'=') if next(b'>') => (O::GreaterEqual, COMPARE_BINDS, 2),
        Kind::Symbol(b'=') => (O::Equal, COMPARE_BINDS, 1),
        Kind::Symbol(b'<') if next(b'>') => (O::Unequal, COMPARE_BINDS, 2),
        Kind::Symbol(b'<') if next(b'=') => (O::LessEqual, COMPARE_BINDS, 2),
        Kind::Symbol(b'<') => (O::Less, COMPARE_BINDS, 1),
        Kind::Symbol(b'>') if next(b'=') => (O::GreaterEqual, COMPARE_BINDS, 2),
        Kind::Symbol(b'>') if next(b'<') => (O::Unequal, COMPARE_BINDS, 2),
        Kind::Symbol(b'>') => (O::Greater, COMPARE_BINDS, 1),
        Kind::Word => word_operator(token)?,
        _ => return None,
    })
}

fn word_operator(token: &Token<'_>) -> Option<(Operator, u8, usize)> {
    if token.text.len() > 4 {
        return None;
    }
    let found = match token.text.to_ascii_lowercase().as_str() {
        "mod" => (Operator::Mod, 10),
        "like" => (Operator::Like, COMPARE_BINDS),
        "is" => (Operator::Is, COMPARE_BINDS),
        "and" => (Operator::And, 5),
        "or" => (Operator::Or, 4),
        "xor" => (Operator::Xor, 3),
        "eqv" => (Operator::Equivalent, 2),
        "imp" => (Operator::Implies, 1),
        _ => return None,
    };
    Some((found.0, found.1, 1))
}

fn strength(operator: Operator) -> u8 {
    use Operator as O;
    match operator {
        O::Power => 14,
        O::Times | O::Divide => 12,
        O::WholeDivide => 11,
        O::Mod => 10,
        O::Plus | O::Minus => 9,
        O::Join => 8,
        O::Equal | O::Unequal | O::Less | O::LessEqual | O::Greater | O::GreaterEqual | O::Like | O::Is => 7,
        O::And => 5,
        O::Or => 4,
        O::Xor => 3,
        O::Equivalent => 2,
        O::Implies => 1,
    }
}

/// Operators of one strength make one chain, so that ten thousand joined pieces are wide and not deep.
fn chained<'a>(left: Expr<'a>, operator: Operator, right: Expr<'a>) -> Expr<'a> {
    match left {
        Expr::Chain(first, mut more)
            if more.first().is_some_and(|(before, _)| strength(*before) == strength(operator)) =>
        {
            more.push((operator, right));
            Expr::Chain(first, more)
        }
        other => Expr::Chain(Box::new(other), vec![(operator, right)]),
    }
}

/// A path that was read.
pub(in crate::script::vba) struct Path<'a> {
    pub(in crate::script::vba) expr: Expr<'a>,
    /// Where the parenthesis of its last arguments opens, if it ends with one.
    pub(in crate::script::vba) opened: Option<usize>,
}

impl<'a> Reader<'_, 'a> {
    pub(in crate::script::vba) fn expression(&mut self, tokens: &mut Tokens<'_, 'a>, binds: u8) -> Expr<'a> {
        if tokens.nesting >= NESTING_MAX {
            self.obstacle(Obstacle::Statement);
            tokens.skip_argument();
            return Expr::Unknown;
        }
        tokens.nesting += 1;
        let mut left = self.operand(tokens);
        while let Some((operator, strength, len)) = operator(tokens.rest()) {
            if strength < binds {
                break;
            }
            tokens.at += len;
            let right = self.expression(tokens, strength + 1);
            left = chained(left, operator, right);
        }
        tokens.nesting -= 1;
        left
    }

    /// The values separated by commas up to a closing parenthesis or the end.
    pub(in crate::script::vba) fn arguments(&mut self, tokens: &mut Tokens<'_, 'a>) -> Vec<Argument<'a>> {
        let mut values = Vec::new();
        loop {
            if tokens.next_is(b',') {
                values.push(Argument { name: None, value: Expr::Missing });
            } else if tokens.done() || tokens.next_is(b')') {
                return values;
            } else {
                let named = tokens.tokens.get(tokens.at + 1).is_some_and(|token| token.is_symbol(b':'));
                let name = if named { tokens.peek().map(|token| token.text) } else { None };
                tokens.at += if named { 2 } else { 0 };
                tokens.take_word("byval");
                let value = self.expression(tokens, 0);
                values.push(Argument { name, value });
                tokens.skip_argument();
            }
            if !tokens.take(b',') {
                return values;
            }
        }
    }

    fn operand(&mut self, tokens: &mut Tokens<'_, 'a>) -> Expr<'a> {
        let Some(token) = tokens.peek() else { return Expr::Unknown };
        match token.kind {
            Kind::Text => {
                tokens.at += 1;
                Expr::Known(Value::text(token.text.replace("\"\"", "\"")))
            }
            Kind::Number => {
                tokens.at += 1;
                Expr::Known(number(token.text))
            }
            Kind::Symbol(b'-') => {
                tokens.at += 1;
                Expr::Negate(Box::new(self.expression(tokens, MINUS_BINDS)))
            }
            Kind::Symbol(b'+') => {
                tokens.at += 1;
                self.expression(tokens, MINUS_BINDS)
            }
            Kind::Symbol(b'(') => {
                tokens.at += 1;
                let value = self.expression(tokens, 0);
                tokens.skip_argument();
                tokens.take(b')');
                self.behind(tokens, Path { expr: value, opened: None }, None, false).expr
            }
            Kind::Symbol(b'#') => date(tokens),
            Kind::Word => self.word(tokens, &token),
            Kind::Symbol(b'.' | b'!') => self.path(tokens).expr,
            Kind::Symbol(b',' | b')') => Expr::Unknown,
            Kind::Symbol(_) => {
                tokens.at += 1;
                Expr::Unknown
            }
        }
    }

    fn word(&mut self, tokens: &mut Tokens<'_, 'a>, token: &Token<'a>) -> Expr<'a> {
        if token.is("not") {
            tokens.at += 1;
            return Expr::Not(Box::new(self.expression(tokens, NOT_BINDS)));
        }
        if token.is("new") {
            tokens.at += 1;
            return Expr::New(type_name(tokens).into(), token.line);
        }
        if token.is("typeof") {
            tokens.at += 1;
            return Expr::Effect(Box::new(self.expression(tokens, 0)));
        }
        if token.is("addressof") {
            tokens.at += 1;
            let name = tokens.peek().map_or("", |token| token.text);
            tokens.at += 1;
            let target = self.project.resolve(self.module, name).first();
            return target.map_or(Expr::Unknown, |target| Expr::Address(*target));
        }
        self.path(tokens).expr
    }

    /// `a.b(c).d`
    pub(in crate::script::vba) fn path(&mut self, tokens: &mut Tokens<'_, 'a>) -> Path<'a> {
        let Some(token) = tokens.peek() else { return Path { expr: Expr::Unknown, opened: None } };
        if token.is_symbol(b'.') || token.is_symbol(b'!') {
            let (base, key) = match self.withs.last() {
                Some((variable, key)) => (Expr::Variable(*variable), key.clone()),
                None => (Expr::Unknown, None),
            };
            return self.behind(tokens, Path { expr: base, opened: None }, key, true);
        }
        tokens.at += 1;
        if token.kind != Kind::Word {
            return Path { expr: Expr::Unknown, opened: None };
        }
        let lower = token.text.to_ascii_lowercase();
        let dotted = tokens.next_is_member();
        if dotted
            && (names::is_namespace(&lower) || self.names.is_enumeration(&lower))
            && self.variable(&lower).is_none()
        {
            tokens.at += 1;
            return self.path(tokens);
        }
        let opened = tokens.at;
        let arguments = self.in_parentheses(tokens);
        let ends = arguments.is_some().then_some(opened);
        let key = (arguments.is_none() && lower.len() < DOTTED_BYTES_MAX).then(|| Rc::from(lower));
        let expr = match (self.meaning(&token, arguments.is_some()), arguments) {
            (Meaning::Value(value), None) => value,
            (Meaning::Value(value), Some(arguments)) => Expr::Index(Box::new((value, arguments))),
            (Meaning::Callee(callee), arguments) => {
                let plain = arguments.is_none();
                let arguments = arguments.unwrap_or_default();
                let dotted = plain && tokens.next_is_member();
                self.called(callee, arguments, dotted, token.line)
            }
        };
        self.behind(tokens, Path { expr, opened: ends }, key, false)
    }

    fn called(&self, callee: Callee<'a>, arguments: Vec<Argument<'a>>, dotted: bool, line: u32) -> Expr<'a> {
        // `Shell.x`, `Run.y`: no call of the language, but the start of a path.
        let callee = match callee {
            Callee::Builtin(name, _) if dotted => Callee::Host(name),
            other => other,
        };
        Expr::Call(Box::new(Invoke { callee, arguments, dotted, line }))
    }

    /// The members and elements behind a value. `key` is its dotted name; `with`: it is what a `With` block stands for.
    fn behind(
        &mut self,
        tokens: &mut Tokens<'_, 'a>,
        path: Path<'a>,
        key: Option<Rc<str>>,
        with: bool,
    ) -> Path<'a> {
        let Path { mut expr, mut opened } = path;
        let mut key = key;
        for at in 0..MEMBERS_MAX {
            // The first dot of a `With` path stands behind a blank.
            let leading = with && at == 0 && tokens.next_is(b'.');
            let bang = tokens.next_is(b'!');
            if tokens.next_is(b'(') {
                opened = Some(tokens.at);
                let arguments = self.in_parentheses(tokens).unwrap_or_default();
                expr = Expr::Index(Box::new((expr, arguments)));
                key = None;
            } else if bang || leading || tokens.next_is_member() {
                let Some(token) = tokens.tokens.get(tokens.at + 1).filter(|token| token.kind == Kind::Word)
                else {
                    break;
                };
                tokens.at += 2;
                let at = tokens.at;
                let given = if bang { None } else { self.in_parentheses(tokens) };
                opened = given.is_some().then_some(at);
                let longer =
                    key.filter(|_| !bang).map(|key| format!("{key}.{}", token.text.to_ascii_lowercase()));
                key = longer.filter(|longer| longer.len() < DOTTED_BYTES_MAX).map(Rc::from);
                expr = if bang {
                    let item = Argument { name: None, value: Expr::Known(Value::text(token.text)) };
                    Expr::Index(Box::new((expr, vec![item])))
                } else {
                    let arguments = given.unwrap_or_default();
                    let (name, line) = (token.text, token.line);
                    Expr::Member(Box::new(Member { base: expr, name, arguments, key: key.clone(), line }))
                };
            } else {
                return Path { expr, opened };
            }
        }
        if tokens.next_is_member() || tokens.next_is(b'(') {
            tokens.skip_argument();
            return Path { expr: Expr::Effect(Box::new(expr)), opened: None };
        }
        Path { expr, opened }
    }

    /// The arguments in parentheses that follow; `None` when none do.
    fn in_parentheses(&mut self, tokens: &mut Tokens<'_, 'a>) -> Option<Vec<Argument<'a>>> {
        if !tokens.take(b'(') {
            return None;
        }
        if tokens.nesting >= NESTING_MAX {
            self.obstacle(Obstacle::Statement);
            tokens.skip_argument();
            return Some(Vec::new());
        }
        tokens.nesting += 1;
        let mut arguments = self.arguments(tokens);
        while !tokens.done() && !tokens.take(b')') {
            // A word the grammar does not expect: go on behind it.
            tokens.at += 1;
            arguments.extend(self.arguments(tokens));
        }
        tokens.nesting -= 1;
        Some(arguments)
    }
}

/// `Library.Type` behind `New` or `As`.
pub(in crate::script::vba) fn type_name(tokens: &mut Tokens<'_, '_>) -> String {
    let mut name = String::new();
    while let Some(token) = tokens.peek() {
        let fits = if name.is_empty() || name.ends_with('.') {
            token.kind == Kind::Word
        } else {
            token.is_symbol(b'.')
        };
        if !fits || name.len() > DOTTED_BYTES_MAX {
            break;
        }
        name.push_str(token.text);
        tokens.at += 1;
    }
    name
}

/// `#1/31/2020 10:00#`: a time nothing depends on here.
fn date<'a>(tokens: &mut Tokens<'_, 'a>) -> Expr<'a> {
    tokens.at += 1;
    let end = tokens.rest().iter().take(16).position(|token| token.is_symbol(b'#'));
    tokens.at += end.map_or(0, |end| end + 1);
    Expr::Unknown
}

fn number(text: &str) -> Value {
    let parsed = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("&h") => text.get(2..).and_then(|digits| radix_number(digits, 16)),
        Some("&o") => text.get(2..).and_then(|digits| radix_number(digits, 8)),
        _ => text.parse().ok().or_else(|| text.to_ascii_lowercase().replace('d', "e").parse().ok()),
    };
    parsed.map_or(Value::Unknown, Value::Num)
}
