//! Builds the documents that tests read: compound files, VBA projects, and what Office wraps around them.

pub(crate) mod compiled;
pub(crate) mod forms;
pub(crate) mod word;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::{Cursor, Write};

/// A compound file with these streams; storages of their paths are made. Written by the `cfb` crate, so that
/// the reader is not only tested against its own idea of the format.
pub(crate) fn compound(version: cfb::Version, streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new())).unwrap();
    for (path, content) in streams {
        if let Some((storage, _)) = path.rsplit_once('/') {
            file.create_storage_all(storage).unwrap();
        }
        file.create_stream(path).unwrap().write_all(content).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// A module to be.
#[derive(Clone)]
pub(crate) struct ForgedModule {
    pub(crate) name: Vec<u8>,
    pub(crate) stream: String,
    pub(crate) code: Vec<u8>,
    /// Bytes of compiled code before the source.
    pub(crate) before: Vec<u8>,
    /// What `dir` says about where the source is; the truth when `None`.
    pub(crate) told_offset: Option<u32>,
    pub(crate) is_class: bool,
    /// `dir` does not name it.
    pub(crate) is_orphan: bool,
}

pub(crate) fn module(name: &str, code: &str) -> ForgedModule {
    ForgedModule {
        name: name.into(),
        stream: name.to_owned(),
        code: format!("Attribute VB_Name = \"{name}\"\r\n{code}").into_bytes(),
        before: b"compiled code of another version".to_vec(),
        told_offset: None,
        is_class: false,
        is_orphan: false,
    }
}

/// The streams of a project under `root` (`""`, `Macros/`, `_VBA_PROJECT_CUR/`).
pub(crate) fn project(root: &str, code_page: u16, modules: &[ForgedModule]) -> Vec<(String, Vec<u8>)> {
    let mut streams = vec![
        (format!("{root}PROJECT"), b"ID=\"{00000000-0000-0000-0000-000000000000}\"\r\n".to_vec()),
        (format!("{root}VBA/dir"), compress(&dir(code_page, modules))),
        (format!("{root}VBA/_VBA_PROJECT"), vec![0xCC, 0x61, 0xFF, 0xFF, 0, 0, 0]),
    ];
    for module in modules {
        let stream = [module.before.clone(), compress(&module.code)].concat();
        streams.push((format!("{root}VBA/{}", module.stream), stream));
    }
    streams
}

/// A compound file with a project, and other streams beside it.
pub(crate) fn document(
    root: &str,
    code_page: u16,
    modules: &[ForgedModule],
    others: &[(&str, &[u8])],
) -> Vec<u8> {
    let project = project(root, code_page, modules);
    let mut streams: Vec<(&str, &[u8])> =
        project.iter().map(|(path, s)| (path.as_str(), s.as_slice())).collect();
    streams.extend(others);
    compound(cfb::Version::V3, &streams)
}

/// A `dir` stream, not yet compressed (MS-OVBA 2.3.4.2).
pub(crate) fn dir(code_page: u16, modules: &[ForgedModule]) -> Vec<u8> {
    let listed = || modules.iter().filter(|module| !module.is_orphan);
    let mut dir = Vec::new();
    record(&mut dir, 0x01, &1_u32.to_le_bytes());
    record(&mut dir, 0x4A, &3_u32.to_le_bytes());
    record(&mut dir, 0x02, &0x409_u32.to_le_bytes());
    record(&mut dir, 0x14, &0x409_u32.to_le_bytes());
    record(&mut dir, 0x03, &code_page.to_le_bytes());
    record(&mut dir, 0x04, b"Project");
    dir.extend([0x09, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0]);
    record(&mut dir, 0x0D, &[0x19, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    record(&mut dir, 0x0F, &(listed().count() as u16).to_le_bytes());
    record(&mut dir, 0x13, &[0xFF, 0xFF]);
    for module in listed() {
        record(&mut dir, 0x19, &module.name);
        record(&mut dir, 0x1A, &module.name);
        let unicode: Vec<u8> = module.stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        record(&mut dir, 0x32, &unicode);
        let offset = module.told_offset.unwrap_or(module.before.len() as u32);
        record(&mut dir, 0x31, &offset.to_le_bytes());
        record(&mut dir, if module.is_class { 0x22 } else { 0x21 }, &[]);
        record(&mut dir, 0x2B, &[]);
    }
    record(&mut dir, 0x10, &[]);
    dir
}

pub(crate) fn record(dir: &mut Vec<u8>, id: u16, content: &[u8]) {
    dir.extend(id.to_le_bytes());
    dir.extend((content.len() as u32).to_le_bytes());
    dir.extend(content);
}

/// Compresses as MS-OVBA 2.4.1.3 tells, always with the longest match.
pub(crate) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut container = vec![0x01];
    for chunk in bytes.chunks(4096) {
        let packed = compress_chunk(chunk);
        if packed.len() > 4096 {
            let mut raw = chunk.to_vec();
            raw.resize(4096, 0);
            container.extend((0x3000_u16 | 4095).to_le_bytes());
            container.extend(raw);
        } else {
            container.extend((0xB000 | (packed.len() - 1) as u16).to_le_bytes());
            container.extend(packed);
        }
    }
    container
}

fn compress_chunk(chunk: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut at = 0;
    while at < chunk.len() {
        let flags_at = packed.len();
        packed.push(0);
        for bit in 0..8 {
            if at == chunk.len() {
                break;
            }
            let offset_bits = (4..=12).find(|bits| 1 << bits >= at).unwrap_or(12);
            let len_max = ((0xFFFF_usize >> offset_bits) + 3).min(chunk.len() - at);
            let (offset, len) = longest_match(chunk, at, len_max);
            if len >= 3 {
                packed[flags_at] |= 1 << bit;
                let token = ((offset - 1) << (16 - offset_bits)) | (len - 3);
                packed.extend((token as u16).to_le_bytes());
                at += len;
            } else {
                packed.push(chunk[at]);
                at += 1;
            }
        }
    }
    packed
}

fn longest_match(chunk: &[u8], at: usize, len_max: usize) -> (usize, usize) {
    let mut best = (0, 0);
    for start in (0..at).rev() {
        let len = (0..len_max).take_while(|step| chunk[start + step] == chunk[at + step]).count();
        if len > best.1 {
            best = (at - start, len);
        }
        if best.1 == len_max {
            break;
        }
    }
    best
}

pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An ActiveMime file as Word writes it: zlib data at 0x32.
pub(crate) fn active_mime(ole: &[u8]) -> Vec<u8> {
    let mut file = b"ActiveMime".to_vec();
    file.resize(0x1E, 0);
    file.extend(4_u16.to_le_bytes());
    file.resize(0x32, 0);
    file.extend(zlib(ole));
    file
}

/// A record of a PowerPoint 97 stream.
pub(crate) fn slide_record(version_and_instance: u16, kind: u16, content: &[u8]) -> Vec<u8> {
    let head = [version_and_instance.to_le_bytes(), kind.to_le_bytes()].concat();
    [&head[..], &(content.len() as u32).to_le_bytes(), content].concat()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
        if text.len() % 77 == 76 {
            text.push('\n');
        }
    }
    text
}

/// An RTF text with one embedded OLE 1.0 object (MS-OLEDS 2.2.5).
pub(crate) fn rtf_object(class: &str, data: &[u8]) -> String {
    let len = |len: usize| (len as u32).to_le_bytes();
    let head = [&[1, 5, 0, 0, 2, 0, 0, 0][..], &len(class.len() + 1), class.as_bytes(), &[0; 9]].concat();
    let object = [&head[..], &len(data.len()), data, &[1, 5, 0, 0, 0, 0, 0, 0]].concat();
    let digits: String = object.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(r"{{\rt{{\object{{\*\objdata {digits}}}}}}}")
}
