//! Looking at places: what is collected, called, lost, and read a second time.

use super::*;
use crate::reader;
use hinomi_model::fact::PasswordOrigin;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn place(label: &str, path: &Path) -> Place {
    Place { label: label.to_owned(), what: What::Path(path.to_owned()) }
}

fn look_with(
    places: &[Place],
    workers: usize,
    reader: crate::jail::Reader,
    collect: &CollectLimits,
) -> Looked {
    let mut jail = Jail::in_process(workers, reader);
    let mut how = Looking {
        jail: &mut jail,
        patient_jail: &|| Ok(Jail::in_process(1, reader)),
        own_domains: &[],
        pages: &PageConfig::default(),
        limits: &Limits::desk(),
        collect,
        usual_passwords: &[],
        key_passwords: &[],
        blocklist: None,
        now: Timestamp::UNIX_EPOCH,
        progress: &|_| {},
    };
    look(places, &mut how).unwrap()
}

fn look_at(places: &[Place]) -> Looked {
    look_with(places, 2, reader::read, &CollectLimits::desk())
}

fn message(id: &str, subject: &str, minute: u32, text: &str) -> String {
    format!(
        "From: a@partner.example\nTo: sato@reiji.example\nMessage-ID: <{id}@partner.example>\nSubject: {subject}\n\
         Date: Thu, 23 Jul 2020 10:{minute:02}:00 +0900\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=e\n\n--e\nContent-Type: text/plain\n\n{text}\n--e--\n"
    )
}

/// A ZIP with one line of text in it, locked with ZipCrypto and the password `Tsubame72`; made by hand.
const LOCKED: &str = include_str!("fixtures/locked.zip.b64");

fn with_locked_zip(id: &str) -> String {
    message(id, "見積書の送付", 0, "添付をご覧ください。").replace(
        "--e--",
        &format!(
            "--e\nContent-Type: application/zip; name=\"a.zip\"\nContent-Transfer-Encoding: base64\n\n{LOCKED}\n--e--"
        ),
    )
}

