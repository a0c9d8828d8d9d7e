//! PowerShell text with its constant expressions replaced by what they come to.

use super::fold::{Parser, Value};
use crate::Limits;
use std::collections::HashMap;

/// A text that became simpler.
pub(super) struct Folded {
    pub(super) text: String,
    /// What was undone, in the order met, without repetition.
    pub(super) layers: Vec<&'static str>,
    /// The steps ran out before the end.
    pub(super) cut: bool,
}

/// Folds once through the text. `None` when nothing changed.
pub(super) fn fold(text: &str, limits: &Limits) -> Option<Folded> {
    let plain = without_backticks(text);
    let mut rewriter = Rewriter {
        text: plain.as_deref().unwrap_or(text),
        fuel: limits.steps_max,
        bytes_max: limits.text_bytes_max,
        variables: HashMap::new(),
        layers: Vec::new(),
        out: String::with_capacity(text.len()),
    };
    if plain.is_some() {
        rewriter.layers.push("backticks");
    }
    rewriter.run();
    let Rewriter { out, layers, fuel, .. } = rewriter;
    (!layers.is_empty() && out != text).then_some(Folded { text: out, layers, cut: fuel == 0 })
}

/// Backticks inside words mean nothing; before a quote, a dollar or a line end they do, and so they stay.
fn without_backticks(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let noise = |at: usize| {
        let letter = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-');
        letter(bytes.get(at + 1)) && at.checked_sub(1).is_some_and(|at| letter(bytes.get(at)))
    };
    let found = text.match_indices('`').any(|(at, _)| noise(at));
    if !found {
        return None;
    }
    Some(text.char_indices().filter(|(at, c)| *c != '`' || !noise(*at)).map(|(_, c)| c).collect())
}

struct Rewriter<'t> {
    text: &'t str,
    fuel: u64,
    bytes_max: usize,
    /// Variables with a constant value, by lower-case name.
    variables: HashMap<String, Value>,
    layers: Vec<&'static str>,
    out: String,
}

impl Rewriter<'_> {
    fn run(&mut self) {
        let mut at = 0;
        let mut in_word = false;
        while let Some(c) = self.text.get(at..).and_then(|rest| rest.chars().next()) {
            let next = match c {
                _ if self.fuel == 0 || self.out.len() > self.bytes_max => None,
                '$' => self.variable(at),
                '\'' | '"' | '(' | '[' | '@' => self.expression(at),
                '-' if !in_word => self.expression(at),
                _ => None,
            };
            in_word = c.is_alphanumeric() || c == '-';
            at = next.unwrap_or_else(|| {
                self.out.push(c);
                at + c.len_utf8()
            });
        }
    }

    /// A constant expression at `at`: written out as a literal when that makes it simpler. A literal that is
    /// simple already is copied whole, so that nothing inside it is taken for code.
    fn expression(&mut self, at: usize) -> Option<usize> {
        let parsed = self.parse(at)?;
        // A variable by itself reads better by its name.
        let by_name = parsed.undone == ["variables"] && self.text.get(at..)?.starts_with('$');
        if parsed.undone.is_empty() || by_name {
            self.out.push_str(self.text.get(at..parsed.end)?);
        } else {
            self.note(&parsed.undone);
            // Parentheses behind a name are those of a call.
            let call = self.text.get(at..)?.starts_with('(')
                && self.out.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ']' | ')' | '"' | '\''));
            self.out.push_str(if call { "(" } else { "" });
            self.write(&parsed.value);
            self.out.push_str(if call { ")" } else { "" });
        }
        Some(parsed.end)
    }

    /// `$x = …` and `$x += …` set a variable; any other `$x` may begin an expression.
    fn variable(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at + 1..)?;
        let braces = rest.starts_with('{');
        let name_at = at + 1 + usize::from(braces);
        let name = self.text.get(name_at..)?;
        let len = name.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(name.len());
        let name = name.get(..len).filter(|name| !name.is_empty())?.to_ascii_lowercase();
        let behind = name_at + len + usize::from(braces);
        let tail = self.text.get(behind..)?;
        let spaces = tail.len() - tail.trim_start_matches([' ', '\t']).len();
        let operator = tail.get(spaces..)?;
        let appends = operator.starts_with("+=");
        if !appends && (!operator.starts_with('=') || operator.starts_with("==")) {
            return self.expression(at);
        }
        let value_at = behind + spaces + if appends { 2 } else { 1 };
        let value_at = value_at + self.text.get(value_at..)?.len()
            - self.text.get(value_at..)?.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let parsed = self.parse(value_at).filter(|parsed| self.ends_statement(parsed.end));
        self.out.push_str(self.text.get(at..value_at)?);
        let Some(parsed) = parsed else {
            // Its value is not known from here on.
            self.variables.remove(&name);
            return Some(value_at);
        };
        self.note(&parsed.undone);
        if parsed.undone.is_empty() {
            self.out.push_str(self.text.get(value_at..parsed.end)?);
        } else {
            self.write(&parsed.value);
        }
        let value = match (appends, self.variables.remove(&name)) {
            (true, Some(before)) => before.plus(parsed.value, self.bytes_max)?,
            (true, None) => return Some(parsed.end),
            (false, _) => parsed.value,
        };
        self.variables.insert(name, value);
        Some(parsed.end)
    }

    fn ends_statement(&self, at: usize) -> bool {
        let rest = self.text.get(at..).unwrap_or_default().trim_start_matches([' ', '\t']);
        rest.is_empty() || rest.starts_with([';', '\r', '\n', '}', ')', '|', '#'])
    }

    fn parse(&mut self, at: usize) -> Option<super::fold::Found> {
        let mut parser = Parser::new(self.text, at, &self.variables, self.bytes_max, self.fuel);
        let found = parser.expression();
        self.fuel = parser.fuel();
        found
    }

    fn note(&mut self, undone: &[&'static str]) {
        for layer in undone {
            if !self.layers.contains(layer) {
                self.layers.push(layer);
            }
        }
    }

    fn write(&mut self, value: &Value) {
        match value {
            Value::Num(number) => self.out.push_str(&number.to_string()),
            Value::Str(text) => {
                self.out.push('\'');
                self.out.push_str(&text.replace('\'', "''"));
                self.out.push('\'');
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.write(item);
                }
            }
        }
    }
}

/// The script in `iex '…'` and `'…' | iex`, when the text is nothing else.
pub(super) fn invoked_literal(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches([';', ' ']);
    let invokes = |word: &str| {
        let word: String = word.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
        word.eq_ignore_ascii_case("iex") || word.eq_ignore_ascii_case("invoke-expression")
    };
    let (before, literal) = text.split_at_checked(text.find('\'')?)?;
    let close = literal.rfind('\'').filter(|close| *close > 0)?;
    let (literal, behind) = literal.split_at_checked(close + 1)?;
    let script = literal.get(1..close)?;
    // One literal, not two: inside, every quote is doubled.
    if script.replace("''", "").contains('\'') {
        return None;
    }
    let invoked = match (before.trim().trim_end_matches('('), behind.trim().trim_start_matches(')')) {
        (word, "") => invokes(word),
        ("", pipe) => pipe.trim_start().strip_prefix('|').is_some_and(invokes),
        _ => false,
    };
    invoked.then(|| script.replace("''", "'"))
}
