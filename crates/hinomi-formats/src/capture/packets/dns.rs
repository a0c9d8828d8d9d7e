//! A message of DNS (RFC 1035, 4): the name that was asked for and the addresses that came back.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const HEADER_BYTES: usize = 12;
/// Records that are read of one message.
const RECORDS_MAX: usize = 128;
/// Labels of a name with its jumps; RFC 1035 allows 127 labels.
const STEPS_MAX: usize = 160;
const NAME_BYTES_MAX: usize = 255;
const A: u16 = 1;
const AAAA: u16 = 28;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Message {
    pub(super) is_answer: bool,
    /// Lower case, without the last dot.
    pub(super) name: String,
    pub(super) answers: Vec<IpAddr>,
}

/// Reads a message; `None` when it is none, or asks for nothing.
pub(super) fn read(bytes: &[u8]) -> Option<Message> {
    let count = |at: usize| u16_at(bytes, at);
    let flags = count(2)?;
    let (questions, records) = (count(4)?, usize::from(count(6)?).min(RECORDS_MAX));
    // The opcode of a plain query is 0.
    if flags & 0x7800 != 0 || questions > 8 {
        return None;
    }
    let mut at = HEADER_BYTES;
    let mut asked = None;
    for _ in 0..questions {
        let (name, behind) = name(bytes, at)?;
        at = behind.checked_add(4)?;
        asked = asked.or(Some(name));
    }
    let mut answers = Vec::new();
    for _ in 0..records {
        let Some((owner, behind)) = name(bytes, at) else { break };
        let (Some(kind), Some(length)) =
            (u16_at(bytes, behind), behind.checked_add(8).and_then(|at| u16_at(bytes, at)))
        else {
            break;
        };
        let start = behind.saturating_add(10);
        at = start.saturating_add(usize::from(length));
        let Some(value) = bytes.get(start..at) else { break };
        // Multicast DNS answers without repeating the question.
        asked.get_or_insert(owner);
        let address = match kind {
            A => value.try_into().ok().map(|four: [u8; 4]| IpAddr::V4(Ipv4Addr::from(four))),
            AAAA => value.try_into().ok().map(|bytes: [u8; 16]| IpAddr::V6(Ipv6Addr::from(bytes))),
            _ => None,
        };
        answers.extend(address);
    }
    Some(Message { is_answer: flags & 0x8000 != 0, name: asked.filter(|name| !name.is_empty())?, answers })
}

/// The name at an offset, and the offset behind it.
fn name(bytes: &[u8], start: usize) -> Option<(String, usize)> {
    let (mut out, mut at, mut behind) = (String::new(), start, None);
    for _ in 0..STEPS_MAX {
        let length = usize::from(*bytes.get(at)?);
        match length {
            0 => return Some((out, behind.unwrap_or(at.checked_add(1)?))),
            1..=63 => {
                let label = bytes.get(at.checked_add(1)?..at.checked_add(1)?.checked_add(length)?)?;
                if out.len().saturating_add(length) > NAME_BYTES_MAX {
                    return None;
                }
                if !out.is_empty() {
                    out.push('.');
                }
                // What is no letter of a host name must not look like a dot or like another name.
                out.extend(label.iter().map(|byte| match byte {
                    b'!'..=b'~' if *byte != b'.' => char::from(byte.to_ascii_lowercase()),
                    _ => '?',
                }));
                at = at.checked_add(1)?.checked_add(length)?;
            }
            // RFC 1035, 4.1.4: the rest of the name stands elsewhere.
            192.. => {
                behind = behind.or(at.checked_add(2));
                at = usize::from(u16_at(bytes, at)? & 0x3fff);
            }
            _ => return None,
        }
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk::<2>().map(|two| u16::from_be_bytes(*two))
}
