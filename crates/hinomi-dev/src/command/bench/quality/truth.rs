//! What is known about files: truth files of the sample company and of other people's mail.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// Things that should be found, by file; whatever is not listed is honest.
#[derive(Debug, Deserialize)]
pub(super) struct Truth {
    pub(super) planted: Vec<Planted>,
}

/// One thing, and the checks that should fail on it.
#[derive(Debug, Deserialize)]
pub(super) struct Planted {
    /// Below the folder that the truth is about.
    pub(super) path: String,
    /// Which message, in a file of many.
    pub(super) message_id: Option<String>,
    /// Which part of the message; the whole of it when absent.
    pub(super) part: Option<String>,
    pub(super) checks: Vec<String>,
}

impl Truth {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("failed to understand {}", path.display()))
    }
}

impl Planted {
    /// Where it is, as findings name their source below `folder`.
    pub(super) fn place(&self, folder: &Path) -> Result<String> {
        match &self.message_id {
            Some(id) if !self.path.ends_with(".eml") => {
                let mailbox = fs::read(folder.join(&self.path))
                    .with_context(|| format!("failed to read {}", self.path))?;
                match number(&String::from_utf8_lossy(&mailbox), id) {
                    Some(number) => Ok(format!("{}#{number}", self.path)),
                    None => Ok(self.path.clone()),
                }
            }
            _ => Ok(self.path.clone()),
        }
    }
}

/// The number, from 1, of the message with that id in a mailbox file (RFC 4155); none when it is no mailbox file.
pub(super) fn number(mailbox: &str, id: &str) -> Option<usize> {
    let wanted = format!("<{id}>");
    let mut seen = 0;
    let mut after_blank = true;
    for line in mailbox.lines() {
        seen += usize::from(after_blank && line.starts_with("From "));
        after_blank = line.is_empty();
        let header = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("message-id"));
        if header.is_some_and(|(_, value)| value.trim() == wanted) {
            return (seen > 0).then_some(seen);
        }
    }
    None
}
