//! Whether a compound file is an encrypted document.

use super::super::cfb::{CompoundFile, EntryKind, u16_at, u32_at};

/// The stream that holds a package, encrypted.
pub(in super::super) const PACKAGE: &str = "EncryptedPackage";

/// The stream that says the document is encrypted; `None` when none does.
pub(in super::super) fn place(file: &CompoundFile<'_>) -> Option<&'static str> {
    // MS-OFFCRYPTO 2.3.4.4: the whole OOXML package, encrypted, is one stream.
    let tests: [(&str, Test); 5] = [
        (PACKAGE, |_| true),
        ("WordDocument", is_word_encrypted),
        ("Workbook", is_excel_encrypted),
        ("Book", is_excel_encrypted),
        ("Current User", is_powerpoint_encrypted),
    ];
    let found = tests.into_iter().find(|(name, says_so)| {
        let stream = file.find(name).filter(|id| file.kind(*id) == EntryKind::Stream);
        stream.is_some_and(|id| says_so(&file.pieces(id, START_LEN).value.concat()))
    });
    found.map(|(name, _)| name)
}

/// Whether the start of a stream says that the document is encrypted.
type Test = fn(&[u8]) -> bool;

/// What is looked at of a stream: the marks stand in its first few dozen bytes.
const START_LEN: u64 = 1024;

/// MS-DOC 2.5.2 FibBase: bit `fEncrypted` of the flags at 10, behind the signature 0xA5EC.
fn is_word_encrypted(start: &[u8]) -> bool {
    u16_at(start, 0) == Some(0xA5EC) && u16_at(start, 10).is_some_and(|flags| flags & 0x0100 != 0)
}

/// MS-XLS 2.4.117: a FILEPASS record near the start of the workbook's first substream.
fn is_excel_encrypted(start: &[u8]) -> bool {
    const BOF: [u16; 4] = [0x0009, 0x0209, 0x0409, 0x0809];
    const FILE_PASS: u16 = 0x002F;
    const END_OF_SUBSTREAM: u16 = 0x000A;
    if !u16_at(start, 0).is_some_and(|id| BOF.contains(&id)) {
        return false;
    }
    let mut at = 0;
    while let (Some(id), Some(len)) = (u16_at(start, at), u16_at(start, at + 2)) {
        match id {
            FILE_PASS => return true,
            END_OF_SUBSTREAM => return false,
            _ => at += 4 + usize::from(len),
        }
    }
    false
}

/// MS-PPT 2.3.2 CurrentUserAtom: `headerToken` at 12 has this value in an encrypted file.
fn is_powerpoint_encrypted(start: &[u8]) -> bool {
    u32_at(start, 12) == Some(0xF3D1_C4DF)
}
