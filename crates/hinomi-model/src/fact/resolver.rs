//! Facts on the settings of resolvers.

use serde::{Deserialize, Serialize};

/// Which addresses of our own networks a resolver lets a name of the Internet answer with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResolverFact {
    /// The name of the file.
    pub name: String,
    /// `dnsmasq`, `unbound`, `bind`.
    pub program: String,
    /// It answers names at all.
    pub answers: bool,
    /// No class is stopped.
    pub unprotected: bool,
    /// Blocks in which most networks have machines, and that are let through.
    pub passes: Vec<String>,
    /// Rarer blocks that are let through.
    pub rare: Vec<String>,
    /// Names that may answer with anything, on purpose.
    pub exempt: Vec<String>,
    /// Files the settings go on in, and that were not read.
    pub elsewhere: Vec<String>,
    /// There is a response policy, whose content is not known.
    pub policy: bool,
    /// Lines to take away so that nothing passes.
    pub remove: Vec<String>,
    /// Lines to add so that nothing passes.
    pub add: Vec<String>,
}
