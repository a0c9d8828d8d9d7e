//! A port, a few threads that take turns at it, and an end.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Connections of one server at once: what a survey opens at most, and two more.
const AT_ONCE: usize = 10;
/// How long a connection may last, whatever comes.
const TALK: Duration = Duration::from_secs(5);
/// Bytes of one message that is answered.
const MESSAGE_BYTES_MAX: usize = 1 << 14;

/// What is said before TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greeting {
    /// SMTP that offers STARTTLS (RFC 3207).
    Turns,
    /// SMTP that does not.
    NeverTurns,
}

/// A server.
pub(super) struct Listener {
    address: SocketAddr,
    stops: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Listener {
    /// Listens at a free port.
    pub(super) fn start(
        greeting: Option<Greeting>,
        each: impl Fn(&mut Talk) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (listener, each, stops) = (Arc::new(listener), Arc::new(each), Arc::new(AtomicBool::new(false)));
        let threads = (0..AT_ONCE).map(|_| {
            let (listener, each, stops) = (Arc::clone(&listener), Arc::clone(&each), Arc::clone(&stops));
            std::thread::Builder::new().name("demo server".to_owned()).spawn(move || {
                for stream in listener.incoming() {
                    if stops.load(Ordering::Acquire) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let mut talk = Talk { stream, until: Instant::now() + TALK };
                    if greeting.is_none_or(|greeting| talk.greet(greeting).is_ok_and(|turned| turned)) {
                        each(&mut talk);
                    }
                    _ = talk.stream.shutdown(Shutdown::Both);
                }
            })
        });
        Ok(Self { address, threads: threads.collect::<io::Result<_>>()?, stops })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stops.store(true, Ordering::Release);
        // Each thread wakes by a connection of its own.
        let wakes: Vec<_> =
            self.threads.iter().map(|_| TcpStream::connect_timeout(&self.address, TALK)).collect();
        for thread in self.threads.drain(..) {
            _ = thread.join();
        }
        drop(wakes);
    }
}

/// One connection, which ends in time.
pub(super) struct Talk {
    stream: TcpStream,
    until: Instant,
}

impl Talk {
    /// The SMTP before TLS; whether it was asked to turn, and did.
    fn greet(&mut self, greeting: Greeting) -> io::Result<bool> {
        self.write_all(b"220 mail.reiji.example ESMTP\r\n")?;
        loop {
            let line = self.line()?.to_ascii_uppercase();
            let answer: &[u8] = match (line.split_whitespace().next(), greeting) {
                (Some("EHLO"), Greeting::Turns) => b"250-mail.reiji.example\r\n250 STARTTLS\r\n",
                (Some("EHLO" | "HELO"), _) => b"250 mail.reiji.example\r\n",
                (Some("STARTTLS"), Greeting::Turns) => {
                    self.write_all(b"220 go ahead\r\n")?;
                    return Ok(true);
                }
                (Some("QUIT"), _) => {
                    self.write_all(b"221 bye\r\n")?;
                    return Ok(false);
                }
                _ => b"502 not here\r\n",
            };
            self.write_all(answer)?;
        }
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') && line.len() < 512 {
            let mut byte = [0];
            self.read_exact(&mut byte)?;
            line.extend(byte);
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// One record of SSLv3 or TLS, or one message of SSLv2, with its head.
    pub(super) fn message(&mut self) -> io::Result<Vec<u8>> {
        let mut message = vec![0; 2];
        self.read_exact(&mut message)?;
        let is_v2 = message[0] & 0x80 != 0;
        if !is_v2 {
            message.resize(5, 0);
            self.read_exact(&mut message[2..])?;
        }
        let length = match message[..] {
            [high, low] => usize::from(high & 0x7f) << 8 | usize::from(low),
            _ => usize::from(message[3]) << 8 | usize::from(message[4]),
        };
        if length > MESSAGE_BYTES_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let head = message.len();
        message.resize(head + length, 0);
        self.read_exact(&mut message[head..])?;
        Ok(message)
    }

    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Talk {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(buffer)
    }
}

impl Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
