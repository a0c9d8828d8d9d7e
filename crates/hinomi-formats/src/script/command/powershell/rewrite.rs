//! The script as text again, its constant expressions written as literals.

use super::super::evaluate::Machine;
use super::super::evaluate::tree::Span;
use super::super::evaluate::value::{GAP, Value, number_text};

/// The rewritten text, when it differs, and the names of what was undone.
pub(super) fn rewritten(text: &str, machine: &mut Machine<'_>) -> (Option<String>, Vec<&'static str>) {
    let mut folds: Vec<(Span, Option<Value>, Vec<&'static str>)> =
        machine.folds.drain().map(|(span, fold)| (span, fold.value, fold.layers)).collect();
    // Outer ones first.
    folds.sort_by_key(|(span, ..)| (span.start, std::cmp::Reverse(span.end)));
    let mut writer = Writer {
        text,
        machine,
        out: String::with_capacity(text.len()),
        at: 0,
        layers: Vec::new(),
        noise: false,
    };
    for (span, value, layers) in folds {
        if span.start < writer.at || span.end > text.len() {
            continue;
        }
        // What came to many values, or to no literal, shows its pieces.
        if let Some(literal) = value.and_then(|value| writer.literal(&value)) {
            writer.replace(span, &literal, &layers);
        }
    }
    let Writer { mut out, at, mut layers, mut noise, .. } = writer;
    noise |= copy_plain(&mut out, text.get(at..).unwrap_or_default());
    if noise {
        layers.insert(0, "backticks");
    }
    ((out != text).then_some(out), layers)
}

struct Writer<'w, 'l> {
    text: &'w str,
    machine: &'w mut Machine<'l>,
    out: String,
    at: usize,
    layers: Vec<&'static str>,
    /// Backticks without a meaning were left out.
    noise: bool,
}

impl Writer<'_, '_> {
    fn replace(&mut self, span: Span, literal: &str, layers: &[&'static str]) {
        let source = self.text.get(span.start..span.end).unwrap_or_default();
        if source.trim() == literal {
            return;
        }
        self.noise |= copy_plain(&mut self.out, self.text.get(self.at..span.start).unwrap_or_default());
        self.noise |= is_noisy(source);
        for layer in layers {
            if !self.layers.contains(layer) {
                self.layers.push(layer);
            }
        }
        // Parentheses behind a name are those of a call.
        let call = source.starts_with('(')
            && self.out.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ']' | ')' | '"' | '\''));
        self.out.push_str(if call { "(" } else { "" });
        self.out.push_str(literal);
        self.out.push_str(if call { ")" } else { "" });
        self.at = span.end;
    }

    fn literal(&mut self, value: &Value) -> Option<String> {
        let mut out = String::new();
        write(&mut out, value, self.machine, true)?;
        Some(out)
    }
}

fn write(out: &mut String, value: &Value, machine: &mut Machine<'_>, outer: bool) -> Option<()> {
    if out.len() > machine.limits.text_bytes_max {
        machine.text_cut = true;
        return None;
    }
    match value {
        Value::Num(number) => out.push_str(&number_text(*number)),
        Value::Str(_) | Value::Char(_) => {
            let text = value.as_text()?;
            if text.as_str().contains(GAP) {
                return None;
            }
            out.push('\'');
            out.push_str(&text.as_str().replace('\'', "''"));
            out.push('\'');
        }
        Value::List(list) if outer => {
            let items = machine.items(*list).to_vec();
            if items.is_empty() {
                return None;
            }
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                write(out, item, machine, false)?;
            }
        }
        _ => return None,
    }
    Some(())
}

/// Backticks inside words mean nothing; in a string some of them do, and before a quote, a dollar or a line end.
/// Whether there were any.
fn copy_plain(out: &mut String, text: &str) -> bool {
    if !text.contains('`') {
        out.push_str(text);
        return false;
    }
    let before = out.len();
    let mut chars = text.chars().peekable();
    let (mut quote, mut last) = (None, '\0');
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or_default();
        let noise = c == '`'
            && (last.is_ascii_alphanumeric() || matches!(last, '-' | '"' | '.'))
            && (next.is_ascii_alphanumeric() || next == '-')
            && match quote {
                None => true,
                Some('"') => !matches!(next, '0' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v'),
                Some(_) => false,
            };
        match quote {
            None if matches!(c, '"' | '\'') => quote = Some(c),
            Some(open) if open == c => quote = None,
            // A line that ends inside an apostrophe was prose.
            Some('\'') if c == '\n' => quote = None,
            _ => {}
        }
        if !noise {
            out.push(c);
            last = c;
        }
    }
    out.len() - before < text.len()
}

fn is_noisy(text: &str) -> bool {
    text.contains('`') && copy_plain(&mut String::new(), text)
}
