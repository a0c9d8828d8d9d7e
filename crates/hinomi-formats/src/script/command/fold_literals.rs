//! Literals of PowerShell (about_Quoting_Rules, about_Numeric_Literals).

use super::fold::{Parser, Value};
use super::fold_calls as calls;

impl Parser<'_> {
    pub(super) fn single_quoted(&mut self) -> Option<Value> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let (piece, behind) = self.rest().split_once('\'')?;
            out.push_str(piece);
            self.at += piece.len() + 1;
            self.pay(piece.len())?;
            if !behind.starts_with('\'') {
                return Some(Value::Str(out));
            }
            out.push('\'');
            self.at += 1;
        }
    }

    pub(super) fn double_quoted(&mut self) -> Option<Value> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let len = rest.find(['"', '`', '$'])?;
            out.push_str(rest.get(..len)?);
            self.pay(len)?;
            self.at += len;
            if self.take('`') {
                let c = self.rest().chars().next()?;
                self.at += c.len_utf8();
                out.push(calls::escaped(c));
            } else if self.take('"') {
                if !self.take('"') {
                    return Some(Value::Str(out));
                }
                out.push('"');
            } else {
                out.push_str(&self.interpolated()?);
                if out.len() > self.bytes_max {
                    return None;
                }
            }
        }
    }

    /// `$name` and `$(expression)` inside double quotes; a dollar before anything else is a dollar.
    fn interpolated(&mut self) -> Option<String> {
        self.at += 1;
        if self.rest().starts_with('(') {
            let value = self.attempt(Self::argument_list)?;
            self.undo("variables");
            return Some(value.text());
        }
        let rest = self.rest();
        if rest.starts_with('{') {
            return None;
        }
        let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if len == 0 {
            return Some("$".to_owned());
        }
        self.at += len;
        let value = self.variables.get(&rest.get(..len)?.to_ascii_lowercase())?;
        self.undo("variables");
        Some(value.text())
    }

    pub(super) fn here_string(&mut self) -> Option<Value> {
        let single = self.rest().starts_with("@'");
        let body = self.rest().get(2..)?.trim_start_matches([' ', '\t']);
        let body = body.strip_prefix("\r\n").or_else(|| body.strip_prefix('\n'))?;
        self.pay(body.len())?;
        let end = body.find(if single { "\n'@" } else { "\n\"@" })?;
        let text = body.get(..end)?;
        if !single && text.contains('$') {
            return None;
        }
        self.at = self.text.len() - body.len() + end + 3;
        Some(Value::Str(text.trim_end_matches('\r').to_owned()))
    }

    pub(super) fn integer(&mut self) -> Option<Value> {
        let rest = self.rest();
        let hex = rest.starts_with("0x") || rest.starts_with("0X");
        let skip = if hex { 2 } else { 0 };
        let digits = rest.get(skip..)?;
        let radix = if hex { 16 } else { 10 };
        let len = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        // A number that goes on as a word or with a fraction is something else.
        let next = digits.get(len..)?.chars().next();
        let fraction = next == Some('.') && !digits.get(len..)?.starts_with("..");
        if next.is_some_and(char::is_alphanumeric) || fraction {
            return None;
        }
        self.at += skip + len;
        i64::from_str_radix(digits.get(..len)?, radix).ok().map(Value::Num)
    }
}
