//! Which connection a request went over: request → job → socket, or session → address; and whether a proxy stood between.

use super::super::record::cut;
use crate::{Limits, Problem};
use std::collections::BTreeMap;

/// Steps from a job to its socket: job, HTTP/2 session, socket.
const STEPS_MAX: usize = 4;

/// Sockets, and what leads to them, by source.
#[derive(Debug, Default)]
pub(super) struct Connections {
    /// Jobs to sockets or sessions, sessions to sockets.
    links: BTreeMap<i64, i64>,
    /// What each socket is connected to.
    sockets: BTreeMap<i64, Box<str>>,
    /// What asks for connections, when these go by a proxy.
    proxied: BTreeMap<i64, bool>,
    held_max: usize,
}

impl Connections {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { held_max: limits.entries_max, ..Self::default() }
    }

    /// A socket begins to connect; tells when another had to be forgotten.
    pub(super) fn connects(&mut self, socket: i64, address: &str) -> Option<Problem> {
        let cut = held(&mut self.sockets, socket, Box::from(cut(address, 64)), self.held_max);
        cut.then(|| Problem::limit("sockets", "entries_max", self.held_max as u64))
    }

    pub(super) fn leads(&mut self, from: i64, to: i64) {
        held(&mut self.links, from, to, self.held_max);
    }

    pub(super) fn goes_by(&mut self, controller: i64, proxy_chain: &str) {
        let direct = proxy_chain.contains("direct://");
        held(&mut self.proxied, controller, !direct, self.held_max);
    }

    /// The address that a socket, or what leads to one, is connected to: `127.0.0.1:80`.
    pub(super) fn address(&self, of: i64) -> Option<&str> {
        let mut at = of;
        for _ in 0..STEPS_MAX {
            if let Some(address) = self.sockets.get(&at) {
                return Some(address);
            }
            at = *self.links.get(&at)?;
        }
        None
    }

    pub(super) fn proxied(&self, controller: i64) -> Option<bool> {
        self.proxied.get(&controller).copied()
    }
}

/// Keeps a value; `true` when the oldest had to go for it.
fn held<T>(values: &mut BTreeMap<i64, T>, key: i64, value: T, max: usize) -> bool {
    let full = values.len() >= max && !values.contains_key(&key);
    if full {
        values.pop_first();
    }
    values.insert(key, value);
    full
}
