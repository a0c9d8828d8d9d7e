//! Archives that other people's tools made of the same files: 7-Zip 26.02, jLHA 0.1.6, gcab 1.5, genisoimage 1.1.11,
//! GNU tar 1.34, bsdtar 3.6.2. Disc images and tapes are mostly zeros and kept in gzip. The names in CP932 were put into
//! the LZH ones by hand, with the checksums of their headers.

use super::forge::unbase64;
use super::*;

/// `program.exe`: calls whose targets a filter for programs changes.
fn program() -> Vec<u8> {
    let mut out = b"MZ".to_vec();
    out.resize(64, 0);
    for i in 0..200_i32 {
        out.push(0xE8);
        out.extend((i * 37 % 400 - 200).to_le_bytes());
        out.extend([0x90, i as u8]);
    }
    out
}

/// `letters.txt`.
fn letters() -> Vec<u8> {
    (0..60).flat_map(|i| format!("line {i}: the fire watch reads what arrives\n").into_bytes()).collect()
}

/// What an entry holds, by the end of its name in lower case.
fn content(name: &str) -> Vec<u8> {
    match name.to_lowercase().rsplit(['/', '\\']).next().unwrap_or_default() {
        "program.exe" => program(),
        "letters.txt" => letters(),
        "long.txt" => b"abcdefghij\n".repeat(7_000),
        "請求書.txt" | "________.txt" => b"invoice\r\n".to_vec(),
        "請求書.exe" => program(),
        _ => Vec::new(),
    }
}

macro_rules! fixture {
    ($name:literal) => {
        unbase64(include_str!(concat!("../fixtures/", $name, ".b64")))
    };
}

/// Takes gzip off a fixture.
fn unzipped(packed: &[u8]) -> Vec<u8> {
    let mut read = read_gzip(packed, &limits(), &mut Budget::new(&limits())).value;
    read.entries.remove(0).bytes.expect("a fixture is whole")
}

fn read(bytes: &[u8], passwords: &[&str]) -> Parsed<Archive> {
    let passwords: Vec<String> = passwords.iter().map(|&p| p.to_owned()).collect();
    let format = crate::tree::archive_format(bytes).expect("a format we know");
    read_other(format, bytes, &passwords, &limits(), &mut Budget::new(&limits())).expect("a format we read")
}

/// Every file is there with the content it was made of.
#[track_caller]
fn whole(bytes: &[u8], names: &[&str]) {
    whole_with(bytes, &[], names, Encryption::None);
}

#[track_caller]
fn whole_with(bytes: &[u8], passwords: &[&str], names: &[&str], encryption: Encryption) {
    let read = read(bytes, passwords);
    assert_eq!(read.problems, []);
    let mut found: Vec<&str> = read.value.entries.iter().map(|entry| entry.name.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, names);
    for entry in &read.value.entries {
        assert_eq!(entry.bytes.as_deref(), Some(content(&entry.name).as_slice()), "{}", entry.name);
        assert_eq!(entry.size, content(&entry.name).len() as u64);
        assert_eq!(entry.encryption, encryption);
    }
}

const THREE: &[&str] = &["letters.txt", "program.exe", "請求書.txt"];

#[test]
fn seven_with_every_method() {
    for bytes in [
        fixture!("lzma2.7z"),
        fixture!("lzma-bcj.7z"),
        fixture!("bcj2.7z"),
        fixture!("bzip2.7z"),
        fixture!("deflate.7z"),
        fixture!("delta.7z"),
        fixture!("copy.7z"),
        fixture!("arm64.7z"),
    ] {
        whole(&bytes, THREE);
    }
}

#[test]
fn seven_with_a_password() {
    for bytes in [fixture!("aes.7z"), fixture!("aes-header.7z")] {
        whole_with(&bytes, &["wrong", "vEry20"], THREE, Encryption::Aes256);
    }
}

