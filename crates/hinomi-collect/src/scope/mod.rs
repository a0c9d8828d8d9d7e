//! What is ours, and the proof that a target is.
//!
//! A host can be spelled in many ways (`0x7f.1`, `127。0。0。1`, `[::ffff:7f00:1]`). Each is brought to one form first,
//! the form is judged, and only the form is handed on: what was judged is what will be reached.

mod network;
mod resolve;
#[cfg(test)]
mod tests;

pub use resolve::{Resolved, resolve};

use crate::CollectError;
use network::Network;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is ours: domains with everything below them, and networks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    domains: Vec<String>,
    networks: Vec<Network>,
}

/// A target proven ours. Only [`Scope`] makes one; probes take nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InScope<T>(T);

impl<T> InScope<T> {
    /// The target, in canonical form.
    pub fn get(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Display> fmt::Display for InScope<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Scope {
    /// A scope of domains (`example.co.jp`: itself and all below it) and networks (`192.0.2.0/24`,
    /// `2001:db8::/32`, or one address).
    ///
    /// # Errors
    /// [`CollectError::NotADomain`] for what is no name or has no dot (a whole top level domain is nobody's), and
    /// [`CollectError::NotANetwork`].
    pub fn new<D: AsRef<str>, N: AsRef<str>>(domains: &[D], networks: &[N]) -> Result<Self, CollectError> {
        let domain = |text: &D| {
            let text = text.as_ref();
            match canonical(text) {
                Some(Host::Name(name)) if name.contains('.') && !special_name(&name) => Ok(name),
                _ => Err(CollectError::NotADomain { text: text.to_owned() }),
            }
        };
        let network = |text: &N| {
            let text = text.as_ref();
            Network::parse(text).ok_or_else(|| CollectError::NotANetwork { text: text.to_owned() })
        };
        Ok(Self {
            domains: domains.iter().map(domain).collect::<Result<_, _>>()?,
            networks: networks.iter().map(network).collect::<Result<_, _>>()?,
        })
    }

    /// Admits a host: a name below one of our domains, or an address in one of our networks. A port, a path, or
    /// anything else around the host is refused.
    ///
    /// # Errors
    /// [`CollectError::OutOfScope`]. Loopback, private, link-local and metadata addresses need a network of their own:
    /// a listed network that merely happens to contain them does not count.
    pub fn admit(&self, host: &str) -> Result<InScope<String>, CollectError> {
        let refused = || CollectError::OutOfScope { target: host.to_owned() };
        match canonical(host).ok_or_else(refused)? {
            Host::Name(name) if self.is_ours(&name) => Ok(InScope(name)),
            Host::Address(address) if self.lists(address) => Ok(InScope(address.to_string())),
            Host::Name(_) | Host::Address(_) => Err(refused()),
        }
    }

    /// Admits an address that an admitted name resolved to. A public address needs nothing more; a loopback, private,
    /// link-local or metadata one must be listed: whoever controls the name must not aim us inwards.
    ///
    /// # Errors
    /// [`CollectError::OutOfScope`].
    pub fn admit_resolved(
        &self,
        name: &InScope<String>,
        address: IpAddr,
    ) -> Result<InScope<IpAddr>, CollectError> {
        let address = network::unmapped(address);
        let public = network::special(address).is_none() && network::embedded(address).is_none();
        if !network::nobody(address) && (public || self.lists(address)) {
            return Ok(InScope(address));
        }
        Err(CollectError::OutOfScope { target: format!("{name} ({address})") })
    }

    fn is_ours(&self, name: &str) -> bool {
        let below = |domain: &String| {
            name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        !special_name(name) && self.domains.iter().any(below)
    }

    fn lists(&self, address: IpAddr) -> bool {
        if network::nobody(address) {
            return false;
        }
        // An address that carries another (NAT64, 6to4 …) reaches that other: both must be ours.
        if let Some(inner) = network::embedded(address)
            && !self.lists(IpAddr::V4(inner))
        {
            return false;
        }
        let special = network::special(address);
        self.networks
            .iter()
            .filter(|network| network.contains(address))
            .any(|network| special.is_none_or(|special| network.lies_within(special)))
    }
}

/// A host in its one form.
#[derive(Debug, PartialEq, Eq)]
enum Host {
    Name(String),
    Address(IpAddr),
}

/// The one form of a host's spelling; `None` for what no careful client would take as a host.
fn canonical(text: &str) -> Option<Host> {
    if let Some(inside) = text.strip_prefix('[') {
        let address: Ipv6Addr = inside.strip_suffix(']')?.parse().ok()?;
        return Some(Host::Address(network::unmapped(IpAddr::V6(address))));
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Host::Address(network::unmapped(address)));
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    // Case, width, ideographic full stops and international labels (UTS 46).
    let ascii = idna::domain_to_ascii(text).ok()?;
    let name = ascii.strip_suffix('.').unwrap_or(&ascii);
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !plain || name.len() > 253 || name.split('.').any(|label| label.is_empty() || label.len() > 63) {
        return None;
    }
    // A name whose last label is a number is an address or nothing (WHATWG URL, "ends in a number").
    if name.rsplit('.').next().is_some_and(looks_numeric) {
        return Some(Host::Address(IpAddr::V4(loose_ipv4(name)?)));
    }
    Some(Host::Name(name.to_owned()))
}

fn looks_numeric(label: &str) -> bool {
    label.bytes().all(|b| b.is_ascii_digit()) || number(label).is_some()
}

/// An IPv4 address as inet_aton(3) takes it: one to four numbers, each decimal, octal (`0…`) or hexadecimal (`0x…`),
/// the last of which fills the bytes that are left.
fn loose_ipv4(text: &str) -> Option<Ipv4Addr> {
    let numbers: Vec<u64> = text.split('.').map(number).collect::<Option<_>>()?;
    let (last, leading) = numbers.split_last()?;
    let filled = u32::try_from(leading.len()).ok().filter(|filled| *filled <= 3)?;
    if leading.iter().any(|number| *number > 255) || *last >= 1_u64 << (8 * (4 - filled)) {
        return None;
    }
    let high = leading.iter().fold(0_u64, |sum, number| sum << 8 | number) << (8 * (4 - filled));
    u32::try_from(high | last).ok().map(Ipv4Addr::from_bits)
}

fn number(label: &str) -> Option<u64> {
    let (digits, radix) = match label.strip_prefix("0x").or_else(|| label.strip_prefix("0X")) {
        Some("") => return Some(0),
        Some(hex) => (hex, 16),
        None if label.len() > 1 && label.starts_with('0') => (label, 8),
        None => (label, 10),
    };
    // from_str_radix would take a sign.
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if plain { u64::from_str_radix(digits, radix).ok() } else { None }
}

/// Names that never leave the machine or its cloud, whoever lists them (RFC 6761, RFC 8375, RFC 9476).
fn special_name(name: &str) -> bool {
    const SPECIAL: &[&str] = &["localhost", "local", "internal", "home.arpa", "invalid", "onion", "alt"];
    SPECIAL
        .iter()
        .any(|special| name.strip_suffix(special).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}
