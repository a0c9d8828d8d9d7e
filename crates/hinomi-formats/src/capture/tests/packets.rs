//! Packets, recorded in the lab and put together here.

use super::*;
use std::net::IpAddr;

/// A packet of UDP (17) or TCP (6) with this behind its ports.
fn ip(from: &str, to: &str, protocol: u8, source: u16, target: u16, rest: &[u8]) -> Vec<u8> {
    let (from, to): (IpAddr, IpAddr) = (from.parse().unwrap(), to.parse().unwrap());
    let body = [&source.to_be_bytes(), &target.to_be_bytes(), rest].concat();
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let total = u16::try_from(20 + body.len()).unwrap().to_be_bytes();
            let head = [0x45, 0, total[0], total[1], 0, 1, 0, 0, 64, protocol, 0, 0];
            [&head, &from.octets()[..], &to.octets(), &body].concat()
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let length = u16::try_from(8 + body.len()).unwrap().to_be_bytes();
            // With a header of options for the destination before the transport.
            let head = [0x60, 0, 0, 0, length[0], length[1], 60, 64];
            let options = [protocol, 0, 1, 4, 0, 0, 0, 0];
            [&head, &from.octets()[..], &to.octets(), &options, &body].concat()
        }
        _ => panic!("one family"),
    }
}

fn udp(from: &str, to: &str, source: u16, target: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + payload.len()).unwrap().to_be_bytes();
    ip(from, to, 17, source, target, &[&length, &[0, 0], payload].concat())
}

fn tcp(from: &str, to: &str, source: u16, target: u16, sequence: u32, flags: u8) -> Vec<u8> {
    let rest = [&sequence.to_be_bytes()[..], &[0; 4], &[0x50, flags, 0, 0, 0, 0, 0, 0]].concat();
    ip(from, to, 6, source, target, &rest)
}

/// An answer: the question, then an alias of it, then addresses under the alias, by pointers.
fn dns_answer(name: &str, addresses: &[&str]) -> Vec<u8> {
    let mut out = vec![0, 7, 0x81, 0x80, 0, 1, 0, u8::try_from(addresses.len() + 1).unwrap(), 0, 0, 0, 0];
    out.extend(labels(name));
    out.extend([0, 1, 0, 1]);
    out.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 1, 0, 6, 3, b'e', b'd', b'g', 0xc0, 12]);
    for address in addresses {
        let bytes = match address.parse().unwrap() {
            IpAddr::V4(ip) => (1, ip.octets().to_vec()),
            IpAddr::V6(ip) => (28, ip.octets().to_vec()),
        };
        out.extend([0xc0, 12, 0, bytes.0, 0, 1, 0, 0, 0, 1, 0, u8::try_from(bytes.1.len()).unwrap()]);
        out.extend(bytes.1);
    }
    out
}

fn labels(name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in name.split('.') {
        out.push(u8::try_from(label.len()).unwrap());
        out.extend(label.bytes());
    }
    out.push(0);
    out
}

fn stun(username: Option<&str>) -> Vec<u8> {
    let mut attributes = Vec::new();
    if let Some(name) = username {
        attributes.extend([0, 6, 0, u8::try_from(name.len()).unwrap()]);
        attributes.extend(name.bytes());
        attributes.resize(attributes.len().next_multiple_of(4), 0);
        attributes.extend([0, 0x24, 0, 4, 1, 2, 3, 4]);
    }
    let length = u8::try_from(attributes.len()).unwrap();
    [&[0, 1, 0, length, 0x21, 0x12, 0xa4, 0x42][..], b"transaction1", &attributes].concat()
}

fn packets() -> Vec<Vec<u8>> {
    vec![
        udp(
            "192.0.2.53",
            "10.0.0.5",
            53,
            40000,
            &dns_answer("Rebind.example", &["203.0.113.9", "127.0.0.1"]),
        ),
        udp("2001:db8::53", "2001:db8::5", 53, 40001, &dns_answer("six.example", &["fd00::1"])),
        tcp("10.0.0.5", "192.168.0.1", 50000, 8080, 7, 0x02),
        tcp("192.168.0.1", "10.0.0.5", 8080, 50000, 9, 0x12),
        tcp("10.0.0.5", "127.0.0.1", 50001, 5900, 7, 0x02),
        tcp("127.0.0.1", "10.0.0.5", 5900, 50001, 0, 0x14),
        tcp("10.0.0.5", "192.168.0.1", 50000, 8080, 8, 0x18),
        udp("10.0.0.5", "127.0.0.1", 50002, 3478, &stun(None)),
        udp("10.0.0.5", "127.0.0.1", 50002, 12580, &stun(Some("aB3d:data-of-1700000000"))),
        udp("10.0.0.5", "192.168.0.7", 50002, 50003, &stun(Some("aB3d:Zz9/"))),
        udp("10.0.0.5", "224.0.0.251", 5353, 5353, &mdns_question("0a1b2c3d.local")),
        udp("10.0.0.5", "203.0.113.9", 50004, 443, b"no stun at all, but long enough"),
    ]
}

