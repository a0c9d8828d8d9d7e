//! Bytes of the pipe become messages: JSON, each ended by a NUL.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::SyncSender;

/// Longest message. A page's own addresses stand in them, twice and more; longer ones are passed over.
pub(super) const MESSAGE_BYTES_MAX: usize = 32 << 20;
/// Longest text in a message that is passed on. Addresses may be megabytes long; nobody judges by their end.
const TEXT_BYTES_MAX: usize = 16 << 10;
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
            let incoming = read.map_or(Incoming::Lost, |mut value| {
                let held = if message.len() > TEXT_BYTES_MAX { shortened(&mut value) } else { message.len() };
                Incoming::Message(held, value)
            });
            if to.send(incoming).is_err() {
                return;
            }
            too_long = false;
            message.clear();
            message.shrink_to(BUFFER_KEPT);
        }
    }
}

/// Cuts what is longer than [`TEXT_BYTES_MAX`]; gives about how many bytes are left.
fn shortened(value: &mut Value) -> usize {
    match value {
        Value::String(text) => {
            if text.len() > TEXT_BYTES_MAX {
                let mut end = TEXT_BYTES_MAX;
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                text.truncate(end);
                text.shrink_to_fit();
            }
            text.len()
        }
        // serde_json reads no deeper than 128 levels, so neither does this go deeper.
        Value::Array(values) => values.iter_mut().map(shortened).sum::<usize>() + 8 * values.len(),
        Value::Object(fields) => {
            fields.iter_mut().map(|(key, value)| key.len() + shortened(value)).sum::<usize>()
                + 8 * fields.len()
        }
        _ => 8,
    }
}
