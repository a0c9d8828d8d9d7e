//! The rules on what a page asks for: HW-1, HW-2, HW-4 to HW-7, and what each leaves out. What only the answer says
//! stands in `answers.rs`.
//!
//! All of them speak of public pages only: a page of the machine, of the network around it, of a file or of an
//! extension may reach for its own. What a rule saw of names that are known by their answers only is taken back when
//! the answer turns out to be a proxy's or a filter's (`learned.rs`).

use super::group::{Actor, Peer, Probe, is_top};
use super::join::{Request, api_of, id_of, mark, trimmed};
use super::record::Seen;
use super::{FACES_MAX, PROBES_MAX, Watch};
use crate::event::Event;
use crate::place::Place;
use crate::space::space_of;
use crate::{CallSite, How, Outcomes, Rule, Space, Target};
use std::net::IpAddr;

/// HW-2: attempts within this time belong together, in milliseconds.
const SCAN_MS: i64 = 30_000;
/// HW-2: ports of one host, hosts with one port, places of any kind.
const SCAN_PORTS: usize = 5;
const SCAN_HOSTS: usize = 5;
const SCAN_PLACES: usize = 8;
/// HW-4: ports of protocols that are not HTTP and that take a request for commands, or that answer to it without
/// asking who it is.
const OTHER_PROTOCOLS: &[u16] = &[
    21, 22, 23, 25, 110, 119, 143, 389, 465, 515, 587, 993, 995, 1433, 1521, 1883, 2375, 2376, 3306, 5060,
    5432, 5672, 6379, 6667, 9042, 9100, 9200, 9300, 10250, 11211, 27017,
];
/// HW-5: hosts that are peers of one page within [`SCAN_MS`]. Each address of a browser has ports of its own; a server
/// for calls has one port at all of its addresses.
const PEER_HOSTS_MAX: usize = 32;
const PEER_HOSTS_OF_PORT_MAX: usize = 8;
/// What stands in a candidate for TCP that only connects (RFC 6544, section 4.5).
const DISCARD: u16 = 9;
/// HW-6: names under `.local` of one page that are few enough to be devices.
const LOCAL_NAMES_MAX: usize = 8;

/// A target that is nearer than the Internet, and how that is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    pub(super) space: Space,
    pub(super) how: How,
    pub(super) likely: bool,
}

