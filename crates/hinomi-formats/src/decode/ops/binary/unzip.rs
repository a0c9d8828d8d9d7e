//! Unzip, as zlib.js reads archives: by the central directory, sizes from the local headers, the old encryption.

use super::unpack::inflate;
use crate::decode::args::Args;
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, Unpacked, latin1_to_text};
use crate::decode::error::Fault;
use crate::decode::ops::Baked;
use std::collections::HashMap;

fn broken(why: &str) -> Fault {
    Fault::refused(format!("zip: {why}"))
}

/// Bytes behind the end count as 0.
fn byte(bytes: &[u8], at: usize, further: usize) -> u8 {
    bytes.get(at.saturating_add(further)).copied().unwrap_or(0)
}

fn short(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([byte(bytes, at, 0), byte(bytes, at, 1)]))
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([0, 1, 2, 3].map(|further| byte(bytes, at, further)))
}

fn offset(bytes: &[u8], at: usize) -> usize {
    usize::try_from(long(bytes, at)).unwrap_or(usize::MAX)
}

pub(in crate::decode) fn unzip(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    let entries = directory(input, oven)?;
    // Of entries with the same name all show the last one.
    let last: HashMap<&[u8], usize> = entries.iter().copied().collect();
    let password = crate::decode::dish::text_to_bytes(args.text(0));
    // Where among the files what stands at a place is already.
    let mut opened: HashMap<usize, usize> = HashMap::new();
    let (mut files, mut held) = (Vec::<Unpacked>::new(), 0_usize);
    for (name, _) in &entries {
        let at = last.get(name).copied().unwrap_or(0);
        let bytes = match opened.get(&at).and_then(|place| files.get(*place)) {
            Some(file) => {
                oven.room(held.saturating_add(file.bytes.len()))?;
                file.bytes.clone()
            }
            None => entry(input, at, &password, args.flag(1), oven)?,
        };
        held = held.saturating_add(bytes.len());
        oven.room(held)?;
        opened.entry(at).or_insert(files.len());
        files.push(Unpacked { name: latin1_to_text(name), bytes });
    }
    Ok(Dish::Files(files))
}

/// The names of the central directory, with where each local header is (APPNOTE 4.3.12, 4.3.16).
fn directory<'z>(zip: &'z [u8], oven: &mut Oven) -> Result<Vec<(&'z [u8], usize)>, Fault> {
    let missing = || broken("there is no end of a central directory");
    let ends = zip.len().checked_sub(8).and_then(|end| zip.get(..end)).ok_or_else(missing)?;
    let end = ends
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")
        .filter(|at| *at > 0)
        .ok_or_else(missing)?;
    let (count, size) = (short(zip, end.saturating_add(10)), offset(zip, end.saturating_add(12)));
    let start = offset(zip, end.saturating_add(16));
    let mut at = start;
    let mut entries = Vec::new();
    for _ in 0..count {
        oven.work(1)?;
        let header = zip.get(at..).filter(|header| header.starts_with(b"PK\x01\x02"));
        let header = header.ok_or_else(|| broken("an entry of the directory without its signature"))?;
        let (name, extra) = (short(header, 28), short(header, 30));
        let held = header.get(46..).unwrap_or_default();
        entries.push((held.get(..name).unwrap_or(held), offset(header, 42)));
        // The comment behind is not passed over there either: an archive with comments is refused.
        at = at.saturating_add(46).saturating_add(name).saturating_add(extra);
    }
    if size < at.saturating_sub(start) {
        return Err(broken("the directory is longer than it says"));
    }
    Ok(entries)
}

/// The bytes of one entry (APPNOTE 4.3.7).
fn entry(zip: &[u8], at: usize, password: &[u8], verify: bool, oven: &mut Oven) -> Result<Vec<u8>, Fault> {
    let header = zip.get(at..).filter(|header| header.starts_with(b"PK\x03\x04"));
    let header = header.ok_or_else(|| broken("an entry without its signature"))?;
    let (flags, method, sum) = (short(header, 6), short(header, 8), long(header, 14));
    let size = offset(header, 18);
    let start = short(header, 26).saturating_add(short(header, 28)).saturating_add(30);
    let data = header.get(start..).unwrap_or_default();
    let encrypted = flags & 1 != 0;
    let plain;
    let (data, size) = if encrypted {
        let size = size.saturating_sub(12);
        oven.work(size.min(data.len()))?;
        plain = decrypted(data, size, password);
        (plain.as_slice(), size)
    } else {
        (data, size)
    };
    let out = match method {
        0 => {
            oven.room(size.min(data.len()))?;
            data.get(..size).unwrap_or(data).to_vec()
        }
        8 => inflate(data, oven)?.0,
        _ => return Err(broken("an unknown method of compression")),
    };
    if verify && crc32(&out) != sum {
        return Err(broken("a checksum does not fit"));
    }
    Ok(out)
}

/// The traditional encryption (APPNOTE 6.1) taken off `size` bytes behind the twelve of its header; what lies
/// behind stays as it is.
fn decrypted(data: &[u8], size: usize, password: &[u8]) -> Vec<u8> {
    let table = crc_table();
    let mut keys = [0x1234_5678_u32, 0x2345_6789, 0x3456_7890];
    let mut turn = |byte: u8| {
        let [a, b, c] = &mut keys;
        let crc = |sum: u32, byte: u8| {
            let place = usize::from(sum.to_le_bytes()[0] ^ byte);
            table.get(place).copied().unwrap_or(0) ^ sum >> 8
        };
        *a = crc(*a, byte);
        *b = b.wrapping_add(*a & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        *c = crc(*c, b.to_be_bytes()[0]);
        let seed = *c & 0xffff | 2;
        (seed.wrapping_mul(seed ^ 1) >> 8).to_le_bytes()[0]
    };
    let mut stream = 0;
    for byte in password {
        stream = turn(*byte);
    }
    if password.is_empty() {
        let seed = 0x3456_7890_u32 & 0xffff | 2;
        stream = (seed.wrapping_mul(seed ^ 1) >> 8).to_le_bytes()[0];
    }
    let mut out = Vec::with_capacity(data.len());
    for (place, byte) in data.iter().enumerate() {
        if place >= size.saturating_add(12) {
            out.push(*byte);
            continue;
        }
        let plain = byte ^ stream;
        stream = turn(plain);
        if place >= 12 {
            out.push(plain);
        }
    }
    out
}

fn crc_table() -> [u32; 256] {
    let step = |sum: u32| (0..8).fold(sum, |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 });
    std::array::from_fn(|byte| step(u32::try_from(byte).unwrap_or(0)))
}

fn crc32(bytes: &[u8]) -> u32 {
    let table = crc_table();
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        let place = usize::from(sum.to_le_bytes()[0] ^ byte);
        table.get(place).copied().unwrap_or(0) ^ sum >> 8
    });
    !sum
}
