//! The chain of one version: offer everything, strike off what the server chose, offer the rest, until it refuses.
//!
//! One answer names one suite and, for ECDHE and TLS 1.3, one group; both are struck off together, so groups cost
//! nothing as long as suites last. When a refusal may be about either, each is asked alone.

use super::ask::{Ask, Shape, groups_for, suites_for};
use super::surveyed::{Known, Order, Why};
use crate::tls::names::{Auth, Exchange, Suite, Version, suite};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Suites and groups are struck off together.
    Both,
    /// Suites alone: every group is offered.
    Suites,
    /// Groups alone: every suite known that has one is offered.
    Groups,
    Done,
}

/// Answers in the order of our list that make it the client's order: a server whose own order is the same by chance is
/// one of 5,040. Fewer are asked in reverse.
const SURE: usize = 7;

/// One suite found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    suite: u16,
    group: Option<u16>,
    /// How many groups had been struck off when it was asked: fewer is a wider question.
    narrowed: usize,
}

/// The state of one version.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    pub(super) version: Version,
    pub(super) shape: Shape,
    phase: Phase,
    suites_all: Vec<u16>,
    suites_left: Vec<u16>,
    groups_all: Vec<u16>,
    groups_left: Vec<u16>,
    found: Vec<Found>,
    groups: Vec<u16>,
    /// The curve of the certificate: struck off, no ECDSA suite is left.
    pub(super) pinned: Option<u16>,
    /// Whether groups are struck off here, or only in a newer version.
    pub(super) asks_groups: bool,
    pub(super) offered: Known<()>,
    complete: Known<()>,
    groups_complete: Known<()>,
    pub(super) order: Option<Known<Order>>,
    pub(super) groups_order: Option<Known<Order>>,
    /// Whether suites were asked again after the groups had run out.
    groups_ran_out: bool,
    /// Whether any refusal was a closed connection.
    pub(super) by_closing: bool,
}

