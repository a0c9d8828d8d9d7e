//! The client against a browser of our own making: what it says, in which order, and what it says wrong.

use super::*;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, pipe};

const SOON: Duration = Duration::from_secs(20);
const BYTES_MAX: usize = 4096;

/// The far end: what is read from it are commands, what is written to it is taken for a browser's.
struct Far {
    commands: BufReader<PipeReader>,
    answers: PipeWriter,
}

impl Far {
    fn say(&mut self, message: &str) {
        self.answers.write_all(message.as_bytes()).unwrap();
        self.answers.write_all(&[0]).unwrap();
    }

    fn hear(&mut self) -> Value {
        let mut command = Vec::new();
        self.commands.read_until(0, &mut command).unwrap();
        assert_eq!(command.pop(), Some(0));
        serde_json::from_slice(&command).unwrap()
    }
}

fn both() -> (Peer, Far) {
    let (reader, answers) = pipe().unwrap();
    let (commands, writer) = pipe().unwrap();
    (Peer::with_limit(reader, writer, BYTES_MAX), Far { commands: BufReader::new(commands), answers })
}

fn next(peer: &mut Peer) -> Told {
    peer.next(Instant::now() + SOON).unwrap().expect("an event")
}

#[test]
fn an_answer_is_found_among_events_and_these_come_later_in_their_order() {
    let (mut peer, mut far) = both();
    far.say(r#"{"method":"A.first","params":{"n":1},"sessionId":"S1"}"#);
    far.say(r#"{"id":77,"result":{"of":"nobody"}}"#);
    far.say(r#"{"method":"A.second","params":{"n":2}}"#);
    far.say(r#"{"id":1,"result":{"targetId":"T"},"sessionId":"S9"}"#);
    let answer = peer.call(Some("S9"), "Target.createTarget", json!({ "url": "about:blank" }), SOON).unwrap();
    assert_eq!(answer, json!({ "targetId": "T" }));
    let sent = json!({ "id": 1, "method": "Target.createTarget", "params": { "url": "about:blank" }, "sessionId": "S9" });
    assert_eq!(far.hear(), sent);
    let first = next(&mut peer);
    assert_eq!((first.session.as_deref(), first.method.as_str()), (Some("S1"), "A.first"));
    assert_eq!(first.params, json!({ "n": 1 }));
    let second = next(&mut peer);
    assert_eq!((second.session, second.method.as_str()), (None, "A.second"));
    assert_eq!(peer.next(Instant::now()), Ok(None));
    assert_eq!(peer.take_lost(), 0);
}

#[test]
fn a_text_of_megabytes_is_cut_before_it_is_held() {
    let (reader, mut writer) = pipe().unwrap();
    let (_, away) = pipe().unwrap();
    let mut peer = Peer::new(reader, away);
    let url = format!("http://127.0.0.1/{}", "あ".repeat(1 << 20));
    let told = json!({ "method": "A.asked", "params": { "list": [{ "url": url }], "short": "x" } });
    thread::spawn(move || writer.write_all(format!("{told}\0").as_bytes()));
    let params = next(&mut peer).params;
    let held = params["list"][0]["url"].as_str().unwrap();
    assert!(held.len() <= 16 << 10 && held.starts_with("http://127.0.0.1/あ"), "{} bytes", held.len());
    assert_eq!((&params["short"], peer.take_lost()), (&json!("x"), 0));
}

#[test]
fn a_refusal_names_the_command_and_the_reason() {
    let (mut peer, mut far) = both();
    far.say(r#"{"id":1,"error":{"code":-32000,"message":"No target"}}"#);
    let error = peer.call(None, "Page.navigate", json!({}), SOON).unwrap_err();
    assert_eq!(error.to_string(), "have Page.navigate done by the browser: No target");
}

#[test]
fn what_is_no_message_is_counted_and_passed_over() {
    let (mut peer, mut far) = both();
    far.say("not json");
    far.say("");
    far.say(&format!(r#"{{"method":"A.long","params":"{}"}}"#, "x".repeat(BYTES_MAX)));
    far.say("[1,2]");
    far.say(r#"{"method":5}"#);
    far.say(&"[".repeat(1000));
    far.say(r#"{"method":"A.whole"}"#);
    assert_eq!(next(&mut peer), Told { session: None, method: "A.whole".to_owned(), params: Value::Null });
    assert_eq!(peer.take_lost(), 4);
}

#[test]
fn a_message_in_pieces_is_one() {
    let (mut peer, mut far) = both();
    for piece in [r#"{"meth"#, r#"od":"A."#, "whole\"}\0{\"method\":\"B\"}"] {
        far.answers.write_all(piece.as_bytes()).unwrap();
        far.answers.flush().unwrap();
    }
    far.answers.write_all(&[0]).unwrap();
    assert_eq!(next(&mut peer).method, "A.whole");
    assert_eq!(next(&mut peer).method, "B");
}

#[test]
fn a_browser_that_ends_is_told_at_once() {
    let (mut peer, far) = both();
    drop(far);
    assert_eq!(peer.call(None, "Browser.getVersion", json!({}), SOON), Err(CdpError::Gone));
    assert_eq!(peer.next(Instant::now() + SOON), Err(CdpError::Gone));
}

#[test]
fn a_browser_that_never_answers_is_not_waited_for() {
    let (mut peer, _far) = both();
    let limit = Duration::from_millis(30);
    let error = peer.call(None, "Browser.getVersion", json!({}), limit).unwrap_err();
    assert_eq!(error, CdpError::TimedOut { method: "Browser.getVersion", limit });
}

#[test]
fn a_browser_that_no_longer_reads_does_not_stop_us() {
    let (mut peer, _far) = both();
    let long = "x".repeat(1 << 12);
    let sent =
        (0..2 * COMMANDS_MAX).try_for_each(|_| peer.send(None, "A.b", json!({ "x": long })).map(|_| ()));
    assert_eq!(sent, Err(CdpError::Gone));
}
