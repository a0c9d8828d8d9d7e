//! Keys in whatever carries them.

use super::super::read_keys;
use super::*;

/// A fixture of the readers of keys, by its name.
fn key_file(name: &str) -> Vec<u8> {
    let lines = include_str!("../../trust/keys/fixtures/objects.b64").lines();
    let text = lines.filter_map(|line| line.split_once(' ')).find(|(known, _)| *known == name);
    forge::unbase64(text.unwrap_or_else(|| panic!("no fixture {name}")).1)
}

#[test]
fn keys_are_found_in_archives_in_mails_and_opened_with_their_passwords() {
    let files = [file("conf/app.conf", &key_file("app.conf")), file("modern.p12", &key_file("modern.p12"))];
    let bytes = mail("keys", "パスワード：fire-watch", &[("keys.zip", &forge::zip(&files))]);
    let (tree, keys) = read_keys("m.eml", &bytes, Hints::default(), &Limits::desk()).value;
    let told: Vec<String> = keys
        .iter()
        .map(|held| {
            let private = if held.key.private.is_known() { " private" } else { "" };
            format!("{}{} {}{private}", tree.nodes[held.node].place, held.key.place, held.key.kind.name())
        })
        .collect();
    let expected = [
        "keys.zip/conf/app.conf#1 private_key private",
        "keys.zip/modern.p12 keystore",
        "keys.zip/modern.p12#front certificate",
        "keys.zip/modern.p12#front private_key private",
    ];
    assert_eq!(told, expected);
    // The tree is the same without them.
    assert_eq!(tree.nodes.len(), look("m.eml", &bytes).value.nodes.len());
}
