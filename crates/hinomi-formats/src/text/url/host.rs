//! Hosts of URLs, as the WHATWG URL standard ("host parsing") reads them: what a browser would connect to.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A host in canonical form.
pub(super) struct Host {
    /// Lower case A-labels, dotted IPv4, or IPv6 without brackets.
    pub(super) name: String,
    /// It is an address.
    pub(super) is_ip: bool,
}

/// Splits `host:port`. `None` when the port is no port.
pub(super) fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    // The colons of an IPv6 address stand inside the brackets.
    let after_bracket = authority.rfind(']').map_or(0, |at| at + 1);
    let Some(colon) = authority.get(after_bracket..)?.find(':').map(|at| at + after_bracket) else {
        return Some((authority, None));
    };
    let (host, port) = authority.split_at_checked(colon)?;
    let port = port.strip_prefix(':')?;
    if port.is_empty() {
        return Some((host, None));
    }
    let digits = port.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| port.trim_start_matches('0'))?;
    Some((host, Some(port.parse().ok()?)))
}

/// The canonical form of a host, `None` when no browser would connect to it.
pub(super) fn normalise(host: &str) -> Option<Host> {
    if let Some(inner) = host.strip_prefix('[') {
        let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(Host { name: address.to_string(), is_ip: true });
    }
    let decoded = percent_decoded(host)?;
    let ascii = to_ascii(&decoded)?;
    let name = ascii.strip_suffix('.').unwrap_or(&ascii);
    if !is_host_name(name) {
        return None;
    }
    if ends_in_number(name) {
        return ipv4(name).map(|address| Host { name: address.to_string(), is_ip: true });
    }
    Some(Host { name: name.to_owned(), is_ip: false })
}

fn percent_decoded(host: &str) -> Option<Cow<'_, str>> {
    if !host.contains('%') {
        return Some(Cow::Borrowed(host));
    }
    let mut bytes = host.bytes();
    let mut out = Vec::with_capacity(host.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok().map(Cow::Owned)
}

/// Plain names skip the tables of UTS 46; they are nearly all there is.
fn to_ascii(host: &str) -> Option<String> {
    if host.is_ascii() {
        return Some(host.to_ascii_lowercase());
    }
    idna::domain_to_ascii(host).ok()
}

/// RFC 1035 lengths; letters, digits, hyphen, and the underscore that real names have.
fn is_host_name(name: &str) -> bool {
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    name.len() <= 253 && name.split('.').all(label_ok) && name.bytes().any(|b| b.is_ascii_alphanumeric())
}

/// WHATWG "ends in a number checker": such a host is an address or nothing.
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let decimal = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    decimal || last.starts_with("0x") && number(last).is_some()
}

/// WHATWG "IPv4 parser": one to four numbers, the last one filling the bytes that are left.
fn ipv4(name: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u64> = name.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    if first.len() > 3 {
        return None;
    }
    let free_bits = 8 * (4 - u32::try_from(first.len()).ok()?);
    if first.iter().any(|part| *part > 255) || *last >= 1u64 << free_bits {
        return None;
    }
    let high = first.iter().fold(0u64, |sum, part| sum << 8 | part);
    u32::try_from(high << free_bits | last).ok().map(Ipv4Addr::from)
}

/// WHATWG "IPv4 number parser": `0x` is hexadecimal, a leading `0` octal.
fn number(part: &str) -> Option<u64> {
    let (digits, radix) = match part.strip_prefix("0x") {
        Some(hex) => (hex, 16),
        None if part.len() > 1 && part.starts_with('0') => (part.get(1..)?, 8),
        None => (part, 10),
    };
    if digits.is_empty() {
        return (radix == 16).then_some(0);
    }
    if !digits.bytes().all(|b| char::from(b).is_digit(radix)) {
        return None;
    }
    // What does not fit 64 bits does not fit an address either, so any large number stands for it.
    Some(u64::from_str_radix(digits, radix).unwrap_or(u64::MAX))
}
