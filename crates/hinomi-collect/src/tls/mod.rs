//! TLS servers asked: bytes moved for many surveys at once, on one thread, with sockets that never block.
//!
//! Everything that is known about TLS is in [`hinomi_formats::tls`]; here are sockets and a clock. Only addresses that
//! [`crate::Scope`] admitted are reached.

mod line;
#[cfg(test)]
mod tests;

use crate::InScope;
use hinomi_formats::tls::starttls::Protocol;
use hinomi_formats::tls::survey::{Action, ConnectionId, End, Options, Survey, Surveyed, Target};
use line::{Line, Moved};
use mio::{Events, Poll, Token};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// A server to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsTarget {
    address: InScope<IpAddr>,
    port: u16,
    host: InScope<String>,
    starttls: Option<Protocol>,
}

impl TlsTarget {
    /// The server at an address, asked for by the name of its host.
    pub fn new(host: InScope<String>, address: InScope<IpAddr>, port: u16) -> Self {
        Self { address, port, host, starttls: None }
    }

    /// The same server, behind a dialog that leads to TLS.
    #[must_use]
    pub fn after(self, protocol: Protocol) -> Self {
        Self { starttls: Some(protocol), ..self }
    }

    fn survey_target(&self) -> Target {
        let target = Target::new(self.host());
        match self.starttls {
            Some(protocol) => target.after(protocol),
            None => target,
        }
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(*self.address.get(), self.port)
    }

    /// The dialog before TLS.
    pub fn starttls(&self) -> Option<Protocol> {
        self.starttls
    }

    /// The host as named.
    pub fn host(&self) -> &str {
        self.host.get()
    }
}

/// How to ask many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSweep {
    /// How to ask each.
    pub each: Options,
    /// Targets under way at once.
    pub targets_at_once_max: usize,
    /// Sockets open at once, over all targets.
    pub sockets_max: usize,
}

impl TlsSweep {
    /// 64 targets and 512 sockets at once: below the usual limit of 1,024 open files.
    pub fn usual() -> Self {
        Self { each: Options::usual(), targets_at_once_max: 64, sockets_max: 512 }
    }

    /// The same, and gently to each.
    pub fn polite() -> Self {
        Self { each: Options::polite(), ..Self::usual() }
    }
}

/// Asks every target, and hands each result to `done` as it comes, with the index of its target. `seed` makes the
/// randoms of the hellos.
///
/// # Errors
/// Only when the system gives no event queue. What goes wrong with a target is in its result.
pub fn survey_tls(
    targets: &[TlsTarget],
    sweep: &TlsSweep,
    seed: [u8; 32],
    mut done: impl FnMut(usize, Surveyed),
) -> io::Result<()> {
    let mut at_work = AtWork::new(targets, sweep, seed)?;
    let mut events = Events::with_capacity(1024);
    while at_work.goes_on() {
        at_work.begin();
        at_work.act(&mut done);
        let wait = at_work.wait();
        match at_work.poll.poll(&mut events, wait) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => other?,
        }
        let ready: Vec<Token> = events.iter().map(mio::event::Event::token).collect();
        for token in ready {
            at_work.moved(token);
        }
        at_work.tick();
        at_work.act(&mut done);
    }
    Ok(())
}

/// One target under way.
struct Under {
    survey: Survey,
    lines: BTreeMap<ConnectionId, Token>,
    begun: Instant,
}

struct AtWork<'a> {
    targets: &'a [TlsTarget],
    sweep: &'a TlsSweep,
    seed: [u8; 32],
    poll: Poll,
    next: usize,
    under: BTreeMap<usize, Under>,
    lines: BTreeMap<Token, (usize, ConnectionId, Line)>,
    /// Connections that wait for a socket.
    waiting: VecDeque<(usize, ConnectionId)>,
    tokens: usize,
    buffer: Vec<u8>,
}

impl<'a> AtWork<'a> {
    fn new(targets: &'a [TlsTarget], sweep: &'a TlsSweep, seed: [u8; 32]) -> io::Result<Self> {
        Ok(Self {
            targets,
            sweep,
            seed,
            poll: Poll::new()?,
            next: 0,
            under: BTreeMap::new(),
            lines: BTreeMap::new(),
            waiting: VecDeque::new(),
            tokens: 0,
            buffer: vec![0; 32 << 10],
        })
    }

