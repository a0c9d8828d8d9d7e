//! Tokens of VBA source (MS-VBAL 3.2, 3.3), in one pass, without copying.

/// One token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// A word without its type suffix; a string without its outer quotes, `""` not yet undone.
    pub(super) text: &'a str,
    /// Line, from 1.
    pub(super) line: u32,
    /// [`hash`] of a word, 0 for all else.
    pub(super) hash: u32,
    /// A word in brackets: an escaped name, or Excel's shorthand for a cell. A dot behind a blank: that of a `With`
    /// block, since a member follows its object at once or on the next line (MS-VBAL 5.6.12).
    pub(super) bracketed: bool,
}

/// Sorts of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Text,
    Number,
    /// One ASCII byte; `:=` is `:`.
    Symbol(u8),
}

impl Token<'_> {
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_symbol(&self, symbol: u8) -> bool {
        self.kind == Kind::Symbol(symbol)
    }

    /// Whether a value may end with this token, so that `&` behind it is an operator.
    fn ends_operand(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Text | Kind::Number | Kind::Symbol(b')' | b']'))
    }
}

/// FNV-1a over the lower case of ASCII.
pub(super) const fn hash(word: &str) -> u32 {
    let mut bytes = word.as_bytes();
    let mut sum = 0x811c_9dc5;
    while let [first, rest @ ..] = bytes {
        sum = hash_step(sum, *first);
        bytes = rest;
    }
    sum
}

const fn hash_step(sum: u32, byte: u8) -> u32 {
    (sum ^ byte.to_ascii_lowercase() as u32).wrapping_mul(0x0100_0193)
}

/// Hands out the statements of a module.
pub(super) struct Lexer<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    line: u32,
    /// No `]` stands on the line before here: looked for once, not once per `[`.
    no_bracket_before: usize,
    /// The last statement ended with a colon.
    colon: bool,
}

/// Tokens of one statement that are kept. A line of VBA has at most 1,023 characters and 24 continuations, so
/// no statement that compiles has as many.
const STATEMENT_TOKENS_MAX: usize = 1 << 15;

impl<'a> Lexer<'a> {
    /// Starts at a byte offset that stands in line `line`.
    pub(super) fn new(source: &'a str, at: usize, line: u32) -> Self {
        Self { source, bytes: source.as_bytes(), at, line, no_bracket_before: 0, colon: false }
    }

    /// Where the next statement begins: offset and line.
    pub(super) fn position(&self) -> (usize, u32) {
        (self.at, self.line)
    }

    /// Whether the next statement stands on the same line as the last one.
    pub(super) fn same_line(&self) -> bool {
        self.colon
    }

    /// Fills `out` with the next statement (it may be empty: a blank line). `false` at the end of the module.
    pub(super) fn statement(&mut self, out: &mut Vec<Token<'a>>) -> bool {
        out.clear();
        self.colon = false;
        if self.at >= self.bytes.len() {
            return false;
        }
        while let Some(&byte) = self.bytes.get(self.at) {
            if out.len() > STATEMENT_TOKENS_MAX {
                out.truncate(STATEMENT_TOKENS_MAX);
            }
            match CLASS.get(usize::from(byte)).copied().unwrap_or(Class::Word) {
                Class::Space => {
                    // Indents are most of the space there is.
                    let rest = self.bytes.get(self.at..).unwrap_or_default();
                    self.at += rest.iter().position(|byte| *byte != b' ').unwrap_or(rest.len()).max(1);
                }
                Class::Word => {
                    let word = self.word();
                    if out.is_empty() && word.is("rem") {
                        self.skip_comment();
                    } else {
                        out.push(word);
                    }
                }
                Class::Digit => {
                    let number = self.number(0);
                    out.push(number);
                }
                Class::Quote => {
                    let text = self.string();
                    out.push(text);
                }
                Class::Comment => self.skip_comment(),
                Class::Newline => {
                    self.newline(byte);
                    return true;
                }
                Class::Underscore if self.skip_continuation() => {}
                Class::Underscore => {
                    let word = self.word();
                    out.push(word);
                }
                Class::Symbol => {
                    if byte == b':' && self.peek(1) != Some(b'=') {
                        self.at += 1;
                        self.colon = true;
                        return true;
                    }
                    let symbol = self.symbol(byte, out.last());
                    out.push(symbol);
                }
            }
        }
        true
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.source.get(from..to).unwrap_or_default()
    }

