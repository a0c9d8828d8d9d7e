//! The binary formats, and the compound files inside the newer ones: forms, controls, property sets, drawings, and
//! Word's own text.

use super::super::cfb::{CompoundFile, EntryId, EntryKind};
use super::super::ole::powerpoint;
use super::super::{mhtml, word};
use super::collector::within;
use super::{Collector, Holder, activex, drawings, forms, properties};
use crate::Problem;

/// Keeps the texts of a compound file; `part` is where it stands in the document, empty for the document itself.
pub(super) fn read(bytes: &[u8], part: &str, collector: &mut Collector<'_>, depth_left: u32) {
    let Some(opened) = CompoundFile::open(bytes, collector.limits) else { return };
    let file = collector.told(part, opened);
    forms::read(&file, part, collector);
    controls(&file, part, collector);
    if part.is_empty() {
        properties::read(&file, collector);
        document(&file, collector);
    }
    drawings::read(&file, part, collector);
    slides(&file, part, collector, depth_left);
}

/// What stands in the ActiveMime part of MHTML, or in such a part by itself.
pub(super) fn read_active_mime(bytes: &[u8], collector: &mut Collector<'_>) {
    let inner = mhtml::compound_files(bytes, collector.budget);
    for inner in collector.told("", inner) {
        let depth = collector.limits.depth_max;
        read(&inner, "editdata.mso", collector, depth);
    }
}

/// Controls in storages of their own: Word keeps them in `ObjectPool`, PowerPoint in one compound file each.
fn controls(file: &CompoundFile<'_>, part: &str, collector: &mut Collector<'_>) {
    let storages: Vec<EntryId> =
        file.entries().filter(|id| forms::stream(file, *id, "contents").is_some()).collect();
    for (index, storage) in storages.into_iter().enumerate() {
        let name = activex::name(file, storage, collector);
        let name = name.unwrap_or_else(|| file.name(storage).to_owned());
        let place = within(part, &file.path(storage));
        let texts = activex::in_storage(file, storage, collector).unwrap_or_default();
        let holder =
            || Holder::Control { form: activex::WORD_MODULE.to_owned(), control: name.clone(), index };
        collector.hold(holder(), "name", &name, &place);
        for (property, text) in &texts.own {
            collector.hold(holder(), property, text, &place);
        }
        for (page, property, text) in &texts.pages {
            let form = activex::WORD_MODULE.to_owned();
            let holder = Holder::Page { form, control: name.clone(), index: *page };
            collector.hold(holder, property, text, &place);
        }
    }
}

/// The text of a Word document, and what stands beside it.
fn document(file: &CompoundFile<'_>, collector: &mut Collector<'_>) {
    let text_max = collector.limits.text_bytes_max;
    let Some(opened) = word::open(file, text_max, collector.budget) else { return };
    let text = collector.told("", opened);
    for (name, value) in text.variables() {
        collector.hold(Holder::Variable(name), "", &value, word::STREAM);
    }
    for (name, marked) in text.bookmarks() {
        collector.hold(Holder::Bookmark(name), "", &marked, word::STREAM);
        if collector.is_full() {
            break;
        }
    }
    for (at, comment) in text.comments().into_iter().enumerate() {
        collector.hold(Holder::Comment(at + 1), "", &comment, word::STREAM);
    }
    for (at, inside) in text.text_boxes().into_iter().enumerate() {
        let holder = Holder::Shape { name: String::new(), index: at + 1 };
        collector.hold(holder, "text", &inside, word::STREAM);
    }
    for (at, paragraph) in text.main().split('\r').enumerate() {
        collector.hold(Holder::Paragraph(at + 1), "", paragraph, word::STREAM);
        if collector.is_full() {
            break;
        }
    }
}

/// What the storages inside a presentation hold.
fn slides(file: &CompoundFile<'_>, part: &str, collector: &mut Collector<'_>, depth_left: u32) {
    let Some(id) = file.find(powerpoint::STREAM).filter(|id| file.kind(*id) == EntryKind::Stream) else {
        return;
    };
    let Some(depth_left) = depth_left.checked_sub(1) else {
        let max = u64::from(collector.limits.depth_max);
        collector.problems.push(Problem::limit(powerpoint::STREAM, "depth_max", max));
        return;
    };
    let parsed = file.read(id, collector.budget);
    let stream = collector.told(part, parsed);
    let mut problems = Vec::new();
    for (place, storage) in powerpoint::storages(&stream, collector.limits, collector.budget, &mut problems) {
        read(&storage, &within(part, &place), collector, depth_left);
    }
    collector.problems.append(&mut problems);
    let texts = powerpoint::texts(&stream);
    for (at, text) in texts.into_iter().enumerate() {
        let holder = Holder::Shape { name: String::new(), index: at + 1 };
        collector.hold(holder, "text", &text, powerpoint::STREAM);
    }
}
