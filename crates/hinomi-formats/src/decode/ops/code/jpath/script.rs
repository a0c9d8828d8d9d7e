//! The expressions in filters: JavaScript's operators, members and a few functions, over values that cannot change.

use super::units;
use super::value::Value;
use crate::decode::bake::Oven;
use crate::decode::dish::is_space;
use crate::decode::error::Fault;
use crate::decode::regex::{Flags, Regex};
use crate::{Limit, Limits};
use std::rc::Rc;

/// What the names of an expression stand for.
pub(super) struct Scope<'j> {
    pub(super) value: Value<'j>,
    pub(super) name: Value<'j>,
    pub(super) parent: Value<'j>,
    pub(super) parent_name: Value<'j>,
    pub(super) root: Value<'j>,
}

/// The value of an expression; of several, that of the last.
pub(super) fn evaluate<'j>(code: &[u16], scope: &Scope<'j>, oven: &mut Oven) -> Result<Value<'j>, Fault> {
    let mut reader = Reader { code, at: 0, depth: 0 };
    let mut nodes = Vec::new();
    loop {
        reader.space();
        while reader.take(";") || reader.take(",") {
            reader.space();
        }
        if reader.at >= code.len() {
            break;
        }
        nodes.push(reader.expression()?);
    }
    let mut last = Value::Undefined;
    for node in &nodes {
        last = node.value(Some(scope), oven)?;
    }
    Ok(last)
}

