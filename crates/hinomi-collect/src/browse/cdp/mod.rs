//! The DevTools protocol over a pipe, as far as it is needed: commands, answers, events by session.
//!
//! Messages stay JSON values: a newer browser with words this version does not know costs nothing. Everything that
//! comes is bounded: a message, what waits to be handled, how long an answer may take.

mod pipe;
#[cfg(test)]
mod tests;

use pipe::Incoming;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Messages that wait between the pipe and its reader; then the browser waits.
const WAITING_MAX: usize = 16;
/// Commands on their way out. More means that the browser no longer reads.
const COMMANDS_MAX: usize = 1024;
/// Bytes of events that are put aside while an answer is awaited.
const ASIDE_BYTES_MAX: usize = 256 << 20;

/// Why the browser cannot be talked to; completes "failed to …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum CdpError {
    /// The pipe is shut.
    #[error("talk to the browser: it has ended")]
    Gone,
    /// No answer in time.
    #[error("have {method} answered by the browser within {limit:?}")]
    TimedOut { method: &'static str, limit: Duration },
    /// It said no.
    #[error("have {method} done by the browser: {why}")]
    Refused { method: &'static str, why: String },
}

/// An event of a session; the browser's own have none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    pub(super) session: Option<String>,
    pub(super) method: String,
    pub(super) params: Value,
}

/// A browser at the other end of a pipe.
pub(super) struct Peer {
    outgoing: SyncSender<Vec<u8>>,
    incoming: Receiver<Incoming>,
    aside: VecDeque<(usize, Told)>,
    aside_bytes: usize,
    last_id: u64,
    /// Messages that were too long, no JSON, or too many to be held.
    lost: u64,
}

impl Peer {
    /// Talks through these two; each gets a thread that ends with its pipe.
    pub(super) fn new(reader: impl Read + Send + 'static, writer: impl Write + Send + 'static) -> Self {
        Self::with_limit(reader, writer, pipe::MESSAGE_BYTES_MAX)
    }

    fn with_limit(
        reader: impl Read + Send + 'static,
        mut writer: impl Write + Send + 'static,
        bytes_max: usize,
    ) -> Self {
        let (sender, incoming) = sync_channel(WAITING_MAX);
        thread::spawn(move || pipe::read(reader, &sender, bytes_max));
        let (outgoing, commands) = sync_channel::<Vec<u8>>(COMMANDS_MAX);
        thread::spawn(move || {
            for command in commands {
                if writer.write_all(&command).and_then(|()| writer.flush()).is_err() {
                    return;
                }
            }
        });
        Self { outgoing, incoming, aside: VecDeque::new(), aside_bytes: 0, last_id: 0, lost: 0 }
    }

    /// Messages of the browser that could not be read or held since this was last asked.
    pub(super) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// Sends a command and does not wait; gives its number.
    pub(super) fn send(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<u64, CdpError> {
        self.last_id += 1;
        let mut message = json!({ "id": self.last_id, "method": method, "params": params });
        if let (Some(session), Some(message)) = (session, message.as_object_mut()) {
            message.insert("sessionId".to_owned(), Value::from(session));
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        match self.outgoing.try_send(bytes) {
            Ok(()) => Ok(self.last_id),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(CdpError::Gone),
        }
    }

    /// Sends a command and waits for its answer; events that come before it are put aside.
    pub(super) fn call(
        &mut self,
        session: Option<&str>,
        method: &'static str,
        params: Value,
        limit: Duration,
    ) -> Result<Value, CdpError> {
        let id = self.send(session, method, params)?;
        let until = Instant::now() + limit;
        loop {
            let Some((bytes, mut message)) = self.receive(until)? else {
                return Err(CdpError::TimedOut { method, limit });
            };
            if message.get("id").and_then(Value::as_u64) == Some(id) {
                if let Some(error) = message.get("error") {
                    let why = error.get("message").and_then(Value::as_str).unwrap_or("no reason");
                    return Err(CdpError::Refused { method, why: why.chars().take(200).collect() });
                }
                return Ok(message.get_mut("result").map(Value::take).unwrap_or_default());
            }
            let Some(told) = told(message) else { continue };
            if self.aside_bytes.saturating_add(bytes) > ASIDE_BYTES_MAX {
                self.lost += 1;
                continue;
            }
            self.aside_bytes += bytes;
            self.aside.push_back((bytes, told));
        }
    }

    /// The next event; none when nothing came until then.
    pub(super) fn next(&mut self, until: Instant) -> Result<Option<Told>, CdpError> {
        if let Some((bytes, told)) = self.aside.pop_front() {
            self.aside_bytes = self.aside_bytes.saturating_sub(bytes);
            return Ok(Some(told));
        }
        loop {
            match self.receive(until)? {
                None => return Ok(None),
                Some((_, message)) => {
                    if let Some(told) = told(message) {
                        return Ok(Some(told));
                    }
                }
            }
        }
    }

    fn receive(&mut self, until: Instant) -> Result<Option<(usize, Value)>, CdpError> {
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.incoming.recv_timeout(left) {
                Ok(Incoming::Message(bytes, message)) => return Ok(Some((bytes, message))),
                Ok(Incoming::Lost) => self.lost += 1,
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => return Err(CdpError::Gone),
            }
        }
    }
}

/// An event out of a message; answers to commands nobody waits for are none.
fn told(mut message: Value) -> Option<Told> {
    let method = message.get("method")?.as_str()?.to_owned();
    let session = message.get("sessionId").and_then(Value::as_str).map(str::to_owned);
    let params = message.get_mut("params").map(Value::take).unwrap_or_default();
    Some(Told { session, method, params })
}
