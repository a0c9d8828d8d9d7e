//! The header of a 7z archive (7zFormat.txt of the LZMA SDK): which bytes make which files.

use super::Reader;
use crate::Limits;
use std::collections::BTreeSet;

/// Property ids.
const END: u8 = 0x00;
const HEADER: u8 = 0x01;
const ARCHIVE_PROPERTIES: u8 = 0x02;
const MAIN_STREAMS: u8 = 0x04;
const FILES: u8 = 0x05;
const PACK_INFO: u8 = 0x06;
const UNPACK_INFO: u8 = 0x07;
const SUBSTREAMS: u8 = 0x08;
const SIZE: u8 = 0x09;
const CRC: u8 = 0x0A;
const FOLDER: u8 = 0x0B;
const CODERS_UNPACK_SIZE: u8 = 0x0C;
const NUM_UNPACK_STREAM: u8 = 0x0D;
const EMPTY_STREAM: u8 = 0x0E;
const EMPTY_FILE: u8 = 0x0F;
const NAMES: u8 = 0x11;
pub(super) const ENCODED_HEADER: u8 = 0x17;
/// Coders of one folder, and streams of one coder; 7-Zip itself takes 32.
const CODERS_MAX: u64 = 32;

/// Where packed data lie, how they are packed, and what they unpack to.
#[derive(Default)]
pub(super) struct Streams {
    /// Offset of the first packed stream, behind the signature header.
    pub(super) position: u64,
    pub(super) pack_sizes: Vec<u64>,
    pub(super) folders: Vec<Folder>,
}

/// Data packed as one.
#[derive(Default, Clone)]
pub(super) struct Folder {
    pub(super) coders: Vec<Coder>,
    /// Output `.1` of a coder is input `.0` of another.
    pub(super) binds: Vec<(u64, u64)>,
    /// Inputs that are packed streams, in order.
    pub(super) packed: Vec<u64>,
    /// What each output unpacks to.
    pub(super) sizes: Vec<u64>,
    pub(super) crc: Option<u32>,
    /// The files in it: sizes and checksums.
    pub(super) files: Vec<(u64, Option<u32>)>,
}

/// One step of unpacking.
#[derive(Default, Clone)]
pub(super) struct Coder {
    pub(super) id: Vec<u8>,
    pub(super) inputs: u64,
    pub(super) outputs: u64,
    pub(super) properties: Vec<u8>,
}

/// A file by its name.
pub(super) struct Named {
    pub(super) name: String,
    /// It has content in a folder.
    pub(super) has_stream: bool,
    pub(super) is_folder: bool,
}

/// What a header lists.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) streams: Streams,
    pub(super) files: Vec<Named>,
    /// There were more than `entries_max`.
    pub(super) cut: bool,
}

impl Folder {
    /// The size of what comes out in the end: of the output that feeds no other coder.
    pub(super) fn size(&self) -> u64 {
        self.last().and_then(|last| self.sizes.get(last)).copied().unwrap_or(0)
    }

    /// The coder whose output feeds no other. All coders that are read have one output, so that numbers of outputs are
    /// numbers of coders.
    pub(super) fn last(&self) -> Option<usize> {
        (0_u64..).zip(&self.sizes).position(|(at, _)| !self.binds.iter().any(|(_, output)| *output == at))
    }
}

/// Reads a plain header.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Option<Listing> {
    let mut reader = Reader(bytes);
    let mut listing = Listing::default();
    if reader.byte()? != HEADER {
        return None;
    }
    loop {
        match reader.byte()? {
            END => return Some(listing),
            ARCHIVE_PROPERTIES => {
                while reader.byte()? != END {
                    reader.counted()?;
                }
            }
            MAIN_STREAMS => listing.streams = streams(&mut reader, limits)?,
            FILES => files(&mut reader, &mut listing, limits)?,
            // Additional streams are written by nobody.
            _ => return None,
        }
    }
}

/// Pack info, folders, substreams.
pub(super) fn streams(reader: &mut Reader<'_>, limits: &Limits) -> Option<Streams> {
    let mut streams = Streams::default();
    loop {
        match reader.byte()? {
            END => return Some(streams),
            PACK_INFO => pack_info(reader, &mut streams, limits)?,
            UNPACK_INFO => unpack_info(reader, &mut streams, limits)?,
            SUBSTREAMS => substreams(reader, &mut streams, limits)?,
            _ => return None,
        }
    }
}

fn pack_info(reader: &mut Reader<'_>, streams: &mut Streams, limits: &Limits) -> Option<()> {
    streams.position = reader.number()?;
    let count = reader.count(limits)?;
    loop {
        match reader.byte()? {
            END => return Some(()),
            SIZE => streams.pack_sizes = (0..count).map(|_| reader.number()).collect::<Option<_>>()?,
            CRC => drop(reader.digests(count)?),
            _ => return None,
        }
    }
}