fn mdns_question(name: &str) -> Vec<u8> {
    [&[0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], &labels(name), &[0, 1, 0, 1]].concat()
}

/// libpcap in both orders, and with a VLAN tag where the link layer is Ethernet.
fn pcap(little: bool, link: u8) -> Vec<u8> {
    let word = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
    let mut out = [&word(0xa1b2_c3d4)[..], &[0; 12], &word(65_535), &word(u32::from(link))].concat();
    for (at, packet) in packets().iter().enumerate() {
        let frame = framed(packet, link);
        let length = word(u32::try_from(frame.len()).unwrap());
        out.extend([word(1_795_452_429), word(1_000 * u32::try_from(at).unwrap()), length, length].concat());
        out.extend(frame);
    }
    out
}

fn framed(packet: &[u8], link: u8) -> Vec<u8> {
    let kind: [u8; 2] = if packet[0] >> 4 == 6 { [0x86, 0xdd] } else { [8, 0] };
    let head: Vec<u8> = match link {
        1 => [&[0; 12][..], &[0x81, 0, 0, 5], &kind].concat(),
        113 => [&[0; 14][..], &kind].concat(),
        0 => vec![2, 0, 0, 0],
        _ => Vec::new(),
    };
    [&head, packet].concat()
}

/// pcapng with an interface of nanoseconds, and a block that is passed over.
fn pcapng() -> Vec<u8> {
    let block = |kind: u32, body: &[u8]| {
        let length = u32::try_from(12 + body.len().next_multiple_of(4)).unwrap().to_le_bytes();
        let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
        [&kind.to_le_bytes()[..], &length, body, &padding, &length].concat()
    };
    let section = [0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255];
    let interface = [101, 0, 0, 0, 0, 0, 4, 0, 9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0];
    let mut out = [block(0x0a0d_0d0a, &section), block(1, &interface), block(4, &[1; 300])].concat();
    for (at, packet) in packets().iter().enumerate() {
        let stamp = 1_795_452_429_000_000_000_u64 + 1_000_000 * at as u64;
        let (high, low) = (u32::try_from(stamp >> 32).unwrap(), (stamp & 0xffff_ffff) as u32);
        let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
        let head = [&[0; 4][..], &high.to_le_bytes(), &low.to_le_bytes(), &length, &length].concat();
        out.extend(block(6, &[&head, &packet[..]].concat()));
    }
    out
}

