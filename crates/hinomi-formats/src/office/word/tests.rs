//! Fields as attackers write them, and as people do.

use super::super::dde;
use super::fields;

#[track_caller]
fn check(text: &str, expected: &[(&str, bool)]) {
    let found: Vec<(String, bool)> =
        dde::of_fields(&fields(text), "").into_iter().map(|dde| (dde.command, dde.automatic)).collect();
    let expected: Vec<(String, bool)> =
        expected.iter().map(|(command, automatic)| ((*command).to_owned(), *automatic)).collect();
    assert_eq!(found, expected, "{text:?}");
}

#[test]
fn commands_of_fields_are_put_together() {
    check("a\u{13} DATE \\@ \"d\" \u{14}1\u{15}", &[]);
    check(
        "\u{13}DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc.exe\" \u{14}!Error\u{15}",
        &[("c:\\windows\\system32\\cmd.exe /k calc.exe", true)],
    );
    check("\u{13} dde cmd \"/c \\\"x\\\"\" \\a \u{15}", &[("cmd /c \"x\"", true)]);
    check("\u{13} DDE cmd /c \u{15}", &[("cmd /c", false)]);
    // A field that is cut off.
    check("\u{13}DDEAUTO cmd \"/c x\"", &[("cmd /c x", true)]);
}

#[test]
fn words_hidden_in_inner_fields_are_found() {
    check(
        "\u{13}DDEAUTO \u{13}QUOTE 99 109 100\u{15} \"\u{13}QUOTE 0x2f 0x63\u{14}stale\u{15} x\"\u{15}",
        &[("cmd /c x", true)],
    );
    check(
        "\u{13}SET c \"\u{13}QUOTE 99 109 100\u{15}\"\u{15}\u{13}SET d \"/c x\"\u{15}\
         \u{13}DDE \u{13}REF c\u{15} \u{13} d \u{15}\u{15}",
        &[("cmd /c x", false)],
    );
}

#[test]
fn fields_inside_fields_end() {
    let deep = "\u{13}".repeat(100_000) + "DDEAUTO x y" + &"\u{15}".repeat(100_000);
    assert!(fields(&deep).len() <= 48);
}
