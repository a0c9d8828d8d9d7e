//! Workbooks that are a ZIP of parts: XML (ECMA-376-1, 18) or binary (MS-XLSB). Relationships say which part is
//! what; names and content types are not asked.

mod binary;
mod binary_sheet;
mod markup;
mod markup_sheet;
mod relations;
mod shift;

use super::keep::Keep;
use super::ptg::{BookKind, Decompiler, Scope};
use super::{Cells, DefinedName, Link, Sheet, SheetKind, Workbook};
use crate::archive::{self, Archive};
use crate::{Budget, Limits, Parsed, Problem, ProblemKind};
use relations::Relations;
use std::collections::{BTreeSet, HashMap};

/// What the workbook's part says.
#[derive(Debug, Default)]
struct Index {
    sheets: Vec<Bound>,
    names: Vec<DefinedName>,
    /// Relationships of linked workbooks, and where in the scope formulas find each.
    externals: Vec<(String, usize)>,
    scope: Scope,
}

/// A sheet and the relationship that leads to its part.
#[derive(Debug)]
struct Bound {
    sheet: Sheet,
    relation: String,
}

/// All shared strings, one after the other.
#[derive(Debug, Default)]
struct Texts {
    all: String,
    ends: Vec<u32>,
}

impl Texts {
    fn get(&self, index: usize) -> Option<&str> {
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.all.get(usize::try_from(start).ok()?..usize::try_from(*self.ends.get(index)?).ok()?)
    }

    /// Ends a string. `false` when there is no room for more.
    fn end(&mut self) -> bool {
        u32::try_from(self.all.len()).is_ok_and(|end| {
            self.ends.push(end);
            true
        })
    }
}

/// Reads a package; `None` when it is no workbook.
pub(super) fn read(
    bytes: &[u8],
    cells: Cells,
    limits: &Limits,
    budget: &mut Budget,
) -> Option<Parsed<Workbook>> {
    let first = archive::read_zip_some(bytes, &is_index, limits, budget);
    let mut problems: Vec<Problem> =
        first.problems.into_iter().filter(|problem| is_index(&problem.place)).collect();
    let package = Relations::of_package(&part(&first.value, "_rels/.rels").unwrap_or_default());
    let main = package.main_part().unwrap_or_else(|| guess_main(&first.value));
    let stored = part(&first.value, &main);
    let (book, relations) = match stored {
        Some(book) => (book, part(&first.value, &relations_of(&main)).unwrap_or_default()),
        None => {
            // The workbook goes by another name than usual.
            let relations = relations_of(&main);
            let wanted = |name: &str| matches!(part_name(name), name if name == main || name == relations);
            let second = archive::read_zip_some(bytes, &wanted, limits, budget).value;
            (part(&second, &main)?, part(&second, &relations).unwrap_or_default())
        }
    };
    let mut keep = Keep::new(&main, limits);
    let relations = Relations::of_part(&main, &relations);
    let is_binary = !markup::is_xml(&book);
    let mut index =
        if is_binary { binary::index(&book, &mut keep)? } else { markup::index(&book, &mut keep)? };
    if index.sheets.is_empty() {
        keep.tell(ProblemKind::Malformed, &main, "the workbook names no sheet");
    }
    index.place_sheets(&relations);
    let mut reader = Reader { bytes, limits, budget, problems: Vec::new(), cells };
    let links = reader.links(&relations, &mut index, &mut keep);
    let workbook = reader.sheets(index, links, &relations, &mut keep);
    problems.append(&mut reader.problems);
    problems.extend(keep.into_problems());
    Some(Parsed { value: workbook, problems })
}

/// Parts that say what the workbook consists of, by their usual names.
fn is_index(name: &str) -> bool {
    let name = part_name(name);
    name == "_rels/.rels"
        || name.strip_prefix("xl/workbook.").is_some_and(|rest| !rest.contains('/'))
        || name.strip_prefix("xl/_rels/workbook.").is_some_and(|rest| rest.ends_with(".rels"))
}

/// Part names do not know case (OPC 6.2.2.3); some writers use `\`, and references start with `/`.
fn part_name(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_ascii_lowercase()
}

fn relations_of(part: &str) -> String {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") }
}

fn guess_main(index: &Archive) -> String {
    let names = index.entries.iter().map(|entry| part_name(&entry.name));
    names.into_iter().find(|name| name.starts_with("xl/workbook.")).unwrap_or_default()
}

fn part(archive: &Archive, name: &str) -> Option<Vec<u8>> {
    let entry = archive.entries.iter().find(|entry| part_name(&entry.name) == name)?;
    entry.bytes.clone()
}

impl Index {
    /// Finds the parts of the sheets, and by that what kind of sheet each is.
    fn place_sheets(&mut self, relations: &Relations) {
        let targets = relations.by_id();
        for bound in &mut self.sheets {
            // Excel lists modules of VBA from before 1997 as sheets without a part.
            if bound.relation.is_empty() {
                bound.sheet.kind = SheetKind::Other;
            }
            let Some(target) = targets.get(bound.relation.as_str()) else { continue };
            bound.sheet.place.clone_from(&target.part);
            bound.sheet.kind = target.sheet_kind().unwrap_or(bound.sheet.kind);
        }
    }
}

