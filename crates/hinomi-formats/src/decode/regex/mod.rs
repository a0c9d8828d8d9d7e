//! Regular expressions as ECMAScript has them, over UTF-16, with the dialect of XRegExp on top, and with fuel.
//!
//! Recipes carry patterns that were written for a browser: look-behind, back references, `\u` escapes, code
//! units instead of characters. A pattern of that kind may take exponential time, so every step of a match is
//! paid for out of the recipe's own limit, and the search ends there with an error instead of going on.
//!
//! ```text
//! pattern ── xregexp (names, comments, \p{…}, flags n x) ── parse ── compile ── search
//! ```

mod class;
mod compile;
mod parse;
mod search;
#[cfg(test)]
mod tests;
mod xregexp;

use super::bake::Oven;
use super::error::Fault;
use std::ops::Range;

/// What the letters behind a pattern change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags {
    /// `i`
    pub(super) ignore_case: bool,
    /// `m`: `^` and `$` at line ends too.
    pub(super) multiline: bool,
    /// `s`: a dot stands for line ends too.
    pub(super) dot_all: bool,
    /// `u`: characters instead of code units, and no leniency.
    pub(super) unicode: bool,
    /// `A` of XRegExp: `\p{…}` reaches beyond U+FFFF.
    pub(super) astral: bool,
}

/// A pattern that can be searched for.
#[derive(Debug, Clone)]
pub(super) struct Regex {
    program: compile::Program,
}

/// One place where the pattern was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    /// The whole, then each group in the order of their opening; none for a group that took no part.
    pub(super) groups: Vec<Option<Range<usize>>>,
}

impl Match {
    pub(super) fn range(&self) -> Range<usize> {
        self.groups.first().cloned().flatten().unwrap_or(0..0)
    }

    /// The text of a group, 0 for the whole.
    pub(super) fn text<'t>(&self, of: &'t [u16], group: usize) -> Option<&'t [u16]> {
        of.get(self.groups.get(group)?.clone()?)
    }
}

