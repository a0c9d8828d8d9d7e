//! hinomi-store.
