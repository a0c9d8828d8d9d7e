//! Where a document keeps the text that its macro decodes.

use super::{Chance, Container};
use crate::forge::document::{Extras, Page, Property};
use crate::forge::ovba::{Control, ControlKind, Form, Module};

/// A place that code can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Literals of the source.
    Source,
    /// `Text` of a box on a form.
    FormText,
    /// `Caption` of a label or a button on a form.
    FormCaption,
    /// `Tag` of a control.
    FormTag,
    /// `ControlTipText` of a control.
    FormControlTip,
    /// A built-in or custom property.
    DocumentProperty,
    /// A variable of a Word document.
    DocumentVariable,
    /// Cells of a sheet.
    CellText,
    /// The alternative text of a picture.
    AlternativeText,
    /// A comment.
    Comment,
    /// A paragraph of the text.
    Paragraph,
}

impl Place {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Source,
        Self::FormText,
        Self::FormCaption,
        Self::FormTag,
        Self::FormControlTip,
        Self::DocumentProperty,
        Self::DocumentVariable,
        Self::CellText,
        Self::AlternativeText,
        Self::Comment,
        Self::Paragraph,
    ];

    /// Whether we write it into that container.
    pub fn is_in(self, container: Container) -> bool {
        match self {
            Self::DocumentVariable | Self::Paragraph => container.is_word(),
            Self::CellText => !container.is_word(),
            Self::AlternativeText | Self::Comment => matches!(container, Container::Docm | Container::Xlsm),
            _ => true,
        }
    }
}

/// A place chosen in one document: how code reads it, and how it is filled.
pub(super) struct Shelf {
    /// The expression that gives the text.
    pub(super) expression: String,
    fill: Fill,
}

/// Cells of one text: what the longest may hold fits into a record of a workbook.
const CELL: usize = 3_500;
/// Enough cells for the longest text we hide.
const CELLS: usize = 6;

enum Fill {
    Nothing,
    Control(Box<Module>, usize, fn(&mut Control, String)),
    Property(Property),
    Custom(String),
    Variable(String),
    Cells(u16, u16),
    Picture(String),
    Comment,
    Paragraph,
}

impl Shelf {
    /// Chooses names; `page` is what stands before the text.
    pub(super) fn choose(place: Place, container: Container, page: &Page, chance: &mut Chance) -> Self {
        match place {
            Place::Source => Self { expression: String::new(), fill: Fill::Nothing },
            Place::FormText | Place::FormCaption | Place::FormTag | Place::FormControlTip => {
                on_form(place, chance)
            }
            Place::DocumentProperty => property(container, chance),
            Place::DocumentVariable => {
                let name = chance.identifier();
                let end = *chance.pick(&["", ".Value"]);
                let expression = format!("ActiveDocument.Variables(\"{name}\"){end}");
                Self { expression, fill: Fill::Variable(name) }
            }
            Place::CellText => {
                // Below the page, in a column that nobody scrolls to.
                let (row, column) = (chance.between(20, 90) as u16, chance.between(5, 30) as u16);
                let at = |row| crate::forge::document::cell_name(row, column);
                let sheet = *chance.pick(&["Sheet1", "Worksheets(1)", "ThisWorkbook.Sheets(\"集計\")"]);
                let cells: Vec<String> = (0..CELLS as u16)
                    .map(|step| format!("{sheet}.Range(\"{}\").Value", at(row + step)))
                    .collect();
                Self { expression: cells.join(" & "), fill: Fill::Cells(row, column) }
            }
            Place::AlternativeText => {
                let name = format!("Picture {}", chance.between(2, 40));
                let expression = match (container.is_word(), chance.below(2)) {
                    (true, 0) => "ActiveDocument.InlineShapes(1).AlternativeText".to_owned(),
                    (true, _) => "ThisDocument.InlineShapes(1).AlternativeText".to_owned(),
                    (false, 0) => format!("Sheet1.Shapes(\"{name}\").AlternativeText"),
                    (false, _) => "Worksheets(1).Shapes(1).AlternativeText".to_owned(),
                };
                Self { expression, fill: Fill::Picture(name) }
            }
            Place::Comment => {
                let expression = if container.is_word() {
                    "ActiveDocument.Comments(1).Range.Text"
                } else {
                    *chance.pick(&["Sheet1.Range(\"A1\").Comment.Text", "Worksheets(1).Comments(1).Text"])
                };
                Self { expression: expression.to_owned(), fill: Fill::Comment }
            }
            Place::Paragraph => {
                let text = format!("ActiveDocument.Paragraphs({}).Range.Text", page.lines.len() + 1);
                Self { expression: format!("Replace({text}, vbCr, \"\")"), fill: Fill::Paragraph }
            }
        }
    }

