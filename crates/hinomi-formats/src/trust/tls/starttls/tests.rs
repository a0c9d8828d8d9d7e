//! Dialogs with servers that say yes, no, or more than they were asked.

use super::*;

/// Runs a dialog: `server` is what it says after the client opened, and after each thing the client sends. Expected is
/// what the client said, and how it ended.
#[track_caller]
fn check(protocol: Protocol, server: &[&[u8]], sent: &[&[u8]], expected: &Said) {
    for size in [1, 3, 4096] {
        let mut dialog = Dialog::new(protocol, "mail.example");
        let mut said: Vec<Vec<u8>> = dialog.open().into_iter().collect();
        let mut end = Said::More;
        for piece in server.iter().flat_map(|answer| answer.chunks(size)) {
            match dialog.heard(piece) {
                Said::More => {}
                Said::Send(bytes) => said.push(bytes),
                other => {
                    end = other;
                    break;
                }
            }
        }
        // Cut into pieces, what was injected comes when TLS has already begun.
        if size == 4096 || end != Said::Ready(Vec::new()) {
            assert_eq!(end, *expected, "in pieces of {size}");
        }
        assert_eq!(said, sent.iter().map(|bytes| bytes.to_vec()).collect::<Vec<_>>(), "in pieces of {size}");
    }
}

const READY: Said = Said::Ready(Vec::new());

fn refused(words: &str) -> Said {
    Said::Failed(Refusal::Refused(words.to_owned()))
}

fn stranger(words: &str) -> Said {
    Said::Failed(Refusal::Stranger(words.to_owned()))
}

const EHLO: &[u8] = b"EHLO [127.0.0.1]\r\n";
const STARTTLS: &[u8] = b"STARTTLS\r\n";

#[test]
fn smtp() {
    let greeting: &[u8] = b"220-mail.example\r\n220 ESMTP\r\n";
    let offers: &[u8] = b"250-mail.example\r\n250-PIPELINING\r\n250-starttls\r\n250 SIZE 10\r\n";
    check(Protocol::Smtp, &[greeting, offers, b"220 go\r\n"], &[EHLO, STARTTLS], &READY);
    check(Protocol::Smtp, &[greeting, b"250-x\r\n250 SIZE\r\n"], &[EHLO], &Said::Failed(Refusal::NotOffered));
    check(
        Protocol::Smtp,
        &[greeting, offers, b"454 not now\r\n"],
        &[EHLO, STARTTLS],
        &refused("454 not now"),
    );
    check(Protocol::Smtp, &[b"554 no\x1b[2J\r\n"], &[], &refused("554 no [2J"));
    check(Protocol::Smtp, &[b"SSH-2.0-x\r\n"], &[], &stranger("SSH-2.0-x"));
    let injected = &[greeting, offers, b"220 go\r\n250 injected\r\n"];
    check(Protocol::Smtp, injected, &[EHLO, STARTTLS], &Said::Failed(Refusal::Injected));
}

#[test]
fn imap_pop3_ftp() {
    let imap: &[u8] = b"a1 STARTTLS\r\n";
    check(Protocol::Imap, &[b"* OK ready\r\n", b"* CAPABILITY X\r\na1 OK go\r\n"], &[imap], &READY);
    check(Protocol::Imap, &[b"* OK ready\r\n", b"a1 BAD what\r\n"], &[imap], &refused("a1 BAD what"));
    check(Protocol::Imap, &[b"* BYE full\r\n"], &[], &refused("* BYE full"));
    check(Protocol::Pop3, &[b"+OK <1@x>\r\n", b"+OK begin\r\n"], &[b"STLS\r\n"], &READY);
    check(Protocol::Pop3, &[b"+OK\r\n", b"-ERR no\r\n"], &[b"STLS\r\n"], &refused("-ERR no"));
    let ftp: &[u8] = b"AUTH TLS\r\n";
    check(Protocol::Ftp, &[b"220-Hi\r\n 250 text\r\n220 ok\r\n", b"234 go\r\n"], &[ftp], &READY);
    check(Protocol::Ftp, &[b"220 ok\r\n", b"530 no\r\n"], &[ftp], &refused("530 no"));
}

