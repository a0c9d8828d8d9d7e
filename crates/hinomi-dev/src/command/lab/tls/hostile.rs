//! Servers that nobody should trust: silence, garbage, floods, ends without a word. Each takes a prober's time or memory
//! where it may, and none ever speaks TLS rightly, but for the one that cuts a right answer into records of one byte.

use super::abrupt;
use super::heard::{Heard, Spoken};
use anyhow::{Context, Result};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// A hostile server.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Hostile {
    pub(crate) id: &'static str,
    /// What it does, in a line.
    pub(crate) title: &'static str,
    pub(crate) port: u16,
    pub(crate) starttls: Option<&'static str>,
    /// The suites of TLS 1.2 that it truly agrees on, before it shows what it is.
    pub(crate) speaks: &'static [u32],
    #[serde(skip)]
    pub(super) serve: fn(&mut TcpStream) -> io::Result<()>,
}

const fn hostile(
    id: &'static str,
    title: &'static str,
    port: u16,
    serve: fn(&mut TcpStream) -> io::Result<()>,
) -> Hostile {
    Hostile { id, title, port, starttls: None, speaks: &[], serve }
}

const fn mail(
    id: &'static str,
    title: &'static str,
    port: u16,
    serve: fn(&mut TcpStream) -> io::Result<()>,
) -> Hostile {
    Hostile { starttls: Some("smtp"), ..hostile(id, title, port, serve) }
}

/// One that agrees on a suite first.
const fn agreeing(
    id: &'static str,
    title: &'static str,
    port: u16,
    serve: fn(&mut TcpStream) -> io::Result<()>,
) -> Hostile {
    Hostile { speaks: &[AGREED], ..hostile(id, title, port, serve) }
}

impl Hostile {
    /// What is wrong with what a prober says of it: more than it speaks, a weakness, or silence about what was not tested.
    pub(crate) fn fault(&self, heard: &Heard) -> Option<String> {
        let of = |spoken: &Spoken| if spoken.name == "tls1.2" { self.speaks } else { &[] };
        let made_up = |spoken: &&Spoken| spoken.suites.iter().any(|suite| !of(spoken).contains(suite));
        if let Some(spoken) = heard.versions.iter().find(made_up) {
            return Some(format!("it does not speak {:04X?} in {}", spoken.suites, spoken.name));
        }
        // The suite that some agree on is a CBC one, and is open to LUCKY13 by that alone.
        let follows = |weakness: &&String| !self.speaks.is_empty() && weakness.as_str() == "lucky13";
        if let Some(weakness) = heard.vulnerable.iter().find(|weakness| !follows(weakness)) {
            return Some(format!("{weakness} was claimed"));
        }
        let nothing = heard.versions.iter().all(|spoken| spoken.suites.is_empty());
        (nothing && heard.untested.is_empty()).then(|| "it was called clean".to_owned())
    }
}

/// The server whose answers [`one_byte_records`] cuts up, when it is raised too: its truth is the truth of both.
pub(crate) const CUT_UP: u16 = 9808;
/// Where they are cut up.
pub(crate) const CUT_UP_PORT: u16 = 9866;

