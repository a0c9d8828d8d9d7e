//! Questions beyond the enumeration: handshakes carried to their end, and probes. Each needs what the chains found.

use super::connection::{Connection, Job, Kind, Running, Speech};
use super::surveyed::{Known, Why};
use super::talk::Outcome;
use super::{Chain, Survey};
use crate::tls::handshake::{Ask12, Ask13, Finished12, Tls12, Tls13, Told13, gcm_suite, public_one};
use crate::tls::names::{Auth, Exchange, GroupKind, SIGNATURES, Version, group, suite};
use crate::tls::probe::{FORMS, Fault, Poke, Poked, Reaction, Robot, differ, seals};
use crate::tls::wire::{Extension, Hello};
use std::collections::BTreeMap;

/// What the deeper questions came to.
#[derive(Debug, Clone)]
pub(super) struct Depth {
    pub(super) certificates13: Known<()>,
    /// The leaf that came first.
    leaf: Option<Vec<u8>>,
    pub(super) tickets13: Known<()>,
    pub(super) early_data: Known<u32>,
    pub(super) renegotiation: Known<()>,
    ticket: Option<Vec<u8>>,
    pub(super) ticketbleed: Known<()>,
    pub(super) heartbleed: Known<String>,
    pub(super) ccs: Known<String>,
    /// Reactions to the forms of ROBOT, by form; the second round behind the first.
    robot: BTreeMap<u8, Reaction>,
}

impl Depth {
    /// Nothing is known, because of this.
    pub(super) fn new(open: &Why) -> Self {
        Self {
            certificates13: Known::Untested(open.clone()),
            leaf: None,
            tickets13: Known::Untested(open.clone()),
            early_data: Known::Untested(open.clone()),
            renegotiation: Known::Untested(open.clone()),
            ticket: None,
            ticketbleed: Known::Untested(open.clone()),
            heartbleed: Known::Untested(open.clone()),
            ccs: Known::Untested(open.clone()),
            robot: BTreeMap::new(),
        }
    }
}

/// Without keys there is nothing to decrypt, and nothing to show.
fn has_keys(id: u16) -> bool {
    suite(id).is_some_and(|suite| suite.bits > 0)
}

/// How often a probe is sent whose answer proved nothing.
const POKES_MAX: u8 = 3;

impl Survey {
    /// Jobs that can be done now.
    pub(super) fn deep_jobs(&self) -> Vec<Job> {
        let mut jobs = Vec::new();
        if !self.options.deep {
            return jobs;
        }
        // As soon as there is a suite and a group to ask with; chains go first all the same.
        if self.suites13().is_some_and(|(suites, _)| !suites.is_empty()) {
            jobs.push(Job::Read13(Kind::Any));
            jobs.extend(self.other_kind().map(Job::Read13));
        }
        if self.suites12().is_some_and(|(suites, _)| !suites.is_empty()) {
            jobs.push(Job::Full12);
        }
        if self.depth.ticket.is_some() {
            jobs.push(Job::Ticketbleed);
        }
        if let Some(version) = self.old_version() {
            // With the right suite more can be proven: it may be yet to come.
            let chain = self.chain(version);
            if chain.is_some_and(|chain| !chain.asks_suites() || chain.suites().any(seals)) {
                jobs.push(Job::Poke(Fault::Ccs));
            }
            if self.gathered.heartbeat.known() == Known::Seen(()) {
                jobs.push(Job::Poke(Fault::Heartbleed));
            }
        }
        if self.robot_suite().is_some() {
            let again = self.reactions(0).is_some_and(|reactions| differ(&reactions));
            let rounds = if again { 2 } else { 1 };
            jobs.extend((0..FORMS.saturating_mul(rounds)).map(Job::Robot));
        }
        jobs
    }

    /// A version and suite whose key exchange is RSA's own, with a key of full length.
    fn robot_suite(&self) -> Option<(Version, u16)> {
        let fits = |id: &u16| {
            suite(*id).is_some_and(|suite| {
                suite.exchange == Exchange::Rsa && suite.auth == Auth::Rsa && !suite.export && suite.bits > 0
            })
        };
        let mut old = self.chains.iter().filter(|chain| chain.version < Version::Tls13);
        old.find_map(|chain| chain.suites().find(fits).map(|id| (chain.version, id)))
    }

    /// The reactions of one round, once all are in.
    fn reactions(&self, round: u8) -> Option<Vec<String>> {
        let first = round.saturating_mul(FORMS);
        (first..first.saturating_add(FORMS))
            .map(|form| self.depth.robot.get(&form).cloned().flatten())
            .collect()
    }

