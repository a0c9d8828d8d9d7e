//! A socket that is over when its time is, whatever the other side does.

use hinomi_formats::tls::survey::Why;
use hinomi_formats::tls::wire::{NotTls, what_is};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Bytes read of one server: the longest handshake that rustls takes and the longest head, with the overhead of
/// records, fit in easily.
const BYTES_MAX: usize = 1 << 20;
/// First bytes kept, to say what it was if it was no TLS.
const FIRST_BYTES: usize = 5;

/// One connection.
pub(super) struct Line {
    stream: TcpStream,
    until: Instant,
    heard: usize,
    first: Vec<u8>,
}

impl Line {
    /// Connects; `limit` is for this and for all that follows.
    pub(super) fn open(address: SocketAddr, limit: Duration) -> Result<Self, Why> {
        let until = Instant::now() + limit;
        let stream = TcpStream::connect_timeout(&address, limit).map_err(|error| match error.kind() {
            ErrorKind::TimedOut => Why::Timeout,
            _ => Why::Unreachable,
        })?;
        // Small messages that wait for each other.
        stream.set_nodelay(true).map_err(|_| Why::Unreachable)?;
        Ok(Self { stream, until, heard: 0, first: Vec::new() })
    }

    /// What the first bytes say of who is there, when they were no TLS.
    pub(super) fn not_tls(&self) -> NotTls {
        match self.first.as_slice() {
            // kinds of records
            [0x14..=0x17, 3, ..] => NotTls::Malformed,
            first => what_is(first),
        }
    }

    /// The time left, of which there is some.
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

/// Sockets tell a time that is over as `WouldBlock` on some systems, which TLS would take for "later".
fn in_time(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::WouldBlock { ErrorKind::TimedOut.into() } else { error }
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.heard >= BYTES_MAX {
            return Err(ErrorKind::FileTooLarge.into());
        }
        self.stream.set_read_timeout(Some(self.left()?))?;
        let count = self.stream.read(buffer).map_err(in_time)?;
        self.heard += count;
        let room = FIRST_BYTES.saturating_sub(self.first.len());
        self.first.extend(buffer.iter().take(count.min(room)));
        Ok(count)
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes).map_err(in_time)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
