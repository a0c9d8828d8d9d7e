//! Shares and places.

use super::truth::number;
use crate::command::lab::score::{Score, Share};

#[track_caller]
fn check(part: usize, of: usize, expected: &str) {
    assert_eq!(Share { part, of }.to_string(), expected);
}

#[test]
fn only_the_whole_is_a_hundred_percent() {
    check(300, 300, "300/300 (100.0 %)");
    check(1_999, 2_000, "1999/2000 (99.9 %)");
    check(2, 3, "2/3 (66.6 %)");
    check(0, 5, "0/5 (0.0 %)");
}

#[test]
fn a_share_of_nothing_is_no_figure() {
    check(0, 0, "–");
}

#[test]
fn a_score_tells_the_four_cases_apart() {
    let mut score = Score::default();
    for (bad, named) in [(true, true), (true, false), (false, true), (false, false), (false, false)] {
        score.add(bad, named);
    }
    assert_eq!(score.recall().to_string(), "1/2 (50.0 %)");
    assert_eq!(score.precision().to_string(), "1/2 (50.0 %)");
    assert_eq!(score.false_alarms().to_string(), "1/3 (33.3 %)");
}

#[test]
fn messages_of_a_mailbox_file_are_counted_from_one() {
    let mailbox = "From a@x.example Mon Jul 20 09:31:07 2020\nMessage-ID: <1@x.example>\n\ntext\nFrom here on: text\n\
                   \nFrom b@x.example Mon Jul 20 09:32:07 2020\nMessage-Id: <2@x.example>\n\n\n";
    assert_eq!(number(mailbox, "1@x.example"), Some(1));
    assert_eq!(number(mailbox, "2@x.example"), Some(2));
    assert_eq!(number(mailbox, "3@x.example"), None);
    assert_eq!(number("Message-ID: <1@x.example>\n\n", "1@x.example"), None);
}
