//! The lab: what tests and benchmarks stand on. The workspace, a cache, the corpus, built binaries, tools of others.

mod child;
pub(crate) mod json;
pub(crate) mod keys;
pub(crate) mod letters;
mod pages;
pub(crate) mod recovery;
pub(crate) mod score;
pub(crate) mod tls;
mod tools;

pub(crate) use child::{Ran, in_guard, spawned_quietly};
pub(crate) use pages::PageLab;
pub(crate) use tools::{
    browsers, cyberchef, npm_packages, oletools, page_peers, recorders, sarif_multitool, spreadsheet_program,
    xlm_deobfuscator,
};

use anyhow::{Context, Result, ensure};
use cargo_metadata::Message;
use std::env;
use std::fs;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Which lab.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Arguments {
    /// Servers of TLS, old and new, and what stands between them and a prober.
    #[command(subcommand)]
    Tls(tls::Arguments),
    /// Keys: what our readers say of them beside what others say.
    #[command(subcommand)]
    Keys(keys::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match arguments {
        Arguments::Tls(arguments) => tls::run(arguments),
        Arguments::Keys(arguments) => keys::run(arguments),
    }
}

/// Places of this checkout and this machine.
#[derive(Debug)]
pub(crate) struct Lab {
    /// The root of the workspace.
    pub(crate) root: PathBuf,
    /// Where tools of others are installed: `HINOMI_CACHE`, else the user's cache, else `target/lab`.
    pub(crate) cache: PathBuf,
    /// The corpus: `HINOMI_CORPUS`, else `../shared/corpus`; a folder that holds `docs`.
    pub(crate) corpus: Option<PathBuf>,
}

impl Lab {
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
        let cache = cache(&root)?;
        let corpus = match env::var_os("HINOMI_CORPUS").filter(|value| !value.is_empty()) {
            Some(given) => {
                let given = PathBuf::from(given);
                ensure!(
                    given.join("docs").is_dir(),
                    "failed to find docs in HINOMI_CORPUS={}",
                    given.display()
                );
                Some(given.canonicalize()?)
            }
            None => {
                root.join("../shared/corpus").canonicalize().ok().filter(|path| path.join("docs").is_dir())
            }
        };
        Ok(Self { root, cache, corpus })
    }

    /// The documents of the corpus.
    pub(crate) fn documents(&self) -> Result<PathBuf, String> {
        let missing = "no corpus: set HINOMI_CORPUS to a folder that holds docs";
        self.corpus.as_ref().map(|corpus| corpus.join("docs")).ok_or_else(|| missing.to_owned())
    }

    /// A schema of others that lies with the corpus.
    pub(crate) fn schema(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.corpus.as_ref().map(|corpus| corpus.join("schemas").join(name));
        path.filter(|path| path.is_file())
            .ok_or_else(|| format!("no schemas/{name}: set HINOMI_CORPUS to a folder that holds it"))
    }

    /// Builds a target of the workspace (`["--workspace", "--bin", "hinomi"]`: with the features
    /// that `cargo test --workspace` builds, so that nothing is built twice); gives its executable.
    pub(crate) fn build(&self, target: &[&str], release: bool) -> Result<PathBuf> {
        let mut cargo = Command::new(cargo());
        cargo.args(["build", "--quiet", "--message-format=json-render-diagnostics"]).args(target);
        if release {
            cargo.arg("--release");
        }
        let mut child =
            cargo.current_dir(&self.root).stdout(Stdio::piped()).spawn().context("failed to start cargo")?;
        let out = child.stdout.take().context("failed to read what cargo says")?;
        let mut built = None;
        for message in Message::parse_stream(BufReader::new(out)) {
            if let Message::CompilerArtifact(artifact) = message? {
                built = artifact.executable.map(PathBuf::from).or(built);
            }
        }
        ensure!(child.wait()?.success(), "failed to build {}", target.join(" "));
        built.with_context(|| format!("failed to find what {} built", target.join(" ")))
    }

    /// The program as a developer builds it.
    pub(crate) fn hinomi(&self) -> Result<PathBuf> {
        self.build(&["--workspace", "--bin", "hinomi"], false)
    }
}

/// The cargo that started us, else the one of the path.
pub(crate) fn cargo() -> String {
    env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

fn cache(root: &Path) -> Result<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let users = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    let places = [
        variable("HINOMI_CACHE"),
        users.map(|cache| cache.join("hinomi-lab")),
        Some(root.join("target/lab")),
    ];
    for place in places.into_iter().flatten() {
        // A home that may not be written to is no reason to fail.
        if fs::create_dir_all(&place).is_ok() && tempfile::tempfile_in(&place).is_ok() {
            return Ok(place.canonicalize()?);
        }
    }
    anyhow::bail!("failed to find a writable cache: set HINOMI_CACHE")
}

/// Says a line on standard output.
pub(crate) fn say(line: &str) {
    // Nobody to tell when even standard output is gone.
    _ = writeln!(io::stdout(), "{line}");
}
