//! Keeping what was seen: one sighting for a page and a rule, its targets below it.

use super::group::Actor;
use super::rules::Near;
use super::{ALL_TARGETS_MAX, SIGHTINGS_MAX, State, TARGETS_MAX, Watch};
use crate::place::Place;
use crate::{CallSite, How, Outcomes, Rule, Sighting, Space, Suppression, Target};
use std::net::IpAddr;

/// Functions and notes of one sighting.
const WORDS_MAX: usize = 32;

/// One target to be kept.
pub(super) struct Seen<'a> {
    pub(super) rule: Rule,
    pub(super) at: i64,
    pub(super) place: &'a Place,
    pub(super) ip: Option<IpAddr>,
    pub(super) space: Space,
    pub(super) how: How,
    pub(super) api: Option<String>,
    pub(super) site: Option<CallSite>,
    pub(super) notes: &'a [&'a str],
    pub(super) suppressed: Option<Suppression>,
}

impl<'a> Seen<'a> {
    /// A place that was reached for, of which no more is known: HW-1.
    pub(super) fn new(at: i64, place: &'a Place, ip: Option<IpAddr>, near: Near) -> Self {
        let Near { space, how, .. } = near;
        let rule = Rule::LocalAccess;
        Self { rule, at, place, ip, space, how, api: None, site: None, notes: &[], suppressed: None }
    }
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Reached,
    Blocked,
    Refused,
    Failed,
}

impl Outcomes {
    fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Reached => self.reached += 1,
            Outcome::Blocked => self.blocked += 1,
            Outcome::Refused => self.refused += 1,
            Outcome::Failed => self.failed += 1,
        }
    }

    pub(super) fn add_all(&mut self, more: Self) {
        self.reached += more.reached;
        self.blocked += more.blocked;
        self.refused += more.refused;
        self.failed += more.failed;
    }
}

impl State {
    /// Remembers to tell of a sighting.
    pub(super) fn changes(&mut self, id: u64) {
        if let Err(at) = self.changed.binary_search(&id) {
            self.changed.insert(at, id);
        }
    }
}

impl Watch {
    /// Keeps a target; gives the number of its sighting.
    pub(super) fn record(&mut self, actor: &Actor, seen: Seen<'_>) -> u64 {
        let script = seen.site.as_ref().map(|site| site.script.as_str());
        let allowed = self.settings.allowed(&actor.place, seen.place, seen.ip, script, seen.at);
        let allowed_by = allowed.map(str::to_owned);
        if let Some(rule) = &allowed_by {
            *self.state.rule_hits.entry(rule.clone()) += 1;
        }
        let id = self.sighting(actor, &seen, allowed_by);
        let Some(sighting) = self.state.sightings.get_mut(&id) else { return id };
        sighting.count += 1;
        sighting.first = sighting.first.min(seen.at);
        sighting.last = sighting.last.max(seen.at);
        seen.notes.iter().for_each(|note| add_word(&mut sighting.notes, note));
        if let Some(api) = &seen.api {
            add_word(&mut sighting.api, api);
        }
        if sighting.script.is_none() {
            sighting.script.clone_from(&seen.site);
        }
        if let Some(target) = sighting.targets.iter_mut().find(|target| is_at(target, seen.place)) {
            target.count += 1;
            target.ip = target.ip.take().or_else(|| seen.ip.map(|ip| ip.to_string()));
            target.api = target.api.take().or(seen.api);
            target.script = target.script.take().or(seen.site);
        } else if sighting.targets.len() < TARGETS_MAX && self.state.targets < ALL_TARGETS_MAX {
            self.state.targets += 1;
            sighting.targets.push(target_of(seen));
        } else {
            self.state.cut.targets += 1;
            add_word(&mut sighting.notes, "more_targets");
        }
        self.state.changes(id);
        id
    }

