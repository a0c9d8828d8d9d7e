//! Strings, numbers and variables (about_Quoting_Rules, about_Numeric_Literals, about_Variables).

use super::super::super::evaluate::tree::{Expr, Node, Span};
use super::super::super::evaluate::value::Value;
use super::{Parser, is_double_quote, is_single_quote};
use std::rc::Rc;

impl Parser<'_> {
    pub(super) fn single_quoted(&mut self) -> Node {
        self.bump();
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let len = rest.find(is_single_quote).unwrap_or(rest.len());
            out.push_str(rest.get(..len).unwrap_or_default());
            self.at += len;
            self.bump();
            if !self.peek().is_some_and(is_single_quote) {
                return Node::Literal(Value::text(out));
            }
            out.push('\'');
            self.bump();
        }
    }

    pub(super) fn double_quoted(&mut self) -> Node {
        self.bump();
        let mut pieces = Pieces::default();
        while let Some(c) = self.peek() {
            if is_double_quote(c) {
                self.bump();
                if !self.peek().is_some_and(is_double_quote) {
                    break;
                }
                self.bump();
                pieces.text.push('"');
            } else {
                self.piece(c, &mut pieces);
            }
        }
        pieces.finish()
    }

    /// One character, escape or variable of an expandable string.
    fn piece(&mut self, c: char, pieces: &mut Pieces) {
        match c {
            '`' => {
                self.bump();
                if let Some(next) = self.bump() {
                    pieces.text.push(escaped(next));
                }
            }
            '$' => {
                let start = self.at;
                match self.interpolated() {
                    Some(node) => {
                        let expr = self.expr(start, node);
                        pieces.push(expr);
                    }
                    None => {
                        self.at = start + 1;
                        pieces.text.push('$');
                    }
                }
            }
            c => {
                self.at += c.len_utf8();
                pieces.text.push(c);
            }
        }
    }

    /// `$name`, `${name}`, `$(statements)` in a string; `None` when the dollar is one.
    fn interpolated(&mut self) -> Option<Node> {
        match self.second()? {
            '(' => Some(self.variable()),
            '{' => Some(self.variable()),
            c if c.is_alphanumeric() || c == '_' => Some(self.variable()),
            _ => None,
        }
    }

    /// Behind a `$`.
    pub(super) fn variable(&mut self) -> Node {
        self.bump();
        match self.peek() {
            Some('(') => {
                self.bump();
                return self.deeper(|parser| {
                    let commas = std::mem::replace(&mut parser.commas, true);
                    let body = parser.statements(Some(')'));
                    parser.commas = commas;
                    parser.take(')');
                    Node::Output(Rc::new(body), false)
                });
            }
            Some('{') => {
                self.bump();
                let rest = self.rest();
                let len = rest.find('}').unwrap_or(rest.len());
                let name = rest.get(..len).unwrap_or_default().replace('`', "");
                self.at += len;
                self.take('}');
                return named(&name);
            }
            Some(c @ ('?' | '^' | '$')) => {
                self.bump();
                return Node::Name(c.to_string());
            }
            _ => {}
        }
        let mut name = self.word();
        // `$env:x`, `$script:x`; not `$x::y`, not `"$x: text"`.
        if self.peek() == Some(':') && self.second().is_some_and(|c| c.is_alphanumeric() || c == '_') {
            self.bump();
            name.push(':');
            name.push_str(&self.word());
        }
        if name.is_empty() { Node::Opaque } else { named(&name) }
    }

    /// `@'…'@` and `@"…"@`.
    pub(super) fn here_string(&mut self) -> Node {
        let single = self.second().is_some_and(is_single_quote);
        self.bump();
        self.bump();
        let rest = self.rest();
        let line = rest.find('\n').map_or(rest.len(), |end| end + 1);
        self.at += line;
        let body = self.rest();
        let close = if single { ["\n'@", "\n\u{2019}@"] } else { ["\n\"@", "\n\u{201d}@"] };
        // The body may be empty: its close follows the opening line at once.
        let end = if close.iter().any(|mark| body.starts_with(mark.trim_start())) {
            Some(0)
        } else {
            close.iter().filter_map(|mark| body.find(mark)).min()
        };
        let end = end.unwrap_or(body.len());
        let stop = self.at + end;
        let mut pieces = Pieces::default();
        if single {
            pieces.text.push_str(body.get(..end).unwrap_or_default());
            self.at = stop;
        }
        while self.at < stop {
            let Some(c) = self.peek() else { break };
            self.piece(c, &mut pieces);
        }
        if pieces.text.ends_with('\r') {
            pieces.text.pop();
        }
        let _mark = self.take('\n');
        self.bump();
        self.take('@');
        pieces.finish()
    }

    /// Decimal, hexadecimal, with a fraction, with a suffix of size.
    pub(super) fn number(&mut self) -> Node {
        let rest = self.rest();
        let hex = rest.starts_with("0x") || rest.starts_with("0X");
        let skip = if hex { 2 } else { 0 };
        let radix = if hex { 16 } else { 10 };
        let digits = rest.get(skip..).unwrap_or_default();
        let mut len = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let behind = digits.get(len..).unwrap_or_default();
        let fraction = behind.strip_prefix('.').filter(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        if let (false, Some(fraction)) = (hex, fraction) {
            len += 1 + fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        }
        let digits = digits.get(..len).unwrap_or_default();
        self.at += skip + len;
        let number = if hex {
            // 32-bit literals wrap: 0xFFFFFFFF is -1.
            u64::from_str_radix(digits, 16).map(|number| number as f64).ok()
        } else {
            digits.parse().ok()
        };
        let scale = match self.peek_word().as_str() {
            "kb" => 1024.0,
            "mb" => 1_048_576.0,
            "gb" => 1_073_741_824.0,
            _ => 1.0,
        };
        if scale > 1.0 {
            self.at += 2;
        } else if self.peek().is_some_and(|c| matches!(c, 'l' | 'L' | 'd' | 'D'))
            && !self.second().is_some_and(char::is_alphanumeric)
        {
            self.bump();
        }
        number.map_or(Node::Opaque, |number: f64| Node::Literal(Value::Num(number * scale)))
    }
}

/// A variable by its name, drives and scopes understood.
fn named(name: &str) -> Node {
    let name = name.to_ascii_lowercase();
    match name.split_once(':') {
        Some(("env", name)) => Node::Env(name.to_ascii_uppercase()),
        Some(("script" | "global" | "local" | "private" | "using" | "variable", name)) => {
            Node::Name(name.to_owned())
        }
        _ => Node::Name(name),
    }
}

/// A string while it is put together.
#[derive(Default)]
pub(super) struct Pieces {
    pub(super) text: String,
    done: Vec<Expr>,
}

impl Pieces {
    pub(super) fn push(&mut self, expr: Expr) {
        self.flush();
        self.done.push(expr);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let node = Node::Literal(Value::text(std::mem::take(&mut self.text)));
            self.done.push(Expr { node, span: Span::default() });
        }
    }

    pub(super) fn finish(mut self) -> Node {
        if self.done.is_empty() {
            return Node::Literal(Value::text(self.text));
        }
        self.flush();
        Node::Joined(self.done)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.done.is_empty()
    }
}

/// What a backtick and the character behind it stand for in double quotes.
pub(super) fn escaped(c: char) -> char {
    match c {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        other => other,
    }
}
