//! Office Open XML: a ZIP of parts (ECMA-376-2, OPC). Only parts that can be a compound file or an embedded
//! document are unpacked; what a part is, its content type says, not its name.

pub(super) mod flat;
mod outside;
pub(super) mod relations;
pub(super) mod xml;

use super::ole::Found;
use super::{
    Application, Container, Document, Embedded, Sketches, Target, dde, looks_like_ole, targets, workbook,
};
use crate::archive::{self, Archive};
use crate::{Budget, Limits, Parsed};
pub(super) use outside::Outside;
use relations::Relations;
use std::collections::{BTreeMap, BTreeSet};

/// The part that gives every other part its type (OPC 10.1.2.4).
const CONTENT_TYPES: &str = "[Content_Types].xml";

/// Reads a package; `None` when it is no ZIP or a ZIP without content types.
pub(super) fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Option<Parsed<Document>> {
    if !archive::looks_like_zip(bytes) {
        return None;
    }
    let index = archive::read_zip_some(bytes, &is_index, limits, budget);
    let mut problems = index.problems;
    let types = Types::read(&index.value)?;
    // The second look at the directory tells its problems again.
    problems.retain(|problem| is_index(&problem.place));
    let may_fetch = |name: &str| outside::may_fetch(types.content_type(&part_name(name)));
    let wanted = |name: &str| !is_index(name) && (types.may_act(name) || may_fetch(name));
    let parts = archive::read_zip_some(bytes, &wanted, limits, budget).take(&mut problems);

    let mut found = Found::default();
    let mut outside = Outside { targets: external(&index.value), ..Outside::default() };
    let mut texts = Vec::new();
    for part in parts.entries {
        let Some(bytes) = part.bytes else { continue };
        if looks_like_ole(&bytes) {
            found.add_inner(&part.name, &bytes, limits, budget);
        } else if types.content_type(&part_name(&part.name)).ends_with("ms-excel.externallink") {
            outside.dde.extend(dde::of_binary_link(&bytes, &part.name));
        } else if may_fetch(&part.name) {
            outside.add_part(&bytes, &part.name, limits.text_bytes_max);
            texts.push(bytes);
        } else if is_embedding(&part.name) && !bytes.is_empty() {
            let name = part.name.rsplit(['/', '\\']).next().map(str::to_owned);
            found.embedded.push(Embedded { path: part.name, name, bytes });
        }
    }
    // Only a package that says it has macro sheets is read cell by cell.
    let workbook = types
        .has_macro_sheet()
        .then(|| workbook(bytes, limits, budget))
        .flatten()
        .map(|parsed| parsed.take(&mut problems));
    let acts = !found.projects.is_empty() || !outside.dde.is_empty() || !outside.targets.is_empty();
    if acts || workbook.is_some() {
        let by_people = |name: &str| outside::is_read_by_people(types.content_type(&part_name(name)));
        let read = archive::read_zip_some(bytes, &by_people, limits, budget).value;
        let read = read.entries.into_iter().filter_map(|part| part.bytes);
        for part in texts.into_iter().chain(read) {
            outside.add_decoys(&part, limits.text_bytes_max);
        }
    }
    problems.extend(found.problems);
    let document = Document {
        container: Container::Ooxml,
        application: types.application,
        projects: found.projects,
        encrypted: false,
        opened_with: None,
        embedded: found.embedded,
        dde: outside.dde,
        targets: outside.targets,
        workbook,
        decoys: outside.decoys,
        sketches: Sketches::default(),
    };
    Some(Parsed { value: document, problems })
}

/// What relationships fetch from other machines.
fn external(index: &Archive) -> Vec<Target> {
    let relations = Relations::read(index);
    let outside = relations.all().filter(|(_, relation)| relation.part.is_none());
    let found = outside.filter_map(|(part, relation)| {
        let place = if part.is_empty() { "_rels/.rels" } else { part };
        targets::of_relation(&relation.kind, &relation.target, place)
    });
    found.collect()
}

/// Content types and relationships.
fn is_index(name: &str) -> bool {
    Types::is_part(name) || relations::is_relations(name)
}

