//! Words of JScript (ECMA-262 3rd edition, with the template strings and arrows of later ones), one at a time.

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Name(String),
    Number(f64),
    Str(String),
    /// Pieces of text and the source between them.
    Template(Vec<(String, Option<String>)>),
    Regex(String, String),
    Sign(&'static str),
    End,
}

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// A line ended before it.
    pub(super) after_line: bool,
}

/// Longest first.
const SIGNS: &[&str] = &[
    ">>>=", "===", "!==", ">>>", "<<=", ">>=", "**=", "...", "&&=", "||=", "??=", "=>", "==", "!=", "<=",
    ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>",
    "**", "{", "}", "(", ")", "[", "]", ";", ",", "<", ">", "+", "-", "*", "/", "%", "&", "|", "^", "!", "~",
    "?", ":", "=", ".",
];

pub(super) struct Lexer<'t> {
    text: &'t str,
    pub(super) at: usize,
    /// The last token was a value: a slash divides.
    value_before: bool,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, value_before: false }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn next(&mut self) -> Token {
        let after_line = self.skip();
        let start = self.at;
        let kind = self.kind();
        self.value_before = match &kind {
            Kind::Name(name) => !matches!(
                name.as_str(),
                "return"
                    | "typeof"
                    | "case"
                    | "in"
                    | "of"
                    | "void"
                    | "delete"
                    | "throw"
                    | "new"
                    | "else"
                    | "do"
            ),
            Kind::Number(_) | Kind::Str(_) | Kind::Template(_) | Kind::Regex(..) => true,
            Kind::Sign(sign) => matches!(*sign, ")" | "]" | "}"),
            Kind::End => false,
        };
        Token { kind, start, end: self.at, after_line }
    }

    /// Spaces and comments; conditional comments of JScript are code. Whether a line ended.
    fn skip(&mut self) -> bool {
        let mut line = false;
        loop {
            let rest = self.rest();
            let Some(c) = rest.chars().next() else { return line };
            if rest.starts_with("/*@cc_on") || rest.starts_with("//@cc_on") {
                self.at += "/*@cc_on".len();
            } else if rest.starts_with("@*/") {
                self.at += 3;
            } else if rest.starts_with("//") || rest.starts_with("<!--") || rest.starts_with("#!") {
                self.at += rest.find(['\r', '\n']).unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let len = rest.find("*/").map_or(rest.len(), |end| end + 2);
                line |= rest.get(..len).is_some_and(|comment| comment.contains('\n'));
                self.at += len;
            } else if c == '@' {
                let word = rest.get(1..).unwrap_or_default();
                self.at += 1 + word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len());
            } else if c.is_whitespace() || c == '\u{feff}' || c == '\0' {
                line |= matches!(c, '\n' | '\r' | '\u{2028}');
                self.at += c.len_utf8();
            } else {
                return line;
            }
        }
    }

    fn kind(&mut self) -> Kind {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return Kind::End };
        match c {
            '"' | '\'' => self.string(c),
            '`' => self.template(),
            '/' if !self.value_before => self.regex().unwrap_or_else(|| self.sign()),
            c if c.is_ascii_digit() => self.number(),
            '.' if rest.get(1..).is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit())) => {
                self.number()
            }
            c if is_name(c) || c == '\\' => self.name(),
            _ => self.sign(),
        }
    }

    fn sign(&mut self) -> Kind {
        let rest = self.rest();
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            self.at += sign.len();
            return Kind::Sign(sign);
        }
        self.at += rest.chars().next().map_or(0, char::len_utf8);
        // What is no sign separates.
        Kind::Sign(";")
    }

    fn name(&mut self) -> Kind {
        let mut out = String::new();
        while let Some(c) = self.rest().chars().next() {
            if is_name(c) {
                out.push(c);
                self.at += c.len_utf8();
            } else if c == '\\' && self.rest().starts_with("\\u") {
                self.at += 2;
                let Some(c) = self.unicode() else { break };
                out.push(c);
            } else {
                break;
            }
        }
        if out.is_empty() {
            self.at += 1;
            return Kind::Sign(";");
        }
        Kind::Name(out)
    }

    fn number(&mut self) -> Kind {
        let rest = self.rest();
        for (mark, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8)] {
            if let Some(digits) = rest.strip_prefix(mark) {
                let len = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
                self.at += 2 + len;
                // Lossless up to 2^53.
                let value = u64::from_str_radix(digits.get(..len).unwrap_or_default(), radix);
                return Kind::Number(value.map_or(f64::NAN, |value| value as f64));
            }
        }
        let bytes = rest.as_bytes();
        let mut len = 0;
        while let Some(byte) = bytes.get(len) {
            let exponent = matches!(byte, b'+' | b'-')
                && len.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(|b| matches!(b, b'e' | b'E'));
            if !(byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'_') || exponent) {
                break;
            }
            len += 1;
        }
        self.at += len.max(1);
        let digits = rest.get(..len).unwrap_or_default().replace('_', "");
        Kind::Number(digits.parse().unwrap_or(f64::NAN))
    }

    fn string(&mut self, quote: char) -> Kind {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let len = rest.find([quote, '\\', '\n']).unwrap_or(rest.len());
            out.push_str(rest.get(..len).unwrap_or_default());
            self.at += len;
            match self.rest().chars().next() {
                Some('\\') => {
                    self.at += 1;
                    self.escape(&mut out);
                }
                Some(c) if c == quote => {
                    self.at += 1;
                    return Kind::Str(out);
                }
                // A line that ends inside a string ends the string.
                _ => return Kind::Str(out),
            }
        }
    }

    /// Behind a backslash.
    fn escape(&mut self, out: &mut String) {
        let Some(c) = self.rest().chars().next() else { return };
        self.at += c.len_utf8();
        match c {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'v' => out.push('\u{b}'),
            'x' => match self.hex(2) {
                Some(c) => out.push(c),
                None => out.push('x'),
            },
            'u' => match self.unicode() {
                Some(c) => out.push(c),
                None => out.push('u'),
            },
            '0'..='7' => {
                let rest = self.rest();
                let more = rest.find(|c: char| !('0'..='7').contains(&c)).unwrap_or(rest.len()).min(2);
                let digits = format!("{c}{}", rest.get(..more).unwrap_or_default());
                self.at += more;
                out.push(u32::from_str_radix(&digits, 8).ok().and_then(char::from_u32).unwrap_or('\0'));
            }
            '\r' => {
                if self.rest().starts_with('\n') {
                    self.at += 1;
                }
            }
            '\n' => {}
            c => out.push(c),
        }
    }

    fn hex(&mut self, digits: usize) -> Option<char> {
        let text = self.rest().get(..digits)?;
        let code = u32::from_str_radix(text, 16).ok()?;
        self.at += digits;
        Some(char::from_u32(code).unwrap_or('\u{fffd}'))
    }

    /// `XXXX`, `{X…}`, behind `\u`.
    fn unicode(&mut self) -> Option<char> {
        if let Some((digits, _)) = self.rest().strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            let code = u32::from_str_radix(digits, 16).ok()?;
            self.at += digits.len() + 2;
            return char::from_u32(code);
        }
        self.hex(4)
    }

    fn template(&mut self) -> Kind {
        self.at += 1;
        let mut pieces = Vec::new();
        let mut out = String::new();
        while let Some(c) = self.rest().chars().next() {
            if c == '`' {
                self.at += 1;
                break;
            }
            if let Some(inner) = self.rest().strip_prefix("${") {
                let mut depth = 0u32;
                let mut len = inner.len();
                for (at, c) in inner.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => {
                            len = at;
                            break;
                        }
                        '}' => depth -= 1,
                        _ => {}
                    }
                }
                let source = inner.get(..len).unwrap_or_default().to_owned();
                pieces.push((std::mem::take(&mut out), Some(source)));
                self.at = (self.at + 2 + len + 1).min(self.text.len());
            } else if c == '\\' {
                self.at += 1;
                self.escape(&mut out);
            } else {
                out.push(c);
                self.at += c.len_utf8();
            }
        }
        pieces.push((out, None));
        Kind::Template(pieces)
    }

    fn regex(&mut self) -> Option<Kind> {
        let rest = self.rest();
        let mut in_class = false;
        let mut escaped = false;
        for (at, c) in rest.char_indices().skip(1).take(8_192) {
            match c {
                '\n' | '\r' => return None,
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => {
                    let pattern = rest.get(1..at)?.to_owned();
                    let behind = rest.get(at + 1..)?;
                    let len = behind.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(behind.len());
                    self.at += at + 1 + len;
                    return Some(Kind::Regex(pattern, behind.get(..len)?.to_owned()));
                }
                _ => {}
            }
        }
        None
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}
