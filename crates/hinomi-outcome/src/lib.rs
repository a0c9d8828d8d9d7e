//! hinomi-outcome.
