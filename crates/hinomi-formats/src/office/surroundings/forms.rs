//! User forms: a storage with the form and its sites in `f`, the controls' own records in `o`, and a storage for
//! every control that holds others.

use super::super::cfb::{CompoundFile, EntryId, EntryKind};
use super::collector::within;
use super::oforms::{self, Site};
use super::{Collector, Holder, activex};
use crate::{Limits, Problem, ProblemKind, text};

/// Keeps the texts of all forms of a compound file.
pub(super) fn read(file: &CompoundFile<'_>, part: &str, collector: &mut Collector<'_>) {
    let has_form = |id: EntryId| stream(file, id, "f").is_some();
    let storages = file.entries().filter(|id| file.kind(*id) == EntryKind::Storage && has_form(*id));
    let outermost = storages.filter(|id| !file.parent(*id).is_some_and(has_form));
    for storage in outermost {
        let name = file.name(storage).to_owned();
        let own_name = activex::name(file, storage, collector);
        let form = if own_name.is_some() { activex::WORD_MODULE.to_owned() } else { name };
        let mut walk = Walk { file, part, form, index: 0, collector };
        walk.frame(storage);
        walk.storage(storage, own_name.as_deref().unwrap_or_default(), 0);
    }
}

/// The stream of that name directly in a storage.
pub(super) fn stream(file: &CompoundFile<'_>, storage: EntryId, name: &str) -> Option<EntryId> {
    file.child(storage, name).filter(|id| file.kind(*id) == EntryKind::Stream)
}

/// A walk through one form.
struct Walk<'w, 'a, 'b> {
    file: &'w CompoundFile<'a>,
    part: &'w str,
    form: String,
    /// Controls met so far.
    index: usize,
    collector: &'w mut Collector<'b>,
}

/// MultiPage in [`Site::class`], and the pages in it.
const MULTI_PAGE: u32 = 57;
const PAGE: u32 = 7;

impl Walk<'_, '_, '_> {
    /// What the designer keeps of the form itself: text, in the manner of a VB6 form file (MS-OVBA 2.3.2).
    fn frame(&mut self, storage: EntryId) {
        let Some(id) = stream(self.file, storage, "\u{3}VBFrame") else { return };
        let (frame, place) = self.stream(id);
        let frame = text::decode_guess(&frame);
        // Below the second `Begin` stand properties of something inside.
        let own = frame.lines().filter(|line| line.contains('='));
        for line in own {
            let Some((property, value)) = line.split_once('=') else { continue };
            let property = property.trim().to_ascii_lowercase();
            let value = value.trim();
            let quoted = value.strip_prefix('"').and_then(|rest| Some(rest.rsplit_once('"')?.0));
            if let (Some(value), "caption" | "tag") = (quoted, property.as_str()) {
                // A quote inside is doubled, as in source.
                self.hold("", 0, &property, &value.replace("\"\"", "\""), &place);
            }
        }
    }

    /// The form or container in a storage; `around` is the control that it belongs to.
    fn storage(&mut self, storage: EntryId, around: &str, depth: u32) {
        let Some(sites) = stream(self.file, storage, "f") else { return };
        let (sites, place) = self.stream(sites);
        let Some(form) = oforms::form(&sites) else {
            self.problem(&place, "no form in the stream");
            return;
        };
        if form.is_cut {
            self.problem(&place, "the form ends before its last control");
        }
        if let Some(caption) = form.caption.as_ref().filter(|caption| !caption.is_empty()) {
            let index = self.index.saturating_sub(1);
            self.hold(around, index, "caption", caption, &place);
        }
        let objects = stream(self.file, storage, "o").map(|id| self.stream(id));
        let (objects, object_place) = objects.unwrap_or_default();
        let is_multi_page = form.sites.iter().any(|site| site.class == PAGE);
        let mut pages = 0;
        let mut at = 0;
        for site in form.sites {
            let object = objects.get(at..).unwrap_or_default();
            let object = object.get(..site.object_bytes).unwrap_or(object);
            at += site.object_bytes;
            if is_multi_page && site.class == PAGE {
                self.page(around, pages, &site, &place);
                pages += 1;
            }
            let index = self.site(&site, &place);
            let tabs = if is_multi_page { around } else { site.name.as_str() };
            self.object(&site, index, tabs, object, &object_place);
            self.inner(storage, &site, depth);
            if self.collector.is_full() {
                break;
            }
        }
    }

    fn inner(&mut self, storage: EntryId, site: &Site, depth: u32) {
        // MS-OFORMS 2.1.2.2.2: `i` and the site's id, of two digits at least.
        let Some(inner) = self.file.child(storage, &format!("i{:02}", site.id)) else { return };
        if depth < Limits::NESTING_MAX {
            self.storage(inner, &site.name, depth + 1);
        } else {
            let place = self.place(inner);
            let max = u64::from(Limits::NESTING_MAX);
            self.collector.problems.push(Problem::limit(place, "nesting_max", max));
        }
    }

    /// What the form keeps of a control; its index among the controls.
    fn site(&mut self, site: &Site, place: &str) -> usize {
        let index = self.index;
        // The tab strip of a multi-page control has no name and is none of the form's controls.
        if !site.name.is_empty() {
            self.index += 1;
            self.hold(&site.name, index, "name", &site.name, place);
            for (property, text) in &site.texts {
                self.hold(&site.name, index, property, text, place);
            }
        }
        index
    }

    fn page(&mut self, control: &str, index: usize, site: &Site, place: &str) {
        let texts = [("name", &site.name)].into_iter();
        let texts = texts.chain(site.texts.iter().map(|(property, text)| (*property, text)));
        for (property, text) in texts {
            self.hold_page(control, index, property, text, place);
        }
    }

    /// What the control itself keeps.
    fn object(&mut self, site: &Site, index: usize, tabs: &str, object: &[u8], place: &str) {
        let Some(control) = activex::Class::of_index(site.class) else { return };
        let texts = control.texts(object);
        if texts.is_none() && site.class != MULTI_PAGE {
            self.problem(place, "a control's record is cut short");
        }
        let texts = texts.unwrap_or_default();
        for (property, text) in texts.own {
            self.hold(&site.name, index, property, &text, place);
        }
        for (page, property, text) in texts.pages {
            self.hold_page(tabs, page, property, &text, place);
        }
    }

    fn hold(&mut self, control: &str, index: usize, property: &str, text: &str, place: &str) {
        let holder = Holder::Control { form: self.form.clone(), control: control.to_owned(), index };
        self.collector.hold(holder, property, text, place);
    }

    fn hold_page(&mut self, control: &str, index: usize, property: &str, text: &str, place: &str) {
        let holder = Holder::Page { form: self.form.clone(), control: control.to_owned(), index };
        self.collector.hold(holder, property, text, place);
    }

    fn stream(&mut self, id: EntryId) -> (Vec<u8>, String) {
        let parsed = self.file.read(id, self.collector.budget);
        let bytes = self.collector.told(self.part, parsed).into_owned();
        (bytes, self.place(id))
    }

    fn place(&self, id: EntryId) -> String {
        within(self.part, &self.file.path(id))
    }

    fn problem(&mut self, place: &str, detail: &str) {
        self.collector.problems.push(Problem::new(ProblemKind::Malformed, place, detail));
    }
}
