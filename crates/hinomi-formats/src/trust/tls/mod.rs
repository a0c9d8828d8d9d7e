//! What a TLS server speaks, asked without a TLS library: hellos written, answers read, and the survey that asks
//! everything with few connections.
//!
//! Invariants: nothing here opens a socket or reads a clock. The caller moves bytes and tells the time; a
//! [`survey::Survey`] says what to connect, send and close. Every answer is one of three: seen, absent, or untested
//! and why. No probe reads what is not ours: a weakness is proven without harm, or the probe is not sent. (A server with
//! Ticketbleed fills up an answer by one byte, the least there is; its presence counts, and nobody looks at it.)

pub mod clients;
mod handshake;
pub mod http;
pub mod names;
mod probe;
pub mod recording;
pub mod starttls;
pub mod survey;
pub mod weakness;
pub mod wire;