enum Node {
    Literal(Value<'static>),
    Name(Vec<u16>),
    /// The object, the property, and whether it stood in brackets.
    Member(Box<Self>, Box<Self>, bool),
    Call(Box<Self>, Vec<Self>),
    Unary(&'static str, Box<Self>),
    Binary(&'static str, Box<Self>, Box<Self>),
    Choice(Box<Self>, Box<Self>, Box<Self>),
    Items(Vec<Self>),
}

/// The operators of two sides, longest first, with their strength.
const OPERATORS: &[(&str, u8)] = &[
    (">>>", 8),
    ("===", 6),
    ("!==", 6),
    ("||", 1),
    ("&&", 2),
    ("==", 6),
    ("!=", 6),
    ("<=", 7),
    (">=", 7),
    ("<<", 8),
    (">>", 8),
    ("|", 3),
    ("^", 4),
    ("&", 5),
    ("<", 7),
    (">", 7),
    ("+", 9),
    ("-", 9),
    ("*", 10),
    ("/", 10),
    ("%", 10),
];

struct Reader<'c> {
    code: &'c [u16],
    at: usize,
    depth: u32,
}

impl Reader<'_> {
    fn wrong(&self) -> Fault {
        Fault::refused(format!("a filter that cannot be read from its character {} on", self.at))
    }

    fn rest(&self) -> &[u16] {
        self.code.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        let spaces = self.rest().iter().take_while(|unit| is_space(**unit)).count();
        self.at = self.at.saturating_add(spaces);
    }

    fn starts(&self, word: &str) -> bool {
        self.rest().iter().copied().take(word.len()).eq(word.encode_utf16())
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.starts(word);
        if found {
            self.at = self.at.saturating_add(word.len());
        }
        found
    }

    fn expression(&mut self) -> Result<Node, Fault> {
        self.depth = self.depth.saturating_add(1);
        self.not_too_deep(0)?;
        let test = self.binary(1)?;
        self.space();
        let node = if self.take("?") {
            let yes = self.expression()?;
            self.space();
            if !self.take(":") {
                return Err(self.wrong());
            }
            Node::Choice(Box::new(test), Box::new(yes), Box::new(self.expression()?))
        } else {
            test
        };
        self.depth = self.depth.saturating_sub(1);
        Ok(node)
    }

    /// Operators and members that follow one another are inside one another too, once they are read.
    fn not_too_deep(&self, links: u32) -> Result<(), Fault> {
        if self.depth.saturating_add(links) <= Limits::NESTING_MAX {
            return Ok(());
        }
        let value = u64::from(Limits::NESTING_MAX);
        Err(Fault::Limit(Limit { name: "nesting_max".to_owned(), value }))
    }

    fn binary(&mut self, least: u8) -> Result<Node, Fault> {
        let mut left = self.unary()?;
        for links in 0.. {
            self.not_too_deep(links)?;
            self.space();
            let found = OPERATORS.iter().find(|(sign, _)| self.starts(sign));
            let Some((sign, strength)) = found.filter(|(_, strength)| *strength >= least) else {
                return Ok(left);
            };
            self.take(sign);
            let right = self.binary(strength.saturating_add(1))?;
            left = Node::Binary(sign, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Node, Fault> {
        self.space();
        for sign in ["-", "!", "~", "+", "typeof", "void"] {
            let word = sign.len() > 1;
            let more = self.rest().get(sign.len()).is_some_and(|unit| is_name(*unit));
            if self.starts(sign) && !(word && more) {
                self.take(sign);
                self.depth = self.depth.saturating_add(1);
                self.not_too_deep(0)?;
                let node = self.unary()?;
                self.depth = self.depth.saturating_sub(1);
                return Ok(Node::Unary(sign, Box::new(node)));
            }
        }
        let node = self.atom()?;
        self.members(node)
    }

    fn members(&mut self, mut node: Node) -> Result<Node, Fault> {
        for links in 0.. {
            self.not_too_deep(links)?;
            self.space();
            if self.take("?.") || self.take(".") {
                self.space();
                let name = Node::Name(self.name()?);
                node = Node::Member(Box::new(node), Box::new(name), false);
            } else if self.take("[") {
                let key = self.expression()?;
                self.space();
                if !self.take("]") {
                    return Err(self.wrong());
                }
                node = Node::Member(Box::new(node), Box::new(key), true);
            } else if self.take("(") {
                node = Node::Call(Box::new(node), self.list(")")?);
            } else {
                break;
            }
        }
        Ok(node)
    }

    fn list(&mut self, close: &str) -> Result<Vec<Node>, Fault> {
        let mut items = Vec::new();
        loop {
            self.space();
            if self.take(close) {
                return Ok(items);
            }
            if !items.is_empty() && !self.take(",") {
                return Err(self.wrong());
            }
            items.push(self.expression()?);
        }
    }

    fn name(&mut self) -> Result<Vec<u16>, Fault> {
        let name: Vec<u16> = self.rest().iter().copied().take_while(|unit| is_name(*unit)).collect();
        self.at = self.at.saturating_add(name.len());
        if name.is_empty() { Err(self.wrong()) } else { Ok(name) }
    }

    fn atom(&mut self) -> Result<Node, Fault> {
        let first = self.rest().first().and_then(|unit| u8::try_from(*unit).ok());
        match first {
            Some(b'(') => {
                self.take("(");
                let node = self.expression()?;
                self.space();
                if self.take(")") { Ok(node) } else { Err(self.wrong()) }
            }
            Some(b'[') => {
                self.take("[");
                Ok(Node::Items(self.list("]")?))
            }
            Some(quote @ (b'"' | b'\'')) => self.string(quote).map(|text| Node::Literal(Value::text(text))),
            Some(b'0'..=b'9' | b'.') => self.number(),
            Some(b'/') => self.pattern(),
            _ => {
                let name = self.name()?;
                Ok(match String::from_utf16_lossy(&name).as_str() {
                    "true" => Node::Literal(Value::Flag(true)),
                    "false" => Node::Literal(Value::Flag(false)),
                    "null" => Node::Literal(Value::Null),
                    "undefined" => Node::Literal(Value::Undefined),
                    _ => Node::Name(name),
                })
            }
        }
    }

    fn number(&mut self) -> Result<Node, Fault> {
        let digits = |unit: &&u16| (0x30..=0x39).contains(*unit) || **unit == u16::from(b'.');
        let text: Vec<u16> = self.rest().iter().take_while(digits).copied().collect();
        self.at = self.at.saturating_add(text.len());
        let mut text = String::from_utf16_lossy(&text);
        if self.starts("e") || self.starts("E") {
            self.at = self.at.saturating_add(1);
            text.push('e');
            for sign in ["-", "+"] {
                if self.take(sign) {
                    text.push_str(sign);
                }
            }
            let digits: Vec<u16> =
                self.rest().iter().take_while(|unit| (0x30..=0x39).contains(*unit)).copied().collect();
            self.at = self.at.saturating_add(digits.len());
            text.push_str(&String::from_utf16_lossy(&digits));
        }
        let more = self.rest().first().is_some_and(|unit| is_name(*unit));
        match text.parse() {
            Ok(number) if !more => Ok(Node::Literal(Value::Number(number))),
            _ => Err(self.wrong()),
        }
    }

    fn string(&mut self, quote: u8) -> Result<Vec<u16>, Fault> {
        self.at = self.at.saturating_add(1);
        let mut text = Vec::new();
        loop {
            let unit = *self.rest().first().ok_or_else(|| self.wrong())?;
            self.at = self.at.saturating_add(1);
            if unit == u16::from(quote) {
                return Ok(text);
            }
            if unit != 0x5c {
                text.push(unit);
                continue;
            }
            let escaped = *self.rest().first().ok_or_else(|| self.wrong())?;
            self.at = self.at.saturating_add(1);
            text.push(match u8::try_from(escaped) {
                Ok(b'n') => 0x0a,
                Ok(b'r') => 0x0d,
                Ok(b't') => 0x09,
                Ok(b'b') => 0x08,
                Ok(b'f') => 0x0c,
                Ok(b'v') => 0x0b,
                _ => escaped,
            });
        }
    }

    fn pattern(&mut self) -> Result<Node, Fault> {
        self.at = self.at.saturating_add(1);
        let (mut pattern, mut class) = (Vec::new(), false);
        loop {
            let unit = *self.rest().first().ok_or_else(|| self.wrong())?;
            self.at = self.at.saturating_add(1);
            match u8::try_from(unit) {
                Ok(b'/') if !class => break,
                Ok(b'[') => class = true,
                Ok(b']') => class = false,
                Ok(b'\\') => {
                    pattern.push(unit);
                    pattern.push(*self.rest().first().ok_or_else(|| self.wrong())?);
                    self.at = self.at.saturating_add(1);
                    continue;
                }
                _ => {}
            }
            pattern.push(unit);
        }
        let mut flags = Flags::default();
        while let Some(unit) = self.rest().first().filter(|unit| is_name(**unit)) {
            match u8::try_from(*unit) {
                Ok(b'i') => flags.ignore_case = true,
                Ok(b'm') => flags.multiline = true,
                Ok(b's') => flags.dot_all = true,
                Ok(b'u') => flags.unicode = true,
                _ => return Err(self.wrong()),
            }
            self.at = self.at.saturating_add(1);
        }
        let regex = Regex::native(&pattern, flags).map_err(Fault::Refused)?;
        Ok(Node::Literal(Value::Pattern(Rc::new(regex))))
    }
}

fn is_name(unit: u16) -> bool {
    unit >= 0x80 || u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || b"_$".contains(&byte))
}

impl Node {
    /// The value; without a scope no name stands for anything.
    fn value<'j>(&self, scope: Option<&Scope<'j>>, oven: &mut Oven) -> Result<Value<'j>, Fault> {
        Ok(match self {
            Self::Literal(value) => value.clone(),
            Self::Name(name) => {
                let known = scope.and_then(|scope| named(name, scope));
                known.ok_or_else(|| {
                    Fault::refused(format!("{} is not defined", String::from_utf16_lossy(name)))
                })?
            }
            Self::Items(items) => {
                let items = items.iter().map(|item| item.value(scope, oven));
                Value::Items(Rc::new(items.collect::<Result<_, _>>()?))
            }
            Self::Choice(test, yes, no) => {
                let way = if test.value(scope, oven)?.truthy() { yes } else { no };
                way.value(scope, oven)?
            }
            Self::Unary(sign, of) => unary(sign, &of.value(scope, oven)?),
            Self::Binary(sign, left, right) => {
                let left = left.value(scope, oven)?;
                match (*sign, left.truthy()) {
                    ("||", true) | ("&&", false) => left,
                    _ => {
                        let right = right.value(scope, oven)?;
                        binary(sign, &left, right)
                    }
                }
            }
            Self::Member(object, key, computed) => {
                let key = match (&**key, computed) {
                    (Self::Name(name), false) => name.clone(),
                    // What stands in brackets is looked at without any names, there too.
                    (key, _) => key.value(None, oven)?.to_text(),
                };
                let object = object.value(scope, oven)?;
                if matches!(object, Value::Undefined | Value::Null) {
                    return Err(Fault::refused(format!(
                        "there is no {} in nothing",
                        String::from_utf16_lossy(&key)
                    )));
                }
                object.property(&key)
            }
            Self::Call(function, arguments) => {
                let arguments: Vec<Value<'j>> =
                    arguments.iter().map(|argument| argument.value(scope, oven)).collect::<Result<_, _>>()?;
                match function.value(scope, oven)? {
                    Value::Method(of, name) => called(&of, name, &arguments, oven)?,
                    _ => return Err(Fault::refused("a function that is not evaluated by this version")),
                }
            }
        })
    }
}

fn named<'j>(name: &[u16], scope: &Scope<'j>) -> Option<Value<'j>> {
    Some(match String::from_utf16_lossy(name).as_str() {
        "_$_v" => scope.value.clone(),
        "_$_property" => scope.name.clone(),
        "_$_parent" => scope.parent.clone(),
        "_$_parentProperty" => scope.parent_name.clone(),
        "_$_root" => scope.root.clone(),
        _ => return None,
    })
}

