//! The world becomes evidence: files and mailboxes found and read, pages opened in a browser, reports
//! of browsers received, hosts admitted or refused.
//!
//! Invariants: nothing outside what the person named is touched: no link leads out of a folder, no pipe or device is
//! ever opened, no host is reached without an [`InScope`]. Nothing is judged here, and hostile bytes are only passed
//! on: beyond the `From ` lines of mailboxes nothing is parsed.

#![deny(missing_docs)]

mod browse;
mod files;
mod https;
mod reports;
mod scope;
mod tls;

pub use browse::{
    Browse, BrowseError, PageSeen, PageTrouble, browse, chromium_sandboxed, find_chromium, host_of,
};
pub use files::{
    Around, Collect, CollectLimits, CollectProblem, Fetch, FileState, Item, Surroundings, Taken, collect,
};
pub use https::{Roots, ask_https, ask_https_each, find_paths};
pub use reports::{Heard, REPORT_PATH, Receive, ReceiveError, Receiver, Told};
pub use scope::{InScope, Resolved, Scope, resolve};
pub use tls::{TlsSweep, TlsTarget, survey_tls};

/// Why collecting could not go on; completes "failed to …". What costs only one file is a [`CollectProblem`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CollectError {
    /// A target that nobody said is ours.
    #[error("touch {target}: it is not in [scope]")]
    OutOfScope {
        /// The target as given.
        target: String,
    },
    /// A line of `[scope]` that is no domain.
    #[error("read {text:?} in [scope] as a domain of ours")]
    NotADomain {
        /// The line.
        text: String,
    },
    /// A line of `[scope]` that is no network.
    #[error("read {text:?} in [scope] as a network (like 192.0.2.0/24)")]
    NotANetwork {
        /// The line.
        text: String,
    },
    /// A file of the company's own roots that holds none.
    #[error("read certificates from {name}")]
    NotARoot {
        /// The file.
        name: String,
    },
}
