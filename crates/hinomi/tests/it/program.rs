//! The program as a person starts it: in a folder, without anything of this machine's settings.

use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A desk: a folder of its own to start the program in.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

/// What the program said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A desk with the sample company in `d`, looked at once.
    pub(crate) fn with_demo() -> Self {
        let desk = Self::new();
        let said = desk.run(["demo", "d"]);
        assert_eq!(said.code, Some(0), "{said:?}");
        desk
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it is writable");
        fs::write(&path, content).expect("it is writable");
        path
    }

    /// The program, ready to start: no locale, no configuration of the machine.
    pub(crate) fn hinomi<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I) -> Command {
        self.other(Path::new(env!("CARGO_BIN_EXE_hinomi")), arguments)
    }

    /// Another program of ours, in the same way.
    pub(crate) fn other<I: IntoIterator<Item: AsRef<OsStr>>>(&self, program: &Path, arguments: I) -> Command {
        let mut command = Command::new(program);
        for name in ["HINOMI_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR"] {
            command.env_remove(name);
        }
        command.env("HOME", self.folder.path()).env("XDG_CONFIG_HOME", self.path("no-configuration"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I) -> Said {
        Said::of(self.hinomi(arguments).output().expect("it starts"))
    }

    /// Runs it with bytes on standard input.
    pub(crate) fn fed<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I, input: &[u8]) -> Said {
        let mut command = self.hinomi(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        // A program that does not want it all is its own affair.
        let _ = pipe.write_all(input);
        drop(pipe);
        Said::of(child.wait_with_output().expect("it ends"))
    }
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("what it says is UTF-8"),
            err: String::from_utf8(output.stderr).expect("what it says is UTF-8"),
        }
    }

    /// The lines of `--format json`.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let lines: Vec<Value> = self
            .out
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{}", self.err))
            })
            .collect();
        assert_eq!(lines.last().map(|line| text(line, "type")), Some("summary"), "{}", self.err);
        lines
    }

    /// The lines of one type.
    pub(crate) fn of_type(&self, kind: &str) -> Vec<Value> {
        self.lines().into_iter().filter(|line| text(line, "type") == kind).collect()
    }
}

pub(crate) fn text<'a>(line: &'a Value, key: &str) -> &'a str {
    line.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// An example's binary. Built on the spot: `cargo test --test it` does not build examples by itself.
pub(crate) fn example(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a test knows its binary");
    let profile = own.ancestors().nth(2).expect("target/<profile>/deps/it");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--workspace", "--example", name, "--target-dir"]);
    cargo.arg(profile.parent().expect("target")).current_dir(env!("CARGO_MANIFEST_DIR"));
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().expect("cargo runs").success(), "the example builds");
    profile.join("examples").join(name)
}

/// A harmless mail.
pub(crate) fn plain_mail(number: usize) -> String {
    format!(
        "Message-ID: <{number}@partner.example>\nDate: Mon, 20 Jul 2020 10:00:00 +0900\nFrom: Partner <info@partner.example>\n\
         To: sales@reiji.example\nSubject: Order {number}\nMIME-Version: 1.0\nContent-Type: text/plain\n\nThank you.\n"
    )
}

/// A mail in a colleague's name from a stranger: one finding of `mail.reply-type`, of high severity at least.
pub(crate) fn hijacked_mail(subject: &str, number: usize) -> String {
    format!(
        "Message-ID: <{number}@ferreteria-luna.example>\nIn-Reply-To: <1@reiji.example>\nReferences: <1@reiji.example>\n\
         Date: Tue, 21 Jul 2020 18:40:00 +0900\nFrom: \"kenichi.tanaka@reiji.example\" <ventas@ferreteria-luna.example>\n\
         To: sales@reiji.example\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: text/plain\n\nPlease see.\n"
    )
}
