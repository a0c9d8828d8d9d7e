//! Networks, and the addresses that need to be asked for by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses: those that share the first `prefix` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    /// The first address, as bits: IPv4 in the low 32.
    first: u128,
    prefix: u32,
    v4: bool,
}

impl Network {
    const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u32) -> Self {
        Self { first: Ipv4Addr::new(a, b, c, d).to_bits() as u128, prefix, v4: true }
    }

    const fn v6(groups: [u16; 8], prefix: u32) -> Self {
        let [a, b, c, d, e, f, g, h] = groups;
        Self { first: Ipv6Addr::new(a, b, c, d, e, f, g, h).to_bits(), prefix, v4: false }
    }

    /// `address/prefix` or one address. IPv4-mapped networks are IPv4 networks.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let mut prefix = match prefix {
            // from_str would take a sign.
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse::<u32>().ok()?,
            Some(_) => return None,
            None => bits_max,
        };
        if prefix > bits_max {
            return None;
        }
        let canonical = unmapped(address);
        if canonical.is_ipv4() && address.is_ipv6() {
            // Wider than the mapped range it would be neither.
            prefix = prefix.checked_sub(96)?;
        }
        let (bits, v4) = bits(canonical);
        let network = Self { first: bits, prefix, v4 };
        Some(Self { first: bits & network.mask(), ..network })
    }

    fn mask(self) -> u128 {
        let width = if self.v4 { 32 } else { 128 };
        let ones = if self.v4 { u128::from(u32::MAX) } else { u128::MAX };
        // A shift by the whole width is no shift at all in Rust; no bit is fixed then.
        ones & ones.checked_shl(width - self.prefix).unwrap_or(0)
    }

    pub(super) fn contains(self, address: IpAddr) -> bool {
        let (bits, v4) = bits(address);
        v4 == self.v4 && bits & self.mask() == self.first
    }

    pub(super) fn lies_within(self, outer: Self) -> bool {
        self.v4 == outer.v4 && self.prefix >= outer.prefix && self.first & outer.mask() == outer.first
    }
}

fn bits(address: IpAddr) -> (u128, bool) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), true),
        IpAddr::V6(v6) => (v6.to_bits(), false),
    }
}

/// IPv4 in IPv6 clothes (`::ffff:192.0.2.1`) is IPv4.
pub(super) fn unmapped(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// The smallest special range an address lies in. An address in one is admitted only by a network inside it.
pub(super) fn special(address: IpAddr) -> Option<Network> {
    SPECIAL.iter().copied().find(|network| network.contains(address))
}

/// Addresses that are nobody's host: unspecified, "this network", multicast, broadcast.
pub(super) fn nobody(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.octets()[0] == 0 || v4.is_multicast() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_multicast(),
    }
}

/// The IPv4 address that a translator or tunnel will reach for an IPv6 one: IPv4-compatible (RFC 4291 2.5.5.1), NAT64
/// (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC 4380), ISATAP (RFC 5214 6.1).
pub(super) fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
    const COMPATIBLE: Network = Network::v6([0, 0, 0, 0, 0, 0, 0, 0], 96);
    const NAT64: Network = Network::v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);
    const NAT64_LOCAL: Network = Network::v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48);
    const SIX_TO_FOUR: Network = Network::v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16);
    const TEREDO: Network = Network::v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32);
    let IpAddr::V6(v6) = address else { return None };
    let [_, six_high, six_low, _, _, isatap, high, low] = v6.segments();
    let v4 = |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    if v6.is_loopback() || v6.is_unspecified() {
        return None;
    }
    if TEREDO.contains(address) {
        // The client's address, every bit turned over.
        return v4(!high, !low);
    }
    if SIX_TO_FOUR.contains(address) {
        return v4(six_high, six_low);
    }
    let last_32_bits = [COMPATIBLE, NAT64, NAT64_LOCAL].iter().any(|network| network.contains(address));
    let is_isatap = isatap == 0x5efe && matches!(v6.segments()[4], 0 | 0x200);
    if last_32_bits || is_isatap { v4(high, low) } else { None }
}

/// IANA's special-purpose registries (RFC 6890) and the metadata services of clouds, the narrower range first.
const SPECIAL: &[Network] = &[
    // metadata: AWS, Azure, Google and most others; AWS ECS and EKS; Alibaba; Oracle (old)
    Network::v4(169, 254, 169, 254, 32),
    Network::v4(169, 254, 170, 2, 32),
    Network::v4(169, 254, 170, 23, 32),
    Network::v4(100, 100, 100, 200, 32),
    Network::v4(192, 0, 0, 192, 32),
    // Azure's wire server
    Network::v4(168, 63, 129, 16, 32),
    Network::v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128),
    Network::v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128),
    // private
    Network::v4(10, 0, 0, 0, 8),
    Network::v4(172, 16, 0, 0, 12),
    Network::v4(192, 168, 0, 0, 16),
    Network::v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    Network::v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
    // shared by carriers
    Network::v4(100, 64, 0, 0, 10),
    // loopback
    Network::v4(127, 0, 0, 0, 8),
    Network::v6([0, 0, 0, 0, 0, 0, 0, 1], 128),
    // link-local
    Network::v4(169, 254, 0, 0, 16),
    Network::v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    // protocol assignments, documentation, benchmarks, reserved, discard
    Network::v4(192, 0, 0, 0, 24),
    Network::v4(192, 0, 2, 0, 24),
    Network::v4(198, 51, 100, 0, 24),
    Network::v4(203, 0, 113, 0, 24),
    Network::v4(198, 18, 0, 0, 15),
    Network::v4(240, 0, 0, 0, 4),
    Network::v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    Network::v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
    Network::v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64),
    Network::v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16),
];
