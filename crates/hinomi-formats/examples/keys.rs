//! Prints the keys and certificates in files as NDJSON, for comparison with other readers.
//!
//! Takes files and folders as arguments; of a folder everything below it. One object a key: `{"file", "kind", "format",
//! "label", "place", "algorithm", "bits", "curve", "spki_sha256", "encryption", "opened_by", "private", "subject", "weaknesses"}`, and one a
//! file with problems: `{"file", "problems"}`; at the end those that share primes: `{"file", "shared_prime"}`. Each `--password=…` is tried on what is encrypted. `--count` prints only
//! how many files, bytes and objects there were, and the seconds the reading took.

#![expect(clippy::disallowed_methods, reason = "the crate reads no files; this program of its tests does")]

use hinomi_formats::Limits;
use hinomi_formats::keys::{self, KeyObject, PublicNumbers};
use serde_json::{Value, json};
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

fn main() -> std::io::Result<()> {
    let (mut passwords, mut paths, mut count) = (Vec::new(), Vec::new(), false);
    for word in std::env::args().skip(1) {
        match word.strip_prefix("--password=") {
            Some(password) => passwords.push(password.to_owned()),
            None if word == "--count" => count = true,
            None => paths.push(PathBuf::from(word)),
        }
    }
    let limits = Limits::desk();
    let mut out = BufWriter::new(std::io::stdout().lock());
    let (mut files, mut total, mut objects, mut spent) = (0_u64, 0_u64, 0_usize, Duration::ZERO);
    let mut moduli: Vec<(String, Vec<u8>)> = Vec::new();
    while let Some(path) = paths.pop() {
        let Ok(found) = std::fs::symlink_metadata(&path) else { continue };
        if found.is_dir() {
            let Ok(entries) = std::fs::read_dir(&path) else { continue };
            paths.extend(entries.flatten().map(|entry| entry.path()));
            continue;
        }
        if !found.is_file() {
            continue;
        }
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let name = path.display().to_string();
        let started = Instant::now();
        let read = keys::read(&name, &bytes, &passwords, &limits);
        spent += started.elapsed();
        files += 1;
        total += bytes.len() as u64;
        objects += read.value.len();
        if count {
            continue;
        }
        for object in &read.value {
            writeln!(out, "{}", line(&name, object))?;
        }
        moduli.extend(read.value.iter().filter_map(modulus).map(|modulus| (name.clone(), modulus)));
        if !read.problems.is_empty() {
            writeln!(out, "{}", json!({ "file": name, "problems": read.problems }))?;
        }
    }
    if count {
        let seconds = spent.as_secs_f64();
        writeln!(
            out,
            "{}",
            json!({ "files": files, "bytes": total, "objects": objects, "seconds": seconds })
        )?;
    }
    let numbers: Vec<&[u8]> = moduli.iter().map(|(_, modulus)| modulus.as_slice()).collect();
    for shared in keys::weak::shared_primes(&numbers, &limits).value {
        let name = |index: usize| moduli.get(index).map(|(name, _)| name);
        let with: Vec<_> = shared.with.iter().map(|index| name(*index)).collect();
        writeln!(out, "{}", json!({ "file": name(shared.index), "shared_prime": with }))?;
    }
    out.flush()
}

fn modulus(object: &KeyObject) -> Option<Vec<u8>> {
    match &object.public {
        PublicNumbers::Rsa { n, .. } => Some(n.clone()),
        _ => None,
    }
}

fn line(file: &str, object: &KeyObject) -> Value {
    let weaknesses = keys::weak::weaknesses(object);
    let spki =
        object.spki_sha256.map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    json!({
        "file": file,
        "kind": object.kind.name(),
        "format": object.format.name(),
        "label": object.label,
        "place": object.place,
        "algorithm": object.algorithm,
        "bits": object.bits,
        "curve": object.curve,
        "spki_sha256": spki,
        "encryption": object.encryption,
        "opened_by": format!("{:?}", object.opened_by),
        "private": object.private.is_known(),
        "subject": object.certificate.as_ref().map(|certificate| &certificate.subject),
        "weaknesses": weaknesses.iter().map(|weak| json!({ "id": weak.id, "detail": weak.detail })).collect::<Vec<_>>(),
    })
}
