//! How often the checks are right: forged documents, honest ones, the sample company, other people's mail.
//!
//! Every figure is counted from what the program and the peers say in this very run, on the same files. What is
//! true comes from who made the file: the forge writes it down, `lab/truth/corpus-mail.toml` names what other
//! people's test mail is made to hold, and the rest of the corpus is honest by where it comes from.

mod company;
mod corpus;
mod forged;
mod mail;
mod peers;
mod scan;
mod score;
mod table;
#[cfg(test)]
mod tests;
mod truth;

use crate::command::lab::Lab;
use anyhow::Result;
use std::path::Path;

/// Our checks that judge what a macro does.
const MACRO_CHECKS: [&str; 2] = ["document.auto-run-macro", "document.starts-powershell"];

/// The chapter of docs/benchmarks.md, as Markdown. Takes minutes; what cannot be measured here is said in its place.
pub(super) fn section(lab: &Lab, hinomi: &Path) -> Result<String> {
    let parts = [
        forged::part(lab, hinomi)?,
        corpus::part(lab, hinomi)?,
        company::part(lab, hinomi)?,
        mail::part(lab, hinomi)?,
    ];
    Ok(parts.join("\n"))
}
