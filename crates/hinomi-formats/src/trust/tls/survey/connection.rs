//! One connection of a survey: opened for a job or ahead of need, then asked, then heard.

use super::End;
use super::ask::Ask;
use super::surveyed::Why;
use super::talk::{Outcome, Talk};
use crate::tls::handshake::{Tls12, Tls13, Turn};
use crate::tls::names::Version;
use crate::tls::probe::{Fault, Poke, Robot};
use crate::tls::starttls::{Dialog, Said};
use std::time::Duration;

/// Which certificate is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Any,
    Rsa,
    Curve,
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Job {
    /// The next question of a chain.
    Chain(Version),
    /// The next question for groups alone.
    Groups(Version),
    /// The one question of SSLv2.
    V2,
    /// All that a version has, in reverse: does the answer change?
    Reversed(Version),
    /// An older version with the signal that a newer one failed (RFC 7507).
    Fallback,
    /// What was agreed before, once more: does a server that closes for "no" still say yes?
    Control,
    /// TLS 1.3 to its end, for the certificates of one kind.
    Read13(Kind),
    /// TLS 1.2 to its end, for a ticket and for a second handshake.
    Full12,
    /// A ticket with a session id one byte short of the longest.
    Ticketbleed,
    /// A probe.
    Poke(Fault),
    /// One form of ROBOT; a second round follows the first when its answers differ.
    Robot(u8),
}

/// A question on its way.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) job: Job,
    pub(super) ask: Option<Ask>,
    bytes: Vec<u8>,
    speech: Speech,
}

/// How the answer is listened to.
#[derive(Debug)]
pub(super) enum Speech {
    Hello(Talk),
    Tls13(Box<Tls13>),
    Tls12(Box<Tls12>),
    Poke(Poke),
    Robot(Robot),
}

impl Speech {
    fn heard(&mut self, bytes: &[u8]) -> Turn<Outcome> {
        match self {
            Self::Hello(talk) => talk.heard(bytes).map_or(Turn::Go(Vec::new()), Turn::Done),
            Self::Tls13(handshake) => match handshake.heard(bytes) {
                Turn::Go(bytes) => Turn::Go(bytes),
                Turn::Done(told) => Turn::Done(Outcome::Told(Box::new(told))),
            },
            Self::Tls12(handshake) => match handshake.heard(bytes) {
                Turn::Go(bytes) => Turn::Go(bytes),
                Turn::Done(finished) => Turn::Done(Outcome::Finished(Box::new(finished))),
            },
            Self::Poke(poke) => match poke.heard(bytes) {
                Ok(bytes) => Turn::Go(bytes),
                Err(poked) => Turn::Done(Outcome::Poked(poked, poke.session_id())),
            },
            Self::Robot(robot) => match robot.heard(bytes) {
                Ok(bytes) => Turn::Go(bytes),
                Err(reaction) => Turn::Done(Outcome::Reacted(reaction)),
            },
        }
    }

    fn ended(self, end: End) -> Outcome {
        match self {
            Self::Hello(talk) => talk.ended(end),
            Self::Tls13(handshake) => Outcome::Told(Box::new(handshake.ended())),
            Self::Tls12(handshake) => Outcome::Finished(Box::new(handshake.ended(end == End::Timeout))),
            Self::Poke(poke) => Outcome::Poked(poke.ended(end == End::Timeout), poke.session_id()),
            Self::Robot(robot) => Outcome::Reacted(robot.ended(match end {
                End::Timeout => "silence",
                End::Reset => "reset",
                End::Closed | End::Refused => "closed",
            })),
        }
    }
}

impl Running {
    pub(super) fn new(job: Job, ask: Option<Ask>, bytes: Vec<u8>) -> Self {
        Self::with(job, ask, bytes, Speech::Hello(Talk::new(job == Job::V2)))
    }

    pub(super) fn with(job: Job, ask: Option<Ask>, bytes: Vec<u8>, speech: Speech) -> Self {
        Self { job, ask, bytes, speech }
    }
}

