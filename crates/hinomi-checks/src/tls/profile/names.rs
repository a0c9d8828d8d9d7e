//! Names of suites and groups in profiles, held against the registries, and as OpenSSL spells them.

use hinomi_formats::tls::names::{Auth, Exchange, Group, Suite, groups, kind_of_sslv2, suite, suites};
use serde::Deserialize;

/// A suite, by the name of the registry: `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SuiteName(pub Suite);

/// A group, by the name of the registry: `x25519`, `secp256r1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct GroupName(pub Group);

impl TryFrom<String> for SuiteName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let bare = name.strip_prefix("TLS_").unwrap_or(&name);
        suites()
            .find(|suite| suite.name == bare)
            .map(Self)
            .ok_or_else(|| format!("no suite is called {name}"))
    }
}

impl TryFrom<String> for GroupName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let found = groups().iter().find(|group| group.name.eq_ignore_ascii_case(&name));
        found.copied().map(Self).ok_or_else(|| format!("no group is called {name}"))
    }
}

impl SuiteName {
    /// The name of the registry.
    pub fn iana(&self) -> String {
        format!("TLS_{}", self.0.name)
    }

    /// The name that OpenSSL, and with it nginx, Apache, HAProxy and Postfix, uses.
    pub fn openssl(&self) -> String {
        if self.0.exchange == Exchange::Any {
            return self.iana();
        }
        let (head, tail) = self.0.name.split_once("_WITH_").unwrap_or(("", self.0.name));
        // Static RSA has no name in OpenSSL, and nobody but RSA signs with ChaCha20 and DHE.
        let exchange = match (self.0.exchange, self.0.auth) {
            (Exchange::Rsa, Auth::Rsa) => String::new(),
            _ => format!("{}-", head.replace('_', "-")),
        };
        format!("{exchange}{}", cipher_of(tail))
    }
}

/// `AES_128_GCM_SHA256` → `AES128-GCM-SHA256`, `AES_128_CBC_SHA` → `AES128-SHA`.
fn cipher_of(tail: &str) -> String {
    if tail.starts_with("CHACHA20") {
        return "CHACHA20-POLY1305".to_owned();
    }
    if tail == "3DES_EDE_CBC_SHA" {
        return "DES-CBC3-SHA".to_owned();
    }
    let joined = tail.replace("CCM_8", "CCM8").replace("_CBC", "");
    let mut parts = joined.split('_');
    let (name, bits) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let rest: Vec<&str> = parts.collect();
    let rest = if rest.is_empty() { String::new() } else { format!("-{}", rest.join("-")) };
    format!("{name}{bits}{rest}")
}

impl GroupName {
    /// The name that OpenSSL uses.
    pub fn openssl(&self) -> &'static str {
        match self.0.name {
            "secp256r1" => "prime256v1",
            "x25519" => "X25519",
            "x448" => "X448",
            other => other,
        }
    }
}

/// The name of a suite as it was met in a version, or its number when nobody registered it.
pub fn suite_name(id: u32) -> String {
    if let Some(suite) = u16::try_from(id).ok().and_then(suite) {
        return format!("TLS_{}", suite.name);
    }
    match kind_of_sslv2(id) {
        Some((name, _)) => format!("SSL_CK_{name}"),
        None => format!("0x{id:04X}"),
    }
}