fn unary<'j>(sign: &str, value: &Value<'j>) -> Value<'j> {
    match sign {
        "-" => Value::Number(-value.to_number()),
        "+" => Value::Number(value.to_number()),
        "!" => Value::Flag(!value.truthy()),
        "~" => Value::Number(f64::from(!to_int32(value.to_number()))),
        "typeof" => Value::text(units(value.sort())),
        _ => Value::Undefined,
    }
}

fn to_int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    // Below 2^32 by the remainder; the second cast keeps the bits.
    (number.trunc().rem_euclid(4_294_967_296.0) as u32).cast_signed()
}

fn binary<'j>(sign: &str, left: &Value<'j>, right: Value<'j>) -> Value<'j> {
    let (a, b) = (left.to_number(), right.to_number());
    let (ia, ib) = (to_int32(a), to_int32(b));
    let by = u32::try_from(ib & 31).unwrap_or(0);
    let texts = matches!((left, &right), (Value::Text(_), Value::Text(_)));
    let order = if texts { Some(left.to_text().cmp(&right.to_text())) } else { a.partial_cmp(&b) };
    match sign {
        "==" => Value::Flag(left.equal(&right)),
        "!=" => Value::Flag(!left.equal(&right)),
        "===" => Value::Flag(left.same(&right)),
        "!==" => Value::Flag(!left.same(&right)),
        "<" => Value::Flag(order.is_some_and(std::cmp::Ordering::is_lt)),
        ">" => Value::Flag(order.is_some_and(std::cmp::Ordering::is_gt)),
        "<=" => Value::Flag(order.is_some_and(std::cmp::Ordering::is_le)),
        ">=" => Value::Flag(order.is_some_and(std::cmp::Ordering::is_ge)),
        "|" => Value::Number(f64::from(ia | ib)),
        "^" => Value::Number(f64::from(ia ^ ib)),
        "&" => Value::Number(f64::from(ia & ib)),
        "<<" => Value::Number(f64::from(ia.wrapping_shl(by))),
        ">>" => Value::Number(f64::from(ia.wrapping_shr(by))),
        ">>>" => Value::Number(f64::from(ia.cast_unsigned().wrapping_shr(by))),
        "+" if [left, &right].iter().any(|side| matches!(side.sort(), "string") || is_object(side)) => {
            Value::text([left.to_text(), right.to_text()].concat())
        }
        "+" => Value::Number(a + b),
        "-" => Value::Number(a - b),
        "*" => Value::Number(a * b),
        "/" => Value::Number(a / b),
        "%" => Value::Number(a % b),
        // The other sides of `||` and `&&`.
        _ => right,
    }
}

