//! The rules HW-1 to HW-7, and what each leaves out.
//!
//! All of them speak of public pages only: a page of the machine, of the network around it, of a file or of an
//! extension may reach for its own. What a rule saw of names that are known by their answers only is taken back when
//! the answer turns out to be a proxy's or a filter's (`learned.rs`).

use super::group::{Actor, Probe, is_top};
use super::join::{Request, api_of, id_of, mark, trimmed};
use super::record::{Outcome, Seen};
use super::{FACES_MAX, PROBES_MAX, Watch};
use crate::event::Event;
use crate::place::{Place, read_ip};
use crate::space::space_of;
use crate::{CallSite, How, Rule, Space, Suppression};
use std::net::IpAddr;

/// HW-2: attempts within this time belong together, in milliseconds.
const SCAN_MS: i64 = 30_000;
/// HW-2: ports of one host, hosts with one port, places of any kind.
const SCAN_PORTS: usize = 5;
const SCAN_HOSTS: usize = 5;
const SCAN_PLACES: usize = 8;
/// HW-3: how long a public address is remembered where no source tells documents apart. Browsers keep a name for a
/// minute.
const FACE_MS: i64 = 600_000;
/// HW-4: ports of protocols that are not HTTP and that take a request for commands, or that answer to it without
/// asking who it is.
const OTHER_PROTOCOLS: &[u16] = &[
    21, 22, 23, 25, 110, 119, 143, 389, 465, 515, 587, 993, 995, 1433, 1521, 1883, 2375, 2376, 3306, 5060,
    5432, 5672, 6379, 6667, 9042, 9100, 9200, 9300, 10250, 11211, 27017,
];
/// HW-6: names under `.local` of one page that are few enough to be devices.
const LOCAL_NAMES_MAX: usize = 8;

/// A target that is nearer than the Internet, and how that is known.
#[derive(Debug, Clone, Copy)]
struct Near {
    space: Space,
    how: How,
    likely: bool,
}

impl Watch {
    /// A request starts.
    pub(super) fn request(&mut self, event: &Event) {
        let Some(place) = event.url.as_deref().and_then(Place::of) else { return };
        let Some(actor) = self.actor(event) else { return };
        self.visit(&actor, event, 1);
        let mark = mark(&place);
        let call = self.state.requests.call_for(actor.group, mark, event.at);
        let (mut api, mut site) = (api_of(event), event.call_site.as_ref().map(trimmed));
        let mut seen = Vec::new();
        if let Some(call) = call {
            api = call.api.or(api);
            site = call.site.or(site);
            seen = call.seen;
        }
        if seen.is_empty() {
            seen = self.reach(event, &actor, &place, api.clone(), site.clone(), false);
        }
        seen.extend(self.cross(event, &actor, &place, api.as_deref(), site.as_ref()));
        let (at, id, group) = (event.at, id_of(event), actor.group);
        let request = Request { at, id, group, mark, place, seen, api, site, ..Request::default() };
        self.state.cut.requests += u64::from(self.state.requests.add(request));
    }

    /// What the host of a target says by itself: HW-1, HW-2, HW-6, HW-7. Gives the sightings.
    pub(super) fn reach(
        &mut self,
        event: &Event,
        actor: &Actor,
        place: &Place,
        api: Option<String>,
        site: Option<CallSite>,
        called: bool,
    ) -> Vec<u64> {
        // What a call leads to is told by its request; without a network scheme there is none.
        let web = place.is_web() || matches!(place.scheme.as_str(), "ftp");
        let Some(near) = self.near(place).filter(|_| web && is_outside(actor)) else { return Vec::new() };
        let popup = called && matches!(api.as_deref(), Some("window.open" | "location" | "form"));
        let top = is_top(event) || event.speculative || popup;
        let rule = if top { Rule::TopLevelLocal } else { Rule::LocalAccess };
        let mut notes = Vec::new();
        if near.likely {
            notes.push("likely_local");
        }
        if event.speculative {
            notes.push("speculative");
        }
        let (at, how, space) = (event.at, near.how, near.space);
        let ip = place.ip;
        let seen = Seen { rule, at, place, ip, space, how, api, site, notes: &notes, suppressed: None };
        let id = self.record(actor, seen);
        let mut ids = vec![id];
        ids.extend(self.scan(actor, place, None, near, id, at));
        ids.extend(self.names_as_data(event, actor, place, near));
        ids
    }

