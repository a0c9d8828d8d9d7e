//! Unpacking one folder: its coders, from the packed stream to the last output.

use super::header::{Coder, Folder};
use super::lock;
use crate::archive::inflate::{Ended, Inflater};
use crate::archive::lzma;
use crate::archive::shelf::Unpacked;
use crate::{Budget, Limits, cipher};

/// What is needed to unpack a folder.
pub(super) struct Way<'a> {
    pub(super) packed: &'a [u8],
    /// The key of an encrypted folder.
    pub(super) key: Option<&'a [u8; 32]>,
    pub(super) most: usize,
    pub(super) over: Ended,
    pub(super) limits: &'a Limits,
}

/// The coder that encrypts, when there is one.
pub(super) fn lock_of(folder: &Folder) -> Option<&Coder> {
    folder.coders.iter().find(|coder| coder.id == lock::AES)
}

/// Names the first coder that is not read.
pub(super) fn unsupported(folder: &Folder) -> Option<String> {
    if folder.packed.len() != 1 || folder.coders.iter().any(|coder| coder.inputs != 1 || coder.outputs != 1) {
        return Some("several streams in one (BCJ2)".to_owned());
    }
    let known = |coder: &&Coder| method(&coder.id).is_none();
    folder.coders.iter().find(known).map(|coder| {
        let name = match coder.id.as_slice() {
            [3, 4, 1] => "PPMd",
            [4, 2, 2] => "bzip2",
            [4, 1, 9] => "deflate64",
            [3, 3, ..] => "a filter for programs",
            [4, 0xF7, 0x11, 1] => "zstd",
            _ => "an unknown method",
        };
        name.to_owned()
    })
}

#[derive(Clone, Copy)]
enum Method {
    Copy,
    Lzma,
    Lzma2,
    Deflate,
    Aes,
    X86,
    Delta,
}

fn method(id: &[u8]) -> Option<Method> {
    Some(match id {
        [0] => Method::Copy,
        [3, 1, 1] => Method::Lzma,
        [0x21] => Method::Lzma2,
        [4, 1, 8] => Method::Deflate,
        [3, 3, 1, 3] | [4] => Method::X86,
        [3] => Method::Delta,
        id if id == lock::AES => Method::Aes,
        _ => return None,
    })
}

/// Runs the coders in the order of the data. The folder is one that [`unsupported`] found nothing in.
pub(super) fn unpack(folder: &Folder, way: &Way<'_>) -> Unpacked {
    let mut out = Unpacked { bytes: way.packed.to_vec(), ended: Ended::Whole };
    let mut input = folder.packed.first().copied();
    for _ in 0..folder.coders.len() {
        // With one input and output each, a coder's input has its own number.
        let Some(at) = input.and_then(|at| usize::try_from(at).ok()) else { break };
        let (Some(coder), Some(size)) = (folder.coders.get(at), folder.sizes.get(at)) else {
            return Unpacked { bytes: Vec::new(), ended: Ended::Corrupt };
        };
        let size = usize::try_from(*size).unwrap_or(usize::MAX);
        let before = out.ended;
        out = step(coder, &out.bytes, size, way);
        if before != Ended::Whole && out.ended == Ended::Whole {
            out.ended = before;
        }
        input = folder.binds.iter().find(|(_, output)| *output == at as u64).map(|(input, _)| *input);
    }
    out
}

