//! Whether clients would accept the chains of a survey: a path to a root, and the name.
//!
//! The roots are Mozilla's, inside the program, so that the verdict is the same on every machine, and those that the
//! company gives. Revocation is not looked at: nobody is asked.

use crate::CollectError;
use hinomi_formats::tls::recording::PathSeen;
use hinomi_formats::tls::survey::{ChainSeen, Known, Surveyed, Why};
use hinomi_formats::{Limits, keys};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, Error, KeyUsage};

/// Smallest RSA key whose signatures clients accept.
const RSA_BITS_MIN: u32 = 2048;
/// DER of the object identifiers of signatures that no client accepts any more: RSA with MD2, MD5 and SHA-1, ECDSA and
/// DSA with SHA-1.
const WEAK_SIGNATURES: &[&[u8]] = &[
    &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 2],
    &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4],
    &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5],
    &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1],
    &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x38, 4, 3],
];

/// Who is trusted.
#[derive(Debug, Clone)]
pub struct Roots {
    anchors: Vec<TrustAnchor<'static>>,
    /// The company's own, whole.
    own: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// The roots that Mozilla trusts for servers.
    pub fn public() -> Self {
        Self { anchors: webpki_roots::TLS_SERVER_ROOTS.to_vec(), own: Vec::new() }
    }

    /// These, and the certificates in a file of the company's own: one in DER, or any number in PEM. What they sign is
    /// trusted.
    ///
    /// # Errors
    /// [`CollectError::NotARoot`] when the file holds no certificate, or one that cannot be read. `name` is for its text.
    pub fn and(mut self, name: &str, file: &[u8]) -> Result<Self, CollectError> {
        let no_root = || CollectError::NotARoot { name: name.to_owned() };
        let mut found: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(file).collect::<Result<_, _>>().map_err(|_| no_root())?;
        if found.is_empty() {
            found.push(CertificateDer::from(file.to_vec()));
        }
        for certificate in &found {
            let anchor = webpki::anchor_from_trusted_cert(certificate).map_err(|_| no_root())?;
            self.anchors.push(anchor.to_owned());
        }
        self.own.append(&mut found);
        Ok(self)
    }
}

/// What becomes of each chain of a survey at a time, in the same order; `host` is the name or address asked for.
///
/// Why there is no path is one word: `expired`, `not_yet_valid`, `self_signed`; `unknown_issuer` (the last one sent is
/// a root that nobody knows), `issuer_not_sent` (the last one sent was signed by one that was not sent and is no known
/// root: an intermediate is missing, or it is a private authority); `bad_signature`, `weak_signature` (MD5, SHA-1),
/// `weak_issuer_key` (RSA below 2048 bits), `not_for_servers`, `authority_as_server`, `issuer_is_no_authority`,
/// `not_for_this_name_by_issuer` (name constraints), `path_too_long`, `distrusted`, `old_certificate_version`,
/// `malformed`. What cannot be decided with our means is untested.
pub fn find_paths(surveyed: &Surveyed, host: &str, at_unix_s: i64, roots: &Roots) -> Vec<PathSeen> {
    let at = Duration::from_secs(u64::try_from(at_unix_s).unwrap_or_default());
    let at = UnixTime::since_unix_epoch(at);
    surveyed.chains.iter().map(|chain| find_path(chain, host, at, roots)).collect()
}

fn find_path(chain: &ChainSeen, host: &str, at: UnixTime, roots: &Roots) -> PathSeen {
    let sent: Vec<CertificateDer<'_>> =
        chain.certificates.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let Some((leaf, others)) = sent.split_first() else {
        return untested(&Why::NotApplicable);
    };
    let end = match EndEntityCert::try_from(leaf) {
        Ok(end) => end,
        // No names in X.509 version 1 that clients look at (RFC 9525 section 6.3: not the common name).
        Err(Error::UnsupportedCertVersion) => {
            return PathSeen { names_match: Known::Absent, ..no_path("old_certificate_version") };
        }
        Err(error) => return untested(&unreadable(&error)),
    };
    let found = end.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &roots.anchors,
        others,
        at,
        KeyUsage::server_auth(),
        None,
        None,
    );
    let path = match found {
        Ok(_) => PathSeen { trusted: Known::Seen(()), why: None, names_match: Known::Absent },
        Err(error) => match why(&error, &sent, roots) {
            Ok(why) => no_path(why),
            Err(why) => untested(&why),
        },
    };
    PathSeen { names_match: names_match(&end, host), ..path }
}

