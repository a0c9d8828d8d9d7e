//! ZIP and gzip: what real tools write, what attackers write.

mod made_by_others;

use super::forge::{self, File, Seal, file};
use super::*;
use crate::{Problem, ProblemKind};
use flate2::{Compression, GzBuilder};
use proptest::prelude::*;
use std::fmt::Write;

fn limits() -> Limits {
    Limits::desk()
}

/// One line an entry, one a problem.
fn tell(parsed: &Parsed<Archive>) -> String {
    let mut out = String::new();
    for Entry { name, size, encryption, opened_with, bytes } in &parsed.value.entries {
        write!(out, "{name} {size}").expect("a String takes everything");
        if *encryption != Encryption::None {
            write!(out, " {encryption:?} by {opened_with:?}").expect("a String takes everything");
        }
        match bytes {
            None => out.push_str(" -"),
            Some(bytes) if bytes.len() < 40 => {
                write!(out, " {:?}", String::from_utf8_lossy(bytes)).expect("a String takes everything");
            }
            Some(bytes) => write!(out, " {} bytes", bytes.len()).expect("a String takes everything"),
        }
        out.push('\n');
    }
    for problem in &parsed.problems {
        writeln!(out, "! {:?} {}: {}", problem.kind, problem.place, problem.detail)
            .expect("a String takes everything");
    }
    out
}

#[track_caller]
fn check(bytes: &[u8], passwords: &[&str], expected: &str) {
    let passwords: Vec<String> = passwords.iter().map(|&p| p.to_owned()).collect();
    let read = read_zip(bytes, &passwords, &limits(), &mut Budget::new(&limits()));
    assert_eq!(tell(&read).trim_end(), expected.trim_end());
}

fn two() -> Vec<File> {
    vec![file("a.txt", b"alpha alpha alpha alpha"), file("dir/b.txt", b"beta").stored()]
}

const TWO: &str = "a.txt 23 \"alpha alpha alpha alpha\"\ndir/b.txt 4 \"beta\"\n";

#[test]
fn reads_stored_and_deflated() {
    check(&forge::zip(&two()), &[], TWO);
    check(&forge::zip64(&two()), &[], TWO);
    check(&forge::zip(&[]), &[], "");
    check(&forge::zip(&[file("d/", b"").stored()]), &[], "d/ 0 \"\"");
}

#[test]
fn reads_behind_and_before_junk() {
    let zip = forge::zip(&two());
    check(&[b"MZ junk in front", &zip[..]].concat(), &[], TWO);
    check(&[&zip[..], b"junk behind"].concat(), &[], TWO);
    check(&[b"MZ".repeat(70_000), forge::zip64(&two()), vec![0; 200_000]].concat(), &[], TWO);
    assert!(looks_like_zip(&[b"MZ junk in front", &zip[..], b"junk behind"].concat()));
    assert!(!looks_like_zip(b"PKZIP is a program. PK\x05\x06 starts its end record, which is not here."));
}

#[test]
fn reads_data_descriptors() {
    let with = |mut file: File| {
        file.descriptor = true;
        file
    };
    let files: Vec<File> = two().into_iter().map(with).collect();
    check(&forge::zip(&files), &[], TWO);
    let lost = "! Truncated : no central directory; local headers read instead";
    check(&forge::zip_without_directory(&files), &[], &format!("{TWO}{lost}"));
}

#[test]
fn reads_local_headers_when_the_directory_is_lost() {
    let lost = "! Truncated : no central directory; local headers read instead";
    check(&forge::zip_without_directory(&two()), &[], &format!("{TWO}{lost}"));
    let mut half = forge::zip(&two());
    half.truncate(half.len() - 40);
    check(&half, &[], &format!("{TWO}{lost}"));
    check(b"not an archive", &[], "! Malformed : no central directory; local headers read instead");
}

#[test]
fn reads_what_the_directory_hides() {
    let mut files = two();
    files[0].hidden = true;
    let hidden = "! Malformed : 1 local headers are not in the central directory";
    check(
        &forge::zip(&files),
        &[],
        &format!("dir/b.txt 4 \"beta\"\na.txt 23 \"alpha alpha alpha alpha\"\n{hidden}"),
    );
    // Two archives joined: 7-Zip shows the first, Explorer the second.
    let joined = [forge::zip(&[file("evil.js", b"evil")]), forge::zip(&[file("ok.txt", b"ok")])].concat();
    check(&joined, &[], &format!("ok.txt 2 \"ok\"\nevil.js 4 \"evil\"\n{hidden}"));
}

