//! Decompression, the `dir` stream, and projects with their orphans.

use super::super::cfb::u16_at;
use super::*;
use crate::office::forge::{self, ForgedModule, compress, document, module};
use proptest::prelude::*;
use std::fmt::Write;

const LIMITS: Limits = Limits::desk();

fn unhex(hex: &str) -> Vec<u8> {
    hex.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

#[track_caller]
fn check_decompress(container: &[u8], expected: &str, damage: Option<Damage>) {
    let unpacked = decompress(container, 1 << 20);
    assert_eq!(String::from_utf8_lossy(&unpacked.bytes), expected);
    assert_eq!(unpacked.damage, damage);
}

#[test]
fn decompresses_the_examples_of_the_specification() {
    // MS-OVBA 3.2.1 to 3.2.3.
    check_decompress(
        &unhex("01 19 B0 00 61 62 63 64 65 66 67 68 00 69 6A 6B 6C 6D 6E 6F 70 00 71 72 73 74 75 76 2E"),
        "abcdefghijklmnopqrstuv.",
        None,
    );
    check_decompress(
        &unhex(
            "01 2F B0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6A 01 38 08 61 6B 6C 00 30 6D 6E 6F 70 \
             06 71 02 70 04 10 72 73 74 75 76 10 77 78 79 7A 00 3C",
        ),
        "#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
        None,
    );
    check_decompress(&unhex("01 03 B0 02 61 45 00"), &"a".repeat(73), None);
}

#[test]
fn a_damaged_container_gives_what_is_sound() {
    check_decompress(b"", "", Some(Damage::NotCompressed));
    check_decompress(b"\x02\x03\xB0", "", Some(Damage::NotCompressed));
    check_decompress(b"\x01\x00\x00ab", "", Some(Damage::NotCompressed));
    check_decompress(&[&compress(b"abc")[..], b"\0\0junk"].concat(), "abc", Some(Damage::TrailingBytes));
    // One odd byte is padding, not a chunk.
    check_decompress(&[&compress(b"abc")[..], b"\0"].concat(), "abc", None);
    // A copy token before anything came out; the literal behind it keeps its place, and so does the next chunk.
    let damaged = [&unhex("01 03 B0 01 00 00 62")[..], &compress(b"next")[1..]].concat();
    check_decompress(&damaged, "???bnext", Some(Damage::BadChunk));
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let bomb = compress(&vec![b'a'; 1 << 20]);
    assert!(bomb.len() < 4_000);
    let unpacked = decompress(&bomb, 10_000);
    assert_eq!((unpacked.bytes.len(), unpacked.damage), (10_000, Some(Damage::TooLong)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_compressed_comes_back(text in "(Dim |x|[a-c]{0,9}|\r\n){0,1500}") {
        let unpacked = decompress(&compress(text.as_bytes()), 1 << 20);
        prop_assert_eq!(unpacked.bytes, text.as_bytes());
        prop_assert_eq!(unpacked.damage, None);
    }

    #[test]
    fn any_bytes_decompress_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let container = [&[1, 0xFF, 0xBF][..], &bytes].concat();
        prop_assert!(decompress(&container, 9_999).bytes.len() <= 9_999);
        dir_stream::read(&bytes, 3);
    }
}

#[test]
fn noise_that_does_not_compress_is_stored_raw() {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let noise: Vec<u8> = (0..4096).map(|_| next()).collect();
    let container = compress(&noise);
    assert_eq!(u16_at(&container, 1), Some(0x3FFF));
    assert_eq!(decompress(&container, 1 << 20).bytes, noise);
}

/// Projects of a document, as lines: `path (code page)`, then `stream kind name: first line of code`.
fn survey(bytes: &[u8], limits: &Limits) -> (String, Vec<String>) {
    let mut problems = Vec::new();
    let file = CompoundFile::open(bytes, limits).unwrap().take(&mut problems);
    let projects = read(&file, limits, &mut Budget::new(limits), &mut problems);
    let mut text = String::new();
    for project in projects {
        writeln!(text, "{} ({})", project.path, project.code_page).unwrap();
        for module in project.modules {
            let line = module.code.lines().nth(1).unwrap_or_default();
            let orphan = if module.orphan { "orphan " } else { "" };
            writeln!(text, "  {} {orphan}{:?} {}: {line}", module.stream, module.kind, module.name).unwrap();
        }
    }
    let problems = problems.iter().map(|problem| format!("{}: {}", problem.place, problem.detail));
    (text, problems.collect())
}

#[track_caller]
fn check(bytes: &[u8], expected: expect_test::Expect, problems: &[&str]) {
    let (text, found) = survey(bytes, &LIMITS);
    expected.assert_eq(&text);
    assert_eq!(found, problems);
}

#[test]
fn reads_a_japanese_project_in_its_code_page() {
    let (name, _, _) = encoding_rs::SHIFT_JIS.encode("請求");
    let (code, _, _) =
        encoding_rs::SHIFT_JIS.encode("Attribute VB_Name = \"請求\"\r\nMsgBox \"マクロを有効に\"");
    let japanese = ForgedModule {
        name: name.to_vec(),
        stream: "請求".to_owned(),
        code: code.to_vec(),
        ..module("", "")
    };
    let class = ForgedModule { is_class: true, ..module("ThisDocument", "Sub AutoOpen(): End Sub") };
    check(
        &document("Macros/", 932, &[class, japanese], &[]),
        expect_test::expect![[r#"
            Macros/VBA (932)
              Macros/VBA/ThisDocument Class ThisDocument: Sub AutoOpen(): End Sub
              Macros/VBA/請求 Standard 請求: MsgBox "マクロを有効に"
        "#]],
        &[],
    );
}

#[test]
fn reads_every_project_of_a_file() {
    let outer = forge::project("_VBA_PROJECT_CUR/", 1252, &[module("Outer", "x = 1")]);
    let inner = forge::project("MBD0001/_VBA_PROJECT_CUR/", 1251, &[module("Inner", "x = 2")]);
    let streams: Vec<(&str, &[u8])> =
        outer.iter().chain(&inner).map(|(path, stream)| (path.as_str(), stream.as_slice())).collect();
    check(
        &forge::compound(::cfb::Version::V4, &streams),
        expect_test::expect![[r#"
            _VBA_PROJECT_CUR/VBA (1252)
              _VBA_PROJECT_CUR/VBA/Outer Standard Outer: x = 1
            MBD0001/_VBA_PROJECT_CUR/VBA (1251)
              MBD0001/_VBA_PROJECT_CUR/VBA/Inner Standard Inner: x = 2
        "#]],
        &[],
    );
}

#[test]
fn source_is_found_when_dir_tells_a_wrong_offset() {
    for told in [0, 7, 31, 33, 4_000, u32::MAX] {
        let moved = ForgedModule { told_offset: Some(told), ..module("Module1", "x = 1") };
        check(
            &document("", 1252, &[moved], &[]),
            expect_test::expect![[r#"
                VBA (1252)
                  VBA/Module1 Standard Module1: x = 1
            "#]],
            &["VBA/Module1: the source is not at the offset told"],
        );
    }
}

#[test]
fn a_module_without_source_is_said() {
    let empty = ForgedModule { code: b"nothing".to_vec(), told_offset: Some(5), ..module("Module1", "") };
    check(
        &document("", 1252, &[empty], &[]),
        expect_test::expect![[r#"
            VBA (1252)
        "#]],
        &["VBA/Module1: no source at the offset told, nor elsewhere in the stream"],
    );
}

#[test]
fn modules_that_dir_hides_come_last_by_stream() {
    let hidden = |name| ForgedModule { is_orphan: true, ..module(name, "x = 2") };
    check(
        &document("", 1252, &[hidden("Z"), hidden("B"), module("Module1", "x = 1")], &[]),
        expect_test::expect![[r#"
            VBA (1252)
              VBA/Module1 Standard Module1: x = 1
              VBA/B orphan Standard B: x = 2
              VBA/Z orphan Standard Z: x = 2
        "#]],
        &[],
    );
}

#[test]
fn modules_are_found_without_a_dir_stream_and_outside_a_project() {
    let source = [b"any bytes", &compress(b"Attribute VB_Name = \"M\"\r\nx = 3")[..]].concat();
    check(
        &forge::compound(
            ::cfb::Version::V3,
            &[("VBA/dir", b"broken"), ("VBA/M", &source), ("Data", &source)],
        ),
        expect_test::expect![[r#"
            VBA (1252)
              VBA/M orphan Standard M: x = 3
             (1252)
              Data orphan Standard Data: x = 3
        "#]],
        &["VBA/dir: not compressed as VBA is"],
    );
}

#[test]
fn the_word_attribute_in_plain_text_is_no_source() {
    let text = b"\x01\x00\xB0\0Attribute VB_Name";
    check(&forge::compound(::cfb::Version::V3, &[("Data", text)]), expect_test::expect![""], &[]);
}

#[test]
fn the_beginning_of_source_is_found_across_a_seam() {
    let source = compress(b"Attribute VB_Name = \"M\"\r\nx = 3");
    for cut in 1..source.len() {
        let (before, after) = source.split_at(cut);
        assert!(orphans::may_hold_source(&[before, after]), "cut at {cut}");
        let single: Vec<&[u8]> = source.chunks(1).collect();
        assert!(orphans::may_hold_source(&single));
    }
}

#[test]
fn two_modules_on_one_stream_are_read_once() {
    let twin = ForgedModule { is_orphan: false, ..module("Module1", "x = 1") };
    let mut dir = forge::dir(1252, &[twin.clone(), twin.clone()]);
    let streams = forge::project("", 1252, &[twin]);
    dir = compress(&dir);
    let streams: Vec<(&str, &[u8])> = streams
        .iter()
        .map(|(path, stream)| (path.as_str(), if path.ends_with("dir") { &dir } else { stream.as_slice() }))
        .collect();
    check(
        &forge::compound(::cfb::Version::V3, &streams),
        expect_test::expect![[r#"
            VBA (1252)
              VBA/Module1 Standard Module1: x = 1
        "#]],
        &["VBA/Module1: two modules name the same stream"],
    );
}

#[test]
fn dir_is_read_past_records_that_do_not_fit() {
    let modules = [module("A", ""), module("B", "")];
    let mut dir = Vec::new();
    forge::record(&mut dir, 0x03, &932_u16.to_le_bytes());
    forge::record(&mut dir, 0x7777, b"of a later version");
    dir.extend([0x5A; 13]);
    let whole = forge::dir(932, &modules);
    let first_module = memchr::memmem::find(&whole, b"\x19\0\x01\0\0\0A").unwrap();
    dir.extend(&whole[first_module..]);
    let project = dir_stream::read(&dir, 10);
    assert!(project.is_damaged);
    assert_eq!(project.code_page, 932);
    assert_eq!(project.modules.iter().map(|module| module.name(932)).collect::<Vec<_>>(), ["A", "B"]);
}

#[test]
fn limits_are_kept_and_named() {
    let long = "x = 1\r\n".repeat(1_000);
    let bytes = document("", 1252, &[module("A", &long), module("B", ""), module("C", "")], &[]);
    let problems = |limits: &Limits| survey(&bytes, limits).1;
    assert_eq!(problems(&LIMITS), [""; 0]);
    // C is behind the limit in the list, and then found as an orphan, which counts as well.
    let modules = problems(&Limits { modules_max: 2, ..LIMITS });
    assert_eq!(modules, ["VBA/dir: more than modules_max = 2", "VBA/C: more than modules_max = 2"]);
    let source = problems(&Limits { macro_bytes_max: 1_000, ..LIMITS });
    assert_eq!(source, ["VBA/A: more than macro_bytes_max = 1000"]);
    let budget = problems(&Limits { expanded_bytes_max: 3_000, ..LIMITS });
    assert!(budget.contains(&"VBA/A: more than expanded_bytes_max = 3000".to_owned()), "{budget:?}");
}

#[test]
fn an_unknown_code_page_is_said() {
    check(
        &document("", 708, &[module("A", "x = 1")], &[]),
        expect_test::expect![[r#"
            VBA (708)
              VBA/A Standard A: x = 1
        "#]],
        &["VBA/dir: code page 708 is not known; read as 1252"],
    );
}

#[track_caller]
fn check_code_page(code_page: u16, bytes: &[u8], expected: &str) {
    assert_eq!(code_page::decode(code_page, bytes.to_vec()), expected);
}

#[test]
fn decodes_code_pages() {
    check_code_page(932, b"\x83}\x83N\x83\x8D", "マクロ");
    check_code_page(936, b"\xD0\xC2\xC4\xEA", "新年");
    check_code_page(949, b"\xB8\xC5\xC5\xA9\xB7\xCE", "매크로");
    check_code_page(950, b"\xA5\xA8\xB6\xB0", "巨集");
    check_code_page(1251, b"\xCC\xE0\xEA\xF0\xEE\xF1", "Макрос");
    check_code_page(1252, b"\x80\xE9", "€é");
    check_code_page(1255, b"\xF9\xEC\xE5\xED", "שלום");
    check_code_page(10000, b"\x8E", "é");
    check_code_page(65001, "é".as_bytes(), "é");
    check_code_page(4711, b"\xE9", "é");
}
