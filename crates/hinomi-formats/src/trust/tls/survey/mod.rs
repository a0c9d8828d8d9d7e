//! The survey of one target: what to connect, what to send, what the answers mean. No I/O, no clock.
//!
//! ```text
//! loop {
//!     while let Some(action) = survey.next_action() { connect, send or close }
//!     wait for a socket or until survey.wake(); then opened(), heard(), ended() or tick()
//! }
//! survey.report()
//! ```
//!
//! The lower bound is one connection for each suite of each version and one that proves there are no more; everything
//! else rides along. See `chain.rs` for how groups ride along too.

mod ask;
mod chain;
mod connection;
mod depth;
mod gathered;
mod judge;
mod options;
mod plan;
mod report;
mod surveyed;
mod talk;
#[cfg(test)]
mod tests;

pub use options::{Options, Target};
pub use surveyed::{ChainSeen, FieldSeen, Known, Order, Surveyed, VersionSeen, Why};

use crate::tls::names::Version;
use ask::{Ask, PROTOCOLS, Shape};
use chain::Chain;
use connection::{Connection, Job};
use depth::Depth;
use gathered::Gathered;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// A connection of a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u32);

/// What the caller shall do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Open a connection to the target.
    Connect(ConnectionId),
    /// Send these bytes, all of them, in order.
    Send(ConnectionId, Vec<u8>),
    /// Close it; nothing about it need be told any more.
    Close(ConnectionId),
}

/// How a connection ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The other side closed.
    Closed,
    /// The other side reset.
    Reset,
    /// No answer in time; the survey tells this to itself.
    Timeout,
    /// It could not be opened.
    Refused,
}

/// A survey in progress.
#[derive(Debug)]
pub struct Survey {
    target: Target,
    options: Options,
    seed: [u8; 32],
    now: Duration,
    started: Option<Duration>,
    /// TLS 1.3 first; SSLv2 is not among them.
    chains: Vec<Chain>,
    v2: Known<()>,
    kinds: Vec<u32>,
    connections: BTreeMap<ConnectionId, Connection>,
    actions: VecDeque<Action>,
    opened_total: u32,
    asked_total: u32,
    last_opened: Option<Duration>,
    round_trip: Option<Duration>,
    /// The least time from a question to the first of its answer.
    answer_time: Option<Duration>,
    /// Jobs begun and not to be begun again.
    begun: Vec<Job>,
    /// How often a job came to nothing.
    tries: BTreeMap<Job, u8>,
    refusals: Vec<Option<u8>>,
    /// TLS 1.1 was refused as too old.
    too_old: bool,
    /// The server is known to refuse by closing.
    closes: bool,
    alpn_left: Vec<String>,
    alpn: Vec<String>,
    alpn_asked: bool,
    fallback: Option<Known<()>>,
    newest: Option<Known<()>>,
    gathered: Gathered,
    depth: Depth,
    /// Versions refused with an alert that speaks of the form of the hello.
    form_refused: Vec<Version>,
    shape: Shape,
    problems: Vec<String>,
    over: bool,
}

/// Problems kept.
const PROBLEMS_MAX: usize = 32;

impl Survey {
    /// A survey of one target. `seed` makes the randoms of the hellos; it need not be secret.
    pub fn new(target: Target, options: Options, seed: [u8; 32]) -> Self {
        Self {
            target,
            seed,
            now: Duration::ZERO,
            started: None,
            chains: chains(Shape::Full),
            v2: Known::Untested(Why::Deadline),
            kinds: Vec::new(),
            connections: BTreeMap::new(),
            actions: VecDeque::new(),
            opened_total: 0,
            asked_total: 0,
            last_opened: None,
            round_trip: None,
            answer_time: None,
            begun: Vec::new(),
            tries: BTreeMap::new(),
            refusals: Vec::new(),
            too_old: false,
            closes: false,
            alpn_left: PROTOCOLS.iter().map(|&protocol| protocol.to_owned()).collect(),
            alpn: Vec::new(),
            alpn_asked: false,
            fallback: None,
            newest: None,
            gathered: Gathered::default(),
            depth: Depth::new(if options.deep { &Why::NotApplicable } else { &Why::NotAsked }),
            form_refused: Vec::new(),
            shape: Shape::Full,
            problems: Vec::new(),
            over: false,
            options,
        }
    }

