//! URLs in text: found, split when glued together, defanged, and their hosts told.

mod defang;
mod extent;
mod host;
#[cfg(test)]
mod tests;

use crate::{Limits, Parsed, Problem};
use memchr::memmem;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

pub use defang::{defang, defang_text};

/// A URL as found in evidence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Url {
    /// The URL as written, trimmed of what is not part of it.
    pub text: String,
    /// The host: lower case, A-label, numeric IPv4 spellings (hex, octal, decimal) made dotted, IPv6 without
    /// brackets.
    pub host: String,
    /// The host is an address.
    pub host_is_ip: bool,
    /// The port, when written and not the scheme's own.
    pub port: Option<u16>,
}

/// Finds `http`, `https` and `ftp` URLs in text, in order, without duplicates; splits glued ones.
///
/// Time is linear in the length of the text. A URL longer than `url_bytes_max` is kept up to there, and a
/// problem says so; behind `urls_max` URLs the rest of the text is not read.
pub fn find(text: &str, limits: &Limits) -> Parsed<Vec<Url>> {
    let mut found: Parsed<Vec<Url>> = Parsed::default();
    let mut seen = HashSet::new();
    // Where the URL before this one ended: one inside it stands in its query, and is cut at the next scheme.
    let mut outer_end = 0;
    for colon in memmem::find_iter(text.as_bytes(), b"://") {
        let Some((start, _)) = scheme_before(text, colon) else { continue };
        let nested = start < outer_end;
        let extent = extent::of_url_at(text, start, colon, nested, limits.url_bytes_max);
        outer_end = outer_end.max(extent.end);
        let Some(url) = text.get(start..extent.end).and_then(read) else { continue };
        if extent.cut {
            found.problems.push(Problem::limit("text", "url_bytes_max", limits.url_bytes_max as u64));
        }
        if seen.contains(&url.text) {
            continue;
        }
        if found.value.len() >= limits.urls_max {
            found.problems.push(Problem::limit("text", "urls_max", limits.urls_max as u64));
            break;
        }
        seen.insert(url.text.clone());
        found.value.push(url);
    }
    // One note per kind of loss is enough; a hostile text could otherwise grow the report without end.
    found.problems.dedup();
    found
}

/// Reads one URL; `None` when it is none. The whole text must be the URL: nothing is trimmed here.
pub fn read(text: &str) -> Option<Url> {
    let colon = memmem::find(text.as_bytes(), b"://")?;
    let (start, scheme) = scheme_before(text, colon)?;
    if start != 0 {
        return None;
    }
    let rest = text.get(colon + 3..)?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    // WHATWG: the last `@` ends the user information.
    let (host, port) = host::split_port(authority.rsplit('@').next()?)?;
    let host = host::normalise(host)?;
    let port = port.filter(|port| *port != scheme.default_port());
    Some(Url { text: text.to_owned(), host: host.name, host_is_ip: host.is_ip, port })
}

/// The canonical form of a bare host, with or without a port: `0xb907d607`, `[2001:db8::1]:443`, `a.example:80`.
/// `None` when it is neither an address nor a name with a dot.
pub fn read_host(text: &str) -> Option<String> {
    let (host, _port) = host::split_port(text.trim())?;
    let host = host::normalise(host)?;
    (host.is_ip || host.name.contains('.')).then_some(host.name)
}

/// The schemes evidence is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
    Ftp,
}

impl Scheme {
    /// WHATWG URL, "special scheme".
    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Ftp => 21,
        }
    }
}

/// The scheme that ends where `://` stands, and where it begins. `http` may follow anything, since glued URLs
/// do; `ftp` must not follow a letter, or `sftp` would be read as one.
fn scheme_before(text: &str, colon: usize) -> Option<(usize, Scheme)> {
    let before = text.as_bytes().get(..colon)?;
    let ends_with = |word: &[u8]| {
        let start = before.len().checked_sub(word.len())?;
        before.get(start..)?.eq_ignore_ascii_case(word).then_some(start)
    };
    if let Some(start) = ends_with(b"https") {
        return Some((start, Scheme::Https));
    }
    if let Some(start) = ends_with(b"http") {
        return Some((start, Scheme::Http));
    }
    let start = ends_with(b"ftp")?;
    let glued_to_letter =
        start.checked_sub(1).and_then(|at| before.get(at)).is_some_and(u8::is_ascii_alphabetic);
    (!glued_to_letter).then_some((start, Scheme::Ftp))
}
