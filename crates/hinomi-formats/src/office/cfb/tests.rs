//! Compound files, sound ones and broken ones.

use super::*;
use crate::office::forge::compound;
use ::cfb::Version;

const LIMITS: Limits = Limits::desk();

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at * 31 % 251) as u8).collect()
}

/// Reads one stream of a file that must open; problems as `place: detail`.
fn read(bytes: &[u8], path: &str) -> (Option<Vec<u8>>, Vec<String>) {
    let mut problems = Vec::new();
    let file = CompoundFile::open(bytes, &LIMITS).unwrap().take(&mut problems);
    let stream = file.read_path(path, &mut Budget::new(&LIMITS));
    let stream = stream.map(|stream| stream.take(&mut problems).into_owned());
    (stream, problems.iter().map(|problem| format!("{}: {}", problem.place, problem.detail)).collect())
}

#[track_caller]
fn check(bytes: &[u8], path: &str, expected: &[u8], expected_problems: &[&str]) {
    let (stream, problems) = read(bytes, path);
    assert_eq!(problems, expected_problems);
    assert!(stream.as_deref() == Some(expected), "got {:?} bytes", stream.map(|stream| stream.len()));
}

#[test]
fn reads_streams_of_every_size_class() {
    for version in [Version::V3, Version::V4] {
        for len in [0, 1, 63, 64, 65, 4095, 4096, 4097, 70_000] {
            let bytes = compound(version, &[("before", &content(100)), ("a/b", &content(len)), ("c", b"c")]);
            check(&bytes, "a/b", &content(len), &[]);
        }
    }
}

#[test]
fn reads_a_file_whose_fat_does_not_fit_the_header() {
    // 109 FAT sectors of 128 entries tell of 7 MB.
    let long = content(8 << 20);
    check(&compound(Version::V3, &[("long", &long)]), "long", &long, &[]);
}

#[test]
fn names_are_utf_16_and_know_no_case() {
    let bytes = compound(Version::V3, &[("Macros/VBA/標準モジュール1", b"x"), ("Ünï", b"y")]);
    check(&bytes, "macros/vba/標準モジュール1", b"x", &[]);
    check(&bytes, "ÜNÏ", b"y", &[]);
    let file = CompoundFile::open(&bytes, &LIMITS).unwrap().value;
    let mut paths: Vec<String> = file.entries().map(|id| file.path(id)).collect();
    paths.sort();
    assert_eq!(paths, ["", "Macros", "Macros/VBA", "Macros/VBA/標準モジュール1", "Ünï"]);
}

#[test]
fn a_storage_is_not_a_stream() {
    let bytes = compound(Version::V3, &[("a/b", b"x")]);
    assert_eq!(read(&bytes, "a").0, None);
    assert_eq!(read(&bytes, "a/b/c").0, None);
    assert_eq!(read(&bytes, "").0, None);
}

#[test]
fn something_else_is_not_opened() {
    assert!(CompoundFile::open(b"PK\x03\x04", &LIMITS).is_none());
    assert!(CompoundFile::open(&super::super::tests::OLE_MAGIC[..7], &LIMITS).is_none());
}

#[test]
fn a_stream_in_one_piece_is_not_copied() {
    let bytes = compound(Version::V3, &[("long", &content(50_000)), ("short", &content(500))]);
    let file = CompoundFile::open(&bytes, &LIMITS).unwrap().value;
    let mut nothing = Budget::new(&Limits { expanded_bytes_max: 0, ..LIMITS });
    for path in ["long", "short"] {
        let stream = file.read_path(path, &mut nothing).unwrap();
        assert!(matches!(stream.value, Cow::Borrowed(_)) && stream.problems.is_empty());
    }
}

/// Position of the directory entry with this name.
fn entry_at(bytes: &[u8], name: &str) -> usize {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    memchr::memmem::find(bytes, &name).unwrap()
}

fn patched(mut bytes: Vec<u8>, at: usize, patch: &[u8]) -> Vec<u8> {
    bytes[at..at + patch.len()].copy_from_slice(patch);
    bytes
}

