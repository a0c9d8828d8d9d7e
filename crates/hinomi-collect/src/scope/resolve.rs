//! From names of ours to addresses, by the resolver of the system. Each address is judged again: who controls a name must
//! not aim us inwards.

use super::{InScope, Scope};
use std::collections::BTreeSet;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Names asked for at once: a resolver that does not answer takes seconds, and hundreds of names would take an hour.
const AT_ONCE: usize = 32;
/// Addresses of one name.
const ADDRESSES_MAX: usize = 8;

/// Where a host of ours is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The host.
    pub host: InScope<String>,
    /// Its addresses, each once, at most eight, as the resolver gave them.
    pub addresses: Vec<InScope<IpAddr>>,
    /// What was left out, and why; completes "failed to …".
    pub left_out: Vec<String>,
}

/// The addresses of hosts, in the order of the hosts. A host that is an address is that address.
pub fn resolve(scope: &Scope, hosts: &[InScope<String>]) -> Vec<Resolved> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(vec![None; hosts.len()]);
    thread::scope(|threads| {
        for _ in 0..AT_ONCE.min(hosts.len()) {
            threads.spawn(|| {
                while let Some((at, host)) = take(&next, hosts) {
                    let one = of_one(scope, host);
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Some(place) = found.get_mut(at) {
                        *place = Some(one);
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
}

fn take<'a>(next: &AtomicUsize, hosts: &'a [InScope<String>]) -> Option<(usize, &'a InScope<String>)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    hosts.get(at).map(|host| (at, host))
}

fn of_one(scope: &Scope, host: &InScope<String>) -> Resolved {
    let mut resolved = Resolved { host: host.clone(), addresses: Vec::new(), left_out: Vec::new() };
    // The port plays no part; without one the system's call does not work.
    let found: Vec<IpAddr> = match (host.get().as_str(), 0).to_socket_addrs() {
        Ok(found) => found.map(|address| address.ip()).collect(),
        Err(error) => {
            resolved.left_out.push(format!("resolve {host}: {error}"));
            return resolved;
        }
    };
    let mut seen = BTreeSet::new();
    for address in found.into_iter().filter(|address| seen.insert(*address)) {
        match scope.admit_resolved(host, address) {
            Ok(_) if resolved.addresses.len() >= ADDRESSES_MAX => {
                resolved
                    .left_out
                    .push(format!("ask {address} of {host}: more than {ADDRESSES_MAX} addresses"));
            }
            Ok(address) => resolved.addresses.push(address),
            Err(error) => resolved.left_out.push(error.to_string()),
        }
    }
    if resolved.addresses.is_empty() && resolved.left_out.is_empty() {
        resolved.left_out.push(format!("resolve {host}: it has no address"));
    }
    resolved
}
