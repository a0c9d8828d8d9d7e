//! One connection of a survey: opened for a job or ahead of need, then asked, then heard.

use super::End;
use super::ask::Ask;
use super::surveyed::Why;
use super::talk::{Outcome, Talk};
use crate::tls::names::Version;
use std::time::Duration;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Job {
    /// The next question of a chain.
    Chain(Version),
    /// The one question of SSLv2.
    V2,
    /// All that a version has, in reverse: does the answer change?
    Reversed(Version),
    /// An older version with the signal that a newer one failed (RFC 7507).
    Fallback,
}

/// A question on its way.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) job: Job,
    pub(super) ask: Option<Ask>,
    bytes: Vec<u8>,
    talk: Talk,
}

impl Running {
    pub(super) fn new(job: Job, ask: Option<Ask>, bytes: Vec<u8>) -> Self {
        Self { job, ask, bytes, talk: Talk::new(job == Job::V2) }
    }
}

/// What came of bytes or of an end.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing yet.
    More,
    /// The question is answered.
    Done(Box<Running>, Outcome),
    /// A connection without a question is of no use any more.
    Useless,
}

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    is_open: bool,
    pub(super) since: Duration,
    running: Option<Box<Running>>,
}

impl Connection {
    pub(super) fn new(since: Duration) -> Self {
        Self { is_open: false, since, running: None }
    }

    pub(super) fn is_free(&self) -> bool {
        self.running.is_none()
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(super) fn runs(&self, job: Job) -> bool {
        self.running.as_ref().is_some_and(|running| running.job == job)
    }

    /// Gives it a question; bytes come back when they can be sent now.
    pub(super) fn assign(&mut self, running: Running) -> Option<Vec<u8>> {
        let bytes = self.is_open.then(|| running.bytes.clone());
        self.running = Some(Box::new(running));
        bytes
    }

    /// It is open: the bytes to send first.
    pub(super) fn open(&mut self) -> Option<Vec<u8>> {
        self.is_open = true;
        self.running.as_ref().map(|running| running.bytes.clone())
    }

    pub(super) fn heard(&mut self, bytes: &[u8]) -> Step {
        let Some(running) = &mut self.running else { return Step::Useless };
        match running.talk.heard(bytes) {
            None => Step::More,
            Some(outcome) => {
                self.running.take().map_or(Step::Useless, |running| Step::Done(running, outcome))
            }
        }
    }

    /// It ended by itself.
    pub(super) fn end(self, end: End) -> Step {
        let is_open = self.is_open;
        let Some(mut running) = self.running else { return Step::Useless };
        let outcome = match end {
            End::Timeout | End::Closed | End::Reset if !is_open => Outcome::Failed(Why::Unreachable),
            end => std::mem::replace(&mut running.talk, Talk::new(false)).ended(end),
        };
        Step::Done(running, outcome)
    }
}
