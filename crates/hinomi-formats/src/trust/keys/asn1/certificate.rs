//! Certificates, requests for them, and lists of revoked ones (RFC 5280, RFC 2986).

use super::algorithm::{Known, public};
use super::ber::{self, Reader, Value, around, instead};
use super::name::{address, name, time};
use crate::keys::object::Certificate;
use std::fmt::Write;

/// Names kept of one certificate.
const NAMES_MAX: usize = 1_000;
/// Certificate timestamps kept in mind of one certificate.
const SCTS_MAX: usize = 64;
/// Bits of a key usage, first to last (RFC 5280, 4.2.1.3).
const USAGES: &[&str] = &[
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];
const PURPOSES: &[(&str, &str)] = &[
    ("2.5.29.37.0", "any"),
    ("1.3.6.1.5.5.7.3.1", "serverAuth"),
    ("1.3.6.1.5.5.7.3.2", "clientAuth"),
    ("1.3.6.1.5.5.7.3.3", "codeSigning"),
    ("1.3.6.1.5.5.7.3.4", "emailProtection"),
    ("1.3.6.1.5.5.7.3.8", "timeStamping"),
    ("1.3.6.1.5.5.7.3.9", "OCSPSigning"),
    ("1.3.6.1.4.1.311.10.3.4", "encryptingFileSystem"),
    ("1.3.6.1.4.1.311.20.2.2", "smartcardLogon"),
];
/// Signature algorithms.
const SIGNATURES: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.2", "md2-rsa"),
    ("1.2.840.113549.1.1.3", "md4-rsa"),
    ("1.2.840.113549.1.1.4", "md5-rsa"),
    ("1.2.840.113549.1.1.5", "sha1-rsa"),
    ("1.3.14.3.2.29", "sha1-rsa"),
    ("1.3.14.3.2.3", "md5-rsa"),
    ("1.2.840.113549.1.1.14", "sha224-rsa"),
    ("1.2.840.113549.1.1.11", "sha256-rsa"),
    ("1.2.840.113549.1.1.12", "sha384-rsa"),
    ("1.2.840.113549.1.1.13", "sha512-rsa"),
    ("2.16.840.1.101.3.4.3.13", "sha3-224-rsa"),
    ("2.16.840.1.101.3.4.3.14", "sha3-256-rsa"),
    ("2.16.840.1.101.3.4.3.15", "sha3-384-rsa"),
    ("2.16.840.1.101.3.4.3.16", "sha3-512-rsa"),
    ("1.2.840.10040.4.3", "sha1-dsa"),
    ("1.3.14.3.2.27", "sha1-dsa"),
    ("2.16.840.1.101.3.4.3.1", "sha224-dsa"),
    ("2.16.840.1.101.3.4.3.2", "sha256-dsa"),
    ("2.16.840.1.101.3.4.3.3", "sha384-dsa"),
    ("2.16.840.1.101.3.4.3.4", "sha512-dsa"),
    ("1.2.840.10045.4.1", "sha1-ecdsa"),
    ("1.2.840.10045.4.3.1", "sha224-ecdsa"),
    ("1.2.840.10045.4.3.2", "sha256-ecdsa"),
    ("1.2.840.10045.4.3.3", "sha384-ecdsa"),
    ("1.2.840.10045.4.3.4", "sha512-ecdsa"),
    ("2.16.840.1.101.3.4.3.9", "sha3-224-ecdsa"),
    ("2.16.840.1.101.3.4.3.10", "sha3-256-ecdsa"),
    ("2.16.840.1.101.3.4.3.11", "sha3-384-ecdsa"),
    ("2.16.840.1.101.3.4.3.12", "sha3-512-ecdsa"),
    ("1.3.101.112", "ed25519"),
    ("1.3.101.113", "ed448"),
    ("2.16.840.1.101.3.4.3.17", "ml-dsa-44"),
    ("2.16.840.1.101.3.4.3.18", "ml-dsa-65"),
    ("2.16.840.1.101.3.4.3.19", "ml-dsa-87"),
];
const PSS: &str = "1.2.840.113549.1.1.10";
const HASHES: &[(&str, &str)] = &[
    ("1.2.840.113549.2.5", "md5-rsa-pss"),
    ("1.3.14.3.2.26", "sha1-rsa-pss"),
    ("2.16.840.1.101.3.4.2.1", "sha256-rsa-pss"),
    ("2.16.840.1.101.3.4.2.2", "sha384-rsa-pss"),
    ("2.16.840.1.101.3.4.2.3", "sha512-rsa-pss"),
    ("2.16.840.1.101.3.4.2.4", "sha224-rsa-pss"),
];

