//! The rules on what answers: HW-1 and HW-7 by the address, HW-3, and what each leaves out.

use super::group::{Actor, Held, is_top};
use super::join::{Request, api_of};
use super::record::{Outcome, Seen};
use super::rules::{Near, is_outside_of};
use super::{Arrival, FACES_MAX, Watch};
use crate::event::{Event, EventKind};
use crate::place::{Place, read_ip};
use crate::{CallSite, How, Rule, Space, Suppression};
use std::net::IpAddr;

/// HW-3: how long a public address is remembered where no source tells documents apart. Browsers keep a name for a
/// minute.
const FACE_MS: i64 = 600_000;

impl Watch {
    /// A server answered, or sent the request on.
    pub(super) fn response(&mut self, event: &Event) {
        self.answered(event, Some(Outcome::Reached));
    }

    /// A request failed. The address stands there only in browsers that knew it.
    pub(super) fn failure(&mut self, event: &Event) {
        let outcome = outcome_of(event.error.as_deref().unwrap_or_default());
        if let (Outcome::Refused, Some(request)) = (outcome, self.state.requests.of(event)) {
            request.refused = true;
        }
        self.answered(event, Some(outcome));
    }

    fn answered(&mut self, event: &Event, outcome: Option<Outcome>) {
        let mut ended = false;
        let known = self.state.requests.of(event).map(|request| {
            ended = request.done && !request.seen.is_empty();
            // Where a request was sent on to still answers.
            request.done |= event.kind != EventKind::Redirect;
            request.clone()
        });
        let url = event.url.as_deref().and_then(Place::of);
        let Some(place) = url.or_else(|| known.as_ref().map(|request| request.place.clone())) else { return };
        let raw = event.ip.as_deref().filter(|_| !event.from_cache && event.proxied != Some(true));
        let raw = raw.and_then(read_ip);
        let top = is_top(event);
        let actor = self.actor(event).or_else(|| {
            let group = known.as_ref()?.group;
            let key = self.state.groups.get(&group)?.documents.keys().next()?.clone();
            self.actor_of(&key).filter(|_| !top)
        });
        // A page that somebody opened by hand is a visit of its own; of what else nobody did, no visit is known.
        let alone = 1_u64 << 40 | event.at.unsigned_abs() & 0xff_ffff_ffff;
        let visit = actor.as_ref().map(|actor| actor.group).or(top.then_some(alone));
        if event.ip.is_none() && event.error.as_deref().is_some_and(is_lna) {
            self.learn_refused(event, &place, visit);
        }
        if let Some(ip) = raw {
            self.learn(event, &place, ip, visit);
            if let (true, Some(tab)) = (top, event.tab.filter(|tab| *tab >= 0)) {
                self.arrives(tab, &place, ip);
            }
        }
        let Some(actor) = actor else { return };
        let ip = self.valid_ip(event);
        let mut seen = known.as_ref().map(|request| request.seen.clone()).unwrap_or_default();
        if known.is_none() {
            seen = self.reach(event, &actor, &place, api_of(event), None, false);
        }
        if seen.is_empty() {
            let (api, site) = known.map(|request| (request.api, request.site)).unwrap_or_default();
            seen = self.by_answer(event, &actor, &place, ip, api, site);
            if let Some(request) = self.state.requests.of(event) {
                request.seen.clone_from(&seen);
            }
        }
        // What fails after its answer, as a page that is left, was answered.
        if let Some(outcome) = outcome.filter(|_| !ended) {
            self.settle(&seen, &place, outcome);
        }
    }

    /// A tab got its page from there: its document, when it comes, has this address.
    fn arrives(&mut self, tab: i64, place: &Place, ip: IpAddr) {
        if self.state.arrivals.len() >= FACES_MAX && !self.state.arrivals.contains_key(&tab) {
            self.state.arrivals.pop_first();
        }
        self.state.arrivals.insert(tab, Arrival { origin: place.origin(), ip: ip.to_string() });
        let assumed: Vec<String> = self
            .state
            .groups
            .values()
            .flat_map(|group| group.documents.iter())
            .filter(|(_, held)| held.assumed && held.tab == Some(tab))
            .map(|(key, _)| key.clone())
            .collect();
        assumed.iter().for_each(|key| self.forget_document(key));
    }

