//! Through every object, for actions, scripts and embedded files (ISO 32000-1, 12.6 and 7.11).

use super::filters;
use super::object::{Dictionary, Object, decode_text};
use super::outline::{Outline, Place};
use super::{Embedded, Pdf, Target};
use crate::{Budget, Limits, Problem, ProblemKind};
use std::collections::HashSet;

/// References followed from one value.
const FOLLOW_MAX: u32 = 8;

/// One reading of a file's objects.
pub(super) struct Walk<'w, 'a> {
    outline: &'w Outline<'a>,
    limits: &'w Limits,
    budget: &'w mut Budget,
    problems: &'w mut Vec<Problem>,
    pdf: Pdf,
    /// Embedded streams a file specification named, by object number.
    embedded: HashSet<u32>,
    /// What one object number said in an earlier revision is not told twice.
    told: HashSet<(u32, &'static str, String)>,
    /// Bytes of scripts that may still be kept.
    script_bytes: usize,
    /// Kinds of target of which there were too many.
    full: HashSet<&'static str>,
    /// Passwords that were given.
    passwords: usize,
}

impl<'w, 'a> Walk<'w, 'a> {
    pub(super) fn new(
        outline: &'w Outline<'a>,
        passwords: usize,
        limits: &'w Limits,
        budget: &'w mut Budget,
        problems: &'w mut Vec<Problem>,
    ) -> Self {
        let pdf = Pdf { encrypted: outline.encrypted, opened_with: outline.opened_with, ..Pdf::default() };
        let script_bytes = limits.text_bytes_max;
        Self {
            outline,
            limits,
            budget,
            problems,
            pdf,
            embedded: HashSet::new(),
            told: HashSet::new(),
            script_bytes,
            full: HashSet::new(),
            passwords,
        }
    }

    pub(super) fn run(mut self) -> Pdf {
        if self.outline.encrypted {
            let tried = self.outline.tried;
            let detail = if tried < self.passwords {
                format!("passwords not all tried: none of the first {tried} of {} opens it", self.passwords)
            } else {
                format!("strings and streams are encrypted; none of {tried} passwords opens it")
            };
            self.problems.push(Problem::new(ProblemKind::Encrypted, "pdf", detail));
        }
        if self.outline.places.is_empty() {
            self.problems.push(Problem::new(ProblemKind::Unreadable, "pdf", "there is no object in it"));
        }
        for place in &self.outline.places {
            let object = self.outline.object(place);
            self.look_at(place, &object);
        }
        // Embedded files that nothing names are carried all the same.
        for place in &self.outline.places {
            if self.embedded.contains(&place.number) || !self.outline.has_stream(place) {
                continue;
            }
            if let Object::Dictionary(dictionary) = self.outline.object(place)
                && dictionary.is("Type", "EmbeddedFile")
            {
                self.embed(String::new(), place.number);
            }
        }
        if self.outline.exhausted() {
            self.problems.push(Problem::limit("pdf", "steps_max", self.limits.steps_max));
        }
        self.pdf
    }

    /// An object and all inside it. Its depth is bounded by the reader of the syntax.
    fn look_at(&mut self, place: &Place, object: &Object) {
        match object {
            Object::Array(items) => items.iter().for_each(|item| self.look_at(place, item)),
            Object::Dictionary(dictionary) => {
                self.dictionary(place, dictionary);
                dictionary.0.iter().for_each(|(_, value)| self.look_at(place, value));
            }
            _ => {}
        }
    }

    fn dictionary(&mut self, place: &Place, dictionary: &Dictionary) {
        if let Some(uri) = dictionary.get("URI").and_then(|value| self.text(value)) {
            self.tell(place, "links", uri, |pdf| &mut pdf.links);
        }
        if let Some(script) = dictionary.get("JS").and_then(|value| self.script(value)) {
            self.tell(place, "scripts", script, |pdf| &mut pdf.scripts);
        }
        if dictionary.is("S", "Launch")
            && let Some(command) = self.launch(dictionary)
        {
            self.tell(place, "launches", command, |pdf| &mut pdf.launches);
        }
        if (dictionary.is("S", "SubmitForm") || dictionary.is("S", "ImportData"))
            && let Some(target) = dictionary.get("F").and_then(|value| self.file_name(value))
        {
            self.tell(place, "links", target, |pdf| &mut pdf.links);
        }
        if (dictionary.is("S", "GoToR") || dictionary.is("S", "GoToE"))
            && let Some(target) = dictionary.get("F").and_then(|value| self.file_name(value))
            && (target.starts_with("\\\\") || target.starts_with("//") || target.contains("://"))
        {
            self.tell(place, "launches", target, |pdf| &mut pdf.launches);
        }
        if let Some(Object::Dictionary(files)) = dictionary.get("EF").map(|value| self.resolved(value)) {
            self.file_specification(dictionary, &files);
        }
        self.pdf.open_action = self.pdf.open_action || self.opens(dictionary);
    }