#[test]
fn an_empty_end_record_behind_an_archive_hides_nothing() {
    check(&[forge::zip(&two()), forge::end_record(0, 0, 0)].concat(), &[], TWO);
    let lost = [forge::zip_without_directory(&two()), forge::end_record(0, 0, 0)].concat();
    check(&lost, &[], &format!("{TWO}! Malformed : 2 local headers are not in the central directory"));
}

#[test]
fn two_names_for_one_entry_are_said() {
    let mut zip = forge::zip(&[file("evil.js", b"x").stored()]);
    let at = zip.windows(7).rposition(|name| name == b"evil.js").expect("the directory names it");
    zip[at..at + 7].copy_from_slice(b"note.md");
    check(
        &zip,
        &[],
        "note.md 1 \"x\"\n! Malformed note.md: the local header has a name that ends differently",
    );
}

#[test]
fn decodes_names() {
    let named = |name: &[u8], flags, extra: &[u8]| {
        let mut file = file("", b"x").stored();
        (file.name, file.flags, file.extra) = (name.to_vec(), flags, extra.to_vec());
        forge::zip(&[file])
    };
    let cp932 = b"\x90\xbf\x8b\x81\x8f\x91.doc";
    check(&named(cp932, 0, &[]), &[], "請求書.doc 1 \"x\"");
    check(&named("請求書.doc".as_bytes(), 0, &[]), &[], "請求書.doc 1 \"x\"");
    check(&named("請求書.doc".as_bytes(), 1 << 11, &[]), &[], "請求書.doc 1 \"x\"");
    let unicode = |crc: u32| {
        let name = "本物.doc".as_bytes();
        [&[0x75, 0x70, 5 + name.len() as u8, 0, 1][..], &crc.to_le_bytes(), name].concat()
    };
    check(&named(cp932, 0, &unicode(shelf::crc32(cp932))), &[], "本物.doc 1 \"x\"");
    // Left behind by a tool that renamed the entry.
    check(&named(cp932, 0, &unicode(7)), &[], "請求書.doc 1 \"x\"");
}

#[test]
fn opens_with_the_right_password_only() {
    for (seal, kind) in [
        (Seal::ZipCrypto(b"20200723".to_vec()), "ZipCrypto"),
        (Seal::Aes(b"20200723".to_vec(), 16, 2), "Aes128"),
        (Seal::Aes(b"20200723".to_vec(), 24, 2), "Aes192"),
        (Seal::Aes(b"20200723".to_vec(), 32, 2), "Aes256"),
        (Seal::Aes(b"20200723".to_vec(), 32, 1), "Aes256"),
    ] {
        for descriptor in [false, true] {
            let mut files = two();
            for file in &mut files {
                (file.seal, file.descriptor) = (seal.clone(), descriptor);
            }
            let zip = forge::zip(&files);
            check(
                &zip,
                &["wrong", "", "20200723", "more"],
                &TWO.replace(" \"", &format!(" {kind} by Some(2) \"")),
            );
            let none = "! Encrypted a.txt: none of 1 passwords opens it\n! Encrypted dir/b.txt: none of 1 passwords opens it";
            check(
                &zip,
                &["wrong"],
                &format!("a.txt 23 {kind} by None -\ndir/b.txt 4 {kind} by None -\n{none}"),
            );
        }
    }
}

#[test]
fn a_check_byte_that_fits_by_chance_does_not_count() {
    // 5,000 wrong passwords: about twenty pass the check byte of the traditional cipher.
    let zip = forge::zip(&[file("a.txt", b"alpha").stored().sealed(Seal::ZipCrypto(b"right".to_vec()))]);
    let wrong: Vec<String> = (0..5_000).map(|n| format!("w{n}")).collect();
    let many = Limits { passwords_max: 10_000, ..limits() };
    let read = read_zip(&zip, &wrong, &many, &mut Budget::new(&many));
    assert_eq!(read.value.entries[0].opened_with, None);
    assert_eq!(read.problems[0].kind, ProblemKind::Encrypted);
}

