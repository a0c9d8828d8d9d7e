//! `[page]`: which accesses of pages into our network are expected, how our network differs from the rest, and what the
//! page watch in the company's browsers shall do.

use hinomi_checks::{AllowRule, PageConfig, page_config_problems};
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What is known of pages beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PageSettings {
    /// Addresses that count as something else, as in Chrome's policy: `100.64.0.0/10=public`.
    pub(crate) space_overrides: Vec<String>,
    /// Proxies between the browser and the Internet: an address or `address:port`.
    pub(crate) proxies: Vec<String>,
    /// The extension stops what its browser lets it stop.
    pub(crate) block: bool,
    /// It shows notifications.
    pub(crate) notifications: bool,
    /// Where it reports what it found: https, or http on the machine itself.
    pub(crate) report_url: String,
    /// Paths of pages are reported too.
    pub(crate) report_paths: bool,
    /// Browsers deny access that no rule allows, without asking.
    pub(crate) deny_others: bool,
    /// Where browsers get the extension.
    pub(crate) extension: ExtensionSource,
    /// Accesses that are expected.
    pub(crate) allow: Vec<Allow>,
}

/// Where browsers get the extension.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ExtensionSource {
    /// Its id in Chrome and Edge: 32 letters from a to p.
    pub(crate) chromium_id: String,
    /// The update manifest from which Chrome and Edge install it.
    pub(crate) chromium_update_url: String,
    /// Its id in Firefox.
    pub(crate) firefox_id: String,
    /// The signed `.xpi` that Firefox installs.
    pub(crate) firefox_url: String,
}

/// An access that is expected. Every key that is there must fit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allow {
    /// A name for it; its place in the list without one.
    #[serde(default)]
    pub(crate) id: String,
    /// The page, as in Chrome's content settings: `[*.]example.com`.
    pub(crate) page: String,
    /// The target: a host with `*`, an address, or a CIDR block.
    pub(crate) target: String,
    /// Its ports, each `443` or `"8000-8010"`; none for all.
    #[serde(default)]
    pub(crate) ports: Vec<Port>,
    /// The script, with `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) script: Option<String>,
    /// Why it is expected.
    pub(crate) reason: String,
    /// Who answers for it.
    #[serde(default)]
    pub(crate) owner: String,
    /// The last day, `2027-03-31`, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) expires: Option<String>,
}

/// A port, or from one to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Port(String);

impl PageSettings {
    /// The settings as the watch reads them.
    pub(crate) fn for_watch(&self) -> PageConfig {
        let rule = |allow: &Allow| AllowRule {
            id: allow.id.clone(),
            page: allow.page.clone(),
            target: allow.target.clone(),
            ports: allow.ports.iter().map(|port| port.0.clone()).collect(),
            script: allow.script.clone(),
            reason: allow.reason.clone(),
            owner: allow.owner.clone(),
            expires: allow.expires.clone(),
        };
        PageConfig {
            allow: self.allow.iter().map(rule).collect(),
            overrides: self.space_overrides.clone(),
            proxies: self.proxies.clone(),
            ..PageConfig::default()
        }
    }

    /// What of it cannot be used: `page.allow[0]: no reason is given`.
    pub(crate) fn problems(&self) -> Vec<String> {
        let named = |(place, why): (String, String)| match place.strip_prefix("overrides") {
            Some(at) => format!("page.space_overrides{at}: {why}"),
            None => format!("page.{place}: {why}"),
        };
        let mut problems: Vec<String> =
            page_config_problems(&self.for_watch()).into_iter().map(named).collect();
        if !self.report_url.is_empty() && !is_reportable(&self.report_url) {
            problems.push("page.report_url is neither https:// nor http:// on the machine itself".to_owned());
        }
        let id = &self.extension.chromium_id;
        if !id.is_empty() && (id.len() != 32 || !id.bytes().all(|byte| (b'a'..=b'p').contains(&byte))) {
            problems.push("page.extension.chromium_id is not 32 letters from a to p".to_owned());
        }
        problems
    }
}

impl Allow {
    /// Each port by itself, as policies list them; none when there are more than they should.
    pub(crate) fn each_port(&self) -> Option<Vec<u16>> {
        let mut all = Vec::new();
        for Port(text) in &self.ports {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let (first, last): (u16, u16) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            if first == 0 {
                return None;
            }
            all.extend((first..=last).take(PORTS_MAX + 1));
        }
        (all.len() <= PORTS_MAX && all.is_empty() == self.ports.is_empty()).then_some(all)
    }
}

/// Ports that one rule of a policy may list.
pub(crate) const PORTS_MAX: usize = 1_000;

/// As the extension takes it: encrypted, or not leaving the machine.
fn is_reportable(url: &str) -> bool {
    if url.starts_with("https://") {
        return true;
    }
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberOrText)
    }
}

struct NumberOrText;

impl Visitor<'_> for NumberOrText {
    type Value = Port;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a port such as 443, or \"8000-8010\"")
    }

    fn visit_i64<E: de::Error>(self, port: i64) -> Result<Port, E> {
        Ok(Port(port.to_string()))
    }

    fn visit_u64<E: de::Error>(self, port: u64) -> Result<Port, E> {
        Ok(Port(port.to_string()))
    }

    fn visit_str<E: de::Error>(self, ports: &str) -> Result<Port, E> {
        Ok(Port(ports.to_owned()))
    }
}
