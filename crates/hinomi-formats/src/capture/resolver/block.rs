//! Blocks of addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A block, IPv4 and IPv6 apart: `::ffff:10.0.0.1` is an address of its own to a resolver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    is_v4: bool,
    /// The address in the highest bits.
    bits: u128,
    prefix: u32,
    /// What it holds is let through, as `!10.1.0.0/16` in a list of BIND.
    lets: bool,
}

/// Halvings of a block to see whether a list holds all of its parts.
const HALVINGS_MAX: u32 = 12;

impl Block {
    /// `10.0.0.0/8`, `10/8`, `127.0.0.1`, `fe80::/10`, `::1`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let (is_v4, bits, most) = if address.contains(':') {
            (false, u128::from(address.parse::<Ipv6Addr>().ok()?), 128)
        } else {
            (true, u128::from(u32::from(v4(address, prefix.is_some())?)) << 96, 32)
        };
        let prefix = prefix.unwrap_or(most);
        (prefix <= most).then(|| Self { is_v4, bits: bits & mask(prefix), prefix, lets: false })
    }

    /// The same block, let through or refused.
    pub(super) fn letting(self, lets: bool) -> Self {
        Self { lets, ..self }
    }

    /// Whether a list refuses all of it. The first entry that has an address decides on it.
    pub(super) fn is_held_by(self, list: &[Self]) -> bool {
        self.is_held(list, HALVINGS_MAX)
    }

    fn is_held(self, list: &[Self], halvings: u32) -> bool {
        // Only what lies inside matters to the halves, up to the first that decides on all of them.
        let mut inside = Vec::new();
        for entry in list.iter().filter(|entry| entry.is_v4 == self.is_v4) {
            if entry.has(self) {
                if inside.is_empty() {
                    return !entry.lets;
                }
                inside.push(*entry);
                break;
            }
            if self.has(*entry) {
                inside.push(*entry);
            }
        }
        let halves = self.halves();
        !inside.is_empty()
            && halvings > 0
            && halves.iter().all(|half| half.is_held(&inside, halvings.saturating_sub(1)))
    }

    fn has(self, other: Self) -> bool {
        self.prefix <= other.prefix && (self.bits ^ other.bits) & mask(self.prefix) == 0
    }

    fn halves(self) -> [Self; 2] {
        let prefix = self.prefix.saturating_add(1).min(128);
        let bit = 1_u128.checked_shl(128_u32.saturating_sub(prefix)).unwrap_or_default();
        [Self { prefix, ..self }, Self { prefix, bits: self.bits | bit, ..self }]
    }
}

fn mask(prefix: u32) -> u128 {
    u128::MAX.checked_shl(128_u32.saturating_sub(prefix)).unwrap_or_default()
}

/// A dotted quad; with a prefix behind it, missing parts are 0.
fn v4(text: &str, may_be_short: bool) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut count = 0_usize;
    for part in text.split('.') {
        *octets.get_mut(count)? = part.parse().ok()?;
        count = count.saturating_add(1);
    }
    (count == 4 || may_be_short).then(|| Ipv4Addr::from(octets))
}
