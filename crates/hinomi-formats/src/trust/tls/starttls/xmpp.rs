//! XMPP: a stream of XML; only the few stanzas before TLS are looked for.

use super::{Dialog, Refusal, Said, words};
use memchr::memmem::find;

/// Opens a stream to a host.
pub(super) fn stream(name: &str, is_server: bool) -> Vec<u8> {
    let kind = if is_server { "server" } else { "client" };
    // A host name needs no escaping; what is none is left out.
    let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':'));
    let to = if is_plain && !name.is_empty() { format!(" to='{name}'") } else { String::new() };
    format!(
        "<?xml version='1.0'?><stream:stream xmlns='jabber:{kind}' \
         xmlns:stream='http://etherx.jabber.org/streams'{to} version='1.0'>"
    )
    .into_bytes()
}

const REQUEST: &[u8] = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

impl Dialog {
    pub(super) fn stanzas(&mut self) -> Said {
        let heard = &self.heard;
        if !heard.trim_ascii_start().starts_with(b"<") && !heard.is_empty() {
            return Said::Failed(Refusal::Stranger(words(heard)));
        }
        if find(heard, b"</stream:stream>").is_some() || find(heard, b"<failure").is_some() {
            return Said::Failed(Refusal::Refused(words(heard)));
        }
        if self.step == 0 {
            let ends = find(heard, b"</stream:features>").or_else(|| find(heard, b"<stream:features/>"));
            if ends.is_none() {
                return Said::More;
            }
            if find(heard, b"<starttls").is_none() {
                return Said::Failed(Refusal::NotOffered);
            }
            self.step = 1;
            self.heard.clear();
            return Said::Send(REQUEST.to_vec());
        }
        let Some(at) = find(heard, b"<proceed") else { return Said::More };
        let Some(length) = heard.get(at..).and_then(|rest| memchr::memchr(b'>', rest)) else {
            return Said::More;
        };
        let behind = heard.get(at.saturating_add(length).saturating_add(1)..).unwrap_or_default();
        match behind.trim_ascii() {
            b"" | b"</proceed>" => Said::Ready(Vec::new()),
            _ => Said::Failed(Refusal::Injected),
        }
    }
}
