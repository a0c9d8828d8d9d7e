//! STUN (RFC 8489): the packets by which WebRTC asks for its own address and tries ways to a peer.

use super::super::record::{Ufrag, WebRtc, endpoint};

/// RFC 8489, 5.
const MAGIC: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const HEADER_BYTES: usize = 20;
/// RFC 8489, 14.3; RFC 8445, 7.1.1.
const USERNAME: u16 = 0x0006;
const PRIORITY: u16 = 0x0024;
/// Attributes of one packet.
const ATTRIBUTES_MAX: usize = 32;

/// RFC 8656, 17: Allocate, which only a TURN server knows.
const ALLOCATE: u16 = 0x0003;

/// What carries a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Transport {
    /// One in a datagram.
    Udp,
    /// One after the other; only the first of what is sent is read.
    Tcp,
}

/// What is sent to this place says, when it is a STUN or TURN request.
pub(in super::super) fn read(datagram: &[u8], ip: &str, port: u16, over: Transport) -> Option<WebRtc> {
    let (header, mut rest) = datagram.split_at_checked(HEADER_BYTES)?;
    let kind = u16::from_be_bytes(header.first_chunk::<2>().copied()?);
    // The two highest bits are zero; the class bits 0x0110 are those of a request or an indication.
    if kind & 0xc000 != 0 || kind & 0x0100 != 0 || header.get(4..8)? != MAGIC {
        return None;
    }
    let mut username = None;
    let mut tries_a_way = false;
    for _ in 0..ATTRIBUTES_MAX {
        let Some((head, behind)) = rest.split_at_checked(4) else { break };
        let [kind_high, kind_low, high, low] = head.first_chunk::<4>().copied()?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let value = behind.get(..length).unwrap_or(behind);
        match u16::from_be_bytes([kind_high, kind_low]) {
            USERNAME => username = Some(value),
            PRIORITY => tries_a_way = true,
            _ => {}
        }
        rest = behind.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    let place = endpoint(ip, port);
    let fragments = username.filter(|name| name.contains(&b':'));
    if !tries_a_way && fragments.is_none() {
        let scheme = if kind == ALLOCATE { "turn" } else { "stun" };
        let end = if over == Transport::Tcp { "?transport=tcp" } else { "" };
        return Some(WebRtc { servers: vec![format!("{scheme}:{place}{end}")], ..WebRtc::default() });
    }
    let ufrag = fragments.and_then(ufrag);
    Some(WebRtc {
        candidates: vec![format!("{place}/{}", if over == Transport::Tcp { "tcp" } else { "udp" })],
        ufrag,
        ..WebRtc::default()
    })
}

/// `remote:local`: the one that looks least like a browser's, then the longer one.
fn ufrag(username: &[u8]) -> Option<Ufrag> {
    let described =
        |part: &[u8]| Ufrag { len: u32::try_from(part.len()).unwrap_or(u32::MAX), own: is_own(part) };
    username.splitn(2, |byte| *byte == b':').map(described).min_by_key(|u| (u.own, std::cmp::Reverse(u.len)))
}

/// Chromium makes 4 letters of the base64 alphabet, Firefox 8 hexadecimal digits.
fn is_own(part: &[u8]) -> bool {
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    match part.len() {
        4 => part.iter().all(base64),
        8 => part.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    }
}