#[test]
fn passwords_in_kanji_are_tried_as_utf8_and_cp932() {
    let seal = |bytes: &[u8]| forge::zip(&[file("a", b"x").sealed(Seal::Aes(bytes.to_vec(), 32, 2))]);
    check(&seal("暗号".as_bytes()), &["暗号"], "a 1 Aes256 by Some(0) \"x\"");
    check(&seal(b"\x88\xc3\x8d\x86"), &["暗号"], "a 1 Aes256 by Some(0) \"x\"");
}

#[test]
fn passwords_beyond_the_limit_are_not_tried() {
    let zip = forge::zip(&[file("a", b"x").sealed(Seal::ZipCrypto(b"p7".to_vec()))]);
    let passwords: Vec<String> = (0..9).map(|n| format!("p{n}")).collect();
    let few = Limits { passwords_max: 5, ..limits() };
    let read = read_zip(&zip, &passwords, &few, &mut Budget::new(&few));
    assert_eq!(tell(&read), "a 1 ZipCrypto by None -\n! Encrypted a: none of 5 passwords opens it\n");
}

#[test]
fn names_what_it_does_not_read() {
    let claims = |method, flags| {
        let mut file = file("a", b"x").stored();
        (file.method, file.flags) = (Some(method), flags);
        forge::zip(&[file])
    };
    check(&claims(14, 0), &[], "a 1 -\n! Unsupported a: compression method 14 (lzma)");
    check(&claims(0, 0x41), &[], "a 1 Other by None -\n! Unsupported a: an encryption that is not read");
    check(&claims(99, 1), &[], "a 1 Other by None -\n! Unsupported a: an encryption that is not read");
}

#[test]
fn damage_is_said_and_what_came_out_is_kept() {
    let mut zip = forge::zip(&[file("a", b"stored").stored()]);
    zip[31] ^= 1;
    check(&zip, &[], "a 6 \"rtored\"\n! Malformed a: the checksum does not fit");
    let mut zip = forge::zip(&[file("a", b"alpha")]);
    zip[31] = 0xFF;
    check(&zip, &[], "a 5 -\n! Malformed a: the compressed data is damaged");
}

#[test]
fn claims_of_eight_gigabytes_cost_nothing() {
    let mut liar = file("a", b"small").stored();
    liar.size = Some(u32::MAX - 1);
    check(&forge::zip(&[liar.clone()]), &[], "a 4294967294 \"small\"");
    liar.deflate = true;
    check(&forge::zip(&[liar]), &[], "a 4294967294 \"small\"");
    // Packed size beyond the file, by ZIP64.
    let big = (8_u64 << 30).to_le_bytes();
    let extra = [&[1, 0, 16, 0][..], &big, &big].concat();
    let file = file("a", b"tiny").stored();
    let record = forge::central_record(&file, &extra, [0, 0], [0, u32::MAX, u32::MAX], 0);
    let mut zip = forge::zip_without_directory(&[file]);
    let (size, offset) = (record.len() as u32, zip.len() as u32);
    zip.extend(record);
    zip.extend(forge::end_record(1, size, offset));
    let read = read_zip(&zip, &[], &limits(), &mut Budget::new(&limits()));
    assert_eq!(tell(&read).lines().next(), Some("a 8589934592 93 bytes"));
    assert_eq!(read.problems[0].kind, ProblemKind::Truncated);
}

#[test]
fn a_padded_document_keeps_its_start_at_the_ratio() {
    // The shape of spring 2023: a document, then half a gigabyte of zeros.
    let mut padded = b"document".repeat(2_000);
    padded.resize(64 << 20, 0);
    let read = read_zip(&forge::zip(&[file("a.doc", &padded)]), &[], &limits(), &mut Budget::new(&limits()));
    let bytes = read.value.entries[0].bytes.as_deref().expect("the start is kept");
    assert!(bytes.starts_with(b"documentdocument") && bytes.len() < 4 << 20, "{} bytes", bytes.len());
    assert_eq!(read.problems, [Problem::limit("a.doc", "ratio_max", 200)]);
}

