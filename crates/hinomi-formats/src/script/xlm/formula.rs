//! Formulas as trees. Operators of one strength that follow one another stand side by side in one node, so that
//! only parentheses and arguments go deep, and those are counted.

use super::reference::Target;
use crate::Limits;
use std::rc::Rc;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Number(f64),
    Text(Rc<str>),
    Bool(bool),
    /// An error written out: `#REF!`.
    Error,
    /// An argument that is left away.
    Missing,
    /// Operands and the operators between them, all of one strength, applied from the left.
    Chain(Box<Self>, Vec<(Operator, Self)>),
    Negative(Box<Self>),
    /// So many percent signs.
    Percent(Box<Self>, i32),
    Reference(Rc<Target>),
    /// A defined name, in lower case.
    Name(Rc<str>),
    /// A call by name, in upper case.
    Call(Rc<str>, Vec<Self>),
    /// A call of a macro by its place.
    CallPlace(Rc<Target>, Vec<Self>),
    Array(Vec<Vec<Self>>),
}

/// Operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Join,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

/// Why a formula has no tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no formula this reader knows.
    Syntax,
    /// It is nested deeper than [`Limits::NESTING_MAX`].
    TooDeep,
}

/// How references are meant where both ways of writing them are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    A1,
    R1C1,
}

/// Reads a formula, without its equals sign.
pub(super) fn parse(text: &str, style: Style) -> Result<Expr, Fault> {
    let mut reader = Reader { rest: text, style, depth: 0 };
    let expr = reader.level(0)?;
    reader.skip_space();
    if reader.rest.is_empty() { Ok(expr) } else { Err(Fault::Syntax) }
}

struct Reader<'t> {
    rest: &'t str,
    style: Style,
    depth: u32,
}

/// Levels of operators, loosest first.
const LEVELS: [&[(&str, Operator)]; 5] = [
    &[
        ("<>", Operator::NotEqual),
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("=", Operator::Equal),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("&", Operator::Join)],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide)],
    &[("^", Operator::Power)],
];

