//! Labels as they are spelt, bytes as they are sent.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn label(label: &str, bytes: &[u8], expected: &str) {
    assert_eq!(decode_label(label, bytes).as_deref(), Some(expected), "{label}");
}

#[track_caller]
fn guess(bytes: &[u8], expected: &str) {
    assert_eq!(decode_guess(bytes), expected);
}

const JIS: &[u8] = b"\x1b$B@A5a=q$N7o$G$9!#\x1b(B 17447";
const SJIS: &[u8] = b"\x90\xbf\x8b\x81\x8f\x91\x82\xcc\x8c\x8f\x82\xc5\x82\xb7\x81B 17447";
const EUC: &[u8] = b"\xc0\xc1\xb5\xe1\xbd\xf1\xa4\xce\xb7\xef\xa4\xc7\xa4\xb9\xa1\xa3 17447";
const TEXT: &str = "請求書の件です。 17447";

#[test]
fn knows_the_names_of_japanese_charsets() {
    for name in "cp932 CP932 ms932 MS_Kanji windows-31j Windows-31J x-ms-cp932 shift_jis Shift-JIS SJIS x-sjis sjis-win csShiftJIS \"shift_jis\" cp943c"
        .split(' ')
    {
        label(name, SJIS, TEXT);
    }
    for name in "iso-2022-jp ISO-2022-JP iso-2022-jp-ms iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso2022jp cp50220 cp50221 cp50222 csISO2022JP x-windows-50221 JIS ISO-2022-JP*ja"
        .split(' ')
    {
        label(name, JIS, TEXT);
    }
    for name in "euc-jp EUC-JP eucjp eucJP-ms x-euc-jp cp51932 x-eucjp ujis eucjp-win".split(' ') {
        label(name, EUC, TEXT);
    }
    for name in ["utf-8", "UTF8", "cp65001"] {
        label(name, TEXT.as_bytes(), TEXT);
    }
    label("gb2312", b"\xc4\xe3\xba\xc3", "你好");
    label("big5", b"\xa7A\xa6n", "你好");
    label("ks_c_5601-1987", b"\xbe\xc8\xb3\xe7", "안녕");
    label("cp1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет");
    label("windows-1251", b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет");
    label("KOI8-R", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет");
    label("iso-8859-1", b"caf\xe9", "café");
    for unknown in ["", "unknown-8bit", "x-no-such", &"a".repeat(1_000)] {
        assert_eq!(decode_label(unknown, b"a"), None);
    }
}

#[test]
fn a_label_that_the_bytes_contradict_is_not_believed() {
    for name in ["us-ascii", "utf-8", "shift_jis", "iso-8859-1", "euc-jp"] {
        label(name, JIS, TEXT);
    }
    label("iso-2022-jp", SJIS, TEXT);
    label("us-ascii", EUC, TEXT);
    label("us-ascii", TEXT.as_bytes(), TEXT);
    label("utf-8", SJIS, TEXT);
    label("utf-8", EUC, TEXT);
    label("utf-8", b"a\xffb", "a\u{FFFD}b");
    label("shift_jis", TEXT.as_bytes(), TEXT);
    label("euc-jp", TEXT.as_bytes(), TEXT);
}

#[test]
fn reads_half_width_katakana_in_every_dress() {
    label("cp50221", b"\x1b(I1234\x1b(B ok", "ｱｲｳｴ ok");
    label("cp50222", b"\x0e1234\x0f ok", "ｱｲｳｴ ok");
    label("iso-2022-jp", b"\x1b$B4A\x1b(I\xb1\xb2\x1b(B", "漢ｱｲ");
    label("iso-2022-jp", b"\x1b$B4A\x1b(B\xb1\xb2", "漢ｱｲ");
    label("shift_jis", b"\xb1\xb2\xb3\xb4", "ｱｲｳｴ");
    label("euc-jp", b"\x8e\xb1\x8e\xb2", "ｱｲ");
}

#[test]
fn reads_the_characters_of_the_vendors() {
    label("iso-2022-jp", b"\x1b$B-!-j-5\x1b(B", "①㈱Ⅰ");
    label("cp932", b"\x87\x40\x87\x8a\x87\x54\xfa\xb1", "①㈱Ⅰ﨑");
    label("cp51932", b"\xad\xa1\xad\xea", "①㈱");
    label("cp50220", b"\x1b$Byu\x1b(B", "﨑");
    label("iso-2022-jp-1", b"\x1b$(D0!\x1b(B", "丂");
    label("iso-2022-jp-2", b"\x1b$ADc\x1b$(C>H\x1b$B4A\x1b(B", "你안漢");
    // JIS-Roman keeps the backslash of paths and passwords.
    label("iso-2022-jp", b"\x1b(JC:\\a~\x1b(B", "C:\\a~");
}

#[test]
fn a_line_that_does_not_return_to_ascii_ends_all_the_same() {
    label("iso-2022-jp", b"\x1b$B4A\r\nplain\r\n\x1b$B;z\x1b(B", "漢\r\nplain\r\n字");
    label("iso-2022-jp", b"\x1b$B4A\r\n;z\x1b(B end", "漢\r\n字 end");
    label("iso-2022-jp", b"\x1b$B4", "\u{FFFD}");
    label("iso-2022-jp", b"\x1b$(P!!\x1b(Bx", "\u{FFFD}\u{FFFD}x");
}

#[test]
fn guesses_what_has_no_label() {
    for bytes in [JIS, SJIS, EUC, TEXT.as_bytes()] {
        guess(bytes, TEXT);
    }
    guess(b"", "");
    guess(b"plain \\ ~", "plain \\ ~");
    guess(b"\xef\xbb\xbfbom", "bom");
    guess(b"\xff\xfea\0b\0", "ab");
    guess(b"\xfe\xff\0a", "a");
    guess(b"\x95\\1.xls", "表1.xls");
    guess(b"r\xe9sum\xe9.doc", "résumé.doc");
    guess(b"\xa5\xd1\xa5\xb9\xa5\xef\xa1\xbc\xa5\xc9", "パスワード");
    guess(b"\x83p\x83X\x83\x8f\x81[\x83h", "パスワード");
    guess(&"日本語の文書".as_bytes()[..17], "日本語の文\u{FFFD}");
}

#[test]
fn reads_utf_7() {
    label("utf-7", b"Hi Mom +Jjo-!", "Hi Mom ☺!");
    label("UTF-7", b"+ZeVnLIqe-", "日本語");
    label("unicode-1-1-utf-7", b"1 +- 1 +2D3cGQ-", "1 + 1 \u{1F419}");
    label("utf-7", b"+", "+");
    label("utf-7", b"+2D0-", "\u{FFFD}");
}

proptest! {
    /// What encoding_rs writes as ISO-2022-JP, EUC-JP and CP932 comes back, with a label and by guess.
    #[test]
    fn round_trips(text in "[ぁ-んァ-ヶ。、ー亜-腕]{4,40}[a-z0-9 ]{0,8}") {
        let text: String = text.chars().filter(|c| !SHIFT_JIS.encode(&c.to_string()).2).collect();
        prop_assume!(text.chars().count() > 4);
        for (name, encoding) in [("iso-2022-jp", encoding_rs::ISO_2022_JP), ("euc-jp", EUC_JP), ("cp932", SHIFT_JIS)] {
            let bytes = encoding.encode(&text).0;
            prop_assert_eq!(decode_label(name, &bytes), Some(text.clone()));
        }
    }

    #[test]
    fn any_bytes_under_any_label(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0x1B), Just(b'$'), Just(b'B'), Just(b'(')], 0..200)) {
        for name in ["iso-2022-jp", "utf-7", "us-ascii", "cp932", "euc-jp", "utf-16"] {
            prop_assert!(decode_label(name, &bytes).is_some_and(|text| text.len() <= bytes.len() * 3 + 3));
        }
        prop_assert!(decode_guess(&bytes).len() <= bytes.len() * 3);
    }
}
