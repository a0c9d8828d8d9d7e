//! The command line: its tree, its words, its errors.

pub(crate) mod args;
#[cfg(test)]
mod tests;
pub(crate) mod wording;

pub(crate) use args::{Action, CatalogAction, Cli, ConfigAction, FindingAction, Format};
