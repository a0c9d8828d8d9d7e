//! `[pages]`: what the page watch in the company's browsers shall know, and which accesses are expected.

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

/// Settings of the extension, and what the browsers' own protection shall let through.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PageSettings {
    /// The extension stops what its browser lets it stop.
    pub(crate) block: bool,
    /// It shows notifications.
    pub(crate) notifications: bool,
    /// Where findings are reported: https, or http on the machine itself.
    pub(crate) report_url: String,
    /// Paths of pages are reported too.
    pub(crate) report_paths: bool,
    /// Browsers deny access that no rule allows, without asking.
    pub(crate) deny_others: bool,
    /// Addresses of proxies.
    pub(crate) proxies: Vec<String>,
    /// As Chrome's `LocalNetworkAccessIpAddressSpaceOverrides`.
    pub(crate) space_overrides: Vec<String>,
    /// Where the extension comes from.
    pub(crate) extension: ExtensionSource,
    /// Accesses that are expected.
    pub(crate) allow: Vec<PageRule>,
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

/// An access that is expected.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageRule {
    /// A name for it.
    pub(crate) id: String,
    /// The page, as in Chrome's content settings: `[*.]example.com`.
    pub(crate) page: String,
    /// The target: a host with `*`, an address, or a block of addresses.
    pub(crate) target: String,
    /// Its ports; none for all.
    #[serde(default)]
    pub(crate) ports: Vec<Ports>,
    /// The script, with `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) script: Option<String>,
    /// Why it is expected.
    pub(crate) reason: String,
    /// Who answers for it.
    pub(crate) owner: String,
    /// The last day, `2027-03-31`.
    pub(crate) expires: String,
}

/// A port, or a range as text: `"8000-8010"`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Ports {
    One(u16),
    Range(String),
}

/// Ports that one rule may name: a policy has to list each.
const PORTS_MAX: usize = 1_000;

impl PageRule {
    /// Each port by itself.
    ///
    /// # Errors
    /// When a range is none, or too long for a policy.
    pub(crate) fn each_port(&self) -> Result<Vec<u16>> {
        let mut all = Vec::new();
        for ports in &self.ports {
            match ports {
                Ports::One(port) => all.push(*port),
                Ports::Range(text) => {
                    let range = text.split_once('-').unwrap_or((text, text));
                    let (Ok(first), Ok(last)) =
                        (range.0.trim().parse::<u16>(), range.1.trim().parse::<u16>())
                    else {
                        bail!("pages.allow {}: \"{text}\" is neither a port nor a range of ports", self.id);
                    };
                    all.extend((first..=last).take(PORTS_MAX + 1));
                }
            }
        }
        if all.len() > PORTS_MAX || all.contains(&0) || (all.is_empty() && !self.ports.is_empty()) {
            bail!("pages.allow {}: name 1 to {PORTS_MAX} ports, or none for all", self.id);
        }
        Ok(all)
    }
}

impl PageSettings {
    /// Holds what is written to what the extension and the browsers take.
    pub(super) fn check(&self) -> Result<()> {
        let mut known: Vec<&str> = Vec::new();
        for (at, rule) in self.allow.iter().enumerate() {
            let texts = [&rule.id, &rule.page, &rule.target, &rule.reason, &rule.owner, &rule.expires];
            if texts.iter().any(|text| text.trim().is_empty()) {
                bail!(
                    "pages.allow, the {}. rule: id, page, target, reason, owner and expires have to be told",
                    at + 1
                );
            }
            if known.contains(&rule.id.as_str()) {
                bail!("pages.allow: two rules are called {}", rule.id);
            }
            known.push(&rule.id);
            rule.each_port()?;
        }
        if let Some((place, why)) = hinomi_checks::page_settings_refused(&self.as_watched(&[])).first() {
            bail!("pages.{place}: {why}");
        }
        if !self.report_url.is_empty() && !is_reportable(&self.report_url) {
            bail!("pages.report_url is neither https:// nor http:// on the machine itself");
        }
        let id = &self.extension.chromium_id;
        if !id.is_empty() && (id.len() != 32 || !id.bytes().all(|byte| (b'a'..=b'p').contains(&byte))) {
            bail!("pages.extension.chromium_id is not 32 letters from a to p");
        }
        Ok(())
    }

    /// The same as the rules of the watch take it.
    pub(crate) fn as_watched(&self, own_domains: &[String]) -> hinomi_checks::PageConfig {
        let ports = |rule: &PageRule| rule.ports.iter().map(Ports::to_text).collect();
        let rules = self.allow.iter().map(|rule| hinomi_checks::PageAllow {
            id: rule.id.clone(),
            page: rule.page.clone(),
            target: rule.target.clone(),
            ports: ports(rule),
            script: rule.script.clone(),
            reason: rule.reason.clone(),
            owner: rule.owner.clone(),
            expires: Some(rule.expires.clone()),
        });
        hinomi_checks::PageConfig {
            allow: rules.collect(),
            overrides: self.space_overrides.clone(),
            own_domains: own_domains.to_vec(),
            proxies: self.proxies.clone(),
        }
    }
}

impl Ports {
    fn to_text(&self) -> String {
        match self {
            Self::One(port) => port.to_string(),
            Self::Range(text) => text.clone(),
        }
    }
}

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
