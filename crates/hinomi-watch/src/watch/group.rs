//! Groups of documents: what belongs to one visit. Frames and popups belong to the visit of the page that made them;
//! a new page in the tab is a visit of its own.

use super::{DOCUMENTS_MAX, GROUPS_MAX, State, Watch};
use crate::Space;
use crate::event::{Document, Event};
use crate::json::object;
use crate::place::{Place, cut, read_ip};
use crate::space::space_of;
use crate::table::Table;
use serde::Serialize;
use std::net::IpAddr;

/// Documents that belong together, and what is remembered of them.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Group {
    pub(super) documents: Table<String, Held>,
    /// When an origin was first seen at a public address.
    pub(super) faces: Table<String, i64>,
    /// Local places that were tried in the last seconds.
    pub(super) probes: Vec<Probe>,
    /// Until when what is tried belongs to a scan that was seen.
    pub(super) scanning_until: i64,
    /// A script put something of its own into a ufrag.
    pub(super) munged: bool,
    /// Hosts of the network that were candidates in the last seconds.
    pub(super) peers: Vec<Peer>,
    /// Names under `.local` that were asked for.
    pub(super) local_names: Vec<String>,
    pub(super) last: i64,
}

object!(Group: documents "documents", faces "faces", probes "probes", scanning_until "scanning_until", munged "munged", peers "peers", local_names "local_names", last "last");

/// A local place that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Probe {
    pub(super) at: i64,
    pub(super) place: Place,
    pub(super) ip: Option<IpAddr>,
    pub(super) space: Space,
    pub(super) how: crate::How,
}

object!(Probe: at "at", place "place", ip "ip", space "space", how "how");

/// A host of the network that a connection may be made to, as to a person in the next room.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct Peer {
    pub(super) at: i64,
    pub(super) place: Place,
    /// It was told already.
    pub(super) told: bool,
}

object!(Peer: at "at", place "place", told "told");

/// A living document.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Held {
    pub(super) place: Place,
    pub(super) ip: Option<IpAddr>,
    pub(super) space: Option<Space>,
    pub(super) tab: Option<i64>,
    pub(super) frame: Option<i64>,
    pub(super) parent: Option<String>,
    /// The one that opened it, or the top of its tab.
    pub(super) near: Option<String>,
    /// No source named it; it stands for what came without one.
    pub(super) assumed: bool,
}

object!(Held: place "place", ip "ip", space "space", tab "tab", frame "frame", parent "parent", near "near", assumed "assumed");

/// Who acts: a document, with the page it counts as.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    pub(super) group: u64,
    /// The page; of a frame without an address of its own the one around it.
    pub(super) place: Place,
    /// Its address space.
    pub(super) space: Space,
    /// The page at the top of the tab, when that is another.
    pub(super) top: Option<String>,
    pub(super) assumed: bool,
}

/// Bytes of an id that are kept.
const ID_BYTES_MAX: usize = 128;
/// Documents around one another that are climbed.
const CLIMBS_MAX: usize = 16;

/// How a document is called here. An id of a source never starts like one of ours.
pub(super) fn document_key(id: &str) -> String {
    format!("#{}", cut(id, ID_BYTES_MAX))
}

impl Watch {
    /// A document came to be.
    pub(super) fn document(&mut self, event: &Event) {
        let Some(told) = &event.document else { return };
        let Some(key) = told.id.as_deref().map(document_key) else { return };
        let Some(place) = told.url.as_deref().or(event.url.as_deref()).and_then(Place::of) else { return };
        let top = told.parent.is_none() && event.frame.unwrap_or_default() == 0;
        let mut held = self.held(told, event, place);
        held.ip = held.ip.or_else(|| self.valid_ip(event));
        if let (true, Some(tab)) = (top, event.tab) {
            let arrival = self.state.arrivals.remove(&tab);
            let known = arrival.filter(|arrival| arrival.origin == held.place.origin());
            held.ip = held.ip.or_else(|| known.and_then(|arrival| read_ip(&arrival.ip)));
            self.clear_tab(tab, &key);
        }
        let ip = held.ip;
        let place = held.place.clone();
        self.hold(key.clone(), held, told);
        let Some(actor) = self.actor_of(&key) else { return };
        self.visit(&actor, event, 0);
        let joined = told.opener.is_some() || told.parent.is_some();
        self.arrived(event, &actor, &place, ip, joined);
    }

    fn held(&self, told: &Document, event: &Event, place: Place) -> Held {
        let near = told.opener.as_deref().or(told.top.as_deref()).map(document_key);
        Held {
            place,
            ip: told.ip.as_deref().and_then(read_ip).filter(|_| event.proxied != Some(true)),
            space: told.space,
            tab: event.tab,
            frame: event.frame,
            parent: told.parent.as_deref().map(document_key),
            near,
            assumed: false,
        }
    }

    /// Puts a document into the group of the one around it or that opened it, or into a new one.
    fn hold(&mut self, key: String, held: Held, told: &Document) {
        let relatives = [&told.parent, &told.opener, &told.top];
        let known = relatives
            .into_iter()
            .flatten()
            .find_map(|id| self.state.documents.get(&document_key(id)).copied());
        let group =
            self.state.documents.get(&key).copied().or(known).unwrap_or_else(|| self.state.new_group());
        let documents = &mut self.state.groups.entry(group).documents;
        if documents.len() >= DOCUMENTS_MAX && !documents.contains_key(&key) {
            self.state.cut.documents += 1;
            if let Some((oldest, _)) = documents.pop_first() {
                self.state.documents.remove(&oldest);
            }
        }
        documents.insert(key.clone(), held);
        self.state.documents.insert(key, group);
    }

