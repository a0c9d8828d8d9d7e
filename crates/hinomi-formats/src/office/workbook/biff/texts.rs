//! Texts in records: counted strings of BIFF8, strings of a code page before it, and the table of shared strings,
//! whose texts go on from one record to the next.

use super::super::fields::{Fields, push_low_bytes, push_utf_16};
use super::super::keep::Keep;
use super::super::ptg::{Scope, Version};
use crate::office::vba::decode_code_page;

/// Characters of a name (MS-XLS: sheets 31, defined names 255).
const NAME_BYTES_MAX: usize = 1024;

/// A string whose count of characters was read before: XLUnicodeStringNoCch (MS-XLS 2.5.296).
pub(super) fn uncounted(fields: &mut Fields<'_>, len: usize, scope: &Scope) -> Option<String> {
    let mut text = String::new();
    if scope.version == Version::Biff5 {
        return Some(decode_code_page(scope.code_page, fields.take_most(len).to_vec()));
    }
    let is_wide = fields.u8()? & 1 != 0;
    let bytes = fields.take_most(len << u8::from(is_wide));
    if is_wide {
        push_utf_16(bytes, &mut text)
    } else {
        push_low_bytes(bytes, &mut text)
    }
    Some(text)
}

/// The same, no longer than names are.
pub(super) fn name(fields: &mut Fields<'_>, len: usize, scope: &Scope) -> Option<String> {
    let mut name = uncounted(fields, len, scope)?;
    name.truncate(name.floor_char_boundary(NAME_BYTES_MAX));
    Some(name)
}

/// A string behind a 16-bit count.
pub(super) fn counted(fields: &mut Fields<'_>, scope: &Scope) -> Option<String> {
    let len = fields.len16()?;
    uncounted(fields, len, scope)
}

/// The shared strings, all in one text.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Reads SST (MS-XLS 2.4.265) from the bodies of the record and of those that continue it.
    pub(super) fn read(bodies: &[&[u8]], keep: &mut Keep<'_>) -> Self {
        let mut texts = Self::default();
        let Some((first, rest)) = bodies.split_first() else { return texts };
        let mut at = Segments { here: Fields::new(first), rest: rest.iter() };
        // The counts in front are not needed: the table ends where its records do.
        if at.bytes(8).is_none() {
            return texts;
        }
        while at.string(&mut texts.all).is_some() {
            let Ok(end) = u32::try_from(texts.all.len()) else { break };
            texts.ends.push(end);
        }
        // Paid for at once: it cannot be longer than twice the stream.
        let weight = texts.all.len().saturating_add(texts.ends.len().saturating_mul(size_of::<u32>()));
        if keep.pay(weight) { texts } else { Self::default() }
    }

    pub(super) fn get(&self, index: u32) -> Option<&str> {
        let index = usize::try_from(index).ok()?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        let range = usize::try_from(start).ok()?..usize::try_from(*self.ends.get(index)?).ok()?;
        self.all.get(range)
    }
}

/// Bytes that go on from one record body to the next.
struct Segments<'b, 'a> {
    here: Fields<'a>,
    rest: std::slice::Iter<'b, &'a [u8]>,
}

impl<'a> Segments<'_, 'a> {
    /// Goes to the next body when this one is used up.
    fn turn(&mut self) -> Option<bool> {
        if !self.here.is_empty() {
            return Some(false);
        }
        self.here = Fields::new(self.rest.next()?);
        Some(true)
    }

    fn u8(&mut self) -> Option<u8> {
        while self.here.is_empty() {
            self.turn()?;
        }
        self.here.u8()
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes([self.u8()?, self.u8()?, self.u8()?, self.u8()?]))
    }

    /// Passes bytes over.
    fn bytes(&mut self, mut len: usize) -> Option<()> {
        while len > 0 {
            self.turn()?;
            let taken = self.here.take_most(len).len();
            len = len.checked_sub(taken)?;
            if taken == 0 && self.rest.len() == 0 {
                return None;
            }
        }
        Some(())
    }

    /// XLUnicodeRichExtendedString (MS-XLS 2.5.293). A text cut by the end of a record starts anew in the next one
    /// with a flag of its own.
    fn string(&mut self, text: &mut String) -> Option<()> {
        const IS_WIDE: u8 = 1;
        const HAS_PHONETIC: u8 = 4;
        const HAS_RUNS: u8 = 8;
        let mut left = usize::from(self.u16()?);
        let flags = self.u8()?;
        let runs = if flags & HAS_RUNS != 0 { usize::from(self.u16()?) } else { 0 };
        let phonetic = if flags & HAS_PHONETIC != 0 { self.u32()? } else { 0 };
        let mut is_wide = flags & IS_WIDE != 0;
        while left > 0 {
            if self.here.is_empty() {
                let Some(true) = self.turn() else { break };
                is_wide = self.here.u8().unwrap_or_default() & IS_WIDE != 0;
            }
            let width = 1 + usize::from(is_wide);
            let fit = (self.here.rest().len() / width).min(left);
            if fit == 0 {
                // Half a character: the record is damaged.
                self.here = Fields::new(&[]);
                continue;
            }
            let bytes = self.here.take(fit.checked_mul(width)?)?;
            if is_wide {
                push_utf_16(bytes, text)
            } else {
                push_low_bytes(bytes, text)
            }
            left = left.checked_sub(fit)?;
        }
        let behind = runs.saturating_mul(4).saturating_add(usize::try_from(phonetic).unwrap_or(usize::MAX));
        // The text counts also when what stands behind it is cut.
        let _ = self.bytes(behind);
        Some(())
    }
}
