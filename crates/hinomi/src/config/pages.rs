//! `[page]`: which accesses of pages into our network are expected, and how our network differs from the rest.

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
    /// Accesses that are expected.
    pub(crate) allow: Vec<Allow>,
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
        page_config_problems(&self.for_watch()).into_iter().map(named).collect()
    }
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