    /// ROBOT: different answers, twice the same way.
    pub(super) fn robot(&self) -> Known<String> {
        match (self.reactions(0), self.reactions(1)) {
            (None, _) if self.robot_suite().is_none() => Known::Untested(Why::NotApplicable),
            (None, _) => Known::Untested(if self.options.deep { Why::Closed } else { Why::NotAsked }),
            (Some(first), _) if !differ(&first) => Known::Absent,
            (Some(first), Some(second)) if first == second => Known::Seen(first.join("; ")),
            (Some(first), again) => {
                let again = again.unwrap_or_default();
                let answers =
                    format!("answers that differ by chance: {}, then {}", first.join("; "), again.join("; "));
                Known::Untested(Why::Contradicts(answers))
            }
        }
    }

    /// A version before TLS 1.3 that is on, with a suite that has keys.
    fn old_version(&self) -> Option<Version> {
        let mut old = self.chains.iter().filter(|chain| chain.version < Version::Tls13);
        old.find(|chain| chain.suites().any(has_keys)).map(|chain| chain.version)
    }

    /// Suites of TLS 1.3 whose records we open, and a group that is agreed without arithmetic.
    fn suites13(&self) -> Option<(Vec<u16>, u16)> {
        let chain = self.chain(Version::Tls13)?;
        // A KEM costs both sides more; it will do where there is nothing else.
        let costs =
            |id: u16| group(id).is_none_or(|group| matches!(group.kind, GroupKind::Hybrid | GroupKind::Kem));
        let able = chain.groups().iter().copied().filter(|group| public_one(*group).is_some());
        let group = able.min_by_key(|group| costs(*group))?;
        Some((chain.suites().filter(|id| gcm_suite(*id).is_some()).collect(), group))
    }

    /// The same of TLS 1.2; there are suites without a group.
    fn suites12(&self) -> Option<(Vec<u16>, Vec<u16>)> {
        let chain = self.chain(Version::Tls12)?;
        // Those not yet heard of as well: a certificate may stand on one of them.
        let usual = [0x1D, 0x17, 0x18, 0x19, 0x1E];
        let groups: Vec<u16> = if chain.groups().is_empty() { Vec::new() } else { usual.to_vec() };
        let fits = |id: &u16| {
            gcm_suite(*id).is_some()
                && suite(*id).is_some_and(|suite| match suite.exchange {
                    Exchange::Ecdhe => !groups.is_empty(),
                    exchange => exchange == Exchange::Dhe && suite.auth != Auth::Anon,
                })
        };
        let suites = chain.suites().filter(fits).collect();
        Some((suites, groups))
    }

    /// The kind of certificate that TLS 1.3 has not shown and no older version would have.
    fn other_kind(&self) -> Option<Kind> {
        let decided = self.chain(Version::Tls12).is_some_and(|chain| chain.is_done() && !chain.is_offered());
        let leaf = self.depth.leaf.as_ref().filter(|_| decided)?;
        // rsaEncryption among the first bytes is the key's, or the issuer's: asked wrongly, the answer is the same leaf
        const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
        Some(if memchr::memmem::find(leaf, RSA).is_some() { Kind::Curve } else { Kind::Rsa })
    }

    /// The question of such a job.
    pub(super) fn deep_running(&mut self, job: Job, random: [u8; 32]) -> Option<Running> {
        match job {
            Job::Read13(kind) => self.read13(job, kind, random),
            Job::Full12 => self.full12(job, random),
            Job::Ticketbleed => self.ticketbleed_running(job, random),
            Job::Poke(fault) => {
                let mut ask = self.known_ask(self.old_version()?)?;
                ask.suites.retain(|id| has_keys(*id));
                // With these, a record can be made that only a server at fault reads.
                if fault == Fault::Ccs && ask.suites.iter().any(|id| seals(*id)) {
                    ask.suites.retain(|id| seals(*id));
                }
                let mut hello = ask.hello(random);
                // Without tickets, a server that keeps sessions says so by an id.
                hello.extensions.retain(|extension| !matches!(extension, Extension::SessionTicket(_)));
                let bytes = hello.bytes();
                Some(Running::with(job, Some(ask), bytes, Speech::Poke(Poke::new(fault, random))))
            }
            Job::Robot(form) => {
                let (version, id) = self.robot_suite()?;
                let mut ask = self.known_ask(version)?;
                ask.suites = vec![id];
                let speech = Speech::Robot(Robot::new(form.checked_rem(FORMS)?, version.id()));
                let bytes = ask.hello(random).bytes();
                Some(Running::with(job, Some(ask), bytes, speech))
            }
            _ => None,
        }
    }

