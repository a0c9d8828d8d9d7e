//! Bombs in the archives beside ZIP and gzip, in disc images and in invitations.

use super::zeros;
use anyhow::Result;
use flate2::Crc;
use std::io::Write;

const GIB: u64 = 1 << 30;
/// A sector of a disc image.
const SECTOR: usize = 2 << 10;

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// A 7z number of nine bytes.
fn wide(value: u64) -> Vec<u8> {
    [&[0xFF][..], &value.to_le_bytes()].concat()
}

/// A 7z archive of one packed stream behind its signature, with a header.
fn seven(packed: &[u8], header: &[u8]) -> Vec<u8> {
    let place = [
        &(packed.len() as u64).to_le_bytes()[..],
        &(header.len() as u64).to_le_bytes(),
        &crc32(header).to_le_bytes(),
    ];
    let place = place.concat();
    [b"7z\xBC\xAF\x27\x1C\0\x04", &crc32(&place).to_le_bytes()[..], &place, packed, header].concat()
}

/// A header for one file that comes out of one coder.
fn seven_of(method: &[u8], packed: &[u8], size: u64) -> Vec<u8> {
    let mut header = vec![1, 4, 6];
    header.extend([wide(0), vec![1, 9], wide(packed.len() as u64), vec![0]].concat());
    header.extend([&[7, 11, 1, 0, 1, method.len() as u8][..], method, &[12]].concat());
    header.extend([wide(size), vec![0, 0]].concat());
    let name: Vec<u8> = "zeros.bin\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    header.extend([&[5, 1, 17, name.len() as u8 + 1, 0][..], &name, &[0, 0]].concat());
    seven(packed, &header)
}

pub(super) fn zeros_seven(out: &mut dyn Write) -> Result<()> {
    Ok(out.write_all(&seven_of(&[4, 1, 8], &zeros(GIB)?, GIB))?)
}

/// bzip2 packs a block of 900 kB of zeros into 32 bytes.
pub(super) fn zeros_bzip2_seven(out: &mut dyn Write) -> Result<()> {
    Ok(out.write_all(&seven_of(&[4, 2, 2], &bzip2_zeros(1_200), GIB))?)
}

/// A stream of so many blocks of zeros.
fn bzip2_zeros(blocks: usize) -> Vec<u8> {
    const BLOCK: [u8; 32] = [
        0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0x0E, 0x09, 0xE2, 0xDF, 0x01, 0x5F, 0x8E, 0x40, 0x00, 0xC0, 0x00,
        0x00, 0x08, 0x20, 0x00, 0x30, 0x80, 0x4D, 0x46, 0x42, 0xA0, 0x25, 0xA9, 0x0A, 0x80, 0x97,
    ];
    [b"BZh9".to_vec(), BLOCK.repeat(blocks)].concat()
}

/// The header claims so many files that the list of them alone would fill a disc.
pub(super) fn many_files_seven(out: &mut dyn Write) -> Result<()> {
    let mut header = vec![1, 5];
    header.extend(wide(1 << 60));
    header.extend([14, 3, 0xFF, 0xFF, 0xFF, 0, 0]);
    Ok(out.write_all(&seven(&[], &header))?)
}

/// Each block of 65,535 matches of 256 bytes takes seven bytes: its codes are one symbol each, and take no bits.
pub(super) fn zeros_lzh(out: &mut dyn Write) -> Result<()> {
    const BLOCKS: usize = 1_000;
    let mut bits = String::new();
    for _ in 0..BLOCKS {
        // Symbols; the code of lengths, of symbols (a match of 256) and of distances (the byte before).
        bits.extend([format!("{:016b}{:05b}{:05b}{:09b}{:09b}{:04b}{:04b}", 0xFFFF, 0, 0, 0, 509, 0, 0)]);
    }
    let byte = |bits: &[u8]| bits.iter().enumerate().fold(0_u8, |sum, (at, bit)| sum | (bit & 1) << (7 - at));
    let packed: Vec<u8> = bits.as_bytes().chunks(8).map(byte).collect();
    let mut header = b"-lh5-".to_vec();
    header.extend((packed.len() as u32).to_le_bytes());
    header.extend(u32::MAX.to_le_bytes());
    header.extend([0, 0, 0, 0, 0x20, 0, 9]);
    header.extend(b"zeros.bin\0\0");
    let sum = header.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    out.write_all(&[header.len() as u8, sum])?;
    out.write_all(&header)?;
    out.write_all(&packed)?;
    Ok(out.write_all(&[0])?)
}

pub(super) fn many_files_rar(out: &mut dyn Write) -> Result<()> {
    out.write_all(b"Rar!\x1A\x07\x01\0")?;
    let header = |body: &[u8]| {
        let sized = [&[body.len() as u8][..], body].concat();
        [&crc32(&sized).to_le_bytes()[..], &sized].concat()
    };
    out.write_all(&header(&[1, 0, 0]))?;
    for number in 0..100_000 {
        let name = format!("{number:06}.txt");
        let body = [&[2, 0, 0, 0, 0, 0, 0, name.len() as u8][..], name.as_bytes()].concat();
        out.write_all(&header(&body))?;
    }
    Ok(out.write_all(&header(&[5, 0, 0]))?)
}

/// A record of a folder in a disc image.
fn record(name: &[u8], sector: u32, bytes: u32, flags: u8) -> Vec<u8> {
    let len = (33 + name.len()).next_multiple_of(2);
    let mut record = vec![len as u8, 0];
    for value in [sector, bytes] {
        record.extend(value.to_le_bytes());
        record.extend(value.to_be_bytes());
    }
    record.extend([0, 0, 0, 0, 0, 0, 0, flags, 0, 0, 1, 0, 0, 1, name.len() as u8]);
    record.extend(name);
    record.resize(len, 0);
    record
}

