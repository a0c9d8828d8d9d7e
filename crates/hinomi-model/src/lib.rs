//! hinomi-model.
