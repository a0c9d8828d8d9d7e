//! Facts on keys: what one file, keystore entry or handshake really holds.
//!
//! Invariant: **never a private value and never a password.** What is kept of a private key is what its public half
//! tells, where it lies, and how it is protected. These facts are stored and printed for years, so an unknown field is
//! an error.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One object found: a key, a certificate, a keystore.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeyFact {
    /// What it is.
    pub kind: KeyKind,
    /// How it is written: `pem`, `der`, `pkcs12`, `jks`, `jceks`, `bks`, `openssh`, `ppk2`, `ppk3`, `openpgp`, `jwk`,
    /// `kubernetes_secret`, `tls` (a certificate seen on the wire).
    pub format: String,
    /// PEM label, or alias of the entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// `rsa`, `rsa-pss`, `ec`, `ed25519`, `ed448`, `x25519`, `x448`, `dsa`, `dh`, `elgamal`, `ml-dsa-65`, `ml-kem-768`,
    /// `aes` …; empty when it cannot be told (a locked keystore).
    pub algorithm: String,
    /// Size in bits: of RSA, DSA, DH and ElGamal the modulus, of curves the field, of a secret key its length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<u32>,
    /// The curve's name: `p-256`, `secp256k1`, `brainpoolp256r1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve: Option<String>,
    /// SHA-256 of the SubjectPublicKeyInfo in hex: joins key, certificate and server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spki_sha256: Option<String>,
    /// SHA-256 of the object as it lies there, in hex; of a certificate that of its DER.
    pub fingerprint_sha256: String,
    /// How it is encrypted: `pbes2-aes-256-cbc`, `proc-type-des-ede3-cbc`; none: it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<String>,
    /// What opened it: `none_needed`, `given`, `default:<name in the list of well-known defaults>`; none: it is locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<String>,
    /// Where it was found: the path with what is inside it (`etc/web.p12#alias`), or `host:port` on the wire.
    pub place: String,
    /// Seen in a handshake, not in a file.
    pub on_wire: bool,
    /// Permission bits of the file (`0o640`); none: not a file, or a system without them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
    /// Number of the file's owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<u32>,
    /// What lies around it: `web_root`, `repository`, `backup`, `world_readable`, `group_readable`, `container_layer`,
    /// `temporary`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub surroundings: Vec<String>,
    /// When it came to be, by its own word (OpenPGP).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// When the file was last changed: a key lies there at least since then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
    /// Of a certificate, what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Box<CertificateSeen>>,
    /// Each weakness of the key itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weaknesses: Vec<KeyWeakness>,
    /// The key was tested for the weaknesses that its kind can have. Not so of a locked one.
    pub weaknesses_tested: bool,
    /// What went wrong on the way, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

impl KeyFact {
    /// The name of its asset: all objects with one public key are one asset, wherever they lie.
    pub fn asset_name(&self) -> String {
        match &self.spki_sha256 {
            Some(spki) => format!("spki-sha256:{spki}"),
            None => format!("object-sha256:{}", self.fingerprint_sha256),
        }
    }

    /// Whether something lies around it.
    pub fn lies_in(&self, surroundings: &str) -> bool {
        self.surroundings.iter().any(|known| known == surroundings)
    }

    /// `RSA 2048`, `EC p-256`, `ED25519`.
    pub fn described(&self) -> String {
        let name = self.algorithm.to_uppercase();
        match (&self.curve, self.bits) {
            (Some(curve), _) if !self.algorithm.eq_ignore_ascii_case(curve) => format!("{name} {curve}"),
            (None, Some(bits)) => format!("{name} {bits}"),
            _ => name,
        }
    }
}

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyKind {
    /// A private key, with or without its public half.
    #[default]
    PrivateKey,
    /// A public key alone.
    PublicKey,
    /// An X.509 certificate.
    Certificate,
    /// A request for one.
    Request,
    /// A list of revoked ones.
    Crl,
    /// A symmetric key.
    SecretKey,
    /// A container of entries; what is in it, if it could be opened, are facts of their own.
    Keystore,
    /// A line of `authorized_keys`.
    AuthorizedKey,
    /// A line of `known_hosts`.
    KnownHost,
    /// Numbers that keys are made with: a prime and a generator, or a curve.
    Parameters,
}

impl KeyKind {
    /// The word of JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrivateKey => "private_key",
            Self::PublicKey => "public_key",
            Self::Certificate => "certificate",
            Self::Request => "request",
            Self::Crl => "crl",
            Self::SecretKey => "secret_key",
            Self::Keystore => "keystore",
            Self::AuthorizedKey => "authorized_key",
            Self::KnownHost => "known_host",
            Self::Parameters => "parameters",
        }
    }
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CertificateSeen {
    /// Subject, as RFC 4514 writes it.
    pub subject: String,
    /// Issuer, as RFC 4514 writes it.
    pub issuer: String,
    /// Serial number in hex.
    pub serial: String,
    /// Valid from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Valid until.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// Names it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_names: Vec<String>,
    /// Addresses it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ip_names: Vec<String>,
    /// It may issue others.
    pub is_ca: bool,
    /// `sha256WithRSAEncryption`, `ecdsa-with-SHA384`, `ed25519`.
    pub signature_algorithm: String,
    /// It is signed with its own key.
    pub self_signed: bool,
    /// Key usage, by the names of RFC 5280: `digitalSignature`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_usage: Vec<String>,
    /// Extended key usage: `serverAuth`, or dotted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extended_key_usage: Vec<String>,
    /// SHA-256 of the issuer's SubjectPublicKeyInfo, when the issuer was at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_spki: Option<String>,
    /// Certificate timestamps inside it; none: could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedded_scts: Option<u32>,
}

/// One weakness of a key or of a signature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyWeakness {
    /// `roca`, `fermat`, `shared_prime`, `small_private_exponent`, `small_factor`, `pattern`, `blocklisted`, `exponent`,
    /// `curve`, `group`, `signature_hash`, `size`.
    pub id: String,
    /// More about it: the list, the factor's size; never a private value.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}
