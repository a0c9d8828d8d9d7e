//! The chain of one version: offer everything, strike off what the server chose, offer the rest, until it refuses.
//!
//! One answer names one suite and, for ECDHE and TLS 1.3, one group. Groups ride along: those that were not chosen yet
//! are offered first, and as few of the others as may be. Never so few that the choice of the suite changes: the sequence
//! of suites is the server's own, as if every group had been offered. Where groups can ride no further, what is left of
//! them is asked alone, beside the suites.

use super::ask::{Ask, Shape, groups_for, suites_for};
use super::surveyed::{Known, Order, Why};
use crate::tls::names::{Auth, Exchange, Suite, Version, suite};

/// Answers in the order of our list that make it the client's order: a server whose own order is the same by chance is
/// one of 5,040. Fewer are asked in reverse.
const SURE: usize = 7;
/// Curves that keys of certificates stand on: struck off, no ECDSA suite on that curve is left.
const OF_CERTIFICATES: [u16; 3] = [0x17, 0x18, 0x19];

/// One suite found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    suite: u16,
    group: Option<u16>,
}

/// How groups are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ride {
    /// With the suites: groups not yet chosen are offered first.
    Along,
    /// No more with the suites. The next answer to all groups may prove that those left are not the server's.
    Ended,
    /// Alone.
    Alone,
    Over,
}

/// The state of one version.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    pub(super) version: Version,
    pub(super) shape: Shape,
    suites_all: Vec<u16>,
    suites_left: Vec<u16>,
    suites_over: bool,
    groups_all: Vec<u16>,
    groups_left: Vec<u16>,
    ride: Ride,
    found: Vec<Found>,
    groups: Vec<u16>,
    /// The curve of the certificate.
    pub(super) pinned: Option<u16>,
    /// Whether groups are asked for here, or only in a newer version.
    pub(super) asks_groups: bool,
    pub(super) offered: Known<()>,
    complete: Known<()>,
    groups_complete: Known<()>,
    pub(super) order: Option<Known<Order>>,
    pub(super) groups_order: Option<Known<Order>>,
    /// Whether any refusal was a closed connection.
    pub(super) by_closing: bool,
}

fn has_group(id: u16) -> bool {
    suite(id).is_some_and(|suite| suite.is_tls13() || suite.exchange == Exchange::Ecdhe)
}

/// Whether every certificate will do for it.
fn is_free(id: u16) -> bool {
    suite(id).is_some_and(|suite: Suite| suite.auth != Auth::Ecdsa)
}

impl Chain {
    pub(super) fn new(version: Version, shape: Shape) -> Self {
        let (suites_all, groups_all) = (suites_for(version), groups_for(version, shape));
        Self {
            version,
            shape,
            suites_left: suites_all.clone(),
            suites_all,
            suites_over: false,
            groups_left: groups_all.clone(),
            groups_all,
            ride: Ride::Along,
            found: Vec::new(),
            groups: Vec::new(),
            pinned: None,
            asks_groups: version >= Version::Tls12,
            offered: Known::Untested(Why::Deadline),
            complete: Known::Untested(Why::Deadline),
            groups_complete: Known::Untested(Why::Deadline),
            order: None,
            groups_order: None,
            by_closing: false,
        }
    }

    /// Whether suites and groups are both at their end.
    pub(super) fn is_done(&self) -> bool {
        self.suites_over && self.ride == Ride::Over
    }

    pub(super) fn is_offered(&self) -> bool {
        self.offered == Known::Seen(())
    }

    pub(super) fn is_off(&self) -> bool {
        self.offered == Known::Absent
    }

