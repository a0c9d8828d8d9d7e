//! The ways to hide a string, by name.

/// One way to hide a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// `"po" & "wer"`, also with `+`.
    Concatenation,
    /// `Chr(112) & ChrW(&H6F)`.
    CharacterCodes,
    /// `StrReverse("llehs")`.
    Reversed,
    /// `Replace("poXQwer", "XQ", "")`.
    Markers,
    /// `Join(Split("po][wer", "]["), "")`.
    SplitJoin,
    /// A variable a piece, added up at the end.
    Variables,
    /// `s = s & "…"`, line by line.
    LineByLine,
    /// Constants of the module, added up.
    Constants,
    /// Every piece another way.
    Mixed,
    /// A loop of `Chr` over an array of numbers, each moved by the same amount.
    CharacterLoop,
    /// An array of numbers, each `Xor` a letter of a key.
    XorKey,
    /// A loop of `Mid` that takes every n-th character.
    EveryNth,
    /// Two kinds of markers, one inside the other, taken out by a function.
    MarkersInFunction,
    /// Pieces between junk, kept or dropped by what they begin with.
    SplitWithJunk,
    /// Written backwards, turned by a function.
    ReversedInFunction,
    /// Hexadecimal digits.
    HexRoutine,
    /// Base64, decoded by arithmetic.
    Base64Routine,
    /// Every character moved by an amount that depends on its place, in a `While` loop.
    WhileShift,
    /// Characters exchanged by two alphabets.
    Alphabets,
    /// A byte array through `StrConv`.
    ByteArray,
    /// `Select Case` in a loop, with cases that never come up.
    SelectCase,
    /// Labels out of order, `GoTo` between them, junk arithmetic.
    GotoSpaghetti,
    /// Procedures that call each other and write to a `ByRef` parameter.
    ByRefChain,
    /// A `Scripting.Dictionary`, looked up in another order.
    Dictionary,
    /// A `Collection`, looked up by key.
    Collection,
    /// Public variables and constants of another module.
    AcrossModules,
    /// A condition that is constant; the branch never taken holds another URL.
    DeadBranch,
    /// Functions called by their names: `Application.Run`, `CallByName`.
    Dispatch,
    /// Lines that fail under `On Error Resume Next`, some with a piece that never arrives.
    ErrorJunk,
    /// An array of pieces out of order, and an array that tells the order.
    ShuffledArray,
    /// A function that calls itself for what comes before.
    Recursion,
    /// `Choose`, `Switch` and `IIf`.
    Choices,
    /// `Property Get`, one a piece.
    PropertyGet,
    /// Fields of a record (`Type`), inside `With`.
    RecordFields,
    /// `Mid(s, 5, 3) = "abc"` over blanks.
    MidStatement,
    /// Errors raised on purpose, and a handler that resumes.
    ErrorHandler,
    /// `On … GoSub` and `Return`.
    Subroutines,
    /// Values of an `Enum` in a loop.
    Enumeration,
    /// A table of two dimensions that grows and is read backwards.
    GrowingTable,
    /// `#Const` and `#If`, lines that go on.
    ConditionalCompilation,
    /// `Static`, named and optional arguments, `ParamArray`.
    StaticParts,
    /// Base64 through the XML parser of Windows.
    XmlParser,
}

impl Style {
    /// Those that one constant expression writes.
    pub const CONSTANT: [Self; 9] = [
        Self::Concatenation,
        Self::CharacterCodes,
        Self::Reversed,
        Self::Markers,
        Self::SplitJoin,
        Self::Variables,
        Self::LineByLine,
        Self::Constants,
        Self::Mixed,
    ];

    /// Those that a routine undoes: one text, one function.
    pub const DECODED: [Self; 11] = [
        Self::CharacterLoop,
        Self::XorKey,
        Self::EveryNth,
        Self::MarkersInFunction,
        Self::SplitWithJunk,
        Self::ReversedInFunction,
        Self::HexRoutine,
        Self::Base64Routine,
        Self::WhileShift,
        Self::Alphabets,
        Self::ByteArray,
    ];

    /// Those that put pieces together as the code runs.
    pub const ASSEMBLED: [Self; 13] = [
        Self::SelectCase,
        Self::GotoSpaghetti,
        Self::ByRefChain,
        Self::Dictionary,
        Self::Collection,
        Self::AcrossModules,
        Self::DeadBranch,
        Self::Dispatch,
        Self::ErrorJunk,
        Self::ShuffledArray,
        Self::Recursion,
        Self::Choices,
        Self::PropertyGet,
    ];

    /// Those that use corners of the language that few macros use.
    pub const RARE: [Self; 9] = [
        Self::RecordFields,
        Self::MidStatement,
        Self::ErrorHandler,
        Self::Subroutines,
        Self::Enumeration,
        Self::GrowingTable,
        Self::ConditionalCompilation,
        Self::StaticParts,
        Self::XmlParser,
    ];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::CONSTANT.into_iter().chain(Self::DECODED).chain(Self::ASSEMBLED).chain(Self::RARE)
    }
}
