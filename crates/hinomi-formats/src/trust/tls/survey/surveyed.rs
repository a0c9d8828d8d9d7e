//! What a survey found. Each item is seen, absent, or untested and why: silence is never read as "off".

use crate::tls::names::Version;
use crate::tls::wire::NotTls;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One answer of three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Known<T> {
    /// The server has it.
    Seen(T),
    /// The server was asked, and has it not.
    Absent,
    /// Nobody knows.
    Untested(Why),
}

impl<T> Known<T> {
    /// The value seen.
    pub fn seen(&self) -> Option<&T> {
        if let Self::Seen(value) = self { Some(value) } else { None }
    }

    /// `Some(true)` seen, `Some(false)` absent, `None` untested.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Seen(_) => Some(true),
            Self::Absent => Some(false),
            Self::Untested(_) => None,
        }
    }

    /// Why it was not tested.
    pub fn why(&self) -> Option<&Why> {
        if let Self::Untested(why) = self { Some(why) } else { None }
    }
}

/// Why something could not be tested.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// No answer came in time, twice.
    Timeout,
    /// The deadline of the target ran out first.
    Deadline,
    /// [`super::Options::connections_max`] was used up.
    Connections,
    /// The connection could not be opened.
    Unreachable,
    /// Closed or reset where an answer was due, and the server answers nothing else either.
    Closed,
    /// Every hello was refused, with this alert if any: the server wants something that we do not say.
    RefusesAll(Option<u8>),
    /// It answered something else than TLS.
    NotTls(NotTls),
    /// The dialog before TLS did not lead there.
    StartTls(String),
    /// The server answered against the protocol.
    Contradicts(String),
    /// It answers as it may, but by means that the one who asked has not.
    BeyondUs(String),
    /// Nothing that was found makes the question possible, e.g. no CBC suite for encrypt-then-MAC.
    NotApplicable,
    /// The options leave it out.
    NotAsked,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no answer in time"),
            Self::Deadline => f.write_str("the deadline of the target was over"),
            Self::Connections => f.write_str("the connections of the target were used up"),
            Self::Unreachable => f.write_str("no connection"),
            Self::Closed => f.write_str("closed without an answer"),
            Self::RefusesAll(Some(alert)) => write!(f, "every hello refused with alert {alert}"),
            Self::RefusesAll(None) => f.write_str("every hello refused"),
            Self::NotTls(what) => write!(f, "not TLS: {what:?}"),
            Self::StartTls(what) => write!(f, "STARTTLS: {what}"),
            Self::Contradicts(what) => write!(f, "the server contradicts the protocol: {what}"),
            Self::BeyondUs(what) => write!(f, "not possible with our means: {what}"),
            Self::NotApplicable => f.write_str("does not apply"),
            Self::NotAsked => f.write_str("not asked"),
        }
    }
}

/// Whose order decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The server has an order of its own.
    Server,
    /// The server takes the first of the client's that it has.
    Client,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionSeen {
    /// Which.
    pub version: Version,
    /// Whether the server agrees to it.
    pub offered: Known<()>,
    /// The suites in the order found, which is the order of the server when `order` says so; of SSLv2 the kinds.
    pub suites: Vec<u32>,
    /// Whose order decides among suites.
    pub order: Known<Order>,
    /// Whether the server refused all other suites; `Untested` when the list was cut short.
    pub complete: Known<()>,
    /// The groups agreed in this version, in the order found.
    pub groups: Vec<u16>,
    /// Whose order decides among groups.
    pub groups_order: Known<Order>,
    /// Whether the server refused all other groups in this version.
    pub groups_complete: Known<()>,
}

/// A finite field seen in DHE.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldSeen {
    /// Size of the prime in bits.
    pub bits: u32,
    /// Its name, when many share it.
    pub prime: Option<String>,
    /// First 16 hexadecimal digits of the SHA-256 of the prime.
    pub digest: String,
    /// The version it was seen in.
    pub version: Version,
    /// Whether the suite was an EXPORT one.
    pub export: bool,
}

/// A chain of certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainSeen {
    /// DER, leaf first.
    #[serde(with = "hexadecimal")]
    pub certificates: Vec<Vec<u8>>,
    /// What the suites it came with authenticate by: `rsa`, `ecdsa`, `dss`, `any` (TLS 1.3), `sslv2`.
    pub auth: String,
    /// The versions it was seen in.
    pub versions: Vec<Version>,
}

