//! What a procedure is read into: steps in a row with jumps between them, and expressions as trees.

mod assignments;
mod blocks;
mod declarations;
mod expressions;
mod names;
mod reader;
mod statements;

pub(in crate::script::vba) use names::{BUILT_IN_PROPERTIES, Names, initial, is_host};
pub(in crate::script::vba) use reader::Reader;

use crate::script::vba::builtins::Function;
use crate::script::vba::value::Value;
use crate::script::vba::value::operators::Operator;
use std::rc::Rc;

/// A procedure, read.
#[derive(Default)]
pub(in crate::script::vba) struct Body<'a> {
    pub(in crate::script::vba) steps: Vec<Step<'a>>,
    pub(in crate::script::vba) slots: Vec<Slot>,
    pub(in crate::script::vba) parameters: Vec<Parameter<'a>>,
    /// The slot of the function's own name.
    pub(in crate::script::vba) result: Option<usize>,
}

/// One step and its line.
pub(in crate::script::vba) struct Step<'a> {
    pub(in crate::script::vba) op: Op<'a>,
    pub(in crate::script::vba) line: u32,
}

/// A local variable.
pub(in crate::script::vba) struct Slot {
    pub(in crate::script::vba) sort: Sort,
}

/// What a variable turns what is assigned to it into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::script::vba) enum Sort {
    #[default]
    Variant,
    Text,
    /// Byte, Integer, Long.
    Whole,
    Float,
    Bool,
    /// An array of Byte.
    Bytes,
}

/// A parameter.
pub(in crate::script::vba) struct Parameter<'a> {
    pub(in crate::script::vba) name: &'a str,
    pub(in crate::script::vba) slot: usize,
    pub(in crate::script::vba) by_value: bool,
    pub(in crate::script::vba) rest: bool,
    /// What it is when left out.
    pub(in crate::script::vba) default: Option<Expr<'a>>,
}

/// Where a variable lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script::vba) enum Variable {
    Local(usize),
    Global(usize),
}

/// A jump behind the last step leaves the procedure.
pub(in crate::script::vba) const LEAVE: usize = usize::MAX;

pub(in crate::script::vba) enum Op<'a> {
    Assign {
        to: Target<'a>,
        value: Expr<'a>,
    },
    /// `s = s & a & b`: joined in place.
    Append {
        to: Variable,
        pieces: Vec<Expr<'a>>,
    },
    Evaluate(Expr<'a>),
    /// `looping`: the jump leaves a loop.
    JumpUnless {
        condition: Expr<'a>,
        to: usize,
        looping: bool,
    },
    Jump(usize),
    /// A loop begins behind it, and ends before that step.
    Enter(usize),
    /// To the head of a loop.
    Back {
        head: usize,
        exit: usize,
    },
    /// Whether the counter has passed the end.
    ForTest {
        counter: Variable,
        end: usize,
        step: usize,
        exit: usize,
    },
    ForStep {
        counter: Variable,
        step: usize,
    },
    /// Keeps what is gone through in a slot, and starts the index in the next one.
    EachStart {
        items: usize,
        of: Expr<'a>,
    },
    EachNext {
        items: usize,
        element: Variable,
        exit: usize,
    },
    /// `Dim a(3)`, `ReDim [Preserve] a(3)`.
    Resize {
        array: Variable,
        bounds: Vec<(Option<Expr<'a>>, Expr<'a>)>,
        sort: Sort,
        how: Resize,
    },
    /// `Dim x As New Class`.
    MakeOnce {
        variable: Variable,
        class: Rc<str>,
        told: bool,
    },
    OnError(OnError),
    Resume(Option<usize>),
    GoSub(usize),
    Return,
    /// `Open path For mode As number`.
    Open {
        path: Expr<'a>,
        writes: bool,
        number: Expr<'a>,
    },
    /// `Print #n, …`, `Write #n, …`, `Put #n, , …`.
    Print {
        number: Expr<'a>,
        values: Vec<Expr<'a>>,
    },
    /// What a statement that is not followed may have changed.
    Forget(Vec<Variable>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script::vba) enum Resize {
    Declare,
    Anew,
    Preserve,
}

/// What happens to errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::script::vba) enum OnError {
    #[default]
    Raise,
    Next,
    GoTo(usize),
}

/// What is assigned to.
pub(in crate::script::vba) enum Target<'a> {
    Variable(Variable),
    Element {
        array: Variable,
        indexes: Vec<Expr<'a>>,
    },
    Member(Box<Member<'a>>),
    /// The default property of what an expression gives: `d("k") = v`, `Range("A1") = v`.
    Item {
        base: Expr<'a>,
        arguments: Vec<Argument<'a>>,
    },
    /// `Mid(s, start, count) = …`
    Mid {
        of: Variable,
        start: Expr<'a>,
        count: Option<Expr<'a>>,
    },
    Property {
        procedure: usize,
        arguments: Vec<Argument<'a>>,
    },
    /// Something that is not followed; the variable is not known afterwards.
    Lost(Option<Variable>),
}

