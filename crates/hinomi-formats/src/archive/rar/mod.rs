//! RAR 4 and RAR 5: the names of what is inside, and stored files. The compression is not open and not read.

use super::shelf::{Ended, Shelf, crc32, entry, name};
use super::{Archive, Encryption, u16_at, u32_at};
use crate::{Budget, Limits, Parsed, ProblemKind};
use memchr::memmem;

const MARK_4: &[u8] = b"Rar!\x1a\x07\x00";
const MARK_5: &[u8] = b"Rar!\x1a\x07\x01\x00";
/// Where the archive may start in a self-extracting program.
const START_MAX: usize = 1 << 20;

pub(super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Archive> {
    let mut shelf = Shelf::new(limits, budget);
    let near = bytes.get(..START_MAX).unwrap_or(bytes);
    let start = memmem::find(near, b"Rar!\x1a\x07").unwrap_or(0);
    let archive = bytes.get(start..).unwrap_or_default();
    let ended = if let Some(rest) = archive.strip_prefix(MARK_5) {
        version_5(rest, &mut shelf)
    } else {
        version_4(archive.strip_prefix(MARK_4).unwrap_or(archive), &mut shelf)
    };
    if ended.is_none() {
        shelf.tell(ProblemKind::Truncated, "", "the archive ends inside a header");
    }
    shelf.done()
}

/// One file as its header tells it.
struct Member<'a> {
    name: String,
    size: u64,
    data: &'a [u8],
    is_cut: bool,
    is_stored: bool,
    is_encrypted: bool,
    /// It goes on in another volume.
    is_split: bool,
    crc: Option<u32>,
}

fn keep(member: Member<'_>, shelf: &mut Shelf<'_>) {
    let mut kept = entry(member.name, member.size);
    let told = match () {
        () if member.is_encrypted => {
            kept.encryption = Encryption::Other;
            (ProblemKind::Encrypted, "the encryption of RAR is not read")
        }
        () if member.is_split => (ProblemKind::Unsupported, "the file goes on in another volume"),
        () if !member.is_stored => (ProblemKind::Unsupported, "compression: RAR"),
        () => {
            let mut out = shelf.stored(member.data);
            if member.is_cut {
                out.ended = Ended::Truncated;
            } else if out.ended == Ended::Whole && member.crc.is_some_and(|crc| crc32(member.data) != crc) {
                shelf.tell(ProblemKind::Malformed, &kept.name, "the checksum does not fit");
            }
            return shelf.put(kept, out);
        }
    };
    shelf.tell(told.0, &kept.name, told.1);
    shelf.entries.push(kept);
}

/// Header types and flags of RAR 4 (technote.txt).
mod four {
    pub(super) const MAIN: u8 = 0x73;
    pub(super) const FILE: u8 = 0x74;
    pub(super) const END: u8 = 0x7B;
    pub(super) const HEADERS_ENCRYPTED: u16 = 0x80;
    pub(super) const HAS_DATA: u16 = 0x8000;
    pub(super) const SPLIT: u16 = 0x03;
    pub(super) const ENCRYPTED: u16 = 0x04;
    pub(super) const FOLDER: u16 = 0xE0;
    pub(super) const LARGE: u16 = 0x100;
    pub(super) const UNICODE: u16 = 0x200;
}

fn version_4(bytes: &[u8], shelf: &mut Shelf<'_>) -> Option<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (kind, flags) = (*rest.get(2)?, u16_at(rest, 3)?);
        let len = usize::from(u16_at(rest, 5)?);
        let header = rest.get(..len)?;
        let mut data_len = 0_u64;
        if kind == four::FILE || flags & four::HAS_DATA != 0 {
            data_len = u64::from(u32_at(header, 7)?);
        }
        if kind == four::FILE && flags & four::LARGE != 0 {
            data_len |= u64::from(u32_at(header, 32)?) << 32;
        }
        // A header shorter than its own fields would be met again.
        let after = rest.get(len.max(7)..)?;
        let data_size = usize::try_from(data_len).unwrap_or(usize::MAX);
        let data = after.get(..data_size).unwrap_or(after);
        match kind {
            four::END => return Some(()),
            four::MAIN if flags & four::HEADERS_ENCRYPTED != 0 => {
                shelf.sealed = Encryption::Other;
                shelf.tell(ProblemKind::Encrypted, "", "the names are encrypted");
                return Some(());
            }
            four::FILE => {
                if !shelf.has_room() {
                    return Some(());
                }
                file_4(header, flags, data, data.len() < data_size, shelf)?;
            }
            _ => {}
        }
        rest = after.get(data_size..).unwrap_or_default();
    }
    Some(())
}

fn file_4(header: &[u8], flags: u16, data: &[u8], is_cut: bool, shelf: &mut Shelf<'_>) -> Option<()> {
    let large = flags & four::LARGE != 0;
    let high = if large { u64::from(u32_at(header, 36)?) << 32 } else { 0 };
    let name_at = if large { 40 } else { 32_usize };
    let name_len = usize::from(u16_at(header, 26)?);
    let raw = header.get(name_at..name_at.checked_add(name_len)?)?;
    let name = if flags & four::UNICODE != 0 { unicode_name(raw) } else { name(raw) };
    if flags & four::FOLDER == four::FOLDER {
        let mut folder = entry(format!("{}/", name.trim_end_matches(['\\', '/'])), 0);
        folder.bytes = Some(Vec::new());
        shelf.entries.push(folder);
        return Some(());
    }
    let member = Member {
        name,
        size: high | u64::from(u32_at(header, 11)?),
        data,
        is_cut,
        is_stored: header.get(25) == Some(&0x30),
        is_encrypted: flags & four::ENCRYPTED != 0,
        is_split: flags & four::SPLIT != 0,
        crc: u32_at(header, 16),
    };
    keep(member, shelf);
    Some(())
}

