//! X.509 certificates (RFC 5280) as the demo needs them.

use super::der::{self, oid};
use super::rsa::RsaKey;
use dashu_int::UBig;
use jiff::Timestamp;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// Hash of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    pub(super) fn oid(self) -> &'static [u8] {
        match self {
            Self::Sha1 => oid::SHA1,
            Self::Sha256 => oid::SHA256,
        }
    }

    fn signature_oid(self) -> &'static [u8] {
        match self {
            Self::Sha1 => oid::SHA1_RSA,
            Self::Sha256 => oid::SHA256_RSA,
        }
    }

    pub(super) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
        }
    }
}

/// A certificate to be made; without names it is an authority's.
pub(in super::super) struct Wanted<'a> {
    pub(in super::super) subject: &'a str,
    pub(in super::super) names: &'a [&'a str],
    pub(in super::super) from: Timestamp,
    pub(in super::super) to: Timestamp,
    pub(in super::super) hash: Hash,
}

impl Wanted<'_> {
    /// The certificate in DER.
    pub(in super::super) fn issue(&self, key: &RsaKey, issuer: &str, by: &RsaKey) -> Vec<u8> {
        let signed_by = der::sequence(&[der::identifier(self.hash.signature_oid()), der::null()]);
        let body = der::sequence(&[
            // version 3
            der::value(0xa0, &der::integer(&UBig::from(2_u8))),
            der::integer(&self.serial()),
            signed_by.clone(),
            name(issuer),
            der::sequence(&[time(self.from), time(self.to)]),
            name(self.subject),
            key.public_info(),
            der::value(0xa3, &der::sequence(&self.extensions())),
        ]);
        let signature = der::bits(&by.sign(self.hash, &body));
        der::sequence(&[body, signed_by, signature])
    }

    /// Positive, and one of its own for each subject and day.
    fn serial(&self) -> UBig {
        let digest = Sha256::digest(format!("{} {}", self.subject, self.from));
        UBig::from_be_bytes(&digest[..8]) | UBig::ONE
    }

    fn extensions(&self) -> Vec<Vec<u8>> {
        let is_authority = self.names.is_empty();
        let yes = || der::value(1, &[0xff]);
        let constraints = if is_authority { der::sequence(&[yes()]) } else { der::sequence(&[]) };
        // keyCertSign and cRLSign; digitalSignature and keyEncipherment
        let usage = der::value(3, if is_authority { &[1, 0x06] } else { &[5, 0xa0] });
        let critical =
            |id, content: &[u8]| der::sequence(&[der::identifier(id), yes(), der::octets(content)]);
        let mut all = vec![critical(oid::BASIC_CONSTRAINTS, &constraints), critical(oid::KEY_USAGE, &usage)];
        if !is_authority {
            let purpose = der::sequence(&[der::identifier(oid::SERVER_AUTH)]);
            let names: Vec<Vec<u8>> =
                self.names.iter().map(|name| der::value(0x82, name.as_bytes())).collect();
            all.push(der::sequence(&[der::identifier(oid::EXTENDED_KEY_USAGE), der::octets(&purpose)]));
            all.push(der::sequence(&[
                der::identifier(oid::ALTERNATIVE_NAMES),
                der::octets(&der::sequence(&names)),
            ]));
        }
        all
    }
}

fn name(common: &str) -> Vec<u8> {
    let part = |id, text: &str| {
        der::value(0x31, &der::sequence(&[der::identifier(id), der::value(0x0c, text.as_bytes())]))
    };
    der::sequence(&[part(oid::ORGANISATION, "例示商事株式会社"), part(oid::COMMON_NAME, common)])
}

/// UTCTime until 2049, GeneralizedTime from then on (RFC 5280 section 4.1.2.5).
fn time(at: Timestamp) -> Vec<u8> {
    let year: i32 = at.strftime("%Y").to_string().parse().unwrap_or_default();
    let (tag, text) = if year < 2050 {
        (0x17, at.strftime("%y%m%d%H%M%SZ").to_string())
    } else {
        (0x18, at.strftime("%Y%m%d%H%M%SZ").to_string())
    };
    der::value(tag, text.as_bytes())
}
