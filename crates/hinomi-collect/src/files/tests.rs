//! Folders as they are found in the world, and what is made of them.

use super::{CollectLimits, CollectProblem, Item, Taken, collect, shown};
use expect_test::{Expect, expect};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const LIMITS: CollectLimits =
    CollectLimits { file_bytes_max: 1000, mailbox_bytes_max: 1 << 30, files_max: 100, depth_max: 4 };

fn world() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn put(root: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = root.join(name);
    fs::create_dir_all(path.parent().expect("it has a parent")).expect("it is writable");
    fs::write(&path, content).expect("it is writable");
    path
}

/// What is found, a line each, with the bytes that were fetched; the temporary folder is called `~`.
fn told(root: &Path, found: impl Iterator<Item = Result<Item, CollectProblem>>) -> String {
    let mut lines = String::new();
    for found in found {
        let line = match found {
            Ok(item) => match item.fetch.read() {
                Ok(bytes) => {
                    assert_eq!(bytes.len() as u64, item.size, "{}", item.source);
                    let taken = match item.taken {
                        Taken::File => String::new(),
                        Taken::Maildir { flags } => format!(" maildir[{flags}]"),
                        Taken::Mbox { number } => format!(" mbox[{number}]"),
                    };
                    format!("{}{taken} {:?}", item.source, String::from_utf8_lossy(&bytes))
                }
                Err(problem) => format!("! {}: {problem}", problem.kind()),
            },
            Err(problem) => format!("! {}: {problem}", problem.kind()),
        };
        writeln!(lines, "{line}").expect("a String takes all");
    }
    lines.replace(&shown(root), "~")
}

#[track_caller]
fn check(root: &Path, limits: &CollectLimits, expected: &Expect) {
    expected.assert_eq(&told(root, collect(&[root.to_owned()], limits)));
}