#[test]
fn the_purse_is_shared_and_an_empty_one_is_said_once() {
    let files: Vec<File> = (0..50).map(|n| file(&format!("f{n}"), &[b'x'; 1_000])).collect();
    let small = Limits { expanded_bytes_max: 2_500, ..limits() };
    let mut budget = Budget::new(&small);
    let read = read_zip(&forge::zip(&files), &[], &small, &mut budget);
    let sizes: Vec<Option<usize>> =
        read.value.entries.iter().map(|e| e.bytes.as_ref().map(Vec::len)).collect();
    assert_eq!(&sizes[..4], [Some(1_000), Some(1_000), Some(500), None]);
    let limit = |name| Problem::limit(name, "expanded_bytes_max", 2_500);
    assert_eq!(read.problems, [limit("f2"), limit("f3")]);
    assert_eq!(budget.left(), 0);
}

#[test]
fn overlapping_entries_are_not_expanded_twice() {
    // Every directory record points to the same kernel, as in an overlap bomb.
    let kernel = file("k", &vec![0; 100_000]);
    let packed = forge::deflate(&kernel.data);
    let sizes = [shelf::crc32(&kernel.data), packed.len() as u32, 100_000];
    let mut zip = forge::zip_without_directory(std::slice::from_ref(&kernel));
    let offset = zip.len() as u32;
    let records = forge::central_record(&kernel, &[], [0, 8], sizes, 0).repeat(500);
    zip.extend(&records);
    zip.extend(forge::end_record(500, records.len() as u32, offset));
    let read = read_zip(&zip, &[], &limits(), &mut Budget::new(&limits()));
    assert_eq!(read.value.entries.iter().filter(|entry| entry.bytes.is_some()).count(), 1);
    assert_eq!(read.problems.len(), 499);
    assert_eq!(read.problems[0].detail, "lies on the bytes of another entry");
}

#[test]
fn one_giant_false_entry_does_not_hide_the_others() {
    let files = two();
    let (mut zip, offset) = (forge::zip_without_directory(&files), 0);
    let at = zip.len() as u32;
    let giant = forge::central_record(&file("giant", b""), &[], [0, 0], [0, at - 35, 9], offset);
    let second = {
        let packed = forge::deflate(&files[0].data).len() as u32;
        forge::central_record(&files[1], &[], [0, 0], [shelf::crc32(b"beta"), 4, 4], 35 + packed)
    };
    zip.extend(giant.iter().chain(&second));
    zip.extend(forge::end_record(2, (giant.len() + second.len()) as u32, at));
    let read = read_zip(&zip, &[], &limits(), &mut Budget::new(&limits()));
    assert!(tell(&read).contains("dir/b.txt 4 \"beta\""), "{}", tell(&read));
}

#[test]
fn entries_beyond_the_limit_are_not_read() {
    let files: Vec<File> = (0..20).map(|n| file(&format!("f{n}"), b"x").stored()).collect();
    let few = Limits { entries_max: 7, ..limits() };
    for zip in [forge::zip(&files), forge::zip_without_directory(&files)] {
        let read = read_zip(&zip, &[], &few, &mut Budget::new(&few));
        assert_eq!(read.value.entries.len(), 7);
        assert!(read.problems.contains(&Problem::limit("", "entries_max", 7)), "{:?}", read.problems);
    }
}

#[test]
fn a_bomb_of_archives_in_archives_draws_from_one_purse() {
    // Sixteen to the power of five times 4 MB, as the classic forty-two kilobytes.
    let mut zip = forge::zip(&[file("0", &vec![0; 4 << 20])]);
    for level in 0..5 {
        let files: Vec<File> = (0..16).map(|n| file(&format!("{level}{n}.zip"), &zip)).collect();
        zip = forge::zip(&files);
    }
    let small = Limits { expanded_bytes_max: 16 << 20, ..limits() };
    let mut budget = Budget::new(&small);
    let mut left = vec![zip];
    let mut problems = 0;
    while let Some(zip) = left.pop() {
        let read = read_zip(&zip, &[], &small, &mut budget);
        problems += read.problems.len();
        left.extend(read.value.entries.into_iter().filter_map(|e| e.bytes).filter(|b| looks_like_zip(b)));
    }
    assert_eq!(budget.left(), 0);
    assert!(problems > 0);
}

