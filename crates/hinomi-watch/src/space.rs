//! Address spaces: how far away an address is from the public Internet.
//!
//! The blocks are those of the Local Network Access specification (WICG, “address space”, 2026-04), plus the
//! addresses that carry an IPv4 address inside (RFC 6052, RFC 8215, RFC 3056) and multicast. An address is mapped to
//! the IPv4 address it carries first, then the first block that holds it decides, and what no block holds is public.

use crate::json::words;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How public an address is. The order is the order of closeness: what is greater is less public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Space {
    /// The Internet.
    #[default]
    Public,
    /// The network around the machine.
    Local,
    /// The machine itself.
    Loopback,
}

words!(Space: Public "public", Local "local" | "private", Loopback "loopback");

/// The blocks: first address, bits of the prefix, space. IPv4 stands as `::ffff:a.b.c.d`.
const BLOCKS: &[(u128, u32, Space)] = &[
    (v4(127, 0, 0, 0), 96 + 8, Space::Loopback),
    (v4(0, 0, 0, 0), 96 + 32, Space::Loopback),
    (v4(0, 0, 0, 0), 96 + 8, Space::Local),
    (v4(10, 0, 0, 0), 96 + 8, Space::Local),
    (v4(100, 64, 0, 0), 96 + 10, Space::Local),
    (v4(169, 254, 0, 0), 96 + 16, Space::Local),
    (v4(172, 16, 0, 0), 96 + 12, Space::Local),
    (v4(192, 168, 0, 0), 96 + 16, Space::Local),
    (v4(198, 18, 0, 0), 96 + 15, Space::Loopback),
    // Not in the specification: what is sent to a group or to all stays in the network.
    (v4(224, 0, 0, 0), 96 + 4, Space::Local),
    (v4(255, 255, 255, 255), 96 + 32, Space::Local),
    (0, 128, Space::Loopback),
    (1, 128, Space::Loopback),
    (0xfc00 << 112, 7, Space::Local),
    (0xfe80 << 112, 10, Space::Local),
    (0xfec0 << 112, 10, Space::Local),
    (0xff00 << 112, 8, Space::Local),
    (0x2001_0db8 << 96, 32, Space::Local),
    (0x3fff << 112, 20, Space::Local),
];

/// Addresses at which a cloud tells a machine its own keys.
const METADATA: &[u128] =
    &[v4(169, 254, 169, 254), v4(169, 254, 170, 2), 0xfd00_0ec2 << 96 | 0x254, v4(100, 100, 100, 200)];

/// `::ffff:a.b.c.d`.
const fn v4(a: u8, b: u8, c: u8, d: u8) -> u128 {
    0xffff_0000_0000 | u32::from_be_bytes([a, b, c, d]) as u128
}

/// The address as one number, with IPv4 mapped and what carries an IPv4 address taken for that.
pub(crate) fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => u128::from(ip.to_ipv6_mapped()),
        IpAddr::V6(ip) => carried(ip).map_or(u128::from(ip), |ip| u128::from(ip.to_ipv6_mapped())),
    }
}

/// The IPv4 address inside: mapped, NAT64, 6to4, or the old compatible form.
fn carried(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = u128::from(ip);
    let low = Ipv4Addr::from((bits & 0xffff_ffff) as u32);
    let is = |block: u128, prefix: u32| within(bits, block, prefix);
    match () {
        () if is(0xffff_0000_0000, 96) => Some(low),
        () if is(0x0064_ff9b << 96, 96) || is(0x0064_ff9b_0001 << 80, 48) => Some(low),
        () if is(0x2002 << 112, 16) => Some(Ipv4Addr::from((bits >> 80 & 0xffff_ffff) as u32)),
        () if is(0, 96) && bits > 1 => Some(low),
        () => None,
    }
}

/// Whether a block with `prefix` bits holds the address.
pub(crate) fn within(bits: u128, block: u128, prefix: u32) -> bool {
    let shift = 128_u32.saturating_sub(prefix);
    shift >= 128 || (bits ^ block) >> shift == 0
}

/// The space of an address.
pub fn space_of(ip: IpAddr) -> Space {
    let bits = number(ip);
    BLOCKS
        .iter()
        .find(|(block, prefix, _)| within(bits, *block, *prefix))
        .map_or(Space::Public, |(_, _, space)| *space)
}

/// Whether a cloud hands out keys at this address.
pub fn is_metadata(ip: IpAddr) -> bool {
    METADATA.contains(&number(ip))
}

/// Whether it is one of the addresses (198.18.0.0/15) that local proxies make up, one for every name.
pub(crate) fn is_made_up(ip: IpAddr) -> bool {
    within(number(ip), v4(198, 18, 0, 0), 96 + 15)
}

/// Names that mean an address of their own zone: everything below is this machine.
const LOOPBACK_ZONES: &[&str] = &["localtest.me", "lvh.me", "vcap.me", "lacolhost.com"];
/// Names that carry the address in themselves, as in `10-0-0-1.nip.io`.
const CARRYING_ZONES: &[&str] = &["nip.io", "sslip.io", "xip.io", "plex.direct"];

/// What a name says of where it leads, without asking DNS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) space: Space,
    /// Only likely: a name without a dot, or of a zone for inside use.
    pub(crate) likely: bool,
}

/// What the host of a URL says by itself; `None` when only DNS knows.
pub(crate) fn space_of_name(host: &str) -> Option<Named> {
    let name = host.strip_suffix('.').unwrap_or(host);
    let below = |zone: &str| name == zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'));
    let sure = |space| Some(Named { space, likely: false });
    if below("localhost") || LOOPBACK_ZONES.iter().any(|zone| below(zone)) {
        return sure(Space::Loopback);
    }
    if CARRYING_ZONES.iter().any(|zone| below(zone)) {
        return written_inside(name).map(space_of).filter(|space| *space != Space::Public).and_then(sure);
    }
    if below("local") {
        return sure(Space::Local);
    }
    let inside = below("home.arpa") || below("internal") || !name.contains('.');
    (inside && !name.is_empty()).then_some(Named { space: Space::Local, likely: true })
}

/// The address written in a name, with dots or with hyphens.
fn written_inside(name: &str) -> Option<IpAddr> {
    let parts: Vec<Option<u8>> = name.split(['.', '-']).take(64).map(|part| part.parse().ok()).collect();
    parts.windows(4).find_map(|four| match four {
        [Some(a), Some(b), Some(c), Some(d)] => Some(IpAddr::from([*a, *b, *c, *d])),
        _ => None,
    })
}
