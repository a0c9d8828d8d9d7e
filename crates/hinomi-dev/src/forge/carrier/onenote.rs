//! OneNote sections (MS-ONESTORE) that carry files: the file data store, and the objects that name what lies in it.
//!
//! The lists that bind objects to pages are left out: OneNote would not show them, and readers of attachments go by
//! what is here.

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

/// Kinds of object (MS-ONE 2.1.13): what holds an embedded file, and what holds a picture.
const EMBEDDED_FILE: u32 = 0x0008_0036;
const PICTURE: u32 = 0x0008_0039;
/// Properties (MS-ONE 2.1.12): the object that holds the file, its name, rich text.
const FILE_CONTAINER: u32 = 0x2000_1D9B;
const FILE_NAME: u32 = 0x1C00_1D9C;
const RICH_TEXT: u32 = 0x1C00_1C22;

/// A section with the text of its page and its files; those called `.png` are pictures.
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
    out.extend(set(&[], &[(RICH_TEXT, counted(&utf16(text)))]));
    for (number, (name, bytes)) in files.iter().enumerate() {
        let object = 0x201 + number as u32 * 0x100;
        let identity: [u8; 16] = std::array::from_fn(|_| chance.bits() as u8);
        let place = stored(bytes, &mut out);
        reference(place, bytes.len(), &identity, &mut out);
        declaration(object, name, &identity, &mut out);
        if !name.ends_with(".png") {
            let name = [utf16(name), vec![0; 2]].concat();
            out.extend(set(&[object], &[(FILE_CONTAINER, Vec::new()), (FILE_NAME, counted(&name))]));
        }
    }
    out
}

/// FileDataStoreObject (2.6.13); gives its place.
fn stored(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    out.resize(out.len().next_multiple_of(8), 0);
    let place = out.len();
    out.extend(FILE_HEAD);
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend([0; 12]);
    out.extend(bytes);
    out.resize(out.len().next_multiple_of(8), 0);
    out.extend(FILE_END);
    place
}

/// FileDataStoreObjectReferenceFND (2.5.21): a node with a place and a size of four bytes each, then the identity.
fn reference(place: usize, size: usize, identity: &[u8; 16], out: &mut Vec<u8>) {
    const NODE: u32 = 0x94;
    const NODE_BYTES: u32 = 4 + 8 + 16;
    /// The place is written in four bytes, and a reference to data follows the header.
    const FORMATS: u32 = 1 << 23 | 1 << 27 | 1 << 31;
    out.extend((NODE | NODE_BYTES << 10 | FORMATS).to_le_bytes());
    out.extend((place as u32).to_le_bytes());
    out.extend((size as u32 + 52).to_le_bytes());
    out.extend(identity);
}

/// ObjectDeclarationFileData3RefCountFND (2.5.27): object, kind, one reference, where the data are, the ending.
fn declaration(object: u32, name: &str, identity: &[u8; 16], out: &mut Vec<u8>) {
    let [a, b, c, d, e, f, g, h, rest @ ..] = identity;
    let rest: String = rest.iter().map(|byte| format!("{byte:02X}")).collect();
    let (head, tail) = rest.split_at(4);
    let identity = format!("{d:02X}{c:02X}{b:02X}{a:02X}-{f:02X}{e:02X}-{h:02X}{g:02X}-{head}-{tail}");
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    out.extend(object.to_le_bytes());
    out.extend(if ending == ".png" { PICTURE } else { EMBEDDED_FILE }.to_le_bytes());
    out.push(1);
    for text in [format!("<ifndf>{{{identity}}}"), ending.to_owned()] {
        out.extend((text.encode_utf16().count() as u32).to_le_bytes());
        out.extend(utf16(&text));
    }
}

/// An object's set of properties (2.6.1): the objects it refers to, ids, values.
fn set(objects: &[u32], properties: &[(u32, Vec<u8>)]) -> Vec<u8> {
    const NO_OTHER_STREAMS: u32 = 1 << 31;
    let mut out = (NO_OTHER_STREAMS | objects.len() as u32).to_le_bytes().to_vec();
    objects.iter().for_each(|object| out.extend(object.to_le_bytes()));
    out.extend((properties.len() as u16).to_le_bytes());
    properties.iter().for_each(|(id, _)| out.extend(id.to_le_bytes()));
    properties.iter().for_each(|(_, value)| out.extend(value));
    out
}

/// A value behind its length.
fn counted(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_le_bytes()[..], bytes].concat()
}
