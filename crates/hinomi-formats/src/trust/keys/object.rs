//! What a key file holds, as far as anybody may know it.

use super::secret::PrivateNumbers;
use std::borrow::Cow;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// A private key, or a pair with one.
    PrivateKey,
    /// A public key alone.
    PublicKey,
    /// An X.509 certificate.
    Certificate,
    /// A request for one (PKCS#10).
    Request,
    /// A list of revoked certificates.
    Crl,
    /// A symmetric key.
    SecretKey,
    /// A file with keys and certificates, protected by a password as a whole.
    Keystore,
    /// A key that may log in.
    AuthorizedKey,
    /// The key of a host somebody has logged in to.
    KnownHost,
    /// Numbers that keys are made with: a prime and a generator, or a curve.
    Parameters,
}

impl KeyKind {
    /// Its name in machine output.
    pub const fn name(self) -> &'static str {
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

/// How an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyFormat {
    /// Base64 between `-----BEGIN` and `-----END` (RFC 7468, RFC 1421).
    Pem,
    /// ASN.1 as it is.
    Der,
    /// PKCS#7 or CMS, certificates inside.
    Pkcs7,
    /// PKCS#12 (RFC 7292).
    Pkcs12,
    /// Java's own keystore.
    Jks,
    /// That of Java's cryptography extension.
    Jceks,
    /// Bouncy Castle's.
    Bks,
    /// The database of Mozilla's NSS; recognised, not read.
    Nss,
    /// OpenSSH, private or public.
    OpenSsh,
    /// A public key of SSH as RFC 4716 writes it.
    Rfc4716,
    /// PuTTY's format 2.
    Ppk2,
    /// PuTTY's format 3.
    Ppk3,
    /// OpenPGP packets (RFC 9580), armoured or not.
    OpenPgp,
    /// JSON Web Key (RFC 7517).
    Jwk,
}

impl KeyFormat {
    /// Its name in machine output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pem => "pem",
            Self::Der => "der",
            Self::Pkcs7 => "pkcs7",
            Self::Pkcs12 => "pkcs12",
            Self::Jks => "jks",
            Self::Jceks => "jceks",
            Self::Bks => "bks",
            Self::Nss => "nss",
            Self::OpenSsh => "openssh",
            Self::Rfc4716 => "rfc4716",
            Self::Ppk2 => "ppk2",
            Self::Ppk3 => "ppk3",
            Self::OpenPgp => "openpgp",
            Self::Jwk => "jwk",
        }
    }
}

/// Whether an object could be read, and what opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OpenedBy {
    /// It is not encrypted.
    #[default]
    NoneNeeded,
    /// The caller's password of this index.
    Given(usize),
    /// The well-known password of this index in [`super::DEFAULT_PASSWORDS`].
    Default(usize),
    /// No password that was tried.
    Closed,
}

/// One object.
#[derive(Debug, Clone)]
pub struct KeyObject {
    /// What it is.
    pub kind: KeyKind,
    /// How it is written.
    pub format: KeyFormat,
    /// The PEM label, alias, comment or user id.
    pub label: String,
    /// Where it stands inside the file: empty for the file itself, `#2`, `#alias`, `tls.key#1`.
    pub place: String,
    /// `rsa`, `ec`, `ed25519`, `dsa`, `dh`, `ml-dsa-65`…; of what nobody here knows its identifier; empty where the
    /// object does not tell it.
    pub algorithm: Cow<'static, str>,
    /// Size of the key: of the modulus, of the prime, of the curve's field.
    pub bits: Option<u32>,
    /// The curve's name.
    pub curve: Option<Cow<'static, str>>,
    /// SHA-256 of the public half as X.509 writes it: the same for certificate, request, public and private key.
    pub spki_sha256: Option<[u8; 32]>,
    /// SHA-256 of the object as it stands, decoded from base64.
    pub fingerprint_sha256: [u8; 32],
    /// The scheme it is encrypted with.
    pub encryption: Option<String>,
    /// What opened it.
    pub opened_by: OpenedBy,
    /// What the certificate says; of a request what it asks for.
    pub certificate: Option<Box<Certificate>>,
    /// The public numbers, for weakness tests.
    pub public: PublicNumbers,
    /// The private numbers, which nobody can look at; for weakness tests.
    pub private: PrivateNumbers,
}

impl KeyObject {
    /// An object of which nothing more is known.
    pub(super) fn new(kind: KeyKind, format: KeyFormat, whole: &[u8]) -> Self {
        Self {
            kind,
            format,
            label: String::new(),
            place: String::new(),
            algorithm: Cow::Borrowed(""),
            bits: None,
            curve: None,
            spki_sha256: None,
            fingerprint_sha256: super::sha256(whole),
            encryption: None,
            opened_by: OpenedBy::NoneNeeded,
            certificate: None,
            public: PublicNumbers::Unknown,
            private: PrivateNumbers::none(),
        }
    }
}

/// The public half, big-endian and without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PublicNumbers {
    /// Not read.
    #[default]
    Unknown,
    /// Modulus and exponent.
    Rsa {
        /// Modulus.
        n: Vec<u8>,
        /// Exponent.
        e: Vec<u8>,
    },
    /// Prime, order, generator and public value.
    Dsa {
        /// Prime.
        p: Vec<u8>,
        /// Order.
        q: Vec<u8>,
        /// Generator.
        g: Vec<u8>,
        /// Public value; empty of parameters.
        y: Vec<u8>,
    },
    /// Prime, generator and public value: Diffie-Hellman and ElGamal.
    Dh {
        /// Prime.
        p: Vec<u8>,
        /// Generator.
        g: Vec<u8>,
        /// Public value; empty of parameters.
        y: Vec<u8>,
    },
    /// A point on [`KeyObject::curve`], as SEC 1 writes it.
    Point {
        /// The point.
        point: Vec<u8>,
        /// The curve is given by its numbers, and those are not the numbers of the curve they look like.
        foreign: bool,
    },
    /// The bytes of the other algorithms.
    Bytes(Vec<u8>),
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Certificate {
    /// Subject, in the order of the certificate: `C=JP, O=Example, CN=www.example.jp`.
    pub subject: String,
    /// Issuer.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Seconds since 1970; of a list of revoked ones its date.
    pub not_before: Option<i64>,
    /// Seconds since 1970; of a list of revoked ones that of the next.
    pub not_after: Option<i64>,
    /// DNS names of the subject.
    pub dns_names: Vec<String>,
    /// Addresses of the subject.
    pub ip_names: Vec<String>,
    /// It may sign others.
    pub is_ca: bool,
    /// `sha256-rsa`, `sha1-rsa`, `ecdsa-sha384`, `ed25519`…, or an identifier nobody here knows.
    pub signature_algorithm: String,
    /// Subject and issuer are the same.
    pub self_issued: bool,
    /// Key usage as RFC 5280 names it: `digitalSignature`…
    pub key_usage: Vec<&'static str>,
    /// Extended key usage: `serverAuth`… or identifiers.
    pub extended_key_usage: Vec<String>,
    /// The subject key identifier, hexadecimal.
    pub subject_key_id: Option<String>,
    /// The authority key identifier, hexadecimal.
    pub authority_key_id: Option<String>,
    /// Signed certificate timestamps inside.
    pub embedded_scts: usize,
}
