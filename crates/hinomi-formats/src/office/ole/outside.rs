//! What a binary document does without macros, and what it asks the reader to do.

use super::super::cfb::{CompoundFile, EntryKind, u16_at};
use super::super::{Application, Document, dde, decoy, targets, word};
use super::powerpoint;
use crate::{Budget, Limits};

/// Adds DDE, targets and decoys.
pub(super) fn read(file: &CompoundFile<'_>, document: &mut Document, limits: &Limits, budget: &mut Budget) {
    match document.application {
        Application::Word => text(file, document, limits, budget),
        Application::Excel => {
            document.dde = dde::of_workbook(file, budget);
            let has_macros = !document.projects.is_empty() || has_macro_sheet(file);
            if has_macros || !document.dde.is_empty() {
                decoys(file, &["Workbook", "Book"], document, limits);
            }
        }
        Application::PowerPoint if !document.projects.is_empty() => {
            decoys(file, &[powerpoint::STREAM], document, limits);
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

fn decoys(file: &CompoundFile<'_>, streams: &[&str], document: &mut Document, limits: &Limits) {
    for name in streams {
        let Some(id) = file.find(name).filter(|id| file.kind(*id) == EntryKind::Stream) else { continue };
        let pieces = file.pieces(id, limits.text_bytes_max as u64).value;
        decoy::add(&mut document.decoys, decoy::in_bytes(&pieces.concat()));
    }
}

/// Whether a workbook lists a sheet of Excel 4.0 macros (MS-XLS 2.4.28 BoundSheet8, `dt` 1).
fn has_macro_sheet(file: &CompoundFile<'_>) -> bool {
    const BOUND_SHEET: u16 = 0x0085;
    const END_OF_SUBSTREAM: u16 = 0x000A;
    let Some(id) = file.find("Workbook").or_else(|| file.find("Book")) else { return false };
    // The list stands before the strings, near the start.
    let start = file.pieces(id, 256 << 10).value.concat();
    let mut at = 0_usize;
    while let (Some(record), Some(len)) = (u16_at(&start, at), u16_at(&start, at + 2)) {
        match record {
            END_OF_SUBSTREAM => break,
            BOUND_SHEET if start.get(at + 9) == Some(&1) => return true,
            _ => at += 4 + usize::from(len),
        }
    }
    false
}