/// The result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surveyed {
    /// The six versions, newest first.
    pub versions: Vec<VersionSeen>,
    /// Finite fields of DHE, each once.
    pub fields: Vec<FieldSeen>,
    /// Sizes in bits of temporary RSA keys of EXPORT suites.
    pub export_rsa_bits: Vec<u32>,
    /// Chains of certificates, each once.
    pub chains: Vec<ChainSeen>,
    /// OCSP responses stapled, DER, each once.
    #[serde(with = "hexadecimal")]
    pub staples: Vec<Vec<u8>>,
    /// Lists of signed certificate timestamps in the TLS extension, each once.
    #[serde(with = "hexadecimal")]
    pub timestamps: Vec<Vec<u8>>,
    /// Extended master secret (RFC 7627), of TLS 1.2 and before.
    pub extended_master_secret: Known<()>,
    /// Encrypt-then-MAC (RFC 7366), of CBC suites.
    pub encrypt_then_mac: Known<()>,
    /// Secure renegotiation (RFC 5746).
    pub secure_renegotiation: Known<()>,
    /// Session tickets (RFC 5077; RFC 8446).
    pub session_tickets: Known<()>,
    /// Session ids kept by the server, before TLS 1.3.
    pub session_ids: Known<()>,
    /// OCSP stapling.
    pub ocsp_stapling: Known<()>,
    /// Timestamps in the TLS extension.
    pub sct: Known<()>,
    /// Compression: the method chosen.
    pub compression: Known<u8>,
    /// Heartbeats (RFC 6520).
    pub heartbeat: Known<()>,
    /// A client certificate asked for.
    pub client_certificate: Known<()>,
    /// Protection against fallback (RFC 7507).
    pub fallback_scsv: Known<()>,
    /// The mark in the random of a server that could do better (RFC 8446).
    pub downgrade_sentinel: Known<()>,
    /// Whether the newest common version is chosen.
    pub newest_preferred: Known<()>,
    /// 0-RTT: bytes of early data that the server allows.
    pub early_data: Known<u32>,
    /// A second handshake on the client's word.
    pub client_renegotiation: Known<()>,
    /// Whether the certificates of TLS 1.3, which come under keys, were read.
    pub certificates_tls13: Known<()>,
    /// Heartbleed, with its proof.
    pub heartbleed: Known<String>,
    /// Early ChangeCipherSpec, with its proof.
    pub ccs: Known<String>,
    /// ROBOT, with the answers that differ.
    pub robot: Known<String>,
    /// Ticketbleed.
    pub ticketbleed: Known<()>,
    /// Protocols of ALPN in the order found; absent when the extension is ignored.
    pub alpn: Known<Vec<String>>,
    /// Alerts by which unwanted hellos were refused, each once: the manners of the server.
    pub refusals: Vec<String>,
    /// Connections opened.
    pub connections: u32,
    /// Time from connect to connected, the least of all, in microseconds.
    pub round_trip_us: Option<u64>,
    /// What went wrong, for the person who reads.
    pub problems: Vec<String>,
}

impl Surveyed {
    /// Nothing is known, and why.
    pub fn untested(why: &Why) -> Self {
        Self {
            versions: Vec::new(),
            fields: Vec::new(),
            export_rsa_bits: Vec::new(),
            chains: Vec::new(),
            staples: Vec::new(),
            timestamps: Vec::new(),
            extended_master_secret: Known::Untested(why.clone()),
            encrypt_then_mac: Known::Untested(why.clone()),
            secure_renegotiation: Known::Untested(why.clone()),
            session_tickets: Known::Untested(why.clone()),
            session_ids: Known::Untested(why.clone()),
            ocsp_stapling: Known::Untested(why.clone()),
            sct: Known::Untested(why.clone()),
            compression: Known::Untested(why.clone()),
            heartbeat: Known::Untested(why.clone()),
            client_certificate: Known::Untested(why.clone()),
            fallback_scsv: Known::Untested(why.clone()),
            downgrade_sentinel: Known::Untested(why.clone()),
            newest_preferred: Known::Untested(why.clone()),
            early_data: Known::Untested(why.clone()),
            client_renegotiation: Known::Untested(why.clone()),
            certificates_tls13: Known::Untested(why.clone()),
            heartbleed: Known::Untested(why.clone()),
            ccs: Known::Untested(why.clone()),
            robot: Known::Untested(why.clone()),
            ticketbleed: Known::Untested(why.clone()),
            alpn: Known::Untested(why.clone()),
            refusals: Vec::new(),
            connections: 0,
            round_trip_us: None,
            problems: Vec::new(),
        }
    }

    /// Whether it speaks TLS or SSL at all; none: nobody knows.
    pub fn speaks(&self) -> Option<bool> {
        let answers = || self.versions.iter().map(|seen| seen.offered.as_bool());
        if answers().any(|offered| offered == Some(true)) {
            return Some(true);
        }
        (!self.versions.is_empty() && answers().all(|offered| offered == Some(false))).then_some(false)
    }

    /// Whether every version was decided, every list of suites ended and every certificate read.
    pub fn is_whole(&self) -> bool {
        let out = |why: &Why| matches!(why, Why::NotAsked | Why::NotApplicable);
        let lists = self.versions.iter().all(|seen| match &seen.offered {
            Known::Seen(()) => seen.complete.as_bool() == Some(true),
            Known::Absent => true,
            Known::Untested(_) => false,
        });
        !self.versions.is_empty() && lists && self.certificates_tls13.why().is_none_or(out)
    }

    /// One version.
    pub fn version(&self, version: Version) -> Option<&VersionSeen> {
        self.versions.iter().find(|seen| seen.version == version)
    }

    /// Every group of every version, each once, in the order found, newest version first.
    pub fn groups(&self) -> Vec<u16> {
        let mut all = Vec::new();
        for id in self.versions.iter().flat_map(|seen| &seen.groups) {
            if !all.contains(id) {
                all.push(*id);
            }
        }
        all
    }
}

/// Lists of bytes, written as two digits a byte.
mod hexadecimal {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(list: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            list.iter().map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        )
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let list = Vec::<String>::deserialize(deserializer)?;
        list.iter().map(|text| bytes(text).ok_or_else(|| D::Error::custom("not hexadecimal"))).collect()
    }

    fn bytes(text: &str) -> Option<Vec<u8>> {
        let digits = text.as_bytes().chunks(2).map(|pair| match pair {
            [high, low] => Some((digit(*high)? << 4) | digit(*low)?),
            _ => None,
        });
        digits.collect()
    }

    fn digit(byte: u8) -> Option<u8> {
        char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
    }
}