fn is_object(value: &Value<'_>) -> bool {
    value.sort() == "object" && !matches!(value, Value::Null)
}

fn called<'j>(
    of: &Value<'j>,
    name: &str,
    arguments: &[Value<'j>],
    oven: &mut Oven,
) -> Result<Value<'j>, Fault> {
    let first = arguments.first().cloned().unwrap_or(Value::Undefined);
    if let Value::List(_) | Value::Items(_) = of {
        let length = of.own(&units("length")).map_or(0.0, |length| length.to_number());
        let mut at = 0.0;
        while at < length {
            oven.work(1)?;
            if of.own(&Value::Number(at).to_text()).is_some_and(|item| item.same(&first)) {
                return Ok(if name == "includes" { Value::Flag(true) } else { Value::Number(at) });
            }
            at += 1.0;
        }
        return Ok(if name == "includes" { Value::Flag(false) } else { Value::Number(-1.0) });
    }
    if let Value::Pattern(regex) = of {
        return Ok(Value::Flag(regex.is_in(&first.to_text(), oven)?));
    }
    let text = of.to_text();
    let wanted = first.to_text();
    oven.work(text.len())?;
    let place = || {
        if wanted.is_empty() {
            Some(0)
        } else {
            text.windows(wanted.len()).position(|window| window == wanted)
        }
    };
    let cased = |case: fn(&str) -> String| Value::text(crate::decode::ops::text::with_case(&text, case));
    Ok(match name {
        "match" => {
            let regex = match &first {
                Value::Pattern(regex) => Rc::clone(regex),
                _ => Rc::new(Regex::native(&wanted, Flags::default()).map_err(Fault::Refused)?),
            };
            match regex.find_at(&text, 0, oven)? {
                Some(found) => {
                    let whole = found.text(&text, 0).unwrap_or_default().to_vec();
                    Value::Items(Rc::new(vec![Value::text(whole)]))
                }
                None => Value::Null,
            }
        }
        "includes" => Value::Flag(place().is_some()),
        "indexOf" => Value::Number(place().map_or(-1.0, |place| place as f64)),
        "startsWith" => Value::Flag(text.starts_with(&wanted)),
        "endsWith" => Value::Flag(text.ends_with(&wanted)),
        "toLowerCase" => cased(str::to_lowercase),
        "toUpperCase" => cased(str::to_uppercase),
        _ => {
            let start = text.iter().take_while(|unit| is_space(**unit)).count();
            let end = text.iter().rev().take_while(|unit| is_space(**unit)).count();
            let kept = text.get(start..text.len().saturating_sub(end)).unwrap_or_default();
            Value::text(kept.to_vec())
        }
    })
}