fn unpack_info(reader: &mut Reader<'_>, streams: &mut Streams, limits: &Limits) -> Option<()> {
    if reader.byte()? != FOLDER {
        return None;
    }
    let count = reader.count(limits)?;
    // Folders in another stream are written by nobody.
    if reader.byte()? != 0 {
        return None;
    }
    streams.folders = (0..count).map(|_| folder(reader)).collect::<Option<_>>()?;
    if reader.byte()? != CODERS_UNPACK_SIZE {
        return None;
    }
    for folder in &mut streams.folders {
        let outputs: u64 = folder.coders.iter().map(|coder| coder.outputs).sum();
        folder.sizes = (0..outputs).map(|_| reader.number()).collect::<Option<_>>()?;
    }
    loop {
        match reader.byte()? {
            END => break,
            CRC => {
                let digests = reader.digests(count)?;
                for (folder, crc) in streams.folders.iter_mut().zip(digests) {
                    folder.crc = crc;
                }
            }
            _ => return None,
        }
    }
    for folder in &mut streams.folders {
        folder.files = vec![(folder.size(), folder.crc)];
    }
    Some(())
}

fn folder(reader: &mut Reader<'_>) -> Option<Folder> {
    let mut folder = Folder::default();
    let coders = reader.number().filter(|count| (1..=CODERS_MAX).contains(count))?;
    for _ in 0..coders {
        let flags = reader.byte()?;
        let id = reader.take(usize::from(flags & 0xF))?.to_vec();
        let complex = flags & 0x10 != 0;
        let (inputs, outputs) = if complex { (reader.number()?, reader.number()?) } else { (1, 1) };
        let properties = if flags & 0x20 != 0 { reader.counted()?.to_vec() } else { Vec::new() };
        if inputs > CODERS_MAX || outputs > CODERS_MAX || flags & 0x80 != 0 {
            return None;
        }
        folder.coders.push(Coder { id, inputs, outputs, properties });
    }
    let inputs: u64 = folder.coders.iter().map(|coder| coder.inputs).sum();
    let outputs: u64 = folder.coders.iter().map(|coder| coder.outputs).sum();
    let binds = outputs.checked_sub(1)?;
    folder.binds = (0..binds).map(|_| Some((reader.number()?, reader.number()?))).collect::<Option<_>>()?;
    // An output that fed two inputs would be worked out twice, and twice again behind that.
    let fed: BTreeSet<u64> = folder.binds.iter().map(|(_, output)| *output).collect();
    let bound: BTreeSet<u64> = folder.binds.iter().map(|(input, _)| *input).collect();
    if fed.len() != folder.binds.len() || bound.len() != folder.binds.len() {
        return None;
    }
    let packed = inputs.checked_sub(binds)?;
    folder.packed = if packed == 1 {
        (0..inputs).filter(|input| !folder.binds.iter().any(|(bound, _)| bound == input)).take(1).collect()
    } else {
        (0..packed).map(|_| reader.number()).collect::<Option<_>>()?
    };
    Some(folder)
}

fn substreams(reader: &mut Reader<'_>, streams: &mut Streams, limits: &Limits) -> Option<()> {
    let mut kind = reader.byte()?;
    let mut counts = vec![1_u64; streams.folders.len()];
    if kind == NUM_UNPACK_STREAM {
        let most = limits.entries_max as u64;
        for count in &mut counts {
            *count = reader.number().filter(|count| *count <= most)?;
        }
        // All folders together.
        if counts.iter().sum::<u64>() > most {
            return None;
        }
        kind = reader.byte()?;
    }
    // All sizes of a folder but the last, which is what remains.
    for (folder, count) in streams.folders.iter_mut().zip(&counts) {
        let (total, crc) = (folder.size(), folder.crc.filter(|_| *count == 1));
        let mut left = total;
        folder.files.clear();
        for at in 0..*count {
            let last = at.checked_add(1)? == *count;
            let size = if last || kind != SIZE { left } else { reader.number()? };
            left = left.checked_sub(size)?;
            folder.files.push((size, crc));
        }
    }
    if kind == SIZE {
        kind = reader.byte()?;
    }
    while kind != END {
        if kind != CRC {
            return None;
        }
        let unknown =
            streams.folders.iter().flat_map(|folder| &folder.files).filter(|(_, crc)| crc.is_none()).count();
        let mut digests = reader.digests(unknown)?.into_iter();
        for (_, crc) in
            streams.folders.iter_mut().flat_map(|folder| &mut folder.files).filter(|(_, crc)| crc.is_none())
        {
            *crc = digests.next().flatten();
        }
        kind = reader.byte()?;
    }
    Some(())
}

fn files(reader: &mut Reader<'_>, listing: &mut Listing, limits: &Limits) -> Option<()> {
    let count = usize::try_from(reader.number()?).ok()?;
    listing.cut = count > limits.entries_max;
    let kept = count.min(limits.entries_max);
    let (mut names, mut empty, mut empty_file) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let kind = reader.byte()?;
        if kind == END {
            break;
        }
        let mut property = Reader(reader.counted()?);
        match kind {
            NAMES => names = property.names(kept)?,
            EMPTY_STREAM => empty = property.bits(kept),
            EMPTY_FILE => empty_file = property.bits(kept),
            _ => {}
        }
    }
    let mut empty_files = empty_file.into_iter();
    let mut names = names.into_iter();
    for at in 0..kept {
        let has_stream = !empty.get(at).copied().unwrap_or(false);
        let is_folder = !has_stream && !empty_files.next().unwrap_or(false);
        listing.files.push(Named { name: names.next().unwrap_or_default(), has_stream, is_folder });
    }
    Some(())
}