/// A disc image whose root is in sector 18 and so many sectors long.
fn disc(out: &mut dyn Write, folder: &[u8]) -> Result<()> {
    let mut image = vec![0; 18 * SECTOR];
    let root = record(&[0], 18, folder.len() as u32, 2);
    let volume = [&b"\x01CD001\x01"[..], &[0; 149], &root].concat();
    for (sector, bytes) in [(16, volume.as_slice()), (17, b"\xFFCD001\x01")] {
        image.get_mut(sector * SECTOR..).into_iter().for_each(|at| {
            at.iter_mut().zip(bytes).for_each(|(slot, byte)| *slot = *byte);
        });
    }
    out.write_all(&image)?;
    Ok(out.write_all(folder)?)
}

/// Records, none of which lies over the end of a sector.
fn folder(records: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut folder = Vec::new();
    for record in records {
        if folder.len() % SECTOR + record.len() > SECTOR {
            folder.resize(folder.len().next_multiple_of(SECTOR), 0);
        }
        folder.extend(record);
    }
    folder.resize(folder.len().next_multiple_of(SECTOR), 0);
    folder
}

pub(super) fn shared_sectors_iso(out: &mut dyn Write) -> Result<()> {
    const BYTES: usize = 8 << 20;
    let own = |number: usize| record(format!("{number:04}.BIN;1").as_bytes(), 200, BYTES as u32, 0);
    let mut image = folder((0..1_000).map(own));
    image.resize((200 - 18) * SECTOR + BYTES, 7);
    disc(out, &image)
}

pub(super) fn folder_loop_iso(out: &mut dyn Write) -> Result<()> {
    let names = (0..20_u8).map(|at| record(&[b'A' + at], 18, SECTOR as u32, 2));
    disc(out, &folder(names))
}

/// A cabinet: files (name, size, offset in the folder), and blocks (packed bytes, size).
fn cabinet(
    out: &mut dyn Write,
    method: u16,
    files: &[(String, u32)],
    blocks: &[(Vec<u8>, u16)],
) -> Result<()> {
    let entry = |(name, size): &(String, u32)| {
        [&size.to_le_bytes()[..], &[0; 10], &[0x20, 0], name.as_bytes(), &[0]].concat()
    };
    let listing: Vec<u8> = files.iter().flat_map(entry).collect();
    let data_at = 36 + 8 + listing.len() as u32;
    let mut header = b"MSCF\0\0\0\0".to_vec();
    header.extend([0_u32, 0, 44, 0].map(u32::to_le_bytes).concat());
    header.extend([3, 1]);
    header.extend([1, files.len() as u16, 0, 0, 0].map(u16::to_le_bytes).concat());
    out.write_all(&header)?;
    out.write_all(&data_at.to_le_bytes())?;
    out.write_all(&[blocks.len() as u16, method].map(u16::to_le_bytes).concat())?;
    out.write_all(&listing)?;
    for (packed, size) in blocks {
        out.write_all(&[0; 4])?;
        out.write_all(&[packed.len() as u16, *size].map(u16::to_le_bytes).concat())?;
        out.write_all(packed)?;
    }
    Ok(())
}

pub(super) fn shared_folder_cab(out: &mut dyn Write) -> Result<()> {
    let files: Vec<(String, u32)> = (0..2_000).map(|n| (format!("{n:04}.bin"), 8 << 20)).collect();
    let blocks = vec![(vec![7; 32 << 10], 32 << 10); 256];
    cabinet(out, 0, &files, &blocks)
}

pub(super) fn zeros_cab(out: &mut dyn Write) -> Result<()> {
    let packed = [b"CK".to_vec(), super::deflate(&vec![0; 32 << 10])?].concat();
    let blocks = vec![(packed, 32 << 10); 65_535];
    cabinet(out, 1, &[("zeros.bin".to_owned(), 65_535 * (32 << 10))], &blocks)
}

pub(super) fn many_files_tar(out: &mut dyn Write) -> Result<()> {
    for number in 0..40_000 {
        let mut header = format!("{number:06}.txt").into_bytes();
        header.resize(512, 0);
        let sum = header.iter().map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 0x20;
        let sum = format!("{sum:06o}\0 ");
        header.iter_mut().skip(148).zip(sum.bytes()).for_each(|(slot, byte)| *slot = byte);
        out.write_all(&header)?;
    }
    Ok(out.write_all(&[0; 1_024])?)
}

pub(super) fn many_links_ics(out: &mut dyn Write) -> Result<()> {
    out.write_all(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n")?;
    for number in 0..500_000 {
        write!(out, "ATTACH:https://files.example/{number}\r\nCOMMENT:see {number}\r\n")?;
    }
    Ok(out.write_all(b"END:VEVENT\r\nEND:VCALENDAR\r\n")?)
}

/// An encrypted document (by qpdf, for everybody to open) with millions of strings, each of which has a key of its own.
pub(super) fn many_strings_pdf(out: &mut dyn Write) -> Result<()> {
    let kept = include_str!("../../../../hinomi-formats/src/carrier/pdf/fixtures/r3.pdf.b64");
    out.write_all(&crate::fuzz_seeds::from_base64(kept))?;
    out.write_all(b"\n90 0 obj\n[")?;
    for _ in 0..3_000_000 {
        out.write_all(b"(a)")?;
    }
    Ok(out.write_all(b"]\nendobj\n")?)
}
