//! A thousand files through the jail, among them some that attack it. The reader is `examples/hostile_reader.rs`.

use serde_json::Value;
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The example's binary. Built on the spot: `cargo test --test it` does not build examples by itself.
fn hostile_reader() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let own = std::env::current_exe().expect("a test knows its binary");
        let profile = own.ancestors().nth(2).expect("target/<profile>/deps/it");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([
            "build",
            "--quiet",
            "--package",
            "hinomi",
            "--example",
            "hostile_reader",
            "--target-dir",
        ]);
        cargo.arg(profile.parent().expect("target")).current_dir(env!("CARGO_MANIFEST_DIR"));
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().expect("cargo runs").success(), "the example builds");
        profile.join("examples/hostile_reader")
    })
}

/// Runs the example over a folder and returns its lines.
fn run(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let done = Command::new(hostile_reader()).arg(folder).args(arguments).output().expect("it starts");
    assert!(done.status.success(), "the run survives: {}", String::from_utf8_lossy(&done.stderr));
    let out = String::from_utf8(done.stdout).expect("JSON is UTF-8");
    out.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
}

fn text<'a>(line: &'a Value, key: &str) -> &'a str {
    line.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// What the files of one run hold, in a folder of their own.
struct World {
    folder: tempfile::TempDir,
    outside: tempfile::TempDir,
}

impl World {
    fn new(files: impl IntoIterator<Item = (usize, String)>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (number, content) in files {
            std::fs::write(folder.path().join(format!("{number:04}")), content).expect("it is writable");
        }
        Self { folder, outside: tempfile::tempdir().expect("a temporary folder") }
    }

    fn attack(&self, number: usize, order: &str) {
        std::fs::write(self.folder.path().join(format!("{number:04}")), format!("HOSTILE:{order}"))
            .expect("it is writable");
    }

    fn outside(&self, name: &str) -> String {
        self.outside.path().join(name).to_str().expect("temporary names are UTF-8").to_owned()
    }
}

fn honest(number: usize) -> String {
    format!("file {number} ").repeat(1 + number * 37 % 400)
}

fn honest_answer(number: usize) -> Value {
    use sha2::{Digest, Sha256};
    let content = honest(number);
    let hex: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    serde_json::json!({"sha256": hex, "size": content.len()})
}

#[test]
fn a_hostile_file_costs_itself_and_nothing_else() {
    let world = World::new((0..1000).map(|number| (number, honest(number))));
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("it is bound");
    let attacks: BTreeMap<usize, (String, &str)> = [
        (0, ("abort".to_owned(), "crashed: the reader crashed: signal 6")),
        (7, ("panic".to_owned(), "crashed: the reader panicked at")),
        (8, ("exit".to_owned(), "crashed: the reader crashed: exit code 0")),
        (9, ("overflow".to_owned(), "crashed: the reader crashed: stack overflow")),
        (120, ("loop".to_owned(), "timed-out: reading took more than 2 s of processor time")),
        (121, ("sleep".to_owned(), "timed-out: reading took more than 5 s of sleeping time")),
        (300, ("swell".to_owned(), "limit-reached: reading needed more than 268435456 bytes of memory")),
        (400, ("socket".to_owned(), "crashed: reading tried a forbidden system call")),
        (401, (format!("connect {address}"), "crashed: reading tried a forbidden system call")),
        (
            500,
            (format!("write-file {}", world.outside("w")), "crashed: reading tried a forbidden system call"),
        ),
        (501, ("open-file".to_owned(), "crashed: reading tried a forbidden system call")),
        (502, ("list-dir".to_owned(), "crashed: reading tried a forbidden system call")),
        (600, (format!("exec {}", world.outside("x")), "crashed: reading tried a forbidden system call")),
        (601, ("thread".to_owned(), "crashed: reading tried a forbidden system call")),
        (602, ("kill-jail".to_owned(), "crashed: reading tried a forbidden system call")),
        (700, ("huge-answer".to_owned(), "limit-reached: the reader's answer was longer than 1048576 bytes")),
        (701, ("forged-answer".to_owned(), "crashed: the reader broke the protocol")),
        (999, ("exit".to_owned(), "crashed: the reader crashed: exit code 0")),
    ]
    .into();
    for (number, (order, _)) in &attacks {
        world.attack(*number, order);
    }
    let lines = run(
        world.folder.path(),
        &["--cpu-seconds", "2", "--idle-seconds", "5", "--memory-bytes", "268435456", "--workers", "3"],
    );
    assert_eq!(lines.len(), 1001, "one line a file and the counts");
    for (number, line) in lines.iter().take(1000).enumerate() {
        assert_eq!(text(line, "file"), format!("{number:04}"), "in order");
        match attacks.get(&number) {
            None => assert_eq!(line["answer"], honest_answer(number), "file {number}"),
            Some((order, expected)) => {
                let told = format!("{}: {}", text(line, "lost"), text(line, "why"));
                assert!(told.starts_with(expected), "{order}: {told}");
            }
        }
    }
    assert_eq!(lines[1000]["lost"], attacks.len());
    assert_eq!(lines[1000]["answered"], 1000 - attacks.len());

    // Nothing got out.
    listener.set_nonblocking(true).expect("it is a socket");
    let knocked = listener.accept().map(|(_, from)| from).map_err(|error| error.kind());
    assert_eq!(knocked, Err(std::io::ErrorKind::WouldBlock), "nobody connected");
    let left = std::fs::read_dir(world.outside.path()).expect("it is there").count();
    assert_eq!(left, 0, "no file was written");
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let world = World::new((0..60).map(|number| (number, honest(number))));
    for number in [3, 4, 5, 59] {
        world.attack(number, "abort");
    }
    let without_counts = |workers| {
        let mut lines = run(world.folder.path(), &["--workers", workers]);
        lines.pop();
        lines
    };
    let one = without_counts("1");
    assert_eq!(one.len(), 60);
    for workers in ["2", "7"] {
        assert_eq!(without_counts(workers), one, "{workers} workers");
    }
}