    /// How near a host is by itself; `None` when it is public, or only DNS knows.
    fn near(&self, place: &Place) -> Option<Near> {
        let (space, how, likely) = match place.ip {
            Some(ip) => (self.space_at(ip, place.port), How::Literal, false),
            None => {
                let named = place.named()?;
                (named.space, How::Name, named.likely)
            }
        };
        let own = likely && self.settings.is_own(&place.host);
        (space != Space::Public && !own).then_some(Near { space, how, likely })
    }

    fn space_at(&self, ip: IpAddr, port: u16) -> Space {
        self.settings.overridden(ip, port).unwrap_or_else(|| space_of(ip))
    }

    /// HW-2. `id` is the sighting that the attempt made already: one that is expected is no part of a scan.
    fn scan(
        &mut self,
        actor: &Actor,
        place: &Place,
        ip: Option<IpAddr>,
        near: Near,
        id: u64,
        at: i64,
    ) -> Option<u64> {
        self.state.sightings.get(&id).filter(|seen| seen.counts())?;
        let group = self.state.groups.get_mut(&actor.group)?;
        group.probes.retain(|probe| at.abs_diff(probe.at) <= SCAN_MS as u64);
        let known = group.probes.iter().any(|p| p.place.port == place.port && p.place.host == place.host);
        if !known {
            if group.probes.len() >= PROBES_MAX {
                group.probes.pop_front();
            }
            let (place, space, how) = (place.clone(), near.space, near.how);
            group.probes.push_back(Probe { at, place, ip, space, how });
        }
        let ports = group.probes.iter().filter(|probe| probe.place.host == place.host).count();
        let hosts = group.probes.iter().filter(|probe| probe.place.port == place.port).count();
        let starts = ports >= SCAN_PORTS || hosts >= SCAN_HOSTS || group.probes.len() >= SCAN_PLACES;
        let goes_on = at <= group.scanning_until;
        if !starts && !goes_on {
            return None;
        }
        group.scanning_until = at.saturating_add(SCAN_MS);
        let probes: Vec<Probe> = match goes_on {
            true => group.probes.back().filter(|_| !known).cloned().into_iter().collect(),
            false => group.probes.iter().cloned().collect(),
        };
        let rule = Rule::PortScan;
        let ids = probes.iter().map(|probe| {
            let Probe { at, place, ip, space, how } = probe;
            let (at, ip, space, how) = (*at, ip.or(place.ip), *space, *how);
            let seen =
                Seen { rule, at, place, ip, space, how, api: None, site: None, notes: &[], suppressed: None };
            self.record(actor, seen)
        });
        // All of them go into one sighting.
        let ids: Vec<u64> = ids.collect();
        let id = ids.last().copied()?;
        self.take_over_script(id, actor);
        Some(id)
    }

    /// A scan has the script of what it is made of.
    fn take_over_script(&mut self, id: u64, actor: &Actor) {
        let of_group = |seen: &&crate::Sighting| seen.group == actor.group && seen.script.is_some();
        let found = self.state.sightings.values().rev().find(of_group);
        let Some((script, api)) = found.map(|seen| (seen.script.clone(), seen.api.clone())) else { return };
        if let Some(scan) = self.state.sightings.get_mut(&id).filter(|scan| scan.script.is_none()) {
            (scan.script, scan.api) = (script, api);
        }
    }

    /// HW-6: names that nobody gave a device.
    fn names_as_data(&mut self, event: &Event, actor: &Actor, place: &Place, near: Near) -> Option<u64> {
        let name = place.host.trim_end_matches('.').strip_suffix(".local")?.to_owned();
        let group = self.state.groups.get_mut(&actor.group)?;
        if group.local_names.len() <= LOCAL_NAMES_MAX {
            group.local_names.insert(name.clone());
        }
        let many = group.local_names.len() > LOCAL_NAMES_MAX;
        if !many && !name.split('.').any(is_encoded) {
            return None;
        }
        let notes: &[&str] = if many { &["many_names"] } else { &["encoded_name"] };
        let (at, api, site) = (event.at, api_of(event), event.call_site.as_ref().map(trimmed));
        let (rule, space, how) = (Rule::MdnsExfiltration, near.space, near.how);
        let seen = Seen { rule, at, place, ip: None, space, how, api, site, notes, suppressed: None };
        Some(self.record(actor, seen))
    }

