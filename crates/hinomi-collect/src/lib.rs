//! hinomi-collect.
