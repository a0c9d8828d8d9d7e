//! What a script did while it was evaluated, as far as that reaches outside it.

use std::collections::HashSet;

/// Deeds kept of one script.
const DEEDS_MAX: usize = 2_048;

/// Something that reaches outside.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::script) enum Deed {
    /// Fetches from the network; the URL or host, with gaps.
    Fetch(String),
    /// Starts a program; the command line, with gaps.
    Start(String),
    /// Writes a file; its path, with gaps.
    Write(String),
    /// Writes a command line into a file.
    Drop(String),
    /// Starts itself again later; in words of ours.
    Persist(String),
    /// Runs text as a script.
    Run(String),
    /// Makes an object; its name.
    Make(String),
}

impl Deed {
    /// The program started next shows no window.
    pub(in crate::script) fn hidden_window() -> Self {
        Self::Make("window hidden".to_owned())
    }

    pub(in crate::script) fn is_hidden_window(&self) -> bool {
        matches!(self, Self::Make(kind) if kind == "window hidden")
    }
}

/// The deeds in order, each once.
#[derive(Debug, Default)]
pub(in crate::script) struct Trace {
    deeds: Vec<(Deed, usize)>,
    seen: HashSet<Deed>,
    /// There were more than are kept.
    pub(in crate::script) cut: bool,
}

impl Trace {
    /// Notes a deed done at byte `at` of the source.
    pub(in crate::script) fn note(&mut self, deed: Deed, at: usize) {
        // How a program is started is told right before it, each time.
        if self.seen.contains(&deed) && !deed.is_hidden_window() {
            return;
        }
        if self.deeds.len() >= DEEDS_MAX {
            self.cut = true;
            return;
        }
        self.seen.insert(deed.clone());
        self.deeds.push((deed, at));
    }

    pub(in crate::script) fn deeds(&self) -> impl Iterator<Item = &Deed> {
        self.deeds.iter().map(|(deed, _)| deed)
    }

    pub(in crate::script) fn placed(&self) -> &[(Deed, usize)] {
        &self.deeds
    }
}
