//! Files that try to exhaust whoever reads them. Written when a test asks, never checked in: together they
//! take about 1.3 GB of disk, nearly all of it one mail with one long line.

mod archives;
mod compounds;
mod mails;
mod pdfs;

use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A bomb.
#[derive(Debug)]
pub struct Bomb {
    /// File name; its extension is the format it claims to be.
    pub name: &'static str,
    /// What it tries.
    pub tries: &'static str,
    write: fn(&mut dyn Write) -> Result<()>,
}

impl Bomb {
    /// Writes it into a folder.
    pub fn write(&self, dir: &Path) -> Result<PathBuf> {
        let path = dir.join(self.name);
        let file = File::create(&path).with_context(|| format!("failed to make {}", path.display()))?;
        let mut out = BufWriter::new(file);
        (self.write)(&mut out)?;
        out.flush()?;
        Ok(path)
    }
}

const fn bomb(name: &'static str, tries: &'static str, write: fn(&mut dyn Write) -> Result<()>) -> Bomb {
    Bomb { name, tries, write }
}

/// All bombs.
pub const BOMBS: &[Bomb] = &[
    bomb(
        "nested.zip",
        "16 archives in each of 16, five deep, 1 GiB of zeros in each last one",
        archives::nested,
    ),
    bomb(
        "overlapping.zip",
        "2,000 entries that share one kernel of 8 MiB (Fifield 2019)",
        archives::overlapping,
    ),
    bomb("same-place.zip", "10,000 directory entries for one and the same local file", archives::same_place),
    bomb("claims-8-gib.zip", "three bytes that claim to be 8 GiB, packed and unpacked", archives::claims),
    bomb("many-entries.zip", "200,000 empty entries", archives::many_entries),
    bomb("zeros.gz", "2 GiB of zeros", archives::zeros_gzip),
    bomb("many-members.gz", "100,000 gzip members", archives::many_members),
    bomb("deep-multipart.eml", "1,000 multiparts inside each other", mails::deep_multipart),
    bomb("deep-message.eml", "1,000 messages inside each other", mails::deep_message),
    bomb("many-parts.eml", "100,000 parts", mails::many_parts),
    bomb("one-long-line.eml", "an attachment of one base64 line of 1 GiB", mails::one_long_line),
    bomb("many-headers.eml", "1,000,000 header fields", mails::many_headers),
    bomb("long-header.eml", "one header field of 32 MiB, folded, full of encoded words", mails::long_header),
    bomb("many-parameters.eml", "a file name in 50,000 RFC 2231 segments", mails::many_parameters),
    bomb("boundary-lines.eml", "1,000,000 lines that nearly are the boundary", mails::boundary_lines),
    bomb("fat-loop.doc", "every chain of the FAT ends in itself", compounds::fat_loop),
    bomb("mini-fat-loop.doc", "every chain of the mini FAT ends in itself", compounds::mini_fat_loop),
    bomb(
        "directory-loop.doc",
        "directory entries that are their own siblings and children",
        compounds::directory_loop,
    ),
    bomb("stream-8-gib.doc", "streams that claim 8 GiB", compounds::stream_size),
    bomb(
        "difat-loop.doc",
        "a DIFAT that goes round, of four thousand million sectors",
        compounds::difat_loop,
    ),
    bomb("sector-shift.doc", "sectors of 2 to the power of 65,535 bytes", compounds::sector_shift),
    bomb("macro-source.doc", "a module of 2 GiB in 3 MiB (MS-OVBA)", compounds::macro_source),
    bomb("long-copies.doc", "copy tokens that run beyond their chunk", compounds::long_copies),
    bomb("project-part.docm", "a vbaProject.bin of 1 GiB of zeros", compounds::project_part),
    bomb("entities.docm", "document.xml whose entities multiply (billion laughs)", compounds::entities),
    bomb("nested-arrays.pdf", "1,000,000 arrays inside each other", pdfs::nested_arrays),
    bomb("nested-dictionaries.pdf", "500,000 dictionaries inside each other", pdfs::nested_dictionaries),
    bomb("zeros.pdf", "a stream of 1 GiB of zeros", pdfs::zeros),
    bomb("twice-deflated.pdf", "a stream deflated twice, 1 GiB in the end", pdfs::twice_deflated),
    bomb(
        "object-stream-loop.pdf",
        "object streams that extend and contain each other",
        pdfs::object_stream_loop,
    ),
    bomb(
        "cross-reference-loop.pdf",
        "cross-reference tables whose /Prev goes round",
        pdfs::cross_reference_loop,
    ),
    bomb("many-objects.pdf", "500,000 objects, each a link", pdfs::many_objects),
    bomb("open-string.pdf", "a string of 16 MiB of open parentheses that never ends", pdfs::open_string),
];

/// Writes all of them; returns their paths.
pub fn write(dir: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(dir).with_context(|| format!("failed to make {}", dir.display()))?;
    BOMBS.iter().map(|bomb| bomb.write(dir)).collect()
}

/// Deflates that many zeros, raw; a thousand to one.
fn zeros(count: u64) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![0; 1 << 20];
    for _ in 0..(count >> 20) {
        encoder.write_all(&block)?;
    }
    Ok(encoder.finish()?)
}

/// Deflates bytes, raw.
fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests;
