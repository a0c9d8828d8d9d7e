//! What an outcome means for the question it answers.

use super::ask::Shape;
use super::chain::Chain;
use super::connection::{Job, Running, Step};
use super::surveyed::{Known, Order, Why};
use super::talk::{Chosen, Outcome};
use super::{Action, ConnectionId, End, Survey, chains};
use crate::tls::names::{Version, suite};

/// How often a question that came to nothing is asked again.
const TRIES_MAX: u8 = 2;

impl Survey {
    pub(super) fn end(&mut self, id: ConnectionId, end: End) {
        let Some(connection) = self.connections.remove(&id) else { return };
        if let Step::Done(running, outcome) = connection.end(end) {
            self.outcome(&running, outcome);
        }
    }

    pub(super) fn take_step(&mut self, id: ConnectionId, step: Step) {
        match step {
            Step::More => {}
            Step::Send(bytes) if bytes.is_empty() => {}
            Step::Send(bytes) => self.actions.push_back(Action::Send(id, bytes)),
            Step::Useless => self.close(id),
            Step::Done(running, outcome) => {
                self.close(id);
                self.outcome(&running, outcome);
            }
        }
    }

    fn close(&mut self, id: ConnectionId) {
        self.connections.remove(&id);
        self.actions.push_back(Action::Close(id));
    }

    fn outcome(&mut self, running: &Running, outcome: Outcome) {
        if let Outcome::Refused(alert) = &outcome
            && !self.refusals.contains(alert)
        {
            self.refusals.push(*alert);
        }
        match running.job {
            Job::V2 => self.outcome_v2(outcome),
            Job::Chain(version) => self.outcome_chain(version, running, outcome),
            Job::Groups(version) => self.outcome_groups(version, running, outcome),
            Job::Reversed(version) => self.outcome_reversed(version, outcome),
            Job::Fallback => self.outcome_fallback(outcome),
            Job::Control => self.outcome_control(outcome),
            Job::Read13(_) | Job::Full12 | Job::Ticketbleed | Job::Poke(_) | Job::Robot(_) => {
                self.outcome_depth(running, outcome)
            }
        }
    }

    fn outcome_v2(&mut self, outcome: Outcome) {
        self.v2 = match outcome {
            Outcome::V2(hello) => {
                self.gathered.take_v2(&hello);
                self.kinds = hello.kinds;
                // No kind in common is an answer, and no use to anybody.
                if self.kinds.is_empty() { Known::Absent } else { Known::Seen(()) }
            }
            // A server that answers in TLS has understood, and does not speak SSLv2.
            Outcome::Refused(_) | Outcome::Chose(_) => Known::Absent,
            Outcome::Failed(why) => Known::Untested(why),
            Outcome::Told(_) | Outcome::Finished(_) | Outcome::Poked(..) | Outcome::Reacted(_) => {
                Known::Untested(Why::NotApplicable)
            }
        };
    }

    fn outcome_chain(&mut self, version: Version, running: &Running, outcome: Outcome) {
        match outcome {
            Outcome::Chose(chosen) => self.chain_chose(version, running, &chosen),
            Outcome::Refused(alert) => self.chain_refused(version, running, alert),
            Outcome::V2(_) => self.fail(version, &Why::Contradicts("an SSLv2 answer".to_owned())),
            Outcome::Failed(why) => self.chain_failed(version, why),
            Outcome::Told(_) | Outcome::Finished(_) | Outcome::Poked(..) | Outcome::Reacted(_) => {}
        }
        self.place_groups();
    }

    fn fail(&mut self, version: Version, why: &Why) {
        if let Some(chain) = self.chain_mut(version) {
            chain.fail(why);
        }
    }

    fn chain_failed(&mut self, version: Version, why: Why) {
        let again = matches!(why, Why::Timeout | Why::Unreachable | Why::Closed);
        if again && self.tried(Job::Chain(version)) < TRIES_MAX {
            return;
        }
        self.problem(format!("{version}: {why}"));
        self.fail(version, &why);
    }

