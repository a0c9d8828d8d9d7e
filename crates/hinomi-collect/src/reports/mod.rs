//! Receives what the browser extension reports: lines of JSON by POST, to a file or to standard output.
//!
//! What is answered with success is written, and synchronised where there is a disk; what is not stays in the
//! extension and comes again. Nobody but an extension of this machine's browsers is listened to: pages are told apart
//! by the `Origin` that a browser adds and a page cannot change, and by a `Host` that a rebound name cannot have.
//! A line is not written as it came but built anew from the fields that are known, addresses without their query.

mod line;
mod request;
mod sink;
#[cfg(test)]
mod tests;

use request::{Reply, Request};
use sink::{Sink, Unwritten};
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The path to which reports are sent.
pub const REPORT_PATH: &str = "/page-reports";
/// The media type of reports.
const MEDIA_TYPE: &str = "application/x-ndjson";
/// Connections at once; one browser has one.
const CONNECTIONS_MAX: usize = 32;
/// From the first byte to the last answer.
const CONNECTION_TIME: Duration = Duration::from_secs(10);
/// After a connection could not be taken.
const PAUSE: Duration = Duration::from_millis(50);

/// How to receive.
#[derive(Debug, Clone)]
pub struct Receive {
    /// Where to listen; port 0 for any.
    pub listen: SocketAddr,
    /// Also addresses that others can reach. The connection is not encrypted.
    pub beyond_this_machine: bool,
    /// Origins (`chrome-extension://…`) that are listened to; none for every extension.
    pub origins: Vec<String>,
    /// The file that lines are added to; else standard output.
    pub to: Option<PathBuf>,
    /// The file is not made larger than that: whoever reads it later may have the same limit.
    pub file_bytes_max: u64,
}

/// Why nothing can be received; completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// Others could send.
    #[error("listen on {address}: it is not an address of this machine only")]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The address is taken, or not ours.
    #[error("listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written, is written by somebody else, or is of another kind.
    #[error("write {}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Nobody reads standard output any more.
    #[error("write to standard output")]
    Output,
}

/// What happened while receiving.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heard {
    /// Lines were written; `refused` were no reports.
    Lines {
        /// Written.
        taken: usize,
        /// Not written.
        refused: usize,
    },
    /// A request that was not listened to: why.
    Refused(&'static str),
    /// Lines could not be written; their sender keeps them.
    Unwritten(String),
}

/// Somebody who is told.
pub type Told = dyn Fn(Heard) + Send + Sync;

/// An open ear.
pub struct Receiver {
    listener: TcpListener,
    address: SocketAddr,
    sink: Sink,
    origins: Vec<String>,
    local_only: bool,
}

impl Receiver {
    /// Opens file and port.
    ///
    /// # Errors
    /// When one of them cannot be had.
    pub fn open(how: &Receive) -> Result<Self, ReceiveError> {
        let address = how.listen;
        let local_only = address.ip().is_loopback();
        if !local_only && !how.beyond_this_machine {
            return Err(ReceiveError::NotLoopback { address });
        }
        let failed = |source| ReceiveError::Listen { address, source };
        let sink = Sink::open(how.to.as_deref(), how.file_bytes_max)?;
        let listener = TcpListener::bind(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, sink, origins: how.origins.clone(), local_only })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Receives until standard output is gone; with a file, until the process ends.
    pub fn run(self, told: Arc<Told>) -> ReceiveError {
        let ear = Arc::new(self);
        let open = Arc::new(AtomicUsize::new(0));
        loop {
            if ear.sink.is_gone() {
                return ReceiveError::Output;
            }
            let Ok((stream, _)) = ear.listener.accept() else {
                // Out of file descriptors, or a client that left at once: the next one may come through.
                thread::sleep(PAUSE);
                continue;
            };
            if open.fetch_add(1, Ordering::AcqRel) >= CONNECTIONS_MAX {
                open.fetch_sub(1, Ordering::AcqRel);
                turn_away(stream);
                continue;
            }
            let (ear, told, own) = (Arc::clone(&ear), Arc::clone(&told), Arc::clone(&open));
            let serve = move || {
                ear.serve(&stream, &*told);
                own.fetch_sub(1, Ordering::AcqRel);
            };
            if thread::Builder::new().spawn(serve).is_err() {
                open.fetch_sub(1, Ordering::AcqRel);
                thread::sleep(PAUSE);
            }
        }
    }

    fn serve(&self, stream: &TcpStream, told: &Told) {
        let until = Instant::now() + CONNECTION_TIME;
        let (reply, origin) = match Request::read(stream, until) {
            Ok(request) => (self.answer(&request, told), request.origin().map(str::to_owned)),
            Err(refused) => {
                told(Heard::Refused(refused.why));
                (refused, None)
            }
        };
        let allowed = origin.filter(|origin| self.is_ours(origin));
        reply.send(stream, allowed.as_deref(), until);
    }

    fn answer(&self, request: &Request, told: &Told) -> Reply {
        match self.refusal(request) {
            Some(reply) => {
                told(Heard::Refused(reply.why));
                reply
            }
            None if request.method == "OPTIONS" => Reply::new(204, ""),
            None => self.take(&request.body, told),
        }
    }

    /// Why a request is not listened to.
    fn refusal(&self, request: &Request) -> Option<Reply> {
        let ours = match request.origin() {
            Some(origin) => self.is_ours(origin),
            // No page can leave it out, so it is a program of this machine.
            None => self.origins.is_empty(),
        };
        if !ours {
            return Some(Reply::new(403, "not from an extension that is listened to"));
        }
        if self.local_only && !request.header("host").is_some_and(names_this_machine) {
            return Some(Reply::new(403, "the host is not this machine"));
        }
        if request.path() != REPORT_PATH {
            return Some(Reply::new(404, "another path"));
        }
        if request.method == "OPTIONS" {
            return None;
        }
        if request.method != "POST" {
            return Some(Reply::new(405, "another method"));
        }
        // Anything else a page may send without asking first.
        let media = request.header("content-type").and_then(|value| value.split(';').next());
        let right = media.is_some_and(|media| media.trim().eq_ignore_ascii_case(MEDIA_TYPE));
        (!right).then(|| Reply::new(415, "another media type"))
    }

    fn is_ours(&self, origin: &str) -> bool {
        if !self.origins.is_empty() {
            return self.origins.iter().any(|own| own == origin);
        }
        ["chrome-extension://", "moz-extension://"].iter().any(|scheme| origin.starts_with(scheme))
    }

    fn take(&self, body: &[u8], told: &Told) -> Reply {
        let read = line::read(body);
        if read.taken == 0 {
            told(Heard::Refused("no line is a report"));
            return Reply::new(422, "no line is a report");
        }
        match self.sink.append(&read.lines) {
            Ok(()) => {
                told(Heard::Lines { taken: read.taken, refused: read.refused });
                Reply::new(204, "")
            }
            Err(Unwritten(why)) => {
                told(Heard::Unwritten(why));
                Reply::new(507, "not written")
            }
        }
    }
}

/// `127.0.0.1:8787`, `[::1]:8787`, `localhost`.
fn names_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// One connection too many: told so without reading it.
fn turn_away(mut stream: TcpStream) {
    _ = stream.set_write_timeout(Some(PAUSE));
    _ = stream.write_all(Reply::new(503, "").head(None).as_bytes());
}
