//! Surroundings: what a word is said for, and what it is not said for.

use super::*;
use tempfile::TempDir;

/// What lies around a file, without `temporary`: every test lies there.
#[track_caller]
fn check(files: &[&str], path: &str, inside: &str, expected: &[&str]) {
    let world = TempDir::new().expect("a folder");
    for name in files.iter().chain([&path]) {
        let file = world.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
        fs::write(&file, "x").expect("writable");
    }
    let around = Surroundings::default().of(&world.path().join(path), inside);
    let words: Vec<&str> = around.words.into_iter().filter(|word| *word != "temporary").collect();
    assert_eq!(words, expected, "{path} {inside}");
}

#[test]
fn a_folder_is_published_by_its_name_or_by_the_page_it_shows() {
    check(&[], "home/sato/public_html/a.key", "", &["web_root"]);
    check(&[], "var/www/html/conf/a.key", "", &["web_root"]);
    check(&[], "inetpub/wwwroot/a.key", "", &["web_root"]);
    check(&["srv/www/shop/index.php"], "srv/www/shop/a.key", "", &["web_root"]);
    // An application keeps its secrets beside what it publishes.
    check(&["var/www/app/public/index.html"], "var/www/app/storage/oauth.key", "", &[]);
    // Documentation of a program is no site.
    check(&["doc/index.html"], "doc/a.key", "", &[]);
    check(&["index.html"], "www/a.key", "", &[]);
    check(&[], "html/a.key", "", &[]);
}

#[test]
fn a_backup_is_told_by_the_name_of_a_folder_an_archive_or_an_ending() {
    for path in
        ["backups/a.key", "db-backup/a.key", "backup-2026/a.key", "ssl.bak/a.key", "a.key.bak", "a.key~"]
    {
        check(&[], path, "", &["backup"]);
    }
    check(&[], "backup-20260701.tar.gz", "content/etc/a.key", &["backup"]);
    check(&[], "all.zip", "backup/a.key", &["backup"]);
    // The key of the service that makes backups is no backup.
    for path in ["backup-client.key", "etc/backuptool/a.key", "old/a.key", "backup.key"] {
        check(&[], path, "", &[]);
    }
}

#[test]
fn a_layer_belongs_to_an_image() {
    let layer = "docker/overlay2/5f/diff/etc/a.key";
    check(&["docker/overlay2/5f/committed"], layer, "", &["container_layer"]);
    check(&[], layer, "", &[]);
    check(&[], "containers/storage/overlay/5f/diff/a.key", "", &["container_layer"]);
    check(&[], "image.tar", "5f/layer.tar/etc/a.key", &["container_layer"]);
    check(&[], "image.tar", &format!("blobs/sha256/{}/etc/a.key", "5".repeat(64)), &["container_layer"]);
    check(&[], "image.tar", "etc/layer.tar", &[]);
}

/// An index of git, with one name in it.
fn index(version: u8, name: &str) -> Vec<u8> {
    let mut bytes = vec![b'D', b'I', b'R', b'C', 0, 0, 0, version, 0, 0, 0, 1];
    bytes.extend([7; 60]);
    let flags = u16::try_from(name.len()).expect("short") | if version == 3 { 0x4000 } else { 0 };
    bytes.extend(flags.to_be_bytes());
    bytes.extend(if version == 3 { &[0x20, 0][..] } else { &[] });
    bytes.extend(name.as_bytes());
    bytes.extend([0; 28]);
    bytes
}

#[test]
fn a_repository_holds_what_its_list_names() {
    let sqlite = [b"SQLite format 3\0".as_slice(), b"...conf/a.key..."].concat();
    let dirstate = [b"n\0\0\0\0\0\0\0\0\0\0\0\0".as_slice(), &10_u32.to_be_bytes(), b"conf/a.key"].concat();
    let cases: [(&str, Vec<u8>, bool); 8] = [
        (".git/index", index(2, "conf/a.key"), true),
        (".git/index", index(3, "conf/a.key"), true),
        // Names are cut in version 4: the folder is all that is known.
        (".git/index", index(4, "b"), true),
        (".git/index", index(2, "old/conf/a.key"), false),
        (".git/index", index(2, "conf/a.key.pub"), false),
        (".git/HEAD", b"ref".to_vec(), false),
        (".hg/dirstate", dirstate, true),
        (".svn/wc.db", sqlite, true),
    ];
    for (list, bytes, expected) in cases {
        let world = TempDir::new().expect("a folder");
        let put = |name: &str, bytes: &[u8]| {
            let path = world.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(&path, bytes).expect("writable");
            path
        };
        put(list, &bytes);
        let key = put("conf/a.key", b"x");
        let around = Surroundings::default().of(&key, "");
        assert_eq!(
            around.words.contains(&"repository"),
            expected,
            "{list}: {:?}",
            String::from_utf8_lossy(&bytes)
        );
    }
}

#[test]
fn a_worktree_has_its_list_elsewhere() {
    let world = TempDir::new().expect("a folder");
    let real = world.path().join("main/.git/worktrees/w");
    fs::create_dir_all(&real).expect("writable");
    fs::write(real.join("index"), index(2, "a.key")).expect("writable");
    fs::create_dir(world.path().join("w")).expect("writable");
    fs::write(world.path().join("w/.git"), format!("gitdir: {}\n", real.display())).expect("writable");
    let key = world.path().join("w/a.key");
    fs::write(&key, "x").expect("writable");
    assert!(Surroundings::default().of(&key, "").words.contains(&"repository"));
}

#[cfg(unix)]
#[test]
fn permissions_count_as_far_as_the_folders_let_them() {
    use std::os::unix::fs::PermissionsExt;
    let world = TempDir::new().expect("a folder");
    let folder = world.path().join("private");
    fs::create_dir(&folder).expect("writable");
    let key = folder.join("a.key");
    fs::write(&key, "x").expect("writable");
    let set = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("ours");
    };
    for (outer, inner, expected) in [
        (0o755, 0o755, 0o777),
        (0o755, 0o700, 0o700),
        (0o700, 0o755, 0o700),
        (0o755, 0o710, 0o770),
        (0o711, 0o711, 0o777),
    ] {
        set(world.path(), outer);
        set(&folder, inner);
        let mask = Surroundings::default().of(&key, "").mode_mask;
        assert_eq!(mask & 0o777, expected, "{outer:o} {inner:o}");
    }
    set(world.path(), 0o755);
    set(&folder, 0o755);
}