impl Chain {
    pub(super) fn new(version: Version, shape: Shape) -> Self {
        let (suites_all, groups_all) = (suites_for(version), groups_for(version, shape));
        Self {
            version,
            shape,
            phase: Phase::Both,
            suites_left: suites_all.clone(),
            suites_all,
            groups_left: groups_all.clone(),
            groups_all,
            found: Vec::new(),
            groups: Vec::new(),
            pinned: None,
            asks_groups: version >= Version::Tls12,
            offered: Known::Untested(Why::Deadline),
            complete: Known::Untested(Why::Deadline),
            groups_complete: Known::Untested(Why::Deadline),
            order: None,
            groups_order: None,
            groups_ran_out: false,
            by_closing: false,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.phase == Phase::Done
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

    /// How many answers may still come, roughly: what is worth a connection ahead of need.
    pub(super) fn goes_on(&self) -> bool {
        self.is_offered() && !self.is_done()
    }

    /// The next question: suites and groups.
    pub(super) fn question(&self) -> Option<(Vec<u16>, Vec<u16>)> {
        let some = |ids: &[u16]| ids.iter().copied().take(self.shape.suites_max()).collect::<Vec<_>>();
        match self.phase {
            Phase::Both => Some((some(&self.suites_left), self.groups_left.clone())),
            Phase::Suites => Some((some(&self.suites_left), self.groups_all.clone())),
            Phase::Groups => Some((self.group_suites(), self.groups_last())),
            Phase::Done => None,
        }
    }

    /// The question as a hello.
    pub(super) fn ask(&self, name: Option<String>, alpn: Vec<String>) -> Option<Ask> {
        let (suites, groups) = self.question()?;
        Some(Ask {
            version: self.version,
            shape: self.shape,
            suites,
            groups,
            alpn,
            name,
            also_tls12: false,
            fallback: false,
        })
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
        Ask {
            version: self.version,
            shape: self.shape,
            suites,
            groups,
            alpn: Vec::new(),
            name,
            also_tls12: false,
            fallback: false,
        }
    }

    /// The server chose a suite and then failed: it is struck off, and not found.
    pub(super) fn strike(&mut self, suite_id: u16) {
        self.suites_left.retain(|id| *id != suite_id);
        if self.suites_left.is_empty() {
            self.step();
        }
    }

    /// Suites that show a group: such as no certificate's curve gets in the way of, if there are any.
    fn group_suites(&self) -> Vec<u16> {
        let needs_group =
            |id: &u16| suite(*id).is_some_and(|suite| suite.is_tls13() || suite.exchange == Exchange::Ecdhe);
        let all: Vec<u16> = self.suites().filter(needs_group).collect();
        let free: Vec<u16> = all
            .iter()
            .copied()
            .filter(|id| suite(*id).is_some_and(|suite| suite.auth != Auth::Ecdsa))
            .collect();
        if free.is_empty() { all } else { free }
    }

    fn only_ecdsa(&self) -> bool {
        self.group_suites().iter().any(|id| suite(*id).is_some_and(|suite| suite.auth == Auth::Ecdsa))
    }

    /// The groups not struck off, and the certificate's at the end when nothing works without it.
    fn groups_last(&self) -> Vec<u16> {
        let mut list = self.groups_left.clone();
        if self.only_ecdsa() {
            list.extend(self.pinned.filter(|pinned| !list.contains(pinned)));
        }
        list
    }

    /// The server chose.
    ///
    /// # Errors
    /// What the server contradicts: a suite or group that was not offered. The chain ends there.
    pub(super) fn chose(&mut self, suite_id: u16, group: Option<u16>) -> Result<(), String> {
        let Some((suites, groups)) = self.question() else { return Ok(()) };
        if !suites.contains(&suite_id) {
            return self.contradicted(format!("suite {suite_id:04x} was not offered"));
        }
        if let Some(group) = group
            && !groups.contains(&group)
        {
            return self.contradicted(format!("group {group:04x} was not offered"));
        }
        self.offered = Known::Seen(());
        if self.phase == Phase::Groups {
            self.chose_group(group);
            return Ok(());
        }
        let narrowed = if self.phase == Phase::Both && self.asks_groups { self.groups.len() } else { 0 };
        self.suites_left.retain(|id| *id != suite_id);
        self.found.push(Found { suite: suite_id, group, narrowed });
        if let Some(group) = group
            && !self.groups.contains(&group)
        {
            self.groups.push(group);
            if self.asks_groups {
                self.groups_left.retain(|id| *id != group);
            }
        }
        if self.groups_ran_out && self.proves_groups(suite_id) {
            self.groups_complete = Known::Seen(());
        }
        self.step();
        Ok(())
    }

    /// A suite that was refused with the groups left and is agreed with all of them: those left are not the server's.
    fn proves_groups(&self, id: u16) -> bool {
        let is_free = |suite: Suite| suite.exchange == Exchange::Ecdhe && suite.auth != Auth::Ecdsa;
        suite(id).is_some_and(|suite| suite.is_tls13() || is_free(suite))
    }

    fn chose_group(&mut self, group: Option<u16>) {
        match group {
            // The certificate's own curve again: the server has no other, or prefers this one to all that are left.
            Some(group) if self.groups.contains(&group) => self.groups_done(),
            Some(group) => {
                self.groups.push(group);
                self.groups_left.retain(|id| *id != group);
                if self.groups_left.is_empty() {
                    self.groups_done();
                }
            }
            None => self.groups_done(),
        }
    }

    fn groups_done(&mut self) {
        self.groups_complete = Known::Seen(());
        self.phase = Phase::Done;
    }

    fn contradicted(&mut self, what: String) -> Result<(), String> {
        self.fail(&Why::Contradicts(what.clone()));
        Err(what)
    }

    /// After an answer: is a refusal to be expected whose reason would be unclear?
    fn step(&mut self) {
        if self.suites_left.is_empty() {
            self.complete = Known::Seen(());
            self.after_suites();
            return;
        }
        if self.phase != Phase::Both || !self.asks_groups || self.groups.is_empty() {
            return;
        }
        // The usual suites of TLS 1.3 are found, or the usual groups: what is struck off next is likely the last.
        let usual = |wanted: &[u16], have: &dyn Fn(&u16) -> bool| wanted.iter().all(have);
        let suites_out = self.version == Version::Tls13
            && usual(&[0x1301, 0x1302, 0x1303], &|id| self.found.iter().any(|found| found.suite == *id));
        let groups_out = usual(&[0x17, 0x18, 0x19, 0x1D, 0x1E], &|id| self.groups.contains(id));
        if suites_out || groups_out || self.groups_left.is_empty() {
            self.phase = Phase::Suites;
        }
    }

    fn after_suites(&mut self) {
        let open =
            self.asks_groups && !self.groups_left.is_empty() && self.groups_complete != Known::Seen(());
        if open && !self.group_suites().is_empty() {
            self.phase = Phase::Groups;
        } else {
            self.groups_complete = self.groups_verdict();
            self.phase = Phase::Done;
        }
    }

    fn groups_verdict(&self) -> Known<()> {
        if self.groups_left.is_empty() || self.groups_complete == Known::Seen(()) {
            Known::Seen(())
        } else {
            Known::Untested(if self.asks_groups { Why::NotApplicable } else { Why::NotAsked })
        }
    }

    /// The server refused what [`Self::question`] offered.
    pub(super) fn refused(&mut self) {
        match self.phase {
            Phase::Both if self.asks_groups && !self.groups.is_empty() => {
                self.groups_ran_out = true;
                self.phase = Phase::Suites;
            }
            Phase::Both | Phase::Suites => {
                let count = self.shape.suites_max().min(self.suites_left.len());
                self.suites_left.drain(..count);
                if !self.suites_left.is_empty() {
                    return;
                }
                if self.offered != Known::Seen(()) {
                    self.offered = Known::Absent;
                }
                self.complete = Known::Seen(());
                self.after_suites();
            }
            Phase::Groups => self.groups_done(),
            Phase::Done => {}
        }
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
        self.phase = Phase::Done;
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
        self.phase = Phase::Done;
    }

    /// Whose order decided, when the answers alone tell: `None` asks for the list reversed.
    pub(super) fn order_from_answers(&self) -> Option<Known<Order>> {
        if self.found.len() < 2 {
            return Some(Known::Untested(Why::NotApplicable));
        }
        let rank = |id: u16| self.suites_all.iter().position(|at| *at == id);
        let own = self.found.iter().enumerate().any(|(at, first)| {
            // One found later, listed earlier, and agreed to a question no wider: it was passed over.
            self.found
                .iter()
                .skip(at.saturating_add(1))
                .any(|later| rank(later.suite) < rank(first.suite) && later.narrowed >= first.narrowed)
        });
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
