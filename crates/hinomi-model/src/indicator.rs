//! Indicators, and the gate in front of every block list.

use crate::{Confidence, EvidenceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Something to look for elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Indicator {
    /// What it is.
    pub kind: IndicatorKind,
    /// Its value, canonical, not defanged.
    pub value: String,
    /// The host a `url` points to; empty for other kinds.
    #[serde(default)]
    pub host: String,
    /// The evidence it was found in.
    pub found_in: Vec<EvidenceId>,
    /// How it was recovered, outermost layer first.
    #[serde(default)]
    pub layers: Vec<String>,
    /// How sure we are that it is hostile.
    pub confidence: Confidence,
    /// Who may see it.
    #[serde(default)]
    pub tlp: Tlp,
    /// Since when.
    #[serde(default)]
    pub valid_from: Option<Timestamp>,
    /// Until when; an indicator without an end never blocks.
    #[serde(default)]
    pub valid_until: Option<Timestamp>,
}

/// Kinds of indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndicatorKind {
    /// A URL.
    Url,
    /// A host name.
    Host,
    /// A registered domain.
    Domain,
    /// An IP address.
    Ip,
    /// A SHA-256.
    Hash,
    /// A mail address.
    Email,
    /// A file path.
    Path,
}

impl IndicatorKind {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Host => "host",
            Self::Domain => "domain",
            Self::Ip => "ip",
            Self::Hash => "hash",
            Self::Email => "email",
            Self::Path => "path",
        }
    }
}

/// Traffic Light Protocol 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tlp {
    /// TLP:CLEAR.
    Clear,
    /// TLP:GREEN.
    Green,
    /// TLP:AMBER.
    #[default]
    Amber,
    /// TLP:AMBER+STRICT.
    AmberStrict,
    /// TLP:RED.
    Red,
}

impl Indicator {
    /// The value so that no program follows it.
    pub fn defanged(&self) -> String {
        match self.kind {
            IndicatorKind::Hash | IndicatorKind::Path => self.value.clone(),
            _ => defang(&self.value),
        }
    }

    /// The STIX 2.1 pattern.
    pub fn pattern(&self) -> String {
        let value = self.value.replace('\\', "\\\\").replace('\'', "\\'");
        let object = match self.kind {
            IndicatorKind::Url => "url:value",
            IndicatorKind::Host | IndicatorKind::Domain => "domain-name:value",
            IndicatorKind::Ip if self.value.contains(':') => "ipv6-addr:value",
            IndicatorKind::Ip => "ipv4-addr:value",
            IndicatorKind::Hash => "file:hashes.'SHA-256'",
            IndicatorKind::Email => "email-addr:value",
            IndicatorKind::Path => "file:name",
        };
        format!("[{object} = '{value}']")
    }
}

/// A URL, host, address or mail address so that no program follows it: `hxxp://a[.]example/x`,
/// `user[@]a[.]example`. The path of a URL stays as it is, but for URLs inside it.
pub fn defang(text: &str) -> String {
    if !text.contains("://") {
        let end = text.find(['/', '?', '#']).unwrap_or(text.len());
        let (host, path) = text.split_at(end);
        return defanged_host(host) + path;
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let letters = before.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
        let (head, scheme) = before.split_at(before.len() - letters);
        out.push_str(head);
        out.push_str(&defanged_scheme(scheme));
        out.push_str("://");
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        // A scheme right behind the authority belongs to the next round.
        let end = after.find("://").map_or(end, |next| end.min(next - trailing_letters(after, next)));
        let (authority, tail) = after.split_at(end);
        out.push_str(&authority.replace('.', "[.]"));
        rest = tail;
    }
    out + rest
}

/// How many letters and digits stand right before `end`: the scheme of what follows.
fn trailing_letters(text: &str, end: usize) -> usize {
    text.bytes().take(end).collect::<Vec<u8>>().iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count()
}

/// `http` glued to what stands before it is still a scheme somebody could cut out.
fn defanged_scheme(scheme: &str) -> String {
    let lower = scheme.to_ascii_lowercase();
    for (end, harmless) in [("https", "hxxps"), ("http", "hxxp"), ("ftp", "fxp")] {
        if lower.ends_with(end) {
            return format!("{}{harmless}", scheme.split_at(scheme.len() - end.len()).0);
        }
    }
    scheme.to_owned()
}

fn defanged_host(host: &str) -> String {
    let host = host.replace('.', "[.]").replace('@', "[@]");
    if host.matches(':').count() > 1 { host.replace(':', "[:]") } else { host }
}

/// An indicator that passed the gate. Only [`Gate::admit`] makes one, and only this reaches a block list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blockable(Indicator);

impl Blockable {
    /// The indicator inside.
    pub fn indicator(&self) -> &Indicator {
        &self.0
    }
}

/// The warning lists and our own assets: what must never be blocked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gate {
    own: BTreeSet<String>,
    well_known: BTreeSet<String>,
}

impl Gate {
    /// A gate that keeps `own` domains and hosts, and `well_known` ones (shared hosters, big services), with
    /// everything below them, out of every block list.
    pub fn new(own: impl IntoIterator<Item = String>, well_known: impl IntoIterator<Item = String>) -> Self {
        let clean = |name: String| name.trim().trim_end_matches('.').to_lowercase();
        Self {
            own: own.into_iter().map(clean).collect(),
            well_known: well_known.into_iter().map(clean).collect(),
        }
    }

    /// Lets an indicator through, or says which list held it back: `own`, `well-known`, `reserved`,
    /// `no-end-date`, `not-a-destination`. A URL on a well-known hoster passes (the URL is blocked, not the
    /// host); its host does not.
    pub fn admit(&self, indicator: &Indicator) -> Result<Blockable, &'static str> {
        let host = match indicator.kind {
            IndicatorKind::Url => indicator.host.as_str(),
            IndicatorKind::Host | IndicatorKind::Domain | IndicatorKind::Ip => indicator.value.as_str(),
            IndicatorKind::Hash | IndicatorKind::Email | IndicatorKind::Path => {
                return Err("not-a-destination");
            }
        };
        let host = host.trim_end_matches('.').to_lowercase();
        if listed(&self.own, &host) {
            return Err("own");
        }
        if indicator.kind != IndicatorKind::Url && listed(&self.well_known, &host) {
            return Err("well-known");
        }
        if host.is_empty() || host == "localhost" || host.parse().is_ok_and(|ip| !is_public(ip)) {
            return Err("reserved");
        }
        if indicator.valid_until.is_none() {
            return Err("no-end-date");
        }
        Ok(Blockable(indicator.clone()))
    }
}

/// Whether the host or a domain above it is in the list.
fn listed(list: &BTreeSet<String>, host: &str) -> bool {
    let mut name = host;
    loop {
        if list.contains(name) {
            return true;
        }
        match name.split_once('.') {
            Some((_, parent)) => name = parent,
            None => return false,
        }
    }
}

/// Whether an address can be somebody else's server on the Internet. The documentation ranges (RFC 5737,
/// RFC 3849) count as public: examples are written in them.
fn is_public(ip: std::net::IpAddr) -> bool {
    match ip {
        std::net::IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_broadcast()
                || shared)
        }
        std::net::IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(v4.into()),
            None => {
                let first = v6.segments().first().copied().unwrap_or(0);
                !(v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || first & 0xfe00 == 0xfc00
                    || first & 0xffc0 == 0xfe80)
            }
        },
    }
}
