//! Encrypted documents (MS-OFFCRYPTO). Excel opens what is encrypted with its own default password without asking, and
//! attackers use that to keep scanners out; other passwords travel in the mail.

mod binary;
pub(crate) mod ciphers;
mod package;
#[cfg(test)]
pub(crate) mod seal;
#[cfg(test)]
mod tests;

use super::cfb::CompoundFile;
use super::ole::encryption;
use crate::{Budget, Limits, Parsed, Problem};
use serde::{Deserialize, Serialize};

/// A document whose encryption was taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlocked {
    /// The document as it would be without encryption: the package inside, or the compound file with its streams in
    /// the clear.
    pub bytes: Vec<u8>,
    /// What opened it.
    pub by: Key,
}

/// What opened a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Key {
    /// A password that the program tries by itself: the reader is not asked.
    Default,
    /// The password at this index of those that were given.
    Given(usize),
}

/// Excel's own password (MS-XLS 2.4.191), and PowerPoint's.
const DEFAULTS: [&str; 2] = ["VelvetSweatshop", "/01Hannes Ruescher/01"];

/// Takes the encryption off a document: `None` when it has none or this version does not know it, or no password opens
/// it. Tries the programs' own passwords, then at most [`Limits::passwords_max`] of those given; and no more rounds of
/// hashing than [`Limits::steps_max`], of which one password of a new document takes 100,000.
pub fn unlock(
    bytes: &[u8],
    passwords: &[String],
    limits: &Limits,
    budget: &mut Budget,
) -> Parsed<Option<Unlocked>> {
    let mut problems = Vec::new();
    // What is wrong with the file is told by who reads it.
    let Some(opened) = CompoundFile::open(bytes, limits) else { return Parsed::whole(None) };
    let file = opened.value;
    let Some(place) = encryption::place(&file) else { return Parsed::whole(None) };
    let is_package = place == encryption::PACKAGE;
    let lock = if is_package {
        package::Lock::read(&file, budget).map(Lock::Package)
    } else {
        binary::Lock::read(&file, place, budget).map(Lock::Binary)
    };
    let Some(lock) = lock else { return Parsed::whole(None) };
    let Some((secret, by)) = find(&lock, passwords, limits, place, &mut problems) else {
        return Parsed { value: None, problems };
    };
    if let Err(problem) = budget.spend(bytes.len() as u64, place) {
        problems.push(problem);
        return Parsed { value: None, problems };
    }
    let plain = match &lock {
        Lock::Package(lock) => lock.open(&file, &secret, budget, &mut problems),
        Lock::Binary(lock) => Some(lock.open(&file, bytes, &secret, budget)),
    };
    Parsed { value: plain.map(|bytes| Unlocked { bytes, by }), problems }
}

/// How a document is locked.
enum Lock {
    Package(package::Lock),
    Binary(binary::Lock),
}

/// What a password gives when it is the right one.
pub(super) type Secret = Vec<u8>;

/// The first password that opens the lock.
fn find(
    lock: &Lock,
    passwords: &[String],
    limits: &Limits,
    place: &str,
    problems: &mut Vec<Problem>,
) -> Option<(Secret, Key)> {
    let defaults = DEFAULTS.into_iter().map(|word| (word, Key::Default));
    let given = passwords.iter().enumerate().map(|(at, word)| (word.as_str(), Key::Given(at)));
    let given = given.take(limits.passwords_max);
    let mut steps_left = limits.steps_max;
    for (word, key) in defaults.chain(given) {
        let rounds = match lock {
            Lock::Package(lock) => lock.rounds(),
            Lock::Binary(_) => 1,
        };
        let Some(left) = steps_left.checked_sub(rounds) else {
            problems.push(Problem::limit(place, "steps_max", limits.steps_max));
            return None;
        };
        steps_left = left;
        let secret = match lock {
            Lock::Package(lock) => lock.secret(word),
            Lock::Binary(lock) => lock.secret(word),
        };
        if let Some(secret) = secret {
            return Some((secret, key));
        }
    }
    None
}