    fn word(&mut self) -> Token<'a> {
        let start = self.at;
        let mut sum = 0x811c_9dc5;
        let mut len = 0;
        for &byte in self.bytes.get(start..).unwrap_or_default() {
            let class = CLASS.get(usize::from(byte)).copied().unwrap_or(Class::Word);
            if !matches!(class, Class::Word | Class::Digit | Class::Underscore) {
                break;
            }
            sum = hash_step(sum, byte);
            len += 1;
        }
        self.at += len;
        let text = self.slice(start, self.at);
        if self.at_type_suffix() {
            self.at += 1;
        }
        Token { kind: Kind::Word, text, line: self.line, hash: sum, bracketed: false }
    }

    /// Whether a type suffix stands here (MS-VBAL 3.3.5.3) and not an operator: `x&` before what ends an operand,
    /// `x!` not before a key, `x#` and `x@` not before more of a word.
    fn at_type_suffix(&self) -> bool {
        let word_follows =
            || self.peek(1).is_some_and(|next| next.is_ascii_alphanumeric() || next == b'_' || next == b'[');
        match self.peek(0) {
            Some(b'$' | b'%') => true,
            Some(b'!' | b'#' | b'@') => !word_follows() && self.peek(1) != Some(b'"'),
            Some(b'&') => {
                let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
                let next = rest.iter().take(8).find(|byte| **byte != b' ');
                matches!(next, Some(b')' | b',' | b'\r' | b'\n' | b'=' | b'&' | b'\'')) || rest.is_empty()
            }
            _ => false,
        }
    }

    /// A number whose prefix (`&H`, `&O`) is `prefix` bytes long.
    fn number(&mut self, prefix: usize) -> Token<'a> {
        let start = self.at;
        self.at += prefix;
        while let Some(byte) = self.peek(0) {
            let part = byte.is_ascii_hexdigit() && prefix > 0
                || byte.is_ascii_digit()
                || byte == b'.' && prefix == 0;
            let exponent = prefix == 0
                && matches!(byte, b'e' | b'E' | b'd' | b'D')
                && self.peek(1).is_some_and(|next| next.is_ascii_digit() || next == b'+' || next == b'-');
            if !part && !exponent {
                break;
            }
            self.at += if exponent { 2 } else { 1 };
        }
        let end = self.at.min(self.bytes.len());
        // The type suffix of a Long; with an operand behind it the `&` joins strings.
        let suffix = match self.peek(0) {
            Some(b'&') => self.peek(1).is_none_or(|next| matches!(next, b')' | b',' | b' ' | b'\r' | b'\n')),
            Some(b'%' | b'#' | b'!' | b'@' | b'^') => self.peek(1).is_none_or(|next| !next.is_ascii_digit()),
            _ => false,
        };
        self.at += usize::from(suffix);
        // Of a hexadecimal number the suffix says how wide it is.
        let text = self.slice(start, if prefix > 0 { self.at } else { end });
        Token { kind: Kind::Number, text, line: self.line, hash: 0, bracketed: false }
    }

    /// A string ends at its quote, or at the end of the line when there is none.
    fn string(&mut self) -> Token<'a> {
        let start = self.at + 1;
        self.at = start;
        let text = loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(found) = memchr::memchr3(b'"', b'\n', b'\r', rest) else {
                self.at = self.bytes.len();
                break self.slice(start, self.at);
            };
            self.at += found;
            if self.peek(0) != Some(b'"') {
                break self.slice(start, self.at);
            }
            if self.peek(1) != Some(b'"') {
                self.at += 1;
                break self.slice(start, self.at - 1);
            }
            self.at += 2;
        };
        Token { kind: Kind::Text, text, line: self.line, hash: 0, bracketed: false }
    }

    fn symbol(&mut self, byte: u8, before: Option<&Token<'a>>) -> Token<'a> {
        let radix_follows = matches!(self.peek(1), Some(b'H' | b'h' | b'O' | b'o'))
            && self.peek(2).is_some_and(|digit| digit.is_ascii_hexdigit());
        if byte == b'&' && radix_follows && !before.is_some_and(Token::ends_operand) {
            return self.number(2);
        }
        let start = self.at;
        if byte == b'[' && start >= self.no_bracket_before {
            // A foreign name: [any text]. Excel's shorthand for Evaluate looks the same.
            let rest = self.bytes.get(start + 1..).unwrap_or_default();
            let end = memchr::memchr3(b']', b'\n', b'\r', rest).unwrap_or(rest.len());
            if rest.get(end) == Some(&b']') {
                self.at = start + end + 2;
                let text = self.slice(start + 1, self.at - 1);
                return Token { kind: Kind::Word, text, line: self.line, hash: hash(text), bracketed: true };
            }
            self.no_bracket_before = start + 1 + end;
        }
        let blank = start
            .checked_sub(1)
            .and_then(|at| self.bytes.get(at))
            .is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        let apart = byte == b'.' && blank && before.is_some_and(|token| token.line == self.line);
        self.at += if byte == b':' { 2 } else { 1 };
        let text = self.slice(start, self.at);
        Token { kind: Kind::Symbol(byte), text, line: self.line, hash: 0, bracketed: apart }
    }

    fn newline(&mut self, byte: u8) {
        self.at += if byte == b'\r' && self.peek(1) == Some(b'\n') { 2 } else { 1 };
        self.line = self.line.saturating_add(1);
    }

    /// ` _` before a line end joins the lines.
    fn skip_continuation(&mut self) -> bool {
        let mut at = self.at + 1;
        while matches!(self.bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        let Some(&end @ (b'\r' | b'\n')) = self.bytes.get(at) else { return false };
        self.at = at;
        self.newline(end);
        true
    }

    /// To the end of the line, and over the next one when the comment is continued.
    fn skip_comment(&mut self) {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(end) = memchr::memchr2(b'\n', b'\r', rest) else {
                self.at = self.bytes.len();
                return;
            };
            let continued = rest.get(..end).is_some_and(|line| line.ends_with(b" _"));
            self.at += end;
            if !continued {
                return;
            }
            let byte = self.peek(0).unwrap_or(b'\n');
            self.newline(byte);
        }
    }
}

#[derive(Clone, Copy)]
enum Class {
    Space,
    Word,
    Digit,
    Quote,
    Comment,
    Newline,
    Underscore,
    Symbol,
}

/// What a byte begins. Bytes of other scripts are letters: VBA names may be Japanese.
static CLASS: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut table = [Class::Word; 256];
    let mut byte = 0usize;
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated by the compiler, which would refuse a wrong index"
    )]
    while byte < 128 {
        table[byte] = match byte as u8 {
            b'\r' | b'\n' => Class::Newline,
            0..=b' ' | 0x7f => Class::Space,
            b'0'..=b'9' => Class::Digit,
            b'a'..=b'z' | b'A'..=b'Z' => Class::Word,
            b'"' => Class::Quote,
            b'\'' => Class::Comment,
            b'_' => Class::Underscore,
            _ => Class::Symbol,
        };
        byte += 1;
    }
    table
}
