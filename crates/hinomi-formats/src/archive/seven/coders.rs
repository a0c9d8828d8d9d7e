//! Unpacking one folder: its coders, from the packed streams to the last output.

use super::filters;
use super::header::{Coder, Folder};
use super::lock;
use crate::archive::methods::{bzip2, lzma};
use crate::archive::shelf::{Ended, Inflater, Unpacked};
use crate::office::ciphers;
use crate::{Budget, Limits};
use std::borrow::Cow;

/// What is needed to unpack a folder.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    /// The packed streams, in the order of the folder.
    pub(super) packed: &'a [&'a [u8]],
    /// The key of an encrypted folder.
    pub(super) key: Option<&'a [u8; 32]>,
    /// How much may come out of one coder, and why no more.
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
    let coder = folder.coders.iter().find(|coder| {
        let inputs = method(&coder.id).map(|method| if matches!(method, Method::Bcj2) { 4 } else { 1 });
        inputs != Some(coder.inputs) || coder.outputs != 1
    })?;
    let name = match coder.id.as_slice() {
        [3, 4, 1] => "PPMd".to_owned(),
        [4, 1, 9] => "deflate64".to_owned(),
        [3, 3, ..] | [5..=10] => "a filter for programs".to_owned(),
        [4, 0xF7, 0x11, 1] => "zstd".to_owned(),
        id => {
            let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("method {id}")
        }
    };
    Some(name)
}

#[derive(Clone, Copy)]
enum Method {
    Copy,
    Lzma,
    Lzma2,
    Deflate,
    Bzip2,
    Aes,
    X86,
    Arm,
    Arm64,
    Delta,
    Bcj2,
}

fn method(id: &[u8]) -> Option<Method> {
    Some(match id {
        [0] => Method::Copy,
        [3, 1, 1] => Method::Lzma,
        [0x21] => Method::Lzma2,
        [4, 1, 8] => Method::Deflate,
        [4, 2, 2] => Method::Bzip2,
        [3, 3, 1, 3] | [4] => Method::X86,
        [3, 3, 5, 1] | [7] => Method::Arm,
        [0xA] => Method::Arm64,
        [3] => Method::Delta,
        [3, 3, 1, 0x1B] => Method::Bcj2,
        id if id == lock::AES => Method::Aes,
        _ => return None,
    })
}

/// Runs the coders, the last one after all that feed it. The folder is one that [`unsupported`] found nothing in.
pub(super) fn unpack(folder: &Folder, way: &Way<'_>) -> Unpacked {
    match folder.last() {
        Some(coder) => output(folder, coder, folder.coders.len(), way),
        None => Unpacked { bytes: Vec::new(), ended: Ended::Corrupt },
    }
}

/// What coder `at` gives. Each output feeds one input and the last feeds none, so the coders are a tree; `depth` is for
/// a folder that says otherwise.
fn output(folder: &Folder, at: usize, depth: usize, way: &Way<'_>) -> Unpacked {
    let corrupt = || Unpacked { bytes: Vec::new(), ended: Ended::Corrupt };
    let (Some(coder), Some(size), Some(depth)) =
        (folder.coders.get(at), folder.sizes.get(at), depth.checked_sub(1))
    else {
        return corrupt();
    };
    let first: u64 = folder.coders.iter().take(at).map(|coder| coder.inputs).sum();
    let mut before = Ended::Whole;
    let mut inputs: Vec<Cow<'_, [u8]>> = Vec::new();
    for input in first..first.saturating_add(coder.inputs) {
        if let Some((_, from)) = folder.binds.iter().find(|(bound, _)| *bound == input) {
            let fed = output(folder, usize::try_from(*from).unwrap_or(usize::MAX), depth, way);
            if before == Ended::Whole {
                before = fed.ended;
            }
            inputs.push(Cow::Owned(fed.bytes));
        } else {
            let packed = folder.packed.iter().position(|packed| *packed == input);
            let Some(stream) = packed.and_then(|at| way.packed.get(at)) else { return corrupt() };
            inputs.push(Cow::Borrowed(stream));
        }
    }
    let size = usize::try_from(*size).unwrap_or(usize::MAX);
    let mut out = step(coder, inputs, size, way);
    if before != Ended::Whole && matches!(out.ended, Ended::Whole | Ended::Truncated) {
        out.ended = before;
    }
    out
}

fn step(coder: &Coder, inputs: Vec<Cow<'_, [u8]>>, size: usize, way: &Way<'_>) -> Unpacked {
    let most = size.min(way.most);
    // What a method that knows its size may give, and why no more.
    let over = if size <= way.most { Ended::Whole } else { way.over };
    let filtered = |input: Cow<'_, [u8]>, undo: &dyn Fn(&mut [u8])| {
        let mut bytes = input.into_owned();
        undo(&mut bytes);
        sized(bytes, most, over)
    };
    let corrupt = || Unpacked { bytes: Vec::new(), ended: Ended::Corrupt };
    if let [main, calls, jumps, coded] = inputs.as_slice() {
        let out = filters::bcj2([main, calls, jumps, coded], most);
        return if out.ended == Ended::Whole { Unpacked { ended: over, ..out } } else { out };
    }
    let Some(input) = inputs.into_iter().next() else { return corrupt() };
    match method(&coder.id) {
        Some(Method::Copy) => {
            let kept = input.get(..most).unwrap_or(&input);
            sized(kept.to_vec(), most, over)
        }
        Some(Method::Lzma) => lzma::lzma(&input, &coder.properties, size, way.most, way.over),
        Some(Method::Lzma2) => lzma::lzma2(&input, most, over),
        Some(Method::Deflate) => {
            let mut bytes = Vec::new();
            let run = Inflater::new().run(&input, &mut bytes, size as u64, most as u64, way.limits);
            let ended = if run.ended == Ended::Allowance { over } else { run.ended };
            Unpacked { bytes, ended }
        }
        Some(Method::Bzip2) => bzip2::unpack(&input, most, over),
        Some(Method::Aes) => {
            way.key.and_then(|key| decrypt(key, coder, input)).map_or_else(corrupt, |b| sized(b, most, over))
        }
        Some(Method::X86) => filtered(input, &filters::x86),
        Some(Method::Arm) => filtered(input, &filters::arm),
        Some(Method::Arm64) => filtered(input, &filters::arm64),
        Some(Method::Delta) => {
            let distance = usize::from(coder.properties.first().copied().unwrap_or(0)).saturating_add(1);
            filtered(input, &|bytes| filters::delta(bytes, distance))
        }
        Some(Method::Bcj2) | None => corrupt(),
    }
}

/// Bytes cut to the size they should have.
fn sized(mut bytes: Vec<u8>, most: usize, over: Ended) -> Unpacked {
    bytes.truncate(most);
    let ended = if bytes.len() < most { Ended::Truncated } else { over };
    Unpacked { bytes, ended }
}

fn decrypt(key: &[u8; 32], coder: &Coder, input: Cow<'_, [u8]>) -> Option<Vec<u8>> {
    let iv = lock::iv(&coder.properties)?;
    let mut bytes = input.into_owned();
    ciphers::aes(key, Some(&iv), &mut bytes)?;
    Some(bytes)
}

/// The purse of a header: it is read before any file is.
pub(super) fn header_most(budget: &Budget) -> usize {
    usize::try_from(budget.left()).unwrap_or(usize::MAX).min(16 << 20)
}
