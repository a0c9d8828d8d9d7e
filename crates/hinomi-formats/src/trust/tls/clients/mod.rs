//! Which of the usual clients would get through to a server, and with what: their stored hellos held against what a
//! survey found. No connection.

mod table;
#[cfg(test)]
mod tests;

use crate::tls::names::{Auth, Exchange, Version, group, suite};
use crate::tls::survey::{Known, Order, Surveyed, VersionSeen};

/// A client, as it says hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// Program and version.
    pub name: &'static str,
    /// Versions, newest first.
    pub versions: &'static [u16],
    /// Suites, most wanted first.
    pub suites: &'static [u16],
    /// Groups, most wanted first.
    pub groups: &'static [u16],
    /// Signature schemes.
    pub signatures: &'static [u16],
}

/// What client and server would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// They agree.
    Agreed(Agreed),
    /// They have nothing in common.
    Fails,
    /// The survey does not know enough to say.
    Unknown,
}

/// What they agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// The version.
    pub version: Version,
    /// The suite.
    pub suite: u16,
    /// The group, of suites that have one.
    pub group: Option<u16>,
    /// Whether `suite` is certain, or one of several that the order unknown to us would choose from.
    pub is_certain: bool,
}

/// The clients kept.
pub fn clients() -> &'static [Client] {
    table::TABLE
}

/// What one client and the server would come to.
pub fn simulate(client: &Client, seen: &Surveyed) -> Outcome {
    let mut unknown = false;
    for version in client.versions.iter().filter_map(|id| Version::from_id(*id)) {
        let Some(server) = seen.version(version) else { continue };
        match &server.offered {
            Known::Seen(()) => {
                if let Some(agreed) = agree(client, server, &groups_of(seen, server)) {
                    return if unknown { Outcome::Unknown } else { Outcome::Agreed(agreed) };
                }
                // The newest version in common is taken, whatever comes of it; what is missing may be in a part not listed.
                return if server.complete == Known::Seen(()) { Outcome::Fails } else { Outcome::Unknown };
            }
            Known::Absent => {}
            Known::Untested(_) => unknown = true,
        }
    }
    if unknown { Outcome::Unknown } else { Outcome::Fails }
}

/// The groups of a version. Where they were not struck off, it has what its neighbours before TLS 1.3 have.
fn groups_of(seen: &Surveyed, server: &VersionSeen) -> Vec<u16> {
    let mut all = server.groups.clone();
    if server.version < Version::Tls13 && server.groups_complete != Known::Seen(()) {
        let old = seen.versions.iter().filter(|other| other.version < Version::Tls13);
        for id in old.flat_map(|other| &other.groups) {
            if !all.contains(id) {
                all.push(*id);
            }
        }
    }
    all
}

fn agree(client: &Client, server: &VersionSeen, groups: &[u16]) -> Option<Agreed> {
    let is_tls13 = server.version == Version::Tls13;
    let theirs: Vec<u16> = server.suites.iter().filter_map(|id| u16::try_from(*id).ok()).collect();
    let common_group = pick(client.groups, groups, server.groups_order.seen());
    let fits = |id: &u16| {
        suite(*id).is_some_and(|suite| match suite.exchange {
            Exchange::Ecdhe | Exchange::Any => common_group.is_some() && signs(client, suite.auth),
            _ => signs(client, suite.auth),
        })
    };
    let usable: Vec<u16> = theirs.into_iter().filter(fits).collect();
    let (suite_id, is_certain) = pick(client.suites, &usable, server.order.seen())?;
    let has_group =
        suite(suite_id).is_some_and(|suite| matches!(suite.exchange, Exchange::Ecdhe | Exchange::Any));
    let group = common_group.map(|(id, _)| id).filter(|_| has_group || is_tls13);
    Some(Agreed { version: server.version, suite: suite_id, group, is_certain })
}

/// The first in common by whose order it is, and whether that is certain.
fn pick(client: &[u16], server: &[u16], order: Option<&Order>) -> Option<(u16, bool)> {
    let of = |first: &[u16], second: &[u16]| first.iter().copied().find(|id| second.contains(id));
    match order {
        Some(Order::Server) => of(server, client).map(|id| (id, true)),
        Some(Order::Client) => of(client, server).map(|id| (id, true)),
        None => {
            let both = client.iter().filter(|id| server.contains(id)).count();
            of(client, server).map(|id| (id, both == 1))
        }
    }
}

/// Whether the client can check what the suite is authenticated by; clients before TLS 1.2 name no schemes and check
/// what their suites say.
fn signs(client: &Client, auth: Auth) -> bool {
    let names = |wanted: &[u8]| {
        client.signatures.iter().any(|id| wanted.contains(&id.to_be_bytes()[1]) && id >> 8 < 8)
    };
    match auth {
        _ if client.signatures.is_empty() => true,
        Auth::Rsa => names(&[1]) || client.signatures.iter().any(|id| (0x0804..=0x0806).contains(id)),
        Auth::Ecdsa => names(&[3]),
        Auth::Dss => names(&[2]),
        _ => true,
    }
}

impl Agreed {
    /// Whether a key taken later opens nothing of this connection.
    pub fn is_forward_secret(&self) -> bool {
        suite(self.suite).is_some_and(|suite| suite.is_forward_secret())
    }

    /// Whether the group stands against quantum computers.
    pub fn is_post_quantum(&self) -> bool {
        use crate::tls::names::GroupKind::{Hybrid, Kem};
        self.group.and_then(group).is_some_and(|group| matches!(group.kind, Hybrid | Kem))
    }
}
