//! The language asked for, our own domains, and how much is read at once.

use super::*;
use crate::config::Config;

#[track_caller]
fn asked(line: &str, expected: Option<&str>) {
    let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
    assert_eq!(asked_for(&arguments).as_deref(), expected, "{line}");
}

#[test]
fn the_language_is_known_before_the_command_line_is_understood() {
    asked("hinomi --lang ja scan", Some("ja"));
    asked("hinomi scan x --lang=en --wrong", Some("en"));
    asked("hinomi --lang=en --lang ja", Some("ja"));
    asked("hinomi scan", None);
    asked("hinomi --language ja", None);
    asked("hinomi scan -- --lang ja", None);
    asked("hinomi --lang", None);
}

#[test]
fn a_locale_is_japanese_by_its_language_alone() {
    for (name, expected) in [
        ("ja", Lang::Ja),
        ("ja_JP.UTF-8", Lang::Ja),
        ("JA", Lang::Ja),
        ("C", Lang::En),
        ("en_US.UTF-8", Lang::En),
        ("jam_JM", Lang::En),
        ("", Lang::En),
    ] {
        assert_eq!(language_of(name), expected, "{name}");
    }
}

#[test]
fn our_domains_are_compared_as_the_wire_has_them() {
    let mut config = Config::default();
    config.scope.domains = [" Reiji.Example. ", "例え.jp", "not a domain"].map(str::to_owned).to_vec();
    let own = App::for_test(Found { config, path: None }).own_domains();
    assert_eq!(own.into_iter().collect::<Vec<_>>(), ["not a domain", "reiji.example", "xn--r8jz45g.jp"]);
}

#[test]
fn a_stream_is_read_up_to_its_limit_and_not_beyond() {
    assert_eq!(read_up_to(&b"1234"[..], 4).unwrap(), b"1234");
    assert!(format!("{:#}", read_up_to(&b"12345"[..], 4).unwrap_err()).contains("file_bytes_max = 4"));
    // Endless.
    assert!(read_up_to(io::repeat(0), 1 << 20).is_err());
}