/// All of them.
pub(crate) const ALL: &[Hostile] = &[
    hostile("garbage", "answers with bytes of chance", 9851, garbage),
    hostile("http", "speaks HTTP where TLS is expected", 9852, http),
    hostile("reset", "resets the connection when it has heard a hello", 9853, reset),
    hostile("closed", "closes the connection when it has heard a hello", 9854, closed),
    hostile("silent", "takes connections and says nothing for a minute", 9855, silent),
    agreeing("drip", "sends a right answer, a byte a second", 9856, drip),
    agreeing("endless-certificate", "sends one certificate message of 16 MB", 9857, endless_certificate),
    agreeing(
        "many-certificates",
        "sends a chain of 4,000 certificates that are none",
        9858,
        many_certificates,
    ),
    agreeing("no-der", "sends a certificate that is no DER", 9859, no_der),
    hostile("alert-flood", "warns 200,000 times", 9860, alert_flood),
    hostile("empty-records", "sends 200,000 handshake records without content", 9861, empty_records),
    hostile("long-record", "announces a record of 65,535 bytes, which no version allows", 9862, long_record),
    hostile("wrong-suite", "chooses a suite that was not offered", 9863, wrong_suite),
    hostile("wrong-version", "chooses a version that does not exist", 9864, wrong_version),
    hostile("endless-retry", "asks for another key again and again", 9865, endless_retry),
    hostile(
        "one-byte-records",
        "cuts the handshake of another server into records of one byte",
        CUT_UP_PORT,
        one_byte_records,
    ),
    mail("starttls-absent", "does not offer STARTTLS", 9871, starttls_absent),
    mail("starttls-refused", "offers STARTTLS and refuses it", 9872, starttls_refused),
    mail("starttls-injected", "sends more in the clear behind its consent", 9873, starttls_injected),
    mail("starttls-flood", "greets without end", 9874, starttls_flood),
];

/// What a whole flight of theirs comes to at most.
const FLOOD_BYTES_MAX: usize = 16 << 20;
/// How long a silent one is silent.
const SILENCE: Duration = Duration::from_secs(60);
/// The most that is read of a hello.
const HELLO_BYTES_MAX: u64 = 20_000;

/// Starts all; they end with this process.
pub(crate) fn raise() -> Result<()> {
    for hostile in ALL {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, hostile.port))
            .with_context(|| format!("failed to raise {}", hostile.id))?;
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                thread::spawn(move || {
                    // Who is tired of them hangs up: that is what they are for.
                    _ = stream.set_read_timeout(Some(SILENCE));
                    _ = stream.set_write_timeout(Some(SILENCE));
                    _ = (hostile.serve)(&mut stream);
                });
            }
        });
    }
    Ok(())
}

// ---- what they say

/// The first record of a client, or what it sent instead.
fn hello(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    // SSL 2.0 has two bytes of length; all others have a record of type 22.
    let [kind, second, _, high, low] = head;
    let rest = if kind & 0x80 == 0 {
        u64::from(u16::from_be_bytes([high, low]))
    } else {
        u64::from(u16::from_be_bytes([kind & 0x7F, second])).saturating_sub(3)
    };
    let mut body = head.to_vec();
    stream.take(rest.min(HELLO_BYTES_MAX)).read_to_end(&mut body)?;
    Ok(body)
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&[kind, 3, 3], &length[..], body].concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&[kind], &length[1..], body].concat()
}

/// A ServerHello of TLS 1.2 without extensions.
fn server_hello(version: [u8; 2], suite: [u8; 2]) -> Vec<u8> {
    message(2, &[&version[..], &[0x5A; 32], &[0], &suite, &[0]].concat())
}

/// The one suite that some of them agree on, in TLS 1.2 and nowhere else: TLS_RSA_WITH_AES_128_CBC_SHA.
const AGREED: u32 = 0x002F;

/// Hears a hello out; one that does not offer [`AGREED`] in TLS 1.2 is refused with an alert.
fn agreed(stream: &mut TcpStream) -> io::Result<[u8; 2]> {
    let hello = hello(stream)?;
    let session = hello.get(43).map_or(0, |length| usize::from(*length));
    let rest = hello.get(44 + session..).unwrap_or_default();
    let length = rest.split_first_chunk().map_or(0, |(length, _)| usize::from(u16::from_be_bytes(*length)));
    let suites = rest.get(2..).unwrap_or_default().chunks_exact(2).take(length / 2);
    let suite = u16::try_from(AGREED).unwrap_or(0).to_be_bytes();
    if hello.get(9..11) == Some(&[3, 3]) && suites.into_iter().any(|offered| offered == suite) {
        return Ok(suite);
    }
    stream.write_all(&record(21, &[2, 40]))?;
    Err(io::ErrorKind::Unsupported.into())
}

