//! Strings of the evaluator: shared, so that copying a variable costs nothing, and counted in characters, as VBA
//! counts.

use super::GAP;
use std::rc::Rc;

/// A string. `ascii` makes places in it bytes; most long strings of droppers are ASCII.
#[derive(Clone, PartialEq, Eq, Default)]
pub(in crate::script::vba) struct Text(Rc<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    text: String,
    ascii: bool,
}

impl Default for Inner {
    fn default() -> Self {
        Self { text: String::new(), ascii: true }
    }
}

impl Text {
    pub(in crate::script::vba) fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let ascii = text.is_ascii();
        Self(Rc::new(Inner { text, ascii }))
    }

    pub(in crate::script::vba) fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Whether both are the same string in memory.
    pub(in crate::script::vba) fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Bytes it takes.
    pub(in crate::script::vba) fn bytes(&self) -> usize {
        self.0.text.len()
    }

    pub(in crate::script::vba) fn has_gap(&self) -> bool {
        !self.0.ascii && self.0.text.contains(GAP)
    }

    /// Length in characters.
    pub(in crate::script::vba) fn chars(&self) -> usize {
        if self.0.ascii { self.0.text.len() } else { self.0.text.chars().count() }
    }

    /// `count` characters from the one at `start`, from 0.
    pub(in crate::script::vba) fn slice(&self, start: usize, count: usize) -> Self {
        if start == 0 && count >= self.0.text.len() {
            return self.clone();
        }
        let from = self.byte_of(0, start);
        let to = self.byte_of(from, count);
        let text = self.0.text.get(from..to).unwrap_or_default().to_owned();
        if self.0.ascii { Self(Rc::new(Inner { text, ascii: true })) } else { Self::new(text) }
    }

    /// The byte where the character `chars` further than the one at byte `from` begins.
    fn byte_of(&self, from: usize, chars: usize) -> usize {
        let len = self.0.text.len();
        if self.0.ascii {
            return from.saturating_add(chars).min(len);
        }
        let rest = self.0.text.get(from..).unwrap_or_default();
        rest.char_indices().nth(chars).map_or(len, |(at, _)| from + at)
    }

    /// Joins; several gaps in a row are one. In place when nobody shares the string.
    pub(in crate::script::vba) fn push(&mut self, piece: &str) {
        let inner = Rc::make_mut(&mut self.0);
        let piece =
            if !inner.ascii && inner.text.ends_with(GAP) { piece.trim_start_matches(GAP) } else { piece };
        inner.ascii &= piece.is_ascii();
        inner.text.push_str(piece);
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?}", self.0.text)
    }
}