/// Part names do not know case (OPC 6.2.2.3); some writers use `\`, and references start with `/`.
pub(super) fn part_name(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

fn is_embedding(name: &str) -> bool {
    part_name(name).contains("/embeddings/")
}

/// What the package says about its parts.
#[derive(Default)]
pub(super) struct Types {
    by_part: BTreeMap<String, String>,
    by_extension: BTreeMap<String, String>,
    /// Parts that a relationship calls the VBA project, whatever their content type.
    projects: BTreeSet<String>,
    /// A relationship calls a part a macro sheet: that counts, whatever content type the part has.
    macro_sheets: bool,
    application: Application,
}

impl Types {
    /// Whether a part is the one that gives the types.
    pub(super) fn is_part(name: &str) -> bool {
        part_name(name) == CONTENT_TYPES.to_ascii_lowercase()
    }

    pub(super) fn read(index: &Archive) -> Option<Self> {
        let mut types = Self::default();
        let mut is_package = false;
        for entry in &index.entries {
            let name = part_name(&entry.name);
            let is_types = name == CONTENT_TYPES.to_ascii_lowercase();
            is_package |= is_types;
            let Some(bytes) = &entry.bytes else { continue };
            let text = xml::utf_8(bytes);
            if is_types {
                types.add_types(&text);
            } else {
                types.add_relationships(&text, name.split("_rels/").next().unwrap_or_default());
            }
        }
        if types.application == Application::Other {
            let names = || index.entries.iter().map(|entry| part_name(&entry.name));
            let has = |folder: &str| names().any(|name| name.starts_with(folder));
            let folders = [
                ("word/", Application::Word),
                ("xl/", Application::Excel),
                ("ppt/", Application::PowerPoint),
            ];
            let found = folders.into_iter().find(|(folder, _)| has(folder));
            types.application = found.map(|(_, application)| application).unwrap_or_default();
        }
        is_package.then_some(types)
    }

    fn add_types(&mut self, text: &[u8]) {
        for element in xml::elements(text) {
            let Some(content_type) = element.attribute("ContentType") else { continue };
            let content_type = content_type.to_ascii_lowercase();
            if self.application == Application::Other && content_type.contains(".main") {
                self.application = application(&content_type);
            }
            match element.name {
                b"Default" => {
                    let extension = element.attribute("Extension").unwrap_or_default().to_ascii_lowercase();
                    self.by_extension.insert(extension, content_type);
                }
                b"Override" => {
                    let part = part_name(&element.attribute("PartName").unwrap_or_default());
                    self.by_part.insert(part, content_type);
                }
                _ => {}
            }
        }
    }

    fn add_relationships(&mut self, text: &[u8], folder: &str) {
        for element in xml::elements(text).filter(|element| element.name == b"Relationship") {
            let kind = element.attribute("Type").unwrap_or_default();
            self.macro_sheets |= kind.to_ascii_lowercase().ends_with("macrosheet");
            if !kind.ends_with("/vbaProject") {
                continue;
            }
            let target = element.attribute("Target").unwrap_or_default();
            let part = if target.starts_with('/') { target } else { format!("{folder}{target}") };
            self.projects.insert(part_name(&part));
        }
    }

    /// Whether a part can be a compound file or an embedded document: everything but what its type says is
    /// XML, a picture, sound or a table of a binary workbook. A part without a type is looked at.
    pub(super) fn may_act(&self, name: &str) -> bool {
        let name = part_name(name);
        let content_type = self.content_type(&name);
        let is_inert = content_type.ends_with("xml")
            || ["image/", "audio/", "video/", "font/"].iter().any(|kind| content_type.starts_with(kind))
            || content_type.ends_with(".printersettings")
            || content_type.ends_with(".obfuscatedfont")
            || BINARY_WORKBOOK.iter().any(|table| content_type.ends_with(table));
        self.projects.contains(&name) || is_embedding(&name) || !is_inert
    }
}

impl Types {
    /// Whether there is a sheet of Excel 4.0 macros, by content type or relationship.
    fn has_macro_sheet(&self) -> bool {
        self.macro_sheets
            || self.by_part.values().any(|content_type| {
                content_type.ends_with("macrosheet+xml") || content_type.ends_with("macrosheet")
            })
    }

    /// The content type of a part in lower case, empty when it has none. Takes the name as [`part_name`] gives it.
    pub(super) fn content_type(&self, name: &str) -> &str {
        let by_extension = || self.by_extension.get(name.rsplit('.').next().unwrap_or_default());
        self.by_part.get(name).or_else(by_extension).map_or("", String::as_str)
    }
}

/// Parts of a binary workbook (MS-XLSB 2.1.7) that are large and hold records, by the end of their types.
const BINARY_WORKBOOK: [&str; 9] = [
    "ms-excel.sheet.binary.macroenabled.main",
    "ms-excel.worksheet",
    "ms-excel.macrosheet",
    "ms-excel.binindexws",
    "ms-excel.sharedstrings",
    "ms-excel.styles",
    "ms-excel.calcchain",
    "ms-excel.pivotcacherecords",
    "ms-excel.pivottable",
];

/// The program, told by the content type of the main part.
pub(super) fn application(content_type: &str) -> Application {
    let marks = [
        ("wordprocessingml", Application::Word),
        ("ms-word", Application::Word),
        ("spreadsheetml", Application::Excel),
        ("ms-excel", Application::Excel),
        ("presentationml", Application::PowerPoint),
        ("ms-powerpoint", Application::PowerPoint),
    ];
    let found = marks.into_iter().find(|(mark, _)| content_type.contains(mark));
    found.map(|(_, application)| application).unwrap_or_default()
}
