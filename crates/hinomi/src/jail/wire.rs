//! What goes through the pipes: a header of 16 bytes, then the payload.
//!
//! | bytes | job | answer |
//! |---|---|---|
//! | 0-1 | `HJ` | `HA` |
//! | 2 | [`Kind`] | [`Reply`] |
//! | 3 | 0 | 0 |
//! | 4-7 | length of the head, little endian | 0 |
//! | 8-15 | length of the body, little endian | length of the answer, little endian |

/// Length of every header.
pub(super) const HEADER: usize = 16;

/// What a job wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Hand it to the reader.
    Read,
    /// Try what the head names: an experiment of the probe.
    Try,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    /// The first one of a worker: it is locked in, and how.
    Hello,
    /// The reader's answer.
    Answer,
    /// The reader panicked; the payload is where.
    Panicked,
}

/// The header of a job.
pub(super) fn job_header(kind: Kind, head: usize, body: usize) -> [u8; HEADER] {
    let kind = match kind {
        Kind::Read => 0,
        Kind::Try => 1,
    };
    let head = u32::try_from(head).unwrap_or(u32::MAX);
    header(*b"HJ", kind, head, body)
}

/// The kind, and the lengths of head and body.
pub(super) fn read_job_header(bytes: &[u8; HEADER]) -> Option<(Kind, usize, usize)> {
    let (kind, head, body) = read_header(*b"HJ", bytes)?;
    let kind = match kind {
        0 => Kind::Read,
        1 => Kind::Try,
        _ => return None,
    };
    Some((kind, usize::try_from(head).ok()?, usize::try_from(body).ok()?))
}

/// The header of an answer.
pub(super) fn answer_header(reply: Reply, len: usize) -> [u8; HEADER] {
    let kind = match reply {
        Reply::Hello => 2,
        Reply::Answer => 0,
        Reply::Panicked => 1,
    };
    header(*b"HA", kind, 0, len)
}

/// What the answer is, and its length in bytes.
pub(super) fn read_answer_header(bytes: &[u8; HEADER]) -> Option<(Reply, u64)> {
    let (kind, _, len) = read_header(*b"HA", bytes)?;
    let reply = match kind {
        0 => Reply::Answer,
        1 => Reply::Panicked,
        2 => Reply::Hello,
        _ => return None,
    };
    Some((reply, len))
}

fn header(magic: [u8; 2], kind: u8, head: u32, body: usize) -> [u8; HEADER] {
    let [m0, m1] = magic;
    let [h0, h1, h2, h3] = head.to_le_bytes();
    let [b0, b1, b2, b3, b4, b5, b6, b7] = (body as u64).to_le_bytes();
    [m0, m1, kind, 0, h0, h1, h2, h3, b0, b1, b2, b3, b4, b5, b6, b7]
}

fn read_header(magic: [u8; 2], bytes: &[u8; HEADER]) -> Option<(u8, u32, u64)> {
    let [m0, m1, kind, 0, h0, h1, h2, h3, b0, b1, b2, b3, b4, b5, b6, b7] = *bytes else { return None };
    let head = u32::from_le_bytes([h0, h1, h2, h3]);
    let body = u64::from_le_bytes([b0, b1, b2, b3, b4, b5, b6, b7]);
    ([m0, m1] == magic).then_some((kind, head, body))
}
