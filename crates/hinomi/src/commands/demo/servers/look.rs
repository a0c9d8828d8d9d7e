//! Look-alikes of old servers: a table of what they agree to, and the messages in which they would.

use super::hello::ClientHello;
use super::listen::Talk;
use crate::commands::demo::credentials::Credentials;
use hinomi_formats::tls::names::{Exchange, Version, suite};
use std::io::Write;

/// The prime of the second Oakley group (RFC 2409 section 6.2): 1024 bits, in the default of many old servers.
const OAKLEY_2: &str = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
    EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5\
    AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF";
/// handshake_failure and unexpected_message.
const REFUSED: u8 = 40;
const UNEXPECTED: u8 = 10;

/// A server by its table.
pub(super) struct Look {
    /// Suites of each version, most wanted first.
    pub(super) versions: &'static [(Version, &'static [u16])],
    /// Extensions that it knows, with empty answers.
    extensions: &'static [u16],
    /// Its certificate, in DER.
    certificate: Vec<u8>,
    /// The modulus of its key for EXPORT suites.
    export: Vec<u8>,
}

/// The old server for orders (受発注): SSLv3 and TLS 1.0 with RC4 and triple DES.
pub(super) const EDI: &[(Version, &[u16])] =
    &[(Version::SslV3, &[0x0005, 0x0004, 0x000a]), (Version::Tls10, &[0x0005, 0x0004, 0x000a, 0x002f])];
/// The mail server: up to TLS 1.2, Diffie-Hellman with 1024 bits, and an EXPORT suite that nobody turned off.
pub(super) const MAIL: &[(Version, &[u16])] = &[
    (Version::Tls10, &[0x0039, 0x0033, 0x0035, 0x002f, 0x000a, 0x0003]),
    (Version::Tls11, &[0x0039, 0x0033, 0x0035, 0x002f, 0x000a]),
    (Version::Tls12, &[0x009f, 0x009e, 0x0039, 0x0033, 0x009c, 0x0035, 0x002f]),
];

impl Look {
    pub(super) fn edi(made: &Credentials) -> Self {
        Self { versions: EDI, extensions: &[], certificate: made.edi_certificate.clone(), export: Vec::new() }
    }

    pub(super) fn mail(made: &Credentials) -> Self {
        Self {
            versions: MAIL,
            extensions: &[0xff01, 35],
            certificate: made.web_certificate.clone(),
            export: made.export.modulus(),
        }
    }

    /// Answers the first message, and refuses the second.
    pub(super) fn talk(&self, talk: &mut Talk) {
        let Ok(first) = talk.message() else { return };
        let Some(hello) = ClientHello::read(&first) else { return };
        let offers = |(version, ids): &&(Version, &'static [u16])| {
            version.id() <= hello.version && ids.iter().any(|id| hello.suites.contains(id))
        };
        // The newest version that both speak counts, also when no suite of it is common.
        let common = self.versions.iter().rev().find(|(version, _)| version.id() <= hello.version);
        let Some((version, ids)) = common.filter(offers) else {
            _ = alert(talk, hello.version.clamp(0x0300, 0x0303), REFUSED);
            return;
        };
        let Some(id) = ids.iter().find(|id| hello.suites.contains(id)) else { return };
        let flight = record(22, version.id(), &self.flight(&hello, *version, *id));
        if talk.write_all(&flight).is_ok() && talk.message().is_ok() {
            _ = alert(talk, version.id(), UNEXPECTED);
        }
    }

    fn flight(&self, hello: &ClientHello, version: Version, id: u16) -> Vec<u8> {
        let list = sized(3, &sized(3, &self.certificate));
        let mut flight = [message(2, &self.server_hello(hello, version, id)), message(11, &list)].concat();
        if let Some(exchange) = self.exchange(version, id) {
            flight.extend(message(12, &exchange));
        }
        flight.extend(message(14, &[]));
        flight
    }

    fn server_hello(&self, hello: &ClientHello, version: Version, id: u16) -> Vec<u8> {
        let mut body = version.id().to_be_bytes().to_vec();
        // no secret follows from it
        body.extend([0x52; 32]);
        body.extend(sized(1, &[]));
        body.extend(id.to_be_bytes());
        body.push(0);
        let known = self.extensions.iter().filter(|number| hello.extensions.contains(number));
        let list: Vec<u8> = known
            .flat_map(|number| {
                let content: &[u8] = if *number == 0xff01 { &[0] } else { &[] };
                [number.to_be_bytes().to_vec(), sized(2, content)].concat()
            })
            .collect();
        if !list.is_empty() {
            body.extend(sized(2, &list));
        }
        body
    }

    /// The ServerKeyExchange that a suite calls for, with a signature that nobody gets to check.
    fn exchange(&self, version: Version, id: u16) -> Option<Vec<u8>> {
        let suite = suite(id)?;
        let mut body = match suite.exchange {
            Exchange::Dhe => {
                let prime = unhex(OAKLEY_2);
                let public = vec![0x33; prime.len()];
                [sized(2, &prime), sized(2, &[2]), sized(2, &public)].concat()
            }
            Exchange::Rsa if suite.export => [sized(2, &self.export), sized(2, &[1, 0, 1])].concat(),
            _ => return None,
        };
        if version == Version::Tls12 {
            // RSA with SHA-256
            body.extend([4, 1]);
        }
        body.extend(sized(2, &[0x44; 256]));
        Some(body)
    }
}

fn alert(talk: &mut Talk, version: u16, code: u8) -> std::io::Result<()> {
    talk.write_all(&record(21, version, &[2, code]))
}

fn record(kind: u8, version: u16, content: &[u8]) -> Vec<u8> {
    [vec![kind], version.to_be_bytes().to_vec(), sized(2, content)].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [vec![kind], sized(3, body)].concat()
}

/// Bytes behind their number, in so many bytes.
fn sized(width: usize, bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len().to_be_bytes();
    [&length[length.len() - width..], bytes].concat()
}

fn unhex(digits: &str) -> Vec<u8> {
    let nibbles: Vec<u32> = digits.chars().filter_map(|digit| digit.to_digit(16)).collect();
    nibbles.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}