    fn goes_on(&self) -> bool {
        !self.under.is_empty() || self.next < self.targets.len()
    }

    /// Takes up targets while there is room.
    fn begin(&mut self) {
        while self.under.len() < self.sweep.targets_at_once_max.max(1)
            && let Some(target) = self.targets.get(self.next)
        {
            let mut seed = self.seed;
            for (byte, index) in seed.iter_mut().zip(self.next.to_le_bytes()) {
                *byte ^= index;
            }
            let mut survey = Survey::new(target.survey_target(), self.sweep.each.clone(), seed);
            survey.tick(Duration::ZERO);
            self.under.insert(self.next, Under { survey, lines: BTreeMap::new(), begun: Instant::now() });
            self.next += 1;
        }
    }

    /// Does what the surveys ask, until none asks for anything.
    fn act(&mut self, done: &mut impl FnMut(usize, Surveyed)) {
        let indexes: Vec<usize> = self.under.keys().copied().collect();
        for index in indexes {
            while let Some(action) = self.under.get_mut(&index).and_then(|under| under.survey.next_action()) {
                self.act_one(index, action);
            }
            if self.under.get(&index).is_some_and(|under| under.survey.is_done())
                && let Some(under) = self.under.remove(&index)
            {
                under.lines.values().for_each(|token| drop(self.lines.remove(token)));
                self.waiting.retain(|(of, _)| *of != index);
                done(index, under.survey.report());
            }
        }
        self.open_waiting();
    }

    fn act_one(&mut self, index: usize, action: Action) {
        match action {
            Action::Connect(id) => self.waiting.push_back((index, id)),
            Action::Send(id, bytes) => {
                let Some(token) = self.token(index, id) else { return };
                if let Some((_, _, line)) = self.lines.get_mut(&token) {
                    line.send(&bytes);
                }
            }
            Action::Close(id) => {
                self.waiting.retain(|waiting| *waiting != (index, id));
                if let Some(token) = self.under.get_mut(&index).and_then(|under| under.lines.remove(&id)) {
                    self.lines.remove(&token);
                }
            }
        }
    }

    fn token(&self, index: usize, id: ConnectionId) -> Option<Token> {
        self.under.get(&index)?.lines.get(&id).copied()
    }

    fn open_waiting(&mut self) {
        while self.lines.len() < self.sweep.sockets_max.max(1)
            && let Some((index, id)) = self.waiting.pop_front()
        {
            let (Some(target), Some(under)) = (self.targets.get(index), self.under.get_mut(&index)) else {
                continue;
            };
            let token = Token(self.tokens);
            self.tokens += 1;
            match Line::open(self.poll.registry(), token, target.address()) {
                Ok(line) => {
                    under.lines.insert(id, token);
                    self.lines.insert(token, (index, id, line));
                }
                Err(_) => under.survey.ended(id, End::Refused, under.begun.elapsed()),
            }
        }
    }

    /// A socket has something to say.
    fn moved(&mut self, token: Token) {
        let Some((_, _, line)) = self.lines.get_mut(&token) else { return };
        let moved = line.moved(&mut self.buffer);
        self.tell(token, moved);
    }

    fn tell(&mut self, token: Token, moved: Vec<Moved>) {
        let Some((index, id)) = self.lines.get(&token).map(|(index, id, _)| (*index, *id)) else { return };
        let Some(under) = self.under.get_mut(&index) else { return };
        let now = under.begun.elapsed();
        for moved in moved {
            match moved {
                Moved::Opened => under.survey.opened(id, now),
                Moved::Heard(bytes) => under.survey.heard(id, &bytes, now),
                Moved::Ended(end) => {
                    under.survey.ended(id, end, now);
                    under.lines.remove(&id);
                    self.lines.remove(&token);
                    return;
                }
            }
        }
    }

    fn tick(&mut self) {
        for under in self.under.values_mut() {
            let now = under.begun.elapsed();
            if under.survey.wake().is_some_and(|wake| wake <= now) {
                under.survey.tick(now);
            }
        }
    }

    /// How long nothing can happen but on a socket.
    fn wait(&self) -> Option<Duration> {
        let until =
            |under: &Under| under.survey.wake().map(|wake| wake.saturating_sub(under.begun.elapsed()));
        // a millisecond more, so that the time is really over on waking
        self.under.values().filter_map(until).min().map(|wait| wait + Duration::from_millis(1))
    }
}
