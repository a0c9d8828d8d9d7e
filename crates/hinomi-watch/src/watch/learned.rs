//! What the answers teach about the network: a local address that answers for names of many owners is no target but
//! something in between.
//!
//! A proxy and a filter look alike from one page. It is a proxy when pages themselves came from there, seen from more
//! than one visit; else it is a filter (or a portal in front of a network), and only what went to the ports of web
//! servers is explained by it. A page that owns three domains can make a filter of its target; its sightings are
//! then marked, not dropped, and a rebinding is only explained by what other visits saw.
//!
//! Where the browser refuses the access itself (Local Network Access), it tells no address. What it refused for names
//! of many owners at the ports of web servers is taken for one filter: nothing went there.

use super::{Watch, group};
use crate::Suppression;
use crate::event::Event;
use crate::json::object;
use crate::place::{Place, host_and_port, read_ip};
use crate::sighting::How;
use crate::space::{Space, is_made_up, space_of};
use crate::table::Table;
use crate::{Rule, Sighting, Target};
use serde::Serialize;
use std::net::IpAddr;

/// Local addresses that are remembered.
const ADDRESSES_MAX: usize = 256;
/// What stands for the address when the browser refused and told none.
const REFUSED: &str = "refused";
/// Sites of different owners after which an address is something in between.
const SITES_MIN: usize = 3;
/// Sites and visits that are remembered of one address.
const SITES_MAX: usize = 8;

/// What is known of local addresses that answered.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Learned {
    addresses: Table<String, Answers>,
    proxies: Vec<String>,
}

object!(Learned: addresses "addresses", proxies "proxies");

#[derive(Debug, Clone, Default, Serialize)]
struct Answers {
    sites: Vec<String>,
    groups: Vec<u64>,
    pages: bool,
    last: i64,
}

object!(Answers: sites "sites", groups "groups", pages "pages", last "last");

impl Answers {
    fn is_many(&self) -> bool {
        self.sites.len() >= SITES_MIN
    }

    fn is_proxy(&self) -> bool {
        self.is_many() && self.pages && self.groups.len() > 1
    }
}

/// Local proxies make up an address for every name: their block is one.
fn name_of(ip: IpAddr) -> String {
    if is_made_up(ip) { "198.18.0.0/15".to_owned() } else { ip.to_string() }
}

impl Watch {
    /// The proxy settings.
    pub(super) fn proxy(&mut self, event: &Event) {
        self.state.proxied = event.proxied == Some(true);
        let named = event.answers.iter().take(SITES_MAX).filter_map(|text| read_ip(host_and_port(text).0));
        self.state.learned.proxies = named.map(|ip| ip.to_string()).collect();
    }

    /// Whether what this address answers says nothing about where a name leads.
    pub(super) fn is_proxy(&self, ip: IpAddr) -> bool {
        let learned = &self.state.learned;
        self.settings.proxies.contains(&ip)
            || learned.proxies.contains(&ip.to_string())
            || learned.addresses.get(&name_of(ip)).is_some_and(Answers::is_proxy)
    }

    /// Whether it answers for names of many owners. `others`: other visits than this one saw it, too.
    pub(super) fn is_filter(&self, ip: IpAddr, port: u16, others: bool) -> bool {
        let answers = self.state.learned.addresses.get(&name_of(ip));
        matches!(port, 0 | 80 | 443)
            && answers.is_some_and(|answers| answers.is_many() && (!others || answers.groups.len() > 1))
    }

    /// Whether the browser refuses names of many owners here: something answers for them from inside.
    pub(super) fn refuses_many(&self, port: u16) -> bool {
        let answers = self.state.learned.addresses.get(REFUSED);
        matches!(port, 80 | 443) && answers.is_some_and(Answers::is_many)
    }

    /// The address that answered, when it is evidence: not from the cache, not through a proxy.
    pub(super) fn valid_ip(&self, event: &Event) -> Option<IpAddr> {
        let proxied = event.proxied.unwrap_or(self.state.proxied);
        let ip = event.ip.as_deref().filter(|_| !event.from_cache && !proxied).and_then(read_ip)?;
        (!self.is_proxy(ip)).then_some(ip)
    }

    /// Remembers who answered; when that makes it something in between, what it was taken for is taken back.
    pub(super) fn learn(&mut self, event: &Event, place: &Place, ip: IpAddr, visit: Option<u64>) {
        let silent = place.ip.is_some() || place.named().is_some() || self.settings.is_own(&place.host);
        if silent || space_of(ip) == Space::Public {
            return;
        }
        self.note(event, place, name_of(ip), visit);
    }

    /// Remembers what the browser refused without telling the address.
    pub(super) fn learn_refused(&mut self, event: &Event, place: &Place, visit: Option<u64>) {
        let silent = place.ip.is_some() || place.named().is_some() || self.settings.is_own(&place.host);
        if !silent && matches!(place.port, 80 | 443) {
            self.note(event, place, REFUSED.to_owned(), visit);
        }
    }

    fn note(&mut self, event: &Event, place: &Place, name: String, visit: Option<u64>) {
        let addresses = &mut self.state.learned.addresses;
        if addresses.len() >= ADDRESSES_MAX && !addresses.contains_key(&name) {
            let oldest = addresses.iter().min_by_key(|(name, answers)| (answers.last, *name));
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                addresses.remove(&oldest);
            }
        }
        let answers = addresses.entry(name.clone());
        answers.last = event.at;
        answers.pages |= group::is_top(event);
        let site = place.site();
        if answers.sites.len() < SITES_MAX && !answers.sites.contains(&site) {
            answers.sites.push(site);
        }
        if let Some(visit) =
            visit.filter(|visit| answers.groups.len() < SITES_MAX && !answers.groups.contains(visit))
        {
            answers.groups.push(visit);
        }
        let (many, proxy, shared) = (answers.is_many(), answers.is_proxy(), answers.groups.len() > 1);
        if many {
            self.take_back(&name, proxy, shared);
        }
    }

    /// Sightings that rest on nothing but this address.
    fn take_back(&mut self, name: &str, proxy: bool, shared: bool) {
        let rests = |seen: &Sighting, target: &Target| {
            let refused = name == REFUSED && target.how == How::LnaError && seen.rule != Rule::Rebinding;
            let by_address = matches!(target.how, How::Ip | How::Dns) || refused;
            let ip = || target.ip.as_deref().and_then(read_ip);
            let fits = || ip().map_or(refused, |ip| name_of(ip) == name);
            // Group 0 is that of logs, which know no visits and no ports.
            let free = shared || seen.group == 0 || seen.rule != Rule::Rebinding;
            let explained = proxy || (matches!(target.port, 0 | 80 | 443) && free);
            by_address && explained && fits()
        };
        let why = if proxy { Suppression::Proxy } else { Suppression::Sinkhole };
        let ids: Vec<u64> = self.state.sightings.keys().copied().collect();
        for id in ids {
            let Some(seen) = self.state.sightings.get_mut(&id).filter(|seen| seen.counts()) else { continue };
            if seen.targets.iter().any(|target| rests(seen, target)) {
                let kept: Vec<Target> =
                    seen.targets.iter().filter(|target| !rests(seen, target)).cloned().collect();
                if kept.is_empty() {
                    seen.suppressed = Some(why);
                } else {
                    self.state.targets = self.state.targets.saturating_sub(seen.targets.len() - kept.len());
                    seen.targets = kept;
                }
                self.state.changes(id);
            }
        }
    }
}
