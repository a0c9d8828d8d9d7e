//! Packets: libpcap and pcapng, as far as they say who asked which name, who connected where, and what WebRTC sent.
//!
//! Contents of connections are passed over. Fragments after the first, and DNS over TCP or TLS, are not put together.

mod dns;
mod frame;
pub(super) mod stun;

use super::record::{Record, Source, What, endpoint};
use super::{Sink, Told};
use crate::{Limits, Problem, ProblemKind};
use frame::{Packet, Transport};
use std::net::IpAddr;

/// What tcpdump writes at most of one packet, and what no writer passes.
const PACKET_BYTES_MAX: usize = 262_144;
/// pcapng: a block may carry options beside the packet.
const BLOCK_BYTES_MAX: usize = 1 << 20;
/// pcapng: section header, interface description, simple, obsolete and enhanced packet.
const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE: u32 = 3;
const ENHANCED: u32 = 6;

/// The four magics of libpcap: little endian or big, microseconds or nanoseconds.
const MAGICS: [([u8; 4], bool, u64); 4] = [
    ([0xd4, 0xc3, 0xb2, 0xa1], true, 1_000),
    ([0xa1, 0xb2, 0xc3, 0xd4], false, 1_000),
    ([0x4d, 0x3c, 0xb2, 0xa1], true, 1_000_000),
    ([0xa1, 0xb2, 0x3c, 0x4d], false, 1_000_000),
];

/// Whether the bytes start like packets.
pub(super) fn looks_like_packets(head: &[u8]) -> bool {
    let order = head.get(8..12);
    MAGICS.iter().any(|(magic, _, _)| head.starts_with(magic))
        || (head.starts_with(&SECTION.to_be_bytes())
            && (order == Some(&[0x4d, 0x3c, 0x2b, 0x1a]) || order == Some(&[0x1a, 0x2b, 0x3c, 0x4d])))
}

/// Reads packets.
#[derive(Debug)]
pub(super) struct Packets {
    /// What was taken and is not whole yet.
    held: Vec<u8>,
    offset: u64,
    /// Bytes of a block that is passed over.
    skip: u64,
    state: State,
    link: u16,
    interfaces: Vec<Interface>,
    interfaces_max: usize,
    packets: u64,
    lost: Lost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    /// libpcap: little endian, ticks of a stamp in a millisecond.
    Pcap(bool, u64),
    /// pcapng: little endian.
    Blocks(bool),
    /// The bytes make no sense from here on.
    Over,
}

/// pcapng: an interface.
#[derive(Debug, Clone, Copy)]
struct Interface {
    link: u16,
    /// Ticks of a stamp in a second.
    ticks: u64,
}

/// Packets that could not be read.
#[derive(Debug, Default)]
struct Lost {
    links: u64,
    cut: u64,
}

