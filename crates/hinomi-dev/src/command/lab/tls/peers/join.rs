//! The join, by the program itself: each server is scanned together with its folder, and a finding has to name host, port,
//! certificate, key file and permissions in one.

use crate::command::lab::tls::credentials::Laid;
use crate::command::lab::tls::raised::Raised;
use crate::command::lab::tls::roster::Server;
use crate::command::lab::{in_guard, say};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// What is ours in the lab.
const CONFIG: &str = "schema = 1\n[scope]\ndomains = [\"lab.example\"]\nnetworks = [\"127.0.0.0/8\"]\n";
/// The name in every certificate of the lab.
const HOST: &str = "lab.example";
/// One server with its folder, on a machine that is busy.
const SCAN_S_MAX: u64 = 120;

/// Every key that a server uses is found with everything that belongs to it.
pub(crate) fn hold(program: &Path, raised: &Raised, desk: &Path) -> Result<ExitCode> {
    let config = desk.join("hinomi.toml");
    fs::write(&config, CONFIG)?;
    let (mut keys, mut apart) = (0, Vec::new());
    for running in &raised.running {
        let server = &running.server;
        let laid: Vec<&Laid> = raised.laid.iter().filter(|laid| laid.server == server.id).collect();
        if laid.is_empty() {
            continue;
        }
        let findings = scan(program, &config, server, &raised.tree.join(&server.id))?;
        for one in laid {
            keys += 1;
            let said = if findings.iter().any(|finding| joins(finding, one)) { "joined" } else { "apart" };
            say(&format!("{:22} {said}: {}", server.id, one.key.display()));
            if said == "apart" {
                apart.push(one.key.display().to_string());
            }
        }
    }
    ensure!(apart.is_empty(), "{} of {keys} keys were not joined with their servers: {apart:?}", apart.len());
    ensure!(keys > 0, "no server of the lab has a key");
    Ok(ExitCode::SUCCESS)
}

fn scan(program: &Path, config: &Path, server: &Server, folder: &Path) -> Result<Vec<Value>> {
    let scheme = server.starttls.as_deref().unwrap_or("tls");
    let mut command = Command::new(program);
    command.arg("--config").arg(config).args(["scan", "--format", "json"]);
    command.arg(format!("{scheme}://{HOST}:{}", server.port)).args(["--at", "127.0.0.1"]).arg(folder);
    let ran = in_guard(&command, Duration::from_secs(SCAN_S_MAX))?;
    ensure!([0, 1, 3].contains(&ran.code), "{}: {}", server.id, ran.tail());
    let lines = ran.stdout.lines().map(serde_json::from_str::<Value>);
    let read = lines.collect::<Result<Vec<_>, _>>().with_context(|| format!("{}: no JSON", server.id))?;
    Ok(read.into_iter().filter(|line| line["type"] == "finding").collect())
}

/// Whether a finding on the key names the server, a certificate that the server showed, and the file with its permissions.
fn joins(finding: &Value, laid: &Laid) -> bool {
    let steps = |kind: &str| {
        let story = finding["story"].as_array().into_iter().flatten();
        story.filter(|step| step["kind"] == kind).collect::<Vec<_>>()
    };
    let text = |step: &Value, key: &str| step[key].as_str().unwrap_or_default().to_owned();
    let endpoint = format!("{HOST}:{}", laid.port);
    let mode = format!(" {:04o}", laid.mode);
    let file = laid.key.display().to_string();
    finding["asset"] == format!("key:spki-sha256:{}", laid.spki_sha256)
        && steps("server").iter().any(|step| text(step, "text") == endpoint)
        && steps("certificate").iter().any(|step| text(step, "place") == endpoint)
        && steps("key")
            .iter()
            .any(|step| text(step, "place").starts_with(&file) && text(step, "text").ends_with(&mode))
}
