//! What a browser saw, event by event, becomes what its pages did to the machine and the network around it.
//!
//! One reducer, [`Watch`], for the extension, for `hinomi scan` and for recordings: [`Event`]s go in, [`Sighting`]s
//! come out. The rules are HW-1 to HW-7; what they leave out on purpose (proxies, sinkholes, allow rules …) stands
//! beside them in `watch/rules.rs` and `watch/learned.rs`.
//!
//! Invariants: this crate never reads a clock (time is in the events), never asks DNS, opens nothing, and names no
//! crate but serde, because it is also compiled for the browser. Memory is bounded whatever the events: every list
//! has a limit, and what a limit cut is told ([`Watch::cut`]).

#![deny(missing_docs)]

mod config;
mod event;
mod json;
mod pattern;
mod place;
mod sighting;
mod space;
mod table;
#[cfg(test)]
mod tests;
mod watch;

pub use config::{AllowRule, Config, ConfigProblem};
pub use event::{
    CallSite, Document, Event, EventKind, EventSource, LINE_BYTES_MAX, Ufrag, WebRtc, in_order, read_line,
};
pub use sighting::{How, Outcomes, Rule, Sighting, Suppression, Target};
pub use space::{Space, is_metadata, space_of};
pub use watch::{Cut, Visit, Watch};
