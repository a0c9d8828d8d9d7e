//! `dnsmasq.conf`: an option a line, as on its command line without the hyphens.

use super::Said;
use super::block::Block;
use crate::{Problem, ProblemKind};

/// Options that no other program's settings have.
pub(super) fn looks_like(text: &str) -> bool {
    const OWN: &[&str] =
        &["stop-dns-rebind", "rebind-domain-ok", "domain-needed", "bogus-priv", "dhcp-range", "no-resolv"];
    text.lines().any(|line| option(line).is_some_and(|(name, _)| OWN.contains(&name)))
}

pub(super) fn read(text: &str, said: &mut Said, problems: &mut Vec<Problem>) {
    for (at, line) in text.lines().enumerate() {
        let Some((name, value)) = option(line) else { continue };
        match name {
            "stop-dns-rebind" => said.stops = true,
            "rebind-localhost-ok" => said.localhost_ok = true,
            // `/a.example/b.example/`, or one name; a leading slash and nothing exempts names without dots only.
            "rebind-domain-ok" => {
                value.split('/').filter(|name| !name.is_empty()).for_each(|name| said.exempts(name));
            }
            "bogus-nxdomain" | "ignore-address" => match Block::read(value) {
                Some(block) => said.refuse(block),
                None => {
                    let place = format!("line {}", at.saturating_add(1));
                    problems.push(Problem::new(ProblemKind::Malformed, place, "no address or block"));
                }
            },
            "conf-file" | "conf-dir" | "conf-script" => {
                said.continues_in(value.split(',').next().unwrap_or_default());
            }
            "port" => said.off = value == "0",
            _ => {}
        }
    }
}

/// Name and value of a line; a `#` at its start or behind a blank begins a comment.
fn option(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let line = if line.starts_with('#') { "" } else { line };
    let end = line.find(" #").or_else(|| line.find("\t#")).unwrap_or(line.len());
    let line = line.get(..end)?.trim();
    let (name, value) = line.split_once('=').unwrap_or((line, ""));
    (!line.is_empty()).then(|| (name.trim(), value.trim().trim_matches('"')))
}
