//! hinomi-checks.