impl Packets {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            held: Vec::new(),
            offset: 0,
            skip: 0,
            state: State::Start,
            link: 0,
            interfaces: Vec::new(),
            interfaces_max: limits.entries_max,
            packets: 0,
            lost: Lost::default(),
        }
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8], sink: &mut Sink<'_>, told: &mut Told) {
        while !bytes.is_empty() && self.state != State::Over {
            // Pieces of bounded size, so that no more than one of them and one packet is held.
            let (piece, rest) = bytes.split_at_checked(PACKET_BYTES_MAX).unwrap_or((bytes, &[]));
            self.held.extend_from_slice(piece);
            bytes = rest;
            let held = std::mem::take(&mut self.held);
            let mut at = 0_usize;
            while let Some(used) = self.advance(held.get(at..).unwrap_or_default(), sink, told) {
                at = at.saturating_add(used);
                self.offset = self.offset.saturating_add(used as u64);
            }
            self.held = held;
            self.held.drain(..at.min(self.held.len()));
        }
    }

    /// Passes over what is skipped, or reads one structure; gives the bytes used, `None` when more are needed.
    fn advance(&mut self, bytes: &[u8], sink: &mut Sink<'_>, told: &mut Told) -> Option<usize> {
        if self.skip == 0 {
            let used = self.step(bytes, sink, told);
            if used.is_some() || self.skip == 0 {
                return used;
            }
        }
        let gone = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip = self.skip.saturating_sub(gone as u64);
        (gone > 0).then_some(gone)
    }

    pub(super) fn finish(&self, told: &mut Told) {
        let place = format!("byte {}", self.offset);
        if self.state == State::Start {
            told.tell(Problem::new(ProblemKind::Unreadable, "", "no packets"));
        } else if self.state != State::Over && (!self.held.is_empty() || self.skip > 0) {
            told.tell(Problem::new(ProblemKind::Truncated, place, "the recording ends inside a packet"));
        }
        if self.lost.links > 0 {
            let detail = format!("{} packets of a link layer that is not read", self.lost.links);
            told.tell(Problem::new(ProblemKind::Unsupported, "", detail));
        }
        if self.lost.cut > 0 {
            let detail = format!("{} packets were recorded in part and could not be read", self.lost.cut);
            told.tell(Problem::new(ProblemKind::Truncated, "", detail));
        }
    }

    /// Reads one structure; gives the bytes used, `None` when more are needed or reading is over.
    fn step(&mut self, bytes: &[u8], sink: &mut Sink<'_>, told: &mut Told) -> Option<usize> {
        match self.state {
            State::Start => self.start(bytes),
            State::Pcap(little, ticks) => self.pcap(bytes, little, ticks, sink, told),
            State::Blocks(little) => self.block(bytes, little, sink, told),
            State::Over => None,
        }
    }

    fn start(&mut self, bytes: &[u8]) -> Option<usize> {
        let head = bytes.get(..24)?;
        if let Some((_, little, ticks)) = MAGICS.iter().find(|(magic, _, _)| head.starts_with(magic)) {
            // The upper half tells of the frame check sequence.
            self.link = (u32_at(head, 20, *little)? & 0xffff) as u16;
            self.state = State::Pcap(*little, *ticks);
            return Some(24);
        }
        let is_section = head.starts_with(&SECTION.to_be_bytes());
        self.state = if is_section { State::Blocks(true) } else { State::Over };
        Some(0)
    }

    fn pcap(
        &mut self,
        bytes: &[u8],
        little: bool,
        ticks: u64,
        sink: &mut Sink<'_>,
        told: &mut Told,
    ) -> Option<usize> {
        let header = bytes.get(..16)?;
        let (seconds, fraction) = (u32_at(header, 0, little)?, u32_at(header, 4, little)?);
        let length = u32_at(header, 8, little)? as usize;
        if length > PACKET_BYTES_MAX {
            self.broken("a packet is longer than any", told);
            return None;
        }
        let packet = bytes.get(16..)?.get(..length)?;
        let at_ms =
            i64::from(seconds).saturating_mul(1_000).saturating_add((u64::from(fraction) / ticks) as i64);
        self.packet(packet, self.link, at_ms, u32_at(header, 12, little)? as usize > length, sink);
        Some(length.saturating_add(16))
    }

    fn block(&mut self, bytes: &[u8], little: bool, sink: &mut Sink<'_>, told: &mut Told) -> Option<usize> {
        let head = bytes.get(..12)?;
        let is_section = head.starts_with(&SECTION.to_be_bytes());
        let little = if is_section { head.get(8..12)? == [0x4d, 0x3c, 0x2b, 0x1a] } else { little };
        let (kind, length) = (u32_at(head, 0, little)?, u32_at(head, 4, little)? as usize);
        if length < 12 || !length.is_multiple_of(4) {
            self.broken("a block of a length that cannot be", told);
            return None;
        }
        let read = matches!(kind, SECTION | INTERFACE | OLD_PACKET | SIMPLE | ENHANCED);
        if !read || length > BLOCK_BYTES_MAX {
            if read {
                told.malformed(format!("byte {}", self.offset), "a block is longer than any");
            }
            self.skip = length as u64;
            return None;
        }
        let body = bytes.get(..length)?.get(8..length.saturating_sub(4))?;
        match kind {
            SECTION => {
                self.state = State::Blocks(little);
                self.interfaces.clear();
            }
            INTERFACE if self.interfaces.len() < self.interfaces_max => {
                let interface = interface(body, little);
                self.interfaces.push(interface);
            }
            INTERFACE => told.once(Problem::limit("interfaces", "entries_max", self.interfaces_max as u64)),
            _ => {
                if self.in_block(kind, body, little, sink).is_none() {
                    told.malformed(format!("byte {}", self.offset), "a packet that does not fit its block");
                }
            }
        }
        Some(length)
    }

    /// A packet inside a block. `None` when the block cannot hold what it says.
    fn in_block(&mut self, kind: u32, body: &[u8], little: bool, sink: &mut Sink<'_>) -> Option<()> {
        let (number, packet, stamp, whole) = match kind {
            SIMPLE => {
                let whole = u32_at(body, 0, little)? as usize;
                (0, body.get(4..)?, 0, whole)
            }
            _ => {
                let number = if kind == ENHANCED {
                    u32_at(body, 0, little)?
                } else {
                    u32_at(body, 0, little)? & 0xffff
                };
                let stamp = u64::from(u32_at(body, 4, little)?) << 32 | u64::from(u32_at(body, 8, little)?);
                let held = u32_at(body, 12, little)? as usize;
                (number as usize, body.get(20..)?.get(..held)?, stamp, u32_at(body, 16, little)? as usize)
            }
        };
        let interface = *self.interfaces.get(number)?;
        let packet = packet.get(..whole).unwrap_or(packet);
        let at_ms =
            i64::try_from(u128::from(stamp) * 1_000 / u128::from(interface.ticks)).unwrap_or_default();
        self.packet(packet, interface.link, at_ms, whole > packet.len(), sink);
        Some(())
    }

    fn broken(&mut self, what: &str, told: &mut Told) {
        told.malformed(format!("byte {}", self.offset), format!("{what}; nothing behind it can be read"));
        self.state = State::Over;
    }

    /// One packet of the wire.
    fn packet(&mut self, bytes: &[u8], link: u16, at_ms: i64, is_cut: bool, sink: &mut Sink<'_>) {
        self.packets = self.packets.saturating_add(1);
        let packet = match frame::read(bytes, link) {
            Ok(Some(packet)) => packet,
            Ok(None) => return,
            Err(frame::Unread::Link) => {
                self.lost.links = self.lost.links.saturating_add(1);
                return;
            }
            Err(frame::Unread::Short) => {
                self.lost.cut = self.lost.cut.saturating_add(u64::from(is_cut));
                return;
            }
        };
        let blank = Record { at_ms, source: Source::Packets, place: self.offset, ..Record::default() };
        if let Some(record) = told_by(&packet, blank) {
            sink(record);
        }
    }
}

