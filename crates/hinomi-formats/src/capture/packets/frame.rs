//! One packet: link layer, IP, and the start of TCP or UDP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Link types of <https://www.tcpdump.org/linktypes.html>.
const NULL: u16 = 0;
const ETHERNET: u16 = 1;
const RAW: u16 = 101;
const RAW_OLD: [u16; 2] = [12, 14];
const LOOP: u16 = 108;
const COOKED: u16 = 113;
const IPV4: u16 = 228;
const IPV6: u16 = 229;
const COOKED_2: u16 = 276;

/// VLAN tags and IPv6 extension headers one after the other.
const LAYERS_MAX: usize = 8;

/// A packet of TCP or UDP.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packet<'a> {
    pub(super) from: IpAddr,
    pub(super) to: IpAddr,
    pub(super) transport: Transport<'a>,
    /// TCP: its sequence number is 0, as in the answer to a connection that is refused.
    pub(super) first_answer: bool,
}

/// What is inside IP.
#[derive(Debug, Clone, Copy)]
pub(super) enum Transport<'a> {
    Udp { source: u16, target: u16, payload: &'a [u8] },
    Tcp { source: u16, target: u16, syn: bool, ack: bool, rst: bool },
}

/// Why a packet was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// Its link layer is not known here.
    Link,
    /// It ends before its headers do.
    Short,
}

/// Reads a packet. `Ok(None)`: it is whole and neither TCP nor UDP over IP.
pub(super) fn read(bytes: &[u8], link: u16) -> Result<Option<Packet<'_>>, Unread> {
    let ip = match link {
        ETHERNET => return ethernet(bytes),
        NULL | LOOP => bytes.get(4..),
        RAW | IPV4 | IPV6 => Some(bytes),
        old if RAW_OLD.contains(&old) => Some(bytes),
        COOKED => bytes.get(16..),
        COOKED_2 => bytes.get(20..),
        _ => return Err(Unread::Link),
    };
    inside(ip.ok_or(Unread::Short)?)
}

fn ethernet(bytes: &[u8]) -> Result<Option<Packet<'_>>, Unread> {
    let mut rest = bytes.get(12..).ok_or(Unread::Short)?;
    for _ in 0..LAYERS_MAX {
        let kind = u16_at(rest, 0).ok_or(Unread::Short)?;
        match kind {
            0x0800 | 0x86dd => return inside(rest.get(2..).unwrap_or_default()),
            0x8100 | 0x88a8 | 0x9100 => rest = rest.get(4..).ok_or(Unread::Short)?,
            // PPPoE, and the two protocol numbers of PPP for IP.
            0x8864 if matches!(u16_at(rest, 8), Some(0x0021 | 0x0057)) => {
                return inside(rest.get(10..).unwrap_or_default());
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}

fn inside(bytes: &[u8]) -> Result<Option<Packet<'_>>, Unread> {
    match bytes.first().ok_or(Unread::Short)? >> 4 {
        4 => v4(bytes).ok_or(Unread::Short),
        6 => v6(bytes).ok_or(Unread::Short),
        _ => Ok(None),
    }
}

/// RFC 791, 3.1. The outer `None`: too short.
fn v4(bytes: &[u8]) -> Option<Option<Packet<'_>>> {
    let header = usize::from(bytes.first()? & 0x0f).checked_mul(4)?;
    let total = usize::from(u16_at(bytes, 2)?);
    let is_later_fragment = u16_at(bytes, 6)? & 0x1fff != 0;
    let protocol = *bytes.get(9)?;
    let from: [u8; 4] = *bytes.get(12..)?.first_chunk()?;
    let to: [u8; 4] = *bytes.get(16..)?.first_chunk()?;
    if is_later_fragment || header < 20 {
        return Some(None);
    }
    // Behind the packet Ethernet may have filled up with zeros.
    let bytes = bytes.get(..total).filter(|_| total > header).unwrap_or(bytes);
    let (from, to) = (IpAddr::V4(Ipv4Addr::from(from)), IpAddr::V4(Ipv4Addr::from(to)));
    transport(protocol, bytes.get(header..)?, from, to)
}

/// RFC 8200, 3 and 4.
fn v6(bytes: &[u8]) -> Option<Option<Packet<'_>>> {
    let mut next = *bytes.get(6)?;
    let from: [u8; 16] = *bytes.get(8..)?.first_chunk()?;
    let to: [u8; 16] = *bytes.get(24..)?.first_chunk()?;
    let (from, to) = (IpAddr::V6(Ipv6Addr::from(from)), IpAddr::V6(Ipv6Addr::from(to)));
    let length = usize::from(u16_at(bytes, 4)?);
    let rest = bytes.get(40..)?;
    let mut rest = rest.get(..length).filter(|_| length > 0).unwrap_or(rest);
    for _ in 0..LAYERS_MAX {
        match next {
            // Hop by hop, routing, destination options.
            0 | 43 | 60 => {
                next = *rest.first()?;
                let length = usize::from(*rest.get(1)?).checked_add(1)?.checked_mul(8)?;
                rest = rest.get(length..)?;
            }
            44 => {
                if u16_at(rest, 2)? & 0xfff8 != 0 {
                    return Some(None);
                }
                next = *rest.first()?;
                rest = rest.get(8..)?;
            }
            _ => return transport(next, rest, from, to),
        }
    }
    Some(None)
}

/// RFC 768; RFC 9293, 3.1.
fn transport(protocol: u8, bytes: &[u8], from: IpAddr, to: IpAddr) -> Option<Option<Packet<'_>>> {
    let ports = |bytes: &[u8]| Some((u16_at(bytes, 0)?, u16_at(bytes, 2)?));
    let (transport, first_answer) = match protocol {
        17 => {
            let (source, target) = ports(bytes)?;
            (Transport::Udp { source, target, payload: bytes.get(8..)? }, false)
        }
        6 => {
            let (source, target) = ports(bytes)?;
            let sequence: [u8; 4] = *bytes.get(4..)?.first_chunk()?;
            let flags = *bytes.get(13)?;
            let (syn, rst, ack) = (flags & 2 != 0, flags & 4 != 0, flags & 16 != 0);
            (Transport::Tcp { source, target, syn, ack, rst }, sequence == [0; 4])
        }
        _ => return Some(None),
    };
    Some(Some(Packet { from, to, transport, first_answer }))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk::<2>().map(|two| u16::from_be_bytes(*two))
}
