//! Our own reader over files, and what it found in words that a second reader can be asked about.

use anyhow::Result;
use hinomi_formats::Limits;
use hinomi_formats::keys::{self, KeyObject, OpenedBy};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Files are read side by side.
const LANES: usize = 2;

/// An object as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) kind: String,
    #[serde(default)]
    pub(super) format: String,
    #[serde(default)]
    pub(super) algorithm: Option<String>,
    pub(super) bits: Option<u32>,
    pub(super) curve: Option<String>,
    pub(super) spki: Option<String>,
    #[serde(default)]
    pub(super) fingerprint: String,
    #[serde(default)]
    pub(super) closed: bool,
}

impl Told {
    pub(super) fn of(object: &KeyObject) -> Self {
        Self {
            kind: object.kind.name().to_owned(),
            format: object.format.name().to_owned(),
            algorithm: Some(object.algorithm.to_string()),
            bits: object.bits,
            curve: object.curve.as_deref().map(str::to_owned),
            spki: object.spki_sha256.as_ref().map(|hash| hex(hash)),
            fingerprint: hex(&object.fingerprint_sha256),
            closed: object.opened_by == OpenedBy::Closed,
        }
    }
}

/// A file and what it holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) file: PathBuf,
    pub(super) objects: Vec<Told>,
}

/// Reads one file.
pub(super) fn read(path: &Path, passwords: &[String]) -> Result<Vec<KeyObject>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(keys::read(&name, &fs::read(path)?, passwords, &Limits::desk()).value)
}

/// Takes files one by one, on both cores; what comes of them, in their order.
pub(super) fn each<T: Send>(files: &[PathBuf], take: impl Fn(&Path) -> Result<T> + Sync) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let lane = || -> Result<Vec<(usize, T)>> {
        let mut taken = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(at) else { return Ok(taken) };
            taken.push((at, take(file)?));
        }
    };
    let lanes: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..LANES).map(|_| scope.spawn(lane)).collect();
        running.into_iter().map(|lane| lane.join()).collect()
    });
    let mut all = Vec::with_capacity(files.len());
    for lane in lanes {
        all.extend(lane.map_err(|_| anyhow::anyhow!("the reader panicked"))??);
    }
    all.sort_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, one)| one).collect())
}

/// Every file below a folder, in the order of their names; links are not followed.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
