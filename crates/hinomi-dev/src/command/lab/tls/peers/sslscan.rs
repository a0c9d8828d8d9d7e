//! sslscan: its XML.

use super::super::heard::Heard;
use super::number;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

pub(super) fn arguments(command: &mut Command, starttls: Option<&str>, report: &Path) {
    command.arg("--no-colour").arg(format!("--xml={}", report.display()));
    if let Some(protocol) = starttls {
        let protocol = if protocol == "postgres" { "psql" } else { protocol };
        command.arg(if protocol == "rdp" { "--rdp".to_owned() } else { format!("--starttls-{protocol}") });
    }
}

pub(super) fn read(report: &Path) -> Result<Heard> {
    let xml = std::fs::read_to_string(report).context("sslscan wrote no report")?;
    let mut suites: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    let mut groups: BTreeMap<String, Vec<u16>> = BTreeMap::new();
    let mut heard = Heard::default();
    for line in xml.lines().map(str::trim) {
        let version = || attribute(line, "sslversion").map(|told| named(&told));
        let id = || attribute(line, "id").and_then(|id| number(&id));
        if line.starts_with("<cipher ") {
            let (version, id) = version().zip(id()).context("failed to read a suite of sslscan")?;
            suites.entry(version).or_default().insert(id);
        } else if line.starts_with("<group ") {
            let (version, id) = version().zip(id()).context("failed to read a group of sslscan")?;
            groups.entry(version).or_default().push(u16::try_from(id)?);
        } else if line.starts_with("<heartbleed ") {
            let set = match attribute(line, "vulnerable").as_deref() {
                Some("1") => &mut heard.vulnerable,
                _ => &mut heard.not_vulnerable,
            };
            set.insert("heartbleed".to_owned());
        } else if line.starts_with("<protocol ") && attribute(line, "enabled").as_deref() == Some("1") {
            // SSL 2.0 and 3.0 are found without their suites.
            let told = format!(
                "{}{}",
                attribute(line, "type").unwrap_or_default(),
                attribute(line, "version").unwrap_or_default()
            );
            suites.entry(told).or_default();
        }
    }
    heard.versions = Heard::of(suites).versions;
    for version in &mut heard.versions {
        version.groups = groups.remove(&version.name);
    }
    Ok(heard)
}

fn named(told: &str) -> String {
    told.replace("TLSv", "tls").replace("SSLv", "ssl")
}

fn attribute(line: &str, name: &str) -> Option<String> {
    let (_, rest) = line.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}
