//! What lies around a file that holds a secret: folders that are published, copied or shared, and who can get at it.
//!
//! Asked for the few files that hold keys, never for every file. A word is only said where something shows it: a
//! folder counts as published by its usual name or because it holds the page that a server would show; a file counts
//! as in a repository when the repository's own list names it, not because a repository lies around it.

#[cfg(test)]
mod tests;

use memchr::memmem;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// A larger list of a repository is not searched.
const LIST_BYTES_MAX: u64 = 256 << 20;
/// A `.git` that is a file names the folder in one line.
const LINK_BYTES_MAX: u64 = 4 << 10;

/// What is known of the surroundings of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// `web_root`, `repository`, `backup`, `container_layer`, `temporary`.
    pub words: Vec<&'static str>,
    /// The permission bits that the folders above let through: a file that everybody may read, in a folder that only
    /// its owner may enter, is read by its owner alone.
    pub mode_mask: u32,
}

/// Folders and repositories looked at so far.
#[derive(Debug, Default)]
pub struct Surroundings {
    folders: HashMap<PathBuf, Folder>,
    /// The lists of repositories, by their folder; none: it could not be read.
    lists: HashMap<PathBuf, Option<Vec<u8>>>,
}

/// What matters of one folder.
#[derive(Debug, Clone, Default)]
struct Folder {
    entered_by_others: bool,
    entered_by_group: Option<u32>,
    /// It holds a page that a web server shows for a folder.
    has_index: bool,
    /// The list of the repository that begins here.
    list: Option<PathBuf>,
}

impl Surroundings {
    /// Looks around a file. `inside` is the path of what it is about within that file, when the file is an archive.
    pub fn of(&mut self, path: &Path, inside: &str) -> Around {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let names: Vec<String> = path
            .components()
            .filter_map(|part| match part {
                Component::Normal(name) => Some(name.to_string_lossy().to_lowercase()),
                _ => None,
            })
            .collect();
        let mut words = Vec::new();
        if self.is_published(&path, &names) {
            words.push("web_root");
        }
        if self.is_in_repository(&path) {
            words.push("repository");
        }
        if is_backup(&names, inside) {
            words.push("backup");
        }
        if is_layer(&path, &names, inside) {
            words.push("container_layer");
        }
        if is_temporary(&names) {
            words.push("temporary");
        }
        Around { words, mode_mask: self.mode_mask(&path) }
    }

    fn folder(&mut self, path: &Path) -> &Folder {
        self.folders.entry(path.to_owned()).or_insert_with(|| Folder::look(path))
    }

    fn mode_mask(&mut self, path: &Path) -> u32 {
        let group = fs::symlink_metadata(path).ok().and_then(|found| group_of(&found));
        let mut mask = 0o7777;
        for folder in path.ancestors().skip(1) {
            let folder = self.folder(folder);
            if !folder.entered_by_others {
                mask &= !0o007;
                if folder.entered_by_group.is_none() || folder.entered_by_group != group {
                    mask &= !0o070;
                }
            }
        }
        mask
    }

    fn is_published(&mut self, path: &Path, names: &[String]) -> bool {
        let Some((_, folders)) = names.split_last() else { return false };
        let by_name = |(at, name): (usize, &String)| {
            let above = at.checked_sub(1).and_then(|at| folders.get(at)).map_or("", String::as_str);
            ROOTS.contains(&name.as_str())
                || (name == "html" && ["www", "nginx", "httpd", "apache2"].contains(&above))
        };
        if folders.iter().enumerate().any(by_name) {
            return true;
        }
        // Other folders count by the page they hold, and only below a name that speaks of the web.
        let first = folders.iter().position(|name| WEB_NAMES.contains(&name.as_str()));
        let Some(first) = first else { return false };
        let depth = path.ancestors().count();
        path.ancestors()
            .skip(1)
            // The root and the folders above the one with the name stand for nothing.
            .take(depth.saturating_sub(first).saturating_sub(2))
            .any(|folder| self.folder(folder).has_index)
    }

