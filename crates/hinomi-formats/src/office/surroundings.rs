//! What a macro can read while it runs: the text of controls, properties, variables, shapes and cells of its
//! document. Droppers keep their commands there, out of the source.

use super::Workbook;

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
    /// `alternativetext`, `name`, `title`. Empty where the holder has only one text.
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
