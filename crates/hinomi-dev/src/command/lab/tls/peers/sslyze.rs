//! sslyze: its JSON. It prints names; their numbers stand in a table that testssl.sh brings along.

use super::super::heard::{Heard, Spoken};
use super::super::programs;
use super::number;
use crate::command::lab::Lab;
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Its curves as OpenSSL names them, those that servers of the lab have.
const CURVES: [(&str, u16); 9] = [
    ("secp256r1", 0x17),
    ("secp384r1", 0x18),
    ("secp521r1", 0x19),
    ("X25519", 0x1D),
    ("X448", 0x1E),
    ("secp256k1", 0x16),
    ("brainpoolP256r1", 0x1A),
    ("brainpoolP384r1", 0x1B),
    ("brainpoolP512r1", 0x1C),
];

pub(super) fn arguments(command: &mut Command, starttls: Option<&str>, report: &Path) {
    command.arg(format!("--json_out={}", report.display()));
    if let Some(protocol) = starttls {
        command.args(["--starttls", protocol]);
        if protocol == "xmpp" {
            command.args(["--xmpp_to", "lab.example"]);
        }
    }
}

/// Of its report what is needed and no more: it tells the moduli of keys as numbers, too large for any reader.
#[derive(Deserialize)]
struct Report {
    server_scan_results: Vec<Scanned>,
}

#[derive(Deserialize)]
struct Scanned {
    connectivity_error_trace: Option<String>,
    scan_result: Option<Parts>,
}

#[derive(Deserialize)]
struct Parts {
    ssl_2_0_cipher_suites: Part,
    ssl_3_0_cipher_suites: Part,
    tls_1_0_cipher_suites: Part,
    tls_1_1_cipher_suites: Part,
    tls_1_2_cipher_suites: Part,
    tls_1_3_cipher_suites: Part,
    heartbleed: Value,
    openssl_ccs_injection: Value,
    tls_compression: Value,
    robot: Value,
    elliptic_curves: Value,
}

#[derive(Deserialize)]
struct Part {
    error_reason: Option<String>,
    result: Option<Suites>,
}

#[derive(Deserialize)]
struct Suites {
    accepted_cipher_suites: Vec<Accepted>,
}

#[derive(Deserialize)]
struct Accepted {
    cipher_suite: Named,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Parts {
    /// Its versions by our names.
    fn suites(&self) -> [(&Part, &'static str); 6] {
        [
            (&self.ssl_2_0_cipher_suites, "ssl2"),
            (&self.ssl_3_0_cipher_suites, "ssl3"),
            (&self.tls_1_0_cipher_suites, "tls1.0"),
            (&self.tls_1_1_cipher_suites, "tls1.1"),
            (&self.tls_1_2_cipher_suites, "tls1.2"),
            (&self.tls_1_3_cipher_suites, "tls1.3"),
        ]
    }
}

pub(super) fn read(lab: &Lab, report: &Path) -> Result<Heard> {
    let report = std::fs::read(report).context("sslyze wrote no report")?;
    let told: Report = serde_json::from_slice(&report)?;
    let numbers = numbers(lab)?;
    let first = told.server_scan_results.into_iter().next().context("sslyze named no server")?;
    let trace = first.connectivity_error_trace.unwrap_or_default();
    let why = trace.lines().last().unwrap_or_default();
    let result = first.scan_result.with_context(|| format!("sslyze did not scan: {why}"))?;
    let mut heard = Heard::default();
    for (part, ours) in result.suites() {
        let Some(told) = &part.result else {
            heard.untested.push(format!("{ours}: {}", part.error_reason.as_deref().unwrap_or("not asked")));
            continue;
        };
        let suites = told.accepted_cipher_suites.iter().map(|suite| {
            let name = &suite.cipher_suite.name;
            numbers.get(name).copied().with_context(|| format!("failed to find the number of {name}"))
        });
        let suites: Vec<u32> = suites.collect::<Result<_>>()?;
        heard.versions.push(Spoken { name: ours.to_owned(), suites, ..Spoken::default() });
    }
    weaknesses(&result, &mut heard);
    let curves = result.elliptic_curves["result"]["supported_curves"].as_array();
    if let (Some(curves), Some(last)) =
        (curves, heard.versions.iter_mut().rfind(|spoken| !spoken.suites.is_empty()))
    {
        let known = |curve: &Value| CURVES.iter().find(|row| curve["name"] == row.0).map(|row| row.1);
        last.groups = Some(curves.iter().filter_map(known).collect());
    }
    Ok(heard)
}

fn weaknesses(result: &Parts, heard: &mut Heard) {
    let robot =
        result.robot["result"]["robot_result"].as_str().map(|told| !told.starts_with("NOT_VULNERABLE"));
    let told = [
        ("heartbleed", result.heartbleed["result"]["is_vulnerable_to_heartbleed"].as_bool()),
        ("ccs", result.openssl_ccs_injection["result"]["is_vulnerable_to_ccs_injection"].as_bool()),
        ("crime", result.tls_compression["result"]["supports_compression"].as_bool()),
        ("robot", robot),
    ];
    for (name, is_vulnerable) in told {
        match is_vulnerable {
            Some(true) => heard.vulnerable.insert(name.to_owned()),
            Some(false) => heard.not_vulnerable.insert(name.to_owned()),
            None => {
                heard.untested.push(name.to_owned());
                false
            }
        };
    }
}

/// Lines such as `0xC0,0x30 - OPENSSL-NAME TLS_NAME TLSv1.2 …`.
fn numbers(lab: &Lab) -> Result<BTreeMap<String, u32>> {
    let table = programs::home(lab).join("debian/testssl.sh/root/etc/testssl/cipher-mapping.txt");
    let text = std::fs::read_to_string(table).context("failed to find the table of names")?;
    let row = |line: &str| {
        let (id, names) = line.split_once(" - ")?;
        let id: String = id.trim().split(',').map(|byte| byte.trim_start_matches("0x")).collect();
        Some((names.split_whitespace().nth(1)?.to_owned(), number(&id)?))
    };
    Ok(text.lines().filter_map(row).collect())
}
