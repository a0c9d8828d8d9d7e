//! What a prober says of a server, in one form for all: ours, and those of others.
//!
//! A prober that is tested here is a command; host and port follow it, and where the server wants it `--starttls NAME`. It
//! prints one JSON object of this form and ends with 0.

use super::credentials::Laid;
use super::roster::{Field, Server, Version};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
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
    /// What else is there or not, by the names of the tables: the extensions of any version, `early_data`,
    /// `client_renegotiation`. None when it was not tested.
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, Option<bool>>,
    /// Protocols taken by ALPN; none when it was not asked.
    #[serde(default)]
    pub(crate) alpn: Option<Vec<String>>,
    /// The certificates of the server itself, DER; none when they were not asked for.
    #[serde(default)]
    pub(crate) certificates: Option<BTreeSet<Vec<u8>>>,
    /// What it says of its own troubles.
    #[serde(default)]
    pub(crate) problems: Vec<String>,
    /// Connections that it counted.
    #[serde(default)]
    pub(crate) connections: u64,
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
    /// Finite fields of DHE; of the SHA-256 of a prime, the beginning will do. None when it was not asked.
    #[serde(default)]
    pub(crate) dh: Option<Vec<Field>>,
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
    /// Weaknesses that are there and were left untested.
    pub(crate) unproven: Vec<String>,
    /// Settings, protocols, fields and certificates that were told otherwise than they are.
    pub(crate) settings_wrong: Vec<String>,
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
        for (truth, told) in both(&server.version, &self.versions) {
            found.settings_wrong.extend(told.dh.iter().flat_map(|fields| fields_wrong(truth, fields)));
        }
        found.settings_wrong.extend(self.settings_wrong(server));
        let vulnerable: BTreeSet<&String> = server.known.vulnerable.iter().collect();
        found.false_claims = self.vulnerable.iter().filter(|id| !vulnerable.contains(id)).cloned().collect();
        found.overlooked = self.not_vulnerable.iter().filter(|id| vulnerable.contains(id)).cloned().collect();
        let is_told = |id: &String| self.vulnerable.contains(id) || self.not_vulnerable.contains(id);
        found.unproven = server.known.vulnerable.iter().filter(|id| !is_told(id)).cloned().collect();
        found
    }

    /// Settings that the table knows, and that were told otherwise or not at all.
    fn settings_wrong(&self, server: &Server) -> Vec<String> {
        let mut wrong = Vec::new();
        let truth = server.settings();
        for (name, told) in &self.settings {
            if let Some(is) = truth.get(name.as_str()).filter(|is| told.is_some_and(|told| told != **is)) {
                wrong.push(format!("{name} is {is}"));
            }
        }
        let mut asked = server.version.iter().filter_map(|version| version.extensions.as_ref()).peekable();
        let is_asked = asked.peek().is_some();
        let taken: BTreeSet<&String> = asked.filter_map(|told| told.alpn.as_ref()).collect();
        if let Some(told) = self.alpn.as_ref().filter(|_| is_asked)
            && (taken.iter().any(|protocol| !told.contains(protocol)) || taken.is_empty() != told.is_empty())
        {
            wrong.push(format!("alpn is {taken:?}, not {told:?}"));
        }
        wrong
    }

    /// Certificates that were not shown, or that the server has not.
    pub(crate) fn certificates_wrong(&self, server: &Server, laid: &[Laid]) -> Vec<String> {
        let Some(told) = &self.certificates else { return Vec::new() };
        let digest = |der: &Vec<u8>| Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect();
        let told: BTreeSet<String> = told.iter().map(digest).collect();
        let true_ones = laid.iter().filter(|one| one.server == server.id);
        let mut missing: BTreeMap<&str, String> = BTreeMap::new();
        for one in true_ones {
            let name = one.key.file_stem().map(|name| name.to_string_lossy().into_owned());
            missing.insert(&one.certificate_sha256, name.unwrap_or_default());
        }
        let extra = told.iter().filter(|digest| missing.remove(digest.as_str()).is_none()).count();
        let mut wrong: Vec<String> =
            missing.into_values().map(|name| format!("the certificate of {name} was not seen")).collect();
        wrong.extend((extra > 0).then(|| format!("{extra} certificates are not the server's")));
        wrong
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

/// Versions that are in both.
fn both<'a>(truth: &'a [Version], told: &'a [Spoken]) -> impl Iterator<Item = (&'a Version, &'a Spoken)> {
    truth
        .iter()
        .filter_map(|version| Some((version, told.iter().find(|spoken| spoken.name == version.name)?)))
}

/// The named fields of RFC 7919 show only to who offers them (`ffdhe2048` …): they need not be told.
const NAMED: &[&str] =
    &["9cd3b7f336872f46", "0eaf67db3a839156", "4648414224ac881b", "227ac9066b3ddd9e", "770b14efaf6f0499"];

fn fields_wrong(truth: &Version, told: &[Field]) -> Vec<String> {
    // A field that is made anew at every start has no digest in its table.
    let is_same = |one: &Field, other: &Field| {
        let prefix =
            |field: &Field| field.sha256.as_ref().and_then(|digits| digits.get(..16).map(str::to_owned));
        let (left, right) = (prefix(one), prefix(other));
        one.bits == other.bits && (left == right || left.is_none() || right.is_none())
    };
    let shown = |field: &Field, what: &str| format!("{} {what} a field of {} bits", truth.name, field.bits);
    let is_named = |field: &Field| {
        field.sha256.as_ref().is_some_and(|digits| NAMED.iter().any(|named| digits.starts_with(named)))
    };
    let extra = told.iter().filter(|field| !truth.dh.iter().any(|one| is_same(one, field)));
    let missing =
        truth.dh.iter().filter(|field| !is_named(field) && !told.iter().any(|one| is_same(one, field)));
    extra.map(|field| shown(field, "has not")).chain(missing.map(|field| shown(field, "has"))).collect()
}