#[test]
fn ldap() {
    let request: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
    let yes: &[u8] = &[0x30, 0x84, 0, 0, 0, 12, 2, 1, 1, 0x78, 7, 10, 1, 0, 4, 0, 4, 0];
    check(Protocol::Ldap, &[yes], &[request], &READY);
    let no: &[u8] = &[0x30, 14, 2, 1, 1, 0x78, 9, 10, 1, 2, 4, 0, 4, 2, b'n', b'o'];
    check(Protocol::Ldap, &[no], &[request], &refused("result 2 no"));
    check(Protocol::Ldap, &[&[yes, b"x"].concat()], &[request], &Said::Failed(Refusal::Injected));
}

#[test]
fn postgres() {
    let request: &[u8] = &[0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F];
    check(Protocol::Postgres, &[b"S"], &[request], &READY);
    check(Protocol::Postgres, &[b"N"], &[request], &Said::Failed(Refusal::NotOffered));
    check(Protocol::Postgres, &[b"SR\0\0\0\x08"], &[request], &Said::Failed(Refusal::Injected));
}

#[test]
fn mysql() {
    let greeting = |capabilities: [u8; 2]| {
        let body = [b"\x0a8.0\0\x01\0\0\0saltsalt\0".as_slice(), &capabilities, &[33]].concat();
        [&[u8::try_from(body.len()).unwrap(), 0, 0, 0][..], &body].concat()
    };
    let mut request = vec![32, 0, 0, 1, 0x01, 0x8A, 0, 0, 0, 0, 0, 1, 33];
    request.resize(36, 0);
    check(Protocol::Mysql, &[&greeting([0xFF, 0xFF])], &[], &Said::Ready(request));
    check(Protocol::Mysql, &[&greeting([0xFF, 0xF7])], &[], &Said::Failed(Refusal::NotOffered));
    check(Protocol::Mysql, &[b"\x09\0\0\0\xff\x69\x04Host x"], &[], &refused("Host x"));
}

#[test]
fn xmpp() {
    let sent: &[u8] = b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
        xmlns:stream='http://etherx.jabber.org/streams' to='mail.example' version='1.0'>";
    let ask: &[u8] = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    let offers: &[u8] =
        b"<?xml version='1.0'?><stream:stream><stream:features><starttls xmlns='u'/></stream:features>";
    check(Protocol::Xmpp, &[offers, b"<proceed xmlns='u'/>"], &[sent, ask], &READY);
    check(
        Protocol::Xmpp,
        &[offers, b"<proceed xmlns='u'/><x/>"],
        &[sent, ask],
        &Said::Failed(Refusal::Injected),
    );
    let none: &[u8] = b"<stream:stream><stream:features></stream:features>";
    check(Protocol::Xmpp, &[none], &[sent], &Said::Failed(Refusal::NotOffered));
}

#[test]
fn rdp() {
    let request: &[u8] = &[3, 0, 0, 19, 14, 0xE0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0];
    let answer =
        |kind: u8, value: u8| vec![3, 0, 0, 19, 14, 0xD0, 0, 0, 0, 0, 0, kind, 0, 8, 0, value, 0, 0, 0];
    check(Protocol::Rdp, &[&answer(2, 1)], &[request], &READY);
    check(Protocol::Rdp, &[&answer(3, 5)], &[request], &refused("failure 5"));
    check(
        Protocol::Rdp,
        &[&[3, 0, 0, 11, 6, 0xD0, 0, 0, 0, 0, 0]],
        &[request],
        &Said::Failed(Refusal::NotOffered),
    );
}

#[test]
fn a_server_that_talks_without_end_is_left() {
    let mut dialog = Dialog::new(Protocol::Smtp, "mail.example");
    let last = (0..2_000).map(|_| dialog.heard(b"220-more\r\n")).find(|said| *said != Said::More);
    assert_eq!(last, Some(Said::Failed(Refusal::TooLong)));
}