pub(in crate::script::vba) enum Expr<'a> {
    Known(Value),
    Unknown,
    Missing,
    Variable(Variable),
    /// Operators of one strength, from the left.
    Chain(Box<Self>, Vec<(Operator, Self)>),
    Negate(Box<Self>),
    Not(Box<Self>),
    Call(Box<Invoke<'a>>),
    Index(Box<(Self, Vec<Argument<'a>>)>),
    Member(Box<Member<'a>>),
    New(Rc<str>, u32),
    /// `AddressOf procedure`.
    Address(usize),
    /// `Me`.
    Own,
    /// `TypeOf x Is T`: the operand is looked at, the answer unknown.
    Effect(Box<Self>),
}

pub(in crate::script::vba) struct Argument<'a> {
    /// `name:=value`
    pub(in crate::script::vba) name: Option<&'a str>,
    pub(in crate::script::vba) value: Expr<'a>,
}

/// A call of a bare name.
pub(in crate::script::vba) struct Invoke<'a> {
    pub(in crate::script::vba) callee: Callee<'a>,
    pub(in crate::script::vba) arguments: Vec<Argument<'a>>,
    /// A dot follows.
    pub(in crate::script::vba) dotted: bool,
    pub(in crate::script::vba) line: u32,
}

pub(in crate::script::vba) enum Callee<'a> {
    Procedure(usize),
    /// A function of a library, by the name of use.
    Declared(&'a str),
    /// A function of the language.
    Builtin(&'a str, Function),
    /// A name of the program around, or nothing anyone knows.
    Host(&'a str),
}

/// A name behind a dot.
pub(in crate::script::vba) struct Member<'a> {
    pub(in crate::script::vba) base: Expr<'a>,
    pub(in crate::script::vba) name: &'a str,
    pub(in crate::script::vba) arguments: Vec<Argument<'a>>,
    /// The dotted name in lower case, when it is one: properties of what nobody knows are kept under it.
    pub(in crate::script::vba) key: Option<Rc<str>>,
    pub(in crate::script::vba) line: u32,
}

impl Op<'_> {
    /// Hands each string literal of a step to `hand`.
    pub(in crate::script::vba) fn each_literal(&self, hand: &mut dyn FnMut(&str)) {
        match self {
            Self::Assign { to, value } => {
                to.each_literal(hand);
                value.each_literal(hand);
            }
            Self::Append { pieces, .. } => pieces.iter().for_each(|piece| piece.each_literal(hand)),
            Self::Evaluate(value)
            | Op::JumpUnless { condition: value, .. }
            | Op::EachStart { of: value, .. } => {
                value.each_literal(hand);
            }
            Self::Open { path, number, .. } => {
                path.each_literal(hand);
                number.each_literal(hand);
            }
            Self::Print { values, .. } => values.iter().for_each(|value| value.each_literal(hand)),
            _ => {}
        }
    }
}

impl Target<'_> {
    fn each_literal(&self, hand: &mut dyn FnMut(&str)) {
        match self {
            Self::Element { indexes, .. } => indexes.iter().for_each(|index| index.each_literal(hand)),
            Self::Member(member) => member.each_literal(hand),
            Self::Item { base, arguments } => {
                base.each_literal(hand);
                arguments.iter().for_each(|argument| argument.value.each_literal(hand));
            }
            Self::Property { arguments, .. } => {
                arguments.iter().for_each(|argument| argument.value.each_literal(hand));
            }
            _ => {}
        }
    }
}

impl Member<'_> {
    fn each_literal(&self, hand: &mut dyn FnMut(&str)) {
        self.base.each_literal(hand);
        self.arguments.iter().for_each(|argument| argument.value.each_literal(hand));
    }
}

impl Expr<'_> {
    fn each_literal(&self, hand: &mut dyn FnMut(&str)) {
        match self {
            Self::Known(Value::Str(text)) => hand(text.as_str()),
            Self::Chain(first, more) => {
                first.each_literal(hand);
                more.iter().for_each(|(_, expr)| expr.each_literal(hand));
            }
            Self::Negate(inner) | Expr::Not(inner) | Expr::Effect(inner) => inner.each_literal(hand),
            Self::Call(invoke) => {
                invoke.arguments.iter().for_each(|argument| argument.value.each_literal(hand))
            }
            Self::Index(inner) => {
                inner.0.each_literal(hand);
                inner.1.iter().for_each(|argument| argument.value.each_literal(hand));
            }
            Self::Member(member) => member.each_literal(hand),
            _ => {}
        }
    }
}