    fn read13(&self, job: Job, kind: Kind, random: [u8; 32]) -> Option<Running> {
        let (suites, group) = self.suites13()?;
        let is_rsa = |name: &str| name.starts_with("rsa");
        let signatures = SIGNATURES.iter().filter(|(_, name)| match kind {
            Kind::Any => true,
            Kind::Rsa => is_rsa(name),
            Kind::Curve => !is_rsa(name),
        });
        let ask = Ask13 {
            suites,
            group,
            signatures: signatures.map(|(id, _)| *id).collect(),
            alpn: vec!["h2".to_owned(), "http/1.1".to_owned()],
            name: self.target.name.clone(),
        };
        // What is not HTTP may refuse protocols it does not know.
        let ask = if self.target.starttls.is_some() { Ask13 { alpn: Vec::new(), ..ask } } else { ask };
        let (handshake, bytes) = Tls13::new(&ask, random)?;
        Some(Running::with(job, None, bytes, Speech::Tls13(Box::new(handshake))))
    }

    fn full12(&self, job: Job, random: [u8; 32]) -> Option<Running> {
        let (suites, groups) = self.suites12()?;
        let ask = Ask12 {
            suites,
            groups: if groups.is_empty() { vec![0x17] } else { groups },
            signatures: SIGNATURES.iter().map(|(id, _)| *id).collect(),
            name: self.target.name.clone(),
            renegotiate: true,
        };
        let (handshake, bytes) = Tls12::new(ask, random);
        Some(Running::with(job, None, bytes, Speech::Tls12(Box::new(handshake))))
    }

    /// A server at fault (CVE-2016-9244) answers any session id with 32 bytes: of 31 it would fill up one, which is not
    /// looked at. Only the length counts.
    fn ticketbleed_running(&self, job: Job, random: [u8; 32]) -> Option<Running> {
        let mut ask = self.known_ask(Version::Tls12)?;
        ask.suites = self.suites12()?.0;
        let mut hello: Hello = ask.hello(random);
        let ticket = self.depth.ticket.clone()?;
        // What was not agreed on when the ticket was made would keep the server from taking it (RFC 7627 section 5.3).
        hello.extensions.retain(|extension| {
            use Extension::{EncryptThenMac, ExtendedMasterSecret, SessionTicket};
            !matches!(extension, SessionTicket(_) | ExtendedMasterSecret | EncryptThenMac)
        });
        hello.extensions.push(Extension::SessionTicket(ticket));
        hello.session_id = random.iter().take(31).copied().collect();
        Some(Running::new(job, None, hello.bytes()))
    }

    /// What a deeper question came to.
    pub(super) fn outcome_depth(&mut self, running: &Running, outcome: Outcome) {
        match (running.job, outcome) {
            (Job::Read13(kind), Outcome::Told(told)) => self.take_told(kind, *told),
            (Job::Full12, Outcome::Finished(finished)) => self.take_finished(*finished),
            (Job::Poke(fault), Outcome::Poked(poked, session_id)) => {
                session_id.into_iter().for_each(|has| self.gathered.session_ids.add(has));
                self.take_poked(fault, poked);
            }
            (Job::Ticketbleed, Outcome::Chose(chosen)) => {
                let is_longer = chosen.hello.session_id.len() == 32 && chosen.failed.is_none();
                // A server that starts anew makes an id of its own, of 32 bytes as well: then a certificate comes.
                let is_new = !chosen.certificates.is_empty();
                self.depth.ticketbleed = if is_longer && !is_new { Known::Seen(()) } else { Known::Absent };
            }
            (Job::Ticketbleed, Outcome::Refused(_)) => self.depth.ticketbleed = Known::Absent,
            (Job::Robot(form), Outcome::Reacted(reaction)) => drop(self.depth.robot.insert(form, reaction)),
            (job, Outcome::Failed(why)) => self.depth_failed(job, why),
            (job, _) => self.depth_failed(job, Why::Contradicts("another answer than asked for".to_owned())),
        }
    }

    fn depth_failed(&mut self, job: Job, why: Why) {
        let depth = &mut self.depth;
        match job {
            Job::Read13(Kind::Any) => {
                depth.certificates13 = Known::Untested(why.clone());
                depth.early_data = Known::Untested(why.clone());
                depth.tickets13 = Known::Untested(why);
            }
            Job::Full12 => depth.renegotiation = Known::Untested(why),
            Job::Ticketbleed => depth.ticketbleed = Known::Untested(why),
            Job::Poke(Fault::Heartbleed) => depth.heartbleed = Known::Untested(why),
            Job::Poke(Fault::Ccs) => depth.ccs = Known::Untested(why),
            _ => {}
        }
    }

