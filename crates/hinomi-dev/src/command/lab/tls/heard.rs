//! What a prober says of a server, in one form for all: ours, and those of others.
//!
//! A prober that is tested here is a command; host and port follow it, and where the server wants it `--starttls NAME`. It
//! prints one JSON object of this form and ends with 0.

use super::roster::Server;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What was heard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Heard {
    /// The versions that the server speaks; one that it does not speak has no suites or is left out.
    pub(crate) versions: Vec<Spoken>,
    /// Weaknesses that are there, by their names in the tables.
    #[serde(default)]
    pub(crate) vulnerable: BTreeSet<String>,
    /// Weaknesses that were looked for and are not there.
    #[serde(default)]
    pub(crate) not_vulnerable: BTreeSet<String>,
    /// What could not be tested, with the reason. Never silently absent.
    #[serde(default)]
    pub(crate) untested: Vec<String>,
}

/// One version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spoken {
    /// `ssl2` … `tls1.3`.
    pub(crate) name: String,
    /// In the server's order where `order` says so.
    pub(crate) suites: Vec<u32>,
    /// `server` or `client`; none when there is nothing to choose or it was not asked.
    #[serde(default)]
    pub(crate) order: Option<String>,
    /// None when it was not asked.
    #[serde(default)]
    pub(crate) groups: Option<Vec<u16>>,
    #[serde(default)]
    pub(crate) groups_order: Option<String>,
}

/// How far what was heard is from the truth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// Suites of versions that are there and were not heard: `tls1.2 C030`.
    pub(crate) missing: Vec<String>,
    /// Suites that were heard and are not there.
    pub(crate) extra: Vec<String>,
    /// Groups, the same.
    pub(crate) groups_missing: Vec<String>,
    pub(crate) groups_extra: Vec<String>,
    /// Versions whose order, or sequence in the server's order, was told wrong. Versions without a told order are not here.
    pub(crate) order_wrong: Vec<String>,
    /// Weaknesses that were claimed and are not there.
    pub(crate) false_claims: Vec<String>,
    /// Weaknesses that are there and were declared absent.
    pub(crate) overlooked: Vec<String>,
}

impl Difference {
    /// Nothing is missing, nothing was made up.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Heard {
    /// Held against the table of a server.
    pub(crate) fn against(&self, server: &Server) -> Difference {
        let mut found = Difference::default();
        let names = server.version.iter().map(|version| version.name.as_str());
        let names: BTreeSet<&str> =
            names.chain(self.versions.iter().map(|spoken| spoken.name.as_str())).collect();
        for name in names {
            let truth = server.version.iter().find(|version| version.name == name);
            let told = self.versions.iter().find(|spoken| spoken.name == name);
            let true_suites: &[u32] = truth.map_or(&[], |version| &version.suites);
            let told_suites: &[u32] = told.map_or(&[], |spoken| &spoken.suites);
            let digits = if name == "ssl2" { 6 } else { 4 };
            found
                .missing
                .extend(without(true_suites, told_suites).map(|id| format!("{name} {id:0digits$X}")));
            found.extra.extend(without(told_suites, true_suites).map(|id| format!("{name} {id:0digits$X}")));
            let (Some(truth), Some(told)) = (truth, told) else { continue };
            if let Some(groups) = &told.groups {
                found
                    .groups_missing
                    .extend(without(&truth.groups, groups).map(|id| format!("{name} {id:04X}")));
                found
                    .groups_extra
                    .extend(without(groups, &truth.groups).map(|id| format!("{name} {id:04X}")));
            }
            let is_sequence_wrong = |by: &Option<String>| by.as_deref() == Some("server");
            if told.order.is_some() && told.order != truth.order
                || is_sequence_wrong(&told.order) && told.suites != truth.suites
            {
                found.order_wrong.push(name.to_owned());
            }
            if told.groups_order.is_some() && told.groups_order != truth.groups_order
                || is_sequence_wrong(&told.groups_order) && told.groups.as_ref() != Some(&truth.groups)
            {
                found.order_wrong.push(format!("{name} groups"));
            }
        }
        let vulnerable: BTreeSet<&String> = server.known.vulnerable.iter().collect();
        found.false_claims = self.vulnerable.iter().filter(|id| !vulnerable.contains(id)).cloned().collect();
        found.overlooked = self.not_vulnerable.iter().filter(|id| vulnerable.contains(id)).cloned().collect();
        found
    }

    /// From suites by version, as the tools of others tell them.
    pub(super) fn of(suites: BTreeMap<String, BTreeSet<u32>>) -> Self {
        let spoken = |(name, suites): (String, BTreeSet<u32>)| Spoken {
            name,
            suites: suites.into_iter().collect(),
            ..Spoken::default()
        };
        Self { versions: suites.into_iter().map(spoken).collect(), ..Self::default() }
    }
}

fn without<'a, T: PartialEq>(these: &'a [T], those: &'a [T]) -> impl Iterator<Item = &'a T> {
    these.iter().filter(|one| !those.contains(one))
}
