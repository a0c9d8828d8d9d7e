//! Which question goes next, and on which connection.

use super::ask::Shape;
use super::connection::{Connection, Job, Running};
use super::{Action, Ask, Chain, ConnectionId, Survey, Why};
use crate::tls::names::{Version, kinds_of_sslv2};
use crate::tls::starttls::Dialog;
use crate::tls::wire::hello_v2;
use std::time::Duration;

/// A round trip from which opening ahead of need pays.
const LONG: Duration = Duration::from_millis(4);

impl Survey {
    /// Begins whatever may begin now.
    pub(super) fn plan(&mut self) {
        if self.over || self.started.is_none() {
            return;
        }
        self.spare_the_old();
        while let Some(job) = self.next_job() {
            if !self.begin(job) {
                break;
            }
        }
        self.open_ahead();
        if self.connections.values().all(Connection::is_free) && self.next_job().is_none() {
            self.settle();
        }
    }

    /// The most urgent job that can begin: long chains first.
    pub(super) fn next_job(&self) -> Option<Job> {
        let runs = |job: Job| self.connections.values().any(|connection| connection.runs(job));
        let suites = self.chains.iter().filter(|chain| chain.asks_suites() && !self.waits(chain.version));
        let groups = self.chains.iter().filter(|chain| chain.asks_groups_alone());
        let chains = suites.map(|chain| Job::Chain(chain.version));
        let mut ready =
            chains.chain(groups.map(|chain| Job::Groups(chain.version))).filter(|job| !runs(*job));
        if let Some(job) = ready.next() {
            return Some(job);
        }
        self.once().into_iter().find(|job| !runs(*job) && !self.begun.contains(job))
    }

    /// A server that has newer versions, and refuses TLS 1.1 as too old, has nothing older: it would have answered with
    /// that (RFC 5246 appendix E.1).
    fn spare_the_old(&mut self) {
        let is_newer = |chain: &Chain| chain.version > Version::Tls11 && chain.is_offered();
        if self.too_old && self.chains.iter().any(is_newer) {
            let old = self.chains.iter_mut().filter(|chain| chain.version < Version::Tls11);
            old.filter(|chain| chain.is_untouched() && !chain.is_done()).for_each(Chain::absent);
        }
    }

    /// Whether a version older than TLS 1.1 may still be spared the question.
    fn waits(&self, version: Version) -> bool {
        if version >= Version::Tls11 || self.shape != Shape::Full {
            return false;
        }
        let first = self.chain(Version::Tls11);
        let is_open = first.is_some_and(|chain| chain.is_untouched() && !chain.is_done());
        let newer_open = self.chains.iter().any(|chain| chain.version > Version::Tls11 && !chain.is_done());
        (is_open && !self.tries.contains_key(&Job::Chain(Version::Tls11))) || (self.too_old && newer_open)
    }

    /// Jobs that are done once, as soon as what they need is known.
    fn once(&self) -> Vec<Job> {
        let mut jobs = vec![Job::V2];
        if self.fallback.is_none() && self.fallback_version().is_some() {
            jobs.push(Job::Fallback);
        }
        for chain in self.chains.iter().filter(|chain| chain.is_done() && chain.is_offered()) {
            let unknown = (chain.order.is_none() && chain.order_from_answers().is_none())
                || (chain.groups_order.is_none() && chain.groups_order_from_answers().is_none());
            if unknown {
                jobs.push(Job::Reversed(chain.version));
            }
        }
        jobs.extend(self.deep_jobs());
        let all_done = self.chains.iter().all(Chain::is_done);
        if all_done && self.chains.iter().any(|chain| chain.by_closing) && self.agreed_version().is_some() {
            jobs.push(Job::Control);
        }
        jobs
    }

    /// The newest version that is on.
    fn agreed_version(&self) -> Option<Version> {
        self.chains.iter().find(|chain| chain.is_offered()).map(|chain| chain.version)
    }

    /// The newest version but one that is on: there a fallback can be tried. Needs every version decided.
    pub(super) fn fallback_version(&self) -> Option<Version> {
        let undecided = self.chains.iter().any(|chain| !chain.is_done() && !chain.is_offered());
        if undecided {
            return None;
        }
        self.chains.iter().filter(|chain| chain.is_offered()).map(|chain| chain.version).nth(1)
    }

