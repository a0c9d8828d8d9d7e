//! PDF files that are deep, swell or go round.

use anyhow::Result;
use std::io::Write;

const HEAD: &str = "%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [2 0 R] /Count 1 >>\nendobj\n";
/// Stands behind the trap: a reader that got through it finds the link.
const LINK: &str = "\n9 0 obj\n<< /S /URI /URI (https://after-the-bomb.example/invoice) >>\nendobj\n";
const TAIL: &str = "\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

fn repeated(out: &mut dyn Write, open: &str, close: &str, count: usize) -> Result<()> {
    writeln!(out, "{HEAD}3 0 obj")?;
    out.write_all(open.repeat(count).as_bytes())?;
    out.write_all(close.repeat(count).as_bytes())?;
    Ok(write!(out, "\nendobj\n{TAIL}")?)
}

pub(super) fn nested_arrays(out: &mut dyn Write) -> Result<()> {
    repeated(out, "[", "]", 1_000_000)
}

pub(super) fn nested_dictionaries(out: &mut dyn Write) -> Result<()> {
    repeated(out, "<</A ", ">>", 500_000)
}

fn zlib_zeros(count: u64) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![0; 1 << 20];
    for _ in 0..(count >> 20) {
        encoder.write_all(&block)?;
    }
    Ok(encoder.finish()?)
}

fn stream(out: &mut dyn Write, number: usize, entries: &str, bytes: &[u8]) -> Result<()> {
    write!(out, "{number} 0 obj\n<< {entries} /Length {} >>\nstream\n", bytes.len())?;
    out.write_all(bytes)?;
    Ok(out.write_all(b"\nendstream\nendobj\n")?)
}

pub(super) fn zeros(out: &mut dyn Write) -> Result<()> {
    out.write_all(HEAD.as_bytes())?;
    let entries = "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode";
    stream(out, 3, entries, &zlib_zeros(1 << 30)?)?;
    Ok(out.write_all(TAIL.as_bytes())?)
}

pub(super) fn twice_deflated(out: &mut dyn Write) -> Result<()> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&zlib_zeros(1 << 30)?)?;
    out.write_all(HEAD.as_bytes())?;
    let entries = "/Type /ObjStm /N 1 /First 4 /Filter [/FlateDecode /FlateDecode]";
    stream(out, 3, entries, &encoder.finish()?)?;
    Ok(out.write_all(TAIL.as_bytes())?)
}

/// Two object streams, each of which extends the other and claims to hold the other, and itself.
pub(super) fn object_stream_loop(out: &mut dyn Write) -> Result<()> {
    out.write_all(HEAD.as_bytes())?;
    let inside = b"3 0 4 6 << >> << /Type /ObjStm /Extends 3 0 R >>";
    stream(out, 3, "/Type /ObjStm /N 2 /First 8 /Extends 4 0 R", inside)?;
    stream(out, 4, "/Type /ObjStm /N 2 /First 8 /Extends 3 0 R", inside)?;
    // The length of this one is told by itself.
    out.write_all(
        b"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length 5 0 R >>\nstream\n5 0 5 0 R\nendstream\nendobj\n",
    )?;
    out.write_all(LINK.as_bytes())?;
    Ok(out.write_all(TAIL.as_bytes())?)
}

pub(super) fn cross_reference_loop(out: &mut dyn Write) -> Result<()> {
    out.write_all(HEAD.as_bytes())?;
    let (first, table) = (HEAD.len(), "xref\n0 1\n0000000000 65535 f \n");
    let one = |prev: usize| format!("{table}trailer\n<< /Size 3 /Root 1 0 R /Prev {prev:010} >>\n");
    let second = first + one(0).len();
    write!(out, "{}{}{LINK}startxref\n{second}\n%%EOF\n", one(second), one(first))?;
    Ok(())
}

pub(super) fn many_objects(out: &mut dyn Write) -> Result<()> {
    out.write_all(HEAD.as_bytes())?;
    for number in 3..500_000 {
        write!(out, "{number} 0 obj\n<< /S /URI /URI (http://h{number}.example/) >>\nendobj\n")?;
    }
    Ok(out.write_all(TAIL.as_bytes())?)
}

pub(super) fn open_string(out: &mut dyn Write) -> Result<()> {
    write!(out, "{HEAD}3 0 obj\n<< /S /URI /URI ")?;
    Ok(out.write_all(&vec![b'('; 16 << 20])?)
}
