//! Compound files (MS-CFB) with damaged tables, and documents whose macros or parts swell.

use super::{deflate, zeros};
use crate::forge::archive::zip;
use crate::forge::document::Container;
use crate::forge::macros::{self, Shape, Style};
use crate::forge::{Chance, ovba};
use anyhow::{Context, Result};
use std::io::Write;

const SECTOR: usize = 512;
const ENTRY: usize = 128;
/// Header fields (MS-CFB 2.2).
const SECTOR_SHIFT: usize = 30;
const DIRECTORY_START: usize = 48;
const MINI_FAT_START: usize = 60;
const DIFAT_START: usize = 68;
const DIFAT_COUNT: usize = 72;
const DIFAT: usize = 76;

/// A document with macros, to be damaged.
fn document() -> Result<Vec<u8>> {
    let mut chance = Chance::new(42);
    let urls = macros::script::urls(&mut chance);
    Ok(macros::attack(Container::Doc, Shape::E1, Style::LineByLine, &urls, &mut chance)?.bytes)
}

pub(super) fn macro_document(out: &mut dyn Write) -> Result<()> {
    Ok(out.write_all(&document()?)?)
}

fn get(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([0, 1, 2, 3].map(|i| bytes[at + i]))
}

fn set(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn offset(sector: u32) -> usize {
    (sector as usize + 1) * SECTOR
}

/// Where the entry for a sector stands in the FAT.
fn fat_entry(bytes: &[u8], sector: u32) -> usize {
    let per_sector = SECTOR / 4;
    let fat_sector = get(bytes, DIFAT + 4 * (sector as usize / per_sector));
    offset(fat_sector) + 4 * (sector as usize % per_sector)
}

/// Offsets of the directory entries.
fn directory(bytes: &[u8]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut sector = get(bytes, DIRECTORY_START);
    while offset(sector) + SECTOR <= bytes.len() && out.len() < 1_000 {
        out.extend((0..SECTOR / ENTRY).map(|index| offset(sector) + index * ENTRY));
        sector = get(bytes, fat_entry(bytes, sector));
        if sector >= 0xFFFF_FFFA {
            break;
        }
    }
    out
}

pub(super) fn fat_loop(out: &mut dyn Write) -> Result<()> {
    let mut bytes = document()?;
    let sectors = (bytes.len() / SECTOR - 1) as u32;
    for sector in 0..sectors {
        let at = fat_entry(&bytes, sector);
        // Ends of chains become their own next; the tables' own marks stay.
        if get(&bytes, at) == 0xFFFF_FFFE {
            set(&mut bytes, at, sector);
        }
    }
    Ok(out.write_all(&bytes)?)
}

pub(super) fn mini_fat_loop(out: &mut dyn Write) -> Result<()> {
    let mut bytes = document()?;
    let table = offset(get(&bytes, MINI_FAT_START));
    (0..SECTOR / 4).for_each(|index| set(&mut bytes, table + 4 * index, index as u32 & !1));
    Ok(out.write_all(&bytes)?)
}

pub(super) fn directory_loop(out: &mut dyn Write) -> Result<()> {
    const SIBLINGS_AND_CHILD: [usize; 3] = [68, 72, 76];
    let mut bytes = document()?;
    let entries = directory(&bytes);
    for (index, entry) in entries.iter().enumerate() {
        for (way, field) in SIBLINGS_AND_CHILD.iter().enumerate() {
            set(&mut bytes, entry + field, ((index + way) % entries.len()) as u32);
        }
    }
    Ok(out.write_all(&bytes)?)
}

pub(super) fn stream_size(out: &mut dyn Write) -> Result<()> {
    const KIND: usize = 66;
    const SIZE: usize = 120;
    let mut bytes = document()?;
    for (index, entry) in directory(&bytes).into_iter().enumerate() {
        if bytes[entry + KIND] == 2 {
            // Some streams claim it in the upper half, which version 3 must ignore; some in the lower.
            let claim: u64 = if index % 2 == 0 { 8 << 30 } else { 0xFFFF_FFF0 };
            bytes[entry + SIZE..entry + SIZE + 8].copy_from_slice(&claim.to_le_bytes());
        }
    }
    Ok(out.write_all(&bytes)?)
}

pub(super) fn difat_loop(out: &mut dyn Write) -> Result<()> {
    let mut bytes = document()?;
    let own = (bytes.len() / SECTOR - 1) as u32;
    let mut sector = vec![0; SECTOR];
    (0..SECTOR / 4).for_each(|index| set(&mut sector, 4 * index, own));
    bytes.extend(sector);
    set(&mut bytes, DIFAT_START, own);
    set(&mut bytes, DIFAT_COUNT, u32::MAX);
    set(&mut bytes, 44, u32::MAX);
    Ok(out.write_all(&bytes)?)
}

pub(super) fn sector_shift(out: &mut dyn Write) -> Result<()> {
    let mut bytes = document()?;
    set(&mut bytes, SECTOR_SHIFT, 0x001F_FFFF);
    Ok(out.write_all(&bytes)?)
}

/// A document whose standard module holds `source` as its compressed container.
fn with_module(source: Vec<u8>, out: &mut dyn Write) -> Result<()> {
    let mut chance = Chance::new(1);
    let modules = [
        ovba::Module::new("ThisDocument", ovba::Kind::Document, ""),
        ovba::Module::new("Module1", ovba::Kind::Standard, ""),
    ];
    let project = ovba::Project { name: "Project".into(), code_page: 932, modules: modules.to_vec() };
    let mut streams: Vec<(String, Vec<u8>)> = project
        .streams(&mut chance)
        .into_iter()
        .map(|(path, bytes)| (format!("Macros/{path}"), bytes))
        .collect();
    let module = streams.iter_mut().find(|(path, _)| path == "Macros/VBA/Module1");
    module.context("failed to find the module")?.1 = source;
    Ok(out.write_all(&ovba::compound(&streams, None)?)?)
}

/// A chunk of six bytes for 4,096: a letter, and a copy of it as long as the chunk.
pub(super) fn macro_source(out: &mut dyn Write) -> Result<()> {
    let (letter, copy) = (b'\'', (4_095u16 - 3).to_le_bytes());
    let chunk = [((1u16 + 1 + 2 - 1) | (0b1011 << 12)).to_le_bytes(), [0b10, letter], copy].concat();
    let chunks = chunk.repeat((2 << 30) / 4_096);
    with_module([vec![1], chunks].concat(), out)
}

/// Chunks full of copy tokens, each as long as can be written, far beyond 4,096 bytes.
pub(super) fn long_copies(out: &mut dyn Write) -> Result<()> {
    let mut body = vec![0b1111_1110, b'\''];
    body.extend([0xFF, 0x0F].repeat(7));
    while body.len() + 17 <= 4_096 {
        body.push(0xFF);
        body.extend([0xFF, 0x0F].repeat(8));
    }
    let header = ((body.len() - 1) as u16 | (0b1011 << 12)).to_le_bytes();
    let chunk = [header.to_vec(), body].concat();
    with_module([vec![1], chunk.repeat(256)].concat(), out)
}

const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
<Default Extension=\"xml\" ContentType=\"application/vnd.ms-word.document.macroEnabled.main+xml\"/>\
<Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/></Types>";

pub(super) fn project_part(out: &mut dyn Write) -> Result<()> {
    const SIZE: u32 = 1 << 30;
    let types = (deflate(TYPES.as_bytes())?, TYPES.len() as u32);
    archive(out, &[("[Content_Types].xml", types), ("word/vbaProject.bin", (zeros(u64::from(SIZE))?, SIZE))])
}

pub(super) fn zero_padded_archive(out: &mut dyn Write) -> Result<()> {
    let document = document()?;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&document)?;
    let mut left = super::PADDED_BYTES as usize - document.len();
    let block = vec![0; 1 << 20];
    while left > 0 {
        let now = left.min(block.len());
        encoder.write_all(&block[..now])?;
        left -= now;
    }
    archive(out, &[("INV_2023-03-08.doc", (encoder.finish()?, super::PADDED_BYTES as u32))])
}

