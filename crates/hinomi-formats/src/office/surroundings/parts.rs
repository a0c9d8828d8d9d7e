//! The texts of an OOXML package, part by part. What a part is, its content type says.

use super::super::looks_like_ole;
use super::super::ooxml::relations::{Relation, Relations, is_relations};
use super::super::ooxml::{Types, part_name, xml};
use super::{Collector, Holder, activex, old, shapes, story};
use crate::archive;
use std::collections::{BTreeMap, BTreeSet};

/// Keeps the texts of a package; false when the bytes are none.
pub(super) fn read(bytes: &[u8], code_only: &[String], collector: &mut Collector<'_>) -> bool {
    if !archive::looks_like_zip(bytes) {
        return false;
    }
    let index = archive::read_zip_some(
        bytes,
        &|name| is_relations(name) || Types::is_part(name),
        collector.limits,
        collector.budget,
    );
    let index = collector.told("", index);
    let Some(types) = Types::read(&index) else { return false };
    let relations = Relations::read(&index);
    let wanted = |name: &str| {
        if code_only.iter().any(|known| known == name) {
            return false;
        }
        let name = part_name(name);
        let kind = Kind::of(types.content_type(&name), &name);
        kind != Some(Kind::Sheet) && (kind.is_some() || types.may_act(&name))
            || relations.is_of_control(&name)
            || relations.of(&name).any(Relation::is_control)
    };
    let parts = archive::read_zip_some(bytes, &wanted, collector.limits, collector.budget);
    let parts = collector.told("", parts);
    let parts: BTreeMap<String, (String, Vec<u8>)> = parts
        .entries
        .into_iter()
        .filter_map(|part| Some((part_name(&part.name), (part.name, part.bytes?))))
        .collect();
    let package = Package { types, relations, parts };
    package.hold_all(collector);
    true
}

/// The parts that were unpacked, by name in lower case, with the name as written.
struct Package {
    types: Types,
    relations: Relations,
    parts: BTreeMap<String, (String, Vec<u8>)>,
}

/// Parts that hold text, in the order in which they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    CoreProperties,
    AppProperties,
    CustomProperties,
    Settings,
    Comments,
    Main,
    Story,
    Shapes,
    Sheet,
}

impl Kind {
    pub(super) fn of(content_type: &str, name: &str) -> Option<Self> {
        let ends: [(&str, Self); 14] = [
            ("core-properties+xml", Self::CoreProperties),
            ("extended-properties+xml", Self::AppProperties),
            ("custom-properties+xml", Self::CustomProperties),
            ("wordprocessingml.settings+xml", Self::Settings),
            ("comments+xml", Self::Comments),
            ("wordprocessingml.document.main+xml", Self::Main),
            ("wordprocessingml.template.main+xml", Self::Main),
            ("header+xml", Self::Story),
            ("footer+xml", Self::Story),
            ("drawing+xml", Self::Shapes),
            (".vmldrawing", Self::Shapes),
            ("slide+xml", Self::Shapes),
            ("worksheet+xml", Self::Sheet),
            ("main+xml", Self::Main),
        ];
        if let Some((_, kind)) = ends.into_iter().find(|(end, _)| content_type.ends_with(end)) {
            let is_other_main = kind == Self::Main && !content_type.contains("word");
            return (!is_other_main).then_some(kind);
        }
        // Where Office puts them, for packages that forget to give a type.
        Some(match name {
            "docprops/core.xml" => Self::CoreProperties,
            "docprops/app.xml" => Self::AppProperties,
            "docprops/custom.xml" => Self::CustomProperties,
            "word/settings.xml" => Self::Settings,
            "word/document.xml" => Self::Main,
            _ => return None,
        })
    }

    /// Keeps the texts of a part of this kind.
    pub(super) fn hold(self, part: &[u8], place: &str, collector: &mut Collector<'_>) {
        match self {
            Self::CoreProperties => built_in(part, place, &CORE, collector),
            Self::AppProperties => built_in(part, place, &APP, collector),
            Self::CustomProperties => custom(part, place, collector),
            Self::Settings => variables(part, place, collector),
            Self::Comments => comments(part, place, collector),
            Self::Main => story::read(part, place, true, collector),
            Self::Story => story::read(part, place, false, collector),
            Self::Shapes => shapes::read(part, place, collector),
            Self::Sheet => {}
        }
    }
}

impl Package {
    fn hold_all(&self, collector: &mut Collector<'_>) {
        let mut known: Vec<(Kind, &str)> = Vec::new();
        for name in self.parts.keys() {
            known.extend(Kind::of(self.types.content_type(name), name).map(|kind| (kind, name.as_str())));
        }
        known.sort_unstable();
        for (kind, name) in known {
            let Some((place, part)) = self.parts.get(name) else { continue };
            kind.hold(&xml::utf_8(part), place, collector);
        }
        for name in self.parts.keys() {
            self.controls(name, collector);
        }
        for (name, (place, part)) in &self.parts {
            if looks_like_ole(part) && !self.relations.is_control_state(name) {
                let depth = collector.limits.depth_max;
                old::read(part, place, collector, depth);
            }
        }
    }