    fn take_told(&mut self, kind: Kind, told: Told13) {
        if !told.is_finished {
            let why = told.alert.map_or(Why::Closed, |alert| Why::RefusesAll(Some(alert)));
            return self.depth_failed(Job::Read13(kind), why);
        }
        let auth = match told.signature {
            Some(0x0804..=0x0806 | 0x0809..=0x080B) => "rsa",
            Some(0x0403 | 0x0503 | 0x0603 | 0x081A..=0x081C) => "ecdsa",
            _ => "any",
        };
        self.gathered.take_chain(Version::Tls13, &told.certificates, auth);
        self.gathered.take_beside(told.staple.as_deref(), told.timestamps.as_deref());
        self.gathered.client_certificate.add(told.asks_certificate);
        if kind != Kind::Any {
            return;
        }
        self.depth.leaf = told.certificates.first().cloned();
        self.depth.certificates13 = Known::Seen(());
        let early = told.tickets.iter().copied().max();
        self.depth.tickets13 = if early.is_some() { Known::Seen(()) } else { Known::Absent };
        self.depth.early_data = early.filter(|bytes| *bytes > 0).map_or(Known::Absent, Known::Seen);
        let http = self.target.starttls.is_none();
        if http {
            self.alpn_asked = true;
        }
        self.alpn.extend(told.alpn.filter(|protocol| !self.alpn.contains(protocol)));
    }

    fn take_finished(&mut self, finished: Finished12) {
        if !finished.is_finished {
            let why = finished.alert.map_or(Why::Closed, |alert| Why::RefusesAll(Some(alert)));
            return self.depth_failed(Job::Full12, why);
        }
        self.depth.ticket = finished.ticket.filter(|ticket| !ticket.is_empty());
        if self.depth.ticket.is_none() {
            self.depth.ticketbleed = Known::Absent;
        }
        self.depth.renegotiation = match finished.renegotiated {
            Some(true) => Known::Seen(()),
            Some(false) => Known::Absent,
            None => Known::Untested(Why::Timeout),
        };
    }

    fn take_poked(&mut self, fault: Fault, poked: Poked) {
        let known = match poked {
            Poked::Vulnerable(proof) => Known::Seen(proof),
            Poked::NotVulnerable => Known::Absent,
            Poked::Unclear(what) => Known::Untested(Why::Contradicts(what)),
            Poked::NotReached => Known::Untested(Why::Closed),
        };
        // A busy server may have been led on before it answered: it is asked once more, on a connection of its own.
        let job = Job::Poke(fault);
        if matches!(known, Known::Untested(_)) && self.tried(job) < POKES_MAX {
            self.begun.retain(|begun| *begun != job);
            return;
        }
        match fault {
            Fault::Heartbleed => self.depth.heartbleed = known,
            Fault::Ccs => self.depth.ccs = known,
        }
    }

    /// Whether no version before TLS 1.3 is on: nothing that needs one can be there.
    fn old_are_off(&self) -> bool {
        self.chains.iter().filter(|chain| chain.version < Version::Tls13).all(Chain::is_off)
    }

    /// What cannot be there is absent; what was never come to is open for the reason that its versions are.
    pub(super) fn of_old<T: Clone>(&self, known: &Known<T>) -> Known<T> {
        if known.why() != Some(&Why::NotApplicable) {
            return known.clone();
        }
        if self.old_are_off() {
            return Known::Absent;
        }
        let old = self.chains.iter().filter(|chain| chain.version < Version::Tls13);
        let open = old.filter(|chain| !chain.is_off()).find_map(|chain| chain.offered.why());
        open.map_or_else(|| known.clone(), |why| Known::Untested(why.clone()))
    }

    /// The same of TLS 1.3.
    pub(super) fn of_new<T: Clone>(&self, known: &Known<T>) -> Known<T> {
        let offered = self.chain(Version::Tls13).map(|chain| &chain.offered);
        match (known.why(), offered) {
            (Some(Why::NotApplicable), Some(Known::Absent)) => Known::Absent,
            (Some(Why::NotApplicable), Some(Known::Untested(why))) => Known::Untested(why.clone()),
            _ => known.clone(),
        }
    }

    /// Heartbleed: who has no heartbeats cannot have it.
    pub(super) fn heartbleed(&self) -> Known<String> {
        let no_beats = self.gathered.heartbeat.known() == Known::Absent;
        if no_beats { Known::Absent } else { self.of_old(&self.depth.heartbleed) }
    }

    /// Ticketbleed: who gives no tickets cannot have it.
    pub(super) fn ticketbleed(&self) -> Known<()> {
        let no_tickets = self.gathered.session_tickets.known() == Known::Absent;
        if no_tickets { Known::Absent } else { self.of_old(&self.depth.ticketbleed) }
    }

    /// Questions that the end comes before are open for its reason.
    pub(super) fn depth_stopped(&mut self, why: &Why) {
        let running = self.connections.values().filter_map(Connection::job);
        let jobs: Vec<Job> =
            running.chain(self.deep_jobs().into_iter().filter(|job| !self.begun.contains(job))).collect();
        jobs.into_iter().for_each(|job| self.depth_failed(job, why.clone()));
    }
}
