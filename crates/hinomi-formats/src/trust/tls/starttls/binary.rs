//! Dialogs by the packet: LDAP, PostgreSQL, MySQL, RDP.

use super::{Refusal, Said, words};
use crate::tls::wire::Bytes;

/// SSLRequest: length 8, code 80877103.
pub(super) const POSTGRES_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];

/// A connection request of X.224 in TPKT, asking for TLS or CredSSP (MS-RDPBCGR section 2.2.1.1).
pub(super) const RDP_REQUEST: [u8; 19] = [3, 0, 0, 19, 14, 0xE0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0];

/// The object identifier of StartTLS (RFC 4511 section 4.14.1).
const LDAP_STARTTLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

fn stranger(bytes: &[u8]) -> Said {
    Said::Failed(Refusal::Stranger(words(bytes)))
}

/// Message 1: an extended request with the name of StartTLS.
pub(super) fn ldap_request() -> Vec<u8> {
    let mut out = vec![0x30, 29, 0x02, 1, 1, 0x77, 24, 0x80, 22];
    out.extend_from_slice(LDAP_STARTTLS);
    out
}

/// One BER element: tag and content.
fn element<'a>(at: &mut Bytes<'a>) -> Option<(u8, &'a [u8])> {
    let (tag, first) = (at.u8()?, at.u8()?);
    let length = match first {
        0..=0x7F => usize::from(first),
        0x81 => usize::from(at.u8()?),
        0x82 => usize::from(at.u16()?),
        0x83 => usize::try_from(at.u24()?).ok()?,
        0x84 => {
            let high = at.u16()?;
            let low = at.u16()?;
            if high != 0 {
                return None;
            }
            usize::from(low)
        }
        _ => return None,
    };
    Some((tag, at.take(length)?))
}

pub(super) fn ldap(heard: &[u8]) -> Said {
    if heard.first() != Some(&0x30) {
        return stranger(heard);
    }
    let mut at = Bytes::new(heard);
    let Some((_, message)) = element(&mut at) else { return Said::More };
    let mut inside = Bytes::new(message);
    let _id = element(&mut inside);
    let Some((0x78, response)) = element(&mut inside) else { return stranger(heard) };
    let mut fields = Bytes::new(response);
    let code = element(&mut fields).and_then(|(_, code)| code.first().copied());
    match code {
        Some(0) if !at.is_empty() => Said::Failed(Refusal::Injected),
        Some(0) => Said::Ready(Vec::new()),
        code => {
            let _matched = element(&mut fields);
            let message = element(&mut fields).map(|(_, text)| words(text)).unwrap_or_default();
            Said::Failed(Refusal::Refused(format!("result {} {message}", code.unwrap_or_default())))
        }
    }
}

pub(super) fn postgres(heard: &[u8]) -> Said {
    match heard {
        [] => Said::More,
        [b'S'] => Said::Ready(Vec::new()),
        [b'S', ..] => Said::Failed(Refusal::Injected),
        [b'N', ..] => Said::Failed(Refusal::NotOffered),
        [b'E', rest @ ..] => Said::Failed(Refusal::Refused(words(rest.get(4..).unwrap_or_default()))),
        other => stranger(other),
    }
}

/// CLIENT_SSL among the capabilities.
const MYSQL_SSL: u16 = 0x0800;
/// SSLRequest as packet 1: long password, protocol 4.1, SSL, secure connection; 16 MB; utf8; zeros.
const MYSQL_REQUEST: [u8; 13] = [32, 0, 0, 1, 0x01, 0x8A, 0x00, 0x00, 0, 0, 0, 1, 33];

pub(super) fn mysql(heard: &[u8]) -> Said {
    let mut at = Bytes::new(heard);
    let (Some(length), Some(_number)) = (at.take(3), at.u8()) else { return Said::More };
    let length = length.iter().rev().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
    let Some(body) = at.take(length) else {
        // the greeting is short; what claims more is something else
        return if length > 1024 { stranger(heard) } else { Said::More };
    };
    match body.first() {
        Some(0xFF) => Said::Failed(Refusal::Refused(words(body.get(3..).unwrap_or_default()))),
        Some(10) => match mysql_capabilities(body) {
            None => stranger(heard),
            Some(capabilities) if capabilities & MYSQL_SSL == 0 => Said::Failed(Refusal::NotOffered),
            Some(_) if !at.is_empty() => Said::Failed(Refusal::Injected),
            Some(_) => {
                let mut request = MYSQL_REQUEST.to_vec();
                request.resize(36, 0);
                Said::Ready(request)
            }
        },
        _ => stranger(heard),
    }
}

/// Behind the version (a string that ends with zero), the thread, eight bytes of salt and a filler.
fn mysql_capabilities(body: &[u8]) -> Option<u16> {
    let end = memchr::memchr(0, body)?;
    let mut at = Bytes::new(body.get(end..)?);
    at.take(14)?;
    Some(at.u16()?.swap_bytes())
}

pub(super) fn rdp(heard: &[u8]) -> Said {
    if heard.first().is_some_and(|first| *first != 3) {
        return stranger(heard);
    }
    let mut at = Bytes::new(heard);
    let (Some(_), Some(length)) = (at.u16(), at.u16()) else { return Said::More };
    let Some(body) = at.take(usize::from(length).saturating_sub(4)) else { return Said::More };
    // X.224: length, confirm, two references, class; then the negotiation
    match body.get(7..) {
        Some([2, _, 8, 0, protocol, ..]) if *protocol & 3 != 0 => {
            if at.is_empty() {
                Said::Ready(Vec::new())
            } else {
                Said::Failed(Refusal::Injected)
            }
        }
        Some([3, _, 8, 0, code, ..]) => Said::Failed(Refusal::Refused(format!("failure {code}"))),
        _ if body.get(1) == Some(&0xD0) => Said::Failed(Refusal::NotOffered),
        _ => stranger(heard),
    }
}