/// A Certificate message of one certificate.
fn certificate(body: &[u8]) -> Vec<u8> {
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
    message(11, &[&length(body.len() + 3)[1..], &length(body.len())[1..], body].concat())
}

/// Bytes of chance that are the same at every run.
fn chance(count: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}

fn garbage(stream: &mut TcpStream) -> io::Result<()> {
    hello(stream)?;
    stream.write_all(&chance(4096))
}

fn http(stream: &mut TcpStream) -> io::Result<()> {
    hello(stream)?;
    let page = "<html><body><h1>400 Bad Request</h1></body></html>";
    let head = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: ";
    stream.write_all(format!("{head}{}\r\n\r\n{page}", page.len()).as_bytes())
}

fn reset(stream: &mut TcpStream) -> io::Result<()> {
    hello(stream)?;
    abrupt(stream);
    Ok(())
}

fn closed(stream: &mut TcpStream) -> io::Result<()> {
    hello(stream).map(drop)
}

fn silent(stream: &mut TcpStream) -> io::Result<()> {
    hello(stream)?;
    hello(stream).map(drop)
}

fn drip(stream: &mut TcpStream) -> io::Result<()> {
    let suite = agreed(stream)?;
    let flight = [server_hello([3, 3], suite), certificate(&[0x30, 0]), message(14, &[])].concat();
    for byte in record(22, &flight) {
        stream.write_all(&[byte])?;
        thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}

fn endless_certificate(stream: &mut TcpStream) -> io::Result<()> {
    let suite = agreed(stream)?;
    stream.write_all(&record(22, &server_hello([3, 3], suite)))?;
    // The largest length that three bytes can tell, for the message, the chain and the first certificate of it.
    stream.write_all(&record(22, &[11, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFC, 0xFF, 0xFF, 0xF9]))?;
    let piece = record(22, &chance(1 << 14));
    for _ in 0..FLOOD_BYTES_MAX >> 14 {
        stream.write_all(&piece)?;
    }
    Ok(())
}

fn many_certificates(stream: &mut TcpStream) -> io::Result<()> {
    let suite = agreed(stream)?;
    stream.write_all(&record(22, &server_hello([3, 3], suite)))?;
    let chain = [0, 0, 2, 0x30, 0].repeat(4_000);
    let length = u32::try_from(chain.len()).unwrap_or(0).to_be_bytes();
    let whole = message(11, &[&length[1..], &chain].concat());
    for piece in whole.chunks(1 << 14) {
        stream.write_all(&record(22, piece))?;
    }
    stream.write_all(&record(22, &message(14, &[])))
}

fn no_der(stream: &mut TcpStream) -> io::Result<()> {
    let suite = agreed(stream)?;
    let flight = [server_hello([3, 3], suite), certificate(&chance(700)), message(14, &[])].concat();
    stream.write_all(&record(22, &flight))
}

fn alert_flood(stream: &mut TcpStream) -> io::Result<()> {
    hello(stream)?;
    let some = record(21, &[1, 112]).repeat(1_000);
    (0..200).try_for_each(|_| stream.write_all(&some))
}

fn empty_records(stream: &mut TcpStream) -> io::Result<()> {
    hello(stream)?;
    let some = record(22, &[]).repeat(1_000);
    (0..200).try_for_each(|_| stream.write_all(&some))
}

fn long_record(stream: &mut TcpStream) -> io::Result<()> {
    let suite = agreed(stream)?;
    stream.write_all(&[22, 3, 3, 0xFF, 0xFF])?;
    stream.write_all(&server_hello([3, 3], suite))?;
    stream.write_all(&chance(60_000))
}

fn wrong_suite(stream: &mut TcpStream) -> io::Result<()> {
    hello(stream)?;
    stream.write_all(&record(22, &[server_hello([3, 3], [0x7A, 0x7A]), message(14, &[])].concat()))
}

fn wrong_version(stream: &mut TcpStream) -> io::Result<()> {
    let suite = agreed(stream)?;
    stream.write_all(&record(22, &[server_hello([3, 9], suite), message(14, &[])].concat()))
}

/// A HelloRetryRequest (RFC 8446 §4.1.4) for P-521, whatever is said.
fn endless_retry(stream: &mut TcpStream) -> io::Result<()> {
    const RETRY: [u8; 32] = [
        0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2,
        0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
    ];
    loop {
        let hello = hello(stream)?;
        let session = hello.get(43).map_or(0, |length| usize::from(*length));
        let id = hello.get(43..44 + session).unwrap_or(&[0]);
        let extensions = [0, 12, 0, 0x2B, 0, 2, 3, 4, 0, 0x33, 0, 2, 0, 0x19];
        let body = [&[3, 3], &RETRY[..], id, &[0x13, 0x01, 0], &extensions].concat();
        stream.write_all(&record(22, &message(2, &body)))?;
    }
}

/// Hands on what [`CUT_UP`] answers, its handshake in records of one byte until it is encrypted.
fn one_byte_records(stream: &mut TcpStream) -> io::Result<()> {
    let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, CUT_UP))?;
    server.set_read_timeout(Some(SILENCE))?;
    let (mut from, mut to) = (stream.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        _ = io::copy(&mut from, &mut to);
        to.shutdown(std::net::Shutdown::Write)
    });
    let mut is_clear = true;
    loop {
        let mut head = [0; 5];
        if server.read_exact(&mut head).is_err() {
            return stream.shutdown(std::net::Shutdown::Both);
        }
        let mut body = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
        server.read_exact(&mut body)?;
        is_clear &= head[0] == 22;
        if is_clear {
            let cut: Vec<u8> = body.iter().flat_map(|byte| [22, head[1], head[2], 0, 1, *byte]).collect();
            stream.write_all(&cut)?;
        } else {
            stream.write_all(&[&head[..], &body].concat())?;
        }
    }
}

