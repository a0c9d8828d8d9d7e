//! A bomb must be one: small on disk, true to its format as far as it means to be.

use super::*;
use flate2::read::DeflateDecoder;
use std::io::Read;

fn bytes_of(name: &str) -> Vec<u8> {
    let bomb = BOMBS.iter().find(|bomb| bomb.name == name).unwrap();
    let mut out = Vec::new();
    (bomb.write)(&mut out).unwrap();
    out
}

#[test]
fn names_are_told_apart() {
    let mut names: Vec<&str> = BOMBS.iter().map(|bomb| bomb.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), BOMBS.len());
}

#[test]
fn overlapping_entries_really_inflate() {
    let bytes = bytes_of("overlapping.zip");
    assert!(bytes.len() < 200_000, "{} bytes", bytes.len());
    // The first entry runs through every other one into the kernel.
    let name = usize::from(u16::from_le_bytes([bytes[26], bytes[27]]));
    let size = u32::from_le_bytes([22, 23, 24, 25].map(|i| bytes[i]));
    let crc = u32::from_le_bytes([14, 15, 16, 17].map(|i| bytes[i]));
    let mut out = Vec::new();
    DeflateDecoder::new(&bytes[30 + name..]).read_to_end(&mut out).unwrap();
    let mut found = flate2::Crc::new();
    found.update(&out);
    assert_eq!((out.len(), found.sum()), (size as usize, crc));
}

#[test]
fn damaged_compound_files_differ_from_whole_ones() {
    for name in
        ["fat-loop.doc", "mini-fat-loop.doc", "directory-loop.doc", "difat-loop.doc", "sector-shift.doc"]
    {
        let opened = cfb::CompoundFile::open_strict(std::io::Cursor::new(bytes_of(name)));
        let refused = match opened {
            Err(_) => true,
            Ok(mut file) => {
                let mut read = Vec::new();
                let path = "/Macros/PROJECT";
                file.open_stream(path)
                    .map_or(true, |stream| stream.take(1 << 20).read_to_end(&mut read).is_err())
            }
        };
        assert!(refused, "{name} is read as if it were whole");
    }
}

#[test]
fn deep_mail_is_a_thousand_deep() {
    let text = String::from_utf8(bytes_of("deep-multipart.eml")).unwrap();
    assert_eq!(text.matches("multipart/mixed").count(), 1_000);
    let text = String::from_utf8(bytes_of("deep-message.eml")).unwrap();
    assert_eq!(text.matches("message/rfc822").count(), 1_000);
}

#[test]
fn the_macro_bomb_holds_two_gibibytes_in_three_mebibytes() {
    let bytes = bytes_of("macro-source.doc");
    assert!((3 << 20..4 << 20).contains(&bytes.len()), "{} bytes", bytes.len());
}

#[test]
fn a_padded_document_is_as_long_as_it_says_and_still_a_document() {
    let folder = tempfile::tempdir().unwrap();
    let bomb = BOMBS.iter().find(|bomb| bomb.name == "zero-padded.doc").unwrap();
    let path = bomb.write(folder.path()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), PADDED_BYTES);
    let file = cfb::CompoundFile::open(File::open(path).unwrap()).unwrap();
    assert!(file.is_stream("/Macros/VBA/dir"));
}
