//! The tree all three languages are read into. Chains of operators and of members are lists, not trees: the depth of
//! the tree is what the parser allows, whatever the length of the text.

use super::value::Value;
use std::rc::Rc;

/// A script as a tree.
pub(in crate::script) struct Program {
    pub(in crate::script) body: Vec<Stmt>,
    /// Something was nested deeper than is read.
    pub(in crate::script) too_deep: bool,
    /// The script is longer than is read.
    pub(in crate::script) cut: bool,
}

/// Words and signs of one script that are read: a tree of them takes at most 100 MiB, and a script that people or
/// their tools write has a hundredth.
const TOKENS_MAX: usize = 500_000;

/// A script as far as it is read, and whether that is not all of it. A run of letters and digits counts as one, and
/// so does every other character that is no white space.
pub(in crate::script) fn readable(text: &str) -> (&str, bool) {
    if text.len() <= TOKENS_MAX {
        return (text, false);
    }
    let (mut tokens, mut in_word) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        let of_word = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        tokens += usize::from(!(byte.is_ascii_whitespace() || of_word && in_word));
        in_word = of_word;
        if tokens > TOKENS_MAX {
            return (text.get(..text.floor_char_boundary(at)).unwrap_or(text), true);
        }
    }
    (text, false)
}

/// Where something stands in the source, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(in crate::script) struct Span {
    pub(in crate::script) start: usize,
    pub(in crate::script) end: usize,
}

#[derive(Debug, Clone)]
pub(in crate::script) struct Expr {
    pub(in crate::script) node: Node,
    pub(in crate::script) span: Span,
}

#[derive(Debug, Clone)]
pub(in crate::script) enum Node {
    /// What was not understood.
    Opaque,
    Literal(Value),
    Name(String),
    Env(String),
    /// Pieces of a string with variables in it.
    Joined(Vec<Expr>),
    Array(Vec<Expr>),
    Fields(Vec<(String, Expr)>),
    /// Parentheses: what is in them is one value.
    Group(Box<Expr>),
    /// `$(…)`, `@(…)`: the output of statements. `true`: always a list.
    Output(Rc<Vec<Stmt>>, bool),
    Unary(Op, Box<Expr>),
    /// Operators of one strength, from left to right.
    Chain(Box<Expr>, Vec<(Op, Expr)>),
    Conditional(Box<(Expr, Expr, Expr)>),
    /// Target, operator of a compound assignment, value.
    Assign(Box<Expr>, Option<Op>, Box<Expr>),
    /// `++` and `--`; `true`: the new value is the result.
    Step(Box<Expr>, f64, bool),
    /// A value and what is taken of it, from left to right.
    Linked(Box<Expr>, Vec<Link>),
    New(Box<Expr>, Vec<Expr>),
    Type(String),
    Cast(String, Box<Expr>),
    Function(Rc<Function>),
    Command(Box<Invocation>),
    Pipeline(Vec<Expr>),
}

/// One step from a value to what is in it.
#[derive(Debug, Clone)]
pub(in crate::script) enum Link {
    /// `.name`.
    Member(Expr),
    /// `[index]`.
    Index(Expr),
    /// `(arguments)`.
    Call(Vec<Expr>),
}

/// A command of PowerShell with its arguments.
#[derive(Debug, Clone)]
pub(in crate::script) struct Invocation {
    pub(in crate::script) name: Expr,
    pub(in crate::script) arguments: Vec<Argument>,
}

#[derive(Debug, Clone)]
pub(in crate::script) struct Argument {
    /// `-name`, without the dash and in lower case.
    pub(in crate::script) parameter: Option<String>,
    pub(in crate::script) value: Option<Expr>,
}

#[derive(Debug)]
pub(in crate::script) struct Function {
    pub(in crate::script) name: String,
    pub(in crate::script) parameters: Vec<(String, Option<Expr>)>,
    pub(in crate::script) body: Rc<Vec<Stmt>>,
}

#[derive(Debug, Clone)]
pub(in crate::script) enum Stmt {
    Expr(Expr),
    /// Conditions with their blocks, and the block when none holds.
    If(Vec<(Expr, Rc<Vec<Self>>)>, Option<Rc<Vec<Self>>>),
    /// `true`: the block comes first; the second flag: until instead of while.
    While {
        condition: Expr,
        body: Rc<Vec<Self>>,
        body_first: bool,
        until: bool,
    },
    For {
        first: Vec<Expr>,
        condition: Option<Expr>,
        step: Vec<Expr>,
        body: Rc<Vec<Self>>,
    },
    /// Name, what is gone through, whether its keys are meant, block.
    Each {
        name: String,
        over: Expr,
        keys: bool,
        body: Rc<Vec<Self>>,
    },
    Switch {
        subject: Expr,
        cases: Vec<(Option<Expr>, Rc<Vec<Self>>)>,
    },
    Define(Rc<Function>),
    Declare(Vec<(String, Option<Expr>)>),
    Return(Option<Expr>),
    Break,
    Continue,
    Throw(Option<Expr>),
    /// `caught`: the name of what was thrown, empty when it has none.
    Try {
        body: Rc<Vec<Self>>,
        caught: String,
        rescue: Option<Rc<Vec<Self>>>,
        last: Option<Rc<Vec<Self>>>,
    },
    Block(Rc<Vec<Self>>),
}

/// Operators of all languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::script) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    ShiftRightZero,
    BitNot,
    Not,
    Neg,
    Plus,
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// Compare `a, b`: the value is the last.
    Sequence,
    Kind,
    Void,
    In,
    // VBScript
    Concat,
    IntDiv,
    Power,
    Eqv,
    Imp,
    // PowerShell
    Format,
    Range,
    Join,
    Split,
    CaseSplit,
    Replace,
    CaseReplace,
    Match,
    NotMatch,
    Like,
    NotLike,
    Contains,
    As,
    Is,
    ListOf,
}
