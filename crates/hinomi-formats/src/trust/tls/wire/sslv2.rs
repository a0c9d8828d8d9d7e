//! The hello of SSLv2: one answer lists every cipher kind that the server has.

use super::{Bytes, put_u16};

/// What an SSLv2 server answers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerHelloV2 {
    /// Cipher kinds, three bytes each, in the order of the server.
    pub kinds: Vec<u32>,
    /// The certificate, DER; empty when the server resumed or sent none.
    pub certificate: Vec<u8>,
}

/// A hello that offers `kinds`.
pub fn hello_v2(kinds: &[u32], challenge: [u8; 16]) -> Vec<u8> {
    let mut body = vec![1];
    put_u16(&mut body, 0x0002);
    let length = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
    put_u16(&mut body, length(kinds.len().saturating_mul(3)));
    put_u16(&mut body, 0);
    put_u16(&mut body, 16);
    for kind in kinds {
        body.extend(kind.to_be_bytes().iter().skip(1));
    }
    body.extend_from_slice(&challenge);
    let mut out = Vec::new();
    put_u16(&mut out, 0x8000 | length(body.len()));
    out.extend(body);
    out
}

/// Reads one whole record: its header of two or three bytes (three when padded), then the message. `None` while bytes
/// are missing, `Some(None)` when this is no SSLv2 server hello.
pub(super) fn read(bytes: &[u8]) -> Option<Option<ServerHelloV2>> {
    let mut at = Bytes::new(bytes);
    let first = at.u16()?;
    let (length, padding) = if first & 0x8000 != 0 {
        (usize::from(first & 0x7FFF), 0)
    } else {
        let padding = at.u8()?;
        (usize::from(first & 0x3FFF), usize::from(padding))
    };
    let body = at.take(length)?;
    let body = body.get(..length.saturating_sub(padding)).unwrap_or_default();
    Some(server_hello(body))
}

fn server_hello(body: &[u8]) -> Option<ServerHelloV2> {
    let mut at = Bytes::new(body);
    let (kind, _hit, _certificate_type, version) = (at.u8()?, at.u8()?, at.u8()?, at.u16()?);
    if kind != 4 || version != 0x0002 {
        return None;
    }
    let (certificate, kinds, _connection) = (at.u16()?, at.u16()?, at.u16()?);
    let certificate = at.take(usize::from(certificate))?.to_vec();
    let mut list = Bytes::new(at.take(usize::from(kinds))?);
    let kinds = std::iter::from_fn(|| list.u24()).collect();
    Some(ServerHelloV2 { kinds, certificate })
}
