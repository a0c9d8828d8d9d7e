//! Relationships: which part is what (OPC 8.2).

use super::super::SheetKind;
use super::markup::{Event, events};
use super::part_name;
use std::collections::HashMap;

/// The relationships of one part.
#[derive(Debug, Default)]
pub(super) struct Relations {
    all: Vec<Target>,
}

/// What a relationship leads to.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) id: String,
    /// The end of the relationship's type, lower case: `worksheet`, `xlmacrosheet`.
    kind: String,
    /// The part, or the address as written when it lies outside.
    pub(super) part: String,
}

impl Target {
    pub(super) fn sheet_kind(&self) -> Option<SheetKind> {
        match self.kind.as_str() {
            "worksheet" => Some(SheetKind::Worksheet),
            "xlmacrosheet" | "xlintlmacrosheet" => Some(SheetKind::Macro),
            "chartsheet" | "dialogsheet" => Some(SheetKind::Other),
            _ => None,
        }
    }
}

impl Relations {
    pub(super) fn of_package(xml: &[u8]) -> Self {
        Self::read("", xml)
    }

    pub(super) fn of_part(part: &str, xml: &[u8]) -> Self {
        Self::read(part.rsplit_once('/').map_or("", |(folder, _)| folder), xml)
    }

    fn read(folder: &str, xml: &[u8]) -> Self {
        let mut all = Vec::new();
        for event in events(xml) {
            let Event::Open(element) = event else { continue };
            if element.name != b"Relationship" {
                continue;
            }
            let kind = element.attribute("Type").unwrap_or_default();
            let target = element.attribute("Target").unwrap_or_default();
            let is_external =
                element.attribute("TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
            all.push(Target {
                id: element.attribute("Id").unwrap_or_default(),
                kind: kind.rsplit('/').next().unwrap_or_default().to_ascii_lowercase(),
                part: if is_external { target } else { resolve(folder, &target) },
            });
        }
        Self { all }
    }

    pub(super) fn main_part(&self) -> Option<String> {
        self.all.iter().find(|target| target.kind == "officedocument").map(|target| target.part.clone())
    }

    /// The targets by their ids; of two with one id, the first.
    pub(super) fn by_id(&self) -> HashMap<&str, &Target> {
        self.all.iter().rev().map(|target| (target.id.as_str(), target)).collect()
    }

    pub(super) fn shared_strings(&self) -> Option<String> {
        self.all.iter().find(|target| target.kind == "sharedstrings").map(|target| target.part.clone())
    }

    /// The parts of linked workbooks.
    pub(super) fn external_links(&self) -> impl Iterator<Item = &Target> {
        self.all.iter().filter(|target| target.kind == "externallink")
    }

    /// What a linked workbook's part leads to: the path of the workbook.
    pub(super) fn external_path(&self) -> Option<&str> {
        self.all.first().map(|target| target.part.as_str())
    }
}

/// The name of a part a relationship targets: an address relative to the folder of its source.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    if target.starts_with('/') {
        return part_name(&target);
    }
    let mut path: Vec<&str> = folder.split('/').filter(|piece| !piece.is_empty()).collect();
    for piece in target.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            piece => path.push(piece),
        }
    }
    part_name(&path.join("/"))
}
