//! testssl.sh: its flat JSON.

use super::super::heard::Heard;
use super::number;
use crate::command::lab::Ran;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// Its names of the versions, and ours.
const VERSIONS: [(&str, &str); 6] = [
    ("ssl2", "ssl2"),
    ("ssl3", "ssl3"),
    ("tls1", "tls1.0"),
    ("tls1_1", "tls1.1"),
    ("tls1_2", "tls1.2"),
    ("tls1_3", "tls1.3"),
];

/// Its names of weaknesses, and ours.
const WEAKNESSES: [(&str, &str); 14] = [
    ("heartbleed", "heartbleed"),
    ("CCS", "ccs"),
    ("ticketbleed", "ticketbleed"),
    ("ROBOT", "robot"),
    ("CRIME_TLS", "crime"),
    ("POODLE_SSL", "poodle"),
    ("SWEET32", "sweet32"),
    ("FREAK", "freak"),
    ("DROWN", "drown"),
    ("LOGJAM", "logjam"),
    ("BEAST", "beast"),
    ("LUCKY13", "lucky13"),
    ("RC4", "rc4"),
    ("secure_renego", "renegotiation"),
];

/// Every Debian package of it lies unpacked, so it is told where its tables are; without them it goes on with a fifth
/// of the suites and does not say so.
pub(super) fn arguments(command: &mut Command, what: &[&str], starttls: Option<&str>, report: &Path) {
    let tables =
        Path::new(command.get_args().next().unwrap_or_default()).ancestors().nth(3).map(Path::to_path_buf);
    if let Some(root) = tables {
        let own = root.join("usr/bin");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(own).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap_or(path.clone()));
        command.env("TESTSSL_INSTALL_DIR", root.join("etc/testssl"));
    }
    command
        .args(what)
        .args(["--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--jsonfile"])
        .arg(report);
    if let Some(protocol) = starttls {
        command.args(["-t", protocol]);
        if protocol == "xmpp" {
            command.args(["--xmpphost", "lab.example"]);
        }
    }
}

pub(super) fn read(report: &Path, only_suites: bool, ran: &Ran) -> Result<Heard> {
    let text = std::fs::read_to_string(report)
        .with_context(|| format!("testssl wrote no report: {}", ran.tail()))?;
    let rows: Vec<Value> =
        serde_json::from_str(&text).with_context(|| format!("testssl broke off: {}", ran.tail()))?;
    let mut suites: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut heard = Heard::default();
    for row in &rows {
        let (id, finding) =
            (row["id"].as_str().unwrap_or_default(), row["finding"].as_str().unwrap_or_default());
        ensure!(row["severity"] != "FATAL", "testssl gave up: {finding}");
        if let Some((version, suite)) = id.strip_prefix("cipher-").and_then(|rest| rest.rsplit_once("_x")) {
            let known = VERSIONS
                .iter()
                .find(|row| row.0 == version)
                .context("failed to read a version of testssl")?;
            suites.entry(known.1.to_owned()).or_default().extend(number(suite));
        }
        if let Some((_, ours)) = WEAKNESSES.iter().find(|row| row.0 == id) {
            judged(ours, finding, row["severity"].as_str().unwrap_or_default(), &mut heard);
        }
    }
    if only_suites {
        heard.versions = Heard::of(suites).versions;
    } else {
        heard.untested.push("suites: only some of them are listed without -E".to_owned());
    }
    Ok(heard)
}

fn judged(name: &str, finding: &str, severity: &str, heard: &mut Heard) {
    let is_open =
        ["not applicable", "failed", "couldn't", "skipped"].iter().any(|word| finding.contains(word));
    if severity == "OK" || finding.starts_with("not vulnerable") {
        heard.not_vulnerable.insert(name.to_owned());
    } else if is_open || matches!(severity, "INFO" | "WARN" | "DEBUG") {
        heard.untested.push(format!("{name}: {finding}"));
    } else {
        heard.vulnerable.insert(name.to_owned());
    }
}