    /// Suites found, in order.
    pub(super) fn suites(&self) -> impl Iterator<Item = u16> + '_ {
        self.found.iter().map(|found| found.suite)
    }

    pub(super) fn groups(&self) -> &[u16] {
        &self.groups
    }

    pub(super) fn complete(&self) -> &Known<()> {
        &self.complete
    }

    pub(super) fn groups_complete(&self) -> &Known<()> {
        &self.groups_complete
    }

    /// How many questions may still come at once: each is worth a connection ahead of need.
    pub(super) fn goes_on(&self) -> usize {
        if !self.is_offered() {
            return 0;
        }
        usize::from(!self.suites_over).saturating_add(usize::from(self.asks_groups_alone()))
    }

    /// Whether suites can be asked.
    pub(super) fn asks_suites(&self) -> bool {
        !self.suites_over
    }

    /// Whether groups can be asked alone now: with a suite that every certificate will do for, or when no such will come.
    pub(super) fn asks_groups_alone(&self) -> bool {
        self.ride == Ride::Alone && (self.suites_over || self.suites().any(|id| has_group(id) && is_free(id)))
    }

    /// Groups that the next question for suites offers: those not chosen yet, then what the choice of a suite may need.
    fn groups_along(&self) -> Vec<u16> {
        if !self.asks_groups || self.ride != Ride::Along || self.groups.is_empty() {
            return self.groups_all.clone();
        }
        let keeps = |id: &u16| match self.pinned {
            _ if self.version == Version::Tls13 => false,
            Some(pinned) => *id == pinned,
            None => OF_CERTIFICATES.contains(id),
        };
        let kept = self.groups.iter().copied().filter(keeps);
        self.groups_left.iter().copied().chain(kept).collect()
    }

    /// The next question for suites.
    pub(super) fn ask(&self, name: Option<String>, alpn: Vec<String>) -> Option<Ask> {
        let suites = self.suites_left.iter().copied().take(self.shape.suites_max()).collect();
        self.asks_suites().then(|| Ask { alpn, name, ..self.asking(suites, self.groups_along()) })
    }

    /// The next question for groups alone.
    pub(super) fn ask_groups(&self, name: Option<String>) -> Option<Ask> {
        let mut groups = self.groups_left.clone();
        let suites = self.group_suites();
        if !suites.iter().copied().any(is_free) {
            // nothing works without the certificate's own, which comes last
            groups.extend(self.pinned.filter(|pinned| !groups.contains(pinned)));
        }
        self.asks_groups_alone().then(|| Ask { name, ..self.asking(suites, groups) })
    }

    fn asking(&self, suites: Vec<u16>, groups: Vec<u16>) -> Ask {
        Ask {
            version: self.version,
            shape: self.shape,
            suites,
            groups,
            alpn: Vec::new(),
            name: None,
            also_tls12: false,
            fallback: false,
        }
    }

    /// Whether nothing was heard yet, and everything is offered.
    pub(super) fn is_untouched(&self) -> bool {
        self.found.is_empty() && self.suites_left.len() == self.suites_all.len() && self.shape == Shape::Full
    }

    /// A question made of what is known: suites in our order, groups likewise.
    pub(super) fn ask_known(&self, name: Option<String>) -> Ask {
        let known =
            |all: &[u16], have: &dyn Fn(&u16) -> bool| all.iter().copied().filter(|id| have(id)).collect();
        let suites = known(&self.suites_all, &|id| self.found.iter().any(|found| found.suite == *id));
        let groups: Vec<u16> =
            known(&self.groups_all, &|id| self.groups.contains(id) || self.pinned == Some(*id));
        let groups = if groups.is_empty() { self.groups_all.clone() } else { groups };
        Ask { name, ..self.asking(suites, groups) }
    }

    /// The server chose a suite and then failed: it is struck off, and not found.
    pub(super) fn strike(&mut self, suite_id: u16) {
        self.suites_left.retain(|id| *id != suite_id);
        if self.suites_left.is_empty() {
            self.suites_end();
        }
    }

    /// Suites that show a group: such as no certificate's curve gets in the way of, if there are any.
    fn group_suites(&self) -> Vec<u16> {
        let all: Vec<u16> = self.suites().filter(|id| has_group(*id)).collect();
        let free: Vec<u16> = all.iter().copied().filter(|id| is_free(*id)).collect();
        if free.is_empty() { all } else { free }
    }

    /// The server chose, asked for suites.
    ///
    /// # Errors
    /// What the server contradicts: a suite or group that was not offered. The chain ends there.
    pub(super) fn chose(&mut self, asked: &Ask, suite_id: u16, group: Option<u16>) -> Result<(), String> {
        self.check_offered(asked, suite_id, group)?;
        if self.suites_over {
            return Ok(());
        }
        self.offered = Known::Seen(());
        if self.is_forced(asked, suite_id) {
            self.ride = Ride::Ended;
            return Ok(());
        }
        let is_proof = self.ride == Ride::Ended && has_group(suite_id) && is_free(suite_id);
        self.suites_left.retain(|id| *id != suite_id);
        self.found.push(Found { suite: suite_id, group });
        match group {
            Some(group) if self.groups.contains(&group) => {
                // One that was kept came again: those before it are not the server's, or less wanted.
                let rode = asked.groups.len() < self.groups_all.len();
                self.ride = if self.ride == Ride::Along && rode { Ride::Alone } else { self.ride };
            }
            Some(group) => self.take_group(group),
            None => {}
        }
        if self.ride == Ride::Ended {
            // Refused with the groups left, agreed with all: those left are not the server's.
            if is_proof { self.groups_end() } else { self.ride = Ride::Alone }
        }
        self.step();
        Ok(())
    }

    /// Whether a suite without a group was chosen because no group was left for any other.
    fn is_forced(&self, asked: &Ask, suite_id: u16) -> bool {
        let offers_known = asked.groups.iter().any(|id| self.groups.contains(id));
        self.asks_groups
            && !self.groups.is_empty()
            && !offers_known
            && !has_group(suite_id)
            && asked.suites.iter().any(|id| has_group(*id))
    }

    fn check_offered(&mut self, asked: &Ask, suite_id: u16, group: Option<u16>) -> Result<(), String> {
        let fault = if !asked.suites.contains(&suite_id) {
            format!("suite {suite_id:04x} was not offered")
        } else if let Some(group) = group.filter(|group| !asked.groups.contains(group)) {
            format!("group {group:04x} was not offered")
        } else {
            return Ok(());
        };
        // Who chooses what was not offered may have done so before: nothing it said is worth anything.
        let why = Why::Contradicts(fault.clone());
        self.found.clear();
        self.groups.clear();
        self.offered = Known::Untested(why.clone());
        (self.complete, self.groups_complete) = (Known::Untested(why.clone()), Known::Untested(why));
        self.over();
        Err(fault)
    }

    /// This version shows the groups of all before TLS 1.3.
    pub(super) fn begin_groups(&mut self) {
        if self.asks_groups {
            return;
        }
        self.asks_groups = true;
        let Self { groups_left, groups, .. } = self;
        groups_left.retain(|id| !groups.contains(id));
        if self.suites_over && self.groups_complete == Known::Untested(Why::NotAsked) {
            self.ride = Ride::Along;
            self.suites_end();
        }
    }

    fn take_group(&mut self, group: u16) {
        self.groups.push(group);
        if self.asks_groups {
            self.groups_left.retain(|id| *id != group);
        }
    }

    /// The server chose, asked for groups alone.
    ///
    /// # Errors
    /// As [`Self::chose`].
    pub(super) fn chose_group(
        &mut self,
        asked: &Ask,
        suite_id: u16,
        group: Option<u16>,
    ) -> Result<(), String> {
        self.check_offered(asked, suite_id, group)?;
        match group {
            Some(group) if !self.groups.contains(&group) => self.take_group(group),
            // The certificate's own curve again, or no group at all: the server has none of those left.
            _ => self.groups_end(),
        }
        if self.groups_left.is_empty() {
            self.groups_end();
        }
        Ok(())
    }

    fn groups_end(&mut self) {
        self.groups_complete = Known::Seen(());
        self.ride = Ride::Over;
    }

    /// After an answer: is a refusal to be expected whose reason would be unclear?
    fn step(&mut self) {
        if self.asks_groups && self.groups_left.is_empty() && self.ride != Ride::Over {
            self.groups_end();
        }
        if self.ride == Ride::Along && self.asks_groups && !self.groups.is_empty() {
            // The usual suites of TLS 1.3 are found, or the usual groups: what is struck off next is likely the last.
            let usual = |wanted: &[u16], have: &dyn Fn(&u16) -> bool| wanted.iter().all(have);
            let suites_out = self.version == Version::Tls13
                && usual(&[0x1301, 0x1302, 0x1303], &|id| self.found.iter().any(|found| found.suite == *id));
            let groups_out = usual(&[0x17, 0x18, 0x19, 0x1D, 0x1E], &|id| self.groups.contains(id));
            if suites_out || groups_out {
                self.ride = Ride::Alone;
            }
        }
        if self.suites_left.is_empty() {
            self.suites_end();
        }
    }

    fn suites_end(&mut self) {
        self.complete = Known::Seen(());
        self.suites_over = true;
        if self.ride == Ride::Over {
            return;
        }
        if self.asks_groups && !self.groups_left.is_empty() && !self.group_suites().is_empty() {
            self.ride = Ride::Alone;
        } else {
            self.groups_complete =
                Known::Untested(if self.asks_groups { Why::NotApplicable } else { Why::NotAsked });
            self.ride = Ride::Over;
        }
    }

    /// The server refused to choose a suite.
    pub(super) fn refused(&mut self, asked: &Ask) {
        if self.suites_over {
            return;
        }
        let offers_known = asked.groups.iter().any(|id| self.groups.contains(id));
        if self.asks_groups && !self.groups.is_empty() && !offers_known {
            self.ride = Ride::Ended;
            return;
        }
        if self.ride == Ride::Ended {
            self.ride = Ride::Alone;
        }
        self.suites_left.retain(|id| !asked.suites.contains(id));
        if !self.suites_left.is_empty() {
            return;
        }
        if self.offered != Known::Seen(()) {
            self.offered = Known::Absent;
        }
        self.suites_end();
    }

    /// The server refused the groups left.
    pub(super) fn refused_groups(&mut self) {
        self.groups_end();
    }

    /// The version cannot be asked further.
    pub(super) fn fail(&mut self, why: &Why) {
        if !self.is_offered() {
            self.offered = Known::Untested(why.clone());
        }
        for verdict in [&mut self.complete, &mut self.groups_complete] {
            if *verdict != Known::Seen(()) {
                *verdict = Known::Untested(why.clone());
            }
        }
        self.over();
    }

    /// The groups of a version cannot be asked further.
    pub(super) fn fail_groups(&mut self, why: &Why) {
        self.groups_complete = Known::Untested(why.clone());
        self.ride = Ride::Over;
    }

    fn over(&mut self) {
        self.suites_over = true;
        self.ride = Ride::Over;
    }

    /// What refusals seemed to prove is open.
    pub(super) fn doubt(&mut self, why: &Why) {
        let offered = (self.offered == Known::Absent).then_some(&mut self.offered);
        for verdict in offered.into_iter().chain([&mut self.complete, &mut self.groups_complete]) {
            *verdict = Known::Untested(why.clone());
        }
    }

    /// The version is off, by proof from elsewhere.
    pub(super) fn absent(&mut self) {
        self.offered = Known::Absent;
        self.complete = Known::Seen(());
        self.over();
    }

    /// Whose order decided, when the answers alone tell: `None` asks for the list reversed.
    pub(super) fn order_from_answers(&self) -> Option<Known<Order>> {
        if self.found.len() < 2 {
            return Some(Known::Untested(Why::NotApplicable));
        }
        let rank = |id: u16| self.suites_all.iter().position(|at| *at == id);
        // One found later and listed earlier was passed over.
        let own = self
            .found
            .iter()
            .zip(self.found.iter().skip(1))
            .any(|(first, next)| rank(next.suite) < rank(first.suite));
        match own {
            true if self.shape == Shape::Full => Some(Known::Seen(Order::Server)),
            false if self.found.len() >= SURE && self.shape == Shape::Full => {
                Some(Known::Seen(Order::Client))
            }
            _ => None,
        }
    }

    /// The same for groups.
    pub(super) fn groups_order_from_answers(&self) -> Option<Known<Order>> {
        if self.groups.len() < 2 {
            return Some(Known::Untested(Why::NotApplicable));
        }
        if !self.asks_groups {
            return Some(Known::Untested(Why::NotAsked));
        }
        let rank = |id: &u16| self.groups_all.iter().position(|at| at == id);
        let own =
            self.groups.iter().zip(self.groups.iter().skip(1)).any(|(first, next)| rank(next) < rank(first));
        match own {
            true => Some(Known::Seen(Order::Server)),
            false if self.groups.len() >= SURE => Some(Known::Seen(Order::Client)),
            false => None,
        }
    }

    /// What was chosen first, for comparison with the answer to the list reversed.
    pub(super) fn first_choice(&self) -> Option<(u16, Option<u16>)> {
        self.found.first().map(|found| (found.suite, found.group))
    }
}