fn step(coder: &Coder, data: &[u8], size: usize, way: &Way<'_>) -> Unpacked {
    let whole = |mut bytes: Vec<u8>| {
        bytes.truncate(size);
        let ended = if bytes.len() < size { Ended::Truncated } else { Ended::Whole };
        Unpacked { bytes, ended }
    };
    match method(&coder.id) {
        Some(Method::Copy) => whole(data.get(..size).unwrap_or(data).to_vec()),
        Some(Method::Lzma) => lzma::lzma(data, &coder.properties, size, way.most, way.over),
        Some(Method::Lzma2) => lzma::lzma2(data, way.most.min(size), if size <= way.most { Ended::Whole } else { way.over }),
        Some(Method::Deflate) => deflate(data, size, way),
        Some(Method::Aes) => {
            let plain = way.key.and_then(|key| cipher::aes_cbc(key, lock::iv(&coder.properties)?, data));
            plain.map_or(Unpacked { bytes: Vec::new(), ended: Ended::Corrupt }, whole)
        }
        Some(Method::X86) => {
            let mut bytes = data.to_vec();
            x86(&mut bytes);
            whole(bytes)
        }
        Some(Method::Delta) => {
            let distance = usize::from(coder.properties.first().copied().unwrap_or(0)).saturating_add(1);
            let mut bytes: Vec<u8> = Vec::with_capacity(data.len());
            for (at, byte) in data.iter().enumerate() {
                let before = at.checked_sub(distance).and_then(|at| bytes.get(at).copied()).unwrap_or(0);
                bytes.push(byte.wrapping_add(before));
            }
            whole(bytes)
        }
        None => Unpacked { bytes: Vec::new(), ended: Ended::Corrupt },
    }
}

fn deflate(data: &[u8], size: usize, way: &Way<'_>) -> Unpacked {
    let mut bytes = Vec::new();
    let run = Inflater::new().run(data, &mut bytes, size as u64, way.most as u64, way.limits);
    Unpacked { bytes, ended: run.ended }
}

/// The purse of a header: it is read before any file is.
pub(super) fn header_most(budget: &Budget) -> usize {
    usize::try_from(budget.left()).unwrap_or(usize::MAX).min(16 << 20)
}

/// Undoes the filter for x86 programs, which makes the targets of calls absolute (BCJ of the LZMA SDK).
fn x86(bytes: &mut [u8]) {
    const MASK_ALLOWED: [bool; 8] = [true, true, true, false, true, false, false, false];
    const MASK_BIT: [u32; 8] = [0, 1, 2, 2, 3, 3, 3, 3];
    let is_edge = |byte: u8| byte == 0 || byte == 0xFF;
    let mut previous: Option<usize> = None;
    let mut mask = 0_usize;
    let mut at = 0_usize;
    while let Some(opcode) = bytes.get(at).copied() {
        if at.saturating_add(5) > bytes.len() {
            return;
        }
        if opcode & 0xFE != 0xE8 {
            at = at.saturating_add(1);
            continue;
        }
        let gap = previous.map_or(usize::MAX, |previous| at.saturating_sub(previous));
        previous = Some(at);
        mask = if gap > 3 { 0 } else { (mask << (gap.saturating_sub(1))) & 7 };
        let byte_at = |offset: usize| bytes.get(at.saturating_add(offset)).copied().unwrap_or(0);
        if mask != 0 {
            let shift = MASK_BIT.get(mask).copied().unwrap_or(0) as usize;
            let tested = byte_at(4_usize.saturating_sub(shift));
            if !MASK_ALLOWED.get(mask).copied().unwrap_or(false) || is_edge(tested) {
                mask = mask << 1 & 7 | 1;
                at = at.saturating_add(1);
                continue;
            }
        }
        if !is_edge(byte_at(4)) {
            mask = mask << 1 & 7 | 1;
            at = at.saturating_add(1);
            continue;
        }
        let mut source = u32::from_le_bytes([byte_at(1), byte_at(2), byte_at(3), byte_at(4)]);
        let here = (at.saturating_add(5) & 0xFFFF_FFFF) as u32;
        let target = loop {
            let target = source.wrapping_sub(here);
            if mask == 0 {
                break target;
            }
            let shift = MASK_BIT.get(mask).copied().unwrap_or(0) * 8;
            let tested = (target >> (24_u32.saturating_sub(shift)) & 0xFF) as u8;
            if !is_edge(tested) {
                break target;
            }
            source = target ^ ((1_u64 << (32 - shift)) - 1) as u32;
        };
        let sign = if target >> 24 & 1 == 1 { 0xFF00_0000 } else { 0 };
        let value = (target & 0x01FF_FFFF & 0x00FF_FFFF | sign).to_le_bytes();
        for (slot, byte) in bytes.iter_mut().skip(at.saturating_add(1)).zip(value) {
            *slot = byte;
        }
        at = at.saturating_add(5);
        mask = 0;
        previous = at.checked_sub(1);
    }
}
