//! Markdown tables, and the line that says where and when.

use std::fmt::Write;
use std::fs;
use std::process::Command;

/// A table of text cells.
pub(super) struct Table {
    out: String,
}

impl Table {
    pub(super) fn new(heads: &[&str]) -> Self {
        let rule: Vec<&str> = heads.iter().map(|_| "---").collect();
        Self { out: format!("| {} |\n|{}|\n", heads.join(" | "), rule.join("|")) }
    }

    pub(super) fn row(&mut self, cells: &[String]) {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        _ = writeln!(self.out, "| {} |", cells.join(" | "));
    }

    pub(super) fn end(self) -> String {
        self.out
    }
}

/// Seconds for reading.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1e3) } else { format!("{seconds:.1} s") }
}

/// Bytes for reading.
pub(super) fn mebibytes(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}

/// Whether a bar is held, in a word.
pub(super) fn held(holds: bool) -> String {
    if holds { "yes" } else { "**no**" }.to_owned()
}

/// Date, machine and compiler in one line; `others` are the versions of the peers.
pub(super) fn where_and_when(others: &[&str]) -> String {
    let today = jiff::Zoned::now().date();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|total| total.split(' ').next().and_then(|kib| kib.parse::<u64>().ok()))
        .map_or_else(String::new, |kib| format!(", {} GiB", kib >> 20));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let rustc = Command::new("rustc")
        .arg("--version")
        .output()
        .map(|out| String::from_utf8_lossy(&out.stdout).into_owned());
    let rustc = rustc.unwrap_or_default();
    let rustc = rustc.split(" (").next().unwrap_or_default();
    let mut versions = vec![format!("hinomi {}", env!("CARGO_PKG_VERSION")), rustc.to_owned()];
    versions.extend(others.iter().map(|other| (*other).to_owned()));
    format!("{today}; {cores} cores of {cpu}{memory}, Linux {}; {}.", kernel.trim(), versions.join(", "))
}

/// The first value of a field in a file of `name : value` lines.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim_start_matches([' ', '\t', ':']).trim().to_owned())
}
