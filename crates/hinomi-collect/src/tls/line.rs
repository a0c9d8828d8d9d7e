//! One socket of a survey.

use hinomi_formats::tls::survey::End;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use std::io::{self, Read, Write};
use std::net::SocketAddr;

/// Bytes read at one event: more than a survey takes of one connection, so that it has closed before anything is left.
const READ_MAX: usize = 256 << 10;

/// What a socket came to.
#[derive(Debug)]
pub(super) enum Moved {
    Opened,
    Heard(Vec<u8>),
    Ended(End),
}

/// A socket, and what waits to be sent.
pub(super) struct Line {
    stream: TcpStream,
    is_open: bool,
    unsent: Vec<u8>,
}

impl Line {
    pub(super) fn open(registry: &Registry, token: Token, address: SocketAddr) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { stream, is_open: false, unsent: Vec::new() })
    }

    /// Sends, now or when the socket can. An error shows when reading, after what the server said before it.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        self.unsent.extend_from_slice(bytes);
        if self.is_open {
            let _ = self.flush();
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => drop(self.unsent.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Looks at the socket after an event.
    pub(super) fn moved(&mut self, buffer: &mut [u8]) -> Vec<Moved> {
        let mut moved = Vec::new();
        if !self.is_open {
            if let Ok(Some(_)) | Err(_) = self.stream.take_error() {
                return vec![Moved::Ended(End::Refused)];
            }
            match self.stream.peer_addr() {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotConnected => return moved,
                Err(_) => return vec![Moved::Ended(End::Refused)],
            }
            self.is_open = true;
            let _ = self.stream.set_nodelay(true);
            moved.push(Moved::Opened);
        }
        let _ = self.flush();
        self.read(buffer, &mut moved);
        moved
    }

    fn read(&mut self, buffer: &mut [u8], moved: &mut Vec<Moved>) {
        let mut total = 0;
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return moved.push(Moved::Ended(End::Closed)),
                Ok(count) => {
                    moved.push(Moved::Heard(buffer.iter().take(count).copied().collect()));
                    total += count;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return moved.push(Moved::Ended(End::Reset)),
            }
            if total > READ_MAX {
                return;
            }
        }
    }
}
