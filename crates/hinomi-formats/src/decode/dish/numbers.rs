//! A byte array as JavaScript has it, where an entry may be NaN: what was to be a number and is none.

use super::Dish;

/// Bytes, some of which may be NaN.
///
/// What converts it takes NaN for 0; operations on byte arrays hand it on; at the end of a recipe it is an error,
/// as on the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::decode) struct Numbers {
    /// 0 where it is NaN.
    bytes: Vec<u8>,
    /// Which are NaN; empty as long as none is.
    nan: Vec<bool>,
}

impl Numbers {
    /// With room for so many.
    pub(in crate::decode) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), nan: Vec::new() }
    }

    /// Adds an entry; `None` is NaN.
    pub(in crate::decode) fn push(&mut self, entry: Option<u8>) {
        if entry.is_none() {
            self.nan.resize(self.bytes.len(), false);
            self.nan.push(true);
        } else if !self.nan.is_empty() {
            self.nan.push(false);
        }
        self.bytes.push(entry.unwrap_or(0));
    }

    /// The entries; `None` is NaN.
    pub(in crate::decode) fn iter(&self) -> impl DoubleEndedIterator<Item = Option<u8>> + Clone + '_ {
        let is_nan = |place: usize| self.nan.get(place).copied().unwrap_or(false);
        self.bytes.iter().enumerate().map(move |(place, byte)| Some(*byte).filter(|_| !is_nan(place)))
    }

    /// The place of the first NaN, from 0.
    pub(in crate::decode) fn first_nan(&self) -> Option<usize> {
        self.nan.iter().position(|nan| *nan)
    }

    /// As bytes, NaN as 0.
    pub(in crate::decode) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Bytes held in memory.
    pub(in crate::decode) fn held(&self) -> usize {
        self.bytes.len().saturating_add(self.nan.len())
    }

    /// Plain bytes where no entry is NaN.
    pub(in crate::decode) fn into_dish(self) -> Dish {
        if self.nan.is_empty() { Dish::Bytes(self.bytes) } else { Dish::Numbers(self) }
    }
}

impl FromIterator<Option<u8>> for Numbers {
    fn from_iter<I: IntoIterator<Item = Option<u8>>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut numbers = Self::with_capacity(entries.size_hint().0);
        entries.for_each(|entry| numbers.push(entry));
        numbers
    }
}