#[test]
fn finds_files_by_name_whatever_the_order_on_disk() {
    let world = world();
    for name in ["z.eml", "b/2", "b/1", "a.eml", "B/0", "b.eml", "empty", "日本/請求書.doc"] {
        put(world.path(), name, if name == "empty" { "" } else { name });
    }
    check(
        world.path(),
        &LIMITS,
        &expect![[r#"
        ~/B/0 "B/0"
        ~/a.eml "a.eml"
        ~/b/1 "b/1"
        ~/b/2 "b/2"
        ~/b.eml "b.eml"
        ~/empty ""
        ~/z.eml "z.eml"
        ~/日本/請求書.doc "日本/請求書.doc"
    "#]],
    );
}

#[test]
fn one_file_is_a_collection_too() {
    let world = world();
    let file = put(world.path(), "one.eml", "one");
    check(
        &file,
        &LIMITS,
        &expect![[r#"
        ~ "one"
    "#]],
    );
    let missing = world.path().join("missing");
    check(
        &missing,
        &LIMITS,
        &expect![[r#"
        ! unreadable: ~: could not be read: No such file or directory (os error 2)
    "#]],
    );
}

#[test]
fn what_is_named_twice_is_found_once() {
    let world = world();
    let file = put(world.path(), "a/b/1", "1");
    put(world.path(), "a/b/2", "2");
    put(world.path(), "a/0", "0");
    let root = world.path();
    let paths = [file, root.join("a/b"), root.join("a"), root.join("a/./b"), root.join("a/0")];
    expect![[r#"
        ~/a/b/1 "1"
        ~/a/b/2 "2"
        ~/a/0 "0"
    "#]]
    .assert_eq(&told(root, collect(&paths, &LIMITS)));
}

#[test]
fn limits_are_told_with_what_was_left() {
    let world = world();
    put(world.path(), "large", [b'x'; 1001]);
    put(world.path(), "just", [b'x'; 3]);
    put(world.path(), "1/2/3/4/deepest", "d");
    put(world.path(), "1/2/3/4/5/too-deep", "t");
    check(
        world.path(),
        &LIMITS,
        &expect![[r#"
            ! limit-reached: ~/1/2/3/4/5: more than depth_max = 4
            ~/1/2/3/4/deepest "d"
            ~/just "xxx"
            ! limit-reached: ~/large: more than file_bytes_max = 1000 (1001)
        "#]],
    );
    check(
        world.path(),
        &CollectLimits { files_max: 1, ..LIMITS },
        &expect![[r#"
            ! limit-reached: ~/1/2/3/4/5: more than depth_max = 4
            ~/1/2/3/4/deepest "d"
            ! limit-reached: ~/just: more than files_max = 1
        "#]],
    );
}

#[cfg(unix)]
#[test]
fn pipes_sockets_and_devices_are_never_opened() {
    let world = world();
    let root = world.path();
    let mode = rustix::fs::Mode::RWXU;
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, root.join("pipe"), fifo, mode, 0).expect("a pipe");
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).expect("a socket");
    put(root, "zz", "still read");
    check(
        root,
        &LIMITS,
        &expect![[r#"
        ! refused-by-scope: ~/pipe: is a named pipe, not a file; it was not opened
        ! refused-by-scope: ~/socket: is a socket, not a file; it was not opened
        ~/zz "still read"
    "#]],
    );
    // Named by hand, through a link, it is a pipe all the same.
    let link = root.join("link");
    std::os::unix::fs::symlink(root.join("pipe"), &link).expect("a link");
    check(
        &link,
        &LIMITS,
        &expect![[r#"
        ! refused-by-scope: ~: is a named pipe, not a file; it was not opened
    "#]],
    );
    check(
        Path::new("/dev/zero"),
        &LIMITS,
        &expect![[r#"
        ! refused-by-scope: ~: is a device, not a file; it was not opened
    "#]],
    );
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_else() {
    use std::os::unix::fs::symlink;
    let (world, outside) = (world(), world());
    let root = world.path();
    put(outside.path(), "secret", "secret");
    let real = put(root, "a/real", "real");
    symlink(outside.path().join("secret"), root.join("a/out")).expect("a link");
    symlink(outside.path(), root.join("b-out")).expect("a link");
    symlink("../a/real", root.join("a/in")).expect("a link");
    symlink(".", root.join("a/loop")).expect("a link");
    symlink("nowhere", root.join("dangling")).expect("a link");
    symlink("/proc/self/environ", root.join("environ")).expect("a link");
    check(
        root,
        &LIMITS,
        &expect![[r#"
        ! refused-by-scope: ~/a/out: leads out of the folder; it was not followed
        ~/a/real "real"
        ! refused-by-scope: ~/b-out: leads out of the folder; it was not followed
        ! unreadable: ~/dangling: could not be read: No such file or directory (os error 2)
        ! refused-by-scope: ~/environ: leads out of the folder; it was not followed
    "#]],
    );
    // A link that the person named is what the person meant.
    let named = outside.path().join("named");
    symlink(root.join("a"), &named).expect("a link");
    check(
        &named,
        &LIMITS,
        &expect![[r#"
        ! refused-by-scope: ~/out: leads out of the folder; it was not followed
        ~/real "real"
    "#]],
    );
    let file = outside.path().join("file");
    symlink(real, &file).expect("a link");
    check(
        &file,
        &LIMITS,
        &expect![[r#"
        ~ "real"
    "#]],
    );
}

const MBOX: &str = "From a@x.example Wed Jul  8 12:08:34 2020\nSubject: one\n\nFrom here on, text.\n\n\
    From b@x.example Wed Jul  8 12:09:00 2020\nSubject: two\n\n>From the start\n\n\
    From - Thu Jul  9 00:00:00 2020\nSubject: three\n\n";

#[test]
fn an_mbox_is_its_messages() {
    let world = world();
    put(world.path(), "Inbox", MBOX);
    put(world.path(), "letter.txt", "From here on it is only a letter.\n");
    check(
        world.path(),
        &LIMITS,
        &expect![[r#"
        ~/Inbox#1 mbox[1] "Subject: one\n\nFrom here on, text.\n"
        ~/Inbox#2 mbox[2] "Subject: two\n\n>From the start\n"
        ~/Inbox#3 mbox[3] "Subject: three\n\n"
        ~/letter.txt "From here on it is only a letter.\n"
    "#]],
    );
}

#[test]
fn an_mbox_may_be_larger_than_a_file_but_its_messages_may_not() {
    let world = world();
    let mut mailbox = String::new();
    for number in 0..40 {
        let body = "x".repeat(if number == 20 { 2000 } else { 100 });
        writeln!(mailbox, "From - Thu Jul  9 00:00:00 2020\nSubject: {number}\n\n{body}\n")
            .expect("a String");
    }
    put(world.path(), "Sent", &mailbox);
    assert!(mailbox.len() as u64 > LIMITS.file_bytes_max);
    let lines = told(world.path(), collect(&[world.path().to_owned()], &LIMITS));
    assert_eq!(lines.lines().count(), 40);
    assert_eq!(lines.lines().filter(|line| line.contains("mbox[")).count(), 39);
    assert_eq!(
        lines.lines().nth(20),
        Some("! limit-reached: ~/Sent#21: more than file_bytes_max = 1000 (2014)")
    );
    check(
        world.path(),
        &CollectLimits { mailbox_bytes_max: 3000, ..LIMITS },
        &expect![[r#"
            ! limit-reached: ~/Sent: more than mailbox_bytes_max = 3000 (7770)
        "#]],
    );
}

#[test]
fn a_maildir_is_its_messages_without_those_under_delivery() {
    let world = world();
    let root = world.path();
    put(root, "Maildir/cur/1.a.host:2,RS", "seen");
    put(root, "Maildir/cur/2.b.host", "no flags");
    put(root, "Maildir/new/3.c.host", "new");
    put(root, "Maildir/new/.keep", "");
    put(root, "Maildir/tmp/4.d.host", "half");
    put(root, "Maildir/.Sent/cur/5.e.host;2,S", "sub");
    put(root, "Maildir/.Sent/new/6", "sub new");
    put(root, "Maildir/.Sent/tmp/7", "half");
    put(root, "work/cur/8", "no maildir");
    put(root, "work/tmp/9", "no maildir");
    check(
        root,
        &LIMITS,
        &expect![[r#"
        ~/Maildir/.Sent/cur/5.e.host;2,S maildir[S] "sub"
        ~/Maildir/.Sent/new/6 maildir[] "sub new"
        ~/Maildir/cur/1.a.host:2,RS maildir[RS] "seen"
        ~/Maildir/cur/2.b.host maildir[] "no flags"
        ~/Maildir/new/.keep ""
        ~/Maildir/new/3.c.host maildir[] "new"
        ~/work/cur/8 "no maildir"
        ~/work/tmp/9 "no maildir"
    "#]],
    );
}

/// Collects, lets `happen` happen, then reads.
#[track_caller]
fn check_changed(name: &str, content: &str, happen: impl FnOnce(&Path), expected: &Expect) {
    let world = world();
    let path = put(world.path(), name, content);
    let items: Vec<_> = collect(&[world.path().to_owned()], &LIMITS).collect();
    happen(&path);
    expected.assert_eq(&told(world.path(), items.into_iter()));
}

#[test]
fn a_file_that_changed_since_it_was_found_is_not_read() {
    let changed = expect![[r#"
        ! changed: ~/f: changed while it was read
    "#]];
    check_changed("f", "before", |path| fs::write(path, "longer than before").expect("writable"), &changed);
    check_changed("f", "before", |path| fs::write(path, "").expect("writable"), &changed);
    // The same size, the same time: still another file.
    let replaced = |path: &Path| {
        let modified = fs::metadata(path).and_then(|found| found.modified()).expect("it is there");
        let other = path.with_extension("new");
        fs::write(&other, "BEFORE").expect("writable");
        fs::File::options()
            .write(true)
            .open(&other)
            .and_then(|file| file.set_modified(modified))
            .expect("writable");
        fs::rename(other, path).expect("writable");
    };
    check_changed("f", "before", replaced, &changed);
    let overwritten = |path: &Path| {
        let modified = fs::metadata(path).and_then(|found| found.modified()).expect("it is there");
        // Clocks of file systems tick; without a tick between nobody could tell.
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(path, "BEFORE").expect("writable");
        fs::File::options()
            .write(true)
            .open(path)
            .and_then(|file| file.set_modified(modified))
            .expect("writable");
    };
    check_changed("f", "before", overwritten, &changed);
    check_changed(
        "f",
        "before",
        |path| fs::remove_file(path).expect("writable"),
        &expect![[r#"
        ! unreadable: ~/f: could not be read: No such file or directory (os error 2)
    "#]],
    );
    check_changed(
        "f",
        MBOX,
        |path| fs::write(path, MBOX.replace("two", "TWO")).expect("writable"),
        &expect![[r#"
        ! changed: ~/f#1: changed while it was read
        ! changed: ~/f#2: changed while it was read
        ! changed: ~/f#3: changed while it was read
    "#]],
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_became_a_trap_is_not_waited_for() {
    let pipe = |path: &Path| {
        fs::remove_file(path).expect("writable");
        let fifo = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, path, fifo, rustix::fs::Mode::RWXU, 0).expect("a pipe");
    };
    check_changed(
        "f",
        "before",
        pipe,
        &expect![[r#"
        ! changed: ~/f: changed while it was read
    "#]],
    );
    let link = |path: &Path| {
        let elsewhere = path.with_extension("elsewhere");
        fs::rename(path, &elsewhere).expect("writable");
        std::os::unix::fs::symlink(elsewhere, path).expect("a link");
    };
    check_changed(
        "f",
        "before",
        link,
        &expect![[r#"
        ! unreadable: ~/f: could not be read: Too many levels of symbolic links (os error 40)
    "#]],
    );
}

#[cfg(unix)]
#[test]
fn a_mailbox_that_grows_while_it_is_split_is_told() {
    use std::io::Write as _;
    let world = world();
    let one = format!("From - Thu Jul  9 00:00:00 2020\nSubject: n\n\n{}\n\n", "x".repeat(900));
    let path = put(world.path(), "Inbox", one.repeat(2000));
    let mut found = collect(&[world.path().to_owned()], &CollectLimits { files_max: 10_000, ..LIMITS });
    assert!(found.next().is_some_and(|first| first.is_ok()));
    let delivered =
        fs::File::options().append(true).open(path).and_then(|mut file| file.write_all(one.as_bytes()));
    delivered.expect("writable");
    let rest: Vec<_> = found.collect();
    assert!(rest.len() < 2000, "it stops where it noticed");
    let last = rest.last().and_then(|last| last.as_ref().err()).map(CollectProblem::kind);
    assert_eq!(last, Some("changed"));
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_stay_apart() {
    use std::os::unix::ffi::OsStrExt;
    let world = world();
    for name in [b"a\xff".as_slice(), b"a\xfe", "a\u{1b}[2J".as_bytes()] {
        fs::write(world.path().join(std::ffi::OsStr::from_bytes(name)), "x").expect("writable");
    }
    let sources: Vec<_> =
        collect(&[world.path().to_owned()], &LIMITS).map(|found| found.map(|item| item.source)).collect();
    let ends: Vec<_> = sources
        .iter()
        .map(|source| source.as_ref().expect("readable").rsplit('/').next().unwrap_or_default())
        .collect();
    assert_eq!(ends, ["a\u{1b}[2J", "a\\xFE", "a\\xFF"]);
}