/// Sector number that a directory entry starts with.
fn start_of(bytes: &[u8], name: &str) -> usize {
    u32_at(bytes, entry_at(bytes, name) + 116).unwrap() as usize
}

/// Where the FAT entry of a sector is; the first FAT sector is enough for the files here.
fn fat_at(bytes: &[u8], sector: usize) -> usize {
    (u32_at(bytes, 76).unwrap() as usize + 1) * 512 + sector * 4
}

#[test]
fn what_content_does_not_depend_on_may_be_wrong() {
    let long = content(9_000);
    let sound = compound(Version::V3, &[("Stream", &long)]);
    let entry = entry_at(&sound, "Stream");
    let unused_slot = fat_at(&sound, 100);
    let cases: &[(&str, usize, &[u8])] = &[
        ("minor version", 24, &[0, 0]),
        ("sector size", 30, &[77, 0]),
        ("mini sector size", 32, &[77, 0]),
        ("number of directory sectors", 40, &[9, 0, 0, 0]),
        ("number of FAT sectors", 44, &[200, 0, 0, 0]),
        ("no FAT sectors at all", 44, &[0, 0, 0, 0]),
        ("mini stream cutoff", 56, &[0, 0, 0, 0]),
        ("number of mini FAT sectors", 64, &[99, 0, 0, 0]),
        ("number of DIFAT sectors", 72, &[99, 0, 0, 0]),
        ("colour", entry + 67, &[7]),
        ("times", entry + 100, &[0xFF; 16]),
        ("upper half of the size", entry + 124, &[9, 9, 9, 9]),
        ("an unused FAT slot", unused_slot, &[1, 2, 3, 4]),
    ];
    for (what, at, patch) in cases {
        let (stream, problems) = read(&patched(sound.clone(), *at, patch), "stream");
        assert!(stream.as_ref() == Some(&long) && problems.is_empty(), "{what}: {problems:?}");
    }
}

#[test]
fn a_name_longer_than_its_field_is_cut() {
    let sound = compound(Version::V3, &[("Stream", b"x")]);
    let name_len = entry_at(&sound, "Stream") + 64;
    check(&patched(sound, name_len, &[0xFF, 0xFF]), "Stream", b"x", &[]);
}

#[test]
fn a_chain_in_a_circle_ends() {
    let bytes = compound(Version::V3, &[("Stream", &content(9_000))]);
    let start = start_of(&bytes, "Stream");
    let size = entry_at(&bytes, "Stream") + 120;
    let circle = patched(bytes, fat_at_of(start), &(start as u32).to_le_bytes());
    // The size ends the walk before the circle would.
    let (stream, problems) = read(&circle, "Stream");
    assert_eq!(stream.unwrap().len(), 9_000);
    assert_eq!(problems, ["Stream: the sector chain runs in a circle"]);
    let circle = patched(circle, size, &[0xFF, 0xFF, 0xFF, 0xFF]);
    let (stream, problems) = read(&circle, "Stream");
    let limit = format!("Stream: more than expanded_bytes_max = {}", LIMITS.expanded_bytes_max);
    assert_eq!(problems, ["Stream: the sector chain runs in a circle".to_owned(), limit]);
    assert!(stream.unwrap().len() <= circle.len());
}

/// [`fat_at`] when the FAT is sector 0, where the `cfb` crate puts it.
fn fat_at_of(sector: usize) -> usize {
    512 + sector * 4
}

#[test]
fn a_claim_of_eight_gigabytes_gives_what_there_is() {
    for version in [Version::V3, Version::V4] {
        let bytes = compound(version, &[("Stream", &content(9_000))]);
        let size = entry_at(&bytes, "Stream") + 120;
        let claimed = patched(bytes, size, &[0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0]);
        let (stream, problems) = read(&claimed, "Stream");
        // Version 3 has no upper half of a size, so its claim is one of 4 GiB; both are above the limit.
        let limit = format!("Stream: more than expanded_bytes_max = {}", LIMITS.expanded_bytes_max);
        assert_eq!(problems, ["Stream: the sector chain ends before the stream does".to_owned(), limit]);
        assert!(stream.unwrap().starts_with(&content(9_000)));
    }
}