    /// The controls that a part places: their names stand in the part, the rest in parts that it refers to.
    fn controls(&self, name: &str, collector: &mut Collector<'_>) {
        if !self.relations.of(name).any(Relation::is_control) {
            return;
        }
        let Some((place, part)) = self.parts.get(name) else { return };
        let part = xml::utf_8(part);
        let mut form = form_of(place);
        let mut known = BTreeSet::new();
        for tag in xml::elements(&part) {
            if tag.name == b"sheetPr" {
                form = tag.attribute("codeName").unwrap_or(form);
            }
            if tag.name != b"control" {
                continue;
            }
            let Some(control) = tag.attribute("name") else { continue };
            let target = tag.attribute("id").and_then(|id| self.relations.target(name, &id));
            let Some(target) = target else { continue };
            let index = known.len();
            // A sheet tells its controls twice, like text boxes in Word.
            if !known.insert(control.clone()) {
                continue;
            }
            let holder = Holder::Control { form: form.clone(), control: control.clone(), index };
            collector.hold(holder.clone(), "name", &control, place);
            self.control(target, &holder, collector);
            if collector.is_full() {
                return;
            }
        }
    }

    /// What a control keeps: in attributes, or in a part of its own as bytes.
    fn control(&self, target: &str, holder: &Holder, collector: &mut Collector<'_>) {
        let Some((place, part)) = self.parts.get(target) else { return };
        for tag in xml::elements(&xml::utf_8(part)) {
            if tag.name == b"ocxPr" {
                let property = tag.attribute("name").unwrap_or_default().to_ascii_lowercase();
                let value = tag.attribute("value").unwrap_or_default();
                if KEPT.contains(&property.as_str()) {
                    collector.hold(holder.clone(), &property, &value, place);
                }
            } else if tag.name == b"ocx" {
                let state = tag.attribute("id").and_then(|id| self.relations.target(target, &id));
                let Some((place, state)) = state.and_then(|state| self.parts.get(state)) else { continue };
                hold_state(state, holder, place, collector);
            }
        }
    }
}

/// Properties of a control that code reads as text.
const KEPT: [&str; 6] = ["caption", "value", "text", "tag", "groupname", "controltiptext"];

fn hold_state(state: &[u8], holder: &Holder, place: &str, collector: &mut Collector<'_>) {
    let Holder::Control { form, control, .. } = holder else { return };
    let texts =
        if looks_like_ole(state) { activex::stored(state, collector) } else { activex::persisted(state) };
    let Some(texts) = texts else { return };
    for (property, text) in &texts.own {
        collector.hold(holder.clone(), property, text, place);
    }
    for (index, property, text) in &texts.pages {
        let holder = Holder::Page { form: form.clone(), control: control.clone(), index: *index };
        collector.hold(holder, property, text, place);
    }
}

/// The module that has the controls of a part, as far as its name tells.
fn form_of(place: &str) -> String {
    let stem = place.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
    if place.starts_with("word/") {
        return activex::WORD_MODULE.to_owned();
    }
    // `slide1.xml` goes with the module `Slide1`, `sheet1.xml` with `Sheet1`.
    let mut letters = stem.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Elements of the core and the extended properties (ECMA-376-2, 11.1; ECMA-376-1, 22.2.2) with their names in VBA.
const CORE: [(&[u8], &str); 9] = [
    (b"title", "Title"),
    (b"subject", "Subject"),
    (b"creator", "Author"),
    (b"keywords", "Keywords"),
    (b"description", "Comments"),
    (b"lastModifiedBy", "Last Author"),
    (b"revision", "Revision Number"),
    (b"category", "Category"),
    (b"contentStatus", "Content status"),
];

/// See [`CORE`].
const APP: [(&[u8], &str); 5] = [
    (b"Template", "Template"),
    (b"Manager", "Manager"),
    (b"Company", "Company"),
    (b"HyperlinkBase", "Hyperlink base"),
    (b"Application", "Application Name"),
];

fn built_in(part: &[u8], place: &str, known: &[(&[u8], &str)], collector: &mut Collector<'_>) {
    for tag in xml::elements(part) {
        if let Some((_, name)) = known.iter().find(|(element, _)| *element == tag.name) {
            collector.hold(Holder::Property((*name).to_owned()), "", &tag.text(), place);
        }
    }
}

fn custom(part: &[u8], place: &str, collector: &mut Collector<'_>) {
    let mut name = None;
    for tag in xml::elements(part) {
        if tag.name == b"property" {
            name = tag.attribute("name");
        } else if let Some(name) = name.take() {
            collector.hold(Holder::Property(name), "", &tag.text(), place);
        }
    }
}

fn variables(part: &[u8], place: &str, collector: &mut Collector<'_>) {
    for tag in xml::elements(part).filter(|tag| tag.name == b"docVar") {
        let name = tag.attribute("name").unwrap_or_default();
        let value = tag.attribute("val").unwrap_or_default();
        collector.hold(Holder::Variable(name), "", &value, place);
    }
}

fn comments(part: &[u8], place: &str, collector: &mut Collector<'_>) {
    let mut text = String::new();
    let mut count = 0;
    for tag in xml::tags(part) {
        match tag.name {
            b"t" if tag.begins() => text.push_str(&tag.text()),
            b"comment" | b"cm" if tag.side == xml::Side::End => {
                count += 1;
                collector.hold(Holder::Comment(count), "", &std::mem::take(&mut text), place);
            }
            _ => {}
        }
    }
}
