//! Builds the archives that tests read: every lock and layout of the reader, with room for lies.

use super::shelf::crc32;
use super::zip::lock::seal;
use flate2::{Compression, write::DeflateEncoder};
use std::io::Write;

/// One file to be.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) name: Vec<u8>,
    pub(crate) data: Vec<u8>,
    pub(crate) deflate: bool,
    pub(crate) seal: Seal,
    pub(crate) flags: u16,
    pub(crate) extra: Vec<u8>,
    /// Sizes and checksum behind the data instead of in the local header.
    pub(crate) descriptor: bool,
    /// What the headers claim instead of the true method and size.
    pub(crate) method: Option<u16>,
    pub(crate) size: Option<u32>,
    /// Missing from the central directory.
    pub(crate) hidden: bool,
}

#[derive(Clone)]
pub(crate) enum Seal {
    None,
    ZipCrypto(Vec<u8>),
    /// Password, key bytes, AE version.
    Aes(Vec<u8>, usize, u16),
}

pub(crate) fn file(name: &str, data: &[u8]) -> File {
    File {
        name: name.into(),
        data: data.to_vec(),
        deflate: true,
        seal: Seal::None,
        flags: 0,
        extra: Vec::new(),
        descriptor: false,
        method: None,
        size: None,
        hidden: false,
    }
}

impl File {
    pub(crate) fn stored(mut self) -> Self {
        self.deflate = false;
        self
    }

    pub(crate) fn sealed(mut self, seal: Seal) -> Self {
        self.seal = seal;
        self
    }

    /// The packed data, the method, flags and extra field that go with it.
    fn pack(&self) -> (Vec<u8>, u16, u16, Vec<u8>, u32) {
        let packed = if self.deflate { deflate(&self.data) } else { self.data.clone() };
        let (method, crc) = (if self.deflate { 8 } else { 0 }, crc32(&self.data));
        let flags = self.flags | if self.descriptor { 8 } else { 0 };
        let (packed, method, flags, extra, crc) = match &self.seal {
            Seal::None => (packed, method, flags, self.extra.clone(), crc),
            Seal::ZipCrypto(password) => {
                let check = if self.descriptor { DOS_TIME.to_le_bytes()[1] } else { crc.to_le_bytes()[3] };
                (seal::zip_crypto(&packed, password, check), method, flags | 1, self.extra.clone(), crc)
            }
            Seal::Aes(password, key_bytes, version) => {
                let strength = (key_bytes / 8 - 1) as u8;
                let mut extra =
                    vec![0x01, 0x99, 7, 0, *version as u8, 0, b'A', b'E', strength, method as u8, 0];
                extra.extend(&self.extra);
                let crc = if *version == 1 { crc } else { 0 };
                (seal::aes(&packed, password, *key_bytes), 99, flags | 1, extra, crc)
            }
        };
        (packed, self.method.unwrap_or(method), flags, extra, crc)
    }
}

const DOS_TIME: u16 = 0x6A21;

pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).expect("a Vec takes everything");
    encoder.finish().expect("a Vec takes everything")
}

fn put16(out: &mut Vec<u8>, values: &[u16]) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn put32(out: &mut Vec<u8>, values: &[u32]) {
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

/// Local headers and data; the central records that list them.
fn locals(files: &[File]) -> (Vec<u8>, Vec<u8>, u16) {
    let (mut out, mut central, mut count) = (Vec::new(), Vec::new(), 0);
    for file in files {
        let (packed, method, flags, extra, crc) = file.pack();
        let size = file.size.unwrap_or(file.data.len() as u32);
        let sizes = [crc, packed.len() as u32, size];
        let at = out.len() as u32;
        out.extend(b"PK\x03\x04");
        put16(&mut out, &[20, flags, method, DOS_TIME, 0x50F7]);
        put32(&mut out, if file.descriptor { &[0, 0, 0] } else { &sizes });
        put16(&mut out, &[file.name.len() as u16, extra.len() as u16]);
        out.extend(file.name.iter().chain(&extra).chain(&packed));
        if file.descriptor {
            out.extend(b"PK\x07\x08");
            put32(&mut out, &sizes);
        }
        if !file.hidden {
            count += 1;
            central.extend(central_record(file, &extra, [flags, method], sizes, at));
        }
    }
    (out, central, count)
}

pub(crate) fn central_record(file: &File, extra: &[u8], head: [u16; 2], sizes: [u32; 3], at: u32) -> Vec<u8> {
    let mut out = b"PK\x01\x02".to_vec();
    put16(&mut out, &[20, 20, head[0], head[1], DOS_TIME, 0x50F7]);
    put32(&mut out, &sizes);
    put16(&mut out, &[file.name.len() as u16, extra.len() as u16, 0, 0, 0]);
    put32(&mut out, &[0, at]);
    out.extend(file.name.iter().chain(extra));
    out
}

/// The end record of APPNOTE 4.3.16.
pub(crate) fn end_record(count: u16, size: u32, offset: u32) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    put16(&mut out, &[count, count]);
    put32(&mut out, &[size, offset]);
    put16(&mut out, &[0]);
    out
}

pub(crate) fn zip(files: &[File]) -> Vec<u8> {
    let (mut out, central, count) = locals(files);
    let offset = out.len() as u32;
    out.extend(&central);
    out.extend(end_record(count, central.len() as u32, offset));
    out
}

/// Local headers only, as if the end were lost.
pub(crate) fn zip_without_directory(files: &[File]) -> Vec<u8> {
    locals(files).0
}

/// With a ZIP64 end record; the old one says "see there".
pub(crate) fn zip64(files: &[File]) -> Vec<u8> {
    let (mut out, central, count) = locals(files);
    let offset = out.len() as u64;
    out.extend(&central);
    let end = out.len() as u64;
    out.extend(b"PK\x06\x06");
    out.extend(44_u64.to_le_bytes());
    put16(&mut out, &[45, 45]);
    put32(&mut out, &[0, 0]);
    out.extend(
        [u64::from(count), u64::from(count), central.len() as u64, offset].map(u64::to_le_bytes).concat(),
    );
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend(end.to_le_bytes());
    put32(&mut out, &[1]);
    out.extend(end_record(0xFFFF, u32::MAX, u32::MAX));
    out
}

/// Undoes base64 of a fixture; line ends and padding are skipped.
pub(crate) fn unbase64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'a'..=b'z' => Some(letter - b'a' + 26),
        b'0'..=b'9' => Some(letter - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let values: Vec<u8> = text.bytes().filter_map(value).collect();
    let group = |four: &[u8]| {
        let bits = four.iter().fold(0_u32, |bits, value| bits << 6 | u32::from(*value));
        let bytes = (bits << (6 * (4 - four.len()))).to_be_bytes();
        bytes[1..four.len()].to_vec()
    };
    values.chunks(4).flat_map(group).collect()
}
