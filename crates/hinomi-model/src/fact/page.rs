//! Facts on web pages: what one did to the machine and the network of who opened it.
//!
//! They look like what `hinomi-watch` gives and are of other make on purpose: these are stored and printed for years, so
//! an unknown field is an error here; the watch's pass through a browser, where a newer sender may say more and every
//! byte of code is paid for by each visitor. What stands between is in `hinomi-checks` (`page::observe`).

use serde::{Deserialize, Serialize};

/// What a page did by one rule; without a rule, that it was watched.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageFact {
    /// The rule; none for the fact that says the page was watched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<PageRule>,
    /// Origin and path; of a log of names, the name.
    pub page: String,
    /// The page around it, when it is framed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<String>,
    /// The script that did it first: `https://cdn.example/a.js:3:14`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Where it led, in the order in which it was tried; no more than the watch keeps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<PageTarget>,
    /// The functions it was done with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub api: Vec<String>,
    /// What became of it.
    pub outcomes: PageOutcomes,
    /// How often; of a page that was watched, its requests.
    pub count: u64,
    /// The allow rule that expects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_by: Option<String>,
    /// Why it does not count: `proxy`, `sinkhole`, `certificate`, `own_name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<String>,
    /// More about it, in words of the watch: `popup`, `sealed`, `data_in_ufrag`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Of a page that was watched: not all of it was seen.
    pub cut: bool,
    /// Of a page that was watched: nobody could see what it does by WebRTC.
    pub webrtc_unseen: bool,
}

impl PageFact {
    /// Whether somebody has to look at it.
    pub fn counts(&self) -> bool {
        self.allowed_by.is_none() && self.suppressed.is_none()
    }

    /// Whether a note is there.
    pub fn has_note(&self, note: &str) -> bool {
        self.notes.iter().any(|known| known == note)
    }
}

/// The rules of the watch, by the fault they see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PageRule {
    /// HW-1: a public page reaches inside.
    LocalAccess,
    /// HW-2: it tries many ports or hosts.
    PortScan,
    /// HW-3: its own name leads inside.
    Rebinding,
    /// HW-4: it speaks to another protocol's port.
    CrossProtocol,
    /// HW-5: it reaches inside by WebRTC.
    WebrtcLocal,
    /// HW-6: it sends data in the form of names.
    MdnsExfiltration,
    /// HW-7: it opens a local address as a page.
    TopLevelLocal,
}

/// One place a page reached for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageTarget {
    /// Scheme.
    pub scheme: String,
    /// Host, as the page named it.
    pub host: String,
    /// Port; 0 when it is not known.
    pub port: u16,
    /// Path, without query.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The address that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// `local` or `loopback`.
    pub space: String,
    /// How that is known: `literal`, `name`, `ip`, `lna_error`, `dns`.
    pub how: String,
    /// The function that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// Where it was called: `https://cdn.example/a.js:3:14`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// What became of it.
    pub outcomes: PageOutcomes,
    /// The address, or the one the host is, hands out the keys of a machine in a cloud.
    pub metadata: bool,
}

/// What became of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageOutcomes {
    /// Something answered.
    pub reached: u64,
    /// The browser or a policy stopped it.
    pub blocked: u64,
    /// Nothing listens there.
    pub refused: u64,
    /// It failed otherwise.
    pub failed: u64,
}

impl PageOutcomes {
    /// Whether all that is known is that it was stopped.
    pub fn is_stopped(self) -> bool {
        self.blocked > 0 && self.reached == 0 && self.refused == 0 && self.failed == 0
    }
}