// ---- mail servers

fn line(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') && line.len() < 4096 {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    Ok(line)
}

/// Greets, and answers the first EHLO.
fn greet(stream: &mut TcpStream, offers: &str) -> io::Result<Vec<u8>> {
    stream.write_all(b"220 lab.example ESMTP\r\n")?;
    line(stream)?;
    stream.write_all(format!("250-lab.example\r\n{offers}250 8BITMIME\r\n").as_bytes())?;
    line(stream)
}

fn starttls_absent(stream: &mut TcpStream) -> io::Result<()> {
    greet(stream, "")?;
    stream.write_all(b"502 5.5.1 not implemented\r\n")?;
    line(stream).map(drop)
}

fn starttls_refused(stream: &mut TcpStream) -> io::Result<()> {
    greet(stream, "250-STARTTLS\r\n")?;
    stream.write_all(b"454 4.7.0 TLS not available due to local problem\r\n")?;
    line(stream).map(drop)
}

/// The words behind the consent came before TLS did: whoever takes them for its content was lied to.
fn starttls_injected(stream: &mut TcpStream) -> io::Result<()> {
    greet(stream, "250-STARTTLS\r\n")?;
    stream.write_all(b"220 ready\r\n250-lab.example\r\n250 AUTH PLAIN\r\n")?;
    let suite = agreed(stream)?;
    stream.write_all(&record(22, &[server_hello([3, 3], suite), message(14, &[])].concat()))
}

fn starttls_flood(stream: &mut TcpStream) -> io::Result<()> {
    let some = b"220-lab.example greets you again\r\n".repeat(1_000);
    (0..FLOOD_BYTES_MAX / some.len()).try_for_each(|_| stream.write_all(&some))
}
