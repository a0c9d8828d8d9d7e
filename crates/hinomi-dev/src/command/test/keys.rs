//! Readers of keys beside those of others: vectors, weak keys, trees without keys, fresh keys.

use super::{Outcome, Rounds, needed};
use crate::command::lab::{Lab, keys};
use anyhow::Result;

/// What others decode, we recognise.
pub(super) fn vectors(lab: &Lab, _: Rounds) -> Result<Outcome> {
    Ok(Outcome::Passed(needed!(keys::vectors_hold(lab)?)))
}

/// Every weak key is in its class.
pub(super) fn badkeys(lab: &Lab, _: Rounds) -> Result<Outcome> {
    Ok(Outcome::Passed(needed!(keys::badkeys_hold(lab)?)))
}

/// Where no key is, none is found.
pub(super) fn nothing_else(lab: &Lab, _: Rounds) -> Result<Outcome> {
    Ok(Outcome::Passed(needed!(keys::nothing_else_holds(lab, false, &[])?)))
}

/// What was made a moment ago is not weak.
pub(super) fn fresh(lab: &Lab, _: Rounds) -> Result<Outcome> {
    Ok(Outcome::Passed(needed!(keys::fresh_holds(lab, false)?)))
}
