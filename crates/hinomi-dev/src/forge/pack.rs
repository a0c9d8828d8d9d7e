//! The packed folder: `0x5A` XOR over zlib (RFC 1950) over records, one a file, sorted by name:
//! `u32` LE length of the name, name (UTF-8, `/` between folders), `u64` LE length, bytes.
//!
//! The XOR keeps scanners from tripping over look-alikes in a checkout; it is no secret.

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// Files by their path.
pub type Folder = BTreeMap<String, Vec<u8>>;

/// XORed over every packed byte.
const MASK: u8 = 0x5A;
/// No pack unpacks to more: what is longer is damaged.
const UNPACKED_MAX: u64 = 64 << 20;

/// Packs a folder.
pub fn write(folder: &Folder) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    for (name, bytes) in folder {
        encoder.write_all(&u32::try_from(name.len())?.to_le_bytes())?;
        encoder.write_all(name.as_bytes())?;
        encoder.write_all(&(bytes.len() as u64).to_le_bytes())?;
        encoder.write_all(bytes)?;
    }
    Ok(encoder.finish()?.iter().map(|byte| byte ^ MASK).collect())
}

/// Unpacks a folder.
pub fn read(packed: &[u8]) -> Result<Folder> {
    let plain: Vec<u8> = packed.iter().map(|byte| byte ^ MASK).collect();
    let mut records = Vec::new();
    ZlibDecoder::new(plain.as_slice())
        .take(UNPACKED_MAX)
        .read_to_end(&mut records)
        .context("failed to inflate")?;
    let mut rest = records.as_slice();
    let mut folder = Folder::new();
    while !rest.is_empty() {
        let name_len = u32::from_le_bytes(array(&mut rest)?);
        let name = String::from_utf8(take(&mut rest, u64::from(name_len))?.to_vec())?;
        let len = u64::from_le_bytes(array(&mut rest)?);
        folder.insert(name, take(&mut rest, len)?.to_vec());
    }
    Ok(folder)
}

fn take<'a>(rest: &mut &'a [u8], len: u64) -> Result<&'a [u8]> {
    ensure!(len <= rest.len() as u64, "failed to read a record: it is cut short");
    let (head, tail) = rest.split_at(len as usize);
    *rest = tail;
    Ok(head)
}

fn array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N]> {
    let mut out = [0; N];
    out.copy_from_slice(take(rest, N as u64)?);
    Ok(out)
}

#[cfg(test)]
mod tests;