fn short<'a>(table: &[(&str, &'a str)], oid: &str) -> Option<&'a str> {
    table.iter().find(|(known, _)| *known == oid).map(|(_, name)| *name)
}

/// A certificate, and its key as far as that can be read.
pub(in crate::trust::keys) fn certificate(reader: &mut Reader<'_>) -> Option<(Certificate, Known)> {
    let mut outer = reader.sequence()?;
    let mut inner = outer.sequence()?;
    let signature_algorithm = signature(&mut outer)?;
    outer.take(ber::BIT_STRING)?;
    inner.take(around(0));
    let serial = hexadecimal(inner.take(ber::INTEGER)?.body);
    inner.sequence()?;
    let issuer_bytes = inner.rest();
    let issuer = name(&mut inner)?;
    let issuer_bytes = consumed(issuer_bytes, inner.rest());
    let mut dates = inner.sequence()?;
    let (not_before, not_after) = (time(&mut dates), time(&mut dates));
    let subject_bytes = inner.rest();
    let subject = name(&mut inner)?;
    let self_issued = issuer_bytes == consumed(subject_bytes, inner.rest());
    let known = key(&mut inner)?;
    let mut certificate = Certificate {
        subject,
        issuer,
        serial,
        not_before,
        not_after,
        signature_algorithm,
        self_issued,
        ..Certificate::default()
    };
    inner.take(instead(1));
    inner.take(instead(2));
    if let Some(list) = inner.take(around(3)) {
        extensions(list.inside(), &mut certificate);
    }
    Some((certificate, known))
}

/// The key in a certificate: one that nobody can read is a key all the same.
fn key(reader: &mut Reader<'_>) -> Option<Known> {
    let mut ahead = *reader;
    if let Some(known) = public(&mut ahead) {
        *reader = ahead;
        return Some(known);
    }
    let value = reader.take(ber::SEQUENCE)?;
    let oid = value.inside().sequence()?.oid()?;
    Some(Known { spki: Some(value.whole.to_vec()), ..Known::named(oid, None) })
}

fn consumed<'a>(before: &'a [u8], after: &[u8]) -> &'a [u8] {
    before.get(..before.len().saturating_sub(after.len())).unwrap_or_default()
}

/// A request: what the certificate shall say, and the key.
pub(in crate::trust::keys) fn request(reader: &mut Reader<'_>) -> Option<(Certificate, Known)> {
    let mut outer = reader.sequence()?;
    let mut inner = outer.sequence()?;
    let signature_algorithm = signature(&mut outer)?;
    outer.take(ber::BIT_STRING)?;
    (inner.small()? <= 2).then_some(())?;
    let subject = name(&mut inner)?;
    let known = key(&mut inner)?;
    let mut certificate = Certificate { subject, signature_algorithm, ..Certificate::default() };
    if let Some(attributes) = inner.take(around(0)) {
        let mut attributes = attributes.inside();
        while let Some(mut attribute) = attributes.sequence() {
            // The extensions that are asked for (RFC 2985, 5.4.2).
            if attribute.oid().as_deref() == Some("1.2.840.113549.1.9.14")
                && let Some(values) = attribute.take(ber::SET)
            {
                extensions(values.inside(), &mut certificate);
            }
        }
    }
    Some((certificate, known))
}

