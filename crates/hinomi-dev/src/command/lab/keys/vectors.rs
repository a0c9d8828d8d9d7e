//! The vectors of the package cryptography: what that decodes, we recognise.

use super::material::{kept, script};
use super::ours::{self, Held, Told};
use crate::command::lab::{Lab, in_guard};
use anyhow::{Result, ensure};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// Passwords of the vectors, as their descriptions tell them.
pub(super) const PASSWORDS: &[&str] = &[
    "password",
    "cryptography",
    "123456",
    "a123456",
    "secretpassword",
    "PasswordStr",
    "foobar",
    "passphrase",
    "test",
    "hunter2",
    "baz",
    "1234",
    "my-secret",
    "rfc9579",
    "éàç",
    "tls.key",
    "testpassword",
];
/// Of a thousand objects so many have to be recognised.
const ENOUGH_PER_MILLE: usize = 990;
/// Objects shown of those that were not.
const SHOWN_MAX: usize = 40;
/// The second reader tries every password on every file.
const GUARD: Duration = Duration::from_secs(900);

/// How many objects there are, and what became of them.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    pub(crate) files: usize,
    pub(crate) objects: usize,
    pub(crate) recognised: usize,
    /// Objects of which we tell the public half too, and with the same hash.
    pub(crate) same_public: usize,
    /// Objects of which the truth tells it.
    pub(crate) with_public: usize,
    pub(crate) missed: Vec<String>,
    /// Objects that are recognised, but not with the public half of the truth.
    pub(crate) without_public: Vec<String>,
}

impl Counted {
    pub(super) fn ensure_enough(&self) -> Result<()> {
        let enough = self.recognised * 1_000 >= self.objects * ENOUGH_PER_MILLE && self.objects > 0;
        let shown: Vec<&str> = self.missed.iter().take(SHOWN_MAX).map(String::as_str).collect();
        ensure!(enough, "{self}, not {ENOUGH_PER_MILLE} of 1,000:\n{}", shown.join("\n"));
        Ok(())
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, objects, recognised, same_public, with_public, .. } = self;
        write!(
            f,
            "{recognised} of {objects} objects in {files} files with their kind, algorithm and size, "
        )?;
        write!(f, "{same_public} of {with_public} with their public half")
    }
}

/// Compares all of them; the inner error says what is missing here.
pub(super) fn compare(lab: &Lab) -> Result<Result<Counted, String>> {
    let mut command = match script(lab, "keys-python", "truth.py") {
        Ok(command) => command,
        Err(why) => return Ok(Err(why)),
    };
    command.args(PASSWORDS);
    let mut written = Sha256::new();
    for script in ["truth.py", "described.py"] {
        written.update(fs::read(lab.root.join("lab/keys").join(script))?);
    }
    written.update(PASSWORDS.join("\n"));
    let digest: String = written.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let truth = kept(lab, &format!("truth-{digest}.ndjson"), || {
        let ran = in_guard(&command, GUARD)?;
        ensure!(ran.code == 0, "the second reader failed: {}", ran.tail());
        Ok(ran.stdout)
    })?;
    let truth: Vec<Held> = truth.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let files: Vec<PathBuf> = truth.iter().map(|held| held.file.clone()).collect();
    let passwords: Vec<String> = PASSWORDS.iter().map(|word| (*word).to_owned()).collect();
    let ours = ours::each(&files, |path| {
        Ok(ours::read(path, &passwords)?.iter().map(Told::of).collect::<Vec<Told>>())
    })?;
    let mut counted = Counted { files: files.len(), ..Counted::default() };
    for (held, ours) in truth.iter().zip(ours) {
        counted.add(held, ours);
    }
    Ok(Ok(counted))
}

impl Counted {
    /// Each object of the truth takes one of ours.
    pub(super) fn add(&mut self, truth: &Held, mut ours: Vec<Told>) {
        for object in &truth.objects {
            self.objects += 1;
            self.with_public += usize::from(object.spki.is_some());
            let same = |one: &Told| fits(object, one) && object.spki.is_some() && one.spki == object.spki;
            let at = ours.iter().position(same);
            self.same_public += usize::from(at.is_some());
            if at.is_none() && object.spki.is_some() {
                self.without_public.push(format!("{}: {object:?}", truth.file.display()));
            }
            match at.or_else(|| ours.iter().position(|one| fits(object, one))) {
                // One set of parameters is read once, and decoded in two ways.
                Some(_) if object.kind == "parameters" => self.recognised += 1,
                Some(at) => {
                    self.recognised += 1;
                    ours.remove(at);
                }
                None => self.missed.push(format!("{}: {object:?}", truth.file.display())),
            }
        }
    }
}

/// Whether one of ours is what the truth says.
fn fits(truth: &Told, ours: &Told) -> bool {
    let kind = match ours.kind.as_str() {
        "authorized_key" | "known_host" => "public_key",
        kind => kind,
    };
    let algorithm = ours.algorithm.as_deref().unwrap_or_default();
    let algorithm = algorithm.trim_end_matches("-pss").trim_end_matches("-sk");
    kind == truth.kind
        && truth.algorithm.as_deref().is_none_or(|wanted| wanted == algorithm)
        && (truth.bits.is_none() || truth.bits == ours.bits)
        && (truth.curve.is_none() || truth.curve == ours.curve)
}