    fn sighting(&mut self, actor: &Actor, seen: &Seen<'_>, allowed_by: Option<String>) -> u64 {
        let page = if actor.place.is_web() { actor.place.page() } else { actor.place.host.clone() };
        let is_it = |known: &&Sighting| {
            known.group == actor.group
                && known.rule == seen.rule
                && known.suppressed.is_some() == seen.suppressed.is_some()
                && known.allowed_by == allowed_by
                && known.page == page
        };
        if let Some(known) = self.state.sightings.values().rev().find(is_it) {
            return known.id;
        }
        if self.state.sightings.len() >= SIGHTINGS_MAX {
            let oldest = self.state.sightings.keys().next().copied();
            self.state.cut.sightings += 1;
            self.drop_sighting(oldest.unwrap_or_default());
        }
        self.state.last_id += 1;
        let id = self.state.last_id;
        let sighting = Sighting {
            id,
            rule: seen.rule,
            page,
            top: actor.top.clone(),
            script: None,
            targets: Vec::new(),
            api: Vec::new(),
            outcomes: Outcomes::default(),
            first: seen.at,
            last: seen.at,
            count: 0,
            allowed_by,
            suppressed: seen.suppressed,
            notes: Vec::new(),
            group: actor.group,
        };
        self.state.sightings.insert(id, sighting);
        id
    }

    pub(super) fn drop_sighting(&mut self, id: u64) {
        if let Some(gone) = self.state.sightings.remove(&id) {
            self.state.targets = self.state.targets.saturating_sub(gone.targets.len());
            self.state.changed.retain(|changed| *changed != id);
        }
    }

    /// Says what became of a target.
    pub(super) fn settle(&mut self, ids: &[u64], place: &Place, outcome: Outcome) {
        for id in ids {
            let Some(sighting) = self.state.sightings.get_mut(id) else { continue };
            sighting.outcomes.add(outcome);
            if let Some(target) = sighting.targets.iter_mut().find(|target| is_at(target, place)) {
                target.outcomes.add(outcome);
            }
            self.state.changes(*id);
        }
    }

    /// A call became known after what it did: it is written in, and a rule that names the script may expect it.
    pub(super) fn attribute(
        &mut self,
        actor: &Actor,
        ids: &[u64],
        place: &Place,
        api: Option<&str>,
        site: Option<&CallSite>,
        at: i64,
    ) {
        for id in ids {
            let Some(sighting) = self.state.sightings.get_mut(id) else { continue };
            if let Some(api) = api {
                add_word(&mut sighting.api, api);
            }
            sighting.script = sighting.script.take().or_else(|| site.cloned());
            let only = sighting.targets.len() == 1 && sighting.allowed_by.is_none();
            let Some(target) = sighting.targets.iter_mut().find(|target| is_at(target, place)) else {
                continue;
            };
            target.api = target.api.take().or_else(|| api.map(str::to_owned));
            target.script = target.script.take().or_else(|| site.cloned());
            let ip = target.ip.as_deref().and_then(crate::place::read_ip);
            let script = site.map(|site| site.script.as_str());
            let rule = self.settings.allowed(&actor.place, place, ip, script, at).map(str::to_owned);
            if let (true, Some(rule)) = (only, rule) {
                sighting.allowed_by = Some(rule.clone());
                *self.state.rule_hits.entry(rule) += 1;
            }
            self.state.changes(*id);
        }
    }
}

fn target_of(seen: Seen<'_>) -> Target {
    Target {
        scheme: seen.place.scheme.clone(),
        host: seen.place.host.clone(),
        port: seen.place.port,
        path: seen.place.path.clone(),
        ip: seen.ip.map(|ip| ip.to_string()),
        space: seen.space,
        how: seen.how,
        api: seen.api,
        script: seen.site,
        outcomes: Outcomes::default(),
        count: 1,
    }
}

fn is_at(target: &Target, place: &Place) -> bool {
    target.port == place.port
        && target.host == place.host
        && target.path == place.path
        && target.scheme == place.scheme
}

fn add_word(words: &mut Vec<String>, word: &str) {
    if words.len() < WORDS_MAX && !words.iter().any(|known| known == word) {
        words.push(word.to_owned());
    }
}