    /// The visit before this one in the tab is over.
    pub(super) fn clear_tab(&mut self, tab: i64, but: &str) {
        if tab < 0 {
            return;
        }
        let inside = |(key, held): &(&String, &Held)| held.tab == Some(tab) && key.as_str() != but;
        let gone: Vec<String> = self
            .state
            .groups
            .values()
            .flat_map(|group| group.documents.iter())
            .filter(inside)
            .map(|(key, _)| key.clone())
            .collect();
        gone.iter().for_each(|key| self.forget_document(key));
    }

    pub(super) fn forget_document(&mut self, key: &str) {
        let Some(group) = self.state.documents.remove(key) else { return };
        let Some(held) = self.state.groups.get_mut(&group) else { return };
        held.documents.remove(key);
        if held.documents.is_empty() {
            self.state.groups.remove(&group);
        }
    }

    /// Who did what the event tells; `None` when nobody did, as when an address is typed.
    pub(super) fn actor(&mut self, event: &Event) -> Option<Actor> {
        let told = event.document.as_ref();
        let navigates = is_top(event);
        let initiator = event.initiator.as_deref().and_then(Place::of).filter(|place| !place.host.is_empty());
        if let Some(id) = told.and_then(|document| document.id.as_deref()).map(document_key) {
            if !self.state.documents.contains_key(&id) {
                let url = told.and_then(|document| document.url.as_deref()).and_then(Place::of);
                // A navigation may be told with the id of the document that it makes.
                let place = if navigates { initiator.clone() } else { url.or(initiator.clone()) };
                if let (Some(place), Some(told)) = (place.filter(|_| !navigates), told) {
                    let held = self.held(told, event, place);
                    self.hold(id.clone(), held, told);
                }
            }
            if let Some(actor) = self.actor_of(&id) {
                return Some(actor);
            }
        }
        if navigates && initiator.is_none() {
            return None;
        }
        let url = told.and_then(|document| document.url.as_deref()).and_then(Place::of);
        let place = initiator.or(url)?;
        let key = self.someone(event, &place, navigates);
        self.actor_of(&key)
    }

    /// A living document of this origin, nearest first; else one that is assumed.
    fn someone(&mut self, event: &Event, place: &Place, navigates: bool) -> String {
        let same = |held: &Held| {
            held.place.host == place.host
                && held.place.port == place.port
                && held.place.scheme == place.scheme
        };
        let fits = |(key, held): (&String, &Held)| {
            let here = held.tab == event.tab && (navigates || held.frame == event.frame);
            same(held).then(|| (here, held.tab == event.tab, !held.assumed, key.clone()))
        };
        let living = self.state.groups.values().flat_map(|group| group.documents.iter().filter_map(fits));
        if let Some((.., key)) = living.max() {
            return key;
        }
        let key = format!("@{}:{}", event.tab.unwrap_or(-1), place.origin());
        let arrival = event.tab.and_then(|tab| self.state.arrivals.get(&tab));
        let ip = arrival.filter(|a| a.origin == place.origin()).and_then(|a| read_ip(&a.ip));
        let (place, tab, frame) = (place.clone(), event.tab, event.frame);
        let held = Held { place, ip, tab, frame, assumed: true, ..Held::default() };
        self.hold(key.clone(), held, &Document::default());
        key
    }

    /// What a document counts as.
    pub(super) fn actor_of(&mut self, key: &str) -> Option<Actor> {
        let group = *self.state.documents.get(key)?;
        let now = self.state.now;
        self.state.groups.get_mut(&group)?.last = now;
        let held = self.state.groups.get(&group)?;
        let mut at = held.documents.get(key)?;
        let assumed = at.assumed;
        // `about:blank`, `data:` and the like have no address of their own.
        for _ in 0..CLIMBS_MAX {
            let bare = matches!(at.place.scheme.as_str(), "about" | "data" | "javascript");
            let around = at.parent.as_ref().or(at.near.as_ref()).and_then(|key| held.documents.get(key));
            match around {
                Some(around) if bare => at = around,
                _ => break,
            }
        }
        let mut top = at;
        for _ in 0..CLIMBS_MAX {
            match top.parent.as_ref().and_then(|key| held.documents.get(key)) {
                Some(parent) => top = parent,
                None => break,
            }
        }
        let outer = top.place.page();
        let top = (outer != at.place.page() && top.place.is_web()).then_some(outer);
        let space = self.space_of_document(at);
        Some(Actor { group, place: at.place.clone(), space, top, assumed })
    }

    /// The space of a document: what the source says, else its address, else what its name says. What is not known
    /// counts as public.
    fn space_of_document(&self, held: &Held) -> Space {
        let named = || held.place.named().map(|named| named.space);
        let given =
            |ip: IpAddr| self.settings.overridden(ip, held.place.port).unwrap_or_else(|| space_of(ip));
        held.place
            .ip
            .map(given)
            .or(held.space)
            .or_else(named)
            .or_else(|| held.ip.filter(|ip| !self.is_proxy(*ip)).map(given))
            .unwrap_or_default()
    }
}

impl State {
    fn new_group(&mut self) -> u64 {
        if self.groups.len() >= GROUPS_MAX {
            let oldest = self.groups.iter().min_by_key(|(id, group)| (group.last, **id)).map(|(id, _)| *id);
            if let Some(group) = oldest.and_then(|id| self.groups.remove(&id)) {
                self.cut.groups += 1;
                group.documents.keys().for_each(|key| _ = self.documents.remove(key));
            }
        }
        self.last_group += 1;
        self.groups.insert(self.last_group, Group { last: self.now, ..Group::default() });
        self.last_group
    }
}

/// Whether a tab goes to another page.
pub(super) fn is_top(event: &Event) -> bool {
    event.resource.as_deref() == Some("main_frame")
}
