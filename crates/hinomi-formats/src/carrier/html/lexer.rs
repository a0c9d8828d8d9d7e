//! JavaScript as tokens (ECMA-262, 12), as far as constants need it.

/// One token. Strings stand where their escapes are undone.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    Name(&'a str),
    Text(String),
    Number(i64),
    /// The source between the slashes of a regular expression, and its flags.
    Pattern(&'a str, &'a str),
    /// One character, or `+=`, `==` (for every comparison), `=>`.
    Sign(&'static str),
    Other(char),
}

/// The longest regular expression taken for one.
const PATTERN_BYTES_MAX: usize = 1_024;

/// Splits a script into at most `most` tokens.
pub(super) fn tokens(source: &str, most: usize) -> Vec<Token<'_>> {
    let mut lexer = Lexer { rest: source };
    let mut tokens = Vec::new();
    while tokens.len() < most {
        let before = tokens.last();
        // A slash divides behind a value, and starts a regular expression anywhere else.
        let value_before = matches!(
            before,
            Some(Token::Name(_) | Token::Text(_) | Token::Number(_) | Token::Other(')' | ']' | '}'))
        );
        let Some(token) = lexer.token(value_before) else { break };
        tokens.push(token);
    }
    tokens
}

struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if let Some(comment) = self.rest.strip_prefix("//") {
                self.rest = comment.split_once(['\n', '\r']).map_or("", |(_, after)| after);
            } else if let Some(comment) = self.rest.strip_prefix("/*") {
                self.rest = comment.split_once("*/").map_or("", |(_, after)| after);
            } else {
                return;
            }
        }
    }

    fn token(&mut self, value_before: bool) -> Option<Token<'a>> {
        self.skip_blanks();
        let first = self.rest.chars().next()?;
        match first {
            '"' | '\'' | '`' => Some(self.string(first)),
            '0'..='9' => Some(self.number()),
            '/' if !value_before => Some(self.pattern().unwrap_or_else(|| self.sign('/'))),
            c if c.is_alphabetic() || c == '_' || c == '$' => {
                let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
                Some(Token::Name(self.take(end.unwrap_or(self.rest.len()))))
            }
            _ => Some(self.sign(first)),
        }
    }

    fn sign(&mut self, first: char) -> Token<'a> {
        const SIGNS: &[(&str, &str)] = &[
            ("===", "=="),
            ("!==", "=="),
            ("==", "=="),
            ("!=", "=="),
            ("<=", "=="),
            (">=", "=="),
            ("=>", "=>"),
            ("+=", "+="),
            ("++", "++"),
            ("--", "++"),
            ("=", "="),
            ("+", "+"),
            ("^", "^"),
        ];
        for (sign, token) in SIGNS {
            if self.rest.starts_with(sign) {
                self.take(sign.len());
                return Token::Sign(token);
            }
        }
        self.take(first.len_utf8());
        Token::Other(first)
    }

    fn number(&mut self) -> Token<'a> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(self.rest.len());
        let word = self.take(end);
        let radix =
            |start: &str| word.get(..2).filter(|head| head.eq_ignore_ascii_case(start)).and(word.get(2..));
        let value = match (radix("0x"), radix("0b"), radix("0o")) {
            (Some(digits), ..) => i64::from_str_radix(digits, 16).ok(),
            (_, Some(digits), _) => i64::from_str_radix(digits, 2).ok(),
            (.., Some(digits)) => i64::from_str_radix(digits, 8).ok(),
            _ => word.parse().ok().or_else(|| word.split(['.', 'e', 'E']).next()?.parse().ok()),
        };
        Token::Number(value.unwrap_or(0))
    }

    /// A string, its escapes undone. One that does not end ends with its line, a template with the script.
    fn string(&mut self, quote: char) -> Token<'a> {
        self.take(1);
        let mut text = String::new();
        loop {
            let end =
                self.rest.find(|c| c == quote || c == '\\' || (quote != '`' && matches!(c, '\n' | '\r')));
            let Some(end) = end else {
                text.push_str(self.take(self.rest.len()));
                return Token::Text(text);
            };
            text.push_str(self.take(end));
            if !self.rest.starts_with('\\') {
                self.take(1);
                return Token::Text(text);
            }
            self.take(1);
            self.escape(&mut text);
        }
    }

    fn hex(&mut self, count: usize) -> Option<u32> {
        let value = u32::from_str_radix(self.rest.get(..count)?, 16).ok()?;
        self.take(count);
        Some(value)
    }

    fn escape(&mut self, text: &mut String) {
        let Some(first) = self.rest.chars().next() else { return };
        self.take(first.len_utf8());
        match first {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{C}'),
            'v' => text.push('\u{B}'),
            '0' => text.push('\0'),
            'x' => text.extend(self.hex(2).and_then(char::from_u32)),
            'u' if self.rest.starts_with('{') => {
                let inner = self.rest.split_once('}').map_or("", |(inner, _)| inner);
                let value =
                    u32::from_str_radix(inner.trim_start_matches('{'), 16).ok().and_then(char::from_u32);
                self.take(inner.len().saturating_add(1));
                text.extend(value);
            }
            'u' => text
                .extend(self.hex(4).map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))),
            // A line that goes on.
            '\n' => {}
            '\r' => self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest),
            other => text.push(other),
        }
    }

    fn pattern(&mut self) -> Option<Token<'a>> {
        let near = self.rest.get(..self.rest.floor_char_boundary(PATTERN_BYTES_MAX))?;
        let line = near.split(['\n', '\r']).next()?;
        let (mut escaped, mut in_class) = (false, false);
        let end = line.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '/' && !escaped && !in_class;
            match c {
                '[' if !escaped => in_class = true,
                ']' if !escaped => in_class = false,
                _ => {}
            }
            escaped = *c == '\\' && !escaped;
            ends
        })?;
        let source = line.get(1..end.0)?;
        self.take(end.0.saturating_add(1));
        let flags = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        Some(Token::Pattern(source, self.take(flags)))
    }
}
