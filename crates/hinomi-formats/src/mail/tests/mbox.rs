//! mbox files, whole and in chunks.

use super::*;

/// The messages, whatever the chunks.
#[track_caller]
fn check(file: &str, messages: &[&str]) {
    let bytes = file.as_bytes();
    for size in [1, 2, 3, 7, 16, bytes.len().max(1)] {
        let (mut splitter, mut ranges) = (MboxSplitter::new(), Vec::new());
        for chunk in bytes.chunks(size) {
            splitter.push(chunk, &mut ranges);
        }
        splitter.finish(&mut ranges);
        let found: Vec<&str> = ranges
            .iter()
            .map(|r| file.get(r.start as usize..r.end as usize).expect("a range within the file"))
            .collect();
        assert_eq!(found, messages, "in chunks of {size}");
    }
}

const LINE: &str = "From a@a.example Thu Jul 23 09:15:00 2020\n";

#[test]
fn messages_without_their_from_lines() {
    check(
        &format!("{LINE}Subject: a\n\nbody\n\n{LINE}Subject: b\n\nx"),
        &["Subject: a\n\nbody\n", "Subject: b\n\nx"],
    );
    check(&format!("{LINE}a: b\r\n\r\nx\r\n\r\n{LINE}c: d\r\n"), &["a: b\r\n\r\nx\r\n", "c: d\r\n"]);
    check(&format!("\u{FEFF}{LINE}a"), &["a"]);
    check(LINE, &[""]);
    check("", &[]);
}

#[test]
fn lines_that_only_start_like_one_do_not_split() {
    let body = "a: b\n\nFrom here on it is text\n\nFrom: x\n\nFrom me to you in Jul\n>From a@a.example Thu Jul 23 09:15:00 2020\ntext\nFrom a@a.example Thu Jul 23 09:15:00 2020\n";
    check(&format!("{LINE}{body}"), &[body]);
    check("Subject: no mbox\n\nFrom a@a.example Thu Jul 23 09:15:00 2020\n", &[]);
}

#[test]
fn envelopes_of_many_programs() {
    for line in [
        "From MAILER-DAEMON Thu Jul 23 09:15:00 2020",
        "From - Thu Jul 23 09:15:00 2020",
        "From a@a.example  Thu Jul  3 09:15:00 2020",
        "From a@a.example Thu Jul 23 09:15 2020",
        "From a@a.example Thu Jul 23 09:15:00 2020 +0900",
        "From a@a.example Thu, 23 Jul 2020 09:15:00 +0900",
        "From \"a b\"@a.example Thu Jul 23 09:15:00 JST 2020\r",
        "From 1234567890@xxx Thu Jul 23 00:15:00 +0000 2020",
    ] {
        check(&format!("{LINE}a\n\n{line}\nb\n"), &["a\n", "b\n"]);
        assert!(looks_like_mbox(format!("{line}\nb").as_bytes()), "{line}");
    }
    assert!(!looks_like_mbox(b"From here on\n"));
    assert!(!looks_like_mbox(b""));
}

#[test]
fn a_line_without_end_takes_no_memory() {
    let (mut splitter, mut ranges) = (MboxSplitter::new(), Vec::new());
    splitter.push(LINE.as_bytes(), &mut ranges);
    for _ in 0..100 {
        splitter.push(&[b'x'; 10_000], &mut ranges);
    }
    splitter.finish(&mut ranges);
    let start = LINE.len() as u64;
    assert_eq!(ranges, vec![start..start + 1_000_000; 1]);
}