/// An archive of deflated entries with their sizes; the checksums are left out, nobody comes that far.
fn archive(out: &mut dyn Write, entries: &[(&str, (Vec<u8>, u32))]) -> Result<()> {
    let mut central = Vec::new();
    let mut place = 0u32;
    for (name, (packed, size)) in entries {
        let mut fixed = vec![20, 0, 0, 0, 8, 0, 0, 0, 0xF5, 0x50, 0, 0, 0, 0];
        fixed.extend((packed.len() as u32).to_le_bytes());
        fixed.extend(size.to_le_bytes());
        fixed.extend([name.len() as u8, 0, 0, 0]);
        let member = [b"PK\x03\x04", fixed.as_slice(), name.as_bytes(), packed].concat();
        out.write_all(&member)?;
        central.extend(
            [b"PK\x01\x02\x14\0", fixed.as_slice(), &[0; 10], &place.to_le_bytes(), name.as_bytes()].concat(),
        );
        place += member.len() as u32;
    }
    out.write_all(&central)?;
    let count = (entries.len() as u16).to_le_bytes();
    let (size, start) = ((central.len() as u32).to_le_bytes(), place.to_le_bytes());
    Ok(out.write_all(&[&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &start, &[0, 0]].concat())?)
}

pub(super) fn entities(out: &mut dyn Write) -> Result<()> {
    let mut text = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY e0 \"ha\">\n".to_owned();
    for level in 1..=20 {
        let inside = format!("&e{};", level - 1).repeat(10);
        text.extend([format!("<!ENTITY e{level} \"{inside}\">\n")]);
    }
    text += "]>\n<a>&e20;</a>";
    // Behind the trap: macros that a reader which is through with the text has still to find.
    let mut chance = Chance::new(1);
    let source = "Sub Document_Open()\r\n  Shell \"cmd /c echo hinomi\", 0\r\nEnd Sub\r\n";
    let modules = vec![ovba::Module::new("ThisDocument", ovba::Kind::Document, source)];
    let project = ovba::Project { name: "Project".into(), code_page: 932, modules };
    let entries = [
        zip::Entry::open("[Content_Types].xml", TYPES.into()),
        zip::Entry::open("word/document.xml", text.into()),
        zip::Entry::open("word/vbaProject.bin", ovba::compound(&project.streams(&mut chance), None)?),
    ];
    Ok(out.write_all(&zip::write(&entries, &mut Chance::new(1)))?)
}
