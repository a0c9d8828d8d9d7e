//! A survey as it is kept: one JSON object, with when and whom was asked.
//!
//! Who asks servers writes it, who judges reads it; between them it is evidence like any file, to be read again years
//! later. Written by `hinomi scan host:port`.

#[cfg(test)]
mod tests;

use crate::tls::starttls::Protocol;
use crate::tls::survey::{Known, Surveyed};
use crate::{Limits, Parsed, Problem, ProblemKind};
use serde::{Deserialize, Serialize};

/// What the first bytes of a recording are. The number is that of the format.
const MARK: &[u8] = b"{\"hinomi\":\"tls-survey/1\"";
/// The same, as the value.
const FORMAT: &str = "tls-survey/1";

/// What was found at one endpoint, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The format.
    hinomi: String,
    /// When it was asked, in seconds since 1970.
    pub at_unix_s: i64,
    /// The name it was asked under, or its address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The address that was reached.
    pub address: String,
    /// What speaks there, as far as the port or the dialog tells: `https`, `smtp` …
    pub service: String,
    /// The dialog that led to TLS.
    pub starttls: Option<Protocol>,
    /// What it speaks.
    pub surveyed: Surveyed,
    /// What became of each chain of `surveyed.chains` when a path to a root was looked for, in the same order; empty:
    /// not tried.
    pub paths: Vec<PathSeen>,
    /// One real request.
    pub https: Known<Answered>,
}

/// Whether clients that trust the public roots accept a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathSeen {
    /// A path to a public root; absent: there is none, for the reason in `why`.
    pub trusted: Known<()>,
    /// Why there is none: `unknown_issuer`, `expired`, `not_yet_valid`, `bad_signature`, `not_for_servers` …
    pub why: Option<String>,
    /// Whether the leaf is for the name asked.
    pub names_match: Known<()>,
}

/// What one real HTTPS request gave: its head only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// Status code.
    pub status: u16,
    /// Headers that matter for safety, names in lower case, each line as it came.
    pub headers: Vec<(String, String)>,
}

impl Recording {
    /// A recording of what was found; paths and the request are filled in by who made them.
    pub fn new(
        host: &str,
        port: u16,
        address: &str,
        service: &str,
        at_unix_s: i64,
        surveyed: Surveyed,
    ) -> Self {
        Self {
            hinomi: FORMAT.to_owned(),
            at_unix_s,
            host: host.to_owned(),
            port,
            address: address.to_owned(),
            service: service.to_owned(),
            starttls: None,
            surveyed,
            paths: Vec::new(),
            https: Known::Untested(super::survey::Why::NotAsked),
        }
    }

    /// One line of JSON.
    pub fn to_json(&self) -> Vec<u8> {
        // Nothing in it can fail to be written: no maps, no floats, no foreign code.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

/// Whether bytes claim to be recordings.
pub fn is_recording(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK)
}

/// Reads recordings, one a line, at most `entries_max`. A line that is none is a problem, and the others are read.
pub fn recordings(bytes: &[u8], limits: &Limits) -> Parsed<Vec<Recording>> {
    let mut read = Parsed::<Vec<Recording>>::default();
    let lines =
        bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    for (at, line) in lines {
        let place = format!("line {}", at.saturating_add(1));
        if read.value.len() >= limits.entries_max {
            read.problems.push(Problem::limit(&place, "entries_max", limits.entries_max as u64));
            break;
        }
        match serde_json::from_slice::<Recording>(line) {
            Ok(recording) if recording.hinomi == FORMAT => read.value.push(recording),
            Ok(recording) => {
                let detail = format!("a recording of the format {:?}", recording.hinomi);
                read.problems.push(Problem::new(ProblemKind::Unsupported, &place, detail));
            }
            Err(error) => {
                read.problems.push(Problem::new(ProblemKind::Malformed, &place, error.to_string()));
            }
        }
    }
    read
}
