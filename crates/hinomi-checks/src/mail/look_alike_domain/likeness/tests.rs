//! Names that deceive, and names that only happen to be near.

use super::Likeness::*;
use super::*;

#[track_caller]
fn check(domain: &str, known: &str, expected: Option<Likeness>) {
    assert_eq!(likeness(domain, known), expected, "{domain} beside {known}");
}

#[test]
fn the_same_to_the_eye() {
    check("yarnamoto.example", "yamamoto.example", Some(SameToTheEye));
    check("yarnarnoto.example", "yamamoto.example", Some(SameToTheEye));
    check("k0jima.co.jp", "kojima.co.jp", Some(SameToTheEye));
    check("he1p-desk.jp", "help-desk.jp", Some(SameToTheEye));
    check("vvatanabe.example", "watanabe.example", Some(SameToTheEye));
    // Cyrillic о and а.
    check("xn--yamamt-0qfb.example", "yamamoto.example", Some(SameToTheEye));
}

#[test]
fn one_letter_apart_in_a_long_name() {
    check("yamammoto.example", "yamamoto.example", Some(OneLetter));
    check("yamaoto.example", "yamamoto.example", Some(OneLetter));
    check("yamamoti.example", "yamamoto.example", Some(OneLetter));
    check("yamamtoo.example", "yamamoto.example", Some(OneLetter));
    // Short names are one letter apart by chance.
    check("abd.example", "abc.example", None);
    check("yamashita.example", "yamamoto.example", None);
}

#[test]
fn a_word_added() {
    check("yamamoto-support.example", "yamamoto.example", Some(WordAdded));
    check("mail-yamamoto.example", "yamamoto.example", Some(WordAdded));
    check("yamamoto-chuo-bank.example", "yamamoto.example", None);
    check("yamamotoshoten.example", "yamamoto.example", None);
    check("abc-shop.example", "abc.example", None);
}

#[test]
fn another_ending() {
    check("yamamoto.jp", "yamamoto.co.jp", Some(OtherEnding));
    check("yamamoto.xyz", "yamamoto.co.jp", Some(OtherEnding));
    check("www.yamamoto.co.jp", "yamamoto.co.jp", None);
}

#[test]
fn what_was_registered() {
    for (domain, expected) in [
        ("mail.yamamoto.co.jp", ("yamamoto", "co.jp")),
        ("yamamoto.jp", ("yamamoto", "jp")),
        ("ab.jp", ("ab", "jp")),
        ("a.b.example", ("b", "example")),
        ("localhost", ("", "localhost")),
        ("co.jp", ("co", "jp")),
    ] {
        assert_eq!(split(domain), expected, "{domain}");
    }
}
