//! A network without a network: events in virtual time between a survey and a server made up.

use crate::tls::survey::{Action, ConnectionId, End, Options, Survey, Surveyed, Target};
use std::collections::BTreeMap;
use std::time::Duration;

/// A server as the network sees it.
pub(super) trait Server {
    /// What comes back for all that one connection sent so far.
    fn answer(&mut self, connection: u32, sent: &[u8]) -> (Vec<u8>, Option<End>);
    /// What a connection hears before it says anything.
    fn greet(&mut self, _connection: u32) -> (Vec<u8>, Option<End>) {
        (Vec::new(), None)
    }
}

impl Server for super::model::Model {
    fn answer(&mut self, _: u32, sent: &[u8]) -> (Vec<u8>, Option<End>) {
        Self::answer(self, sent)
    }
}

enum Event {
    Opened,
    Heard(Vec<u8>),
    Ended(End),
}

/// What a run came to.
pub(super) struct Run {
    pub(super) seen: Surveyed,
    pub(super) took: Duration,
    pub(super) at_once: usize,
}

pub(super) fn run(server: &mut impl Server, options: Options, trip: Duration) -> Run {
    run_to(server, Target::new("lab.example"), options, trip)
}

pub(super) fn run_to(server: &mut impl Server, target: Target, options: Options, trip: Duration) -> Run {
    let mut survey = Survey::new(target, options, [1; 32]);
    let (mut now, mut order, mut at_once) = (Duration::ZERO, 0_u64, 0);
    let mut events: BTreeMap<(Duration, u64), (ConnectionId, Event)> = BTreeMap::new();
    let mut open: BTreeMap<ConnectionId, Vec<u8>> = BTreeMap::new();
    survey.tick(now);
    for _ in 0..200_000 {
        while let Some(action) = survey.next_action() {
            let mut later = |id, event| {
                order += 1;
                events.insert((now + trip, order), (id, event));
            };
            match action {
                Action::Connect(id) => {
                    assert!(open.insert(id, Vec::new()).is_none(), "a connection is new");
                    later(id, Event::Opened);
                    let (bytes, end) = server.greet(id.0);
                    if !bytes.is_empty() {
                        later(id, Event::Heard(bytes));
                    }
                    end.into_iter().for_each(|end| later(id, Event::Ended(end)));
                }
                Action::Send(id, bytes) => {
                    let sent = open.get_mut(&id).expect("only what is open sends");
                    sent.extend(bytes);
                    let (bytes, end) = server.answer(id.0, sent);
                    if !bytes.is_empty() {
                        later(id, Event::Heard(bytes));
                    }
                    end.into_iter().for_each(|end| later(id, Event::Ended(end)));
                }
                Action::Close(id) => {
                    assert!(open.remove(&id).is_some(), "closes what is open");
                }
            }
            at_once = at_once.max(open.len());
        }
        if survey.is_done() {
            assert!(open.is_empty(), "nothing stays open");
            return Run { seen: survey.report(), took: now, at_once };
        }
        let wake = survey.wake().expect("a survey not done knows when to wake");
        match events.first_key_value().map(|(at, _)| *at).filter(|(at, _)| *at <= wake) {
            Some(at) => {
                let (id, event) = events.remove(&at).unwrap();
                now = at.0;
                if open.contains_key(&id) {
                    match event {
                        Event::Opened => survey.opened(id, now),
                        Event::Heard(bytes) => survey.heard(id, &bytes, now),
                        Event::Ended(end) => {
                            open.remove(&id);
                            survey.ended(id, end, now);
                        }
                    }
                }
            }
            None => {
                now = wake.max(now);
                survey.tick(now);
            }
        }
    }
    panic!("the survey does not end");
}
