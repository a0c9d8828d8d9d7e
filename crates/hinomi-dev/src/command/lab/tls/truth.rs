//! What the servers truly speak: `lab/tls/truth.py` asks one suite per connection, and the tables are held against it.

use super::programs::Program;
use super::roster::{Field, Server, TRUTH_MARK, Version};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// What truth.py prints.
#[derive(Debug, Deserialize)]
pub(crate) struct Measured {
    versions: Vec<Value>,
    /// Questions that nobody answered in time.
    unclear: Vec<String>,
    /// How many connections it took.
    pub(crate) connections: u64,
}

/// Asks one server everything, one by one.
pub(crate) fn measure(python: &Program, script: &Path, server: &Server) -> Result<Measured> {
    let mut command = python.command();
    command.arg(script).arg(format!("127.0.0.1:{}", server.port));
    if let Some(protocol) = &server.starttls {
        command.args(["--starttls", protocol]);
    }
    let done = command.stdin(Stdio::null()).output().context("failed to start truth.py")?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "truth.py failed on {}: {}", server.id, said.trim());
    let measured: Measured = serde_json::from_slice(&done.stdout)?;
    ensure!(measured.unclear.is_empty(), "{} left questions open: {:?}", server.id, measured.unclear);
    Ok(measured)
}

/// The part of a table that the measurement writes.
pub(crate) fn written(measured: &Measured, server: &Server) -> Result<String> {
    let mut out = format!("{TRUTH_MARK}\n");
    for version in measured.versions.iter().filter(|version| version["suites"] != Value::Array(Vec::new())) {
        let name = version["name"].as_str().context("failed to read a version")?;
        writeln!(out, "\n[[version]]\nname = \"{name}\"")?;
        if let Some(order) = version["order"].as_str() {
            writeln!(out, "order = \"{order}\"")?;
        }
        writeln!(out, "suites = [{}]", hexadecimal(&version["suites"], if name == "ssl2" { 6 } else { 4 }))?;
        // An order of the server's is told by the sequence itself.
        let order = &version["groups_order"];
        let groups = if order.is_array() { order } else { &version["groups"] };
        if groups.as_array().is_some_and(|groups| !groups.is_empty()) {
            writeln!(out, "groups = [{}]", hexadecimal(groups, 4))?;
        }
        if let Some(told) = order.as_str().or_else(|| order.is_array().then_some("server")) {
            writeln!(out, "groups_order = \"{told}\"")?;
        }
        fields(&mut out, &version["dh"], &server.fresh_dh_bits)?;
        let short = version["export_rsa_bits"].as_array().filter(|bits| !bits.is_empty());
        if let Some(bits) = short {
            writeln!(out, "export_rsa_bits = {}", serde_json::to_string(bits)?)?;
        }
        if let Some(told) = version["extensions"].as_object() {
            writeln!(out, "\n[version.extensions]")?;
            for (key, value) in told.iter().filter(|(_, value)| !value.is_null()) {
                writeln!(out, "{key} = {value}")?;
            }
        }
    }
    Ok(out)
}

fn hexadecimal(numbers: &Value, digits: usize) -> String {
    let numbers = numbers.as_array().into_iter().flatten().filter_map(Value::as_u64);
    numbers.map(|number| format!("0x{number:0digits$X}")).collect::<Vec<_>>().join(", ")
}

fn fields(out: &mut String, dh: &Value, fresh: &[u16]) -> Result<()> {
    let fields: Vec<Field> = match dh {
        Value::Null => Vec::new(),
        told => serde_json::from_value(told.clone())?,
    };
    if fields.is_empty() {
        return Ok(());
    }
    writeln!(out, "dh = [")?;
    for Field { bits, sha256, export } in fields {
        let prime =
            sha256.filter(|_| !fresh.contains(&bits)).map(|sha256| format!(", sha256 = \"{sha256}\""));
        writeln!(out, "  {{ bits = {bits}, export = {export}{} }},", prime.unwrap_or_default())?;
    }
    writeln!(out, "]")?;
    Ok(())
}

/// What a measurement says, as a table says it.
pub(crate) fn versions(measured: &Measured, server: &Server) -> Result<Vec<Version>> {
    #[derive(Deserialize)]
    struct Only {
        #[serde(default)]
        version: Vec<Version>,
    }
    Ok(toml::from_str::<Only>(&written(measured, server)?)?.version)
}

/// Puts a measurement into the table of its server.
pub(crate) fn write(table: &Path, measured: &Measured, server: &Server) -> Result<()> {
    let old = fs::read_to_string(table)?;
    let head = old.split(TRUTH_MARK).next().unwrap_or(&old).trim_end();
    fs::write(table, format!("{head}\n\n{}", written(measured, server)?))?;
    Ok(())
}
