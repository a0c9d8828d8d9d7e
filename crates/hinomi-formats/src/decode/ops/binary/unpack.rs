//! Compressed data and archives: zlib, raw deflate, LZNT1, tar; zip and bzip2 are next door.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, Numbers, Unpacked, latin1_to_text};
use crate::decode::error::Fault;
use crate::decode::html;
use crate::decode::ops::{Baked, Op, Takes, arg};
use flate2::{Decompress, FlushDecompress, Status};

const INFLATE: &[crate::decode::ops::Spec] = &[
    arg("Start index", Kind::Number(0.0)),
    arg("Initial output buffer size", Kind::Number(0.0)),
    arg("Buffer expansion type", Kind::Choice(&["Adaptive", "Block"], 0)),
    arg("Resize buffer after decompression", Kind::Flag(false)),
    arg("Verify result", Kind::Flag(false)),
];

pub(in crate::decode) static OPS: &[Op] = &[
    Op { name: "Zlib Inflate", args: INFLATE, run: Takes::Bytes(zlib_inflate) },
    Op { name: "Raw Inflate", args: INFLATE, run: Takes::Bytes(raw_inflate) },
    Op { name: "LZNT1 Decompress", args: &[], run: Takes::Bytes(lznt1) },
    Op { name: "Untar", args: &[], run: Takes::Bytes(untar) },
    Op {
        name: "Unzip",
        args: &[arg("Password", Kind::Escaped("")), arg("Verify result", Kind::Flag(false))],
        run: Takes::Bytes(super::unzip::unzip),
    },
    Op {
        name: "Bzip2 Decompress",
        args: &[arg("Use low-memory, slower decompression algorithm", Kind::Flag(false))],
        run: Takes::Bytes(super::bzip2::bzip2_decompress),
    },
];

/// What lies behind the start index.
fn from_start<'b>(input: &'b [u8], args: &Args) -> Result<&'b [u8], Fault> {
    let start = args.number(0);
    if start < 0.0 || start.fract() != 0.0 {
        return Err(Fault::refused("the start index must be a whole number from 0 up"));
    }
    Ok(input.get(start as usize..).unwrap_or_default())
}

/// RFC 1950. The checksum is looked at only when asked for.
fn zlib_inflate(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    let [method, flags, packed @ ..] = from_start(input, args)? else {
        return Err(Fault::refused("zlib: no header"));
    };
    if method & 15 != 8 {
        return Err(Fault::refused("zlib: unsupported compression method"));
    }
    if !u16::from_be_bytes([*method, *flags]).is_multiple_of(31) {
        return Err(Fault::refused("zlib: the header's check does not fit"));
    }
    if flags & 0x20 != 0 {
        return Err(Fault::refused("zlib: it needs a dictionary"));
    }
    let (out, used) = inflate(packed, oven)?;
    if args.flag(4) {
        let sum = packed.get(used..used.saturating_add(4)).and_then(|sum| sum.try_into().ok());
        if sum.map(u32::from_be_bytes) != Some(adler32(&out)) {
            return Err(Fault::refused("zlib: the checksum does not fit"));
        }
    }
    Ok(Dish::Bytes(out))
}

fn raw_inflate(input: &[u8], args: &Args, oven: &mut Oven) -> Baked {
    Ok(Dish::Bytes(inflate(from_start(input, args)?, oven)?.0))
}

/// RFC 1951: what came out, and how much went in.
pub(super) fn inflate(packed: &[u8], oven: &mut Oven) -> Result<(Vec<u8>, usize), Fault> {
    let mut state = Decompress::new(false);
    let mut out = Vec::new();
    loop {
        let used = usize::try_from(state.total_in()).unwrap_or(usize::MAX);
        let before = out.len();
        oven.room(before)?;
        // What is reserved is filled with zeros: not more of it than could be of use.
        out.reserve_exact(before.max(packed.len()).clamp(4 << 10, 8 << 20));
        let rest = packed.get(used..).unwrap_or_default();
        let status = state
            .decompress_vec(rest, &mut out, FlushDecompress::Finish)
            .map_err(|error| Fault::refused(format!("deflate: {error}")))?;
        oven.work(out.len().saturating_sub(before))?;
        let now = usize::try_from(state.total_in()).unwrap_or(usize::MAX);
        if status == Status::StreamEnd {
            oven.room(out.len())?;
            return Ok((out, now));
        }
        if now == used && out.len() == before {
            return Err(Fault::refused("deflate: the data ends before the stream does"));
        }
    }
}

/// RFC 1950, section 9.
fn adler32(bytes: &[u8]) -> u32 {
    const BASE: u32 = 65_521;
    let (mut a, mut b) = (1_u32, 0_u32);
    // So many bytes keep both sums in 32 bits.
    for chunk in bytes.chunks(5_552) {
        for byte in chunk {
            a = a.wrapping_add(u32::from(*byte));
            b = b.wrapping_add(a);
        }
        a %= BASE;
        b %= BASE;
    }
    b << 16 | a
}

/// MS-XCA, section 2.5.
fn lznt1(input: &[u8], _: &Args, oven: &mut Oven) -> Baked {
    let input: Vec<Option<u8>> = input.iter().copied().map(Some).collect();
    Ok(Dish::Bytes(lznt1_entries(&input, oven)?.into_iter().flatten().collect()))
}