impl Regex {
    /// A pattern as `new RegExp` reads it.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub(super) fn native(pattern: &[u16], flags: Flags) -> Result<Self, String> {
        let parsed = parse::parse(pattern, flags)?;
        Ok(Self { program: compile::compile(&parsed, flags) })
    }

    /// A pattern as `XRegExp` reads it.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub(super) fn xregexp(pattern: &[u16], flags: Flags) -> Result<Self, String> {
        let (native, flags) = xregexp::to_native(pattern, flags)?;
        Self::native(&native, flags)
    }

    /// A pattern of this program's own, in ASCII.
    pub(super) fn own(pattern: &str, flags: Flags) -> Self {
        let units: Vec<u16> = pattern.encode_utf16().collect();
        // What is no pattern finds nothing; a test compiles each of them.
        Self::native(&units, flags).unwrap_or_else(|_| Self { program: compile::Program::nothing() })
    }

    /// How many groups the pattern has, without the whole.
    pub(super) fn groups(&self) -> usize {
        self.program.groups
    }

    /// The names of groups with the number of each.
    pub(super) fn names(&self) -> &[(Vec<u16>, usize)] {
        &self.program.names
    }

    /// The first place at or after `from`.
    ///
    /// # Errors
    /// The limit on steps, when the search took too many.
    pub(super) fn find_at(&self, text: &[u16], from: usize, oven: &mut Oven) -> Result<Option<Match>, Fault> {
        search::find_at(&self.program, text, from, oven)
    }

    /// Whether the pattern is found anywhere.
    ///
    /// # Errors
    /// As [`Self::find_at`].
    pub(super) fn is_in(&self, text: &[u16], oven: &mut Oven) -> Result<bool, Fault> {
        Ok(self.find_at(text, 0, oven)?.is_some())
    }

    /// Every place, from left to right; behind an empty one the search goes on one unit further.
    ///
    /// # Errors
    /// As [`Self::find_at`].
    pub(super) fn find_all(&self, text: &[u16], oven: &mut Oven) -> Result<Vec<Match>, Fault> {
        let mut found = Vec::new();
        let mut from = 0;
        let groups = self.groups().saturating_add(1).saturating_mul(size_of::<Option<Range<usize>>>());
        // An allocation takes a little more than what it holds.
        let one = size_of::<Match>().saturating_add(groups).saturating_add(16);
        while let Some(next) = self.find_at(text, from, oven)? {
            let range = next.range();
            from = if range.is_empty() { self.advance(text, range.end) } else { range.end };
            oven.room(found.len().saturating_mul(one))?;
            found.push(next);
        }
        Ok(found)
    }

    /// The place behind the character at `at`.
    pub(super) fn advance(&self, text: &[u16], at: usize) -> usize {
        let pair =
            self.program.unicode && matches!(text.get(at..), Some([0xd800..=0xdbff, 0xdc00..=0xdfff, ..]));
        at.saturating_add(if pair { 2 } else { 1 })
    }

    /// JavaScript's `replace` with a template (`$&`, `$1`, `` $` ``, `$'`, `$$`, `$<name>`).
    ///
    /// # Errors
    /// As [`Self::find_at`], and the limit on what a value may hold.
    pub(super) fn replace(
        &self,
        text: &[u16],
        template: &[u16],
        all: bool,
        oven: &mut Oven,
    ) -> Result<Vec<u16>, Fault> {
        let mut out = Vec::with_capacity(text.len());
        let (mut kept, mut from) = (0, 0);
        while let Some(found) = self.find_at(text, from, oven)? {
            let range = found.range();
            out.extend_from_slice(text.get(kept..range.start).unwrap_or_default());
            self.expand(text, &found, template, &mut out);
            oven.room_for_text(out.len())?;
            kept = range.end;
            from = if range.is_empty() { self.advance(text, range.end) } else { range.end };
            if !all {
                break;
            }
        }
        out.extend_from_slice(text.get(kept..).unwrap_or_default());
        Ok(out)
    }

    /// ECMA-262 `GetSubstitution`.
    fn expand(&self, text: &[u16], found: &Match, template: &[u16], out: &mut Vec<u16>) {
        const DOLLAR: u16 = 0x24;
        let range = found.range();
        let mut rest = template;
        while let Some((&unit, after)) = rest.split_first() {
            rest = after;
            if unit != DOLLAR {
                out.push(unit);
                continue;
            }
            let (length, piece): (usize, &[u16]) =
                match after.first().and_then(|unit| u8::try_from(*unit).ok()) {
                    Some(b'$') => (1, &[DOLLAR]),
                    Some(b'&') => (1, text.get(range.clone()).unwrap_or_default()),
                    Some(b'`') => (1, text.get(..range.start).unwrap_or_default()),
                    Some(b'\'') => (1, text.get(range.end..).unwrap_or_default()),
                    Some(b'0'..=b'9') => match self.numbered(after) {
                        Some((length, group)) => (length, found.text(text, group).unwrap_or_default()),
                        None => (0, &[DOLLAR]),
                    },
                    Some(b'<') => match self.named(after) {
                        Some((length, group)) => {
                            (length, group.and_then(|group| found.text(text, group)).unwrap_or_default())
                        }
                        None => (0, &[DOLLAR]),
                    },
                    _ => (0, &[DOLLAR]),
                };
            out.extend_from_slice(piece);
            rest = after.get(length..).unwrap_or_default();
        }
    }

    /// Two digits when there are that many groups, else one; none when there is no such group.
    fn numbered(&self, after: &[u16]) -> Option<(usize, usize)> {
        let digit = |at: usize| {
            let unit = after.get(at).copied()?;
            unit.checked_sub(0x30).filter(|digit| *digit <= 9).map(usize::from)
        };
        let first = digit(0)?;
        if let Some(second) = digit(1) {
            let both = first.saturating_mul(10).saturating_add(second);
            if (1..=self.groups()).contains(&both) {
                return Some((2, both));
            }
        }
        (1..=self.groups()).contains(&first).then_some((1, first))
    }

    fn named(&self, after: &[u16]) -> Option<(usize, Option<usize>)> {
        if self.names().is_empty() {
            return None;
        }
        let end = after.iter().position(|unit| *unit == u16::from(b'>'))?;
        let name = after.get(1..end)?;
        let group = self.names().iter().find(|(held, _)| held == name).map(|(_, group)| *group);
        Some((end.saturating_add(1), group))
    }
}
