//! Declarations: variables, constants, enumerations, and the header of a procedure (MS-VBAL 5.2, 5.3).

use super::blocks::Block;
use super::expressions::type_name;
use super::names::sort_of;
use super::reader::{Reader, Tokens};
use crate::script::vba::lex::{Kind, Token};
use crate::script::vba::powers;
use crate::script::vba::read::{Expr, Op, Parameter, Resize, Sort, Target, Variable};
use crate::script::vba::value::Value;
use crate::script::vba::value::operators::Operator;

/// Dimensions of one array.
const DIMENSIONS_MAX: usize = 8;

/// The words before the names.
#[derive(Default)]
struct Words {
    public: bool,
    fixed: bool,
    resize: bool,
    preserve: bool,
}

impl<'a> Reader<'_, 'a> {
    /// `(ByVal a As String, Optional b = 1, ParamArray c())`, and the variable of the result.
    pub(in crate::script::vba) fn header(&mut self, header: &[Token<'a>], gives: bool, name: &'a str) {
        let open = header.iter().position(|token| token.is_symbol(b'(')).unwrap_or(header.len());
        let mut tokens = Tokens::new(header, open + 1);
        let mut parameters = Vec::new();
        while !tokens.done() && !tokens.next_is(b')') {
            match self.parameter(&mut tokens) {
                Some(parameter) => parameters.push(parameter),
                None => tokens.at += 1,
            }
            tokens.skip_argument();
            tokens.take(b',');
        }
        tokens.take(b')');
        if gives {
            let sort = if tokens.take_word("as") {
                let name = type_name(&mut tokens);
                sort_of(&name, tokens.next_is(b'('))
            } else {
                Sort::Variant
            };
            if let Variable::Local(slot) = self.declare_local(name, sort) {
                self.body.result = Some(slot);
            }
        }
        self.body.parameters = parameters;
    }

    fn parameter(&mut self, tokens: &mut Tokens<'_, 'a>) -> Option<Parameter<'a>> {
        let (mut by_value, mut rest) = (false, false);
        loop {
            let token = tokens.peek().filter(|token| token.kind == Kind::Word)?;
            tokens.at += 1;
            if token.is("byval") {
                by_value = true;
            } else if token.is("paramarray") {
                rest = true;
            } else if !token.is("byref") && !token.is("optional") {
                let array = tokens.take(b'(');
                tokens.take(b')');
                let sort =
                    if tokens.take_word("as") { sort_of(&type_name(tokens), array) } else { Sort::Variant };
                let default = tokens.take(b'=').then(|| self.expression(tokens, 0));
                let Variable::Local(slot) = self.declare_local(token.text, sort) else { return None };
                return Some(Parameter { name: token.text, slot, by_value, rest, default });
            }
        }
    }

    /// `Dim a, b As String`, `Const c = "x"`, `ReDim Preserve d(3)`, `Dim o As New Thing`.
    pub(in crate::script::vba) fn declare(&mut self, tokens: &[Token<'a>]) {
        let mut reader = Tokens::new(tokens, 0);
        let mut words = Words::default();
        while let Some(token) = reader.peek().filter(|token| token.kind == Kind::Word) {
            match token.text.to_ascii_lowercase().as_str() {
                "public" | "global" => words.public = true,
                "static" => words.fixed = true,
                "redim" => words.resize = true,
                "preserve" => words.preserve = true,
                "dim" | "const" | "private" | "withevents" => {}
                "type" | "enum" => {
                    let counts = token.is("enum");
                    if let Some(name) = tokens.get(reader.at + 1).filter(|_| counts) {
                        self.names.enumerate(name.text);
                    }
                    self.blocks.push(Block::Members { counts, next: 0 });
                    return;
                }
                "declare" | "event" | "sub" | "function" | "property" => return,
                _ => break,
            }
            reader.at += 1;
        }
        while !reader.done() {
            self.declare_one(&mut reader, &words);
            reader.skip_argument();
            reader.at += 1;
        }
    }

    fn declare_one(&mut self, reader: &mut Tokens<'_, 'a>, words: &Words) {
        let Some(name) = reader.peek().filter(|token| token.kind == Kind::Word) else { return };
        reader.at += 1;
        let array = reader.take(b'(');
        let bounds = if array { self.bounds(reader) } else { Vec::new() };
        let (mut class, mut new) = (String::new(), false);
        if reader.take_word("as") {
            new = reader.take_word("new");
            class = type_name(reader);
        }
        let sort = sort_of(&class, array);
        let variable =
            if words.resize { self.assigned(name.text) } else { self.declared(name.text, sort, words) };
        if array && !bounds.is_empty() {
            let how = match (words.resize, words.preserve) {
                (false, _) => Resize::Declare,
                (true, false) => Resize::Anew,
                (true, true) => Resize::Preserve,
            };
            // The sort of the elements.
            let sort = sort_of(&class, false);
            let sort = if class.eq_ignore_ascii_case("byte") { Sort::Bytes } else { sort };
            self.emit(Op::Resize { array: variable, bounds, sort, how });
        } else if reader.take(b'=') {
            let value = self.expression(reader, 0);
            self.emit(Op::Assign { to: Target::Variable(variable), value });
        } else if new || powers::is_early_bound(&class) {
            self.emit(Op::MakeOnce { variable, class: class.into(), told: new });
        }
    }

    fn declared(&mut self, name: &'a str, sort: Sort, words: &Words) -> Variable {
        let lower = name.to_ascii_lowercase();
        if self.procedure.is_none() {
            return Variable::Global(self.names.declare(self.module, &lower, sort, words.public));
        }
        if words.fixed {
            let variable = Variable::Global(self.names.nameless(sort));
            self.locals.insert(lower, variable);
            return variable;
        }
        self.declare_local(name, sort)
    }

    /// `3`, `1 To 3, 0 To 2`, up to the closing parenthesis.
    fn bounds(&mut self, reader: &mut Tokens<'_, 'a>) -> Vec<(Option<Expr<'a>>, Expr<'a>)> {
        let mut bounds = Vec::new();
        while !reader.done() && !reader.next_is(b')') && bounds.len() < DIMENSIONS_MAX {
            let first = self.expression(reader, 0);
            bounds.push(if reader.take_word("to") {
                (Some(first), self.expression(reader, 0))
            } else {
                let one = || Expr::Known(Value::Num(1.0));
                (self.names.counts_from_one(self.module).then(one), first)
            });
            reader.skip_argument();
            reader.take(b',');
        }
        reader.take(b')');
        bounds
    }

    /// A line inside `Type` or `Enum`; members of an enumeration are constants.
    pub(in crate::script::vba) fn member_of_type(&mut self, tokens: &[Token<'a>]) {
        let Some(name) = tokens.first() else { return };
        if name.is("end") {
            self.blocks.pop();
            return;
        }
        let Some(Block::Members { counts: true, next }) = self.blocks.last_mut() else { return };
        let number = *next;
        *next = number.saturating_add(1);
        let mut reader = Tokens::new(tokens, 1);
        let value = if reader.take(b'=') {
            self.expression(&mut reader, 0)
        } else {
            Expr::Known(Value::Num(number as f64))
        };
        if let Some(given) = folded(&value)
            && let Some(Block::Members { next, .. }) = self.blocks.last_mut()
        {
            *next = given.saturating_add(1);
        }
        let public = Words { public: true, ..Words::default() };
        let variable = self.declared(name.text, Sort::Variant, &public);
        self.emit(Op::Assign { to: Target::Variable(variable), value });
    }
}

/// The number a member is given, when it is written as one.
fn folded(value: &Expr<'_>) -> Option<i64> {
    match value {
        Expr::Known(value) => value.whole(),
        Expr::Negate(inner) => folded(inner).map(|number| number.saturating_neg()),
        Expr::Chain(first, more) => match (folded(first)?, more.as_slice()) {
            (left, [(Operator::Plus | Operator::Or, right)]) => folded(right)?.checked_add(left),
            _ => None,
        },
        _ => None,
    }
}