impl<'t> Reader<'t> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// The operands of one level and those that bind tighter. Five levels nest at most once per parenthesis.
    fn level(&mut self, level: usize) -> Result<Expr, Fault> {
        let Some(signs) = LEVELS.get(level) else { return self.prefixed() };
        let first = self.level(level + 1)?;
        let mut rest = Vec::new();
        loop {
            self.skip_space();
            let Some((sign, operator)) = signs.iter().find(|(sign, _)| self.rest.starts_with(sign)) else {
                break;
            };
            self.eat(sign);
            rest.push((*operator, self.level(level + 1)?));
        }
        Ok(if rest.is_empty() { first } else { Expr::Chain(Box::new(first), rest) })
    }

    /// Signs bind tighter than powers in Excel. Two negatives are none.
    fn prefixed(&mut self) -> Result<Expr, Fault> {
        let mut is_negative = false;
        loop {
            self.skip_space();
            if self.eat("-") {
                is_negative = !is_negative;
            } else if !self.eat("+") && !self.eat("@") {
                break;
            }
        }
        let mut expr = self.operand()?;
        let mut percents = 0_i32;
        while self.eat("%") {
            percents = percents.saturating_add(1);
        }
        if percents > 0 {
            expr = Expr::Percent(Box::new(expr), percents);
        }
        Ok(if is_negative { Expr::Negative(Box::new(expr)) } else { expr })
    }

    fn operand(&mut self) -> Result<Expr, Fault> {
        let first = self.rest.chars().next().ok_or(Fault::Syntax)?;
        match first {
            '"' => self.text(),
            '(' => self.parenthesis(),
            '{' => self.array(),
            '#' => self.error(),
            '0'..='9' | '.' => match self.rows() {
                Some(rows) => Ok(rows),
                None => self.number(),
            },
            _ => self.word(),
        }
    }

    fn text(&mut self) -> Result<Expr, Fault> {
        let mut text = String::new();
        self.eat("\"");
        loop {
            let end = self.rest.find('"').ok_or(Fault::Syntax)?;
            let (piece, rest) = self.rest.split_at_checked(end).ok_or(Fault::Syntax)?;
            text.push_str(piece);
            self.rest = rest.get(1..).unwrap_or_default();
            if !self.eat("\"") {
                return Ok(Expr::Text(text.into()));
            }
            text.push('"');
        }
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth >= Limits::NESTING_MAX {
            return Err(Fault::TooDeep);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// `(A1,B2)` is a union; of one its first part counts.
    fn parenthesis(&mut self) -> Result<Expr, Fault> {
        self.eat("(");
        let expr = self.deeper(|reader| reader.level(0))?;
        loop {
            self.skip_space();
            if self.eat(")") {
                return Ok(expr);
            }
            if !self.eat(",") {
                return Err(Fault::Syntax);
            }
            self.deeper(|reader| reader.level(0))?;
        }
    }

    fn arguments(&mut self) -> Result<Vec<Expr>, Fault> {
        let mut arguments = Vec::new();
        self.skip_space();
        if self.eat(")") {
            return Ok(arguments);
        }
        loop {
            self.skip_space();
            let is_missing = self.rest.starts_with([',', ';', ')']);
            let argument = if is_missing { Expr::Missing } else { self.deeper(|reader| reader.level(0))? };
            arguments.push(argument);
            self.skip_space();
            if self.eat(")") {
                return Ok(arguments);
            }
            if !self.eat(",") && !self.eat(";") {
                return Err(Fault::Syntax);
            }
        }
    }

    fn array(&mut self) -> Result<Expr, Fault> {
        self.eat("{");
        let mut rows = vec![Vec::new()];
        loop {
            self.skip_space();
            let element = self.deeper(Self::prefixed)?;
            if let Some(row) = rows.last_mut() {
                row.push(element);
            }
            self.skip_space();
            if self.eat("}") {
                return Ok(Expr::Array(rows));
            }
            if self.eat(";") {
                rows.push(Vec::new());
            } else if !self.eat(",") && !self.eat("\\") {
                return Err(Fault::Syntax);
            }
        }
    }

    fn error(&mut self) -> Result<Expr, Fault> {
        let known = ["#REF!", "#NAME?", "#VALUE!", "#N/A", "#NUM!", "#NULL!", "#DIV/0!", "#GETTING_DATA"];
        if known.into_iter().any(|error| self.eat(error)) { Ok(Expr::Error) } else { Err(Fault::Syntax) }
    }

    fn number(&mut self) -> Result<Expr, Fault> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let mut len = digits(self.rest);
        let after = |len: usize| self.rest.get(len..).unwrap_or_default();
        if after(len).starts_with('.') {
            len += 1 + digits(after(len + 1));
        }
        if after(len).starts_with(['e', 'E']) {
            let sign = usize::from(after(len + 1).starts_with(['+', '-']));
            let exponent = digits(after(len + 1 + sign));
            if exponent > 0 {
                len += 1 + sign + exponent;
            }
        }
        let (number, rest) = self.rest.split_at_checked(len).ok_or(Fault::Syntax)?;
        self.rest = rest;
        number.parse().map(Expr::Number).map_err(|_| Fault::Syntax)
    }

    /// `1:3`, whole rows.
    fn rows(&mut self) -> Option<Expr> {
        let (target, rest) = Target::read(self.rest, None, self.style)?;
        target.last?;
        self.rest = rest;
        Some(Expr::Reference(Rc::new(target)))
    }

    /// A reference, a function, a name.
    fn word(&mut self) -> Result<Expr, Fault> {
        let sheet = self.sheet()?;
        if let Some((target, rest)) = Target::read(self.rest, sheet.clone(), self.style)
            && !(sheet.is_none() && rest.starts_with('(') && is_function(self.rest, rest))
        {
            self.rest = rest;
            let target = Rc::new(target);
            return if self.eat("(") {
                Ok(Expr::CallPlace(target, self.arguments()?))
            } else {
                Ok(Expr::Reference(target))
            };
        }
        if self.eat("#REF!") {
            return Ok(Expr::Error);
        }
        let len = self.rest.find(|c: char| !is_word(c)).unwrap_or(self.rest.len());
        let (word, rest) =
            self.rest.split_at_checked(len).filter(|(word, _)| !word.is_empty()).ok_or(Fault::Syntax)?;
        self.rest = rest;
        if self.eat("(") {
            let name = word.to_uppercase();
            let name = ["_XLFN.", "_XLWS.", "_XLL.", "_XLUDF."]
                .into_iter()
                .find_map(|prefix| name.strip_prefix(prefix))
                .unwrap_or(&name);
            return Ok(Expr::Call(name.into(), self.arguments()?));
        }
        // Commands with a dialog box are written with a question mark.
        if let Some(rest) = self.rest.strip_prefix("?(") {
            self.rest = rest;
            return Ok(Expr::Call(word.to_uppercase().into(), self.arguments()?));
        }
        Ok(match word.to_ascii_uppercase().as_str() {
            "TRUE" => Expr::Bool(true),
            "FALSE" => Expr::Bool(false),
            _ => Expr::Name(word.to_lowercase().into()),
        })
    }

    /// A sheet in front of `!`; empty for the active sheet. Sheets of other workbooks keep their bracket.
    fn sheet(&mut self) -> Result<Option<Rc<str>>, Fault> {
        if self.eat("!") {
            return Ok(Some("".into()));
        }
        if let Some(quoted) = self.rest.strip_prefix('\'') {
            let mut name = String::new();
            let mut rest = quoted;
            loop {
                let end = rest.find('\'').ok_or(Fault::Syntax)?;
                let (piece, after) = rest.split_at_checked(end).ok_or(Fault::Syntax)?;
                name.push_str(piece);
                rest = after.get(1..).unwrap_or_default();
                match rest.strip_prefix('\'') {
                    Some(more) => {
                        name.push('\'');
                        rest = more;
                    }
                    None => break,
                }
            }
            self.rest = rest.strip_prefix('!').ok_or(Fault::Syntax)?;
            return Ok(Some(name.into()));
        }
        let end = self.rest.find(|c: char| !is_word(c) && !matches!(c, '[' | ']' | ':' | '|'));
        let end = end.unwrap_or(self.rest.len());
        match self.rest.split_at_checked(end).and_then(|(name, rest)| Some((name, rest.strip_prefix('!')?))) {
            Some((name, rest)) if !name.is_empty() => {
                self.rest = rest;
                Ok(Some(name.into()))
            }
            _ => Ok(None),
        }
    }
}

/// The only function whose name is a cell too.
fn is_function(text: &str, rest: &str) -> bool {
    text.get(..text.len() - rest.len()).is_some_and(|word| word.eq_ignore_ascii_case("LOG10"))
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | '$') || (!c.is_ascii() && !c.is_whitespace())
}
