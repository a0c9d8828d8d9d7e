//! Names and their answers: for requests that could not say where they went, and for the logs of resolvers.
//!
//! A log of names knows no page. A public name with a local address is then told by itself; one that had a public
//! address an hour ago for the same client is a rebinding in the making, or a network that was changed.

use super::Watch;
use super::group::Actor;
use super::record::Seen;
use super::rules::Near;
use crate::event::{Event, EventSource};
use crate::json::object;
use crate::place::{Place, cut, read_ip};
use crate::space::space_of_name;
use crate::table::Table;
use crate::{How, Rule, Space, Suppression};
use serde::Serialize;
use std::net::IpAddr;

/// Names of clients that are remembered.
const NAMES_MAX: usize = 4_096;
/// Answers that are read of one resolution.
const ANSWERS_MAX: usize = 64;
/// A public and a local answer within this time belong together, in milliseconds.
const FLIP_MS: u64 = 3_600_000;

/// When each name was last public, by client.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Names {
    public: Table<String, i64>,
}

object!(Names: public "public");

impl Names {
    fn saw_public(&mut self, key: String, at: i64) {
        if self.public.len() >= NAMES_MAX && !self.public.contains_key(&key) {
            let oldest = self.public.iter().min_by_key(|(_, at)| **at).map(|(key, _)| key.clone());
            self.public.remove(&oldest.unwrap_or_default());
        }
        self.public.insert(key, at);
    }
}

impl Watch {
    /// A name was resolved.
    pub(super) fn resolution(&mut self, event: &Event) {
        let answers: Vec<IpAddr> =
            event.answers.iter().take(ANSWERS_MAX).filter_map(|text| read_ip(text)).collect();
        let name = event.name.as_deref().unwrap_or_default();
        let name = cut(name.trim_end_matches('.'), 253).to_ascii_lowercase();
        let known = self.state.requests.of(event).map(|request| request.clone());
        let known = known.or_else(|| self.state.requests.refused(&name, event.at).map(|r| r.clone()));
        match known {
            Some(request) => self.resolved(event, &request, &answers),
            None if event.source == EventSource::DnsLog || event.source == EventSource::Pcap => {
                self.logged(event, &name, &answers);
            }
            None => {}
        }
    }

    /// A line of a resolver's log.
    fn logged(&mut self, event: &Event, name: &str, answers: &[IpAddr]) {
        if name.is_empty() || space_of_name(name).is_some() || is_for_resolvers(name) {
            return;
        }
        let warned = event.error.as_deref().is_some_and(|error| error.contains("rebind"));
        let space = |ip: &IpAddr| self.settings.overridden(*ip, 0).unwrap_or_else(|| crate::space_of(*ip));
        let near = answers.iter().copied().find(|ip| space(ip) != Space::Public);
        let key = format!("{} {name}", cut(event.client.as_deref().unwrap_or_default(), 64));
        let flips = self.state.names.public.get(&key).is_some_and(|at| event.at.abs_diff(*at) <= FLIP_MS);
        let both = near.is_some() && answers.iter().any(|ip| space(ip) == Space::Public);
        if answers.iter().any(|ip| space(ip) == Space::Public) {
            self.state.names.saw_public(key, event.at);
        }
        if near.is_none() && !warned {
            return;
        }
        let space = near.as_ref().map_or(Space::Local, space);
        let place = Place { host: name.to_owned(), ..Place::default() };
        let own = self.settings.is_own(name);
        if let Some(ip) = near {
            self.learn(event, &place, ip, Some(0));
        }
        // No port is known; what fills the web's ports is what a filter answers for.
        let filter = near.is_some_and(|ip| self.is_filter(ip, 80, false));
        let suppressed = match () {
            () if own => Some(Suppression::OwnName),
            () if filter && !flips => Some(Suppression::Sinkhole),
            () => None,
        };
        let mut notes = Vec::new();
        let told = [
            (warned, "resolver_warned"),
            (flips, "flip"),
            (both, "both_at_once"),
            (near.is_some() && !flips && !both, "answered_local"),
        ];
        notes.extend(told.iter().filter(|(so, _)| *so).map(|(_, note)| *note));
        let page = Place { host: format!("dns:{name}"), ..Place::default() };
        let actor = Actor { group: 0, place: page, space: Space::Public, top: None, assumed: true };
        let seen = Seen::new(event.at, &place, near, Near { space, how: How::Dns, likely: false });
        self.record(&actor, Seen { rule: Rule::Rebinding, notes: &notes, suppressed, ..seen });
    }
}

/// Names under which lists of blocked senders answer, with addresses of 127.0.0.0/8 that are words, not places; and
/// names of addresses.
fn is_for_resolvers(name: &str) -> bool {
    let reversed = name.split('.').take_while(|label| label.parse::<u8>().is_ok()).count() >= 4;
    reversed || name.ends_with(".arpa") || name.split('.').any(|label| matches!(label, "dnsbl" | "rbl"))
}
