//! Trees in which nobody put keys: whatever we find there, a second reader finds as well, or it is false.

use super::material::script;
use super::ours::{self, Held, Told};
use crate::command::lab::tools::debian;
use crate::command::lab::{Lab, in_guard};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Bytes that a sample has at least.
const SAMPLE_BYTES: u64 = 1 << 30;
/// A sample takes one file of so many, then the next of so many, until it has its bytes.
const STRIDE: usize = 16;
/// The second reader asks several others.
const GUARD: Duration = Duration::from_secs(900);
/// Objects shown of those that are false.
const SHOWN_MAX: usize = 20;

/// A tree without keys.
pub(crate) struct Tree {
    /// Its name for people.
    pub(crate) name: &'static str,
    pub(crate) folder: PathBuf,
}

/// The compiler's tree and the system's.
pub(crate) fn trees() -> Result<Vec<Tree>> {
    let told = Command::new("rustc").args(["--print", "sysroot"]).output().context("failed to ask rustc")?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&told.stdout).trim());
    ensure!(sysroot.is_dir(), "failed to find the tree of the compiler");
    let trees = [("the Rust toolchain", sysroot), ("/usr", PathBuf::from("/usr"))];
    Ok(trees.map(|(name, folder)| Tree { name, folder }).into_iter().collect())
}

/// What the second reader says of a file: which of our objects it does not find.
#[derive(Deserialize)]
struct Doubted {
    file: PathBuf,
    r#false: Vec<usize>,
}

pub(super) fn hold(lab: &Lab, whole: bool, given: &[PathBuf]) -> super::Held {
    let folders = if given.is_empty() {
        trees()?.into_iter().map(|tree| tree.folder).collect()
    } else {
        given.to_vec()
    };
    let mut all = Vec::new();
    for folder in folders {
        all.extend(ours::files(&folder)?);
    }
    let wanted = if whole || !given.is_empty() { all } else { sample(&all, SAMPLE_BYTES) };
    let read = ours::each(&wanted, |path| {
        // What may not be read is nobody's false key.
        let Ok(bytes) = fs::metadata(path).map(|known| known.len()) else { return Ok((0, Vec::new())) };
        let objects = ours::read(path, &[]).unwrap_or_default();
        Ok((bytes, objects.iter().map(Told::of).collect::<Vec<Told>>()))
    })?;
    let bytes: u64 = read.iter().map(|(bytes, _)| bytes).sum();
    let found: Vec<Held> = wanted
        .iter()
        .zip(read)
        .filter(|(_, (_, objects))| !objects.is_empty())
        .map(|(file, (_, objects))| Held { file: file.clone(), objects })
        .collect();
    let objects: usize = found.iter().map(|held| held.objects.len()).sum();
    let doubted = match doubted(lab, &found)? {
        Ok(doubted) => doubted,
        Err(why) => return Ok(Err(why)),
    };
    let wrong: Vec<String> = doubted
        .iter()
        .flat_map(|doubted| doubted.r#false.iter().map(|at| (&doubted.file, *at)))
        .map(|(file, at)| format!("{}: {:?}", file.display(), object(&found, file, at)))
        .collect();
    let shown: Vec<&str> = wrong.iter().take(SHOWN_MAX).map(String::as_str).collect();
    ensure!(wrong.is_empty(), "{} of {objects} objects are false:\n{}", wrong.len(), shown.join("\n"));
    Ok(Ok(format!(
        "no false key in {} files, {:.2} GB; all {objects} objects found there are seen by a second reader",
        wanted.len(),
        bytes as f64 / 1e9
    )))
}

fn object<'f>(found: &'f [Held], file: &Path, at: usize) -> Option<&'f Told> {
    found.iter().find(|held| held.file == file)?.objects.get(at)
}

/// Asks the second reader.
fn doubted(lab: &Lab, found: &[Held]) -> Result<Result<Vec<Doubted>, String>> {
    let is_openpgp = |held: &Held| held.objects.iter().any(|object| object.format == "openpgp");
    if let (true, Err(why)) = (found.iter().any(is_openpgp), debian(&["gpg"], "gpg")) {
        return Ok(Err(why));
    }
    let desk = tempfile::tempdir()?;
    let questions = desk.path().join("found.ndjson");
    let planted = planted(desk.path())?;
    let asked = found.iter().chain([&planted]);
    let lines: Vec<String> = asked.map(serde_json::to_string).collect::<Result<_, _>>()?;
    fs::write(&questions, lines.join("\n"))?;
    let mut command = match script(lab, "keys-python", "second.py") {
        Ok(command) => command,
        Err(why) => return Ok(Err(why)),
    };
    command.arg(&questions);
    let ran = in_guard(&command, GUARD)?;
    ensure!(ran.code == 0, "the second reader failed: {}", ran.tail());
    let mut answers: Vec<Doubted> = ran.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let of_planted = answers.pop().context("the second reader is silent")?;
    ensure!(of_planted.r#false == [0], "the second reader agrees with what is false");
    ensure!(answers.len() == found.len(), "the second reader answers {} of {}", answers.len(), found.len());
    Ok(Ok(answers))
}

/// A file without a key, and an object said to be there: who agrees with that agrees with everything.
fn planted(folder: &Path) -> Result<Held> {
    let (file, body) = (folder.join("planted.pem"), "MAMCAQE=");
    fs::write(&file, format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"))?;
    let fingerprint = Sha256::digest([0x30, 3, 2, 1, 1]).iter().map(|byte| format!("{byte:02x}")).collect();
    let object = Told {
        kind: "public_key".to_owned(),
        format: "pem".to_owned(),
        algorithm: Some("rsa".to_owned()),
        bits: Some(2_048),
        curve: None,
        spki: None,
        fingerprint,
        closed: false,
    };
    Ok(Held { file, objects: vec![object] })
}

/// Files from everywhere in the trees, the same at every call, of so many bytes together; all if there are not so many.
pub(super) fn sample(all: &[PathBuf], bytes_min: u64) -> Vec<PathBuf> {
    let (mut taken, mut bytes) = (Vec::new(), 0);
    for first in 0..STRIDE {
        for path in all.iter().skip(first).step_by(STRIDE) {
            if bytes >= bytes_min {
                return taken;
            }
            bytes += fs::metadata(path).map_or(0, |known| known.len());
            taken.push(path.clone());
        }
    }
    taken
}
