//! How often the checks are right: honest documents, the sample company, other people's mail.
//!
//! Every figure is counted from what the program and the peers say in this very run, on the same files. What is
//! true comes from who made the file: `lab/truth/corpus-mail.toml` names what other people's test mail is made to
//! hold, and the rest of the corpus is honest by where it comes from. Forged documents have a section of their own.

mod company;
mod corpus;
pub(super) mod keys;
mod mail;
pub(super) mod peers;
mod scan;
#[cfg(test)]
mod tests;
mod truth;

use super::Bench;
use super::table::{Table, where_and_when};
use anyhow::Result;

/// Our checks that judge what a macro does.
const MACRO_CHECKS: [&str; 2] = ["document.auto-run-macro", "document.starts-powershell"];

/// The section, as Markdown. Takes minutes; what cannot be measured here is said in its place.
pub(super) fn section(bench: &Bench) -> Result<String> {
    let (lab, hinomi) = (&bench.lab, bench.hinomi()?);
    let parts = [
        corpus::part(lab, hinomi)?,
        company::part(lab, hinomi)?,
        mail::part(lab, hinomi)?,
        where_and_when(&["oletools 0.60.2"]),
    ];
    Ok(parts.join("\n"))
}

pub(super) fn table(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new(heads);
    rows.into_iter().for_each(|row| table.row(&row));
    table.end()
}