#[test]
fn some_reads_the_wanted_only() {
    let read =
        read_zip_some(&forge::zip(&two()), &|name| name == "a.txt", &limits(), &mut Budget::new(&limits()));
    assert_eq!(tell(&read), "a.txt 23 \"alpha alpha alpha alpha\"\ndir/b.txt 4 -\n");
}

#[track_caller]
fn check_gzip(bytes: &[u8], expected: &str) {
    let read = read_gzip(bytes, &limits(), &mut Budget::new(&limits()));
    assert_eq!(tell(&read).trim_end(), expected.trim_end());
}

fn gzip(name: Option<&[u8]>, data: &[u8]) -> Vec<u8> {
    let builder = GzBuilder::new().comment("c").extra(vec![1, 2]);
    let builder = match name {
        Some(name) => builder.filename(name),
        None => builder,
    };
    let mut encoder = builder.write(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut encoder, data).expect("a Vec takes everything");
    encoder.finish().expect("a Vec takes everything")
}

#[test]
fn reads_gzip_chains() {
    check_gzip(&gzip(Some(b"a.log"), b"alpha"), "a.log 5 \"alpha\"");
    check_gzip(&[gzip(None, b"alpha"), gzip(Some(b"b"), b"beta"), vec![0; 9]].concat(), "b 9 \"alphabeta\"");
    check_gzip(&gzip(Some(b"\x90\xbf\x8b\x81\x8f\x91.csv"), b"x"), "請求書.csv 1 \"x\"");
    check_gzip(b"\x1f\x8b\x09", "! Unreadable : no gzip member");
}

#[test]
fn gzip_damage_is_said() {
    let whole = gzip(None, b"alpha");
    check_gzip(&whole[..whole.len() - 1], " 5 \"alpha\"\n! Truncated : the trailer is cut off");
    check_gzip(&whole[..whole.len() - 10], " 4 \"alph\"\n! Truncated : the compressed data ends early");
    let mut wrong = whole.clone();
    *wrong.last_chunk_mut().expect("eight bytes") = [0_u8; 8];
    check_gzip(&wrong, " 5 \"alpha\"\n! Malformed : the checksum does not fit");
    check_gzip(&[&whole[..], b"tail"].concat(), " 5 \"alpha\"\n! Malformed : bytes after the last member");
    let read = read_gzip(&gzip(None, &vec![0; 64 << 20]), &limits(), &mut Budget::new(&limits()));
    assert_eq!(read.problems, [Problem::limit("", "ratio_max", 200)]);
}

#[test]
fn truncation_at_every_offset_is_survived_and_said() {
    let mut files = two();
    files.push(file("c", b"gamma").sealed(Seal::ZipCrypto(b"p".to_vec())));
    files.push(file("d", b"delta").sealed(Seal::Aes(b"p".to_vec(), 32, 2)));
    let zip = forge::zip64(&files);
    for end in 0..zip.len() {
        let read = read_zip(&zip[..end], &["p".to_owned()], &limits(), &mut Budget::new(&limits()));
        assert!(!read.problems.is_empty(), "cut at {end} of {}", zip.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// No mutation of an archive panics or takes more than the purse.
    #[test]
    fn mutations_are_survived(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut files = two();
        files.push(file("c", b"gamma").sealed(Seal::ZipCrypto(b"p".to_vec())));
        files.push(file("d", b"delta").sealed(Seal::Aes(b"p".to_vec(), 16, 1)));
        for mut zip in [forge::zip(&files), forge::zip64(&files), gzip(Some(b"n"), b"alpha")] {
            for (at, byte) in &changes {
                let at = at.index(zip.len());
                zip[at] = *byte;
            }
            let read = read_zip(&zip, &["p".to_owned()], &limits(), &mut Budget::new(&limits()));
            let kept: usize = read.value.entries.iter().filter_map(|e| e.bytes.as_ref()).map(Vec::len).sum();
            prop_assert!(kept as u64 <= limits().expanded_bytes_max);
            read_gzip(&zip, &limits(), &mut Budget::new(&limits()));
        }
    }
}
