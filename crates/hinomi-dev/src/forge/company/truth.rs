//! `truth.toml`: what is planted, and which checks should fail on it.

use super::desk::Planted;
use anyhow::Result;
use serde::Serialize;

/// One planted thing.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    name: &'static str,
    class: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    checks: Vec<&'static str>,
    urls: Vec<String>,
    note: &'static str,
}

#[derive(Serialize)]
struct File<'a> {
    schema: u32,
    mails: usize,
    planted: &'a [Entry],
}

impl Entry {
    pub(super) fn mail(planted: &Planted, path: &str, message_id: &str) -> Self {
        Self { message_id: Some(message_id.to_owned()), ..Self::file(planted, path) }
    }

    pub(super) fn file(planted: &Planted, path: &str) -> Self {
        let Planted { name, class, checks, urls, note } = planted.clone();
        Self { name, class, path: path.to_owned(), message_id: None, checks, urls, note }
    }
}

const HEAD: &str = "\
# Written by `cargo dev fixtures`. What is planted in the sample company and which checks should fail on it.
# Everything that is not listed here is benign. class: attack, or practice (a habit to be given up).
";

/// The file's text.
pub(super) fn write(mails: usize, planted: &[Entry]) -> Result<String> {
    Ok(format!("{HEAD}{}", toml::to_string(&File { schema: 1, mails, planted })?))
}