    /// Counts one more failure of a job.
    pub(super) fn tried(&mut self, job: Job) -> u8 {
        let count = self.tries.entry(job).or_default();
        *count = count.saturating_add(1);
        *count
    }

    fn chain_chose(&mut self, version: Version, running: &Running, chosen: &Chosen) {
        self.tries.remove(&Job::Chain(version));
        let agreed = Version::from_id(chosen.hello.version);
        let also = running.ask.as_ref().is_some_and(|ask| ask.also_tls12);
        match agreed {
            Some(agreed) if agreed == version => {
                if also {
                    self.newest = Some(Known::Seen(()));
                }
                self.take_choice(version, running, chosen);
            }
            Some(Version::Tls12) if also => {
                // Both were offered, and 1.2 was taken. It is no answer for the chain of 1.2: the groups were those of 1.3.
                self.newest = Some(Known::Untested(Why::NotApplicable));
                if chosen.hello.sentinel() == Some(Version::Tls13) {
                    self.newest = Some(Known::Absent);
                } else if let Some(chain) = self.chain_mut(version) {
                    chain.absent();
                }
            }
            Some(agreed) if agreed < version => self.fell(version, running),
            _ => self.fail(version, &Why::Contradicts(format!("version {:04x}", chosen.hello.version))),
        }
    }

    /// The server answered with an older version: it has not this one, or no more suites for it.
    fn fell(&mut self, version: Version, running: &Running) {
        if let (Some(chain), Some(asked)) = (self.chain_mut(version), &running.ask) {
            if chain.is_offered() { chain.refused(asked) } else { chain.absent() }
        }
    }

    /// An answer to the groups of a version that were left.
    fn outcome_groups(&mut self, version: Version, running: &Running, outcome: Outcome) {
        let job = Job::Groups(version);
        let Some(asked) = &running.ask else { return };
        match outcome {
            Outcome::Chose(chosen) if chosen.hello.version == version.id() && chosen.failed.is_none() => {
                self.tries.remove(&job);
                if version < Version::Tls13 {
                    self.gathered.take(version, &chosen, asked.shape == Shape::Full);
                }
                let Some(chain) = self.chain_mut(version) else { return };
                if let Err(what) = chain.chose_group(asked, chosen.hello.suite, chosen.group()) {
                    self.problem(format!("{version}: {what}"));
                }
            }
            // By an older version, or by failing at what it chose.
            Outcome::Chose(_) | Outcome::Refused(Some(_)) => {
                self.chain_mut(version).into_iter().for_each(Chain::refused_groups);
            }
            Outcome::Refused(None) => {
                if self.is_no(job)
                    && let Some(chain) = self.chain_mut(version)
                {
                    chain.by_closing = true;
                    chain.refused_groups();
                }
            }
            Outcome::Failed(why) => {
                let again = matches!(why, Why::Timeout | Why::Unreachable | Why::Closed);
                if !again || self.tried(job) >= TRIES_MAX {
                    self.problem(format!("{version}, groups: {why}"));
                    self.chain_mut(version).into_iter().for_each(|chain| chain.fail_groups(&why));
                }
            }
            _ => self.chain_mut(version).into_iter().for_each(|chain| chain.fail_groups(&Why::Closed)),
        }
    }

    /// Whether a closed connection is a refusal: it is once it is seen twice.
    fn is_no(&mut self, job: Job) -> bool {
        if !self.closes && self.tried(job) >= TRIES_MAX {
            self.closes = true;
            self.tries.remove(&job);
        }
        self.closes
    }