    /// Puts the text where the expression reads it.
    pub(super) fn put(self, text: String, page: &mut Page, extras: &mut Extras, modules: &mut Vec<Module>) {
        match self.fill {
            Fill::Nothing => {}
            Fill::Control(mut module, number, write) => {
                if let Some(control) = module.form.as_mut().and_then(|form| form.controls.get_mut(number)) {
                    write(control, text);
                }
                modules.push(*module);
            }
            Fill::Property(property) => extras.properties.push((property, text)),
            Fill::Custom(name) => extras.custom.push((name, text)),
            Fill::Variable(name) => extras.variables.push((name, text)),
            Fill::Cells(row, column) => {
                let characters: Vec<char> = text.chars().collect();
                for (step, piece) in characters.chunks(CELL).enumerate() {
                    extras.cells.push((row + step as u16, column, piece.iter().collect()));
                }
            }
            Fill::Picture(name) => extras.pictures.push((name, text)),
            Fill::Comment => extras.comments.push(text),
            Fill::Paragraph => page.lines.push(text),
        }
    }
}

fn property(container: Container, chance: &mut Chance) -> Shelf {
    let document = if container.is_word() { "ActiveDocument" } else { "ThisWorkbook" };
    let package = matches!(container, Container::Docm | Container::Xlsm);
    let end = *chance.pick(&["", ".Value"]);
    if package && chance.one_in(3) {
        let name = chance.identifier();
        let expression = format!("{document}.CustomDocumentProperties(\"{name}\"){end}");
        return Shelf { expression, fill: Fill::Custom(name) };
    }
    let property = *chance.pick(&Property::ALL);
    let expression = format!("{document}.BuiltInDocumentProperties(\"{}\"){end}", property.name());
    Shelf { expression, fill: Fill::Property(property) }
}

/// A form of two to four controls, one of which holds the text; the others hold words.
fn on_form(place: Place, chance: &mut Chance) -> Shelf {
    let name = format!("{}{}", chance.pick(&["UserForm", "Form", "frm"]), chance.between(1, 99));
    let number = chance.below(2);
    let mut controls = Vec::new();
    for index in 0..chance.between(2, 4) {
        let kind = *chance.pick(&[ControlKind::TextBox, ControlKind::Label, ControlKind::CommandButton]);
        let text = chance.word(4, 9);
        let control =
            Control { name: chance.identifier() + &index.to_string(), kind, text, ..Control::default() };
        controls.push(control);
    }
    let (property, write): (&str, fn(&mut Control, String)) = match place {
        Place::FormTag => ("Tag", |control, text| control.tag = text),
        Place::FormControlTip => ("ControlTipText", |control, text| control.tip = text),
        Place::FormCaption => {
            controls[number].kind = *chance.pick(&[ControlKind::Label, ControlKind::CommandButton]);
            ("Caption", |control, text| control.text = text)
        }
        _ => {
            controls[number].kind = ControlKind::TextBox;
            (*chance.pick(&["Text", "Value"]), |control, text| control.text = text)
        }
    };
    let control = controls[number].name.clone();
    let expression = match chance.below(3) {
        0 => format!("{name}.Controls(\"{control}\").{property}"),
        1 => format!("{name}.Controls({number}).{property}"),
        _ => format!("{name}.{control}.{property}"),
    };
    let form = Form { caption: chance.word(4, 9), controls };
    Shelf { expression, fill: Fill::Control(Box::new(Module::form(&name, form, "")), number, write) }
}
