//! What a page did, as one rule saw it: the thing that is reported.

use crate::json::{object, words};
use crate::{CallSite, Space};
use serde::Serialize;

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Rule {
    /// A public page reaches for the machine or its network.
    #[default]
    LocalAccess,
    /// It tries many ports or hosts in a short time.
    PortScan,
    /// A name of its own led to a public address and then to a local one.
    Rebinding,
    /// It speaks HTTP or WebSocket to a port of another protocol.
    CrossProtocol,
    /// It reaches for the machine or its network by WebRTC.
    WebRtcLocal,
    /// It sends data into the network in the form of names.
    MdnsExfiltration,
    /// It opens a local address as a page, or has it fetched ahead.
    TopLevelLocal,
}

words!(Rule: LocalAccess "HW-1", PortScan "HW-2", Rebinding "HW-3", CrossProtocol "HW-4", WebRtcLocal "HW-5", MdnsExfiltration "HW-6", TopLevelLocal "HW-7");

/// One thing a page did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Sighting {
    /// Number of this sighting in its watch, from 1.
    pub id: u64,
    /// The rule.
    pub rule: Rule,
    /// Origin and path of the page; `dns:` and the name when only a log of names was seen.
    pub page: String,
    /// The page at the top of the tab, when the one that acted is framed in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<String>,
    /// Where it was first called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<CallSite>,
    /// To where, at most `TARGETS_MAX`.
    pub targets: Vec<Target>,
    /// By which functions.
    pub api: Vec<String>,
    /// What became of it.
    pub outcomes: Outcomes,
    /// First time, in milliseconds since 1970.
    pub first: i64,
    /// Last time.
    pub last: i64,
    /// How often.
    pub count: u64,
    /// The allow rule that expects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_by: Option<String>,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppression>,
    /// More about it: words of a closed list.
    pub notes: Vec<String>,
    /// The group of documents it was seen in.
    pub group: u64,
}

object!(Sighting: id "id", rule "rule", page "page", top "top", script "script", targets "targets", api "api", outcomes "outcomes", first "first", last "last", count "count", allowed_by "allowed_by", suppressed "suppressed", notes "notes", group "group");

impl Sighting {
    /// Whether somebody has to look at it.
    pub fn counts(&self) -> bool {
        self.allowed_by.is_none() && self.suppressed.is_none() && !self.targets.is_empty()
    }
}

/// One place a page reached for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Target {
    /// Scheme.
    pub scheme: String,
    /// Host, as the page named it.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Path, without query.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The address that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// How near it is.
    pub space: Space,
    /// How we know.
    pub how: How,
    /// By which function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// Called where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<CallSite>,
    /// What became of it.
    pub outcomes: Outcomes,
    /// How often.
    pub count: u64,
}

object!(Target: scheme "scheme", host "host", port "port", path "path", ip "ip", space "space", how "how", api "api", script "script", outcomes "outcomes", count "count");

/// How a target is known to be local.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum How {
    /// Its host is an address.
    #[default]
    Literal,
    /// Its name says so.
    Name,
    /// A local address answered.
    Ip,
    /// The browser refused it for being local.
    LnaError,
    /// Its name resolved to a local address.
    Dns,
}

words!(How: Literal "literal", Name "name", Ip "ip", LnaError "lna_error", Dns "dns");

/// What became of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Outcomes {
    /// Something answered.
    pub reached: u64,
    /// The browser, an extension or a policy stopped it.
    pub blocked: u64,
    /// Nothing listens there.
    pub refused: u64,
    /// It failed otherwise.
    pub failed: u64,
}

object!(Outcomes: reached "reached", blocked "blocked", refused "refused", failed "failed");

/// Why a sighting does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suppression {
    /// The local address is that of a proxy.
    Proxy,
    /// The local address is what a filter answers for many names.
    Sinkhole,
    /// The company says so.
    Override,
    /// The page is local itself.
    LocalDocument,
    /// The server inside proved with its certificate that it is the one of that name.
    Certificate,
    /// The name is one of ours, which may have two addresses.
    OwnName,
}

words!(Suppression: Proxy "proxy", Sinkhole "sinkhole", Override "override", LocalDocument "local_document", Certificate "certificate", OwnName "own_name");