fn sources(looked: &Looked) -> Vec<&str> {
    let mut sources: Vec<&str> = looked.evidence.values().map(|evidence| evidence.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}

#[test]
fn things_are_called_by_the_label_of_their_place_not_by_the_way_to_it() {
    let folder = folder(&[("mail/1.eml", message("1", "s", 0, "t").as_bytes()), ("mail/sub/2.txt", b"x")]);
    let looked = look_at(&[place("mail", &folder.path().join("mail"))]);
    assert_eq!(sources(&looked), ["mail/1.eml", "mail/sub/2.txt"]);
    let assets = &looked.places["mail"].assets;
    assert_eq!(
        assets.iter().map(|a| a.as_str()).collect::<Vec<_>>(),
        ["mailbox:sato@reiji.example", "store:mail"]
    );
}

#[test]
fn a_name_does_not_depend_on_how_its_place_was_written() {
    for (label, path, source, expected) in [
        ("share", "/c/share/", "/c/share/a.doc", "share/a.doc"),
        ("share", "/c/./share", "/c/./share/a.doc", "share/a.doc"),
        ("in.mbox", "/c/in.mbox", "/c/in.mbox#3", "in.mbox#3"),
        ("a.doc", "/c/a.doc", "/c/a.doc", "a.doc"),
        ("/", "/", "/etc/x", "/etc/x"),
        (".", ".", "./a.doc", "./a.doc"),
        ("m", "/c/m", "/elsewhere/x", "/elsewhere/x"),
    ] {
        assert_eq!(pieces::called(label, Path::new(path), source), expected);
    }
}

#[test]
fn an_mbox_on_standard_input_is_read_message_by_message() {
    let mbox: String = (0..3)
        .map(|n| {
            format!("From a@b.example Thu Jul 23 10:00:00 2020\n{}\n", message(&n.to_string(), "s", n, "t"))
        })
        .collect();
    let looked = look_at(&[Place { label: "-".to_owned(), what: What::Bytes(mbox.into_bytes()) }]);
    assert_eq!(sources(&looked), ["-#1", "-#2", "-#3"]);
}

#[test]
fn standard_input_that_is_one_file_is_one_piece() {
    let looked = look_at(&[Place { label: "-".to_owned(), what: What::Bytes(b"hello".to_vec()) }]);
    assert_eq!(sources(&looked), ["-"]);
    let looked = look_at(&[Place { label: "-".to_owned(), what: What::Bytes(Vec::new()) }]);
    assert_eq!(looked.evidence.len(), 1);
}

#[test]
fn a_neighbours_password_opens_what_stayed_shut() {
    let locked = with_locked_zip("1");
    let told = message("2", "Re: 見積書の送付", 5, "パスワード：Tsubame72");
    let folder = folder(&[("1.eml", locked.as_bytes()), ("2.eml", told.as_bytes())]);
    for workers in [1, 4] {
        let looked = look_with(&[place("m", folder.path())], workers, reader::read, &CollectLimits::desk());
        let archive = looked.observations.iter().find_map(|o| o.fact.as_archive()).unwrap();
        let trail = archive.password.as_ref().expect("opened");
        assert_eq!(trail.origin, PasswordOrigin::NeighbourMail);
        assert_eq!(trail.mail, Some(EvidenceId::of(told.as_bytes())));
        assert_eq!(looked.unread, 0, "{:?}", looked.problems);
    }
}

#[test]
fn without_a_neighbour_the_loss_is_told_and_counted() {
    let folder = folder(&[("1.eml", with_locked_zip("1").as_bytes())]);
    let looked = look_at(&[place("m", folder.path())]);
    assert_eq!((looked.unread, looked.problems[0].kind.as_str()), (1, "encrypted"));
    let place = &looked.places["m"];
    assert!(place.partly.contains("m/1.eml") && !place.blind);
    assert_eq!(place.partly_evidence.len(), 1);
}

fn broken_reader(_: &[u8], bytes: &[u8]) -> Vec<u8> {
    assert!(!bytes.starts_with(b"panic"), "as asked");
    b"no answer".to_vec()
}

#[test]
fn a_reader_that_breaks_costs_its_file_and_says_so() {
    let folder = folder(&[("1", b"panic"), ("2", b"garbage")]);
    let looked = look_with(&[place("m", folder.path())], 1, broken_reader, &CollectLimits::desk());
    let told: Vec<_> = looked.problems.iter().map(|p| (p.source.as_str(), p.kind.as_str())).collect();
    assert_eq!(told, [("m/1", "crashed"), ("m/2", "crashed")]);
    assert_eq!(looked.unread, 2);
    assert_eq!(looked.places["m"].partly_evidence.len(), 2);
    assert!(!format!("{:?}", looked.problems).contains("as asked"), "a panic may quote what it read");
}

#[test]
fn what_is_missing_makes_a_place_blind_and_what_is_too_large_does_not() {
    let missing = look_at(&[place("m", Path::new("/nonexistent/hinomi"))]);
    assert!(missing.places["m"].blind);
    let folder = folder(&[("big", &[0; 100]), ("small", b"x")]);
    let limits = CollectLimits { file_bytes_max: 10, ..CollectLimits::desk() };
    let looked = look_with(&[place("m", folder.path())], 1, reader::read, &limits);
    assert!(!looked.places["m"].blind && looked.places["m"].partly.contains("m/big"));
    assert_eq!(looked.unread, 1);
    let limits = CollectLimits { files_max: 1, ..CollectLimits::desk() };
    let looked = look_with(&[place("m", folder.path())], 1, reader::read, &limits);
    assert!(looked.places["m"].blind);
}

#[test]
fn a_place_in_which_nothing_lies_was_looked_at() {
    let folder = folder(&[]);
    let looked = look_at(&[place("m", folder.path())]);
    assert!(!looked.places["m"].blind && looked.problems.is_empty());
}

#[test]
fn one_reader_and_four_see_the_same_in_the_same_order() {
    let mails: Vec<(String, String)> = (0..40)
        .map(|n| {
            let text = if n % 7 == 0 {
                with_locked_zip(&n.to_string())
            } else {
                message(&n.to_string(), "s", n, "PW: Tsubame72")
            };
            (format!("{n:02}.eml"), text)
        })
        .collect();
    let files: Vec<(&str, &[u8])> =
        mails.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let folder = folder(&files);
    let one = look_with(&[place("m", folder.path())], 1, reader::read, &CollectLimits::desk());
    let four = look_with(&[place("m", folder.path())], 4, reader::read, &CollectLimits::desk());
    assert_eq!(one.observations, four.observations);
    assert_eq!(one.evidence, four.evidence);
    assert_eq!(format!("{:?}", one.problems), format!("{:?}", four.problems));
}

#[test]
fn no_password_is_left_in_what_was_seen() {
    let told = message("2", "s", 5, "パスワード：Tsubame72");
    let folder = folder(&[("1.eml", with_locked_zip("1").as_bytes()), ("2.eml", told.as_bytes())]);
    let looked = look_at(&[place("m", folder.path())]);
    assert!(!format!("{looked:?}").contains("Tsubame72"));
}
