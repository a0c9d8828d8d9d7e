//! Files that try to exhaust whoever reads them. Written when a test asks, never checked in: together they
//! take about 1.3 GB of disk, nearly all of it one mail with one long line.

mod archives;
mod compounds;
mod containers;
mod mails;
mod pdfs;

use Ends::{AtLimit, AtProblem, Behind};
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
    /// How reading it ends.
    pub ends: Ends,
    write: fn(&mut dyn Write) -> Result<()>,
    /// The file is made this long by zeros, in bytes.
    padded_to: u64,
}

/// How the reading of a bomb has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// At a limit of that name, and the report says so.
    AtLimit(&'static str),
    /// At that kind of problem: the file ends or breaks before any limit is met.
    AtProblem(&'static str),
    /// The trap costs nothing: what lies behind it is read, and this, which stands there, is in the output.
    Behind(&'static str),
}

impl Bomb {
    /// Writes it into a folder.
    pub fn write(&self, dir: &Path) -> Result<PathBuf> {
        let path = dir.join(self.name);
        let file = File::create(&path).with_context(|| format!("failed to make {}", path.display()))?;
        let mut out = BufWriter::new(file);
        (self.write)(&mut out)?;
        let file = out.into_inner().with_context(|| format!("failed to write {}", path.display()))?;
        if self.padded_to > 0 {
            // A file system that knows holes keeps none of the zeros.
            file.set_len(self.padded_to)?;
        }
        Ok(path)
    }
}

const fn bomb(
    name: &'static str,
    tries: &'static str,
    ends: Ends,
    write: fn(&mut dyn Write) -> Result<()>,
) -> Bomb {
    Bomb { name, tries, ends, write, padded_to: 0 }
}

/// 500 MB, as the documents of March 2023 had.
const PADDED_BYTES: u64 = 500_000_000;

/// All bombs.
pub const BOMBS: &[Bomb] = &[
    bomb(
        "nested.zip",
        "16 archives in each of 16, five deep, 1 GiB of zeros in each last one",
        AtLimit("ratio_max"),
        archives::nested,
    ),
    bomb(
        "overlapping.zip",
        "2,000 entries that share one kernel of 8 MiB (Fifield 2019)",
        AtLimit("ratio_max"),
        archives::overlapping,
    ),
    bomb(
        "same-place.zip",
        "10,000 directory entries for one and the same local file",
        AtLimit("ratio_max"),
        archives::same_place,
    ),
    bomb(
        "claims-8-gib.zip",
        "three bytes that claim to be 8 GiB, packed and unpacked",
        AtLimit("expanded_bytes_max"),
        archives::claims,
    ),
    bomb("many-entries.zip", "200,000 empty entries", AtLimit("entries_max"), archives::many_entries),
    bomb(
        "long-names.zip",
        "six archives in each other with names of 60,000 letters, 8,000 files in the last",
        Behind("7999.txt"),
        archives::long_names,
    ),
    bomb("zeros.gz", "2 GiB of zeros", AtLimit("ratio_max"), archives::zeros_gzip),
    bomb("many-members.gz", "100,000 gzip members", AtLimit("entries_max"), archives::many_members),
    bomb("zeros.7z", "1 GiB of zeros, by deflate", AtLimit("ratio_max"), containers::zeros_seven),
    bomb("zeros-bzip2.7z", "1 GiB of zeros, by bzip2", AtLimit("ratio_max"), containers::zeros_bzip2_seven),
    bomb(
        "many-files.7z",
        "a directory of 2^60 files in 20 bytes",
        AtLimit("entries_max"),
        containers::many_files_seven,
    ),
    bomb("zeros.lzh", "15 GiB in 7 kB of matches without bits", AtLimit("ratio_max"), containers::zeros_lzh),
    bomb("many-files.rar", "100,000 empty files", AtLimit("entries_max"), containers::many_files_rar),
    bomb(
        "shared-sectors.iso",
        "1,000 files on the same 8 MiB",
        AtLimit("expanded_bytes_max"),
        containers::shared_sectors_iso,
    ),
    bomb(
        "folder-loop.iso",
        "folders that are the folder they lie in",
        AtLimit("visits_max"),
        containers::folder_loop_iso,
    ),
    bomb(
        "shared-folder.cab",
        "2,000 files on the same 8 MiB",
        AtLimit("expanded_bytes_max"),
        containers::shared_folder_cab,
    ),
    bomb(
        "zeros.cab",
        "2 GiB of zeros in 65,535 blocks",
        AtLimit("expanded_bytes_max"),
        containers::zeros_cab,
    ),
    bomb("many-files.tar", "40,000 empty files", AtLimit("entries_max"), containers::many_files_tar),
    bomb("many-links.ics", "500,000 attachments by address", AtLimit("urls_max"), containers::many_links_ics),
    bomb(
        "many-strings.pdf",
        "3,000,000 encrypted strings, in one object",
        AtLimit("steps_max"),
        containers::many_strings_pdf,
    ),
    bomb(
        "deep-multipart.eml",
        "1,000 multiparts inside each other",
        AtLimit("depth_max"),
        mails::deep_multipart,
    ),
    bomb("deep-message.eml", "1,000 messages inside each other", AtLimit("depth_max"), mails::deep_message),
    bomb("many-parts.eml", "100,000 parts", AtLimit("parts_max"), mails::many_parts),
    bomb(
        "one-long-line.eml",
        "an attachment of one base64 line of 1 GiB",
        AtLimit("file_bytes_max"),
        mails::one_long_line,
    ),
    bomb("many-headers.eml", "1,000,000 header fields", AtLimit("entries_max"), mails::many_headers),
    bomb(
        "long-header.eml",
        "one header field of 32 MiB, folded, full of encoded words",
        AtLimit("header_bytes_max"),
        mails::long_header,
    ),
    bomb(
        "many-parameters.eml",
        "a file name in 50,000 RFC 2231 segments",
        AtLimit("header_bytes_max"),
        mails::many_parameters,
    ),
    bomb(
        "boundary-lines.eml",
        "900,000 lines that nearly are the boundary",
        AtLimit("text_bytes_max"),
        mails::boundary_lines,
    ),
    bomb("fat-loop.doc", "every chain of the FAT ends in itself", AtLimit("visits_max"), compounds::fat_loop),
    bomb(
        "mini-fat-loop.doc",
        "every chain of the mini FAT ends in itself",
        AtLimit("visits_max"),
        compounds::mini_fat_loop,
    ),
    bomb(
        "directory-loop.doc",
        "directory entries that are their own siblings and children",
        AtLimit("visits_max"),
        compounds::directory_loop,
    ),
    bomb(
        "stream-8-gib.doc",
        "streams that claim 8 GiB",
        AtLimit("expanded_bytes_max"),
        compounds::stream_size,
    ),
    bomb(
        "difat-loop.doc",
        "a DIFAT that goes round, of four thousand million sectors",
        AtLimit("visits_max"),
        compounds::difat_loop,
    ),
    bomb(
        "sector-shift.doc",
        "sectors of 2 to the power of 65,535 bytes",
        Behind("document.auto-run-macro"),
        compounds::sector_shift,
    ),
    bomb(
        "macro-source.doc",
        "a module of 2 GiB in 3 MiB (MS-OVBA)",
        AtLimit("macro_bytes_max"),
        compounds::macro_source,
    ),
    bomb(
        "long-copies.doc",
        "copy tokens that run beyond their chunk",
        AtProblem("malformed"),
        compounds::long_copies,
    ),
    bomb(
        "project-part.docm",
        "a vbaProject.bin of 1 GiB of zeros",
        AtLimit("ratio_max"),
        compounds::project_part,
    ),
    bomb(
        "entities.docm",
        "document.xml whose entities multiply (billion laughs)",
        Behind("document.auto-run-macro"),
        compounds::entities,
    ),
    Bomb {
        padded_to: PADDED_BYTES,
        ..bomb(
            "zero-padded.doc",
            "a macro document made 500 MB long by zeros",
            AtLimit("file_bytes_max"),
            compounds::macro_document,
        )
    },
    bomb(
        "zero-padded.zip",
        "a macro document made 500 MB long by zeros, in an archive",
        AtLimit("ratio_max"),
        compounds::zero_padded_archive,
    ),
    bomb(
        "nested-arrays.pdf",
        "1,000,000 arrays inside each other",
        AtLimit("nesting_max"),
        pdfs::nested_arrays,
    ),
    bomb(
        "nested-dictionaries.pdf",
        "500,000 dictionaries inside each other",
        AtLimit("nesting_max"),
        pdfs::nested_dictionaries,
    ),
    bomb("zeros.pdf", "a stream of 1 GiB of zeros", AtLimit("expanded_bytes_max"), pdfs::zeros),
    bomb(
        "twice-deflated.pdf",
        "a stream deflated twice, 1 GiB in the end",
        AtLimit("expanded_bytes_max"),
        pdfs::twice_deflated,
    ),
    bomb(
        "object-stream-loop.pdf",
        "object streams that extend and contain each other",
        Behind("after-the-bomb.example"),
        pdfs::object_stream_loop,
    ),
    bomb(
        "cross-reference-loop.pdf",
        "cross-reference tables whose /Prev goes round",
        Behind("after-the-bomb.example"),
        pdfs::cross_reference_loop,
    ),
    bomb("many-objects.pdf", "500,000 objects, each a link", AtLimit("urls_max"), pdfs::many_objects),
    bomb(
        "open-string.pdf",
        "a string of 16 MiB of open parentheses that never ends",
        AtProblem("truncated"),
        pdfs::open_string,
    ),
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