fn told_by(packet: &Packet<'_>, blank: Record) -> Option<Record> {
    let (from, to) = (packet.from, packet.to);
    match packet.transport {
        Transport::Udp { source, target, payload } => {
            if source == 53 || source == 5353 || target == 5353 {
                return resolution(payload, source, to, from, blank);
            }
            let to_text = to.to_string();
            let webrtc = Some(stun::read(payload, &to_text, target, stun::Transport::Udp)?);
            Some(Record {
                what: What::WebRtc,
                webrtc,
                ip: Some(to_text),
                client: Some(from.to_string()),
                ..blank
            })
        }
        Transport::Tcp { source, target, syn, ack, rst } => {
            let server = |ip: IpAddr, port| (ip.to_string(), port);
            let ((server_ip, port), client, client_port) = if syn && !ack {
                (server(to, target), from, source)
            } else if rst || (syn && ack) {
                (server(from, source), to, target)
            } else {
                return None;
            };
            let place = endpoint(&server_ip, port);
            let request = Some(format!("tcp:{}>{place}", endpoint(&client.to_string(), client_port)));
            let (url, ip, client) =
                (Some(format!("tcp://{place}")), Some(server_ip), Some(client.to_string()));
            let what = match (syn, ack) {
                (true, false) => What::Connection,
                (true, true) => What::Response,
                // What was refused before it began, and what was torn down later, look the same from here.
                _ if ack && packet.first_answer => What::Failure,
                _ => return None,
            };
            let error = (what == What::Failure).then(|| "connection refused".to_owned());
            Some(Record { what, request, url, ip, client, error, ..blank })
        }
    }
}

/// An answer of DNS, or a question of multicast DNS: there the name itself is what leaves.
fn resolution(payload: &[u8], source: u16, to: IpAddr, from: IpAddr, blank: Record) -> Option<Record> {
    let message = dns::read(payload)?;
    let multicast = source != 53;
    let client = if message.is_answer { to } else { from };
    if message.answers.is_empty() && (message.is_answer || !multicast) {
        return None;
    }
    Some(Record {
        what: What::Resolution,
        name: Some(message.name),
        answers: message.answers.iter().map(IpAddr::to_string).collect(),
        client: (!multicast || !message.is_answer).then(|| client.to_string()),
        ..blank
    })
}

/// pcapng, 4.2: link type, and the resolution of its stamps.
fn interface(body: &[u8], little: bool) -> Interface {
    let link = body
        .first_chunk::<2>()
        .map_or(0, |b| if little { u16::from_le_bytes(*b) } else { u16::from_be_bytes(*b) });
    let mut ticks = 1_000_000;
    let mut options = body.get(8..).unwrap_or_default();
    while let Some((head, rest)) = options.split_at_checked(4) {
        let word = u32_at(head, 0, little).unwrap_or_default();
        // Code and length are 16 bits each, in the order of the file.
        let (code, length) = if little { (word & 0xffff, word >> 16) } else { (word >> 16, word & 0xffff) };
        let length = length as usize;
        if code == 0 {
            break;
        }
        if let (9, Some(value)) = (code, rest.first()) {
            let power = u32::from(value & 0x7f);
            let base: u64 = if value & 0x80 == 0 { 10 } else { 2 };
            ticks = base.checked_pow(power).filter(|ticks| *ticks > 0).unwrap_or(ticks);
        }
        options = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Interface { link, ticks }
}

fn u32_at(bytes: &[u8], at: usize, little: bool) -> Option<u32> {
    let four = *bytes.get(at..)?.first_chunk::<4>()?;
    Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
}