/// What tcpdump saw of the visit that `webrtc.netlog` and the other recordings are of: names, connections, WebRTC.
#[test]
fn recorded_by_tcpdump() {
    let digits = include_str!("../fixtures/lab.pcap.hex").chars().filter_map(|letter| letter.to_digit(16));
    let digits: Vec<u8> = digits.map(|digit| digit as u8).collect();
    let bytes: Vec<u8> = digits.chunks(2).map(|two| two[0] << 4 | two[1]).collect();
    check(
        Format::Packets,
        &bytes,
        &expect![[r#"
        +0 Connection request=tcp:127.0.0.1:37048>127.0.0.1:5900 client=127.0.0.1 url=tcp://127.0.0.1:5900 ip=127.0.0.1
        +0 Response request=tcp:127.0.0.1:37048>127.0.0.1:5900 client=127.0.0.1 url=tcp://127.0.0.1:5900 ip=127.0.0.1
        +4051 Connection request=tcp:192.168.77.1:60368>192.168.77.1:9443 client=192.168.77.1 url=tcp://192.168.77.1:9443 ip=192.168.77.1
        +4051 Response request=tcp:192.168.77.1:60368>192.168.77.1:9443 client=192.168.77.1 url=tcp://192.168.77.1:9443 ip=192.168.77.1
        +4850 Resolution client=127.0.0.1 name=inside.example answers=127.0.0.1
        +4851 Connection request=tcp:127.0.0.1:36982>127.0.0.1:9443 client=127.0.0.1 url=tcp://127.0.0.1:9443 ip=127.0.0.1
        +4851 Response request=tcp:127.0.0.1:36982>127.0.0.1:9443 client=127.0.0.1 url=tcp://127.0.0.1:9443 ip=127.0.0.1
        +5635 Resolution client=127.0.0.1 name=inside-lan.example answers=192.168.77.1
        +14134 Resolution client=127.0.0.1 name=webrtc.scanner.example answers=203.0.113.10
        +14204 WebRtc client=127.0.0.1 ip=127.0.0.1 servers=stun:127.0.0.1:9186
        +14882 WebRtc client=192.168.77.1 ip=192.168.77.1 servers=stun:192.168.77.1:9188
        +16427 WebRtc client=127.0.0.1 ip=127.0.0.1 candidates=127.0.0.1:9191/udp ufrag=4 own
        +17131 WebRtc client=127.0.0.1 ip=127.0.0.1 candidates=127.0.0.1:9192/udp ufrag=4 own
        +17836 WebRtc client=127.0.0.1 ip=127.0.0.1 candidates=127.0.0.1:9193/udp ufrag=123
        +18542 WebRtc client=127.0.0.1 ip=127.0.0.1 candidates=127.0.0.1:9194/udp ufrag=123
    "#]],
    );
}

#[test]
fn libpcap() {
    check(
        Format::Packets,
        &pcap(true, 1),
        &expect![[r#"
        +0 Resolution client=10.0.0.5 name=rebind.example answers=203.0.113.9,127.0.0.1
        +1 Resolution client=2001:db8::5 name=six.example answers=fd00::1
        +2 Connection request=tcp:10.0.0.5:50000>192.168.0.1:8080 client=10.0.0.5 url=tcp://192.168.0.1:8080 ip=192.168.0.1
        +3 Response request=tcp:10.0.0.5:50000>192.168.0.1:8080 client=10.0.0.5 url=tcp://192.168.0.1:8080 ip=192.168.0.1
        +4 Connection request=tcp:10.0.0.5:50001>127.0.0.1:5900 client=10.0.0.5 url=tcp://127.0.0.1:5900 ip=127.0.0.1
        +5 Failure request=tcp:10.0.0.5:50001>127.0.0.1:5900 client=10.0.0.5 url=tcp://127.0.0.1:5900 ip=127.0.0.1 error=connection refused
        +7 WebRtc client=10.0.0.5 ip=127.0.0.1 servers=stun:127.0.0.1:3478
        +8 WebRtc client=10.0.0.5 ip=127.0.0.1 candidates=127.0.0.1:12580/udp ufrag=18
        +9 WebRtc client=10.0.0.5 ip=192.168.0.7 candidates=192.168.0.7:50003/udp ufrag=4 own
        +10 Resolution client=10.0.0.5 name=0a1b2c3d.local
    "#]],
    );
}

/// Whatever the order, the link layer and the container: the same packets say the same.
#[test]
fn all_containers_say_the_same() {
    let bare = |bytes: &[u8]| {
        let read = read_both(Format::Packets, bytes);
        assert_eq!(read.problems, []);
        read.value.into_iter().map(|record| Record { place: 0, ..record }).collect::<Vec<_>>()
    };
    let first = bare(&pcap(true, 1));
    assert_eq!(first.len(), 10);
    for (name, bytes) in [
        ("big endian", pcap(false, 1)),
        ("raw", pcap(true, 101)),
        ("cooked", pcap(true, 113)),
        ("loopback", pcap(true, 0)),
        ("pcapng", pcapng()),
    ] {
        assert_eq!(bare(&bytes), first, "{name}");
    }
}

/// A name that points at itself, one that never ends, a length beyond the message.
#[test]
fn names_that_lead_in_circles_end() {
    let circle = [&[0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0][..], &[0xc0, 12, 0, 1, 0, 1]].concat();
    let beyond = [&[0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0][..], &[63, b'a']].concat();
    for payload in [circle, beyond] {
        let packet = udp("192.0.2.53", "10.0.0.5", 53, 40000, &payload);
        let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
        let head = [&pcap(true, 101)[..24], &[0; 8], &length, &length].concat();
        assert_eq!(read_both(Format::Packets, &[head, packet].concat()).value, []);
    }
}