    /// HW-4.
    fn cross(
        &mut self,
        event: &Event,
        actor: &Actor,
        place: &Place,
        api: Option<&str>,
        site: Option<&CallSite>,
    ) -> Option<u64> {
        let near = self.near(place).filter(|_| is_outside(actor))?;
        let socket = matches!(place.scheme.as_str(), "ws" | "wss");
        let posts =
            event.method.as_deref().is_some_and(|method| !matches!(method, "GET" | "HEAD" | "OPTIONS"));
        if !OTHER_PROTOCOLS.contains(&place.port) || !(socket || posts) {
            return None;
        }
        let notes: &[&str] = if socket { &["websocket"] } else { &["post"] };
        let (rule, at, ip, space, how) = (Rule::CrossProtocol, event.at, place.ip, near.space, near.how);
        let (api, site) = (api.map(str::to_owned), site.cloned());
        Some(self.record(actor, Seen { rule, at, place, ip, space, how, api, site, notes, suppressed: None }))
    }

    /// HW-5.
    pub(super) fn webrtc(&mut self, event: &Event) {
        let Some(told) = &event.webrtc else { return };
        let Some(actor) = self.actor(event) else { return };
        self.visit(&actor, event, 0);
        if !is_outside(&actor) {
            return;
        }
        let Some(group) = self.state.groups.get_mut(&actor.group) else { return };
        group.munged |= told.ufrag.as_ref().is_some_and(|ufrag| !ufrag.own);
        let munged = group.munged;
        let servers = told.servers.iter().take(FACES_MAX).filter_map(|text| Place::of(text));
        let mut places: Vec<Place> = servers.collect();
        places.extend(self.candidates(&told.candidates));
        for place in places {
            let Some(near) = self.near(&place).filter(|near| !near.likely) else { continue };
            let notes: &[&str] = if munged { &["data_in_ufrag"] } else { &[] };
            let (api, site) = (api_of(event), event.call_site.as_ref().map(trimmed));
            let (at, ip, space, how) = (event.at, place.ip, near.space, near.how);
            let rule = Rule::WebRtcLocal;
            let seen = Seen { rule, at, place: &place, ip, space, how, api, site, notes, suppressed: None };
            let id = self.record(&actor, seen);
            self.scan(&actor, &place, None, near, id, at);
        }
    }

