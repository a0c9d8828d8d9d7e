//! Suites: which there are, and in which order.

use super::super::names::{SuiteName, suite_name};
use super::{Look, Measured, named};
use hinomi_formats::tls::names::{Auth, Exchange, Version, kind_of_sslv2, suite};
use hinomi_model::fact::{Order, VersionSeen};

impl Look<'_> {
    /// The versions that are offered.
    fn offered(&self) -> impl Iterator<Item = &VersionSeen> {
        self.fact.versions.iter().filter(|seen| seen.offered == Some(true))
    }

    /// Whether a suite may be there that nobody asked for: a version not tested, or not to its end.
    pub(super) fn incomplete(&self) -> bool {
        let untested = Version::ALL.into_iter().any(|version| self.fact.offers(version.name()).is_none());
        untested || self.offered().any(|seen| !seen.complete)
    }

    /// Whether a suite is offered whose key is agreed in one of these ways.
    pub(super) fn agrees_by(&self, ways: &[Exchange]) -> bool {
        self.offered()
            .flat_map(|seen| &seen.suites)
            .filter_map(|id| u16::try_from(*id).ok().and_then(suite))
            .any(|suite| ways.contains(&suite.exchange))
    }

    pub(super) fn suites_within(&self) -> Measured {
        let allowed = &self.profile.suites;
        let outside = self.offered().flat_map(|seen| {
            let groups = if seen.version == Version::Tls13.name() { &allowed.tls13 } else { &allowed.tls12 };
            let known = |id: u32| groups.iter().flatten().any(|suite| u32::from(suite.0.id) == id);
            seen.suites.iter().filter(move |id| !known(**id)).map(|id| suite_name(*id))
        });
        match named(outside) {
            Some(outside) => Measured::Unmet(outside),
            None if self.incomplete() => Measured::Unknown("incomplete"),
            None => Measured::Met,
        }
    }

    pub(super) fn suites_without(&self, tokens: &[String], suites: &[SuiteName]) -> Measured {
        let all = || self.offered().flat_map(|seen| &seen.suites).copied();
        let forbidden = |id: &u32| {
            let name = suite_name(*id);
            name.split('_').any(|word| tokens.iter().any(|token| token == word))
                || suites.iter().any(|suite| u32::from(suite.0.id) == *id)
        };
        if let Some(found) = named(all().filter(forbidden).map(suite_name)) {
            return Measured::Unmet(found);
        }
        let registered =
            |id: u32| u16::try_from(id).ok().and_then(suite).is_some() || kind_of_sslv2(id).is_some();
        match () {
            () if all().any(|id| !registered(id)) => Measured::Unknown("unknown_suite"),
            () if self.incomplete() => Measured::Unknown("incomplete"),
            () => Measured::Met,
        }
    }

    /// Versions in which there is something to decide. SSLv2 leaves the choice to the client always.
    fn with_choice(&self) -> impl Iterator<Item = &VersionSeen> {
        self.offered().filter(|seen| seen.suites.len() > 1 && seen.version != Version::SslV2.name())
    }

    pub(super) fn server_order(&self) -> Measured {
        let by_client = self.with_choice().filter(|seen| seen.order == Some(Order::Client));
        match named(by_client.map(|seen| &seen.version)) {
            Some(versions) => Measured::Unmet(versions),
            None if self.with_choice().any(|seen| seen.order.is_none()) => Measured::Unknown("not_tested"),
            None => Measured::Met,
        }
    }

    pub(super) fn suite_order(&self) -> Measured {
        let decides = self.server_order();
        if decides != Measured::Met {
            return decides;
        }
        let misplaced = self.with_choice().filter_map(|seen| self.misplaced(seen));
        match named(misplaced) {
            Some(pairs) => Measured::Unmet(pairs),
            None if self.incomplete() => Measured::Unknown("incomplete"),
            None => Measured::Met,
        }
    }

    /// The first suite of a version that stands before one of a better group. Compared are suites that one certificate
    /// serves: which of two certificates a client can use is not the server's to decide, and a survey that takes groups
    /// away meets those of the other one later. Suites outside the profile are told elsewhere.
    fn misplaced(&self, seen: &VersionSeen) -> Option<String> {
        let order = &self.profile.suites;
        let groups = if seen.version == Version::Tls13.name() { &order.tls13 } else { &order.tls12 };
        let rank = |id: u32| {
            groups.iter().enumerate().find_map(|(rank, group)| {
                let found = group.iter().find(|suite| u32::from(suite.0.id) == id)?;
                Some((rank, found.0.auth))
            })
        };
        let ranked: Vec<(u32, usize, Auth)> =
            seen.suites.iter().filter_map(|id| rank(*id).map(|(rank, auth)| (*id, rank, auth))).collect();
        let later = |at: usize| ranked.iter().skip(at + 1);
        ranked.iter().enumerate().find_map(|(at, (id, rank, auth))| {
            let (next, next_rank, _) = later(at).find(|(_, _, other)| other == auth)?;
            let told = || format!("{} > {} ({})", suite_name(*id), suite_name(*next), seen.version);
            (rank > next_rank).then(told)
        })
    }
}
