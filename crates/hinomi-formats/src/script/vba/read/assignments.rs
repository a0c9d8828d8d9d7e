//! Statements that are no block and no jump: declarations, files, assignments, calls.

use super::expressions::Path;
use super::reader::{Reader, Tokens};
use super::{Argument, Callee, Expr, Invoke, Op, Target};
use crate::script::Obstacle;
use crate::script::vba::glance;
use crate::script::vba::lex::{Kind, Token};
use crate::script::vba::outline;
use crate::script::vba::value::operators::Operator;

impl<'a> Reader<'_, 'a> {
    pub(super) fn plain_statement(&mut self, word: &str, tokens: &[Token<'a>]) {
        let rest = tokens.get(1..).unwrap_or_default();
        match word {
            "dim" | "static" | "const" | "redim" | "private" | "public" | "global" => self.declare(tokens),
            "option" if rest.first().is_some_and(|token| token.is("base")) => {
                if rest.get(1).is_some_and(|token| token.text == "1") {
                    self.names.count_from_one(self.module);
                }
            }
            "option" | "attribute" | "implements" | "event" | "declare" | "deftype" | "end" | "stop"
            | "randomize" | "beep" | "doevents" | "close" | "reset" => {}
            "call" | "let" | "set" | "lset" | "rset" | "raiseevent" => self.assign_or_call(rest),
            "erase" => {
                let lost = rest.iter().filter(|token| token.kind == Kind::Word);
                let lost = lost.filter_map(|token| self.variable(&token.text.to_ascii_lowercase())).collect();
                self.emit(Op::Forget(lost));
            }
            _ => self.assign_or_call(tokens),
        }
    }

    pub(super) fn file_statement(&mut self, word: &str, tokens: &[Token<'a>]) -> bool {
        let numbered = tokens.get(1).is_some_and(|token| token.is_symbol(b'#'));
        match word {
            "open" if tokens.iter().any(|token| token.is("for")) => {
                let mut reader = Tokens::new(tokens, 1);
                let path = self.expression(&mut reader, 0);
                let named = reader.rest().iter().rposition(|token| token.is("as"));
                reader.at += named.map_or(0, |at| at + 1);
                reader.take(b'#');
                let number = self.expression(&mut reader, 0);
                self.emit(Op::Open { path, writes: glance::opens_for_writing(tokens), number });
            }
            "print" | "write" | "put" if numbered || word == "put" => {
                let mut reader = Tokens::new(tokens, 1 + usize::from(numbered));
                let number = self.expression(&mut reader, 0);
                let mut values = Vec::new();
                while !reader.done() {
                    if reader.take(b',') || reader.take(b';') {
                        continue;
                    }
                    let before = reader.at;
                    values.push(self.expression(&mut reader, 0));
                    reader.at = reader.at.max(before + 1);
                }
                self.emit(Op::Print { number, values });
            }
            "input" | "get" | "line" if numbered || tokens.get(1).is_some_and(|token| token.is("input")) => {
                let lost = tokens.iter().skip(2).filter(|token| token.kind == Kind::Word);
                let lost = lost.filter_map(|token| self.variable(&token.text.to_ascii_lowercase())).collect();
                self.emit(Op::Forget(lost));
            }
            _ => return false,
        }
        true
    }

    pub(super) fn assign_or_call(&mut self, tokens: &[Token<'a>]) {
        let mut reader = Tokens::new(tokens, 0);
        let Some(first) = reader.peek() else { return };
        if matches!(tokens.get(1), Some(token) if token.is_symbol(b'=')) && first.kind == Kind::Word {
            reader.at = 2;
            return self.assign_name(first.text, &mut reader);
        }
        let path = self.path(&mut reader);
        if reader.take(b'=') {
            let value = self.expression(&mut reader, 0);
            let to = self.target(path.expr, tokens);
            self.emit(Op::Assign { to, value });
            return;
        }
        let expr = self.with_arguments(path, &mut reader);
        if first.kind == Kind::Word || first.is_symbol(b'.') {
            self.emit(Op::Evaluate(expr));
        } else {
            self.obstacle(Obstacle::Statement);
        }
    }

    /// `name = value`
    fn assign_name(&mut self, name: &'a str, reader: &mut Tokens<'_, 'a>) {
        let lower = name.to_ascii_lowercase();
        let setter = self.variable(&lower).is_none().then(|| self.setter(None, &lower)).flatten();
        if let Some(procedure) = setter {
            let value = self.expression(reader, 0);
            let to = Target::Property { procedure, arguments: Vec::new() };
            self.emit(Op::Assign { to, value });
            return;
        }
        let to = self.assigned(name);
        let value = self.expression(reader, 0);
        match value {
            Expr::Chain(first, more)
                if matches!(*first, Expr::Variable(same) if same == to)
                    && more.iter().all(|(operator, _)| *operator == Operator::Join) =>
            {
                let pieces = more.into_iter().map(|(_, piece)| piece).collect();
                self.emit(Op::Append { to, pieces });
            }
            value => drop(self.emit(Op::Assign { to: Target::Variable(to), value })),
        }
    }

    /// A Property Let or Set of this name, in this module or another.
    fn setter(&self, module: Option<usize>, lower: &str) -> Option<usize> {
        let named = self.project.by_name.get(lower)?;
        let own = self.project.in_module(named, module.unwrap_or(self.module));
        let found = if own.is_empty() && module.is_none() { &named.public } else { own };
        found.iter().copied().find(|index| {
            self.project.procedures.get(*index).is_some_and(|found| found.sort == outline::Sort::Setter)
        })
    }

    fn target(&mut self, expr: Expr<'a>, tokens: &[Token<'a>]) -> Target<'a> {
        match expr {
            Expr::Variable(variable) => Target::Variable(variable),
            Expr::Member(member) => Target::Member(member),
            Expr::Index(inner) => match *inner {
                (Expr::Variable(array), indexes) => {
                    Target::Element { array, indexes: indexes.into_iter().map(|index| index.value).collect() }
                }
                (Expr::Index(deeper), _) if matches!(deeper.0, Expr::Variable(_)) => {
                    let Expr::Variable(array) = deeper.0 else { return Target::Lost(None) };
                    Target::Lost(Some(array))
                }
                (base, arguments) => Target::Item { base, arguments },
            },
            Expr::Call(call) => match call.callee {
                Callee::Builtin(name, _)
                    if name.len() <= 4 && name.to_ascii_lowercase().starts_with("mid") =>
                {
                    self.mid_target(call.arguments)
                }
                Callee::Procedure(index) => {
                    let name = self.project.procedures.get(index).map_or("", |found| found.name);
                    match self.setter(None, &name.to_ascii_lowercase()) {
                        Some(procedure) => Target::Property { procedure, arguments: call.arguments },
                        None => Target::Lost(None),
                    }
                }
                callee => {
                    let base = Expr::Call(Box::new(Invoke { callee, ..*call }));
                    Target::Item { base, arguments: Vec::new() }
                }
            },
            _ => {
                self.obstacle(Obstacle::Statement);
                let named = tokens.iter().find(|token| token.kind == Kind::Word);
                Target::Lost(named.and_then(|token| self.variable(&token.text.to_ascii_lowercase())))
            }
        }
    }

    fn mid_target(&mut self, arguments: Vec<Argument<'a>>) -> Target<'a> {
        let mut arguments = arguments.into_iter().map(|argument| argument.value);
        match (arguments.next(), arguments.next(), arguments.next()) {
            (Some(Expr::Variable(of)), Some(start), count) => Target::Mid { of, start, count },
            _ => Target::Lost(None),
        }
    }

    /// A call statement's arguments that are not in parentheses; `f (a), b` has the parentheses in its first one.
    fn with_arguments(&mut self, path: Path<'a>, reader: &mut Tokens<'_, 'a>) -> Expr<'a> {
        if reader.done() || reader.next_word("then") {
            return path.expr;
        }
        let mut expr = path.expr;
        if let Some(opened) = path.opened {
            reader.at = opened;
            expr = without_arguments(expr);
        }
        let arguments = self.arguments(reader);
        match expr {
            Expr::Call(mut call) => {
                call.arguments = arguments;
                Expr::Call(call)
            }
            Expr::Member(mut member) => {
                member.arguments = arguments;
                Expr::Member(member)
            }
            other => Expr::Index(Box::new((other, arguments))),
        }
    }
}

fn without_arguments(expr: Expr<'_>) -> Expr<'_> {
    match expr {
        Expr::Call(mut call) => {
            call.arguments.clear();
            Expr::Call(call)
        }
        Expr::Member(mut member) => {
            member.arguments.clear();
            Expr::Member(member)
        }
        Expr::Index(inner) => inner.0,
        other => other,
    }
}
