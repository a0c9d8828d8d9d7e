//! Patterns people write: of pages as in Chrome's content settings, of hosts, of networks, of ports.

use crate::place::{Place, host_and_port, read_ip};
use crate::space::{number, within};
use std::net::IpAddr;

/// A page: `[*.]example.com`, `https://example.com:8443`, `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PagePattern {
    scheme: Option<String>,
    host: String,
    below: bool,
    port: Option<u16>,
}

impl PagePattern {
    /// Reads a pattern.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let bad = || format!("\"{text}\" is no pattern of pages, such as [*.]example.com");
        let (scheme, rest) = match text.split_once("://") {
            Some(("*", rest)) => (None, rest),
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        if rest == "*" {
            return Ok(Self { scheme, host: String::new(), below: true, port: None });
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (below, rest) = match rest.strip_prefix("[*.]") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let (host, port) = match rest.strip_suffix(":*") {
            Some(host) => (host.trim_matches(['[', ']']), None),
            None => host_and_port(rest),
        };
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || !host.chars().all(is_host) {
            return Err(bad());
        }
        if port.is_none() && rest.rsplit(':').next().is_some_and(|port| rest != port && port != "*") {
            // What stands behind the last colon is no port, unless it is an IPv6 address.
            read_ip(host).ok_or_else(bad)?;
        }
        Ok(Self { scheme, host: host.to_ascii_lowercase(), below, port })
    }

    /// Whether it means this page.
    pub(crate) fn fits(&self, page: &Place) -> bool {
        let host = match (self.host.as_str(), self.below) {
            ("", _) => true,
            (host, false) => page.host == host,
            (host, true) => {
                page.host == host || page.host.strip_suffix(host).is_some_and(|rest| rest.ends_with('.'))
            }
        };
        host && self.scheme.as_ref().is_none_or(|scheme| *scheme == page.scheme)
            && self.port.is_none_or(|port| port == page.port)
    }
}

/// A block of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    bits: u128,
    prefix: u32,
}

impl Block {
    /// `10.0.0.0/8`, `fd00::/8`, `[fd00::]/8`, or one address.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let ip = read_ip(address)?;
        let whole = if ip.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(whole);
        (length <= whole).then(|| Self { bits: number(ip), prefix: 128 - whole + length })
    }

    /// Whether it holds the address.
    pub(crate) fn holds(self, ip: IpAddr) -> bool {
        within(number(ip), self.bits, self.prefix)
    }
}

/// A target of an allow rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TargetPattern {
    /// Addresses.
    Block(Block),
    /// Names, with `*` for any text.
    Glob(String),
}

impl TargetPattern {
    /// Reads a pattern: a CIDR block, an address, or a host with `*`.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        if let Some(block) = Block::read(text) {
            return Ok(Self::Block(block));
        }
        let host = text.to_ascii_lowercase();
        let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '*');
        if host.is_empty() || !host.chars().all(fine) {
            return Err(format!("\"{text}\" is neither a host nor a block of addresses"));
        }
        Ok(Self::Glob(host))
    }

    /// Whether it means this target, which answered from `ip`.
    pub(crate) fn fits(&self, target: &Place, ip: Option<IpAddr>) -> bool {
        match self {
            Self::Block(block) => target.ip.or(ip).is_some_and(|ip| block.holds(ip)),
            Self::Glob(glob) => fits_glob(glob, target.host.trim_end_matches('.')),
        }
    }
}

/// Ports: a number, or `8000-8010`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ports {
    first: u16,
    last: u16,
}

impl Ports {
    /// Reads ports.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.trim().parse(), last.trim().parse()) {
            (Ok(first), Ok(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(format!("\"{text}\" is neither a port nor a range of ports")),
        }
    }

    /// Whether the port is among them.
    pub(crate) fn hold(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }
}

/// Whether a text fits a pattern with `*` for any text. Linear in the product of the two at worst.
pub(crate) fn fits_glob(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(part) = last.replace(part) {
            let Some((_, behind)) = rest.split_once(part) else { return false };
            rest = behind;
        }
    }
    match last {
        Some(part) => rest.ends_with(part),
        None => rest.is_empty(),
    }
}