#[test]
fn workers_are_replaced_after_their_share() {
    let world = World::new((0..40).map(|number| (number, honest(number))));
    let mut lines = run(world.folder.path(), &["--workers", "2", "--jobs-per-worker", "3"]);
    let counts = lines.pop().expect("counts");
    assert_eq!(counts["answered"], 40);
    assert!(lines.iter().enumerate().all(|(number, line)| line["answer"] == honest_answer(number)));
}

#[test]
fn with_and_without_jail_answer_alike() {
    let world = World::new((0..80).map(|number| (number, honest(number))));
    let answers = |arguments: &[&str]| {
        let mut lines = run(world.folder.path(), arguments);
        let counts = lines.pop().expect("counts");
        (lines, counts["shields"]["process"].clone())
    };
    let (jailed, in_jail) = answers(&[]);
    let (free, not_in_jail) = answers(&["--no-jail"]);
    assert_eq!(jailed, free);
    assert_eq!((in_jail, not_in_jail), (Value::Bool(true), Value::Bool(false)));
}

#[test]
fn each_wall_holds_alone_or_says_that_it_is_missing() {
    let world = World::new([(0, honest(0))]);
    let probe = run(world.folder.path(), &["--probe"]).pop().expect("a line");
    // A kernel without Landlock is a fact of the machine, not a fault; claiming it would be.
    let has_landlock = !probe["shields"]["landlock_abi"].is_null();
    assert_eq!(probe["landlock"], has_landlock, "{probe}");
    assert_eq!(probe["shields"]["seccomp"], true, "{probe}");
    assert_eq!(probe["seccomp"], true, "{probe}");
    assert_eq!(probe["rlimits"], true, "{probe}");
    assert_eq!(probe["sealed"], true, "{probe}");
}

#[test]
fn a_wall_that_is_down_is_seen_to_be_down() {
    let world = World::new([(0, "HOSTILE:open-file".to_owned()), (1, "HOSTILE:socket".to_owned())]);
    let lines = run(world.folder.path(), &["--no-walls"]);
    let answers: Vec<_> = lines.iter().take(2).map(|line| text(line, "answer")).collect();
    assert_eq!(answers, ["ESCAPED", "ESCAPED"], "the attacks of the other tests are real ones");
    assert_eq!(
        lines[2]["shields"],
        serde_json::json!({
            "landlock_abi": null, "seccomp": false, "rlimits": false, "process": true
        })
    );
}

#[test]
fn a_worker_keeps_nothing_of_its_parent() {
    let world = World::new([(0, "HOSTILE:look-around".to_owned())]);
    let lines = run(world.folder.path(), &["--no-walls"]);
    let around = &lines[0]["answer"];
    assert_eq!(around["environment"], 0, "{around}");
    assert_eq!(around["folder"], "/", "{around}");
    assert_eq!(around["descriptors"], 3, "{around}");
}

/// The processes that a process started and that still live.
fn children(pid: u32) -> Vec<u32> {
    let listed = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    listed.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// Whether a process runs: neither gone nor a zombie that nobody has asked after.
fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, fields)| !fields.trim_start().starts_with(['Z', 'X']))
}

/// Waits, for a minute at most, until it is so.
fn eventually(is_so: impl Fn() -> bool) -> bool {
    (0..6000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        is_so()
    })
}

#[test]
fn workers_do_not_outlive_the_jail() {
    let world = World::new([(0, "HOSTILE:sleep".to_owned()), (1, "HOSTILE:loop".to_owned())]);
    let mut jail = Command::new(hostile_reader())
        .arg(world.folder.path())
        .args(["--workers", "2", "--idle-seconds", "600", "--cpu-seconds", "600"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let pid = jail.id();
    assert!(eventually(|| children(pid).len() == 2), "both workers are at work");
    let workers = children(pid);
    // The kernel watches the clock too, should the jail itself be stopped.
    let limited = |pid: &u32| {
        let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap_or_default();
        let line =
            limits.lines().find(|line| line.starts_with("Max cpu time")).unwrap_or_default().to_owned();
        line.split_whitespace()
            .nth(3)
            .and_then(|soft| soft.parse::<u64>().ok())
            .is_some_and(|soft| (600..700).contains(&soft))
    };
    assert!(eventually(|| workers.iter().all(limited)), "a limit on processor time");
    jail.kill().expect("it runs");
    jail.wait().expect("it ran");
    assert!(eventually(|| !workers.iter().any(|worker| runs(*worker))), "the workers are gone");
}
