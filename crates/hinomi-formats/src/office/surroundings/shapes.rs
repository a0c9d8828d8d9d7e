//! Shapes in XML: DrawingML of all three programs (ECMA-376-1, 20.1.2.2.8), and the older VML (ECMA-376-4, 14).

use super::super::ooxml::xml::{self, Element};
use super::{Collector, Holder};

/// Keeps the shapes of a part that holds nothing else: a drawing, a slide, a VML drawing.
pub(super) fn read(part: &[u8], place: &str, collector: &mut Collector<'_>) {
    let mut shapes = Shapes::new(place);
    let mut box_text = String::new();
    let mut boxes = 0_usize;
    for tag in xml::tags(part) {
        match tag.name {
            // VML: any HTML may stand in a text box.
            b"textbox" if tag.side != xml::Side::Empty => {
                boxes = if tag.begins() { boxes + 1 } else { boxes.saturating_sub(1) };
                if boxes == 0 {
                    shapes.text(&std::mem::take(&mut box_text));
                }
            }
            b"t" if tag.begins() => shapes.text(&tag.text()),
            b"p" if tag.side == xml::Side::End => shapes.end_paragraph(),
            _ => shapes.take(&tag, collector),
        }
        if boxes > 0 {
            box_text.push_str(tag.text().trim_matches(['\r', '\n']));
        }
        if collector.is_full() {
            return;
        }
    }
    shapes.flush(collector);
}

/// Shapes of one part, as their tags come by.
#[derive(Default)]
pub(super) struct Shapes<'p> {
    place: &'p str,
    index: usize,
    name: String,
    /// Property and text of the last shape that began.
    texts: Vec<(&'static str, String)>,
    inside: String,
    /// A paragraph of the text inside ended; more may follow.
    is_behind_paragraph: bool,
}

impl<'p> Shapes<'p> {
    pub(super) fn new(place: &'p str) -> Self {
        Self { place, ..Self::default() }
    }

    /// Looks at a tag, which may begin a shape.
    pub(super) fn take(&mut self, tag: &Element<'_>, collector: &mut Collector<'_>) {
        if !tag.begins() {
            return;
        }
        let attributes: &[(&str, &'static str)] = match tag.name {
            b"docPr" | b"cNvPr" => &[("name", "name"), ("descr", "alternativetext"), ("title", "title")],
            b"shape" | b"rect" | b"roundrect" | b"oval" | b"line" | b"polyline" | b"group" | b"image" => {
                &[("id", "name"), ("alt", "alternativetext"), ("title", "title")]
            }
            // WordArt and the picture of a VML shape.
            b"textpath" => &[("string", "text")],
            b"imagedata" => &[("title", "title")],
            _ => return,
        };
        let begins_shape = !matches!(tag.name, b"textpath" | b"imagedata");
        if begins_shape {
            self.flush(collector);
            self.index += 1;
        }
        for (attribute, property) in attributes {
            let Some(text) = tag.attribute(attribute).filter(|text| !text.is_empty()) else { continue };
            if *property == "name" {
                self.name.clone_from(&text);
            }
            self.texts.push((property, text));
        }
    }

    /// Adds text that stands inside the shape.
    pub(super) fn text(&mut self, text: &str) {
        if self.is_behind_paragraph && !self.inside.is_empty() {
            self.inside.push('\r');
        }
        self.is_behind_paragraph = false;
        self.inside.push_str(text);
    }

    fn end_paragraph(&mut self) {
        self.is_behind_paragraph = true;
    }

    /// Keeps the last shape.
    pub(super) fn flush(&mut self, collector: &mut Collector<'_>) {
        let inside = std::mem::take(&mut self.inside);
        let name = std::mem::take(&mut self.name);
        self.is_behind_paragraph = false;
        let mut texts = std::mem::take(&mut self.texts);
        if !inside.is_empty() {
            texts.push(("text", inside));
        }
        for (property, text) in texts {
            let holder = Holder::Shape { name: name.clone(), index: self.index };
            collector.hold(holder, property, &text, self.place);
        }
    }
}
