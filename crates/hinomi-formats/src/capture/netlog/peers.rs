//! TCP connections that a page has made by WebRTC: TURN over TCP or TLS, and candidates for TCP.
//!
//! What is sent over one says so by itself, if it comes to that. A port that is closed, or that ends the connection at
//! once, gets no byte of it, and a scan is made of just such ports. But the log shows that no request asked for the
//! connection: Chromium decides for the socket itself whether it goes by a proxy, and the job that connects it next
//! never comes to a pool of connections. (As Chromium 156 writes it; the receiver of push messages connects the same
//! way, to a server of the maker.)

use super::super::record::Record;
use std::collections::{BTreeMap, BTreeSet};

/// Such connections, by the numbers of the log's sources.
#[derive(Debug, Default)]
pub(super) struct Peers {
    /// A socket has just learnt how it is to connect.
    decided: bool,
    jobs: BTreeSet<i64>,
    sockets: BTreeSet<i64>,
    /// What is to be told of a socket if nothing that it sends says more.
    silent: BTreeMap<i64, Record>,
    held_max: usize,
}

impl Peers {
    pub(super) fn new(held_max: usize) -> Self {
        Self { held_max, ..Self::default() }
    }

    /// It was decided whether something goes by a proxy; `by_socket`: a socket asked, not a request.
    pub(super) fn decided(&mut self, by_socket: bool) {
        self.decided = by_socket;
    }

    /// A job begins to connect something.
    pub(super) fn job(&mut self, job: i64) {
        if std::mem::take(&mut self.decided) && self.jobs.len() < self.held_max {
            self.jobs.insert(job);
        }
    }

    /// The job belongs to a pool, so requests use what it connects.
    pub(super) fn pooled(&mut self, job: i64) {
        self.jobs.remove(&job);
    }

    /// A job has made a socket.
    pub(super) fn made(&mut self, socket: i64, job: i64) {
        if self.jobs.contains(&job) && self.sockets.len() < self.held_max {
            self.sockets.insert(socket);
        }
    }

    /// A socket connects, of which `record` is to be told unless more is known of it.
    pub(super) fn connects(&mut self, socket: i64, record: impl FnOnce() -> Record) {
        if self.sockets.contains(&socket) {
            self.silent.entry(socket).or_insert_with(record);
        }
    }

    /// What a socket sent has been told.
    pub(super) fn said(&mut self, socket: i64) {
        self.silent.remove(&socket);
    }

    /// A socket is gone: what is left to tell of it.
    pub(super) fn gone(&mut self, socket: i64) -> Option<Record> {
        self.sockets.remove(&socket);
        self.silent.remove(&socket)
    }

    /// A job is over.
    pub(super) fn over(&mut self, job: i64) {
        self.jobs.remove(&job);
    }

    /// What is left to tell when the log ends.
    pub(super) fn left(&self) -> impl Iterator<Item = &Record> {
        self.silent.values()
    }
}