    /// What to do next; ask until `None`.
    pub fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Time has come to `now`: to be told first of all, and when [`Self::wake`] says.
    pub fn tick(&mut self, now: Duration) {
        self.now = self.now.max(now);
        let started = *self.started.get_or_insert(now);
        if self.now >= started.saturating_add(self.options.deadline) {
            self.stop(&Why::Deadline);
            return;
        }
        let late: Vec<ConnectionId> = self
            .connections
            .iter()
            .filter(|(_, connection)| self.late_at(connection) <= self.now)
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            let next = self.connections.get_mut(&id).and_then(Connection::silent);
            if let (Some(bytes), Some(connection)) = (next, self.connections.get_mut(&id)) {
                connection.since = self.now;
                self.actions.push_back(Action::Send(id, bytes));
                continue;
            }
            self.actions.push_back(Action::Close(id));
            self.end(id, End::Timeout);
        }
        self.plan();
    }

    /// A connection is open.
    pub fn opened(&mut self, id: ConnectionId, now: Duration) {
        self.now = self.now.max(now);
        if let Some(connection) = self.connections.get_mut(&id) {
            let trip = self.now.saturating_sub(connection.since);
            self.round_trip = Some(self.round_trip.map_or(trip, |least| least.min(trip)));
            connection.since = self.now;
            let bytes = connection.open().filter(|bytes| !bytes.is_empty());
            self.actions.extend(bytes.map(|bytes| Action::Send(id, bytes)));
        }
        self.plan();
    }

    /// Bytes came.
    pub fn heard(&mut self, id: ConnectionId, bytes: &[u8], now: Duration) {
        self.now = self.now.max(now);
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if connection.is_ready() && !connection.is_free() {
            let spent = self.now.saturating_sub(connection.since);
            self.answer_time = Some(self.answer_time.map_or(spent, |least| least.min(spent)));
        }
        let step = connection.heard(bytes);
        self.take_step(id, step);
        self.plan();
    }

    /// The connection ended by itself.
    pub fn ended(&mut self, id: ConnectionId, end: End, now: Duration) {
        self.now = self.now.max(now);
        self.end(id, end);
        self.plan();
    }

    /// When to call [`Self::tick`] at the latest.
    pub fn wake(&self) -> Option<Duration> {
        if self.over {
            return None;
        }
        let deadline = self.started?.saturating_add(self.options.deadline);
        let answers = self.connections.values().map(|connection| self.late_at(connection));
        let pause =
            self.last_opened.map(|at| at.saturating_add(self.options.pause)).filter(|at| *at > self.now);
        answers.chain(pause).chain([deadline]).min()
    }

    fn late_at(&self, connection: &Connection) -> Duration {
        connection.since.saturating_add(connection.patience(self.options.answer, self.round_trip))
    }

    /// Whether there is nothing more to do.
    pub fn is_done(&self) -> bool {
        self.over && self.actions.is_empty()
    }

    /// Bytes and messages held for connections still open.
    pub fn connections_open(&self) -> usize {
        self.connections.len()
    }

    fn random(&self) -> [u8; 32] {
        let digest =
            Sha256::new().chain_update(self.seed).chain_update(self.asked_total.to_be_bytes()).finalize();
        digest.into()
    }

    fn problem(&mut self, what: String) {
        if self.problems.len() < PROBLEMS_MAX && !self.problems.contains(&what) {
            self.problems.push(what);
        }
    }

    /// Ends everything that is not decided.
    fn stop(&mut self, why: &Why) {
        self.depth_stopped(why);
        for id in std::mem::take(&mut self.connections).into_keys() {
            self.actions.push_back(Action::Close(id));
        }
        for chain in self.chains.iter_mut().filter(|chain| !chain.is_done()) {
            chain.fail(why);
        }
        if self.v2.why() == Some(&Why::Deadline) {
            self.v2 = Known::Untested(why.clone());
        }
        self.over = true;
    }

    fn chain(&self, version: Version) -> Option<&Chain> {
        self.chains.iter().find(|chain| chain.version == version)
    }

    fn chain_mut(&mut self, version: Version) -> Option<&mut Chain> {
        self.chains.iter_mut().find(|chain| chain.version == version)
    }
}

fn chains(shape: Shape) -> Vec<Chain> {
    let versions = [Version::Tls13, Version::Tls12, Version::Tls11, Version::Tls10, Version::SslV3];
    versions.into_iter().map(|version| Chain::new(version, shape)).collect()
}
