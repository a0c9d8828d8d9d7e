//! Dialogs by the line: SMTP, IMAP, POP3, FTP.

use super::{Dialog, Protocol, Refusal, Said, words};

/// The literal of an address: a name would have to be ours, and true (RFC 5321 section 4.1.3).
const EHLO: &[u8] = b"EHLO [127.0.0.1]\r\n";

/// One whole answer: its last line, and whether any line offers STARTTLS.
struct Answer {
    last: Vec<u8>,
    offers: bool,
    /// Bytes that came behind it.
    behind: bool,
}

impl Dialog {
    pub(super) fn lines(&mut self) -> Said {
        let Some(answer) = self.answer() else { return Said::More };
        // Who speaks on without being asked speaks before TLS; only greetings may come with more.
        let go = |code: &[u8]| answer.last.starts_with(code);
        let refused = || Said::Failed(Refusal::Refused(words(&answer.last)));
        let greeting: &[u8] = match self.protocol {
            Protocol::Imap => b"* OK",
            Protocol::Pop3 => b"+OK",
            _ => b"220",
        };
        self.step = self.step.saturating_add(1);
        match (self.protocol, self.step) {
            (_, 1) if !go(greeting) => self.not_greeted(&answer),
            (Protocol::Smtp, 1) => Said::Send(EHLO.to_vec()),
            (Protocol::Smtp, 2) if !go(b"250") => refused(),
            (Protocol::Smtp, 2) if !answer.offers => Said::Failed(Refusal::NotOffered),
            (Protocol::Smtp, 2) => Said::Send(b"STARTTLS\r\n".to_vec()),
            (Protocol::Imap, 1) => Said::Send(b"a1 STARTTLS\r\n".to_vec()),
            (Protocol::Pop3, 1) => Said::Send(b"STLS\r\n".to_vec()),
            (Protocol::Ftp, 1) => Said::Send(b"AUTH TLS\r\n".to_vec()),
            (protocol, _) => {
                let wanted: &[u8] = match protocol {
                    Protocol::Smtp => b"220",
                    Protocol::Imap => b"a1 OK",
                    Protocol::Pop3 => b"+OK",
                    _ => b"234",
                };
                match go(wanted) {
                    true if answer.behind => Said::Failed(Refusal::Injected),
                    true => Said::Ready(Vec::new()),
                    false => refused(),
                }
            }
        }
    }

    fn not_greeted(&self, answer: &Answer) -> Said {
        let speaks = match self.protocol {
            Protocol::Imap => answer.last.starts_with(b"* "),
            Protocol::Pop3 => answer.last.starts_with(b"-ERR"),
            _ => answer.last.first().is_some_and(u8::is_ascii_digit),
        };
        let text = words(&answer.last);
        Said::Failed(if speaks { Refusal::Refused(text) } else { Refusal::Stranger(text) })
    }

    /// Takes one answer off what was heard, once its last line is whole.
    fn answer(&mut self) -> Option<Answer> {
        let (mut from, mut offers) = (0, false);
        loop {
            let rest = self.heard.get(from..)?;
            let length = memchr::memchr(b'\n', rest)?;
            let line = rest.get(..length).unwrap_or_default().trim_ascii_end().to_vec();
            from = from.saturating_add(length).saturating_add(1);
            let word = line.get(4..).unwrap_or_default();
            offers |= word.eq_ignore_ascii_case(b"STARTTLS");
            if self.is_last(&line) {
                self.heard.drain(..from);
                return Some(Answer { last: line, offers, behind: !self.heard.is_empty() });
            }
        }
    }

    /// SMTP and FTP go on after `250-`, IMAP until its tag.
    fn is_last(&self, line: &[u8]) -> bool {
        match self.protocol {
            Protocol::Imap => self.step == 0 || !line.starts_with(b"* "),
            Protocol::Smtp => line.get(3) != Some(&b'-') || !line.iter().take(3).all(u8::is_ascii_digit),
            // RFC 959: text between the first line and the one with the same number and a space
            Protocol::Ftp => {
                line.len() >= 3 && line.iter().take(3).all(u8::is_ascii_digit) && line.get(3) != Some(&b'-')
            }
            _ => true,
        }
    }
}