#[test]
fn seven_without_the_password() {
    let shut = "! Encrypted letters.txt: none of 1 passwords opens it";
    let told = tell(&read(&fixture!("aes.7z"), &["wrong"]));
    assert!(told.contains("program.exe 1464 Aes256 by None -\n"), "{told}");
    assert!(told.trim_end().ends_with(shut), "{told}");
    let hidden = read(&fixture!("aes-header.7z"), &["wrong"]);
    assert_eq!(tell(&hidden), "! Encrypted : none of 1 passwords opens it\n");
    assert_eq!(hidden.value.sealed, Encryption::Aes256);
}

#[test]
fn seven_says_when_not_all_passwords_were_tried() {
    let many: Vec<String> = (0..500).map(|n| format!("wrong{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let told = tell(&read(&fixture!("aes-header.7z"), &many));
    assert!(told.starts_with("! Encrypted : passwords not all tried: none of the first "), "{told}");
}

#[test]
fn lzh_of_every_level() {
    for bytes in [
        fixture!("stored.lzh"),
        fixture!("level0-lh5.lzh"),
        fixture!("level1-lh6.lzh"),
        fixture!("level2-lh7.lzh"),
    ] {
        whole(&bytes, &["letters.txt", "program.exe", "sub/", "sub/請求書.txt", "請求書.txt"]);
    }
}

#[test]
fn cabinets() {
    whole(&fixture!("stored.cab"), THREE);
    whole(&fixture!("mszip.cab"), &["long.txt", "program.exe", "請求書.txt"]);
}

#[test]
fn disc_images() {
    let long = &["letters.txt", "program.exe", "フォルダ/請求書.txt"];
    whole(&unzipped(&fixture!("joliet.iso.gz")), long);
    whole(&unzipped(&fixture!("rock.iso.gz")), long);
    whole(&unzipped(&fixture!("udf-bridge.iso.gz")), long);
    whole(&unzipped(&fixture!("plain.iso.gz")), &["LETTERS.TXT", "PROGRAM.EXE", "________/________.TXT"]);
}

#[test]
fn tapes() {
    let outer = format!("{}/", "d".repeat(80));
    let inner = format!("{outer}{outer}");
    let deep = format!("{inner}請求書.exe");
    let names = [outer.as_str(), &inner, &deep, "letters.txt"];
    whole(&unzipped(&fixture!("gnu.tar.gz")), &names);
    whole(&unzipped(&fixture!("pax.tar.gz")), &names);
    whole(&unzipped(&fixture!("ustar.tar.gz")), &names);
    whole(&unzipped(&fixture!("v7.tar.gz")), &["letters.txt"]);
}

#[test]
fn what_is_not_read_is_said_by_name() {
    let told = tell(&read(&fixture!("deflate64.7z"), &[]));
    assert!(told.contains("program.exe 1464 -\n"), "{told}");
    assert!(told.contains("! Unsupported letters.txt: compression: deflate64\n"), "{told}");
}

/// Written by the description of the formats, since their maker's tool is not free; 7-Zip 26.02 and bsdtar 3.6.2 list the
/// same.
#[test]
fn rar_is_listed_and_what_is_stored_is_read() {
    for (bytes, folder) in [(fixture!("v4.rar"), "フォルダ\\"), (fixture!("v5.rar"), "フォルダ/")] {
        let read = read(&bytes, &[]);
        for entry in read.value.entries.iter().take(2) {
            assert_eq!(entry.bytes.as_deref(), Some(content(&entry.name).as_slice()), "{}", entry.name);
        }
        let mut lines: Vec<String> = tell(&read).lines().map(str::to_owned).collect();
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                "! Encrypted secret.doc: the encryption of RAR is not read",
                "! Unsupported invoice.pdf.exe: compression: RAR",
                "invoice.pdf.exe 1464 -",
                "program.exe 1464 1464 bytes",
                "secret.doc 16 Other by None -",
                "フォルダ/ 0 \"\"",
                &format!("{folder}請求書.txt 9 \"invoice\\r\\n\""),
            ]
        );
    }
}

#[test]
fn rar_with_encrypted_names_is_sealed() {
    for bytes in [fixture!("v4-header.rar"), fixture!("v5-header.rar")] {
        let read = read(&bytes, &[]);
        assert_eq!(tell(&read), "! Encrypted : the names are encrypted\n");
        assert_eq!(read.value.sealed, Encryption::Other);
    }
}
