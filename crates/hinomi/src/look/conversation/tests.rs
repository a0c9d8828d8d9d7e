//! What ties mails together, and what does not.

use super::*;
use hinomi_model::fact::Address;
use jiff::Timestamp;

const DAY: i64 = 24 * 60 * 60;

/// A letter told apart by its text; everything else is set by the test.
fn letter(name: &str, mail: MailFact, words: &[&str]) -> Letter {
    Letter::new(EvidenceId::of(name.as_bytes()), &mail, words.iter().map(|&word| word.to_owned()).collect())
}

fn mail(sender: &str, subject: &str, at: Option<i64>) -> MailFact {
    MailFact {
        from: vec![Address { name: String::new(), address: sender.to_owned() }],
        subject: subject.to_owned(),
        date: at.map(|s| Timestamp::from_second(s).unwrap()),
        ..MailFact::default()
    }
}

#[track_caller]
fn offered(letters: &[Letter], of: usize, expected: &[&str]) {
    assert_eq!(Conversations::new(letters).candidates(&letters[of]).0, expected);
}

fn archive() -> Letter {
    letter("archive", mail("a@p.example", "見積のお願い", Some(10 * DAY)), &["own"])
}

#[test]
fn a_sender_a_subject_or_a_reference_ties_and_nothing_else_does() {
    let by_reference = |id: &str, references: &[&str]| MailFact {
        message_id: Some(id.to_owned()),
        references: references.iter().map(|&id| id.to_owned()).collect(),
        ..mail("other@q.example", "もう一通", Some(30 * DAY))
    };
    for (other, expected) in [
        (mail("A@P.example", "パスワード", Some(10 * DAY)), &["pw"][..]),
        (mail("b@p.example", "Re: 見積のお願い", Some(10 * DAY)), &["pw"]),
        (mail("b@p.example", "RE：FW: 見積のお願い", Some(10 * DAY)), &["pw"]),
        (mail("b@p.example", "別件", Some(10 * DAY)), &[]),
        (by_reference("m2", &["m1"]), &[]),
    ] {
        offered(&[archive(), letter("other", other, &["pw"])], 0, expected);
    }
    let first = MailFact {
        message_id: Some("m1".to_owned()),
        ..mail("a@p.example", "見積のお願い", Some(10 * DAY))
    };
    offered(
        &[letter("first", first, &[]), letter("answer", by_reference("m2", &["m1"]), &["pw"])],
        0,
        &["pw"],
    );
}

#[test]
fn a_short_subject_ties_nobody() {
    let short = |name: &str, sender: &str| letter(name, mail(sender, "Re: 見積", Some(0)), &["pw"]);
    offered(&[short("one", "a@p.example"), short("two", "b@q.example")], 0, &[]);
}

#[test]
fn a_day_is_near_and_more_is_not_unless_it_is_an_answer() {
    let at = |name: &str, s: i64| letter(name, mail("a@p.example", "", Some(s)), &["pw"]);
    offered(&[archive(), at("later", 11 * DAY)], 0, &["pw"]);
    offered(&[archive(), at("earlier", 9 * DAY)], 0, &["pw"]);
    offered(&[archive(), at("too late", 11 * DAY + 1)], 0, &[]);
    offered(&[archive(), letter("undated", mail("a@p.example", "", None), &["pw"])], 0, &[]);
}

#[test]
fn the_nearest_comes_first_and_the_mail_itself_not_at_all() {
    let at =
        |name: &str, s: i64, word: &str| letter(name, mail("a@p.example", "", Some(10 * DAY + s)), &[word]);
    let letters =
        [archive(), at("far", 500, "far"), at("near", -5, "near"), at("middle", 60, "middle"), archive()];
    offered(&letters, 0, &["near", "middle", "far"]);
}

#[test]
fn each_word_is_offered_once_with_the_mail_it_stood_in_first() {
    let at =
        |name: &str, s: i64, words: &[&str]| letter(name, mail("a@p.example", "", Some(10 * DAY + s)), words);
    let letters = [archive(), at("near", 1, &["x", "y"]), at("far", 2, &["y", "z"])];
    let (words, mails) = Conversations::new(&letters).candidates(&letters[0]);
    assert_eq!(words, ["x", "y", "z"]);
    let near = EvidenceId::of(b"near");
    assert_eq!(mails, [near.clone(), near, EvidenceId::of(b"far")]);
}

#[test]
fn candidates_are_limited_and_come_from_the_nearest() {
    let words: Vec<String> = (0..40).map(|n| format!("w{n}")).collect();
    let mut letters = vec![archive()];
    for n in 0..100_i64 {
        let own: Vec<String> = words.iter().map(|word| format!("{n}-{word}")).collect();
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        letters.push(letter(&n.to_string(), mail("a@p.example", "", Some(10 * DAY + n)), &own));
    }
    let (found, mails) = Conversations::new(&letters).candidates(&letters[0]);
    assert_eq!((found.len(), mails.len()), (IN_ALL_MAX, IN_ALL_MAX));
    assert_eq!(found[0], "0-w0");
    assert_eq!(mails.last(), Some(&EvidenceId::of(b"9")));
}

#[test]
fn a_sender_of_very_many_mails_does_not_make_each_look_at_all() {
    // All with all would be two billion looks.
    let letters: Vec<Letter> = (0..40_000)
        .map(|n| letter(&n.to_string(), mail("noreply@p.example", "", Some(n)), &["pw"]))
        .collect();
    let conversations = Conversations::new(&letters);
    assert!(letters.iter().all(|of| conversations.candidates(of).0 == ["pw"]));
}

#[test]
fn mails_without_dates_are_tied_by_references_alone() {
    let first = MailFact { message_id: Some("m1".to_owned()), ..mail("a@p.example", "", None) };
    let answer = MailFact { references: vec!["m1".to_owned()], ..mail("b@q.example", "", None) };
    offered(&[letter("first", first, &[]), letter("answer", answer, &["pw"])], 0, &["pw"]);
}
