//! What a company owns and an attacker wants: named once, canonically.

use serde::{Deserialize, Serialize};
use std::fmt;

/// `kind:name`, canonical: lower case where the kind is case-blind, A-labels, no trailing dot, explicit port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AssetId(String);

/// The kinds of asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssetKind {
    /// A DNS name.
    Dns,
    /// A host, with a port when the port matters.
    Host,
    /// An account of a directory or service.
    Account,
    /// A mailbox, by address.
    Mailbox,
    /// A place where files lie: a folder, a share, a bucket.
    Store,
    /// A cryptographic key or certificate.
    Key,
    /// A device.
    Device,
    /// A web page.
    Page,
}

/// A text that names no asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidAsset(
    /// The text as given.
    pub String,
);

impl AssetKind {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Dns, "dns"),
        (Self::Host, "host"),
        (Self::Account, "account"),
        (Self::Mailbox, "mailbox"),
        (Self::Store, "store"),
        (Self::Key, "key"),
        (Self::Device, "device"),
        (Self::Page, "page"),
    ];

    /// The prefix before the colon.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

impl AssetId {
    /// The one constructor: makes the canonical form of `name`.
    ///
    /// # Errors
    /// [`InvalidAsset`] when `name` is empty, holds control characters, or is no name of its kind.
    pub fn new(kind: AssetKind, name: &str) -> Result<Self, InvalidAsset> {
        let name = name.trim();
        let bad = || InvalidAsset(format!("{}:{name}", kind.as_str()));
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(bad());
        }
        let canonical = match kind {
            AssetKind::Dns => host_name(name).ok_or_else(bad)?,
            AssetKind::Host => host_and_port(name).ok_or_else(bad)?,
            AssetKind::Mailbox => mailbox(name).ok_or_else(bad)?,
            AssetKind::Account | AssetKind::Device | AssetKind::Key => name.to_lowercase(),
            AssetKind::Store | AssetKind::Page => name.to_owned(),
        };
        Ok(Self(format!("{}:{canonical}", kind.as_str())))
    }

    /// The whole `kind:name`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: AssetKind) -> bool {
        self.0.split_once(':').is_some_and(|(own, _)| own == kind.as_str())
    }

    /// The part after the kind.
    pub fn name(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, name)| name)
    }
}

fn host_name(name: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii(name.trim_end_matches('.')).ok()?;
    let ok = !ascii.is_empty()
        && ascii.len() <= 253
        && ascii.split('.').all(|label| !label.is_empty() && label.len() <= 63)
        && ascii.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'*'));
    ok.then_some(ascii)
}

fn host_and_port(name: &str) -> Option<String> {
    if let Ok(address) = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
        return Some(address.to_string());
    }
    match name.rsplit_once(':') {
        Some((host, port)) => {
            let port: u16 = port.parse().ok()?;
            let host = host.trim_matches(['[', ']']);
            match host.parse::<std::net::Ipv6Addr>() {
                Ok(v6) => Some(format!("[{v6}]:{port}")),
                Err(_) => Some(format!("{}:{port}", host_name(host)?)),
            }
        }
        None => host_name(name),
    }
}

fn mailbox(name: &str) -> Option<String> {
    let (local, domain) = name.rsplit_once('@')?;
    if local.is_empty() || local.len() > 64 {
        return None;
    }
    Some(format!("{}@{}", local.to_lowercase(), host_name(domain)?))
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AssetId {
    type Error = InvalidAsset;

    fn try_from(text: String) -> Result<Self, InvalidAsset> {
        let (kind, name) = text.split_once(':').ok_or_else(|| InvalidAsset(text.clone()))?;
        let (kind, _) = AssetKind::ALL
            .iter()
            .find(|(_, prefix)| *prefix == kind)
            .ok_or_else(|| InvalidAsset(text.clone()))?;
        Self::new(*kind, name)
    }
}

impl From<AssetId> for String {
    fn from(id: AssetId) -> Self {
        id.0
    }
}

impl fmt::Display for InvalidAsset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "read {:?} as an asset", self.0)
    }
}

impl std::error::Error for InvalidAsset {}
