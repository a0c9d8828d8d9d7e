//! Expressions and calls of VBA (MS-VBAL 5.6), folded while they are read. Reading never fails: what it does
//! not know is an unknown value, and it always moves on.

use super::lex::{Kind, Token};
use super::machine::{Frame, Machine, NESTING_MAX, push_text};
use super::value::Value;

/// Tokens of a statement and a place in them.
struct Reader<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    nesting: u32,
}

impl<'a> Reader<'_, 'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn next_is(&self, symbol: u8) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    fn take(&mut self, symbol: u8) -> bool {
        let is = self.next_is(symbol);
        self.at += usize::from(is);
        is
    }

    /// Over what is left of an argument: to the comma or the closing parenthesis that ends it.
    fn skip_argument(&mut self) {
        let mut depth = 0u32;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Symbol(b'(') => depth += 1,
                Kind::Symbol(b')') if depth == 0 => return,
                Kind::Symbol(b')') => depth -= 1,
                Kind::Symbol(b',') if depth == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }
}

/// Operators by how strongly they bind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Power,
    Times,
    Divide,
    WholeDivide,
    Mod,
    Plus,
    Minus,
    Join,
    Compare,
    And,
    Or,
    Xor,
}

/// Dotted names longer than this name no property that was set.
const DOTTED_BYTES_MAX: usize = 256;
const NOT_BINDS: u8 = 4;
const MINUS_BINDS: u8 = 10;

fn operator(token: &Token<'_>) -> Option<(Operator, u8)> {
    Some(match token.kind {
        Kind::Symbol(b'^') => (Operator::Power, 11),
        Kind::Symbol(b'*') => (Operator::Times, 9),
        Kind::Symbol(b'/') => (Operator::Divide, 9),
        Kind::Symbol(b'\\') => (Operator::WholeDivide, 8),
        Kind::Symbol(b'+') => (Operator::Plus, 6),
        Kind::Symbol(b'-') => (Operator::Minus, 6),
        Kind::Symbol(b'&') => (Operator::Join, 5),
        Kind::Symbol(b'=' | b'<' | b'>') => (Operator::Compare, 4),
        Kind::Word if token.is("mod") => (Operator::Mod, 7),
        Kind::Word if token.is("like") || token.is("is") => (Operator::Compare, 4),
        Kind::Word if token.is("and") => (Operator::And, 3),
        Kind::Word if token.is("or") => (Operator::Or, 2),
        Kind::Word if token.is("xor") => (Operator::Xor, 1),
        _ => return None,
    })
}