/// The plain name, a NUL, and what makes UTF-16 of it: two bits an operation, four to a byte of flags.
fn unicode_name(raw: &[u8]) -> String {
    let Some(at) = memchr::memchr(0, raw) else { return String::from_utf8_lossy(raw).into_owned() };
    let (plain, packed) = raw.split_at_checked(at).unwrap_or((raw, &[]));
    let mut bytes = packed.iter().skip(1).copied();
    let Some(high) = bytes.next() else { return name(plain) };
    let mut units: Vec<u16> = Vec::new();
    let (mut flags, mut left) = (0_u8, 0);
    while units.len() < raw.len() {
        if left == 0 {
            let Some(next) = bytes.next() else { break };
            (flags, left) = (next, 4);
        }
        let operation = flags >> 6;
        (flags, left) = (flags << 2, left - 1);
        let Some(low) = bytes.next() else { break };
        match operation {
            0 => units.push(u16::from(low)),
            1 => units.push(u16::from(high) << 8 | u16::from(low)),
            2 => units.push(u16::from_le_bytes([low, bytes.next().unwrap_or(0)])),
            _ => {
                // A run of the plain name, shifted when the highest bit says so.
                let shift = if low & 0x80 != 0 { bytes.next() } else { None };
                for _ in 0..(low & 0x7F).saturating_add(2) {
                    let Some(byte) = plain.get(units.len()) else { break };
                    units.push(match shift {
                        Some(shift) => u16::from(high) << 8 | u16::from(byte.wrapping_add(shift)),
                        None => u16::from(*byte),
                    });
                }
            }
        }
    }
    String::from_utf16_lossy(&units)
}

/// Header types and flags of RAR 5 (RAR 5.0 archive format).
mod five {
    pub(super) const FILE: u64 = 2;
    pub(super) const ENCRYPTED: u64 = 4;
    pub(super) const END: u64 = 5;
    pub(super) const HAS_EXTRA: u64 = 1;
    pub(super) const HAS_DATA: u64 = 2;
    pub(super) const SPLIT: u64 = 0x18;
    pub(super) const IS_FOLDER: u64 = 1;
    pub(super) const HAS_TIME: u64 = 2;
    pub(super) const HAS_CRC: u64 = 4;
    pub(super) const EXTRA_ENCRYPTION: u64 = 1;
}

fn version_5(bytes: &[u8], shelf: &mut Shelf<'_>) -> Option<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let mut reader = Variable(rest.get(4..)?);
        let len = usize::try_from(reader.number()?).ok().filter(|len| *len > 0)?;
        let (header, after) = reader.0.split_at_checked(len)?;
        let mut fields = Variable(header);
        let (kind, flags) = (fields.number()?, fields.number()?);
        let extra = if flags & five::HAS_EXTRA != 0 { fields.number()? } else { 0 };
        let data_len = if flags & five::HAS_DATA != 0 { fields.number()? } else { 0 };
        let data_size = usize::try_from(data_len).unwrap_or(usize::MAX);
        let data = after.get(..data_size).unwrap_or(after);
        match kind {
            five::END => return Some(()),
            five::ENCRYPTED => {
                shelf.sealed = Encryption::Other;
                shelf.tell(ProblemKind::Encrypted, "", "the names are encrypted");
                return Some(());
            }
            five::FILE => {
                if !shelf.has_room() {
                    return Some(());
                }
                let extra_at = header.len().checked_sub(usize::try_from(extra).ok()?)?;
                let is_encrypted = has_encryption(header.get(extra_at..)?);
                let is_cut = data.len() < data_size;
                file_5(fields, data, [is_cut, is_encrypted, flags & five::SPLIT != 0], shelf)?;
            }
            _ => {}
        }
        rest = after.get(data_size..).unwrap_or_default();
    }
    Some(())
}

fn file_5(
    mut fields: Variable<'_>,
    data: &[u8],
    [is_cut, is_encrypted, is_split]: [bool; 3],
    shelf: &mut Shelf<'_>,
) -> Option<()> {
    let flags = fields.number()?;
    let size = fields.number()?;
    let _attributes = fields.number()?;
    if flags & five::HAS_TIME != 0 {
        fields.take(4)?;
    }
    let crc = if flags & five::HAS_CRC != 0 { u32_at(fields.take(4)?, 0) } else { None };
    let compression = fields.number()?;
    let _system = fields.number()?;
    let name_len = usize::try_from(fields.number()?).ok()?;
    let name = String::from_utf8_lossy(fields.take(name_len)?).into_owned();
    if flags & five::IS_FOLDER != 0 {
        let mut folder = entry(format!("{}/", name.trim_end_matches('/')), 0);
        folder.bytes = Some(Vec::new());
        shelf.entries.push(folder);
        return Some(());
    }
    let is_stored = compression >> 7 & 7 == 0;
    keep(Member { name, size, data, is_cut, is_stored, is_encrypted, is_split, crc }, shelf);
    Some(())
}

/// Whether the extra area has an encryption record.
fn has_encryption(extra: &[u8]) -> bool {
    let mut records = Variable(extra);
    while let Some(len) = records.number().and_then(|len| usize::try_from(len).ok()) {
        let Some(record) = records.take(len) else { return false };
        if Variable(record).number() == Some(five::EXTRA_ENCRYPTION) {
            return true;
        }
    }
    false
}

/// Numbers of seven bits a byte, the lowest first.
struct Variable<'a>(&'a [u8]);

impl<'a> Variable<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}
