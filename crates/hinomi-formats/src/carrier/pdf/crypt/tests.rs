//! One document, encrypted by qpdf 11.3.0 in every way that it knows.

use crate::archive::forge::unbase64;
use crate::office::Key;
use crate::pdf::{Pdf, read_with};
use crate::{Budget, Limits, Parsed, ProblemKind};

macro_rules! fixture {
    ($name:literal) => {
        ($name, unbase64(include_str!(concat!("../fixtures/", $name, ".pdf.b64"))))
    };
}

fn read(bytes: &[u8], passwords: &[&str]) -> Parsed<Pdf> {
    let passwords: Vec<String> = passwords.iter().map(|&word| word.to_owned()).collect();
    let limits = Limits::desk();
    read_with(bytes, &passwords, &limits, &mut Budget::new(&limits))
}

/// What the document says, whatever it went through.
#[track_caller]
fn opens(bytes: &[u8], passwords: &[&str], by: Option<Key>) {
    let Parsed { value: pdf, problems } = read(bytes, passwords);
    assert_eq!(problems, []);
    assert_eq!(pdf.opened_with, by);
    assert!(!pdf.encrypted && pdf.open_action);
    let links: Vec<&str> = pdf.links.iter().map(|link| link.text.as_str()).collect();
    assert_eq!(links, ["http://files.example/invoice.doc"]);
    let mut scripts: Vec<&str> = pdf.scripts.iter().map(|script| script.text.as_str()).collect();
    scripts.sort_unstable();
    assert_eq!(scripts, ["app.alert('opened')", "this.getURL('http://script.example/')"]);
    let files: Vec<_> = pdf.embedded.iter().map(|file| (file.name.as_str(), file.bytes.as_slice())).collect();
    assert_eq!(files, [("note.txt", &b"carried inside\r\n"[..])]);
}

#[test]
fn the_empty_password_opens_every_revision() {
    opens(&fixture!("plain").1, &[], None);
    for (name, bytes) in [
        fixture!("r2"),
        fixture!("r3"),
        fixture!("r4-rc4"),
        fixture!("r4-aes"),
        fixture!("r4-meta"),
        fixture!("r4-packed"),
        fixture!("r5"),
        fixture!("r6"),
        fixture!("r6-packed"),
    ] {
        println!("{name}");
        opens(&bytes, &[], Some(Key::Default));
        opens(&bytes, &["vEry20"], Some(Key::Default));
    }
}

#[test]
fn a_password_of_the_mail_opens_as_user_or_owner() {
    for (name, bytes) in [
        fixture!("user-r2"),
        fixture!("user-r4"),
        fixture!("user-r6"),
        fixture!("owner-r3"),
        fixture!("owner-r6"),
    ] {
        println!("{name}");
        opens(&bytes, &["wrong", "vEry20"], Some(Key::Given(1)));
    }
}

#[test]
fn without_the_password_nothing_is_made_up() {
    for (name, bytes) in [fixture!("user-r2"), fixture!("user-r4"), fixture!("user-r6")] {
        let Parsed { value: pdf, problems } = read(&bytes, &["wrong", "wronger"]);
        let shut = Pdf { encrypted: true, open_action: pdf.open_action, ..Pdf::default() };
        assert_eq!(pdf, shut, "{name}");
        let told: Vec<_> = problems.iter().map(|p| (p.kind, p.detail.as_str())).collect();
        let detail = "strings and streams are encrypted; none of 2 passwords opens it";
        assert_eq!(told, [(ProblemKind::Encrypted, detail)], "{name}");
    }
}

#[test]
fn too_many_passwords_for_a_slow_lock_are_told() {
    let many: Vec<String> = (0..500).map(|n| format!("wrong{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let problems = read(&fixture!("user-r6").1, &many).problems;
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(problem.kind, ProblemKind::Encrypted);
    assert!(problem.detail.starts_with("passwords not all tried: none of the first "), "{}", problem.detail);
    // The older ones are tried with all of them.
    let problems = read(&fixture!("user-r4").1, &many).problems;
    assert!(problems[0].detail.ends_with("none of 500 passwords opens it"), "{problems:?}");
}

#[test]
fn a_trailer_for_show_hides_nothing() {
    // Encrypted for one viewer and in the clear for another.
    let mut file = fixture!("plain").1;
    file.extend(b"\ntrailer << /Root 1 0 R /Encrypt << /Filter /Standard /V 1 /R 2 >> >>\n");
    let pdf = read(&file, &[]).value;
    assert_eq!(pdf.links[0].text, "http://files.example/invoice.doc");
    assert_eq!((pdf.scripts.len(), pdf.embedded.len(), pdf.encrypted), (2, 1, true));
}

#[test]
fn a_damaged_dictionary_is_no_reason_to_break() {
    let whole = fixture!("r6-packed").1;
    for at in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        _ = read(&damaged, &["vEry20"]);
        _ = read(&whole[..at], &["vEry20"]);
    }
}
