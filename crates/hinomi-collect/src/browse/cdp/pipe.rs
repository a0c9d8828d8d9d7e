//! Bytes of the pipe become messages: JSON, each ended by a NUL.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::SyncSender;

/// Longest message. A page's own addresses stand in them, twice and more; longer ones are passed over.
pub(super) const MESSAGE_BYTES_MAX: usize = 64 << 20;
/// A buffer that grew is given back above this.
const BUFFER_KEPT: usize = 1 << 20;

/// What came through the pipe.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message, with its size in bytes.
    Message(usize, Value),
    /// One that was too long, or no JSON.
    Lost,
}

/// Reads until the pipe ends or nobody listens any more.
pub(super) fn read(reader: impl Read, to: &SyncSender<Incoming>, bytes_max: usize) {
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let mut message = Vec::new();
    let mut too_long = false;
    loop {
        let (ended, used) = match reader.fill_buf() {
            Ok([]) | Err(_) => return,
            Ok(bytes) => {
                let end = bytes.iter().position(|byte| *byte == 0);
                let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
                too_long |= message.len() + part.len() > bytes_max;
                if too_long {
                    message = Vec::new();
                } else {
                    message.extend_from_slice(part);
                }
                (end.is_some(), part.len() + usize::from(end.is_some()))
            }
        };
        reader.consume(used);
        if ended {
            let read = if too_long { None } else { serde_json::from_slice(&message).ok() };
            let incoming = read.map_or(Incoming::Lost, |value| Incoming::Message(message.len(), value));
            if to.send(incoming).is_err() {
                return;
            }
            too_long = false;
            message.clear();
            message.shrink_to(BUFFER_KEPT);
        }
    }
}
