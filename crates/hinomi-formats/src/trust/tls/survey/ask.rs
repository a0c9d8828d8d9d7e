//! One question: the hello for a version, a list of suites and a list of groups, with everything else piggybacked.

use crate::tls::names::{Exchange, SIGNATURES, Version, groups, suite, suites};
use crate::tls::wire::{Extension, Hello};

/// What the server tolerates in a hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    /// Everything.
    Full,
    /// Well-known groups, schemes and extensions, at most 64 suites: what browsers have sent for years.
    Small,
    /// No extensions but the name, as in 2005.
    Bare,
}

impl Shape {
    /// Suites that one hello may name.
    pub(super) fn suites_max(self) -> usize {
        if self == Self::Full { usize::MAX } else { 64 }
    }
}

/// A question to one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) version: Version,
    pub(super) shape: Shape,
    pub(super) suites: Vec<u16>,
    pub(super) groups: Vec<u16>,
    pub(super) alpn: Vec<String>,
    pub(super) name: Option<String>,
    /// Also offer TLS 1.2, and its suites, in a hello of TLS 1.3.
    pub(super) also_tls12: bool,
    /// Name a signalling suite (RFC 7507).
    pub(super) fallback: bool,
}

/// Multiplying by it shuffles 16-bit numbers; the order that comes out is nobody's preference, so that a server that
/// follows it follows the client.
fn shuffled(id: u16) -> u16 {
    id.wrapping_mul(40_503).rotate_left(5)
}

/// All suites for a version in the order of our hellos.
pub(super) fn suites_for(version: Version) -> Vec<u16> {
    if version == Version::Tls13 {
        let mut ids = vec![0x1304, 0x1301, 0x1303, 0x1302, 0x1305];
        let others = suites().filter(|suite| suite.is_tls13()).map(|suite| suite.id);
        let others: Vec<u16> = others.filter(|id| !ids.contains(id)).collect();
        ids.extend(others);
        return ids;
    }
    let mut ids: Vec<u16> =
        suites().filter(|suite| !suite.is_tls13() && suite.id != 0).map(|suite| suite.id).collect();
    // Finite fields last: a server that has no prime for them may choose such a suite all the same, and then fail at it,
    // where the client lists it first (Dovecot).
    let is_field = |id: &u16| suite(*id).is_some_and(|suite| suite.exchange == Exchange::Dhe);
    ids.sort_by_key(|id| (is_field(id), shuffled(*id)));
    ids
}

/// All groups for a version in the order of our hellos: what certificates may stand on comes last, so that the others
/// are chosen, and struck off, before it.
pub(super) fn groups_for(version: Version, shape: Shape) -> Vec<u16> {
    let known = |id: u16| matches!(id, 0x17..=0x19 | 0x1D | 0x1E);
    let mut ids: Vec<u16> = groups()
        .iter()
        .filter(|group| match version {
            Version::Tls13 => group.is_for_tls13(),
            _ => group.is_curve_for_tls12(),
        })
        .map(|group| group.id)
        .filter(|id| {
            shape == Shape::Full || known(*id) || (version == Version::Tls13 && (0x100..=0x104).contains(id))
        })
        .collect();
    ids.sort_by_key(|id| (matches!(id, 0x17..=0x19), std::cmp::Reverse(shuffled(*id))));
    ids
}

/// Protocols asked for by ALPN.
pub(super) const PROTOCOLS: &[&str] =
    &["h2", "http/1.1", "http/1.0", "h3", "smtp", "imap", "pop3", "ftp", "xmpp-server", "dot"];

/// Numbers that mean nothing and that every server must bear (RFC 8701).
#[derive(Debug, Clone, Copy)]
struct Grease {
    suite: u16,
    group: u16,
    extension: u16,
    version: u16,
}

impl Grease {
    fn of(random: &[u8; 32]) -> Option<Self> {
        let [.., suite, group, extension, version] = *random;
        // 0A0A, 1A1A … FAFA
        let of = |byte: u8| u16::from_be_bytes([byte & 0xF0 | 0x0A; 2]);
        Some(Self { suite: of(suite), group: of(group), extension: of(extension), version: of(version) })
    }
}

impl Ask {
    /// The hello.
    pub(super) fn hello(&self, random: [u8; 32]) -> Hello {
        let mut suites = self.suites.clone();
        if self.also_tls12 {
            suites.extend(suites_for(Version::Tls12));
        }
        if self.fallback {
            suites.push(0x5600);
        }
        let mut extensions = Vec::new();
        let grease = Grease::of(&random).filter(|_| self.shape == Shape::Full);
        if let Some(grease) = grease {
            suites.insert(0, grease.suite);
        }
        if self.version != Version::SslV3 {
            self.extend(&mut extensions, grease);
        } else {
            // renegotiation_info as a signalling suite: SSLv3 has no extensions
            suites.push(0x00FF);
        }
        let session_id = if self.version == Version::Tls13 { random.to_vec() } else { Vec::new() };
        let compressions =
            if self.shape == Shape::Full && self.version < Version::Tls13 { vec![1, 64, 0] } else { vec![0] };
        Hello { version: self.version, random, session_id, suites, compressions, extensions }
    }

    fn extend(&self, list: &mut Vec<Extension>, grease: Option<Grease>) {
        list.extend(self.name.clone().map(Extension::ServerName));
        if self.shape == Shape::Bare {
            return;
        }
        let is_tls13 = self.version == Version::Tls13;
        let is_before = !is_tls13 || self.also_tls12;
        list.extend(grease.map(|grease| Extension::Raw(grease.extension, Vec::new())));
        let reserved = grease.map(|grease| grease.group);
        list.push(Extension::Groups(reserved.into_iter().chain(self.groups.iter().copied()).collect()));
        if is_before {
            list.push(Extension::PointFormats);
        }
        if self.version >= Version::Tls12 {
            list.push(Extension::Signatures(self.signatures()));
        }
        if is_before {
            list.push(Extension::ExtendedMasterSecret);
            list.push(Extension::RenegotiationInfo(Vec::new()));
            list.push(Extension::SessionTicket(Vec::new()));
        }
        if self.shape == Shape::Full && is_before {
            list.push(Extension::EncryptThenMac);
            list.push(Extension::Heartbeat);
        }
        list.push(Extension::StatusRequest);
        list.push(Extension::Timestamps);
        if !self.alpn.is_empty() {
            list.push(Extension::Alpn(self.alpn.clone()));
        }
        if is_tls13 {
            let mut versions: Vec<u16> = grease.map(|grease| grease.version).into_iter().collect();
            versions.push(Version::Tls13.id());
            versions.extend(self.also_tls12.then_some(Version::Tls12.id()));
            list.push(Extension::Versions(versions));
            list.push(Extension::PskModes);
            list.push(Extension::KeyShare(Vec::new()));
        }
    }

    fn signatures(&self) -> Vec<u16> {
        let known = |id: u16| {
            matches!(
                id,
                0x0401 | 0x0403 | 0x0501 | 0x0503 | 0x0601 | 0x0603 | 0x0804..=0x0808 | 0x0201 | 0x0203
            )
        };
        SIGNATURES.iter().map(|(id, _)| *id).filter(|id| self.shape == Shape::Full || known(*id)).collect()
    }
}
