//! The text of a WordprocessingML part: paragraphs, and which of their text bookmarks, content controls and text
//! boxes hold (ECMA-376-1, 17.3, 17.5.2, 17.13.6).

use super::super::ooxml::xml::{self, Element};
use super::shapes::Shapes;
use super::{Collector, Holder};
use std::collections::HashMap;

/// Keeps what a part holds; its paragraphs only when it is the main part.
pub(super) fn read(part: &[u8], place: &str, is_main: bool, collector: &mut Collector<'_>) {
    let mut story = Story { place, shapes: Shapes::new(place), ..Story::default() };
    for tag in xml::tags(part) {
        story.take(&tag, collector);
        if collector.is_full() {
            return;
        }
    }
    story.shapes.flush(collector);
    if !is_main {
        return;
    }
    for (at, paragraph) in story.main.trim_end_matches('\r').split('\r').enumerate() {
        collector.hold(Holder::Paragraph(at + 1), "", paragraph, place);
        if collector.is_full() {
            break;
        }
    }
}

/// What is open at one point of a part.
#[derive(Default)]
struct Story<'p> {
    place: &'p str,
    shapes: Shapes<'p>,
    main: String,
    /// The text of each text box that is open.
    boxes: Vec<String>,
    /// Bookmarks that are open: name, depth of the text, where they start in it.
    bookmarks: HashMap<String, (String, usize, usize)>,
    /// Content controls that are open.
    controls: Vec<Control>,
    /// Text boxes stand twice, for programs that know the newer way to write them and for others.
    fallbacks: usize,
}

/// A content control that is open.
struct Control {
    names: Vec<String>,
    depth: usize,
    start: usize,
}

impl Story<'_> {
    fn take(&mut self, tag: &Element<'_>, collector: &mut Collector<'_>) {
        match tag.name {
            b"Fallback" if tag.begins() != tag.ends() => {
                self.fallbacks =
                    if tag.begins() { self.fallbacks + 1 } else { self.fallbacks.saturating_sub(1) };
            }
            _ if self.fallbacks > 0 => {}
            b"bookmarkStart" if tag.begins() => {
                let id = tag.attribute("id").unwrap_or_default();
                let name = tag.attribute("name").unwrap_or_default();
                let (depth, start) = self.position();
                self.bookmarks.insert(id, (name, depth, start));
            }
            b"bookmarkEnd" if tag.begins() => {
                let id = tag.attribute("id").unwrap_or_default();
                let Some((name, depth, start)) = self.bookmarks.remove(&id) else { return };
                self.mark(&name, depth, start, collector);
            }
            b"sdt" | b"alias" | b"tag" => self.content_control(tag, collector),
            b"txbxContent" if tag.begins() != tag.ends() => {
                if tag.begins() {
                    self.boxes.push(String::new());
                } else if let Some(inside) = self.boxes.pop() {
                    self.shapes.text(inside.trim_end_matches('\r'));
                }
            }
            _ => {
                self.shapes.take(tag, collector);
                self.letters(tag);
            }
        }
    }

    /// Adds what a tag gives to the text.
    fn letters(&mut self, tag: &Element<'_>) {
        match tag.name {
            b"t" if tag.begins() => {
                let text = tag.text();
                self.text().push_str(&text);
            }
            // A tab stop has attributes, a tab has none.
            b"tab" if tag.begins() && tag.attribute("val").is_none() => self.text().push('\t'),
            b"br" | b"cr" if tag.begins() => self.text().push('\u{B}'),
            b"noBreakHyphen" if tag.begins() => self.text().push('\u{1E}'),
            b"p" if tag.ends() => self.text().push('\r'),
            _ => {}
        }
    }

    fn content_control(&mut self, tag: &Element<'_>, collector: &mut Collector<'_>) {
        match (tag.name, tag.begins()) {
            (b"sdt", true) => {
                let (depth, start) = self.position();
                self.controls.push(Control { names: Vec::new(), depth, start });
            }
            (b"sdt", false) => {
                let Some(control) = self.controls.pop() else { return };
                for name in &control.names {
                    self.mark(name, control.depth, control.start, collector);
                }
            }
            (_, true) => {
                let name = tag.attribute("val").filter(|name| !name.is_empty());
                if let Some(control) = self.controls.last_mut() {
                    control.names.extend(name);
                }
            }
            _ => {}
        }
    }

    /// Keeps the text from a position on under a name.
    fn mark(&self, name: &str, depth: usize, start: usize, collector: &mut Collector<'_>) {
        let text = depth.checked_sub(1).map_or(Some(&self.main), |at| self.boxes.get(at));
        let marked = text.and_then(|text| text.get(start..)).unwrap_or_default();
        collector.hold(Holder::Bookmark(name.to_owned()), "", marked.trim_end_matches('\r'), self.place);
    }

    /// The text that is written to, 0 for the main one, and how long it is.
    fn position(&mut self) -> (usize, usize) {
        (self.boxes.len(), self.text().len())
    }

    /// The text that is written to.
    fn text(&mut self) -> &mut String {
        match self.boxes.last_mut() {
            Some(inside) => inside,
            None => &mut self.main,
        }
    }
}