    fn is_in_repository(&mut self, path: &Path) -> bool {
        let around = path.ancestors().skip(1).find_map(|folder| {
            let list = self.folder(folder).list.clone()?;
            Some((folder.to_owned(), list))
        });
        let Some((root, list)) = around else { return false };
        let Ok(name) = path.strip_prefix(&root) else { return false };
        let name = name.to_string_lossy().replace('\\', "/");
        if !list.exists() {
            return false;
        }
        let held = self.lists.entry(list.clone()).or_insert_with(|| read_up_to(&list, LIST_BYTES_MAX));
        // A list that cannot be read leaves the folder as all that is known, and the folder is a repository.
        held.as_ref().is_none_or(|bytes| names(bytes, name.as_bytes()))
    }
}

/// Folders that web servers publish.
const ROOTS: &[&str] =
    &["public_html", "htdocs", "wwwroot", "webroot", "web_root", "docroot", "document_root", "httpdocs"];
/// Names below which a folder with an index page is published.
const WEB_NAMES: &[&str] = &["www", "public", "web", "html", "site", "sites", "nginx", "http"];
const INDEXES: &[&str] =
    &["index.html", "index.htm", "index.php", "index.jsp", "default.htm", "default.asp", "default.aspx"];

impl Folder {
    fn look(path: &Path) -> Self {
        let list = [".git", ".hg", ".svn"].into_iter().find_map(|name| list_of(path, name));
        let (entered_by_others, entered_by_group) = entered_by(path);
        let has_index = INDEXES.iter().any(|name| path.join(name).is_file());
        Self { entered_by_others, entered_by_group, has_index, list }
    }
}

/// The file in which a repository lists what it holds.
fn list_of(folder: &Path, name: &str) -> Option<PathBuf> {
    let inside = folder.join(name);
    let found = fs::symlink_metadata(&inside).ok()?;
    match (name, found.is_dir()) {
        (".git", true) => Some(inside.join("index")),
        (".git", false) => {
            let line = read_up_to(&inside, LINK_BYTES_MAX)?;
            let line = String::from_utf8(line).ok()?;
            Some(folder.join(line.strip_prefix("gitdir:")?.trim()).join("index"))
        }
        (".hg", true) => Some(inside.join("dirstate")),
        (".svn", true) => Some(inside.join("wc.db")),
        _ => None,
    }
}

/// A file as a whole; none when it is larger, or no file.
fn read_up_to(path: &Path, max: u64) -> Option<Vec<u8>> {
    let file = super::fetch::open(path).and_then(|file: File| Ok((file.metadata()?, file))).ok();
    let (found, file) = file.filter(|(found, _)| found.is_file() && found.len() <= max)?;
    let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or(0));
    file.take(max).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Whether the list of a repository names a file.
///
/// The index of git, to version 3, writes the length in the twelve low bits before the name (gitformat-index); from
/// version 4 on, names are cut, and the folder is all that is known. Mercurial writes four bytes of length. In the
/// database of Subversion names stand as they are.
fn names(list: &[u8], name: &[u8]) -> bool {
    let git = list.strip_prefix(b"DIRC");
    if git.is_some_and(|rest| rest.get(..4).is_none_or(|version| version > [0, 0, 0, 3].as_slice())) {
        return true;
    }
    let is_sqlite = list.starts_with(b"SQLite format 3\0");
    let length = name.len().min(0xfff);
    memmem::find_iter(list, name).any(|at| {
        let number = |back: usize| {
            let from = at.checked_sub(back)?;
            list.get(from..from.checked_add(2)?)
                .map(|two| two.iter().fold(0, |sum, b| sum * 256 + usize::from(*b)))
        };
        let ends = at.checked_add(name.len()).and_then(|end| list.get(end)).is_none_or(|next| *next == 0);
        match git {
            Some(_) => {
                ends && [2, 4].into_iter().any(|back| number(back).is_some_and(|n| n & 0xfff == length))
            }
            None if is_sqlite => true,
            None => number(2) == Some(name.len()),
        }
    })
}