impl Watch {
    /// A request starts.
    pub(super) fn request(&mut self, event: &Event) {
        let Some(place) = event.url.as_deref().and_then(Place::of) else { return };
        // A background that was stopped in between tells the beginning again before each end, and there may be two.
        if self.state.requests.of(event).is_some_and(|known| known.place == place) {
            return;
        }
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
        let seen = Seen { rule, api, site, notes: &notes, ..Seen::new(event.at, place, place.ip, near) };
        let id = self.record(actor, seen);
        let mut ids = vec![id];
        ids.extend(self.scan(actor, place, None, near, id, event.at));
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

    pub(super) fn space_at(&self, ip: IpAddr, port: u16) -> Space {
        self.settings.overridden(ip, port).unwrap_or_else(|| space_of(ip))
    }

    /// HW-2. `id` is the sighting that the attempt made already: one that is expected is no part of a scan.
    pub(super) fn scan(
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
                group.probes.remove(0);
            }
            let (place, space, how) = (place.clone(), near.space, near.how);
            group.probes.push(Probe { at, place, ip, space, how });
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
            true => group.probes.last().filter(|_| !known).cloned().into_iter().collect(),
            false => group.probes.to_vec(),
        };
        let ids = probes.iter().map(|Probe { at, place, ip, space, how }| {
            let near = Near { space: *space, how: *how, likely: false };
            let seen = Seen::new(*at, place, ip.or(place.ip), near);
            self.record(actor, Seen { rule: Rule::PortScan, ..seen })
        });
        // All of them go into one sighting.
        let ids: Vec<u64> = ids.collect();
        let scan = ids.last().copied()?;
        self.take_over_script(scan, actor);
        if !goes_on {
            self.catch_up(id, scan, place);
        }
        Some(scan)
    }

    /// What became of the attempts before it was a scan, and of those that are under way; `now` is settled by whoever
    /// asked.
    fn catch_up(&mut self, from: u64, scan: u64, now: &Place) {
        let before = self.state.sightings.get(&from).map(|seen| seen.targets.clone()).unwrap_or_default();
        if let Some(scan) = self.state.sightings.get_mut(&scan) {
            for target in scan.targets.iter_mut().filter(|target| target.outcomes == Outcomes::default()) {
                let same = |known: &&Target| {
                    (known.port, &known.host, &known.path, &known.scheme)
                        == (target.port, &target.host, &target.path, &target.scheme)
                };
                if let Some(known) = before.iter().find(same) {
                    target.outcomes = known.outcomes;
                    scan.outcomes.add_all(known.outcomes);
                }
            }
        }
        self.state.requests.join(from, scan, now);
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
        if group.local_names.len() <= LOCAL_NAMES_MAX && !group.local_names.contains(&name) {
            group.local_names.push(name.clone());
        }
        let many = group.local_names.len() > LOCAL_NAMES_MAX;
        if !many && !name.split('.').any(is_encoded) {
            return None;
        }
        let notes: &[&str] = if many { &["many_names"] } else { &["encoded_name"] };
        let (api, site) = (api_of(event), event.call_site.as_ref().map(trimmed));
        let seen = Seen { api, site, notes, ..Seen::new(event.at, place, None, near) };
        Some(self.record(actor, Seen { rule: Rule::MdnsExfiltration, ..seen }))
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
        let (api, site) = (api.map(str::to_owned), site.cloned());
        let seen = Seen { api, site, notes, ..Seen::new(event.at, place, place.ip, near) };
        Some(self.record(actor, Seen { rule: Rule::CrossProtocol, ..seen }))
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
        group.munged |= told.ufrag.as_ref().is_some_and(|ufrag| ufrag.own == Some(false));
        let munged = group.munged;
        let servers = told.servers.iter().take(FACES_MAX).filter_map(|text| Place::of(text));
        let mut places: Vec<Place> = servers.collect();
        places.extend(self.candidates(actor.group, &told.candidates, event.at));
        for place in places {
            let Some(near) = self.near(&place).filter(|near| !near.likely) else { continue };
            let notes: &[&str] = if munged { &["data_in_ufrag"] } else { &[] };
            let (api, site) = (api_of(event), event.call_site.as_ref().map(trimmed));
            let seen = Seen { api, site, notes, ..Seen::new(event.at, &place, place.ip, near) };
            let id = self.record(&actor, Seen { rule: Rule::WebRtcLocal, ..seen });
            self.scan(&actor, &place, None, near, id, event.at);
        }
    }

    /// Candidates that no call between people has: the machine itself, ports of services, many hosts. A peer in the
    /// same network offers its own addresses, or names under `.local` that a browser made up for them: a page that may
    /// use the microphone gets to know the real ones, and two connections of one page then meet there.
    fn candidates(&mut self, group: u64, written: &[String], at: i64) -> Vec<Place> {
        let mut found = Vec::new();
        for place in written.iter().take(FACES_MAX).filter_map(|text| candidate(text)) {
            let space = match place.ip {
                Some(ip) => self.space_at(ip, place.port),
                None => place.named().map(|named| named.space).unwrap_or_default(),
            };
            match (space, place.ip) {
                (Space::Loopback, _) => found.push(place),
                (Space::Local, Some(_)) if is_of_service(&place) => found.push(place),
                (Space::Local, Some(_)) => found.extend(self.among_many(group, place, at)),
                _ => {}
            }
        }
        found
    }

    /// Remembers a host that may be a peer; gives those that are too many to be peers, each once.
    fn among_many(&mut self, group: u64, place: Place, at: i64) -> Vec<Place> {
        let Some(group) = self.state.groups.get_mut(&group) else { return Vec::new() };
        let peers = &mut group.peers;
        peers.retain(|peer| at.abs_diff(peer.at) <= SCAN_MS as u64);
        if peers.iter().any(|peer| peer.place == place) {
            return Vec::new();
        }
        if peers.len() >= PROBES_MAX {
            peers.remove(0);
        }
        let port = place.port;
        peers.push(Peer { at, place, told: false });
        let hosts = |peers: &[Peer], only: Option<u16>| {
            let those = peers.iter().filter(|peer| only.is_none_or(|port| peer.place.port == port));
            let mut hosts: Vec<&str> = Vec::new();
            for peer in those {
                if !hosts.contains(&peer.place.host.as_str()) {
                    hosts.push(&peer.place.host);
                }
            }
            hosts.len()
        };
        let any = hosts(peers, None) > PEER_HOSTS_MAX;
        let same = port != DISCARD && hosts(peers, Some(port)) > PEER_HOSTS_OF_PORT_MAX;
        let is_odd = |peer: &&mut Peer| !peer.told && (any || same && peer.place.port == port);
        let odd = peers.iter_mut().filter(is_odd).map(|peer| {
            peer.told = true;
            peer.place.clone()
        });
        odd.collect()
    }
}

/// Whether the rules speak of this page at all.
pub(super) fn is_outside(actor: &Actor) -> bool {
    is_outside_of(actor, Space::Loopback)
}

/// The same for a target: the page is of the web, public, and further out than the target.
pub(super) fn is_outside_of(actor: &Actor, target: Space) -> bool {
    actor.place.is_web() && actor.space == Space::Public && target > Space::Public
}

/// Whether a label looks like data: long, and letters and digits change as often as no name's do.
fn is_encoded(label: &str) -> bool {
    let bare: Vec<u8> = label.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let changes = bare.windows(2).filter(|two| two[0].is_ascii_digit() != two[1].is_ascii_digit()).count();
    bare.len() >= 40 || (bare.len() >= 20 && changes * 4 >= bare.len())
}

/// Whether a candidate's port is one at which something else listens. Servers for calls use those of the web, too, and
/// offer the address they have inside their own network.
fn is_of_service(place: &Place) -> bool {
    match place.port {
        0 | DISCARD | 80 | 443 => false,
        port => port < 1024 || (place.scheme == "ice-tcp" && OTHER_PROTOCOLS.contains(&port)),
    }
}

/// `192.168.1.1:1234/udp`, `[::1]:9/tcp`, `name.local:1234/udp`.
fn candidate(text: &str) -> Option<Place> {
    let (address, protocol) = text.split_once('/').unwrap_or((text, "udp"));
    let scheme = if protocol.eq_ignore_ascii_case("tcp") { "ice-tcp" } else { "ice-udp" };
    Place::of(&format!("{scheme}://{address}"))
}
