//! Public keys as SSH sends them (RFC 4253, 6.6; RFC 5656; RFC 8709; OpenSSH's PROTOCOL.certkeys and PROTOCOL.u2f).

use crate::keys::asn1::{Group, Known};
use crate::keys::object::PublicNumbers;
use crate::keys::store::Bytes;

/// Curves by their names in SSH.
const CURVES: &[(&str, &str)] = &[
    ("nistp256", "1.2.840.10045.3.1.7"),
    ("nistp384", "1.3.132.0.34"),
    ("nistp521", "1.3.132.0.35"),
    ("1.3.132.0.10", "1.3.132.0.10"),
];

/// What stands before a key in a certificate of OpenSSH.
const CERTIFICATE: &str = "-cert-v01@openssh.com";
/// What a key in a security token is called.
const TOKEN: &str = "sk-";

/// Reads a public key whose type stands before it, all of it.
pub(super) fn public(bytes: &[u8]) -> Option<(String, Known)> {
    let mut cursor = Bytes(bytes);
    let name = cursor.word()?.to_owned();
    let plain = name.strip_suffix(CERTIFICATE);
    if plain.is_some() {
        // A nonce.
        cursor.string()?;
    }
    let mut known = fields(plain.unwrap_or(&name), &mut cursor)?;
    let is_token = name.starts_with(TOKEN);
    if is_token {
        // The application it is for; the key itself is an ordinary one.
        cursor.string()?;
        known.algorithm = format!("{}-sk", known.algorithm).into();
    }
    (plain.is_some() || cursor.0.is_empty()).then_some((name, known))
}

/// Reads the fields of a key of this type.
pub(super) fn fields(name: &str, cursor: &mut Bytes<'_>) -> Option<Known> {
    let name = name.strip_suffix("@openssh.com").unwrap_or(name);
    match name.strip_prefix(TOKEN).unwrap_or(name) {
        "ssh-rsa" | "rsa-sha2-256" | "rsa-sha2-512" => {
            let e = cursor.string()?;
            let known = Known::rsa(cursor.string()?, e);
            (known.bits >= Some(256)).then_some(known)
        }
        "ssh-dss" => {
            let group = Group { p: cursor.string()?, q: cursor.string()?, g: cursor.string()? };
            Some(Known::dsa(group, cursor.string()?))
        }
        "ssh-ed25519" => Known::bytes("ed25519", cursor.string().filter(|key| key.len() == 32)?),
        "ssh-ed448" => Known::bytes("ed448", cursor.string().filter(|key| key.len() == 57)?),
        other => {
            let curve = other.strip_prefix("ecdsa-sha2-")?;
            let told = cursor.word()?;
            let (_, oid) = CURVES.iter().find(|(known, _)| *known == curve && *known == told)?;
            let known = Known::ec(oid, cursor.string()?);
            let PublicNumbers::Point { point, .. } = &known.public else { return None };
            matches!(point.first(), Some(2..=4)).then_some(known)
        }
    }
}
