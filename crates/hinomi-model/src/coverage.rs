//! What a run really looked at. "Fixed" needs it.

use crate::{AssetId, CheckId};
use std::collections::BTreeSet;

/// The (check, asset) pairs this run decided, with everything of the asset read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage(BTreeSet<(CheckId, AssetId)>);

impl Coverage {
    /// Says that `check` looked at all of `asset`.
    pub fn add(&mut self, check: &str, asset: &AssetId) {
        self.0.insert((check.to_owned(), asset.clone()));
    }

    /// Takes back a pair: something of the asset was not read, or the check could not tell.
    pub fn remove(&mut self, check: &str, asset: &AssetId) {
        self.0.remove(&(check.to_owned(), asset.clone()));
    }

    /// Whether the pair was covered.
    pub fn covers(&self, check: &str, asset: &AssetId) -> bool {
        self.0.contains(&(check.to_owned(), asset.clone()))
    }

    /// All pairs, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &AssetId)> {
        self.0.iter().map(|(check, asset)| (check.as_str(), asset))
    }
}
