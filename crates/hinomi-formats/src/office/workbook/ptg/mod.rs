//! Binary formulas as text: token lists in reverse Polish order (MS-XLS 2.5.198, MS-XLSB 2.5.97).

mod functions;
mod operands;
mod scope;
mod tree;

use super::fields::Fields;
pub(crate) use functions::{is_function, is_macro_command};
use operands::Operands;
pub(super) use scope::{Book, BookKind, Extern, Scope, Version};
use tree::{NodeId, Tree, UNION};

/// Why a formula was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The formula stands elsewhere: with the shared or array formula that begins at this row and column.
    Shared(u32, u32),
    /// A token that is none, or that lacks operands.
    Malformed,
    /// The text would be longer than allowed.
    TooLong,
}

/// Turns token lists into text; keeps its buffers from one formula to the next.
#[derive(Debug)]
pub(super) struct Decompiler<'s> {
    scope: &'s Scope,
    len_max: usize,
    tree: Tree,
    stack: Vec<NodeId>,
}

impl<'s> Decompiler<'s> {
    /// `len_max`: bytes of one formula's text.
    pub(super) fn new(scope: &'s Scope, len_max: usize) -> Self {
        Self { scope, len_max, tree: Tree::default(), stack: Vec::new() }
    }

    /// Writes the formula of the cell at `base` (row, column). `extra` is what stands behind the tokens: the
    /// elements of arrays.
    pub(super) fn write(
        &mut self,
        tokens: &[u8],
        extra: &[u8],
        base: (u32, u32),
        out: &mut String,
    ) -> Result<(), Fault> {
        self.tree.clear();
        self.stack.clear();
        let mut tokens = Fields::new(tokens);
        let mut operands = Operands { scope: self.scope, base, extra: Fields::new(extra) };
        while let Some(token) = tokens.u8() {
            self.token(token, &mut tokens, &mut operands)?;
            if self.tree.leaves.len() > self.len_max {
                return Err(Fault::TooLong);
            }
        }
        // Operators may be missing at the end of a damaged list: the last operand is the formula then.
        let root = self.stack.pop().ok_or(Fault::Malformed)?;
        if self.tree.write(root, self.len_max, out) { Ok(()) } else { Err(Fault::TooLong) }
    }

    fn token(
        &mut self,
        token: u8,
        tokens: &mut Fields<'_>,
        operands: &mut Operands<'_, '_>,
    ) -> Result<(), Fault> {
        // Operands come in three classes (reference, value, array), which read the same.
        let plain = if token & 0x60 == 0 { token } else { token & 0x1F | 0x20 };
        match plain {
            0x01 | 0x02 => return Err(operands.shared(tokens).unwrap_or(Fault::Malformed)),
            0x03..=0x11 => self.infix(plain)?,
            0x12 => self.prefix("+")?,
            0x13 => self.prefix("-")?,
            0x14 => {
                let inner = self.pop()?;
                let node = self.tree.percent(inner);
                self.stack.push(node);
            }
            0x15 => {
                let inner = self.pop()?;
                let node = self.tree.paren(inner);
                self.stack.push(node);
            }
            0x19 => self.attribute(tokens)?,
            0x21 => {
                let number = tokens.u16().ok_or(Fault::Malformed)?;
                let function = functions::function(number).ok_or(Fault::Malformed)?;
                self.call(function.name, usize::from(function.arguments.unwrap_or_default()))?;
            }
            0x22 => self.call_with_count(tokens)?,
            _ => {
                let start = self.tree.leaves.len();
                if operands.write(plain, tokens, &mut self.tree.leaves).ok_or(Fault::Malformed)? {
                    let leaf = self.tree.leaf(start);
                    self.stack.push(leaf);
                }
            }
        }
        Ok(())
    }

    fn pop(&mut self) -> Result<NodeId, Fault> {
        self.stack.pop().ok_or(Fault::Malformed)
    }

    fn infix(&mut self, token: u8) -> Result<(), Fault> {
        const SIGNS: [(&str, u8); 15] = [
            ("+", 3),
            ("-", 3),
            ("*", 4),
            ("/", 4),
            ("^", 5),
            ("&", 2),
            ("<", 1),
            ("<=", 1),
            ("=", 1),
            (">=", 1),
            (">", 1),
            ("<>", 1),
            (" ", 9),
            (",", UNION),
            (":", 10),
        ];
        let at = usize::from(token).saturating_sub(3);
        let (sign, level) = SIGNS.get(at).copied().ok_or(Fault::Malformed)?;
        let right = self.pop()?;
        let left = self.pop()?;
        let node = self.tree.infix(sign, level, left, right);
        self.stack.push(node);
        Ok(())
    }

    fn prefix(&mut self, sign: &'static str) -> Result<(), Fault> {
        let inner = self.pop()?;
        let node = self.tree.prefix(sign, inner);
        self.stack.push(node);
        Ok(())
    }

    fn call(&mut self, name: &'static str, count: usize) -> Result<(), Fault> {
        let first = self.stack.len().checked_sub(count).ok_or(Fault::Malformed)?;
        let node = self.tree.call(name, self.stack.get(first..).unwrap_or_default());
        self.stack.truncate(first);
        self.stack.push(node);
        Ok(())
    }

    /// PtgFuncVar (MS-XLS 2.5.198.63): a count, and the number of a function or of a command.
    fn call_with_count(&mut self, tokens: &mut Fields<'_>) -> Result<(), Fault> {
        const USER_DEFINED: u16 = 255;
        const IS_COMMAND: u16 = 0x8000;
        let count = usize::from(tokens.u8().ok_or(Fault::Malformed)? & 0x7F);
        let number = tokens.u16().ok_or(Fault::Malformed)?;
        if number & IS_COMMAND != 0 {
            let name = functions::command(number & !IS_COMMAND).ok_or(Fault::Malformed)?;
            // Commands with a dialog box are written with a question mark; the count tells it in its top bit.
            return self.call(name, count);
        }
        if number != USER_DEFINED {
            return self.call(functions::function(number).ok_or(Fault::Malformed)?.name, count);
        }
        let first = self.stack.len().checked_sub(count).ok_or(Fault::Malformed)?;
        let node = self.tree.call_of(self.stack.get(first..).unwrap_or_default()).ok_or(Fault::Malformed)?;
        self.stack.truncate(first);
        self.stack.push(node);
        Ok(())
    }

    /// PtgAttr*: hints for the calculation, spaces, and SUM of one argument (MS-XLS 2.5.198.4 ff.).
    fn attribute(&mut self, tokens: &mut Fields<'_>) -> Result<(), Fault> {
        const CHOOSE: u8 = 0x04;
        const SUM: u8 = 0x10;
        let kind = tokens.u8().ok_or(Fault::Malformed)?;
        let value = tokens.u16().ok_or(Fault::Malformed)?;
        if kind & CHOOSE != 0 {
            let table = usize::from(value).saturating_add(1).saturating_mul(2);
            tokens.take(table).ok_or(Fault::Malformed)?;
        }
        if kind & SUM != 0 { self.call("SUM", 1) } else { Ok(()) }
    }
}
