//! Words of VBScript, all at once: names in lower case, line ends and colons kept, comments and line continuations
//! gone.

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A name or a key word, in lower case.
    Name(String),
    Number(f64),
    Str(String),
    Sign(&'static str),
    /// The line ends.
    Line,
    /// The statement ends, the line goes on.
    Colon,
    End,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A name in brackets.
const NAME_BYTES_MAX: usize = 256;

/// Longest first.
const SIGNS: &[&str] =
    &["<=", ">=", "=<", "=>", "<>", "<", ">", "=", "+", "-", "*", "/", "\\", "^", "&", "(", ")", ",", "."];

/// The tokens of a script; the last one is [`Kind::End`].
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, out: Vec::new() };
    while lexer.step() {}
    let end = text.len();
    lexer.out.push(Token { kind: Kind::Line, start: end, end });
    lexer.out.push(Token { kind: Kind::End, start: end, end });
    lexer.out
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    out: Vec<Token>,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: Kind, len: usize) {
        let (start, end) = (self.at, self.at.saturating_add(len));
        self.out.push(Token { kind, start, end });
        self.at = end;
    }

    fn skip(&mut self, len: usize) {
        self.at = self.at.saturating_add(len);
    }

    /// One token, or some white space; `false` at the end.
    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return false };
        match c {
            '\r' | '\n' => self.push(Kind::Line, 1),
            ':' => self.push(Kind::Colon, 1),
            '\'' => self.skip_line(),
            '"' => self.string(),
            '#' => self.date(),
            '&' => self.ampersand(),
            '[' => self.bracketed(),
            '_' if self.continues() => self.skip_continuation(),
            c if c.is_ascii_digit() => self.number(),
            '.' if rest.get(1..2).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit())) => {
                self.number();
            }
            c if c.is_alphabetic() || c == '_' => self.name(),
            '<' if rest.starts_with("<!--") => self.skip_line(),
            '-' if rest.starts_with("-->") => self.skip_line(),
            c => self.sign(c),
        }
        true
    }

    fn sign(&mut self, c: char) {
        let found = SIGNS.iter().find(|sign| self.rest().starts_with(**sign));
        match found {
            Some(sign) => self.push(Kind::Sign(sign), sign.len()),
            // White space, and what means nothing.
            None => self.skip(c.len_utf8()),
        }
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        let len = rest.find(['\r', '\n']).unwrap_or(rest.len());
        self.skip(len);
    }

    fn continues(&self) -> bool {
        let behind = self.rest().get(1..).unwrap_or_default().trim_start_matches([' ', '\t']);
        behind.is_empty() || behind.starts_with(['\r', '\n'])
    }

    fn skip_continuation(&mut self) {
        let rest = self.rest();
        let len = match rest.find('\n').or_else(|| rest.find('\r')) {
            Some(end) => end + 1,
            None => rest.len(),
        };
        self.skip(len);
    }

    fn string(&mut self) {
        let mut out = String::new();
        let mut len = 1;
        let body = self.rest().get(1..).unwrap_or_default();
        let mut chars = body.chars().peekable();
        while let Some(c) = chars.next() {
            if matches!(c, '\r' | '\n') {
                break;
            }
            len += c.len_utf8();
            if c == '"' {
                if chars.peek() != Some(&'"') {
                    break;
                }
                chars.next();
                len += 1;
            }
            out.push(c);
        }
        self.push(Kind::Str(out), len);
    }

    /// `#1/2/2020#`: a date nobody computes with.
    fn date(&mut self) {
        let rest = self.rest().get(1..).unwrap_or_default();
        let near = rest.get(..rest.floor_char_boundary(32)).unwrap_or_default();
        match near.find('#').filter(|end| !near.get(..*end).unwrap_or_default().contains('\n')) {
            Some(end) => {
                let text = near.get(..end).unwrap_or_default().to_owned();
                self.push(Kind::Str(text), end + 2);
            }
            None => self.skip(1),
        }
    }

    /// `&H41`, `&O101`, or the operator.
    fn ampersand(&mut self) {
        let rest = self.rest();
        let radix = match rest.as_bytes().get(1).map(u8::to_ascii_lowercase) {
            Some(b'h') => 16,
            Some(b'o') => 8,
            _ => return self.push(Kind::Sign("&"), 1),
        };
        let digits = rest.get(2..).unwrap_or_default();
        let len = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        let value = digits.get(..len).and_then(|digits| i64::from_str_radix(digits, radix).ok());
        match value {
            Some(value) if len > 0 => {
                let closed = usize::from(digits.get(len..).is_some_and(|rest| rest.starts_with('&')));
                // `&HFFFF` has sixteen bits and a sign.
                let value = if radix == 16 && len == 4 && value > 0x7fff { value - 0x1_0000 } else { value };
                // Lossless: at most 32 bits mean something here.
                self.push(Kind::Number(value as f64), 2 + len + closed);
            }
            _ => self.push(Kind::Sign("&"), 1),
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let mut len = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let exponent = rest.get(len..).unwrap_or_default();
        if exponent.starts_with(['e', 'E']) {
            let digits = exponent.get(1..).unwrap_or_default();
            let sign = usize::from(digits.starts_with(['+', '-']));
            let count = digits
                .get(sign..)
                .map_or(0, |digits| digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()));
            len += if count > 0 { 1 + sign + count } else { 0 };
        }
        let value = rest.get(..len).and_then(|digits| digits.parse().ok()).unwrap_or(0.0);
        self.push(Kind::Number(value), len);
    }

    fn bracketed(&mut self) {
        let rest = self.rest();
        let near = rest.get(..rest.floor_char_boundary(NAME_BYTES_MAX)).unwrap_or_default();
        match near.find(']') {
            Some(end) => {
                let name = near.get(1..end).unwrap_or_default().to_lowercase();
                self.push(Kind::Name(name), end + 1);
            }
            None => self.skip(1),
        }
    }

    fn name(&mut self) {
        let rest = self.rest();
        let len = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = rest.get(..len).unwrap_or_default().to_lowercase();
        let starts = self.out.last().is_none_or(|last| matches!(last.kind, Kind::Line | Kind::Colon));
        if name == "rem" && starts {
            return self.skip_line();
        }
        self.push(Kind::Name(name), len);
    }
}