#[test]
fn a_directory_in_a_circle_ends() {
    let bytes = compound(Version::V3, &[("a/b", b"x"), ("c", b"y")]);
    let a = entry_at(&bytes, "a\0");
    // `a` becomes its own right neighbour and its own child.
    let (_, problems) = read(&patched(bytes, a + 72, &[1, 0, 0, 0, 1, 0, 0, 0]), "c");
    assert!(problems.iter().any(|problem| problem.ends_with("lead to an entry met before")), "{problems:?}");
}

#[test]
fn an_entry_that_no_storage_leads_to_is_listed() {
    let bytes = compound(Version::V3, &[("a/b", b"lost")]);
    let child = entry_at(&bytes, "a\0") + 76;
    let file = patched(bytes, child, &[0xFF; 4]);
    let file = CompoundFile::open(&file, &LIMITS).unwrap().value;
    let orphans: Vec<EntryId> = file.entries().filter(|id| file.is_orphan(*id)).collect();
    assert_eq!(orphans.iter().map(|id| file.path(*id)).collect::<Vec<_>>(), ["b"]);
    assert_eq!(&*file.read(orphans[0], &mut Budget::new(&LIMITS)).value, b"lost");
}

#[test]
fn limits_are_kept_and_named() {
    let bytes = compound(Version::V3, &[("a", &content(9_000)), ("b", b"y"), ("c", b"z")]);
    let open = |limits: &Limits| CompoundFile::open(&bytes, limits).unwrap().problems;
    let few = open(&Limits { entries_max: 2, ..LIMITS });
    assert_eq!(few, [Problem::limit("directory", "entries_max", 2)]);

    let limits = Limits { steps_max: 5, ..LIMITS };
    let file = CompoundFile::open(&bytes, &limits).unwrap().value;
    let read = file.read_path("a", &mut Budget::new(&limits)).unwrap();
    assert_eq!(read.problems, [Problem::limit("a", "steps_max", 5)]);
    assert!(read.value.len() < 9_000);
}

#[test]
fn a_fragmented_stream_is_paid_for() {
    let bytes = compound(Version::V3, &[("Stream", &content(5_000))]);
    let start = start_of(&bytes, "Stream") as u32;
    // The chain goes from the first sector to the third and only then to the second.
    let hops = [start + 2, start + 3, start + 1].map(u32::to_le_bytes).concat();
    let bytes = patched(bytes, fat_at_of(start as usize), &hops);
    let file = CompoundFile::open(&bytes, &LIMITS).unwrap().value;
    let mut budget = Budget::new(&LIMITS);
    let stream = file.read_path("Stream", &mut budget).unwrap();
    assert_eq!(stream.value.len(), 5_000);
    assert_eq!(stream.value[512..1024], content(5_000)[1024..1536]);
    assert_eq!(LIMITS.expanded_bytes_max - budget.left(), 5_000);

    let small = Limits { expanded_bytes_max: 4_999, ..LIMITS };
    let stream = file.read_path("Stream", &mut Budget::new(&small)).unwrap();
    assert_eq!(stream.problems, [Problem::limit("Stream", "expanded_bytes_max", 4_999)]);
}

#[test]
fn a_file_cut_anywhere_is_read_as_far_as_it_goes() {
    let bytes = compound(Version::V3, &[("a/long", &content(5_000)), ("a/short", &content(70))]);
    for len in 8..bytes.len() {
        let mut problems = Vec::new();
        let file = CompoundFile::open(&bytes[..len], &LIMITS).unwrap().take(&mut problems);
        let mut whole = 0;
        for id in file.entries() {
            let stream = file.read(id, &mut Budget::new(&LIMITS)).take(&mut problems);
            whole += usize::from(*stream == content(5_000) || *stream == content(70));
        }
        assert!(whole == 2 || !problems.is_empty(), "cut at {len}: a loss without a word");
    }
}
