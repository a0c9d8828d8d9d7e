//! Heads as servers send them, whole and in pieces.

use super::{HEAD_BYTES_MAX, Head};
use crate::tls::recording::Answered;
use crate::tls::survey::{Known, Why};
use expect_test::{Expect, expect};
use std::fmt::Write;

fn shown(known: &Known<Answered>) -> String {
    match known {
        Known::Seen(answered) => {
            let mut shown = format!("{}\n", answered.status);
            for (name, value) in &answered.headers {
                writeln!(shown, "{name}: {value}").unwrap();
            }
            shown
        }
        Known::Absent => "absent\n".to_owned(),
        Known::Untested(why) => format!("{why}\n"),
    }
}

/// The same in one piece and byte by byte.
#[track_caller]
fn check(answer: &str, expected: &Expect) {
    let whole = Head::default().take(answer.as_bytes());
    let mut head = Head::default();
    let in_pieces = answer.as_bytes().iter().find_map(|byte| head.take(&[*byte]));
    assert_eq!(whole, in_pieces, "however it is cut");
    expected.assert_eq(&whole.as_ref().map_or("more\n".to_owned(), shown));
}

#[test]
fn keeps_what_protects_and_nothing_else() {
    check(
        "HTTP/1.1 200 OK\r\nDate: now\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains\r\n\
         Set-Cookie: session=secret\r\nX-Frame-Options:DENY\r\nserver: nginx\r\n\r\n<html>HTTP/1.1 500 No\r\n\r\n",
        &expect![[r#"
            200
            strict-transport-security: max-age=31536000; includeSubDomains
            x-frame-options: DENY
            server: nginx
        "#]],
    );
}

#[test]
fn each_line_stays_a_line() {
    check(
        "HTTP/1.1 200\r\nStrict-Transport-Security: max-age=1\r\nStrict-Transport-Security: max-age=2\r\n\r\n",
        &expect![[r#"
            200
            strict-transport-security: max-age=1
            strict-transport-security: max-age=2
        "#]],
    );
}

#[test]
fn a_redirection_is_told_without_its_path() {
    let answer = |to: &str| format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\n\r\n");
    for (to, told) in [
        ("https://WWW.reiji.example/login?token=secret", "https://www.reiji.example"),
        ("http://user:secret@reiji.example:8080", "http://reiji.example:8080"),
        ("//cdn.example/x", "//cdn.example"),
        ("/login?token=secret", "/"),
        ("login", "/"),
        ("", "/"),
        ("/next?to=https://other.example/secret", "/"),
        ("https:\\\\reiji.example\\secret", "https://reiji.example"),
    ] {
        let head = Head::default().take(answer(to).as_bytes()).expect("a whole head");
        assert_eq!(shown(&head), format!("302\nlocation: {told}\n"), "{to}");
    }
}

#[test]
fn interim_answers_are_passed_over() {
    check(
        "HTTP/1.1 103 Early Hints\r\nServer: hints\r\n\r\nHTTP/1.1 404 Not Found\r\nServer: end\r\n\r\n",
        &expect![[r#"
            404
            server: end
        "#]],
    );
}

#[test]
fn folded_lines_and_bare_line_feeds_are_read() {
    check(
        "HTTP/1.0 200 OK\nContent-Security-Policy: default-src 'self';\n\tframe-ancestors 'none'\nDate: a\n b\n\n",
        &expect![[r#"
            200
            content-security-policy: default-src 'self'; frame-ancestors 'none'
        "#]],
    );
}

#[test]
fn nothing_moves_a_cursor() {
    check(
        "HTTP/1.1 200 OK\r\nServer: a\u{1b}[2Jb\rc\u{9b}d\r\n\r\n",
        &expect![[r#"
            200
            server: a [2Jb c d
        "#]],
    );
}

#[test]
fn what_is_no_http_is_told_so() {
    let no = expect![[r#"
        the server contradicts the protocol: the answer to a request is not HTTP/1.1
    "#]];
    check("SSH-2.0-x\r\n\r\n", &no);
    check("\0\0\x12\x04\0\0\0\0\0", &no);
    check("HTTP/2 200\r\n\r\n", &no);
    let no = expect![[r#"
        the server contradicts the protocol: the answer has no status
    "#]];
    check("HTTP/1.1 ok\r\n\r\n", &no);
    check("HTTP/1.1 2000\r\n\r\n", &no);
    check("HTTP/1.1 099 x\r\n\r\n", &no);
    check("HTTP/1.1 200 OK\r\nServer: x\r\n", &expect![["more\n"]]);
    check("", &expect![["more\n"]]);
}

#[test]
fn a_head_without_end_is_not_waited_for() {
    let mut head = Head::default();
    assert_eq!(head.take(b"HTTP/1.1 200 OK\r\n"), None);
    let line = b"x-endless: and on and on\r\n";
    let fed = (0..HEAD_BYTES_MAX).find_map(|at| head.take(line).map(|end| (at * line.len(), end)));
    let (bytes, end) = fed.expect("it gives up");
    assert!(bytes < HEAD_BYTES_MAX);
    assert_eq!(end, Known::Untested(Why::Contradicts("the head of the answer has no end".to_owned())));
}

#[test]
fn interim_answers_without_end_are_not_waited_for() {
    let mut head = Head::default();
    let ended = (0..HEAD_BYTES_MAX).find_map(|_| head.take(b"HTTP/1.1 100 Continue\r\n\r\n"));
    assert!(matches!(ended, Some(Known::Untested(_))));
}

#[test]
fn values_and_lines_are_bounded() {
    let long = format!("HTTP/1.1 200 OK\r\nServer: {}\r\n\r\n", "あ".repeat(5_000));
    let Some(Known::Seen(answered)) = Head::default().take(long.as_bytes()) else { panic!("a head") };
    let (_, value) = &answered.headers[0];
    assert!(value.ends_with('…') && value.len() <= (8 << 10) + '…'.len_utf8(), "{}", value.len());

    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "Server: x\r\n".repeat(1_000));
    let Some(Known::Untested(Why::Contradicts(why))) = Head::default().take(many.as_bytes()) else {
        panic!("too many")
    };
    assert_eq!(why, "more header lines than any server needs");
}