    /// Whether this is the catalogue or a page, and runs an action when it is opened.
    fn opens(&self, dictionary: &Dictionary) -> bool {
        let acts = |value: &Object| match self.resolved(value) {
            // A destination is where to look, not what to do; so is going there.
            Object::Dictionary(action) => {
                action.get("S").is_some() && !action.is("S", "GoTo") || action.get("JS").is_some()
            }
            _ => false,
        };
        if dictionary.get("OpenAction").is_some_and(acts) {
            return true;
        }
        if let Some(Object::Dictionary(names)) = dictionary.get("Names").map(|value| self.resolved(value))
            && names.get("JavaScript").is_some_and(|value| self.resolved(value) != Object::Null)
        {
            return true;
        }
        let whole = ["Catalog", "Page", "Pages"].iter().any(|kind| dictionary.is("Type", kind));
        match dictionary.get("AA").filter(|_| whole).map(|value| self.resolved(value)) {
            Some(Object::Dictionary(events)) => events.0.iter().any(|(_, value)| acts(value)),
            _ => false,
        }
    }

    /// The value behind a reference, and behind those it leads to.
    fn resolved(&self, value: &Object) -> Object {
        let mut value = value.clone();
        for _ in 0..FOLLOW_MAX {
            let Object::Reference(number) = value else { return value };
            value = self.outline.find(number).map_or(Object::Null, |place| self.outline.object(place));
        }
        Object::Null
    }

    fn text(&self, value: &Object) -> Option<String> {
        if self.outline.encrypted {
            return None;
        }
        match self.resolved(value) {
            Object::Text(bytes) => {
                Some(decode_text(&bytes).trim().to_owned()).filter(|text| !text.is_empty())
            }
            _ => None,
        }
    }

    /// A script as a string or as a stream.
    fn script(&mut self, value: &Object) -> Option<String> {
        let text = match value {
            Object::Reference(number) => match self.unpacked(*number) {
                Some(bytes) => decode_text(&bytes),
                None => self.text(value)?,
            },
            direct => self.text(direct)?,
        };
        if text.len() > self.script_bytes {
            let most = self.limits.text_bytes_max as u64;
            self.problems.push(Problem::limit("pdf: /JS", "text_bytes_max", most));
            let end = text.floor_char_boundary(self.script_bytes);
            self.script_bytes = 0;
            return text.get(..end).map(str::to_owned);
        }
        self.script_bytes -= text.len();
        Some(text)
    }

    /// The bytes of the stream of this number, when it is one.
    fn unpacked(&mut self, number: u32) -> Option<Vec<u8>> {
        let place = self.outline.find(number)?;
        if self.outline.encrypted || !self.outline.has_stream(place) {
            return None;
        }
        let Object::Dictionary(dictionary) = self.outline.object(place) else { return None };
        let raw = self.outline.stream(place, &dictionary)?;
        let name = format!("object {number}");
        filters::decode(&dictionary, &raw, &name, self.limits, self.budget, self.problems)
    }

    /// `/F`, or `/Win << /F /P >>` and its siblings: the program and its parameters.
    fn launch(&self, action: &Dictionary) -> Option<String> {
        for system in ["Win", "Mac", "Unix"] {
            if let Some(Object::Dictionary(how)) = action.get(system).map(|value| self.resolved(value)) {
                let part = |key: &str| how.get(key).and_then(|value| self.file_name(value));
                let parts: Vec<String> = [part("F"), part("P")].into_iter().flatten().collect();
                if !parts.is_empty() {
                    return Some(parts.join(" "));
                }
            }
        }
        action.get("F").and_then(|value| self.file_name(value))
    }

    /// A file specification as a string or a dictionary.
    fn file_name(&self, value: &Object) -> Option<String> {
        match self.resolved(value) {
            Object::Dictionary(file) => ["UF", "F", "Unix", "DOS", "Mac"]
                .iter()
                .find_map(|key| file.get(key).and_then(|name| self.text(name))),
            text => self.text(&text),
        }
    }

    fn file_specification(&mut self, specification: &Dictionary, files: &Dictionary) {
        let name = self.file_name(&Object::Dictionary(specification.clone())).unwrap_or_default();
        for (_, file) in &files.0 {
            if let Object::Reference(number) = file {
                self.embed(name.clone(), *number);
            }
        }
    }

    fn embed(&mut self, name: String, number: u32) {
        if !self.embedded.insert(number) {
            return;
        }
        if self.pdf.embedded.len() >= self.limits.entries_max {
            if self.full.insert("embedded") {
                self.problems.push(Problem::limit("pdf", "entries_max", self.limits.entries_max as u64));
            }
            return;
        }
        if let Some(bytes) = self.unpacked(number) {
            self.pdf.embedded.push(Embedded { name, bytes });
        }
    }

    fn tell(
        &mut self,
        place: &Place,
        kind: &'static str,
        text: String,
        list: fn(&mut Pdf) -> &mut Vec<Target>,
    ) {
        let most = self.limits.urls_max;
        let offset = place.offset as u64;
        let targets = list(&mut self.pdf);
        if targets.len() >= most {
            if self.full.insert(kind) {
                self.problems.push(Problem::limit(format!("pdf: {kind}"), "urls_max", most as u64));
            }
            return;
        }
        if self.told.insert((place.number, kind, text.clone())) {
            targets.push(Target { text, offset });
        }
    }
}
