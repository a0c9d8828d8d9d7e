//! Lists of keys that are known to others, in the format of badkeys: records of sixteen bytes, sorted.
//!
//! A record is the first fifteen bytes of the SHA-256 of what stands for the key (the modulus, the abscissa of the
//! point, the bytes of the key), and the number of the list it comes from.

use crate::keys::asn1::ber::trimmed;
use crate::keys::object::{KeyObject, PublicNumbers};
use crate::keys::sha256;

const RECORD_BYTES: usize = 16;
const HASH_BYTES: usize = RECORD_BYTES - 1;

/// A list, as its file has it.
#[derive(Debug, Clone, Copy)]
pub struct Blocklist<'a> {
    records: &'a [[u8; RECORD_BYTES]],
}

impl<'a> Blocklist<'a> {
    /// Takes the bytes of a file. None when they are no whole records, or the first and last are out of order: such
    /// a file would find nothing and say so for every key.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (records, rest) = bytes.as_chunks::<RECORD_BYTES>();
        let sample = records.len().div_ceil(4_096).max(1);
        let is_sorted = records.iter().step_by(sample).is_sorted();
        (rest.is_empty() && !records.is_empty() && is_sorted).then_some(Self { records })
    }

    /// The number of the list that names this key.
    pub fn lists(&self, object: &KeyObject) -> Option<u8> {
        self.lists_mark(&Mark::of(object)?)
    }

    /// The number of the list that names the key with this mark.
    pub fn lists_mark(&self, mark: &Mark) -> Option<u8> {
        let hash = mark.0.as_slice();
        let at =
            self.records.partition_point(|record| record.get(..HASH_BYTES).is_some_and(|have| have < hash));
        let record = self.records.get(at)?;
        (record.get(..HASH_BYTES)? == hash).then(|| record.last().copied())?
    }
}

/// What such a list knows a key by; it says nothing of the key but that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(pub [u8; HASH_BYTES]);

impl Mark {
    /// The mark of a key; none of one whose public half is not known.
    pub fn of(object: &KeyObject) -> Option<Self> {
        let public = match &object.public {
            PublicNumbers::Rsa { n, .. } => trimmed(n),
            PublicNumbers::Dsa { y, .. } | PublicNumbers::Dh { y, .. } => trimmed(y),
            // The abscissa, without leading zeros.
            PublicNumbers::Point { point, .. } => {
                let (form, numbers) = point.split_first()?;
                let length = if *form == 4 { numbers.len() / 2 } else { numbers.len() };
                trimmed(numbers.get(..length)?)
            }
            PublicNumbers::Bytes(key) => key,
            PublicNumbers::Unknown => return None,
        };
        sha256(public).first_chunk().copied().map(Self)
    }
}
