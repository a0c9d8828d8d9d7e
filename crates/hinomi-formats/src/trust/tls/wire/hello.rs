//! The hello of a client, SSLv3 to TLS 1.3 (RFC 6101, RFC 5246 section 7.4.1.2, RFC 8446 section 4.1.2).

use super::{put_u16, put_vec8, put_vec16, put_vec24};
use crate::tls::names::Version;

/// A hello, field by field. Nothing is added that is not asked for, except padding away from the lengths at which
/// some load balancers hang.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// `legacy_version`; TLS 1.3 says 1.2 here and names itself in `supported_versions`.
    pub version: Version,
    /// The 32 bytes of the client's random.
    pub random: [u8; 32],
    /// The session id, at most 32 bytes.
    pub session_id: Vec<u8>,
    /// Cipher suites, most wanted first; signalling values too.
    pub suites: Vec<u16>,
    /// Compression methods.
    pub compressions: Vec<u8>,
    /// Extensions, in order; none at all for SSLv3.
    pub extensions: Vec<Extension>,
}

/// One extension of a hello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extension {
    /// `server_name` (RFC 6066): a DNS name, never an address.
    ServerName(String),
    /// `status_request` (RFC 6066): OCSP.
    StatusRequest,
    /// `supported_groups` (RFC 8422, RFC 7919).
    Groups(Vec<u16>),
    /// `ec_point_formats` (RFC 8422): uncompressed.
    PointFormats,
    /// `signature_algorithms` (RFC 5246).
    Signatures(Vec<u16>),
    /// `heartbeat` (RFC 6520): peer may send.
    Heartbeat,
    /// `application_layer_protocol_negotiation` (RFC 7301).
    Alpn(Vec<String>),
    /// `signed_certificate_timestamp` (RFC 6962).
    Timestamps,
    /// `encrypt_then_mac` (RFC 7366).
    EncryptThenMac,
    /// `extended_master_secret` (RFC 7627).
    ExtendedMasterSecret,
    /// `session_ticket` (RFC 5077), with a ticket or empty.
    SessionTicket(Vec<u8>),
    /// `supported_versions` (RFC 8446).
    Versions(Vec<u16>),
    /// `psk_key_exchange_modes` (RFC 8446): with (EC)DHE.
    PskModes,
    /// `key_share` (RFC 8446); empty asks for a retry request, which costs neither side a key.
    KeyShare(Vec<(u16, Vec<u8>)>),
    /// `cookie` (RFC 8446).
    Cookie(Vec<u8>),
    /// `renegotiation_info` (RFC 5746), with the verify data of the session being renewed.
    RenegotiationInfo(Vec<u8>),
    /// Any other, by number and content: GREASE (RFC 8701), stored hellos of clients.
    Raw(u16, Vec<u8>),
}

impl Extension {
    fn number(&self) -> u16 {
        match self {
            Self::ServerName(_) => 0,
            Self::StatusRequest => 5,
            Self::Groups(_) => 10,
            Self::PointFormats => 11,
            Self::Signatures(_) => 13,
            Self::Heartbeat => 15,
            Self::Alpn(_) => 16,
            Self::Timestamps => 18,
            Self::EncryptThenMac => 22,
            Self::ExtendedMasterSecret => 23,
            Self::SessionTicket(_) => 35,
            Self::Versions(_) => 43,
            Self::Cookie(_) => 44,
            Self::PskModes => 45,
            Self::KeyShare(_) => 51,
            Self::RenegotiationInfo(_) => 0xFF01,
            Self::Raw(number, _) => *number,
        }
    }

    fn content(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::ServerName(name) => {
                let mut entry = vec![0];
                put_vec16(&mut entry, name.as_bytes());
                put_vec16(&mut out, &entry);
            }
            Self::StatusRequest => out.extend_from_slice(&[1, 0, 0, 0, 0]),
            Self::Groups(ids) | Self::Signatures(ids) => put_vec16(&mut out, &numbers(ids)),
            Self::PointFormats => out.extend_from_slice(&[1, 0]),
            Self::Heartbeat | Self::PskModes => {
                // heartbeat: one mode, peer_allowed_to_send; psk modes: a vector of psk_dhe_ke
                out.extend_from_slice(if *self == Self::Heartbeat { &[1] } else { &[1, 1] });
            }
            Self::Alpn(protocols) => {
                let mut list = Vec::new();
                protocols.iter().for_each(|protocol| put_vec8(&mut list, protocol.as_bytes()));
                put_vec16(&mut out, &list);
            }
            Self::Timestamps | Self::EncryptThenMac | Self::ExtendedMasterSecret => {}
            Self::SessionTicket(ticket) => out.extend_from_slice(ticket),
            Self::Versions(ids) => put_vec8(&mut out, &numbers(ids)),
            Self::KeyShare(shares) => {
                let mut list = Vec::new();
                for (group, key) in shares {
                    put_u16(&mut list, *group);
                    put_vec16(&mut list, key);
                }
                put_vec16(&mut out, &list);
            }
            Self::Cookie(cookie) => put_vec16(&mut out, cookie),
            Self::RenegotiationInfo(verify) => put_vec8(&mut out, verify),
            Self::Raw(_, content) => out.extend_from_slice(content),
        }
        out
    }
}

fn numbers(ids: &[u16]) -> Vec<u8> {
    ids.iter().flat_map(|id| id.to_be_bytes()).collect()
}

/// The padding extension (RFC 7685).
const PADDING: u16 = 21;

impl Hello {
    /// The handshake message, header included.
    pub fn message(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(1024);
        put_u16(&mut body, self.version.id().min(Version::Tls12.id()));
        body.extend_from_slice(&self.random);
        put_vec8(&mut body, &self.session_id);
        put_vec16(&mut body, &numbers(&self.suites));
        put_vec8(&mut body, &self.compressions);
        if !self.extensions.is_empty() {
            let mut list = Vec::new();
            for extension in &self.extensions {
                put_u16(&mut list, extension.number());
                put_vec16(&mut list, &extension.content());
            }
            // A message of 256 to 511 bytes hangs old load balancers: the length byte looks like SSLv2 to them.
            let length = body.len().saturating_add(list.len()).saturating_add(6);
            if (256..512).contains(&length) {
                let missing = 512_usize.saturating_sub(length).saturating_sub(4).max(1);
                put_u16(&mut list, PADDING);
                put_vec16(&mut list, &vec![0; missing]);
            }
            put_vec16(&mut body, &list);
        }
        handshake(1, &body)
    }

    /// The message inside its record, ready to send.
    pub fn bytes(&self) -> Vec<u8> {
        // The record of a first hello says 1.0 at most: what is newer met servers that refused it.
        record(22, self.version.id().min(Version::Tls10.id()), &self.message())
    }
}

/// A handshake message of one type.
pub(crate) fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    put_vec24(&mut out, body);
    out
}

/// Records of one type; several when the content is longer than one may be.
pub(crate) fn record(kind: u8, version: u16, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len().saturating_add(5));
    for piece in content.chunks(1 << 14) {
        out.push(kind);
        put_u16(&mut out, version);
        put_vec16(&mut out, piece);
    }
    out
}
