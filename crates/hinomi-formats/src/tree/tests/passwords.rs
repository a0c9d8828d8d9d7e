//! Which password opens which archive, and who is told.

use super::super::passwords::Offer;
use super::super::{Opened, PasswordSource};
use super::*;
use crate::office::seal;

const WORD: &str = "Tsubame-72";

fn sealed() -> Vec<u8> {
    forge::zip(&[file("a.doc", &macro_document()).sealed(Seal::Aes(WORD.into(), 32, 2))])
}

#[track_caller]
fn opened(bytes: &[u8], neighbours: &[&str], usual: &[&str], expected: Option<PasswordSource>) {
    let own = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<String>>();
    let (neighbours, usual) = (own(neighbours), own(usual));
    let hints = Hints { neighbours: &neighbours, usual: &usual, ..Hints::default() };
    let parsed = read("m.eml", bytes, hints, &Limits::desk());
    let found = container(&parsed.value).opened_with;
    assert_eq!(found.map(|opened| opened.by), expected);
    if let Some(Opened { chars, .. }) = found {
        assert_eq!(chars, 10);
        assert!(told(&parsed).iter().any(|line| line.ends_with("document with 1 entry points")));
    }
}

#[test]
fn a_password_is_found_where_it_stands() {
    let zip = [("a.zip", sealed())];
    let files: Vec<(&str, &[u8])> = zip.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let silent = mail("invoice", "see attached", &files);
    opened(&mail("invoice", &format!("パスワード：{WORD}"), &files), &[], &[], Some(PasswordSource::Here));
    opened(&silent, &["wrong", WORD], &[], Some(PasswordSource::Neighbour(1)));
    opened(&silent, &["wrong"], &["wrong2", WORD], Some(PasswordSource::Usual));
    opened(&silent, &["wrong"], &["wrong2"], None);
}

#[test]
fn the_password_of_a_forwarded_message_may_stand_in_the_mail_around_it() {
    let inner = mail("invoice", "see attached", &[("a.zip", &sealed())]);
    opened(
        &mail("Fw: invoice", &format!("PW: {WORD}"), &[("", &inner)]),
        &[],
        &[],
        Some(PasswordSource::Here),
    );
}

#[test]
fn a_long_mail_does_not_crowd_out_the_usual_passwords() {
    let words: String = (0..2_000).map(|n| format!("Token{n:04}x\r\n")).collect();
    let long = mail("invoice", &words, &[("a.zip", &sealed())]);
    opened(&long, &[], &[WORD], Some(PasswordSource::Usual));
    opened(&long, &["wrong", WORD], &[], Some(PasswordSource::Neighbour(1)));
}

#[test]
fn an_offer_keeps_room_for_each_source_and_never_exceeds_its_limit() {
    let words = |prefix: &str, n: usize| (0..n).map(|i| format!("{prefix}{i}")).collect::<Vec<_>>();
    for (here, neighbours, usual, expected) in [
        (500, 400, 300, (188, 187, 125)),
        (10, 400, 300, (10, 365, 125)),
        (500, 0, 0, (500, 0, 0)),
        (0, 0, 600, (0, 0, 500)),
        (3, 2, 1, (3, 2, 1)),
    ] {
        let (h, n, u) = (words("h", here), words("n", neighbours), words("u", usual));
        let offer = Offer::new(&h, Hints { neighbours: &n, usual: &u, ..Hints::default() }, 500);
        let count = |prefix: char| offer.words.iter().filter(|word| word.starts_with(prefix)).count();
        assert_eq!((count('h'), count('n'), count('u')), expected);
        assert_eq!(offer.words.len(), offer.from.len());
    }
}

#[test]
fn nothing_prints_a_password() {
    let candidates = vec![WORD.to_owned()];
    let hints = Hints { neighbours: &candidates, usual: &candidates, ..Hints::default() };
    let tree = Tree { candidates: candidates.clone(), ..Tree::default() };
    assert!(!format!("{hints:?} {tree:?}").contains(WORD));
    assert!(format!("{tree:?}").contains("candidates: 1"));
}

#[test]
fn no_problem_tells_a_password() {
    let candidates = vec!["Secret-Canary-1".to_owned()];
    let hints = Hints { neighbours: &candidates, usual: &candidates, ..Hints::default() };
    let parsed = read("m.eml", &mail("s", "", &[("a.zip", &sealed())]), hints, &Limits::desk());
    assert!(!parsed.problems.is_empty());
    assert!(!format!("{:?}", parsed.problems).contains("Canary"));
}

/// A document that is encrypted itself, without an archive around it.
#[test]
fn a_document_is_opened_with_the_password_of_its_mail() {
    let project = documents::document("", 932, &[documents::module("ThisDocument", MACRO)], &[]);
    let package = package(&[("word/vbaProject.bin", &project)]);
    let told_of = |text: &str, word: &str| {
        let sealed = seal::agile(&package, word, 1000);
        told(&look("m.eml", &mail("invoice", text, &[("a.docm", &sealed)])))
    };
    let opens = |lines: &[String]| lines.iter().any(|line| line.ends_with("document with 1 entry points"));
    assert!(opens(&told_of(&format!("パスワード：{WORD}"), WORD)));
    // The program's own password needs nobody to tell it.
    assert!(opens(&told_of("see attached", "VelvetSweatshop")));
    let closed = told_of("see attached", WORD);
    assert!(closed.iter().any(|line| line.contains("the document is encrypted")), "{closed:?}");
}
