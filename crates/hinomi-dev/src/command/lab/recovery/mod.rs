//! Recovery: what the program tells of forged documents, held against what they were made of.

#[cfg(test)]
mod tests;
mod told;

pub(crate) use told::Told;

use super::score::Share;
use anyhow::{Result, ensure};
use hinomi_dev::forge::specimens::{self, Specimen, Truth};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Of the documents of one style, how many in a hundred must be recovered exactly.
pub(crate) const RECOVERED_PERCENT_MIN: usize = 95;
/// Of ten styles, how many must reach that.
pub(crate) const STYLES_OF_TEN_MIN: usize = 9;

/// A forged file on disk.
pub(crate) struct Document {
    pub(crate) path: PathBuf,
    /// SHA-256 of its bytes, as evidence is named.
    pub(crate) digest: String,
    pub(crate) truth: Truth,
}

/// Which forged documents: the same numbers and the same seed give the same files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) attacks: usize,
    pub(crate) honest: usize,
    pub(crate) seed: u64,
}

/// A forged set on disk, attacks and honest documents apart: what one holds is no help in judging the other.
pub(crate) struct Set {
    pub(crate) attacks: Vec<Document>,
    pub(crate) honest: Vec<Document>,
}

impl Set {
    /// Writes a set below a folder.
    pub(crate) fn write(folder: &Path, order: Order) -> Result<Self> {
        let Order { attacks, honest, seed } = order;
        Ok(Self {
            attacks: write(&folder.join("attacks"), attacks, |number| specimens::attack(number, seed))?,
            honest: write(&folder.join("honest"), honest, |number| specimens::benign(number, seed))?,
        })
    }
}

fn write(folder: &Path, count: usize, forge: impl Fn(usize) -> Result<Specimen>) -> Result<Vec<Document>> {
    fs::create_dir_all(folder)?;
    let one = |number| {
        let Specimen { extension, bytes, truth } = forge(number)?;
        let path = folder.join(format!("{number:05}.{extension}"));
        fs::write(&path, &bytes)?;
        let digest = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Document { path, digest, truth })
    };
    (0..count).map(one).collect()
}

/// The row of a document: what carries the attack, and how it is hidden.
pub(crate) fn group(truth: &Truth) -> String {
    let style = truth.style.as_deref().unwrap_or_default();
    let carrier = match truth.shape.as_str() {
        _ if truth.stomped => return STOMPED.to_owned(),
        "e1" | "e2" | "e3" => "VBA",
        "e4" => "PDF",
        "e5" => return "mail, locked archive (E5)".to_owned(),
        "e6" | "e8" => "XLM",
        "e7" => "shortcut",
        "e9" => "OneNote",
        "dde" => "DDE",
        "rtf-package" => "RTF",
        "e10" => return "mail, reply type (E10)".to_owned(),
        "e11" => return "mail, scatter type (E11)".to_owned(),
        other => &other.replace('-', " "),
    };
    format!("{carrier}, {style}")
}

/// The row of documents whose source was replaced: nothing can be recovered from it.
pub(crate) const STOMPED: &str = "VBA, stomped";

/// What was recovered of the documents of one row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    pub(crate) documents: usize,
    /// Command lines recovered exactly, of documents that would start one.
    pub(crate) command: Share,
    /// Lists of addresses recovered exactly: these, in this order, and no other.
    pub(crate) urls: Share,
    /// Documents with an alarm.
    pub(crate) alarmed: Share,
}

impl Row {
    pub(crate) fn add(&mut self, truth: &Truth, told: &Told) {
        self.documents += 1;
        if truth.command.is_some() {
            self.command.add(told.has_command(truth));
        }
        if !truth.stomped {
            self.urls.add(told.urls == truth.urls);
        }
        self.alarmed.add(told.alarms().next().is_some());
    }

    /// Whether enough is recovered.
    pub(crate) fn holds(&self) -> bool {
        [self.command, self.urls].iter().all(|share| share.part * 100 >= share.of * RECOVERED_PERCENT_MIN)
    }
}

/// Rows by name, without the stomped documents.
pub(crate) fn rows<'a>(answers: impl Iterator<Item = (&'a Document, &'a Told)>) -> BTreeMap<String, Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for (document, told) in answers.filter(|(document, _)| !document.truth.stomped) {
        rows.entry(group(&document.truth)).or_default().add(&document.truth, told);
    }
    rows
}

/// Whether enough rows hold.
pub(crate) fn enough_hold(rows: &BTreeMap<String, Row>) -> bool {
    rows.values().filter(|row| row.holds()).count() * 10 >= rows.len() * STYLES_OF_TEN_MIN
}

/// One line on a document that was not recovered, by which it can be forged and looked at again.
pub(crate) fn miss(document: &Document, told: &Told) -> Option<String> {
    let truth = &document.truth;
    let by_command = truth.command.is_some() && !told.has_command(truth);
    let by_urls = told.urls != truth.urls;
    if truth.stomped || !(by_command || by_urls) {
        return None;
    }
    let mut what = Vec::new();
    if by_command {
        let longest = told.commands.iter().max_by_key(|command| command.len());
        let near = longest.map_or_else(|| "none".to_owned(), |command| format!("{:.60}", command));
        what.push(format!("command (told: {near})"));
    }
    if by_urls {
        what.push(format!("addresses ({} told, {} true)", told.urls.len(), truth.urls.len()));
    }
    let name = document.path.file_name().unwrap_or_default().to_string_lossy();
    let place = truth.place.as_deref().unwrap_or_default();
    Some(format!("{name}: {}, {place}: {}", group(truth), what.join(", ")))
}

/// Asks the program about documents of one folder, in one call.
pub(crate) fn ask(hinomi: &Path, documents: &[Document]) -> Result<Vec<Told>> {
    let folder = documents.first().and_then(|document| document.path.parent());
    let Some(folder) = folder else { return Ok(Vec::new()) };
    ensure!(
        documents.iter().all(|document| document.path.parent() == Some(folder)),
        "failed to ask about documents of several folders"
    );
    told::ask(hinomi, folder, documents)
}
