//! Facts on TLS: what one endpoint really speaks.
//!
//! No profile and no opinion is in here. Everything is three-valued: seen, seen not to be there, and could not be
//! tested. The last one is never written as the second. These facts are stored and printed for years, so an unknown
//! field is an error.

use serde::{Deserialize, Serialize};

/// What one endpoint speaks. One fact an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsFact {
    /// The name it was asked under, lower case; an address when there was no name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The address that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What speaks there: `https`, `smtp`, `imap`, `pop3`, `ftp`, `ldap`, `postgres`, `mysql`, `xmpp`, `rdp`.
    pub service: String,
    /// TLS began after a dialog in clear.
    pub starttls: bool,
    /// The server name sent; none for an address (RFC 6066 3 forbids literals).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sni: Option<String>,
    /// Each version asked for. A version that is not listed was not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<VersionSeen>,
    /// The version chosen when all were offered at once: `tls1.3`. None: could not test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen_version: Option<String>,
    /// Groups accepted, as IANA numbers, in the order found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<u16>,
    /// All groups were asked for, so that one that is not listed is not there.
    pub groups_complete: bool,
    /// Who decides on the group; none: could not test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups_order: Option<Order>,
    /// Each Diffie-Hellman parameter set met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dh: Vec<DhSeen>,
    /// Each certificate chain met. The certificates are observations of their own, joined by `fingerprint_sha256`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chains: Vec<ChainSeen>,
    /// Extensions and behaviour.
    #[serde(skip_serializing_if = "ExtensionsSeen::is_empty")]
    pub extensions: ExtensionsSeen,
    /// Each weakness looked for. One that is not listed was not looked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weaknesses: Vec<WeaknessSeen>,
    /// What one real HTTPS request gave; none: not asked, or no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpSeen>,
    /// Connections that it took.
    pub connections: u32,
    /// What went wrong on the way, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

impl TlsFact {
    /// The version of this name (`tls1.2`), when it was asked for.
    pub fn version(&self, name: &str) -> Option<&VersionSeen> {
        self.versions.iter().find(|seen| seen.version == name)
    }

    /// Whether this version is offered; none: not asked for, or could not test.
    pub fn offers(&self, name: &str) -> Option<bool> {
        self.version(name).and_then(|seen| seen.offered)
    }

    /// Whether it spoke TLS or SSL at all.
    pub fn answered(&self) -> bool {
        self.versions.iter().any(|seen| seen.offered == Some(true))
    }

    /// The weakness of this id, when it was looked for.
    pub fn weakness(&self, id: &str) -> Option<&WeaknessSeen> {
        self.weaknesses.iter().find(|seen| seen.id == id)
    }

    /// `www.reiji.example:443`, `[2001:db8::1]:443`.
    pub fn endpoint(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// One version, and the suites it is spoken with.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VersionSeen {
    /// `sslv2`, `sslv3`, `tls1.0`, `tls1.1`, `tls1.2`, `tls1.3`.
    pub version: String,
    /// Whether it is offered; none: could not test.
    pub offered: Option<bool>,
    /// Why it could not be tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Suites in the order in which the server took them: IANA numbers; of SSLv2 the 24-bit cipher kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suites: Vec<u32>,
    /// Who decides on the suite; none: could not test, or there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// All suites were asked for, so that one that is not listed is not there.
    pub complete: bool,
}

/// Who decides among what both sides know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Order {
    /// The server keeps an order of its own.
    Server,
    /// The server follows the client.
    Client,
}

/// One Diffie-Hellman parameter set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DhSeen {
    /// Length of the prime, in bits.
    pub bits: u32,
    /// The name of a prime that many share: `ffdhe2048`, `rfc2409-2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prime: Option<String>,
    /// The version it was met in.
    pub version: String,
    /// Under an export suite.
    pub export: bool,
}

/// One certificate chain, in the order sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChainSeen {
    /// SHA-256 of each certificate, leaf first, in hex.
    pub certificates: Vec<String>,
    /// SHA-256 of the leaf's SubjectPublicKeyInfo, in hex.
    pub leaf_spki: String,
    /// The kind of authentication it was sent for: `rsa`, `ecdsa`, `eddsa`.
    pub for_auth: String,
    /// Whether a path to a root that public clients trust was found; none: not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted: Option<bool>,
    /// Why there is no such path: `unknown_issuer`, `expired`, `revoked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untrusted_why: Option<String>,
    /// Whether the leaf is for the name asked; none: there was no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub names_match: Option<bool>,
}

/// Extensions and behaviour: `true` there, `false` not there, none could not test.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExtensionsSeen {
    /// Extended master secret (RFC 7627).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_master_secret: Option<bool>,
    /// Encrypt-then-MAC (RFC 7366).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypt_then_mac: Option<bool>,
    /// Secure renegotiation is announced (RFC 5746).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure_renegotiation: Option<bool>,
    /// A client may renegotiate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_renegotiation: Option<bool>,
    /// Session tickets (RFC 5077) or TLS 1.3 tickets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_tickets: Option<bool>,
    /// Session ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_ids: Option<bool>,
    /// An OCSP answer is stapled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ocsp_stapling: Option<bool>,
    /// Signed certificate timestamps come by the extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct: Option<bool>,
    /// TLS compression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<bool>,
    /// TLS 1.3 early data (0-RTT).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early_data: Option<bool>,
    /// A fall-back to a lower version is refused (RFC 7507).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_scsv: Option<bool>,
    /// The downgrade mark of RFC 8446 4.1.3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub downgrade_sentinel: Option<bool>,
    /// Protocols of ALPN that were accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alpn: Vec<String>,
}

impl ExtensionsSeen {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One weakness that was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeaknessSeen {
    /// `heartbleed`, `ccs`, `robot`, `ticketbleed`, `poodle`, `drown`, `freak`, `logjam`, `sweet32`, `beast`, `lucky13`,
    /// `rc4`, `crime`, `renegotiation`.
    pub id: String,
    /// What came of it.
    pub verdict: WeaknessVerdict,
    /// How that is known.
    pub how: WeaknessProof,
    /// The proof in words: the suite, the alert, the reason.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What came of looking for a weakness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WeaknessVerdict {
    /// It is there, proven.
    Vulnerable,
    /// It is not there.
    NotVulnerable,
    /// It could not be tested, or was not to be.
    Untested,
}

/// How the verdict on a weakness came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WeaknessProof {
    /// It follows from versions and suites.
    Derived,
    /// By a harmless probe.
    Probed,
}

/// What one HTTPS request gave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSeen {
    /// Status code.
    pub status: u16,
    /// `max-age` of Strict-Transport-Security, in seconds; none: the header is not there or says no age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hsts_max_age: Option<u64>,
    /// `includeSubDomains`.
    pub hsts_subdomains: bool,
    /// `preload`.
    pub hsts_preload: bool,
    /// Headers that matter for safety, names in lower case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
}
