//! Counting who is right: recall and precision.

use std::fmt;

/// What one verdict came to over a set of files whose truth is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Score {
    /// Bad ones that it names.
    pub(crate) hits: usize,
    /// Bad ones that it does not name.
    pub(crate) misses: usize,
    /// Honest ones that it names.
    pub(crate) false_alarms: usize,
    /// Honest ones that it leaves alone.
    pub(crate) quiet: usize,
}

impl Score {
    /// Counts one file.
    pub(crate) fn add(&mut self, bad: bool, named: bool) {
        *match (bad, named) {
            (true, true) => &mut self.hits,
            (true, false) => &mut self.misses,
            (false, true) => &mut self.false_alarms,
            (false, false) => &mut self.quiet,
        } += 1;
    }

    /// The share of the bad ones that it names.
    pub(crate) fn recall(self) -> Share {
        Share { part: self.hits, of: self.hits + self.misses }
    }

    /// The share of those it names that are bad.
    pub(crate) fn precision(self) -> Share {
        Share { part: self.hits, of: self.hits + self.false_alarms }
    }

    /// The share of the honest ones that it names.
    pub(crate) fn false_alarms(self) -> Share {
        Share { part: self.false_alarms, of: self.false_alarms + self.quiet }
    }
}

/// A part of a whole, shown as `3/4 (75.0 %)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) part: usize,
    pub(crate) of: usize,
}

impl Share {
    /// Counts one more of the whole.
    pub(crate) fn add(&mut self, belongs: bool) {
        self.of += 1;
        self.part += usize::from(belongs);
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, of } = self;
        if *of == 0 {
            // Nothing was there to be right or wrong about.
            return f.write_str("–");
        }
        // Cut, not rounded: only the whole is 100.0 %.
        let tenths = part * 1_000 / of;
        write!(f, "{part}/{of} ({}.{} %)", tenths / 10, tenths % 10)
    }
}
