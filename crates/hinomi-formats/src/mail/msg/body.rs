//! The body of an Outlook message: plain text, HTML, and RTF that may hold the HTML.

use super::{Reader, id, properties::Properties};
use crate::mail::{Part, html};
use crate::{Problem, rtf, text};

/// Property ids (MS-OXPROPS): plain text, packed RTF, HTML.
const BODY: u16 = 0x1000;
const RTF: u16 = 0x1009;
const HTML: u16 = 0x1013;

impl Reader<'_, '_, '_> {
    /// Plain text and HTML are both read, since they may differ; RTF only tells what those do not.
    pub(super) fn body(&mut self, own: &Properties<'_, '_>) {
        if let Some(plain) = self.text(own, BODY) {
            self.add_text(&plain);
        }
        let html = self.html(own);
        if let Some(source) = &html {
            self.add_html(source);
        }
        let Some(packed) = own.binary(RTF, self.budget, &mut self.problems) else { return };
        let unpacked = rtf::unpack(&packed, "body", self.budget, &mut self.problems);
        if !rtf::looks_like_rtf(&unpacked) {
            return;
        }
        let read = rtf::read(&unpacked, self.limits, self.budget).take(&mut self.problems);
        match html {
            None if read.is_html => self.add_html(&read.text),
            None if self.mail.text.is_empty() => self.add_text(&read.text),
            _ => {}
        }
        for object in read.objects.into_iter().filter(|object| !object.bytes.is_empty()) {
            let path = format!("body.{}", self.mail.parts.len().saturating_add(1));
            let media_type = "application/octet-stream".to_owned();
            self.mail.parts.push(Part {
                path,
                name: object.name,
                media_type,
                attachment: true,
                bytes: object.bytes,
            });
        }
    }

    /// HTML is kept as bytes with a code page, or as a string.
    fn html(&mut self, own: &Properties<'_, '_>) -> Option<String> {
        let Some(raw) = own.binary(HTML, self.budget, &mut self.problems) else {
            return self.text(own, HTML);
        };
        let label = html::declared_charset(&raw).or_else(|| {
            let page = own.integer(id::INTERNET_CODE_PAGE).or(self.pages.page).or(self.pages.local);
            page.map(text::pages::label)
        });
        let raw = raw.get(..self.limits.text_bytes_max).unwrap_or(&raw);
        Some(text::decode(label.as_deref(), raw)).filter(|source| !source.trim().is_empty())
    }

    fn add_html(&mut self, source: &str) {
        let text = html::read(source, self.limits, &mut self.mail.links, &mut self.problems, "body");
        self.add_text(&text);
    }

    /// Adds to the text of the message, as far as it has room.
    fn add_text(&mut self, text: &str) {
        if !self.mail.add_text(text, self.limits.text_bytes_max) {
            self.problems.push(Problem::limit("body", "text_bytes_max", self.limits.text_bytes_max as u64));
        }
    }
}