impl<'a> Machine<'_, 'a> {
    /// The comma-separated values from `at` to the end of the statement.
    pub(super) fn arguments_to_end(&mut self, frame: &Frame, tokens: &[Token<'a>], at: usize) -> Vec<Value> {
        let mut reader = Reader { tokens, at, nesting: 0 };
        let mut values = Vec::new();
        while reader.peek().is_some() {
            values.extend(self.arguments(frame, &mut reader));
            // A parenthesis too many, or a word the grammar does not expect: go on behind it.
            reader.at += 1;
        }
        values
    }

    /// A statement that calls: `Shell x, 0`, `obj.Run x`, `foo`.
    pub(super) fn call_statement(&mut self, frame: &Frame, tokens: &[Token<'a>]) {
        let mut reader = Reader { tokens, at: 0, nesting: 0 };
        self.path(frame, &mut reader, true);
        let rest = reader.at;
        if rest < tokens.len() {
            self.arguments_to_end(frame, tokens, rest);
        }
    }

    fn arguments(&mut self, frame: &Frame, reader: &mut Reader<'_, 'a>) -> Vec<Value> {
        let mut values = Vec::new();
        loop {
            if reader.next_is(b',') {
                values.push(Value::Unknown);
            } else if reader.peek().is_none() || reader.next_is(b')') {
                return values;
            } else {
                // `name:=value`
                if reader.tokens.get(reader.at + 1).is_some_and(|token| token.is_symbol(b':')) {
                    reader.at += 2;
                }
                values.push(self.expression(frame, reader, 0));
                reader.skip_argument();
            }
            if !reader.take(b',') {
                return values;
            }
        }
    }

    fn expression(&mut self, frame: &Frame, reader: &mut Reader<'_, 'a>, binds: u8) -> Value {
        if reader.nesting >= NESTING_MAX {
            reader.skip_argument();
            return Value::Unknown;
        }
        reader.nesting += 1;
        let mut left = self.operand(frame, reader);
        while let Some((operator, strength)) = reader.peek().as_ref().and_then(operator) {
            if strength < binds {
                break;
            }
            reader.at += 1;
            // `<=`, `<>`
            while operator == Operator::Compare && (reader.next_is(b'=') || reader.next_is(b'>')) {
                reader.at += 1;
            }
            let right = self.expression(frame, reader, strength + 1);
            left = self.apply(operator, left, right);
        }
        reader.nesting -= 1;
        left
    }

    fn operand(&mut self, frame: &Frame, reader: &mut Reader<'_, 'a>) -> Value {
        let Some(token) = reader.peek() else { return Value::Unknown };
        match token.kind {
            Kind::Text => {
                reader.at += 1;
                Value::Str(token.text.replace("\"\"", "\""))
            }
            Kind::Number => {
                reader.at += 1;
                number(token.text)
            }
            Kind::Symbol(b'-' | b'+') => {
                reader.at += 1;
                let value = self.expression(frame, reader, MINUS_BINDS);
                let sign = if token.is_symbol(b'-') { -1.0 } else { 1.0 };
                value.number().map_or(Value::Unknown, |number| Value::Num(sign * number))
            }
            Kind::Symbol(b'(') => {
                reader.at += 1;
                let value = self.expression(frame, reader, 0);
                reader.skip_argument();
                reader.take(b')');
                self.members(frame, reader, value, false, String::new())
            }
            Kind::Word if token.is("not") => {
                reader.at += 1;
                self.expression(frame, reader, NOT_BINDS);
                Value::Unknown
            }
            Kind::Word if token.is("new") => {
                reader.at += 1;
                self.new_object(frame, reader)
            }
            Kind::Word | Kind::Symbol(b'.') => self.path(frame, reader, false),
            Kind::Symbol(b',' | b')') => Value::Unknown,
            Kind::Symbol(_) => {
                reader.at += 1;
                Value::Unknown
            }
        }
    }

    fn new_object(&mut self, frame: &Frame, reader: &mut Reader<'_, 'a>) -> Value {
        let mut name = String::new();
        let line = reader.peek().map_or(0, |token| token.line);
        while let Some(token) = reader.peek() {
            if token.kind != Kind::Word && !token.is_symbol(b'.') {
                break;
            }
            name.push_str(token.text);
            reader.at += 1;
        }
        if super::powers::is_early_bound(&name) {
            self.record(frame, "New", crate::script::Power::Object, &name, line);
        }
        Value::object(name)
    }

    /// `a.b(c).d`, in a statement also with arguments that are not in parentheses.
    fn path(&mut self, frame: &Frame, reader: &mut Reader<'_, 'a>, statement: bool) -> Value {
        let Some(token) = reader.peek() else { return Value::Unknown };
        if token.is_symbol(b'.') {
            let base = frame.withs.last().cloned().unwrap_or_default();
            return self.members(frame, reader, base, statement, String::new());
        }
        reader.at += 1;
        if token.kind != Kind::Word {
            return Value::Unknown;
        }
        let name = token.text.to_ascii_lowercase();
        let value = match self.called_with(frame, reader, statement) {
            Some(arguments) => self.call_name(frame, &token, &arguments),
            None if is_namespace(&name) && reader.next_is(b'.') => {
                reader.at += 1;
                return self.path(frame, reader, statement);
            }
            None => match self.lookup(frame, &name) {
                Value::Unknown if !reader.next_is(b'.') => self.call_without_arguments(frame, &token, &name),
                known => known,
            },
        };
        self.members(frame, reader, value, statement, name)
    }

    fn call_without_arguments(&mut self, frame: &Frame, token: &Token<'a>, name: &str) -> Value {
        match self.project.resolve(frame.module, name).first() {
            Some(target) => self.result_of(*target),
            None if self.project.declared.contains_key(name) => self.call_name(frame, token, &[]),
            None => Value::Unknown,
        }
    }

    /// The members behind a value. `name` is the dotted name so far, for properties set in the text before.
    fn members(
        &mut self,
        frame: &Frame,
        reader: &mut Reader<'_, 'a>,
        base: Value,
        statement: bool,
        mut name: String,
    ) -> Value {
        let mut value = base;
        while reader.next_is(b'.') || reader.next_is(b'!') {
            reader.at += 1;
            let Some(token) = reader.peek().filter(|token| token.kind == Kind::Word) else { break };
            reader.at += 1;
            if name.len() < DOTTED_BYTES_MAX {
                name.push('.');
                name.push_str(&token.text.to_ascii_lowercase());
            }
            let arguments = self.called_with(frame, reader, statement);
            let plain = arguments.is_none();
            let after = self.call_member(frame, &value, &token, &arguments.unwrap_or_default());
            value =
                if plain && after == Value::Unknown { self.property(frame, &name, &token) } else { after };
        }
        // An element of an array that a call gave: Split(x, "y")(1).
        if let Value::Array(items) = &value
            && reader.next_is(b'(')
        {
            let item = items.clone();
            let index = self.called_with(frame, reader, false).unwrap_or_default();
            value =
                index.first().and_then(Value::index).and_then(|at| item.get(at)).cloned().unwrap_or_default();
        }
        value
    }

    /// A property or the function of another module, named with it.
    fn property(&mut self, frame: &Frame, dotted: &str, token: &Token<'a>) -> Value {
        if dotted.len() >= DOTTED_BYTES_MAX {
            return Value::Unknown;
        }
        let set = self.lookup(frame, dotted);
        if set != Value::Unknown {
            return set;
        }
        let Some((module, _)) = dotted.split_once('.') else { return Value::Unknown };
        let named = self.project.module_named(module);
        // A constant or variable of another module, named with it.
        if named.is_some()
            && let Some(value) = self.globals.get(&token.text.to_ascii_lowercase()).cloned()
        {
            self.pay(value.weight() / 64);
            return value;
        }
        let target = named.and_then(|module| self.project.resolve(module, token.text).first().copied());
        target.map_or(Value::Unknown, |target| self.result_of(target))
    }

    /// The arguments of a name just read; `None` when it has none.
    fn called_with(
        &mut self,
        frame: &Frame,
        reader: &mut Reader<'_, 'a>,
        statement: bool,
    ) -> Option<Vec<Value>> {
        if reader.next_is(b'(') {
            if reader.nesting >= NESTING_MAX {
                reader.at += 1;
                reader.skip_argument();
                return Some(Vec::new());
            }
            reader.nesting += 1;
            reader.at += 1;
            let arguments = self.arguments(frame, reader);
            reader.take(b')');
            reader.nesting -= 1;
            return Some(arguments);
        }
        let operand_follows = reader.peek().is_some_and(|token| {
            matches!(token.kind, Kind::Text | Kind::Number | Kind::Word | Kind::Symbol(b'-' | b','))
        });
        (statement && operand_follows).then(|| self.arguments(frame, reader))
    }

    fn apply(&mut self, operator: Operator, left: Value, right: Value) -> Value {
        let joins = match operator {
            Operator::Join => true,
            Operator::Plus => {
                let text = |value: &Value| matches!(value, Value::Str(_));
                (text(&left) || text(&right))
                    && !matches!((&left, &right), (Value::Num(_), _) | (_, Value::Num(_)))
            }
            _ => false,
        };
        if joins {
            let mut text = left.into_text();
            let piece = right.into_text();
            self.pay(piece.len() as u64 / 64);
            push_text(&mut text, &piece, self.string_bytes_max);
            return Value::Str(text);
        }
        match (left.number(), right.number()) {
            (Some(left), Some(right)) => arithmetic(operator, left, right).map_or(Value::Unknown, Value::Num),
            _ => Value::Unknown,
        }
    }
}

fn arithmetic(operator: Operator, left: f64, right: f64) -> Option<f64> {
    // Bitwise operators work on 32-bit values; a cast of a float saturates, so no value is out of range.
    let (whole_left, whole_right) = (left.round_ties_even() as i64, right.round_ties_even() as i64);
    let number = match operator {
        Operator::Power => left.powf(right),
        Operator::Times => left * right,
        Operator::Divide => left / right,
        Operator::WholeDivide => whole_left.checked_div(whole_right)? as f64,
        Operator::Mod => whole_left.checked_rem(whole_right)? as f64,
        Operator::Plus => left + right,
        Operator::Minus => left - right,
        Operator::And => (whole_left & whole_right) as f64,
        Operator::Or => (whole_left | whole_right) as f64,
        Operator::Xor => (whole_left ^ whole_right) as f64,
        Operator::Join | Operator::Compare => return None,
    };
    number.is_finite().then_some(number)
}

fn number(text: &str) -> Value {
    let radix = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("&h") => Some(16),
        Some("&o") => Some(8),
        _ => None,
    };
    let parsed = match radix {
        // A hexadecimal Integer is 16 bits wide and signed; codes of characters are what matters here.
        Some(radix) => {
            text.get(2..).and_then(|digits| i64::from_str_radix(digits, radix).ok()).map(|n| n as f64)
        }
        None => text.to_ascii_lowercase().replace('d', "e").parse().ok(),
    };
    parsed.map_or(Value::Unknown, Value::Num)
}

/// Libraries whose functions are those of the language.
fn is_namespace(name: &str) -> bool {
    matches!(name, "vba" | "strings" | "interaction" | "conversion" | "filesystem" | "information" | "math")
}
