//! Web pages that reach inside: the extension in real browsers, `hinomi scan` of a page, recordings of one visit, and the
//! settings of resolvers.

pub(super) mod recordings;
pub(super) mod resolvers;
pub(super) mod scanned;
pub(super) mod watch;
