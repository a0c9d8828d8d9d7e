//! Targets: each is looked at once, and called the same however it is written.

use super::*;
use tempfile::TempDir;

#[test]
fn a_target_is_called_the_same_however_it_is_written() {
    for (target, name) in [
        ("mail", "mail"),
        ("./mail/", "mail"),
        ("mail//in/.", "mail/in"),
        (".", "."),
        ("../x", "../x"),
        ("/a/", "/a"),
    ] {
        assert_eq!(called(Path::new(target)), name);
    }
}

#[test]
fn what_was_named_twice_or_lies_in_another_target_is_looked_at_once() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(path("a/in")).unwrap();
    std::fs::write(path("a/in/1.eml"), "x").unwrap();
    std::fs::write(path("b.eml"), "x").unwrap();
    let targets = [path("a/in/1.eml"), path("a"), path("b.eml"), path("a/in"), path("./b.eml"), path("a/")];
    assert_eq!(once(&targets), [path("a").as_path(), path("b.eml").as_path()]);
    let twice = [PathBuf::from("-"), PathBuf::from("-")];
    assert_eq!(once(&twice), [Path::new("-")]);
    let missing = [PathBuf::from("/nonexistent/x")];
    assert_eq!(once(&missing).len(), 1);
}
