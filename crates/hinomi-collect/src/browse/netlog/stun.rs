//! STUN on the wire (RFC 8489): enough to know a packet for one, and whose names it carries.

const MAGIC: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const HEADER_BYTES: usize = 20;
const USERNAME: u16 = 0x0006;
const ATTRIBUTES_MAX: usize = 64;

/// What a STUN packet carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stun {
    /// The ufrags of a connectivity check: the other side's, then our own.
    pub(super) ufrags: Vec<String>,
}

/// Reads a packet; none when it is no STUN.
pub(super) fn read(packet: &[u8]) -> Option<Stun> {
    let (header, mut rest) = packet.split_at_checked(HEADER_BYTES)?;
    // The two leading bits are zero, and the cookie stands after type and length.
    if header.first()? & 0xc0 != 0 || header.get(4..8)? != MAGIC {
        return None;
    }
    let mut found = Stun::default();
    for _ in 0..ATTRIBUTES_MAX {
        let Some((head, after)) = rest.split_at_checked(4) else { break };
        let (kind, length) =
            (u16::from_be_bytes([*head.first()?, *head.get(1)?]), *head.get(2..4)?.first_chunk()?);
        let length = usize::from(u16::from_be_bytes(length));
        let Some((value, _)) = after.split_at_checked(length) else { break };
        if kind == USERNAME {
            let name = String::from_utf8_lossy(value);
            found.ufrags = name.split(':').map(str::to_owned).take(2).collect();
        }
        rest = after.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(found)
}
