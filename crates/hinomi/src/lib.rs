//! hinomi.
