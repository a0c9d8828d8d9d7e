//! Where a request goes: a URL cut into scheme, host, port and path.
//!
//! Browsers hand over URLs in their canonical form, so this is no full URL parser: it cuts, and it reads the one
//! thing that other sources leave open, an IPv4 address in another spelling (URL Standard, “IPv4 parser”).

use crate::json::object;
use crate::space::{Named, space_of_name};
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Bytes of a host and of a path that are kept.
const PART_BYTES_MAX: usize = 253;

/// A URL, cut.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub(crate) struct Place {
    /// Lower case, without the colon.
    pub(crate) scheme: String,
    /// Lower case; an IPv6 address without its brackets.
    pub(crate) host: String,
    /// As written, or that of the scheme; 0 when neither is known.
    pub(crate) port: u16,
    /// Without query and fragment.
    pub(crate) path: String,
    /// The host is an address.
    pub(crate) ip: Option<IpAddr>,
}

object!(Place: scheme "scheme", host "host", port "port", path "path", ip "ip");

impl Place {
    /// Cuts a URL. `None` when it has no scheme.
    pub(crate) fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once(':')?;
        // `blob:https://…` is of the place it was made at. No browser puts one into another, but a page may write it,
        // as often as it likes.
        let (scheme, rest) = if is_around(scheme) { rest.split_once(':')? } else { (scheme, rest) };
        let is_scheme = scheme.len() <= 32
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        if !is_scheme || scheme.is_empty() || is_around(scheme) {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        // `stun:host:port` has no slashes before what matters.
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = host_and_port(authority);
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let (host, ip) = read_host(host);
        let port = port.unwrap_or_else(|| default_port(&scheme));
        Some(Self { scheme, host, port, path: cut(path, PART_BYTES_MAX).to_owned(), ip })
    }

    /// What is compared to say “same origin”: a WebSocket has that of the page that opened it.
    pub(crate) fn origin(&self) -> String {
        let scheme = match self.scheme.as_str() {
            "ws" => "http",
            "wss" => "https",
            other => other,
        };
        match (self.host.contains(':'), self.port == default_port(scheme)) {
            (true, true) => format!("{scheme}://[{}]", self.host),
            (true, false) => format!("{scheme}://[{}]:{}", self.host, self.port),
            (false, true) => format!("{scheme}://{}", self.host),
            (false, false) => format!("{scheme}://{}:{}", self.host, self.port),
        }
    }

    /// Origin and path: how a page is named.
    pub(crate) fn page(&self) -> String {
        match self.path.as_str() {
            "" => format!("{}/", self.origin()),
            path => format!("{}{path}", self.origin()),
        }
    }

    /// Whether it came over the network.
    pub(crate) fn is_web(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "https" | "ws" | "wss")
    }

    /// Whether the connection proves who the server is.
    pub(crate) fn is_sealed(&self) -> bool {
        matches!(self.scheme.as_str(), "https" | "wss")
    }

    /// What the host says of itself.
    pub(crate) fn named(&self) -> Option<Named> {
        if self.ip.is_some() { None } else { space_of_name(&self.host) }
    }

    /// The registrable domain, near enough to tell names apart: two labels, three where the second is as short as
    /// `co` in `co.jp`. The list of public suffixes would be four times the size of everything else.
    pub(crate) fn site(&self) -> String {
        if self.ip.is_some() {
            return self.host.clone();
        }
        let labels: Vec<&str> = self.host.trim_end_matches('.').rsplit('.').take(3).collect();
        match labels.as_slice() {
            [top, second, third] if second.len() <= 3 && top.len() <= 3 => format!("{third}.{second}.{top}"),
            [top, second, ..] => format!("{second}.{top}"),
            _ => self.host.clone(),
        }
    }
}

/// Whether what follows this scheme is a URL of its own.
fn is_around(scheme: &str) -> bool {
    ["blob", "filesystem", "view-source"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// The port of a scheme.
fn default_port(scheme: &str) -> u16 {
    match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        "stun" | "turn" => 3478,
        "stuns" | "turns" => 5349,
        _ => 0,
    }
}

/// `host:port`, `[v6]:port`, `v6`.
pub(crate) fn host_and_port(text: &str) -> (&str, Option<u16>) {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, behind) = rest.split_once(']').unwrap_or((rest, ""));
        return (host, behind.strip_prefix(':').and_then(|port| port.parse().ok()));
    }
    match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, port.parse().ok()),
        _ => (text, None),
    }
}

/// The host as it is compared, and the address it is.
fn read_host(host: &str) -> (String, Option<IpAddr>) {
    let host = cut(host, PART_BYTES_MAX).to_ascii_lowercase();
    match read_ip(&host) {
        Some(ip) => (ip.to_string(), Some(ip)),
        None => (host, None),
    }
}

/// An address in any spelling a browser takes for one, with or without brackets.
pub(crate) fn read_ip(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if bare.contains(':') {
        let bare = bare.split('%').next().unwrap_or_default();
        return bare.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    }
    read_v4(bare).map(IpAddr::V4)
}

/// `127.0.0.1`, `127.1`, `0x7f.1`, `0177.1`, `2130706433`.
fn read_v4(host: &str) -> Option<Ipv4Addr> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if !host.starts_with(|c: char| c.is_ascii_digit()) || host.len() > 64 {
        return None;
    }
    let mut parts = [0_u64; 4];
    let mut count = 0_usize;
    for part in host.split('.') {
        *parts.get_mut(count)? = read_number(part)?;
        count += 1;
    }
    let (last, before) = parts.get(..count)?.split_last()?;
    if before.iter().any(|part| *part > 255) || *last >= 1 << (8 * (5 - count)) {
        return None;
    }
    let high = before.iter().enumerate().fold(0_u64, |sum, (at, part)| sum | part << (8 * (3 - at)));
    u32::try_from(high | last).ok().map(Ipv4Addr::from)
}

/// Decimal, `0x` hexadecimal, or `0` octal.
fn read_number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some("") => Some(0),
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u64::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    }
}

/// The first `bytes_max` bytes, ended between characters.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