impl Index {
    /// Tells formulas what a linked workbook or server is called, and what it holds.
    fn describe(&mut self, place: usize, link: &Link, sheets: Vec<String>) {
        let Some(book) = self.scope.books.get_mut(place) else { return };
        if link.is_dde {
            book.kind = BookKind::Dde;
            book.target.clone_from(&link.target);
        }
        book.names.clone_from(&link.items);
        book.sheets = sheets;
    }
}

/// Reads the parts of one package.
struct Reader<'a, 'l> {
    bytes: &'a [u8],
    limits: &'l Limits,
    budget: &'l mut Budget,
    problems: Vec<Problem>,
    cells: Cells,
}

impl Reader<'_, '_> {
    fn unpack(&mut self, wanted: &dyn Fn(&str) -> bool) -> HashMap<String, Vec<u8>> {
        let wanted = |name: &str| wanted(&part_name(name));
        let archive = archive::read_zip_some(self.bytes, &wanted, self.limits, self.budget);
        self.problems.extend(archive.problems.into_iter().filter(|problem| wanted(&problem.place)));
        let entries = archive.value.entries.into_iter();
        entries.filter_map(|entry| Some((part_name(&entry.name), entry.bytes?))).collect()
    }

    /// What linked workbooks and servers say of themselves. Costs a look at the package, so only where there are
    /// any.
    fn links(&mut self, relations: &Relations, index: &mut Index, keep: &mut Keep<'_>) -> Vec<Link> {
        let parts: BTreeSet<&str> = relations.external_links().map(|target| target.part.as_str()).collect();
        if parts.is_empty() {
            return Vec::new();
        }
        let of_parts: BTreeSet<String> = parts.iter().map(|part| relations_of(part)).collect();
        let unpacked = self.unpack(&|name| parts.contains(name) || of_parts.contains(name));
        let empty = Vec::new();
        let places: HashMap<String, usize> = index.externals.iter().cloned().rev().collect();
        let mut links = Vec::new();
        let mut read = BTreeSet::new();
        // A part is read for the first relationship that leads to it.
        for target in relations.external_links().filter(|target| read.insert(target.part.as_str())) {
            let bytes = unpacked.get(&target.part).unwrap_or(&empty);
            let inner = unpacked.get(&relations_of(&target.part)).unwrap_or(&empty);
            let inner = Relations::of_part(&target.part, inner);
            let (link, sheets) = if markup::is_xml(bytes) {
                (markup::link(bytes, &inner), Vec::new())
            } else {
                binary::link(bytes, &inner)
            };
            let weight = link.items.iter().chain(&sheets).map(String::len).sum::<usize>();
            if !keep.pay(link.target.len().saturating_add(weight)) {
                break;
            }
            if let Some(place) = places.get(&target.id) {
                index.describe(*place, &link, sheets);
            }
            links.push(link);
        }
        links
    }

    fn sheets(
        &mut self,
        index: Index,
        links: Vec<Link>,
        relations: &Relations,
        keep: &mut Keep<'_>,
    ) -> Workbook {
        let Index { sheets, names, scope, .. } = index;
        let mut workbook =
            Workbook { sheets: sheets.into_iter().map(|bound| bound.sheet).collect(), names, links };
        let is_wanted = |sheet: &Sheet| match self.cells {
            Cells::None => false,
            Cells::Macro => sheet.kind == SheetKind::Macro,
            Cells::All => sheet.kind != SheetKind::Other || !sheet.place.is_empty(),
        };
        let wanted: BTreeSet<String> = workbook
            .sheets
            .iter()
            .filter(|sheet| is_wanted(sheet))
            .map(|sheet| sheet.place.clone())
            .collect();
        if wanted.is_empty() {
            return workbook;
        }
        let texts_part = relations.shared_strings();
        let mut parts = self.unpack(&|name| wanted.contains(name) || texts_part.as_deref() == Some(name));
        let texts = texts_part.and_then(|name| parts.remove(&name)).unwrap_or_default();
        let texts =
            if markup::is_xml(&texts) { markup_sheet::texts(&texts) } else { binary_sheet::texts(&texts) };
        if !keep.pay(texts.all.len().saturating_add(texts.ends.len().saturating_mul(4))) {
            return workbook;
        }
        let mut decompiler = Decompiler::new(&scope, self.limits.text_bytes_max);
        let mut read = BTreeSet::new();
        for sheet in &mut workbook.sheets {
            // A part is read for the first sheet that claims it, and only for that.
            let Some(bytes) = parts.remove(&sheet.place) else {
                if read.contains(&sheet.place) {
                    keep.push(Problem::circle(sheet.place.clone(), "two sheets have the same part"));
                } else if wanted.contains(&sheet.place) {
                    keep.tell(ProblemKind::Malformed, &sheet.name, "the part of the sheet is missing");
                }
                continue;
            };
            read.insert(sheet.place.clone());
            if markup::is_xml(&bytes) {
                markup_sheet::read(&bytes, &texts, sheet, keep);
            } else {
                binary_sheet::read(&bytes, &texts, &mut decompiler, sheet, keep);
            }
        }
        workbook
    }
}
