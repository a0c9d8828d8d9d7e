//! Locks on keys, and the passwords that are tried on them.

mod kdf;
mod scheme;

pub(super) use kdf::{Digest, bytes_to_key, pkcs12, utf16_be};
pub(super) use scheme::{Cipher, Scheme, hmac_of, is_scheme};

use super::object::OpenedBy;
use crate::{Limits, Problem};
use zeroize::Zeroizing;

/// Passwords that programs set and documents print. Tried on everything that is encrypted; [`OpenedBy::Default`]
/// names one by its index.
pub const DEFAULT_PASSWORDS: &[&str] =
    &["", "changeit", "changeme", "password", "secret", "123456", "keystore", "test", "12345678", "admin"];

/// What was decrypted; wiped when dropped.
pub(super) type Opened = Zeroizing<Vec<u8>>;

/// The passwords for one file, and what may still be spent on them.
pub(super) struct Keyring<'a> {
    given: &'a [String],
    steps: u64,
    steps_max: u64,
    /// What opened something in this file before: what lies in one file mostly has one password.
    last: Option<OpenedBy>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Keyring<'a> {
    pub(super) fn new(given: &'a [String], limits: &Limits) -> Self {
        let given = given.get(..limits.passwords_max).unwrap_or(given);
        Self { given, steps: limits.steps_max, steps_max: limits.steps_max, last: None, problems: Vec::new() }
    }

    /// Tries every password until `attempt` finds something. One attempt costs `cost` steps, each about a hash of
    /// a block.
    pub(super) fn open<T>(
        &mut self,
        place: &str,
        cost: u64,
        mut attempt: impl FnMut(&str) -> Option<T>,
    ) -> Option<(T, OpenedBy)> {
        let given = (0..self.given.len()).map(OpenedBy::Given);
        let usual = (0..DEFAULT_PASSWORDS.len()).map(OpenedBy::Default);
        for by in self.last.into_iter().chain(given).chain(usual) {
            if !self.spend(place, cost.max(1)) {
                return None;
            }
            if let Some(found) = self.word(by).and_then(&mut attempt) {
                self.last = Some(by);
                return Some((found, by));
            }
        }
        None
    }

    /// Pays for a computation that may be left out; false when there is not enough left, which is told.
    pub(super) fn spend(&mut self, place: &str, cost: u64) -> bool {
        match self.steps.checked_sub(cost) {
            Some(left) => self.steps = left,
            None if self.problems.iter().any(|problem| problem.limit.is_some()) => return false,
            None => {
                self.problems.push(Problem::limit(place, "steps_max", self.steps_max));
                return false;
            }
        }
        true
    }

    fn word(&self, by: OpenedBy) -> Option<&'a str> {
        match by {
            OpenedBy::Given(at) => self.given.get(at).map(String::as_str),
            OpenedBy::Default(at) => DEFAULT_PASSWORDS.get(at).copied(),
            OpenedBy::NoneNeeded | OpenedBy::Closed => None,
        }
    }
}