/// The same with NaN in it, which makes a header or a pointer 0 whatever stands beside it.
pub(in crate::decode) fn lznt1_numbers(input: &Numbers, _: &Args, oven: &mut Oven) -> Baked {
    let input: Vec<Option<u8>> = input.iter().collect();
    Ok(lznt1_entries(&input, oven)?.into_iter().collect::<Numbers>().into_dish())
}

/// Two bytes as a number; what is missing counts as 0.
fn lznt1_word(low: Option<&Option<u8>>, high: Option<&Option<u8>>) -> u16 {
    let byte = |entry: Option<&Option<u8>>| entry.copied().unwrap_or(Some(0));
    byte(low).zip(byte(high)).map_or(0, |(low, high)| u16::from_le_bytes([low, high]))
}

fn lznt1_entries(input: &[Option<u8>], oven: &mut Oven) -> Result<Vec<Option<u8>>, Fault> {
    let mut out = Vec::new();
    let mut rest = input;
    while let [low, high, after @ ..] = rest {
        let header = lznt1_word(Some(low), Some(high));
        let size = usize::from(header & 0xfff);
        if size == 0 {
            break;
        }
        if after.len() < size {
            return Err(Fault::refused("LZNT1: the data ends before a block does"));
        }
        let end = size.saturating_add(1).min(after.len());
        let (block, next) = after.split_at_checked(end).unwrap_or((after, &[]));
        if header & 0x8000 == 0 {
            out.extend_from_slice(block);
            rest = next;
        } else {
            let used = lznt1_block(after, end, &mut out)?;
            rest = after.get(used..).unwrap_or_default();
        }
        oven.room(out.len())?;
        oven.work(out.len() / 64)?;
    }
    Ok(out)
}

/// One compressed block, up to `end`; how much of `packed` it took.
fn lznt1_block(packed: &[Option<u8>], end: usize, out: &mut Vec<Option<u8>>) -> Result<usize, Fault> {
    let start = out.len();
    let mut at = 0_usize;
    while at < end {
        let mut flags = packed.get(at).copied().flatten().unwrap_or(0);
        at = at.saturating_add(1);
        for _ in 0..8 {
            if at >= end {
                break;
            }
            if flags & 1 == 0 {
                out.extend(packed.get(at));
                at = at.saturating_add(1);
            } else {
                let pointer = lznt1_word(packed.get(at), packed.get(at.saturating_add(1)));
                at = at.saturating_add(2);
                copy_back(pointer, start, out)?;
            }
            flags >>= 1;
        }
    }
    Ok(at)
}

fn copy_back(pointer: u16, start: usize, out: &mut Vec<Option<u8>>) -> Result<(), Fault> {
    let behind = out.len().saturating_sub(start).saturating_sub(1);
    let shift = (0..12_u32).find(|shift| behind.checked_shr(*shift).unwrap_or(0) < 16).unwrap_or(12);
    let distance = usize::from(pointer >> 12_u32.saturating_sub(shift)).saturating_add(1);
    let length = usize::from(pointer & (0xfff_u16 >> shift)).saturating_add(3);
    let from = out
        .len()
        .checked_sub(distance)
        .ok_or_else(|| Fault::refused("LZNT1: a copy from before the start"))?;
    for at in from..from.saturating_add(length) {
        let entry = out.get(at).copied().unwrap_or(Some(0));
        out.push(entry);
    }
    Ok(())
}

const BLOCK: usize = 512;
/// Where a header says `ustar`.
const MAGIC: usize = 257;

/// POSIX.1 `ustar` and what came before: files and folders; links and the rest are passed over.
fn untar(input: &[u8], _: &Args, oven: &mut Oven) -> Baked {
    let mut files = Vec::new();
    let mut at = 0_usize;
    while let Some(header) = input.get(at..).filter(|header| !header.is_empty()) {
        if header.len() <= MAGIC {
            return Err(Fault::refused("tar: the data ends inside a header"));
        }
        let data = at.saturating_add(BLOCK);
        let name = latin1_to_text(text_field(header, 0, 100));
        let size = octal(text_field(header, 124, 12));
        at = data;
        match header.get(156) {
            Some(b'0') => {
                let size = size.ok_or_else(|| Fault::refused("tar: a size that is no number"))?;
                let end = data.saturating_add(size);
                let bytes = input.get(data..end.min(input.len())).unwrap_or_default().to_vec();
                files.push(Unpacked { name, bytes });
                at = end.div_ceil(BLOCK).saturating_mul(BLOCK);
            }
            Some(b'5') => files.push(Unpacked { name, bytes: Vec::new() }),
            _ => {}
        }
        oven.work(BLOCK)?;
    }
    Ok(Dish::Files(files))
}

/// A field up to its first NUL.
fn text_field(header: &[u8], start: usize, length: usize) -> &[u8] {
    let end = start.saturating_add(length).min(header.len());
    let field = header.get(start..end).unwrap_or_default();
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn octal(field: &[u8]) -> Option<usize> {
    let digits = field.trim_ascii_start().iter().take_while(|byte| (b'0'..=b'7').contains(*byte));
    let mut value = None;
    for digit in digits {
        let digit = usize::from(digit.wrapping_sub(b'0'));
        value = Some(value.unwrap_or(0_usize).saturating_mul(8).saturating_add(digit));
    }
    value
}

/// The list of files for the page.
pub(in crate::decode) fn present(dish: &Dish, _: &Args, oven: &mut Oven) -> Result<Vec<u16>, Fault> {
    match dish {
        Dish::Files(files) => html::files(files, oven),
        _ => Ok(Vec::new()),
    }
}