/// What came of bytes or of an end.
#[derive(Debug)]
pub(super) enum Step {
    /// Nothing yet.
    More,
    /// To be sent.
    Send(Vec<u8>),
    /// The question is answered.
    Done(Box<Running>, Outcome),
    /// A connection without a question is of no use any more.
    Useless,
}

/// What counts as silence of a server that had better object.
const SILENCE: Duration = Duration::from_millis(300);

/// How far a connection is.
#[derive(Debug)]
enum Stage {
    Opening,
    Talking,
    Ready,
}

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    stage: Stage,
    dialog: Option<Dialog>,
    pub(super) since: Duration,
    running: Option<Box<Running>>,
}

impl Connection {
    pub(super) fn new(since: Duration, dialog: Option<Dialog>) -> Self {
        Self { stage: Stage::Opening, dialog, since, running: None }
    }

    pub(super) fn is_free(&self) -> bool {
        self.running.is_none()
    }

    /// Whether a question can be sent at once.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self.stage, Stage::Ready)
    }

    /// How long to wait for an answer.
    pub(super) fn patience(&self, answer: Duration, trip: Option<Duration>) -> Duration {
        match &self.running {
            Some(running) if matches!(&running.speech, Speech::Poke(poke) if poke.is_impatient()) => {
                trip.unwrap_or_default().saturating_mul(8).max(SILENCE).min(answer)
            }
            _ => answer,
        }
    }

    /// Nothing came in time: what to send next, if silence is no end.
    pub(super) fn silent(&mut self) -> Option<Vec<u8>> {
        match &mut self.running.as_mut()?.speech {
            Speech::Poke(poke) => poke.silent(),
            _ => None,
        }
    }

    /// What it is asking.
    pub(super) fn job(&self) -> Option<Job> {
        self.running.as_ref().map(|running| running.job)
    }

    pub(super) fn runs(&self, job: Job) -> bool {
        self.running.as_ref().is_some_and(|running| running.job == job)
    }

    /// Gives it a question; bytes come back when they can be sent now.
    pub(super) fn assign(&mut self, running: Running) -> Option<Vec<u8>> {
        let bytes = self.is_ready().then(|| running.bytes.clone());
        self.running = Some(Box::new(running));
        bytes
    }

    /// It is open: the bytes to send first.
    pub(super) fn open(&mut self) -> Option<Vec<u8>> {
        if let Some(dialog) = &self.dialog {
            self.stage = Stage::Talking;
            return dialog.open();
        }
        self.ready()
    }

    fn ready(&mut self) -> Option<Vec<u8>> {
        self.stage = Stage::Ready;
        self.running.as_ref().map(|running| running.bytes.clone())
    }

    pub(super) fn heard(&mut self, bytes: &[u8]) -> Step {
        if let (Stage::Talking, Some(dialog)) = (&self.stage, &mut self.dialog) {
            return match dialog.heard(bytes) {
                Said::More => Step::More,
                Said::Send(bytes) => Step::Send(bytes),
                Said::Ready(mut bytes) => {
                    bytes.extend(self.ready().unwrap_or_default());
                    Step::Send(bytes)
                }
                Said::Failed(refusal) => self.done(Outcome::Failed(Why::StartTls(refusal.to_string()))),
            };
        }
        let Some(running) = &mut self.running else { return Step::Useless };
        match running.speech.heard(bytes) {
            Turn::Go(bytes) => Step::Send(bytes),
            Turn::Done(outcome) => self.done(outcome),
        }
    }

    fn done(&mut self, outcome: Outcome) -> Step {
        self.running.take().map_or(Step::Useless, |running| Step::Done(running, outcome))
    }

    /// It ended by itself.
    pub(super) fn end(mut self, end: End) -> Step {
        let Some(running) = &mut self.running else { return Step::Useless };
        let outcome = match (&self.stage, end) {
            (Stage::Opening, _) => Outcome::Failed(Why::Unreachable),
            (Stage::Talking, End::Timeout) => Outcome::Failed(Why::Timeout),
            (Stage::Talking, _) => Outcome::Failed(Why::StartTls("closed".to_owned())),
            (Stage::Ready, end) => {
                std::mem::replace(&mut running.speech, Speech::Hello(Talk::new(false))).ended(end)
            }
        };
        self.done(outcome)
    }
}