/// A list of revoked certificates.
pub(in crate::trust::keys) fn crl(reader: &mut Reader<'_>) -> Option<Certificate> {
    let mut outer = reader.sequence()?;
    let mut inner = outer.sequence()?;
    let signature_algorithm = signature(&mut outer)?;
    outer.take(ber::BIT_STRING)?;
    inner.take(ber::INTEGER);
    inner.sequence()?;
    let issuer = name(&mut inner)?;
    let not_before = Some(time(&mut inner)?);
    let has_next = matches!(inner.peek(), Some(ber::UTC_TIME | ber::GENERALIZED_TIME));
    let not_after = if has_next { time(&mut inner) } else { None };
    Some(Certificate { issuer, not_before, not_after, signature_algorithm, ..Certificate::default() })
}

/// The name of a signature algorithm, with the hash of RSA-PSS.
fn signature(reader: &mut Reader<'_>) -> Option<String> {
    let mut algorithm = reader.sequence()?;
    let oid = algorithm.oid()?;
    if oid != PSS {
        return Some(short(SIGNATURES, &oid).map_or(oid, str::to_owned));
    }
    let hash = algorithm.sequence().and_then(|mut inside| inside.take(around(0))?.inside().sequence()?.oid());
    // Without a hash it is SHA-1 (RFC 4055, 3.1).
    let named = hash.as_deref().map_or(Some("sha1-rsa-pss"), |hash| short(HASHES, hash));
    Some(named.unwrap_or("rsa-pss").to_owned())
}

fn extensions(mut list: Reader<'_>, certificate: &mut Certificate) {
    let Some(mut list) = list.sequence() else { return };
    while let Some(mut extension) = list.sequence() {
        let Some(oid) = extension.oid() else { return };
        extension.take(ber::BOOLEAN);
        let Some(bytes) = extension.octets() else { continue };
        // What cannot be read of one extension says nothing of the next.
        let _ = one_extension(&oid, Reader::new(&bytes), certificate);
    }
}

fn one_extension(oid: &str, mut value: Reader<'_>, certificate: &mut Certificate) -> Option<()> {
    match oid {
        "2.5.29.17" => {
            let mut names = value.sequence()?;
            while let Some(name) = names.next() {
                alternative(&name, certificate);
            }
        }
        "2.5.29.19" => {
            let first = value.sequence()?.take(ber::BOOLEAN);
            certificate.is_ca = first.is_some_and(|flag| flag.body.iter().any(|byte| *byte != 0));
        }
        "2.5.29.15" => {
            let bits = value.take(ber::BIT_STRING)?.body.get(1..)?;
            let is_set = |at: usize| bits.get(at / 8).is_some_and(|byte| byte & (0x80_u8 >> (at % 8)) != 0);
            let named = USAGES.iter().enumerate().filter(|(at, _)| is_set(*at));
            certificate.key_usage = named.map(|(_, usage)| *usage).collect();
        }
        "2.5.29.37" => {
            let mut purposes = value.sequence()?;
            while let Some(oid) = purposes.oid().filter(|_| certificate.extended_key_usage.len() < NAMES_MAX)
            {
                certificate.extended_key_usage.push(short(PURPOSES, &oid).map_or(oid, str::to_owned));
            }
        }
        "2.5.29.14" => certificate.subject_key_id = Some(hexadecimal(&value.octets()?)),
        "2.5.29.35" => {
            let id = value.sequence()?.take(instead(0))?;
            certificate.authority_key_id = Some(hexadecimal(id.body));
        }
        // Signed certificate timestamps (RFC 6962, 3.3): a list in which each has its length before it.
        "1.3.6.1.4.1.11129.2.4.2" => {
            let bytes = value.octets()?;
            let mut rest = bytes.get(2..)?;
            while let Some((length, after)) = rest.split_first_chunk::<2>()
                && certificate.embedded_scts < SCTS_MAX
            {
                rest = after.get(usize::from(u16::from_be_bytes(*length))..)?;
                certificate.embedded_scts = certificate.embedded_scts.saturating_add(1);
            }
        }
        _ => {}
    }
    Some(())
}

fn alternative(name: &Value<'_>, certificate: &mut Certificate) {
    let held = certificate.dns_names.len().saturating_add(certificate.ip_names.len());
    if held >= NAMES_MAX {
        return;
    }
    if name.tag == instead(2) {
        certificate.dns_names.push(super::name::string(name));
    } else if name.tag == instead(7) {
        certificate.ip_names.extend(address(name.body));
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes.iter().take(64) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
