//! Files appear whole, keep who may read them, and replace nothing that is no file.

use super::*;
use tempfile::TempDir;

#[test]
fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("report.html");
    for text in ["one", "two"] {
        can_deliver(&path).unwrap();
        deliver(text.as_bytes(), Some(&path)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_or_a_missing_folder_is_refused_before_the_work_and_named() {
    let folder = TempDir::new().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("none/report.html")] {
        let told = format!("{:#}", can_deliver(&path).unwrap_err());
        assert!(told.contains(&path.display().to_string()), "{told}");
        assert!(deliver(b"x", Some(&path)).is_err());
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn asking_leaves_what_is_there_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("report");
    can_deliver(&path).unwrap();
    assert!(!path.exists());
    fs::write(&path, "old").unwrap();
    can_deliver(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_and_never_replaced() {
    let device = Path::new("/dev/null");
    can_deliver(device).unwrap();
    deliver(b"x", Some(device)).unwrap();
    assert!(is_special(device), "/dev/null is a device no more");
}

#[cfg(unix)]
#[test]
fn the_file_behind_a_link_is_replaced_and_keeps_its_rights() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = TempDir::new().unwrap();
    let (file, link) = (folder.path().join("file"), folder.path().join("link"));
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    symlink(&file, &link).unwrap();
    deliver(b"new", Some(&link)).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}