    /// Candidates that no call between people has: the machine itself, ports of services, many hosts. A peer in the
    /// same network offers its own address, or a name under `.local` that a browser made up for it.
    fn candidates(&self, written: &[String]) -> Vec<Place> {
        let places: Vec<Place> = written.iter().take(FACES_MAX).filter_map(|text| candidate(text)).collect();
        let mut hosts: Vec<&str> = places.iter().map(|place| place.host.as_str()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let many = hosts.len() > SCAN_HOSTS;
        let odd = |place: &&Place| match place.ip {
            Some(ip) => {
                let service = place.port < 1024 && place.port != 9 && place.port != 0;
                self.space_at(ip, place.port) == Space::Loopback || service || many
            }
            None => place.named().is_some_and(|named| named.space == Space::Loopback),
        };
        places.iter().filter(odd).cloned().collect()
    }

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
        let known = self.state.requests.of(event).map(|request| {
            request.done = true;
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
        if let Some(ip) = raw {
            // A page that somebody opened by hand is a visit of its own.
            let alone = 1_u64 << 40 | event.at.unsigned_abs() & 0xff_ffff_ffff;
            let visit = actor.as_ref().map_or(alone, |actor| actor.group);
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
        if let Some(outcome) = outcome {
            self.settle(&seen, &place, outcome);
        }
    }

    /// A tab got its page from there: its document, when it comes, has this address.
    fn arrives(&mut self, tab: i64, place: &Place, ip: IpAddr) {
        if self.state.arrivals.len() >= FACES_MAX && !self.state.arrivals.contains_key(&tab) {
            self.state.arrivals.pop_first();
        }
        self.state.arrivals.insert(tab, (place.origin(), ip.to_string()));
        let assumed: Vec<String> = self
            .state
            .groups
            .values()
            .flat_map(|group| &group.documents)
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
            return self.rebound(event.at, actor, place, ip, near, api, site, way);
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
        let (at, space) = (event.at, near.space);
        let suppressed = self.explained(place, ip, near);
        let seen = Seen { rule, at, place, ip, space, how, api, site, notes: &[], suppressed };
        let id = self.record(actor, seen);
        let mut ids = vec![id];
        ids.extend(self.scan(actor, place, ip, near, id, at));
        ids
    }

    /// Why a name with a local address is nothing to worry about.
    fn explained(&self, place: &Place, ip: Option<IpAddr>, near: Near) -> Option<Suppression> {
        if self.settings.is_own(&place.host) {
            return Some(Suppression::OwnName);
        }
        let by_address = matches!(near.how, How::Ip | How::Dns);
        let filter = ip.is_some_and(|ip| self.is_filter(ip, place.port, false));
        (by_address && filter).then_some(Suppression::Sinkhole)
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

    /// HW-3.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is one thing that was seen, and nothing else takes them"
    )]
    fn rebound(
        &mut self,
        at: i64,
        actor: &Actor,
        place: &Place,
        ip: Option<IpAddr>,
        near: Near,
        api: Option<String>,
        site: Option<CallSite>,
        way: &str,
    ) -> Vec<u64> {
        let sealed = place.is_sealed();
        let filter = ip.is_some_and(|ip| self.is_filter(ip, place.port, true));
        let suppressed = match () {
            () if self.settings.is_own(&place.host) => Some(Suppression::OwnName),
            // A server inside that has a certificate for this name is the one of this name.
            () if sealed && near.how == How::Ip => Some(Suppression::Certificate),
            () if filter => Some(Suppression::Sinkhole),
            () => None,
        };
        let notes: &[&str] = if sealed { &[way, "sealed"] } else { &[way] };
        let (rule, space, how) = (Rule::Rebinding, near.space, near.how);
        vec![self.record(actor, Seen { rule, at, place, ip, space, how, api, site, notes, suppressed })]
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
            let is_it = |(_, held): &(&String, &super::group::Held)| {
                held.place.origin() == origin && held.ip != Some(ip)
            };
            group.documents.iter().find(is_it).map(|(key, _)| key.clone())
        });
        let doer = first.and_then(|key| self.actor_of(&key)).unwrap_or_else(|| actor.clone());
        let near = Near { space, how: How::Ip, likely: false };
        let framed = event.document.as_ref().is_some_and(|document| document.parent.is_some());
        let way = if framed { "iframe" } else { "popup" };
        let ids = self.rebound(event.at, &doer, place, Some(ip), near, None, None, way);
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
            self.rebound(event.at, &actor, place, Some(ip), near, api, site, "resolution")
        } else {
            let suppressed = self.explained(place, Some(ip), near);
            let (rule, at, ip, how) = (Rule::LocalAccess, event.at, Some(ip), How::Dns);
            let seen = Seen { rule, at, place, ip, space, how, api, site, notes: &[], suppressed };
            let id = self.record(&actor, seen);
            let scan = self.scan(&actor, place, ip, near, id, at);
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

/// Whether the rules speak of this page at all.
fn is_outside(actor: &Actor) -> bool {
    is_outside_of(actor, Space::Loopback)
}

/// The same for a target: the page is of the web, public, and further out than the target.
fn is_outside_of(actor: &Actor, target: Space) -> bool {
    actor.place.is_web() && actor.space == Space::Public && target > Space::Public
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

/// Whether a label looks like data: long, and letters and digits change as often as no name's do.
fn is_encoded(label: &str) -> bool {
    let bare: Vec<u8> = label.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let changes = bare.windows(2).filter(|two| two[0].is_ascii_digit() != two[1].is_ascii_digit()).count();
    bare.len() >= 40 || (bare.len() >= 20 && changes * 4 >= bare.len())
}

/// `192.168.1.1:1234/udp`, `[::1]:9/tcp`, `name.local:1234/udp`.
fn candidate(text: &str) -> Option<Place> {
    let (address, protocol) = text.split_once('/').unwrap_or((text, "udp"));
    let scheme = if protocol.eq_ignore_ascii_case("tcp") { "ice-tcp" } else { "ice-udp" };
    Place::of(&format!("{scheme}://{address}"))
}
