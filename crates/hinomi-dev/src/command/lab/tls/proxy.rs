//! A proxy that counts and delays: how many connections a prober makes, how many at once, how many bytes, and how long
//! it takes when every packet has a way to go.
//!
//! The delay is that of a real path: a connection stands after one round trip, and every byte arrives half a round trip
//! after it was sent, however many are on the way.

use super::abrupt;
use anyhow::{Context, Result};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes on the way in one direction of one connection, in chunks of at most [`CHUNK_BYTES`].
const ON_THE_WAY_MAX: usize = 256;
/// A chunk.
const CHUNK_BYTES: usize = 16 * 1024;

/// The connections of this machine.
const KERNELS_TABLE: &str = "/proc/net/tcp";

/// What went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Counted {
    pub(crate) connections: u64,
    /// The most that the prober held open at once, each time one more came. What it has closed does not count, though
    /// the server's end of it may still be on its way.
    pub(crate) at_once_max: u64,
    /// From the prober to the server.
    pub(crate) bytes_asked: u64,
    pub(crate) bytes_answered: u64,
}

#[derive(Debug, Default)]
struct Counts {
    connections: AtomicU64,
    at_once_max: AtomicU64,
    bytes_asked: AtomicU64,
    bytes_answered: AtomicU64,
    is_over: AtomicBool,
}

/// A proxy in front of one server; it takes no more connections when this value ends.
pub(crate) struct Proxy {
    port: u16,
    counts: Arc<Counts>,
}

impl Proxy {
    /// Starts before a port of the loopback.
    pub(crate) fn before(target: u16, round_trip: Duration) -> Result<Self> {
        std::fs::metadata(KERNELS_TABLE).context("nothing says how many connections stand")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("failed to start a proxy")?;
        let port = listener.local_addr()?.port();
        let counts = Arc::new(Counts::default());
        let shared = Arc::clone(&counts);
        thread::spawn(move || {
            for client in listener.incoming() {
                if shared.is_over.load(Ordering::Relaxed) {
                    break;
                }
                let Ok(client) = client else { continue };
                let shared = Arc::clone(&shared);
                shared.arrived(port);
                thread::spawn(move || {
                    // A connection that breaks off is what the ends wanted, not a fault of the proxy.
                    _ = relay(client, target, round_trip, &shared);
                });
            }
        });
        Ok(Self { port, counts })
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What went through until now.
    pub(crate) fn counted(&self) -> Counted {
        let of = |count: &AtomicU64| count.load(Ordering::Acquire);
        Counted {
            connections: of(&self.counts.connections),
            at_once_max: of(&self.counts.at_once_max),
            bytes_asked: of(&self.counts.bytes_asked),
            bytes_answered: of(&self.counts.bytes_answered),
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.counts.is_over.store(true, Ordering::Relaxed);
        // The listener looks at the flag when somebody comes.
        _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Counts {
    fn arrived(&self, port: u16) {
        self.at_once_max.fetch_max(established(port), Ordering::Relaxed);
        self.connections.fetch_add(1, Ordering::Release);
    }
}

/// Connections that somebody holds open to a port of the loopback, those not yet taken included, as the kernel's table
/// has them at the end that called (proc_net_tcp(5): the third column is the address and port of the other end, the
/// fourth the state; 01 is established, which a socket is no longer once it is closed here).
fn established(port: u16) -> u64 {
    let table = std::fs::read_to_string(KERNELS_TABLE).unwrap_or_default();
    let called = format!("0100007F:{port:04X}");
    let stands = |line: &&str| {
        let mut columns = line.split_ascii_whitespace().skip(2);
        columns.next() == Some(&called) && columns.next() == Some("01")
    };
    table.lines().filter(stands).count().try_into().unwrap_or(u64::MAX)
}

/// Carries both directions until both have ended.
fn relay(client: TcpStream, target: u16, round_trip: Duration, counts: &Arc<Counts>) -> Result<()> {
    // The server hears of the connection with the last step of the handshake.
    let stands = Instant::now() + round_trip + round_trip / 2;
    wait_until(stands);
    let server = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, target)))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (asking, answering) = ((client.try_clone()?, server.try_clone()?), (server, client));
    let shared = Arc::clone(counts);
    let asked = thread::spawn(move || carry(asking, stands, round_trip / 2, &shared.bytes_asked));
    carry(answering, stands, round_trip / 2, &counts.bytes_answered);
    // The other thread has ended by itself, or broke down; nothing is left to carry either way.
    _ = asked.join();
    Ok(())
}

/// Carries one direction, each chunk as late as it must be.
fn carry((from, to): (TcpStream, TcpStream), stands: Instant, late: Duration, count: &AtomicU64) {
    if late.is_zero() {
        let mut pipe = to;
        let ended = read_all(from, |chunk| {
            count.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            pipe.write_all(&chunk).is_ok()
        });
        return end(&pipe, ended);
    }
    let (send, receive) = mpsc::sync_channel::<(Instant, Vec<u8>)>(ON_THE_WAY_MAX);
    let writer = thread::spawn(move || {
        let mut pipe = to;
        let mut last = stands;
        while let Ok((due, chunk)) = receive.recv() {
            last = due.max(last);
            wait_until(last);
            if pipe.write_all(&chunk).is_err() {
                break;
            }
        }
        pipe
    });
    let ended = read_all(from, |chunk| {
        count.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        send.send((Instant::now() + late, chunk)).is_ok()
    });
    let over = Instant::now() + late;
    drop(send);
    if let Ok(pipe) = writer.join() {
        wait_until(over);
        end(&pipe, ended);
    }
}

/// How a direction ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    Closed,
    Reset,
}

fn read_all(mut from: TcpStream, mut taken: impl FnMut(Vec<u8>) -> bool) -> Ended {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ended::Closed,
            Ok(count) if taken(chunk.iter().take(count).copied().collect()) => {}
            Ok(_) | Err(_) => return Ended::Reset,
        }
    }
}

/// Passes the end on as it came.
fn end(to: &TcpStream, ended: Ended) {
    match ended {
        Ended::Closed => _ = to.shutdown(Shutdown::Write),
        Ended::Reset => abrupt(to),
    }
}

fn wait_until(due: Instant) {
    thread::sleep(due.saturating_duration_since(Instant::now()));
}
