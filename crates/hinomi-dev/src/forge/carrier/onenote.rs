//! OneNote sections (MS-ONESTORE) that carry files: the header and the file data store, as a carver finds them.
//!
//! The tree of pages is left out: OneNote would not show them, and no reader of attachments needs it.

use crate::forge::Chance;
use crate::forge::ovba::utf16;

/// The type of a section, `.one` (2.3.1), and its format.
const SECTION: [u8; 16] =
    [0xE4, 0x52, 0x5C, 0x7B, 0x8C, 0xD8, 0xA7, 0x4D, 0xAE, 0xB1, 0x53, 0x78, 0xD0, 0x29, 0x96, 0xD3];
const FORMAT: [u8; 16] =
    [0x3F, 0xDD, 0x9A, 0x10, 0x1B, 0x91, 0xF5, 0x49, 0xA5, 0xD0, 0x17, 0x91, 0xED, 0xC8, 0xAE, 0xD8];
/// What stands before and after each file (2.6.13).
const FILE_HEAD: [u8; 16] =
    [0xE7, 0x16, 0xE3, 0xBD, 0x65, 0x26, 0x11, 0x45, 0xA4, 0xC4, 0x8D, 0x4D, 0x0B, 0x7A, 0x9E, 0xAC];
const FILE_END: [u8; 16] =
    [0x22, 0xA7, 0xFB, 0x71, 0x79, 0x0F, 0x0B, 0x4A, 0xBB, 0x13, 0x89, 0x92, 0x56, 0x42, 0x6B, 0x24];
const HEADER: usize = 1_024;

/// A section with the text of its page and its files.
pub fn write(text: &str, files: &[(String, Vec<u8>)], chance: &mut Chance) -> Vec<u8> {
    let mut out = SECTION.to_vec();
    out.extend(chance.bytes(16));
    out.extend([0; 16]);
    out.extend(FORMAT);
    // Versions of the last and the oldest code that may write and read it.
    for _ in 0..4 {
        out.extend(0x2Au32.to_le_bytes());
    }
    out.resize(HEADER, 0);
    out.extend(utf16(text));
    out.extend([0; 2]);
    for (name, bytes) in files {
        // The name as the property of an object: its length, then UTF-16 with an end.
        let units = utf16(name);
        out.extend((units.len() as u32 + 2).to_le_bytes());
        out.extend(units);
        out.extend([0; 2]);
        out.resize(out.len().next_multiple_of(8), 0);
        out.extend(FILE_HEAD);
        out.extend((bytes.len() as u64).to_le_bytes());
        out.extend([0; 12]);
        out.extend(bytes);
        out.resize(out.len().next_multiple_of(8), 0);
        out.extend(FILE_END);
    }
    out
}
