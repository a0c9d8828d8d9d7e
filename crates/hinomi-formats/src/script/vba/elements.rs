//! Assignments to a place inside a value: elements of arrays, `Mid(s, 1, 2) = "…"`.

use super::lex::{Kind, Token};
use super::machine::{Frame, Machine};
use super::value::Value;

/// Elements of a declared array that are kept apart; a larger one stays unknown.
const ELEMENTS_MAX: usize = 4_096;

impl<'a> Machine<'_, 'a> {
    /// The elements of `a(3)`, `b(1 To 4) As Byte`: empty strings or zeros. An array without constant bounds is
    /// unknown. Places below the lower bound count too: they stay empty.
    pub(super) fn declared_array(&mut self, frame: &Frame, piece: &[Token<'a>]) -> Value {
        let close = piece.iter().rposition(|token| token.is_symbol(b')')).unwrap_or_default();
        let bounds = piece.get(2..close).unwrap_or_default();
        let upper_at = bounds.iter().position(|token| token.is("to")).map_or(0, |at| at + 1);
        let upper = self.arguments_to_end(frame, bounds, upper_at);
        let [upper] = upper.as_slice() else { return Value::Unknown };
        let Some(count) = upper.index().map(|upper| upper + 1).filter(|count| *count <= ELEMENTS_MAX) else {
            return Value::Unknown;
        };
        let numeric = piece.last().is_some_and(|token| {
            ["byte", "integer", "long", "single", "double"].iter().any(|name| token.is(name))
        });
        let empty = if numeric { Value::Num(0.0) } else { Value::Str(String::new()) };
        self.pay(count as u64);
        Value::Array(vec![empty; count])
    }

    /// `ReDim [Preserve] a(5)`: the array gets its new size, keeping what it held when it is preserved.
    pub(super) fn resize(&mut self, frame: &mut Frame, name: &str, preserve: bool, mut sized: Value) {
        if preserve && let Some(Value::Array(old)) = self.slot(frame, name) {
            let old = std::mem::take(old);
            if let Value::Array(items) = &mut sized {
                for (item, old) in items.iter_mut().zip(old) {
                    *item = old;
                }
            }
        }
        self.store(frame, name.to_owned(), sized);
    }

    /// `a(1) = value`, `Mid(s, 1, 2) = value`. `target` is what stands before the `=`.
    pub(super) fn store_inside(&mut self, frame: &mut Frame, target: &[Token<'a>], value: Value) {
        let [name, open, inner @ .., close] = target else { return };
        if name.kind != Kind::Word || !open.is_symbol(b'(') || !close.is_symbol(b')') {
            return;
        }
        if !is_balanced(inner) {
            // An element of an element.
            if let Some(slot @ Value::Array(_)) = self.slot(frame, &name.text.to_ascii_lowercase()) {
                *slot = Value::Unknown;
            }
            return;
        }
        let arguments = self.arguments_to_end(frame, inner, 0);
        // A loop is gone through once: what it leaves in the place is not known. Nor is an array
        // in an array: thus none can hold itself.
        let value = if frame.loops > 0 || matches!(value, Value::Array(_)) { Value::Unknown } else { value };
        if name.is("mid") {
            self.overwrite(frame, inner, &arguments, value);
            return;
        }
        let slot = self.slot(frame, &name.text.to_ascii_lowercase());
        let Some(slot @ Value::Array(_)) = slot else { return };
        let index = arguments.first().filter(|_| arguments.len() == 1).and_then(Value::index);
        match (&mut *slot, index) {
            (Value::Array(items), Some(index)) => {
                if let Some(item) = items.get_mut(index) {
                    *item = value;
                }
            }
            // Any of the elements may have changed.
            _ => *slot = Value::Unknown,
        }
    }

    /// Writes over characters of a string; never makes it longer (MS-VBAL 5.4.3.5).
    fn overwrite(&mut self, frame: &mut Frame, inner: &[Token<'a>], arguments: &[Value], value: Value) {
        let (Some(name), [Value::Str(text), start, rest @ ..]) = (inner.first(), arguments) else { return };
        let text_bytes = text.len() as u64;
        let start = start.index().and_then(|start| start.checked_sub(1));
        let count = rest.first().map_or(Some(usize::MAX), Value::index);
        let changed = match (start, count, value) {
            (Some(start), Some(count), Value::Str(piece)) => {
                let mut piece = piece.chars().take(count);
                let over = |(at, old)| if at < start { old } else { piece.next().unwrap_or(old) };
                Value::Str(text.chars().enumerate().map(over).collect())
            }
            _ => Value::Unknown,
        };
        self.pay(text_bytes / 64);
        self.store(frame, name.text.to_ascii_lowercase(), changed);
    }
}

/// Whether what stands between the first parenthesis and the last belongs to them alone.
fn is_balanced(inner: &[Token<'_>]) -> bool {
    let mut depth = 0u32;
    for token in inner {
        match token.kind {
            Kind::Symbol(b'(') => depth += 1,
            Kind::Symbol(b')') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ => {}
        }
    }
    depth == 0
}
