//! What a macro can read while it runs: the text of controls, properties, variables, shapes and cells of its
//! document. Droppers keep their commands there, out of the source.

mod activex;
mod collector;
mod drawings;
mod flat;
mod forms;
mod oforms;
mod old;
mod parts;
mod properties;
mod shapes;
mod story;
#[cfg(test)]
mod tests;

use super::Workbook;
use crate::{Budget, Limits, Parsed};
use collector::Collector;

/// Reads the texts around the macros of a document, at most [`Limits::text_bytes_max`] of them. A file that is no
/// document has none; one that is encrypted is opened with the programs' own passwords, and any other has to be
/// [unlocked](super::unlock) before. [`Surroundings::workbook`] stays empty: cells have a reader of their own.
/// `code_only`: parts that [hold nothing but code](super::VbaProject::code_only), which are not unpacked again.
pub fn surroundings(
    bytes: &[u8],
    code_only: &[String],
    limits: &Limits,
    budget: &mut Budget,
) -> Parsed<Surroundings> {
    let unlocked = super::unlock(bytes, &[], limits, budget).value;
    let bytes = unlocked.as_ref().map_or(bytes, |unlocked| &unlocked.bytes);
    let mut collector = Collector::new(limits, budget);
    if super::looks_like_ole(bytes) {
        old::read(bytes, "", &mut collector, limits.depth_max);
    } else if !parts::read(bytes, code_only, &mut collector) && !flat::read(bytes, &mut collector) {
        old::read_active_mime(bytes, &mut collector);
    }
    collector.finish()
}

/// Everything around the macros of one document that their code can ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// The texts, in the order found.
    pub texts: Vec<HeldText>,
    /// The sheets, names and cells of a workbook.
    pub workbook: Option<Workbook>,
}

/// One text that code can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldText {
    /// Who holds it, as code names the holder.
    pub holder: Holder,
    /// The property it is read by, lower case: `text`, `value`, `caption`, `tag`, `controltiptext`, `groupname`,
    /// `alternativetext`, `name`, `title`, `controlsource`, `rowsource`. What a text box shows is its `value`; `text`
    /// reads the same there, and stands for the text inside a shape. Every control has its `name`, so that
    /// `Controls(2)` can be told even when it holds nothing. Empty where the holder has only one text.
    pub property: String,
    /// The text itself.
    pub text: String,
    /// Where it stands in the file: a stream path or a part name.
    pub place: String,
}

/// Who holds a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A control of a form, or the form itself when `control` is empty.
    Control {
        /// Module name of the form or document.
        form: String,
        /// The control's own name.
        control: String,
        /// Where it stands among the form's controls, from 0: `Controls(2)`.
        index: usize,
    },
    /// A page of a multi-page control or a tab.
    Page {
        /// Module name of the form.
        form: String,
        /// The control that has the pages.
        control: String,
        /// From 0.
        index: usize,
    },
    /// A built-in or custom document property, by its name in VBA (`Comments`, `Keywords`, `Subject` …).
    Property(String),
    /// A document variable (`ActiveDocument.Variables`).
    Variable(String),
    /// A drawing shape or picture.
    Shape {
        /// Its name.
        name: String,
        /// Where it stands, from 1: `Shapes(1)`.
        index: usize,
    },
    /// A comment of a document or a cell; the number counts from 1.
    Comment(usize),
    /// A bookmark or content control, by name or tag.
    Bookmark(String),
    /// A paragraph of the main text, from 1: `Paragraphs(1)`.
    Paragraph(usize),
}
