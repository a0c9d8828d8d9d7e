//! What a binary document does without VBA, and what it asks the reader to do.

use super::super::cfb::{CompoundFile, EntryKind, u16_at};
use super::super::{Application, Document, dde, decoy, targets, word, workbook};
use super::powerpoint;
use crate::{Budget, Limits, Problem};

/// Adds DDE, targets, decoys, and a workbook with macros of its own.
pub(super) fn read(
    file: &CompoundFile<'_>,
    document: &mut Document,
    limits: &Limits,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) {
    match document.application {
        Application::Word => text(file, document, limits, budget),
        Application::Excel => {
            document.dde = dde::of_workbook(file, budget);
            document.workbook = workbook::with_macros(file, limits, budget, problems);
            let has_macros = !document.projects.is_empty() || document.workbook.is_some();
            if has_macros || !document.dde.is_empty() {
                decoys(file, document, limits, budget);
            }
        }
        Application::PowerPoint if !document.projects.is_empty() => {
            decoys_of_slides(file, document, limits, budget);
        }
        _ => {}
    }
}

fn text(file: &CompoundFile<'_>, document: &mut Document, limits: &Limits, budget: &mut Budget) {
    let Some(opened) = word::open(file, limits.text_bytes_max, budget) else { return };
    // What of the text is lost is told by the reader of the surroundings; here only what was found counts.
    let text = opened.value;
    let fields = text.fields();
    document.dde = dde::of_fields(&fields, word::STREAM);
    document.targets = targets::of_fields(&fields, word::STREAM);
    document.targets.extend(text.template().and_then(|template| targets::template(&template, word::STREAM)));
    if !document.projects.is_empty() || !document.dde.is_empty() || !document.targets.is_empty() {
        decoy::add(&mut document.decoys, decoy::in_text(&text.everything()));
    }
}

/// Decoys in the strings, labels and text boxes of a workbook; the numbers around them are most of the stream.
fn decoys(file: &CompoundFile<'_>, document: &mut Document, limits: &Limits, budget: &mut Budget) {
    const STRINGS: u16 = 0x00FC;
    const TEXT_BOX: u16 = 0x01B6;
    const LABEL: u16 = 0x0204;
    const CONTINUE: u16 = 0x003C;
    let Some(id) = file.find("Workbook").or_else(|| file.find("Book")) else { return };
    if file.kind(id) != EntryKind::Stream {
        return;
    }
    let stream = file.read(id, budget).value;
    let mut texts = Vec::new();
    let mut at = 0_usize;
    let mut goes_on = false;
    while let (Some(record), Some(len)) = (u16_at(&stream, at), u16_at(&stream, at + 2)) {
        let end = at + 4 + usize::from(len);
        goes_on = matches!(record, STRINGS | TEXT_BOX | LABEL) || (record == CONTINUE && goes_on);
        if goes_on && texts.len() < limits.text_bytes_max {
            texts.extend_from_slice(stream.get(at + 4..end).unwrap_or_default());
        }
        at = end;
    }
    decoy::add(&mut document.decoys, decoy::in_bytes(&texts));
}

/// Decoys in the text boxes of slides.
fn decoys_of_slides(file: &CompoundFile<'_>, document: &mut Document, limits: &Limits, budget: &mut Budget) {
    let Some(parsed) = file.read_path(powerpoint::STREAM, budget) else { return };
    let mut all = String::new();
    for text in powerpoint::texts(&parsed.value) {
        if all.len() < limits.text_bytes_max {
            all.push_str(&text);
        }
    }
    decoy::add(&mut document.decoys, decoy::in_text(&all));
}
