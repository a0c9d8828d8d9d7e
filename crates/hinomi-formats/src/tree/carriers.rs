//! Opening what carries files without being an archive: RTF.

use super::Content;
use super::open::{Child, Opener};
use crate::office::Document;
use crate::{rtf, script};

impl Opener<'_> {
    /// Word opens RTF whatever its name says.
    pub(super) fn rtf(&mut self, bytes: &[u8]) -> Content {
        let read = rtf::read(bytes, self.limits, self.budget).take(self.problems);
        let (document, surveys) = rtf::document(read, self.limits, self.problems);
        self.carrier(document, surveys)
    }

    /// A document whose embedded files become children.
    fn carrier(&mut self, mut document: Document, surveys: Vec<script::Survey>) -> Content {
        for embedded in &mut document.embedded {
            let name = embedded.name.clone().unwrap_or_default();
            self.children.push(Child {
                place: if name.is_empty() { embedded.path.clone() } else { name.clone() },
                name,
                media_type: String::new(),
                bytes: std::mem::take(&mut embedded.bytes),
                partly: false,
            });
        }
        Content::Document(Box::new(document), surveys)
    }
}