    /// What only the answer says: HW-1 and HW-7 by address, HW-3.
    fn by_answer(
        &mut self,
        event: &Event,
        actor: &Actor,
        place: &Place,
        ip: Option<IpAddr>,
        api: Option<String>,
        site: Option<CallSite>,
    ) -> Vec<u64> {
        let refused = is_lna(event.error.as_deref().unwrap_or_default());
        let space = ip.map(|ip| self.space_at(ip, place.port));
        let near = match (space, refused) {
            (Some(Space::Public), false) => {
                self.face(actor, place, event.at);
                return Vec::new();
            }
            (None, false) => return Vec::new(),
            (space, true) => space.filter(|space| *space != Space::Public).unwrap_or(Space::Local),
            (Some(space), false) => space,
        };
        let how = if refused { How::LnaError } else { How::Ip };
        let near = Near { space: near, how, likely: false };
        if place.named().is_some() || !is_outside_of(actor, near.space) {
            return Vec::new();
        }
        let same_host = place.host == actor.place.host;
        let way = way_of(event, place);
        if self.rebinds(actor, place, event.at, refused && same_host) && (!is_top(event) || same_host) {
            let seen = Seen { api, site, ..Seen::new(event.at, place, ip, near) };
            return self.rebound(actor, way, seen);
        }
        if same_host {
            return Vec::new();
        }
        let top = is_top(event) || event.speculative;
        // A link to a page of the network is an everyday thing; a script that opens one is not.
        if is_top(event) && near.space != Space::Loopback && api.is_none() {
            return Vec::new();
        }
        let rule = if top { Rule::TopLevelLocal } else { Rule::LocalAccess };
        let suppressed = self.explained(place, ip, near);
        let seen = Seen { rule, api, site, suppressed, ..Seen::new(event.at, place, ip, near) };
        let id = self.record(actor, seen);
        let mut ids = vec![id];
        ids.extend(self.scan(actor, place, ip, near, id, event.at));
        ids
    }

    /// Why a name with a local address is nothing to worry about.
    fn explained(&self, place: &Place, ip: Option<IpAddr>, near: Near) -> Option<Suppression> {
        if self.settings.is_own(&place.host) {
            return Some(Suppression::OwnName);
        }
        let filter = match (near.how, ip) {
            (How::Ip | How::Dns, Some(ip)) => self.is_filter(ip, place.port, false),
            (How::LnaError, None) => self.refuses_many(place.port),
            _ => false,
        };
        filter.then_some(Suppression::Sinkhole)
    }

    /// Remembers that an origin was at a public address in this visit.
    fn face(&mut self, actor: &Actor, place: &Place, at: i64) {
        let Some(group) = self.state.groups.get_mut(&actor.group) else { return };
        let origin = place.origin();
        if group.faces.len() >= FACES_MAX && !group.faces.contains_key(&origin) {
            let oldest = group.faces.iter().min_by_key(|(_, at)| **at).map(|(origin, _)| origin.clone());
            oldest.map(|origin| group.faces.remove(&origin));
        }
        group.faces.insert(origin, at);
    }

    /// Whether an origin that answers locally now was public before in the same visit. `proven`: the browser says
    /// that the page's own host is nearer than the page.
    fn rebinds(&self, actor: &Actor, place: &Place, at: i64, proven: bool) -> bool {
        let Some(group) = self.state.groups.get(&actor.group) else { return false };
        let origin = place.origin();
        let before = group.faces.get(&origin);
        let fresh = before.is_some_and(|seen| !actor.assumed || at.abs_diff(*seen) <= FACE_MS as u64);
        let public = |ip: IpAddr| self.space_at(ip, place.port) == Space::Public;
        let loaded = || {
            group.documents.values().any(|held| {
                held.place.origin() == origin
                    && (held.space == Some(Space::Public) || held.ip.is_some_and(public))
            })
        };
        proven || fresh || loaded()
    }

    /// HW-3: a name of the page's own turned inside. `way`: how it was reached.
    fn rebound(&mut self, actor: &Actor, way: &str, seen: Seen<'_>) -> Vec<u64> {
        let Seen { place, ip, how, .. } = seen;
        let sealed = place.is_sealed();
        let filter = ip.is_some_and(|ip| self.is_filter(ip, place.port, true));
        let suppressed = match () {
            () if self.settings.is_own(&place.host) => Some(Suppression::OwnName),
            // A server inside that has a certificate for this name is the one of this name.
            () if sealed && how == How::Ip => Some(Suppression::Certificate),
            () if filter => Some(Suppression::Sinkhole),
            () => None,
        };
        let notes: &[&str] = if sealed { &[way, "sealed"] } else { &[way] };
        vec![self.record(actor, Seen { rule: Rule::Rebinding, notes, suppressed, ..seen })]
    }