    fn take_choice(&mut self, version: Version, running: &Running, chosen: &Chosen) {
        let full = running.ask.as_ref().is_some_and(|ask| ask.shape == Shape::Full);
        if version < Version::Tls13 {
            self.gathered.take(version, chosen, full);
        }
        self.take_alpn(version, running, chosen);
        let (curve, group) = (chosen.certificate_curve(), chosen.group());
        let Some(chain) = self.chain_mut(version) else { return };
        chain.pinned = chain.pinned.or(curve);
        let id = chosen.hello.suite;
        if let Some(alert) = chosen.failed {
            chain.strike(id);
            let name = suite(id).map_or("unknown", |suite| suite.name);
            self.problem(format!("{version}: {name} was chosen and then failed with alert {alert}"));
            return;
        }
        if let Some(asked) = &running.ask
            && let Err(what) = chain.chose(asked, id, group)
        {
            self.problem(format!("{version}: {what}"));
        }
    }

    /// Groups are struck off in the newest version before TLS 1.3 that is on; the others would only repeat it.
    fn place_groups(&mut self) {
        let newest = self
            .chains
            .iter()
            .filter(|chain| chain.version < Version::Tls13)
            .find(|chain| chain.is_offered());
        let off = |version: Version| {
            self.chains
                .iter()
                .filter(|chain| (version..Version::Tls13).contains(&chain.version))
                .all(|chain| chain.version == version || chain.offered == Known::Absent)
        };
        let Some(version) = newest.map(|chain| chain.version).filter(|version| off(*version)) else { return };
        if version > Version::SslV3
            && let Some(chain) = self.chain_mut(version)
        {
            chain.begin_groups();
        }
    }

    fn take_alpn(&mut self, version: Version, running: &Running, chosen: &Chosen) {
        let asked = running.ask.as_ref().is_some_and(|ask| !ask.alpn.is_empty());
        if version != Version::Tls12 || !asked {
            return;
        }
        self.alpn_asked = true;
        match chosen.hello.alpn() {
            Some(protocol) if self.alpn_left.contains(&protocol) => {
                self.alpn_left.retain(|left| *left != protocol);
                // Behind HTTP/1.1 comes nothing; asking on would meet servers that refuse what they do not know.
                if protocol != "h2" {
                    self.alpn_left.clear();
                }
                self.alpn.push(protocol);
            }
            _ => self.alpn_left.clear(),
        }
    }

    fn chain_refused(&mut self, version: Version, running: &Running, alert: Option<u8>) {
        let job = Job::Chain(version);
        match alert {
            None if !self.is_no(job) => return,
            // no_application_protocol
            Some(120) if running.ask.as_ref().is_some_and(|ask| !ask.alpn.is_empty()) => {
                self.alpn_asked = true;
                self.alpn_left.clear();
                return;
            }
            // unrecognized_name
            Some(112) if self.target.name.is_some() => {
                self.problem("the name is unknown to the server; asked without".to_owned());
                self.target.name = None;
                return;
            }
            _ => {}
        }
        if running.ask.as_ref().is_some_and(|ask| ask.also_tls12) {
            // Refused with two versions: asked once more with one, unless the alert speaks of versions alone.
            self.newest = Some(Known::Untested(Why::NotApplicable));
        }
        let untouched = self.chain(version).is_some_and(Chain::is_untouched);
        self.too_old |= untouched && version == Version::Tls11 && alert == Some(70);
        // What these alerts speak of is the form of the hello, not what it offers.
        if untouched && matches!(alert, Some(10 | 47 | 50 | 80 | 109 | 110)) {
            if version == Version::Tls13 {
                self.replace(version, Shape::Small);
                return;
            }
            // Before TLS 1.3 one form serves all: if another version bears it, this one is off.
            self.form_refused.push(version);
        }
        if let (Some(chain), Some(asked)) = (self.chain_mut(version), &running.ask) {
            chain.by_closing |= alert.is_none();
            chain.refused(asked);
        }
    }

    /// A server that closes for "no" closes as well when it has had enough: if it refuses what it had agreed to, what it
    /// seemed to refuse before is open.
    fn outcome_control(&mut self, outcome: Outcome) {
        let why = match outcome {
            Outcome::Chose(_) => return,
            Outcome::Failed(why) => why,
            _ => Why::Closed,
        };
        if self.tried(Job::Control) < TRIES_MAX {
            self.begun.retain(|job| *job != Job::Control);
            return;
        }
        self.problem(format!("closed at last even at what it had agreed to: {why}"));
        for chain in self.chains.iter_mut().filter(|chain| chain.by_closing) {
            chain.doubt(&why);
        }
        if self.v2 == Known::Absent {
            self.v2 = Known::Untested(why);
        }
    }

