//! One cipher suite taken apart by its name.

use super::table::TABLE;
use serde::{Deserialize, Serialize};

/// A cipher suite of SSLv3 to TLS 1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suite {
    /// The number on the wire.
    pub id: u16,
    /// The name of the registry, without its `TLS_`.
    pub name: &'static str,
    /// How the key is agreed.
    pub exchange: Exchange,
    /// What proves the server.
    pub auth: Auth,
    /// The cipher: `AES`, `3DES`, `RC4` … or `NULL`.
    pub cipher: &'static str,
    /// Length of the key in bits; 168 for triple DES, whose strength is 112.
    pub bits: u16,
    /// Mode of the cipher.
    pub mode: Mode,
    /// `MD5`, `SHA`, `SHA256` …; `AEAD` when the cipher authenticates by itself.
    pub mac: &'static str,
    /// Cut down for export: 40 or 56 bits, and a short key exchange.
    pub export: bool,
}

/// Key agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are those of the field")]
pub enum Exchange {
    Null,
    Rsa,
    Dh,
    Dhe,
    Ecdh,
    Ecdhe,
    Psk,
    Krb5,
    Srp,
    Eccpwd,
    Gost,
    /// TLS 1.3: agreed apart from the suite.
    Any,
}

/// Authentication of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are those of the field")]
pub enum Auth {
    Null,
    Anon,
    Rsa,
    Dss,
    Ecdsa,
    Psk,
    Krb5,
    Srp,
    Eccpwd,
    Gost,
    /// TLS 1.3: agreed apart from the suite.
    Any,
}

/// Mode of a cipher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are those of the field")]
pub enum Mode {
    None,
    Stream,
    Cbc,
    Aead,
}

/// The suite of a number; `None` for numbers nobody registered.
pub fn suite(id: u16) -> Option<Suite> {
    let at = TABLE.binary_search_by_key(&id, |row| row.0).ok()?;
    TABLE.get(at).map(|(id, name)| describe(*id, name))
}

/// All suites, ascending by number.
pub fn suites() -> impl Iterator<Item = Suite> {
    TABLE.iter().map(|(id, name)| describe(*id, name))
}

impl Suite {
    /// Whether it belongs to TLS 1.3 and to no version before.
    pub fn is_tls13(&self) -> bool {
        self.exchange == Exchange::Any || matches!(self.id, 0xC103..=0xC106)
    }

    /// Whether each connection has a key of its own that outlives nothing (DHE, ECDHE, TLS 1.3).
    pub fn is_forward_secret(&self) -> bool {
        matches!(self.exchange, Exchange::Dhe | Exchange::Ecdhe | Exchange::Any)
    }
}

const PREFIXES: &[(&str, Exchange, Auth)] = &[
    ("NULL", Exchange::Null, Auth::Null),
    ("RSA_EXPORT1024", Exchange::Rsa, Auth::Rsa),
    ("RSA_EXPORT", Exchange::Rsa, Auth::Rsa),
    ("RSA_FIPS", Exchange::Rsa, Auth::Rsa),
    ("RSA_PSK", Exchange::Rsa, Auth::Psk),
    ("RSA", Exchange::Rsa, Auth::Rsa),
    ("DHE_DSS", Exchange::Dhe, Auth::Dss),
    ("DHE_RSA", Exchange::Dhe, Auth::Rsa),
    ("DHE_PSK", Exchange::Dhe, Auth::Psk),
    ("PSK_DHE", Exchange::Dhe, Auth::Psk),
    ("DH_anon", Exchange::Dhe, Auth::Anon),
    ("DH_DSS", Exchange::Dh, Auth::Dss),
    ("DH_RSA", Exchange::Dh, Auth::Rsa),
    ("ECDHE_ECDSA", Exchange::Ecdhe, Auth::Ecdsa),
    ("ECDHE_RSA", Exchange::Ecdhe, Auth::Rsa),
    ("ECDHE_PSK", Exchange::Ecdhe, Auth::Psk),
    ("ECDH_anon", Exchange::Ecdhe, Auth::Anon),
    ("ECDH_ECDSA", Exchange::Ecdh, Auth::Ecdsa),
    ("ECDH_RSA", Exchange::Ecdh, Auth::Rsa),
    ("KRB5", Exchange::Krb5, Auth::Krb5),
    ("PSK", Exchange::Psk, Auth::Psk),
    ("SRP_SHA_RSA", Exchange::Srp, Auth::Rsa),
    ("SRP_SHA_DSS", Exchange::Srp, Auth::Dss),
    ("SRP_SHA", Exchange::Srp, Auth::Srp),
    ("ECCPWD", Exchange::Eccpwd, Auth::Eccpwd),
    ("GOST", Exchange::Gost, Auth::Gost),
];