    /// Begins a job on a connection that is free, or on a new one; `false` when there is room for neither.
    fn begin(&mut self, job: Job) -> bool {
        let free = |ready: bool| {
            let mut all = self.connections.iter();
            all.find(|(_, at)| at.is_free() && at.is_ready() == ready).map(|(id, _)| *id)
        };
        let Some(id) = free(true).or_else(|| free(false)).or_else(|| self.connect()) else { return false };
        let is_chain = matches!(job, Job::Chain(_) | Job::Groups(_));
        if !is_chain {
            self.begun.push(job);
        }
        // What cannot be asked leaves its connection to the next.
        let Some(running) = self.running(job) else { return !is_chain };
        let now = self.now;
        if let Some(connection) = self.connections.get_mut(&id) {
            if connection.is_ready() {
                connection.since = now;
            }
            let bytes = connection.assign(running);
            self.actions.extend(bytes.map(|bytes| Action::Send(id, bytes)));
        }
        true
    }

    fn connect(&mut self) -> Option<ConnectionId> {
        if self.connections.len() >= self.options.at_once_max {
            return None;
        }
        if self.opened_total >= self.options.connections_max {
            self.problem(format!("more than connections_max = {}", self.options.connections_max));
            self.stop(&Why::Connections);
            return None;
        }
        let early = self.last_opened.is_some_and(|at| at.saturating_add(self.options.pause) > self.now);
        if early {
            return None;
        }
        let id = ConnectionId(self.opened_total);
        self.opened_total = self.opened_total.saturating_add(1);
        self.last_opened = Some(self.now);
        let name = self.target.name.as_deref().unwrap_or_default();
        let dialog = self.target.starttls.map(|protocol| Dialog::new(protocol, name));
        self.connections.insert(id, Connection::new(self.now, dialog));
        self.actions.push_back(Action::Connect(id));
        Some(id)
    }

    /// Opens for the next question of each chain while the present one is on its way: half the time when the round
    /// trip is long.
    fn open_ahead(&mut self) {
        // A proxy may take the connection at once, and the way behind it be long all the same.
        let is_long = self.round_trip.max(self.answer_time).is_some_and(|trip| trip >= LONG);
        if self.over || !self.options.ahead || !is_long {
            return;
        }
        let running = self.chains.iter().map(Chain::goes_on).sum();
        let free = self.connections.values().filter(|connection| connection.is_free()).count();
        for _ in free..running {
            if self.connect().is_none() {
                break;
            }
        }
    }

    /// The question of a job.
    fn running(&mut self, job: Job) -> Option<Running> {
        self.asked_total = self.asked_total.saturating_add(1);
        let random = self.random();
        let ask = match job {
            Job::V2 => {
                let kinds: Vec<u32> = kinds_of_sslv2().iter().map(|(kind, ..)| *kind).collect();
                let challenge = std::array::from_fn(|at| random.get(at).copied().unwrap_or_default());
                return Some(Running::new(job, None, hello_v2(&kinds, challenge)));
            }
            Job::Read13(_) | Job::Full12 | Job::Ticketbleed | Job::Poke(_) | Job::Robot(_) => {
                return self.deep_running(job, random);
            }
            Job::Chain(version) => self.chain_ask(version),
            Job::Groups(version) => {
                self.chain(version).and_then(|chain| chain.ask_groups(self.target.name.clone()))
            }
            Job::Control => self.agreed_version().and_then(|version| self.known_ask(version)),
            Job::Reversed(version) => self.known_ask(version).map(|mut ask| {
                ask.suites.reverse();
                ask.groups.reverse();
                ask
            }),
            Job::Fallback => {
                self.fallback_version().and_then(|version| self.known_ask(version)).map(|mut ask| {
                    ask.fallback = true;
                    ask
                })
            }
        }?;
        let bytes = ask.hello(random).bytes();
        Some(Running::new(job, Some(ask), bytes))
    }

    fn chain_ask(&self, version: Version) -> Option<Ask> {
        // ALPN before TLS 1.3 only: there the answer is in the clear.
        let alpn = if version == Version::Tls12 { self.alpn_left.clone() } else { Vec::new() };
        let chain = self.chain(version)?;
        let mut ask = chain.ask(self.target.name.clone(), alpn)?;
        // The first hello of all offers 1.2 as well: which does the server prefer?
        ask.also_tls12 = version == Version::Tls13 && self.newest.is_none() && chain.is_untouched();
        Some(ask)
    }

    /// A question that the server is known to agree to.
    pub(super) fn known_ask(&self, version: Version) -> Option<Ask> {
        let chain = self.chain(version)?;
        let mut ask = chain.ask_known(self.target.name.clone());
        ask.alpn = Vec::new();
        Some(ask)
    }
}