    /// A document came: its address is one of its origin's, and a popup or frame of an origin that was public
    /// before is a rebinding.
    pub(super) fn arrived(
        &mut self,
        event: &Event,
        actor: &Actor,
        place: &Place,
        ip: Option<IpAddr>,
        joined: bool,
    ) {
        let Some(ip) = ip.filter(|ip| place.ip.is_none() && !self.is_proxy(*ip)) else { return };
        let space = self.space_at(ip, place.port);
        if space == Space::Public {
            self.face(actor, place, event.at);
            return;
        }
        if !joined || place.named().is_some() || !self.rebinds(actor, place, event.at, false) {
            return;
        }
        let origin = place.origin();
        let told = self.state.sightings.values().any(|seen| {
            seen.group == actor.group
                && seen.rule == Rule::Rebinding
                && seen.targets.iter().any(|target| target.host == place.host && target.port == place.port)
        });
        if told {
            return;
        }
        // The page that did it is the one that was public.
        let group = self.state.groups.get(&actor.group);
        let first = group.and_then(|group| {
            let is_it = |(_, held): &(&String, &Held)| held.place.origin() == origin && held.ip != Some(ip);
            group.documents.iter().find(is_it).map(|(key, _)| key.clone())
        });
        let doer = first.and_then(|key| self.actor_of(&key)).unwrap_or_else(|| actor.clone());
        let near = Near { space, how: How::Ip, likely: false };
        let framed = event.document.as_ref().is_some_and(|document| document.parent.is_some());
        let way = if framed { "iframe" } else { "popup" };
        let ids = self.rebound(&doer, way, Seen::new(event.at, place, Some(ip), near));
        self.settle(&ids, place, Outcome::Reached);
    }

    /// What a name resolved to, for a request that could not say itself.
    pub(super) fn resolved(&mut self, event: &Event, request: &Request, answers: &[IpAddr]) {
        let place = &request.place;
        let near = |ip: &&IpAddr| self.space_at(**ip, place.port) != Space::Public && !self.is_proxy(**ip);
        let Some(ip) = answers.iter().find(near).copied() else { return };
        let group = self.state.groups.get(&request.group);
        let Some(key) = group.and_then(|group| group.documents.keys().next().cloned()) else { return };
        let Some(actor) = self.actor(event).or_else(|| self.actor_of(&key)) else { return };
        self.learn(event, place, ip, Some(actor.group));
        let space = self.space_at(ip, place.port);
        if !request.seen.is_empty() || place.named().is_some() || !is_outside_of(&actor, space) {
            return;
        }
        let near = Near { space, how: How::Dns, likely: false };
        let (api, site) = (request.api.clone(), request.site.clone());
        let ids = if place.host == actor.place.host {
            if place.is_sealed() || !self.rebinds(&actor, place, event.at, false) {
                return;
            }
            let seen = Seen { api, site, ..Seen::new(event.at, place, Some(ip), near) };
            self.rebound(&actor, "resolution", seen)
        } else {
            let suppressed = self.explained(place, Some(ip), near);
            let seen = Seen { api, site, suppressed, ..Seen::new(event.at, place, Some(ip), near) };
            let id = self.record(&actor, seen);
            let scan = self.scan(&actor, place, Some(ip), near, id, event.at);
            [Some(id), scan].into_iter().flatten().collect()
        };
        if request.refused {
            self.settle(&ids, place, Outcome::Refused);
        }
        if let Some(request) = self.state.requests.of(event) {
            request.seen = ids;
        }
    }
}

/// How a request was made, as far as it can be told.
fn way_of(event: &Event, place: &Place) -> &'static str {
    match event.resource.as_deref() {
        _ if matches!(place.scheme.as_str(), "ws" | "wss") => "websocket",
        Some("main_frame") => "popup",
        Some("sub_frame") => "iframe",
        Some("websocket") => "websocket",
        _ => "fetch",
    }
}

/// The browser's refusal for Local Network Access, in the words of Chromium, of its DevTools and of Firefox.
fn is_lna(error: &str) -> bool {
    ["LOCAL_NETWORK_ACCESS", "PRIVATE_NETWORK_ACCESS", "LocalNetworkAccess", "PrivateNetworkAccess"]
        .iter()
        .any(|word| error.contains(word))
}

fn outcome_of(error: &str) -> Outcome {
    let has = |words: &[&str]| words.iter().any(|word| error.contains(word));
    match () {
        () if is_lna(error)
            || has(&["BLOCKED", "Blocked", "blocked", "UNSAFE_PORT", "PORT_ACCESS_NOT_ALLOWED"]) =>
        {
            Outcome::Blocked
        }
        () if has(&["REFUSED"]) => Outcome::Refused,
        () => Outcome::Failed,
    }
}
