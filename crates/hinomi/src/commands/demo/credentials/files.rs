//! Files with keys, where people leave them.

use super::der::{self, oid};
use super::{Credentials, RsaKey};
use flate2::Crc;
use sha1::{Digest, Sha1};

/// One file of the sample company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct File {
    /// Inside the folder of the demo, with `/`.
    pub(in super::super) path: &'static str,
    pub(in super::super) bytes: Vec<u8>,
    /// Rights on the disk, where there are such.
    pub(in super::super) mode: u32,
}

/// What every Java program asks for first.
const KEYSTORE_PASSWORD: &str = "changeit";

/// The files: the authority's certificate is harmless, all others are found.
pub(in super::super) fn files(made: &Credentials) -> Vec<File> {
    let file = |path, bytes: Vec<u8>, mode| File { path, bytes, mode };
    let certificate = |der: &[u8]| pem("CERTIFICATE", der);
    let private = pem("PRIVATE KEY", &made.web.pkcs8());
    let old = [pem("RSA PRIVATE KEY", &made.edi.pkcs1()), certificate(&made.edi_certificate)].concat();
    vec![
        file("share/情報システム/社内認証局.crt", certificate(&made.authority).into(), 0o644),
        file("share/情報システム/サーバー/reiji_wildcard.key", private.clone().into(), 0o644),
        file(
            "share/情報システム/サーバー/reiji_wildcard.crt",
            certificate(&made.web_certificate).into(),
            0o644,
        ),
        file("share/www/public_html/old/server.key", private.into(), 0o666),
        file("share/情報システム/backup/edi_2014.zip", zip("edi/server.pem", old.as_bytes()), 0o644),
        file("share/グループウェア/conf/groupware.jks", keystore(made), 0o640),
    ]
}

/// A value in DER as text (RFC 7468).
fn pem(label: &str, der: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut letters = Vec::new();
    for three in der.chunks(3) {
        let bits = three.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - three.len()));
        letters.extend((0..=three.len()).map(|at| char::from(LETTERS[bits >> (18 - 6 * at) & 63])));
        letters.extend(std::iter::repeat_n('=', 3 - three.len()));
    }
    let lines: String = letters.chunks(64).flat_map(|line| line.iter().chain(&['\n'])).collect();
    format!("-----BEGIN {label}-----\n{lines}-----END {label}-----\n")
}

/// A zip with one file, not compressed (APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16).
fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(bytes);
    // the files of the demo are small
    let size = (bytes.len() as u32).to_le_bytes();
    let named = [(name.len() as u16).to_le_bytes(), [0, 0]].concat();
    // version 2.0, no flags, stored, 2014-04-01 00:00
    let common =
        [&[20, 0, 0, 0, 0, 0, 0, 0, 0x81, 0x44], &crc.sum().to_le_bytes()[..], &size, &size, &named].concat();
    let local = [b"PK\x03\x04", &common[..], name.as_bytes(), bytes].concat();
    let entry = [b"PK\x01\x02\x14\x00", &common[..], &[0; 14], name.as_bytes()].concat();
    let directory = [(entry.len() as u32).to_le_bytes(), (local.len() as u32).to_le_bytes()].concat();
    let end = [b"PK\x05\x06", &[0, 0, 0, 0, 1, 0, 1, 0][..], &directory, &[0, 0]].concat();
    [local, entry, end].concat()
}

/// A keystore of Java with one key and its certificate, locked as Java did until version 8.
fn keystore(made: &Credentials) -> Vec<u8> {
    let (key, certificate) = (locked(&made.groupware), &made.groupware_certificate);
    let text = |text: &str| [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat();
    let bytes = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat();
    let body = [
        vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1],
        text("groupware"),
        // 2020-04-01, in milliseconds
        1_585_666_800_000_u64.to_be_bytes().to_vec(),
        bytes(&key),
        vec![0, 0, 0, 1],
        text("X.509"),
        bytes(certificate),
    ]
    .concat();
    let whitened = [password(), b"Mighty Aphrodite".to_vec(), body.clone()].concat();
    [body, Sha1::digest(whitened).to_vec()].concat()
}

/// UTF-16, big-endian.
fn password() -> Vec<u8> {
    KEYSTORE_PASSWORD.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// The key under a stream of SHA-1 of the password, between salt and hash.
fn locked(key: &RsaKey) -> Vec<u8> {
    let plain = key.pkcs8();
    let salt = Sha1::digest("hinomi demo salt").to_vec();
    let next = |before: &Vec<u8>| Some(Sha1::digest([password(), before.clone()].concat()).to_vec());
    let stream = std::iter::successors(next(&salt), next).flatten();
    let hidden: Vec<u8> = plain.iter().zip(stream).map(|(byte, mask)| byte ^ mask).collect();
    let hash = Sha1::digest([password(), plain].concat()).to_vec();
    let algorithm = der::sequence(&[der::identifier(oid::JAVA_KEY), der::null()]);
    der::sequence(&[algorithm, der::octets(&[salt, hidden, hash].concat())])
}