/// Names of folders and files that say "backup": of the file itself only an ending does, for a key may belong to the
/// service that makes backups.
fn is_backup(names: &[String], inside: &str) -> bool {
    let inner: Vec<String> =
        inside.split('/').map(str::to_lowercase).filter(|name| !name.is_empty()).collect();
    let all: Vec<&str> = names.iter().chain(&inner).map(String::as_str).collect();
    let Some((file, folders)) = all.split_last() else { return false };
    let stem = |name: &str| name.find('.').filter(|at| *at > 0).map_or(name.len(), |at| at);
    let folder = |name: &&str| {
        let bare = name.get(..stem(name)).unwrap_or(name).trim_start_matches('.');
        let copied = ["backup", "backups", "bak", "bkp", "バックアップ"];
        let dated = ["backup-", "backup_", "bak-", "bak_", "バックアップ"].iter().any(|start| {
            bare.strip_prefix(start).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        let named = ["-backup", "_backup", "-backups", "_backups", "バックアップ"]
            .iter()
            .any(|end| bare.ends_with(end));
        copied.contains(&bare) || dated || named || is_copy(name)
    };
    folders.iter().any(folder) || is_copy(file)
}

/// `web.key.bak`, `web.key~`.
fn is_copy(name: &str) -> bool {
    let endings = [".bak", ".backup", ".bkp", ".old", ".orig", ".save", "~"];
    endings.iter().any(|ending| name.strip_suffix(ending).is_some_and(|rest| !rest.is_empty()))
}

/// Layers of images as Docker, Podman and containerd keep them, and as archives of images have them.
fn is_layer(path: &Path, names: &[String], inside: &str) -> bool {
    let has = |wanted: &[&str]| {
        names
            .windows(wanted.len())
            .any(|some| some.iter().zip(wanted).all(|(name, want)| *want == "*" || name == want))
    };
    // Docker marks a layer that belongs to an image; without the mark it is what a container wrote.
    let committed = || path.ancestors().any(|folder| folder.join("committed").is_file());
    let of_archive = |inside: &str| {
        let parts: Vec<&str> = inside.split('/').collect();
        let blob =
            parts.windows(3).any(|some| matches!(some, ["blobs", "sha256", digest] if digest.len() >= 64));
        parts.iter().rev().skip(1).any(|part| *part == "layer.tar") || blob
    };
    (has(&["overlay2", "*", "diff"]) && committed())
        || has(&["containers", "storage", "overlay", "*", "diff"])
        || (has(&["snapshots", "*", "fs"])
            && names.iter().any(|name| name.starts_with("io.containerd.snapshotter")))
        || of_archive(inside)
}

fn is_temporary(names: &[String]) -> bool {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    matches!(
        names.as_slice(),
        ["tmp", ..]
            | ["var", "tmp", ..]
            | ["dev", "shm", ..]
            | ["private", "tmp", ..]
            | ["private", "var", "tmp", ..]
    )
}

#[cfg(unix)]
fn group_of(found: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    Some(found.gid())
}

#[cfg(not(unix))]
fn group_of(_found: &fs::Metadata) -> Option<u32> {
    None
}

/// Whether others may enter a folder, and the group that may.
#[cfg(unix)]
fn entered_by(folder: &Path) -> (bool, Option<u32>) {
    use std::os::unix::fs::MetadataExt;
    // A folder that nothing is known of counts as open: what the file itself says is not taken back.
    fs::symlink_metadata(folder).map_or((true, None), |found| {
        (found.mode() & 0o001 != 0, (found.mode() & 0o010 != 0).then(|| found.gid()))
    })
}

#[cfg(not(unix))]
fn entered_by(_folder: &Path) -> (bool, Option<u32>) {
    (true, None)
}
