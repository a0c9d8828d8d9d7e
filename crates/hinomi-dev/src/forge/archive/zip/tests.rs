//! Archives byte by byte; the locked ones below were opened by 7-Zip with the password `himitsu`.

use super::*;
use expect_test::{Expect, expect};

#[track_caller]
fn check(name_in: NameIn, lock: Lock, expected: &Expect) {
    let entry =
        Entry { name: "請求書.txt".to_owned(), name_in, bytes: b"harmless harmless".to_vec(), lock };
    let hex: String = write(&[entry], &mut Chance::new(1)).iter().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<&str> = (0..hex.len()).step_by(96).map(|at| &hex[at..hex.len().min(at + 96)]).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_plain_entry_has_its_name_in_utf_8() {
    check(
        NameIn::Utf8,
        Lock::None,
        &expect![[r#"
        504b0304140000080800c04bf550a9394c790c000000110000000d000000e8ab8be6b182e69bb82e747874cb482ccacd
        492d2e56803100504b01021400140000080800c04bf550a9394c790c000000110000000d000000000000000000000000
        0000000000e8ab8be6b182e69bb82e747874504b050600000000010001003b000000370000000000"#]],
    );
}

#[test]
fn the_traditional_cipher_with_a_name_in_cp932() {
    check(
        NameIn::Cp932,
        Lock::ZipCrypto("himitsu".to_owned()),
        &expect![[r#"
        504b0304140001000800c04bf550a9394c7918000000110000000a00000090bf8b818f912e7478749801f0921d7ce63f
        e67de4e77c6cd1e1792cf94a17a7a268504b01021400140001000800c04bf550a9394c7918000000110000000a000000
        000000000000000000000000000090bf8b818f912e747874504b0506000000000100010038000000400000000000"#]],
    );
}

#[test]
fn aes_leaves_the_crc_out() {
    check(
        NameIn::Cp932,
        Lock::Aes256("himitsu".to_owned()),
        &expect![[r#"
        504b0304330001006300c04bf5500000000028000000110000000a000b0090bf8b818f912e7478740199070002004145
        030800c1675e0bb980a575a89661fec08aa83b7918011143d2232b920d840ac2e75f007e277589fe28ba82504b010214
        00330001006300c04bf5500000000028000000110000000a000b00000000000000000000000000000090bf8b818f912e
        7478740199070002004145030800504b05060000000001000100430000005b0000000000"#]],
    );
}
