//! Relationships between parts (OPC 9.3): each `.rels` part belongs to one other part and says what that part
//! refers to.

use super::{part_name, xml};
use crate::archive::Archive;
use std::collections::{BTreeMap, BTreeSet};

/// All relationships of a package, by the part that they start from.
#[derive(Debug, Default)]
pub(in super::super) struct Relations {
    /// Sorted by id for each part.
    by_part: BTreeMap<String, Vec<Relation>>,
    /// Parts that describe a control.
    controls: BTreeSet<String>,
    /// Parts that hold the state of a control as bytes.
    states: BTreeSet<String>,
}

/// One relationship.
#[derive(Debug)]
pub(in super::super) struct Relation {
    pub(in super::super) id: String,
    /// The last piece of its type: `attachedTemplate`, `oleObject`, `hyperlink`.
    pub(in super::super) kind: String,
    /// The target as written.
    pub(in super::super) target: String,
    /// The part that it leads to, in lower case; what lies outside leads to none.
    pub(in super::super) part: Option<String>,
}

impl Relation {
    /// Whether it leads to the state of a control.
    pub(in super::super) fn is_control(&self) -> bool {
        self.kind == "control"
    }
}

/// Whether a part holds relationships.
pub(in super::super) fn is_relations(name: &str) -> bool {
    let name = part_name(name);
    name.ends_with(".rels") && (name.starts_with("_rels/") || name.contains("/_rels/"))
}

impl Relations {
    pub(in super::super) fn read(index: &Archive) -> Self {
        let mut relations = Self::default();
        for entry in index.entries.iter().filter(|entry| is_relations(&entry.name)) {
            let Some(bytes) = &entry.bytes else { continue };
            relations.add(&part_name(&entry.name), bytes);
        }
        for all in relations.by_part.values_mut() {
            all.sort_by(|one, other| one.id.cmp(&other.id));
            for relation in all {
                let Some(part) = &relation.part else { continue };
                match relation.kind.as_str() {
                    "control" => relations.controls.insert(part.clone()),
                    "activeXControlBinary" => relations.states.insert(part.clone()),
                    _ => continue,
                };
            }
        }
        relations
    }

    fn add(&mut self, name: &str, bytes: &[u8]) {
        let (folder, file) = name.rsplit_once("_rels/").unwrap_or(("", name));
        let source = format!("{folder}{}", file.strip_suffix(".rels").unwrap_or(file));
        let all = self.by_part.entry(source).or_default();
        for element in xml::elements(&xml::utf_8(bytes)).filter(|element| element.name == b"Relationship") {
            let target = element.attribute("Target").unwrap_or_default();
            let is_external =
                element.attribute("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
            let kind = element.attribute("Type").unwrap_or_default();
            all.push(Relation {
                id: element.attribute("Id").unwrap_or_default(),
                kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                part: (!is_external).then(|| resolve(folder, &target)),
                target,
            });
        }
    }

    /// The relationships that start from a part.
    pub(in super::super) fn of(&self, part: &str) -> impl Iterator<Item = &Relation> {
        self.by_part.get(part).into_iter().flatten()
    }

    /// All relationships, with the part that they start from.
    pub(in super::super) fn all(&self) -> impl Iterator<Item = (&str, &Relation)> {
        self.by_part.iter().flat_map(|(part, all)| all.iter().map(move |one| (part.as_str(), one)))
    }

    /// Whether a part describes a control or holds its state.
    pub(in super::super) fn is_of_control(&self, part: &str) -> bool {
        self.controls.contains(part) || self.is_control_state(part)
    }

    /// Whether a part holds the state of a control.
    pub(in super::super) fn is_control_state(&self, part: &str) -> bool {
        self.states.contains(part)
    }

    /// The part that a relationship of `part` leads to.
    pub(in super::super) fn target(&self, part: &str, id: &str) -> Option<&str> {
        let all = self.by_part.get(part)?;
        let at = all.binary_search_by(|relation| relation.id.as_str().cmp(id)).ok()?;
        all.get(at)?.part.as_deref()
    }
}

/// The part that a target names, seen from a folder (OPC 9.3.4): `../activeX/x.xml` from `word/deep/`.
fn resolve(folder: &str, target: &str) -> String {
    let whole = if target.starts_with(['/', '\\']) { target.to_owned() } else { format!("{folder}{target}") };
    let mut pieces: Vec<&str> = Vec::new();
    let whole = part_name(&whole);
    for piece in whole.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                pieces.pop();
            }
            _ => pieces.push(piece),
        }
    }
    pieces.join("/")
}