fn no_path(why: &str) -> PathSeen {
    PathSeen { trusted: Known::Absent, why: Some(why.to_owned()), names_match: Known::Absent }
}

fn untested(why: &Why) -> PathSeen {
    PathSeen { trusted: Known::Untested(why.clone()), why: None, names_match: Known::Untested(why.clone()) }
}

fn unreadable(error: &Error) -> Why {
    Why::BeyondUs(format!("a certificate that webpki does not read: {error}"))
}

/// Only alternative names count (RFC 9525), addresses as such (RFC 5280 section 4.2.1.6).
fn names_match(leaf: &EndEntityCert<'_>, host: &str) -> Known<()> {
    let Ok(name) = ServerName::try_from(host) else { return Known::Untested(Why::NotApplicable) };
    match leaf.verify_is_valid_for_subject_name(&name) {
        Ok(()) => Known::Seen(()),
        Err(Error::CertNotValidForName(_)) => Known::Absent,
        Err(error) => Known::Untested(unreadable(&error)),
    }
}

/// The word for an error, or why it says nothing of the chain.
fn why(error: &Error, sent: &[CertificateDer<'_>], roots: &Roots) -> Result<&'static str, Why> {
    Ok(match error {
        Error::CertExpired { .. } => "expired",
        Error::CertNotValidYet { .. } => "not_yet_valid",
        Error::UnknownIssuer => unknown_issuer(sent),
        // The library takes a key that is too small for one that did not sign.
        Error::InvalidSignatureForPublicKey if weak_issuer(sent, roots) => "weak_issuer_key",
        Error::InvalidSignatureForPublicKey => "bad_signature",
        Error::SignatureAlgorithmMismatch => "bad_signature",
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => "not_for_servers",
        Error::CaUsedAsEndEntity if is_self_issued(sent.first()) => "self_signed",
        Error::CaUsedAsEndEntity => "authority_as_server",
        Error::EndEntityUsedAsCa => "issuer_is_no_authority",
        Error::NameConstraintViolation => "not_for_this_name_by_issuer",
        Error::PathLenConstraintViolated | Error::MaximumPathDepthExceeded => "path_too_long",
        Error::CertDistrusted => "distrusted",
        Error::UnsupportedCertVersion => "old_certificate_version",
        Error::UnsupportedSignatureAlgorithmContext(context)
            if is_weak_signature(&context.signature_algorithm_id) =>
        {
            "weak_signature"
        }
        other => return Err(unreadable(other)),
    })
}

fn is_weak_signature(algorithm: &[u8]) -> bool {
    WEAK_SIGNATURES.iter().any(|weak| algorithm.windows(weak.len()).any(|window| window == *weak))
}

/// Follows the issuers as far as they were sent.
fn unknown_issuer(sent: &[CertificateDer<'_>]) -> &'static str {
    if is_self_issued(sent.first()) {
        return "self_signed";
    }
    let parsed: Vec<EndEntityCert<'_>> =
        sent.iter().filter_map(|der| EndEntityCert::try_from(der).ok()).collect();
    let mut last = parsed.first();
    for _ in &parsed {
        let Some(at) = last else { break };
        if at.subject() == at.issuer() {
            return "unknown_issuer";
        }
        last = parsed.iter().find(|other| other.subject() == at.issuer());
    }
    "issuer_not_sent"
}

fn is_self_issued(certificate: Option<&CertificateDer<'_>>) -> bool {
    certificate
        .and_then(|der| EndEntityCert::try_from(der).ok())
        .is_some_and(|end| end.subject() == end.issuer())
}

/// Whether an RSA key too small for clients is among those that may have signed.
fn weak_issuer(sent: &[CertificateDer<'_>], roots: &Roots) -> bool {
    let is_weak = |der: &CertificateDer<'_>| {
        let read = keys::read("", der, &[], &Limits::desk());
        read.value
            .iter()
            .any(|key| key.algorithm == "rsa" && key.bits.is_some_and(|bits| bits < RSA_BITS_MIN))
    };
    // The leaf signs nothing, but for itself.
    let signers = if is_self_issued(sent.first()) { sent } else { sent.get(1..).unwrap_or_default() };
    signers.iter().chain(&roots.own).any(is_weak)
}
