//! The page lab: the extension built for it, and one set of pages visited by a real browser.

use super::{Lab, browsers, cargo, in_guard, npm_packages};
use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One set in one browser; the longest visits everything once for each of five extensions.
const GUARD: Duration = Duration::from_secs(2_400);
/// Where the extension of a lab build tells what it saw; see `lab/page/world/addresses.mjs`.
const COLLECTOR: &str = "http://127.0.0.1:9700";
/// What every visitor of every page pays for: the watch, compiled for the browser.
const WASM_BYTES_MAX: u64 = 300_000;

/// What every visit needs.
#[derive(Debug, Clone)]
pub(crate) struct PageLab {
    /// The lab's own folder.
    folder: PathBuf,
    /// The extension, a folder for each kind of browser.
    extension: PathBuf,
}

impl PageLab {
    /// Builds the extension, once for all tests; the inner error says what is missing here.
    pub(crate) fn build(lab: &Lab) -> Result<Result<Self, String>> {
        static BUILT: Mutex<Option<PageLab>> = Mutex::new(None);
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(built) = built.as_ref() {
            return Ok(Ok(built.clone()));
        }
        let pages = Self::made(lab, &["--lab", COLLECTOR], "page-watch")?;
        *built = pages.as_ref().ok().cloned();
        Ok(pages)
    }

    /// The same as people get it: what it sees, nobody is told.
    pub(crate) fn as_shipped(lab: &Lab) -> Result<Result<Self, String>> {
        Self::made(lab, &[], "page-watch-shipped")
    }

    fn made(lab: &Lab, more: &[&str], name: &str) -> Result<Result<Self, String>> {
        let (source, folder) = (lab.root.join("extension"), lab.root.join("lab/page"));
        let tools = browsers().and_then(|()| npm_packages(&source)).and_then(|()| npm_packages(&folder));
        if let Err(why) = tools {
            return Ok(Err(why));
        }
        let target = "wasm32-unknown-unknown";
        let wasm = [
            "build",
            "--quiet",
            "--package",
            "hinomi-wasm",
            "--lib",
            "--profile",
            "wasm",
            "--target",
            target,
        ];
        let mut build = Command::new(cargo());
        let built = in_guard(build.current_dir(&lab.root).args(wasm), GUARD)?;
        ensure!(built.code == 0, "failed to build hinomi-wasm: {}", built.tail());
        let metadata = cargo_metadata::MetadataCommand::new().current_dir(&lab.root).no_deps().exec()?;
        let wasm = metadata.target_directory.join(target).join("wasm/hinomi_wasm.wasm");
        let bytes = std::fs::metadata(&wasm)?.len();
        ensure!(
            bytes <= WASM_BYTES_MAX,
            "the core of the extension is {bytes} bytes, at most {WASM_BYTES_MAX}"
        );
        let extension = lab.cache.join(name);
        let mut node = Command::new("node");
        node.current_dir(&source)
            .arg("build.mjs")
            .args(more)
            .arg("--wasm")
            .arg(&wasm)
            .arg("--out")
            .arg(&extension);
        let built = in_guard(&node, GUARD)?;
        ensure!(built.code == 0, "failed to build the extension: {}", built.tail());
        Ok(Ok(Self { folder, extension }))
    }

    /// Visits one set of the lab's pages and gives what came of it.
    pub(crate) fn visit<T: DeserializeOwned>(
        &self,
        browser: &str,
        set: &str,
        more: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<T> {
        let desk = tempfile::tempdir()?;
        let results = desk.path().join("results.json");
        let mut node = Command::new("node");
        node.current_dir(&self.folder)
            .args(["run.mjs", "--browser", browser, "--set", set])
            .args(more)
            .envs(environment.iter().copied());
        node.arg("--extension").arg(self.extension.join(browser)).arg("--out").arg(&results);
        let ran = in_guard(&node, GUARD)?;
        let told = std::fs::read(&results)
            .with_context(|| format!("{browser} did not come through {set}: {}", ran.tail()))?;
        Ok(serde_json::from_slice(&told)?)
    }
}