/// Beginning of the part after `WITH_`: cipher, bits, mode. The first that fits counts.
const CIPHERS: &[(&str, &str, u16, Mode)] = &[
    ("NULL", "NULL", 0, Mode::None),
    ("RC4_40", "RC4", 40, Mode::Stream),
    ("RC4_56", "RC4", 56, Mode::Stream),
    ("RC4_128", "RC4", 128, Mode::Stream),
    ("RC2_CBC_40", "RC2", 40, Mode::Cbc),
    ("RC2_CBC_56", "RC2", 56, Mode::Cbc),
    ("DES40_CBC", "DES", 40, Mode::Cbc),
    ("DES_CBC_40", "DES", 40, Mode::Cbc),
    ("DES_CBC", "DES", 56, Mode::Cbc),
    ("3DES_EDE_CBC", "3DES", 168, Mode::Cbc),
    ("IDEA_CBC", "IDEA", 128, Mode::Cbc),
    ("SEED_CBC", "SEED", 128, Mode::Cbc),
    ("AES_128_CBC", "AES", 128, Mode::Cbc),
    ("AES_256_CBC", "AES", 256, Mode::Cbc),
    ("AES_128", "AES", 128, Mode::Aead),
    ("AES_256", "AES", 256, Mode::Aead),
    ("ARIA_128_CBC", "ARIA", 128, Mode::Cbc),
    ("ARIA_256_CBC", "ARIA", 256, Mode::Cbc),
    ("ARIA_128", "ARIA", 128, Mode::Aead),
    ("ARIA_256", "ARIA", 256, Mode::Aead),
    ("CAMELLIA_128_CBC", "CAMELLIA", 128, Mode::Cbc),
    ("CAMELLIA_256_CBC", "CAMELLIA", 256, Mode::Cbc),
    ("CAMELLIA_128", "CAMELLIA", 128, Mode::Aead),
    ("CAMELLIA_256", "CAMELLIA", 256, Mode::Aead),
    ("CHACHA20_POLY1305", "CHACHA20", 256, Mode::Aead),
    ("AEGIS_128L", "AEGIS", 128, Mode::Aead),
    ("AEGIS_256", "AEGIS", 256, Mode::Aead),
    ("SM4", "SM4", 128, Mode::Aead),
    ("28147_CNT", "GOST28147", 256, Mode::Stream),
    ("KUZNYECHIK_CTR", "KUZNYECHIK", 256, Mode::Stream),
    ("MAGMA_CTR", "MAGMA", 256, Mode::Stream),
    ("KUZNYECHIK_MGM", "KUZNYECHIK", 256, Mode::Aead),
    ("MAGMA_MGM", "MAGMA", 256, Mode::Aead),
    // RFC 9150: integrity only
    ("SHA256", "NULL", 0, Mode::None),
    ("SHA384", "NULL", 0, Mode::None),
];

const MACS: &[&str] = &["MD5", "SHA", "SHA256", "SHA384", "IMIT", "GOSTR3411", "OMAC"];

fn describe(id: u16, name: &'static str) -> Suite {
    let (head, tail) = name.split_once("_WITH_").unwrap_or(("", name));
    let found = PREFIXES.iter().find(|(prefix, ..)| head.starts_with(prefix));
    let (exchange, auth) = found.map_or((Exchange::Any, Auth::Any), |(_, exchange, auth)| (*exchange, *auth));
    let found = CIPHERS.iter().find(|(prefix, ..)| tail.starts_with(prefix));
    let (cipher, bits, mode) =
        found.map_or(("", 0, Mode::None), |(_, cipher, bits, mode)| (*cipher, *bits, *mode));
    let last = tail.trim_end_matches("_OLD").rsplit('_').next().unwrap_or_default();
    let mac = if mode == Mode::Aead {
        "AEAD"
    } else {
        MACS.iter().find(|mac| **mac == last).copied().unwrap_or(if last == "NULL" { "NULL" } else { "" })
    };
    Suite { id, name, exchange, auth, cipher, bits, mode, mac, export: head.contains("EXPORT") }
}

/// The cipher kinds of SSLv2, three bytes on the wire.
const KINDS: &[(u32, &str, u16)] = &[
    (0x01_0080, "RC4_128_WITH_MD5", 128),
    (0x02_0080, "RC4_128_EXPORT40_WITH_MD5", 40),
    (0x03_0080, "RC2_128_CBC_WITH_MD5", 128),
    (0x04_0080, "RC2_128_CBC_EXPORT40_WITH_MD5", 40),
    (0x05_0080, "IDEA_128_CBC_WITH_MD5", 128),
    (0x06_0040, "DES_64_CBC_WITH_MD5", 56),
    (0x06_0140, "DES_64_CBC_WITH_SHA", 56),
    (0x07_00C0, "DES_192_EDE3_CBC_WITH_MD5", 168),
    (0x07_01C0, "DES_192_EDE3_CBC_WITH_SHA", 168),
    (0x08_0080, "RC4_64_WITH_MD5", 64),
];

/// Number, name and key bits of every cipher kind of SSLv2.
pub fn kinds_of_sslv2() -> &'static [(u32, &'static str, u16)] {
    KINDS
}

/// Name and key bits of one cipher kind of SSLv2.
pub fn kind_of_sslv2(id: u32) -> Option<(&'static str, u16)> {
    KINDS.iter().find(|(kind, ..)| *kind == id).map(|(_, name, bits)| (*name, *bits))
}