    fn replace(&mut self, version: Version, shape: Shape) {
        let fresh = Chain::new(version, shape);
        if let Some(chain) = self.chain_mut(version) {
            *chain = fresh;
        }
        self.place_groups();
    }

    fn outcome_reversed(&mut self, version: Version, outcome: Outcome) {
        let first = self.chain(version).map(|chain| (chain.first_choice(), chain.groups().len()));
        let (orders, group_orders) = match (outcome, first) {
            (Outcome::Chose(chosen), Some((Some((suite, group)), groups)))
                if chosen.hello.version == version.id() =>
            {
                let whose = |same: bool| Known::Seen(if same { Order::Server } else { Order::Client });
                let of_groups = match (chosen.group(), group) {
                    (Some(now), Some(before)) if groups > 1 => whose(now == before),
                    _ => Known::Untested(Why::NotApplicable),
                };
                (whose(chosen.hello.suite == suite), of_groups)
            }
            (Outcome::Failed(why), _) => (Known::Untested(why.clone()), Known::Untested(why)),
            _ => {
                let why = Why::Contradicts("refused what it had agreed to".to_owned());
                (Known::Untested(why.clone()), Known::Untested(why))
            }
        };
        if let Some(chain) = self.chain_mut(version) {
            chain.order = Some(chain.order_from_answers().unwrap_or(orders));
            chain.groups_order = Some(chain.groups_order_from_answers().unwrap_or(group_orders));
        }
    }

    fn outcome_fallback(&mut self, outcome: Outcome) {
        self.fallback = Some(match outcome {
            Outcome::Refused(Some(86)) => Known::Seen(()),
            // All but the signal was agreed to before; this server says no by closing.
            Outcome::Refused(None) if self.closes => Known::Seen(()),
            Outcome::Chose(_) => Known::Absent,
            Outcome::Refused(alert) => {
                Known::Untested(alert.map_or(Why::Closed, |alert| Why::RefusesAll(Some(alert))))
            }
            Outcome::Failed(why) => Known::Untested(why),
            _ => Known::Untested(Why::Contradicts("another answer than asked for".to_owned())),
        });
    }

    /// Nothing runs and nothing is left to ask: over, or from the start in another shape.
    pub(super) fn settle(&mut self) {
        let forms = std::mem::take(&mut self.form_refused);
        let before13 = self.chains.iter().any(|chain| chain.version < Version::Tls13 && chain.is_offered());
        if self.shape == Shape::Full && !before13 && !forms.is_empty() {
            self.shape = Shape::Small;
            forms.into_iter().for_each(|version| self.replace(version, Shape::Small));
            self.plan();
            return;
        }
        let proven = self.chains.iter().any(Chain::is_offered) || self.v2 == Known::Seen(());
        if proven {
            self.stop(&Why::Deadline);
            return;
        }
        let next = match self.shape {
            Shape::Full => Some(Shape::Small),
            Shape::Small => Some(Shape::Bare),
            Shape::Bare => None,
        };
        let all_refused = self.chains.iter().all(|chain| chain.offered == Known::Absent);
        if let Some(shape) = next.filter(|_| all_refused) {
            self.shape = shape;
            self.chains = chains(shape);
            self.plan();
            return;
        }
        self.nothing_proven();
        self.stop(&Why::Deadline);
    }

    /// Who refuses everything has told nothing: what looked off is untested.
    fn nothing_proven(&mut self) {
        let why = Why::RefusesAll(self.refusals.iter().flatten().next().copied());
        let chains = self.chains.iter_mut().map(|chain| &mut chain.offered);
        for offered in chains.chain([&mut self.v2]).filter(|offered| **offered == Known::Absent) {
            *offered = Known::Untested(why.clone());
        }
    }
}
