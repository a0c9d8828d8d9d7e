//! What a procedure is read into: steps in a row with jumps between them, and expressions as trees.

use super::builtins::Function;
use super::operators::Operator;
use super::value::Value;
use std::rc::Rc;

/// A procedure, read.
#[derive(Default)]
pub(super) struct Body<'a> {
    pub(super) steps: Vec<Step<'a>>,
    pub(super) slots: Vec<Slot>,
    pub(super) parameters: Vec<Parameter<'a>>,
    /// The slot of the function's own name.
    pub(super) result: Option<usize>,
}

/// One step and its line.
pub(super) struct Step<'a> {
    pub(super) op: Op<'a>,
    pub(super) line: u32,
}

/// A local variable.
pub(super) struct Slot {
    pub(super) sort: Sort,
}

/// What a variable turns what is assigned to it into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Sort {
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
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    pub(super) slot: usize,
    pub(super) by_value: bool,
    pub(super) rest: bool,
    /// What it is when left out.
    pub(super) default: Option<Expr<'a>>,
}

/// Where a variable lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable {
    Local(usize),
    Global(usize),
}

/// A jump behind the last step leaves the procedure.
pub(super) const LEAVE: usize = usize::MAX;

pub(super) enum Op<'a> {
    Assign { to: Target<'a>, value: Expr<'a> },
    /// `s = s & a & b`: joined in place.
    Append { to: Variable, pieces: Vec<Expr<'a>> },
    Evaluate(Expr<'a>),
    /// `looping`: the jump leaves a loop.
    JumpUnless { condition: Expr<'a>, to: usize, looping: bool },
    Jump(usize),
    /// To the head of a loop.
    Back { head: usize, exit: usize },
    /// Whether the counter has passed the end.
    ForTest { counter: Variable, end: usize, step: usize, exit: usize },
    ForStep { counter: Variable, step: usize },
    /// Keeps what is gone through in a slot, and starts the index in the next one.
    EachStart { items: usize, of: Expr<'a> },
    EachNext { items: usize, element: Variable, exit: usize },
    /// `Dim a(3)`, `ReDim [Preserve] a(3)`.
    Resize { array: Variable, bounds: Vec<(Option<Expr<'a>>, Expr<'a>)>, sort: Sort, how: Resize },
    /// `Dim x As New Class`.
    MakeOnce { variable: Variable, class: Rc<str>, told: bool },
    OnError(OnError),
    Resume(Option<usize>),
    GoSub(usize),
    Return,
    /// `Open path For mode As number`.
    Open { path: Expr<'a>, writes: bool, number: Expr<'a> },
    /// `Print #n, …`, `Write #n, …`, `Put #n, , …`.
    Print { number: Expr<'a>, values: Vec<Expr<'a>> },
    /// What a statement that is not followed may have changed.
    Forget(Vec<Variable>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resize {
    Declare,
    Anew,
    Preserve,
}

/// What happens to errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum OnError {
    #[default]
    Raise,
    Next,
    GoTo(usize),
}

/// What is assigned to.
pub(super) enum Target<'a> {
    Variable(Variable),
    Element { array: Variable, indexes: Vec<Expr<'a>> },
    Member(Box<Member<'a>>),
    /// The default property of what an expression gives: `d("k") = v`, `Range("A1") = v`.
    Item { base: Expr<'a>, arguments: Vec<Argument<'a>> },
    /// `Mid(s, start, count) = …`
    Mid { of: Variable, start: Expr<'a>, count: Option<Expr<'a>> },
    Property { procedure: usize, arguments: Vec<Argument<'a>>, line: u32 },
    /// Something that is not followed; the variable is not known afterwards.
    Lost(Option<Variable>),
}

pub(super) enum Expr<'a> {
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

pub(super) struct Argument<'a> {
    /// `name:=value`
    pub(super) name: Option<&'a str>,
    pub(super) value: Expr<'a>,
}

/// A call of a bare name.
pub(super) struct Invoke<'a> {
    pub(super) callee: Callee<'a>,
    pub(super) arguments: Vec<Argument<'a>>,
    pub(super) line: u32,
}

pub(super) enum Callee<'a> {
    Procedure(usize),
    /// A function of a library, by the name of use.
    Declared(&'a str),
    /// A function of the language.
    Builtin(&'a str, Function),
    /// A name of the program around, or nothing anyone knows.
    Host(&'a str),
}

/// A name behind a dot.
pub(super) struct Member<'a> {
    pub(super) base: Expr<'a>,
    pub(super) name: &'a str,
    pub(super) arguments: Vec<Argument<'a>>,
    /// The dotted name in lower case, when it is one: properties of what nobody knows are kept under it.
    pub(super) key: Option<Rc<str>>,
    pub(super) line: u32,
}
