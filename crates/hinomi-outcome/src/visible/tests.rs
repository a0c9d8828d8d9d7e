//! Control, bidi and escape characters are made visible.

use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(shown(text), expected);
}

#[test]
fn what_acts_is_shown() {
    check("\u{1b}]52;c;aGk=\u{7}", "<U+001B>]52;c;aGk=<U+0007>");
    check("invoice\u{202e}cod.exe", "invoice<U+202E>cod.exe");
    check("a\u{85}b\u{7f}", "a<U+0085>b<U+007F>");
    check("\u{feff}x\u{e0041}", "<U+FEFF>x<U+E0041>");
    check("請求書の件です。👍", "請求書の件です。👍");
}

#[test]
fn a_line_break_in_a_name_does_not_start_a_line() {
    check("a\r\nb\nc\td", "a ⏎ b ⏎ c d");
}

#[test]
fn urls_lose_their_teeth_and_keep_their_path() {
    check("see http://a.example/x.php?q=b.c now", "see hxxp://a[.]example/x.php?q=b.c now");
    check("HTTPS://A.example", "hxxps://A[.]example");
    check("'http://a.example'*ftp://b.example/", "'hxxp://a[.]example'*fxp://b[.]example/");
    check("hxxp://a[.]example/", "hxxp://a[.]example/");
    check("no url: 3://, ://", "no url: 3://, ://");
}

#[test]
fn cutting_counts_characters_not_bytes() {
    assert_eq!(cut("請求書の件", 3), "請求書…");
    assert_eq!(cut("請求書", 3), "請求書");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn nothing_that_acts_is_left(text in any::<Vec<char>>()) {
        let text: String = text.into_iter().collect();
        for safe in [terminal_safe(&text).into_owned(), shown(&text), shown_lines(&text)] {
            prop_assert!(!safe.chars().any(acts), "{safe:?}");
        }
        prop_assert!(!shown(&text).contains(['\n', '\t']));
    }

    #[test]
    fn every_control_and_bidi_character_is_among_those_that_act(c in prop_oneof![
        prop::char::range('\u{0}', '\u{1f}'), prop::char::range('\u{7f}', '\u{9f}'),
        prop::char::range('\u{202a}', '\u{202e}'), prop::char::range('\u{2066}', '\u{2069}'),
        prop::char::range('\u{200e}', '\u{200f}'), Just('\u{61c}'),
    ]) {
        prop_assert_eq!(acts(c), c != '\n' && c != '\t');
    }

    #[test]
    fn harmless_text_is_left_alone(text in "[a-zA-Z0-9 ぁ-んァ-ヶ一-龠。、「」]{0,60}") {
        prop_assert_eq!(terminal_safe(&text), text.as_str());
        prop_assert_eq!(shown(&text), text);
    }
}
