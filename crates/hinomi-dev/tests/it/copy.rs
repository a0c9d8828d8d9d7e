//! A copy of the house to break things in.
//!
//! It lies below the target folder, always at the same place, so that what was compiled once stays compiled; only
//! one test has it at a time, and each gets it as the repository is.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The copy, ours until it is dropped.
pub(crate) struct Copy {
    root: PathBuf,
    target: PathBuf,
    _lock: File,
}

impl Copy {
    /// Waits for the copy, and makes it equal to the repository.
    pub(crate) fn take() -> Self {
        let this = Path::new(env!("CARGO_BIN_EXE_hinomi-dev"));
        let target = this.ancestors().nth(2).expect("the program lies in target/<profile>").to_path_buf();
        let root = target.join("walls");
        fs::create_dir_all(&root).unwrap();
        let lock = File::create(target.join("walls.lock")).unwrap();
        lock.lock().unwrap();
        let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let wanted = kept(&house);
        let (files, folders) = present(&root);
        for path in files.difference(&wanted) {
            fs::remove_file(root.join(path)).unwrap();
        }
        // Children first; git keeps no empty folder, and one that is not empty refuses.
        folders.iter().rev().for_each(|folder| _ = fs::remove_dir(folder));
        for path in &wanted {
            write_if_other(&root.join(path), &fs::read(house.join(path)).unwrap());
        }
        Self { root, target, _lock: lock }
    }

    /// Replaces the first `from` of a file.
    #[track_caller]
    pub(crate) fn replace(&self, file: &str, from: &str, to: &str) {
        let path = self.root.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from:?} to break");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Replaces every `from` of a file.
    #[track_caller]
    pub(crate) fn replace_all(&self, file: &str, from: &str, to: &str) {
        let path = self.root.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from:?} to replace");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Adds to the end of a file, or makes it.
    pub(crate) fn add(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, before + text).unwrap();
    }

    /// Removes a file.
    #[track_caller]
    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.root.join(file)).unwrap();
    }

    /// Runs `cargo dev` on the copy; gives whether it passed, and all it said.
    pub(crate) fn dev(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hinomi-dev"));
        command.args(arguments).arg("--root").arg(&self.root);
        self.run(command)
    }

    /// Runs cargo in the copy; gives whether it passed, and all it said.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).arg("--offline");
        self.run(command)
    }

    fn run(&self, mut command: Command) -> (bool, String) {
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_TERM_COLOR", "never");
        let told = command.output().unwrap();
        let text = [told.stdout, told.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (told.status.success(), text.concat())
    }
}

/// The files of the repository that git keeps, or would.
fn kept(house: &Path) -> BTreeSet<PathBuf> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let told = Command::new("git").args(list).current_dir(house).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let names = String::from_utf8(told.stdout).unwrap();
    names.split('\0').map(PathBuf::from).filter(|path| house.join(path).is_file()).collect()
}

/// The files that lie in a folder, by path from there; and the folders below it, parents first.
fn present(root: &Path) -> (BTreeSet<PathBuf>, Vec<PathBuf>) {
    let (mut files, mut folders, mut at) = (BTreeSet::new(), Vec::new(), Some(root.to_path_buf()));
    let mut waiting = Vec::new();
    while let Some(folder) = at {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                files.insert(path.strip_prefix(root).unwrap().to_path_buf());
            }
        }
        at = waiting.pop();
        folders.extend(at.clone());
    }
    (files, folders)
}

/// Leaves an equal file alone: a new time stamp would compile it again.
fn write_if_other(path: &Path, bytes: &[u8]) {
    if fs::read(path).is_ok_and(|found| found == bytes) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}
