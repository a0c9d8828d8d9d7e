//! Values of the evaluator. What lives longer than one expression and can change (lists, objects) is held by the
//! machine and named by number here, so that values are cheap to copy and cannot form circles that leak.

use std::rc::Rc;

/// Stands in a string for a piece that is not known. Shown to people as `…`.
pub(in crate::script) const GAP: char = crate::script::vba::GAP;

/// A string that knows whether it is ASCII: then its n-th character is its n-th byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::script) struct Text {
    text: String,
    ascii: bool,
}

impl Text {
    pub(in crate::script) fn new(text: String) -> Self {
        Self { ascii: text.is_ascii(), text }
    }

    pub(in crate::script) fn as_str(&self) -> &str {
        &self.text
    }

    pub(in crate::script) fn push_str(&mut self, piece: &str) {
        self.ascii &= piece.is_ascii();
        self.text.push_str(piece);
    }

    /// Characters.
    pub(in crate::script) fn count(&self) -> usize {
        if self.ascii { self.text.len() } else { self.text.chars().count() }
    }

    pub(in crate::script) fn nth(&self, at: usize) -> Option<char> {
        if self.ascii {
            self.text.as_bytes().get(at).map(|byte| char::from(*byte))
        } else {
            self.text.chars().nth(at)
        }
    }

    /// `len` characters from the `start`-th; less when there are less.
    pub(in crate::script) fn part(&self, start: usize, len: usize) -> String {
        if self.ascii {
            let from = start.min(self.text.len());
            let to = from.saturating_add(len).min(self.text.len());
            return self.text.get(from..to).unwrap_or_default().to_owned();
        }
        self.text.chars().skip(start).take(len).collect()
    }

    /// What finding one character costs, in steps.
    pub(in crate::script) fn reach(&self) -> usize {
        if self.ascii { 0 } else { self.text.len() }
    }
}

/// A value as far as constants tell.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::script) enum Value {
    /// Anything.
    Unknown,
    /// `$null`, `null`, `undefined`, an empty pipeline.
    Null,
    Str(Rc<Text>),
    Char(char),
    Num(f64),
    Bool(bool),
    Bytes(Rc<Vec<u8>>),
    /// A list the machine holds.
    List(usize),
    /// An object the machine holds.
    Object(usize),
    /// A function, a script block: held by the machine.
    Function(usize),
    /// A variable of the environment by its name: shown as `%NAME%`.
    Env(Rc<str>),
    /// A type of .NET, or a name of the language that members are taken from, in lower case.
    Type(Rc<str>),
    /// A method that was named, not called: `"a".Split`.
    Method(Rc<(Self, String)>),
}

impl Value {
    pub(in crate::script) fn text(text: impl Into<String>) -> Self {
        Self::Str(Rc::new(Text::new(text.into())))
    }

    /// Lossless up to 2^53, which is beyond anything a script counts to.
    pub(in crate::script) fn count(count: usize) -> Self {
        Self::Num(count as f64)
    }

    pub(in crate::script) fn type_name(name: &str) -> Self {
        Self::Type(Rc::from(name))
    }

    pub(in crate::script) fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// The string of a string, without looking into lists.
    pub(in crate::script) fn as_text(&self) -> Option<Rc<Text>> {
        match self {
            Self::Str(text) => Some(Rc::clone(text)),
            Self::Char(c) => Some(Rc::new(Text::new(c.to_string()))),
            Self::Env(name) => known_environment(name).map(|value| Rc::new(Text::new(value.to_owned()))),
            _ => None,
        }
    }

    /// A whole number that counts or indexes; `None` when it is not one or is absurd.
    pub(in crate::script) fn whole(&self) -> Option<i64> {
        let number = self.number()?;
        let round = number.round_ties_even();
        // Lossless: the range is checked first.
        (round.abs() <= 9_007_199_254_740_992.0).then_some(round as i64)
    }

    pub(in crate::script) fn index(&self) -> Option<usize> {
        usize::try_from(self.whole()?).ok()
    }

    /// The number it is, or reads as.
    pub(in crate::script) fn number(&self) -> Option<f64> {
        match self {
            Self::Num(number) => Some(*number),
            Self::Bool(is) => Some(f64::from(u8::from(*is))),
            Self::Char(c) => Some(f64::from(u32::from(*c))),
            Self::Str(text) => numeral(text.as_str()),
            Self::Null => Some(0.0),
            _ => None,
        }
    }
}

/// A decimal or `0x` number in text.
pub(in crate::script) fn numeral(text: &str) -> Option<f64> {
    let text = text.trim();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let number = match hex {
        // Lossless enough: scripts write colours and characters, not 64-bit addresses.
        Some(hex) => u64::from_str_radix(hex, 16).ok()? as f64,
        None if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => digits.parse().ok()?,
        None => return None,
    };
    Some(if negative { -number } else { number })
}

/// A number as scripts print it.
pub(in crate::script) fn number_text(number: f64) -> String {
    if number == number.trunc() && number.abs() < 1e15 { format!("{number:.0}") } else { format!("{number}") }
}

/// Variables of the environment whose value is the same on nearly every Windows.
pub(in crate::script) fn known_environment(name: &str) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
}

/// All of them, by the name that `set` prints.
pub(in crate::script) fn environment<'n>() -> impl Iterator<Item = (&'n str, &'n str)> {
    KNOWN.iter().map(|(name, value)| (*name, *value))
}

/// As Windows 10 sets them.
const KNOWN: &[(&str, &str)] = &[
    ("ComSpec", "C:\\WINDOWS\\system32\\cmd.exe"),
    ("OS", "Windows_NT"),
    ("PUBLIC", "C:\\Users\\Public"),
    ("ProgramData", "C:\\ProgramData"),
    ("ALLUSERSPROFILE", "C:\\ProgramData"),
    ("ProgramFiles", "C:\\Program Files"),
    ("ProgramFiles(x86)", "C:\\Program Files (x86)"),
    ("ProgramW6432", "C:\\Program Files"),
    ("CommonProgramFiles", "C:\\Program Files\\Common Files"),
    ("CommonProgramFiles(x86)", "C:\\Program Files (x86)\\Common Files"),
    ("CommonProgramW6432", "C:\\Program Files\\Common Files"),
    ("SystemRoot", "C:\\WINDOWS"),
    ("windir", "C:\\WINDOWS"),
    ("SystemDrive", "C:"),
    ("HOMEDRIVE", "C:"),
    ("PATHEXT", ".COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC"),
    (
        "Path",
        "C:\\WINDOWS\\system32;C:\\WINDOWS;C:\\WINDOWS\\System32\\Wbem;\
         C:\\WINDOWS\\System32\\WindowsPowerShell\\v1.0\\",
    ),
    (
        "PSModulePath",
        "C:\\Program Files\\WindowsPowerShell\\Modules;\
         C:\\WINDOWS\\system32\\WindowsPowerShell\\v1.0\\Modules",
    ),
    ("PROCESSOR_ARCHITECTURE", "AMD64"),
    ("DriverData", "C:\\Windows\\System32\\Drivers\\DriverData"),
    ("SESSIONNAME", "Console"),
];
