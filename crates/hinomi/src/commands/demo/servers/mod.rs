//! The servers of the sample company, on loopback, while the demo runs.
//!
//! One is real, and speaks TLS as it should. Two only look as if: they answer first messages from a table, in versions
//! that no library speaks any more, and never get to a secret. One never turns to TLS. They are asked by the same survey
//! as any server; nothing about them is told beforehand.

mod hello;
mod listen;
mod look;
mod survey;
#[cfg(test)]
mod tests;
mod web;

use super::credentials::{Credentials, File, files};
use anyhow::{Context, Result};
use hinomi_formats::tls::starttls::Protocol;
use jiff::Timestamp;
use listen::{Greeting, Listener};
use look::Look;
use std::net::SocketAddr;

/// Where a server stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stand {
    /// The name it goes by.
    host: &'static str,
    /// The port that the company knows it by.
    port: u16,
    /// On loopback, at whatever port was free.
    address: SocketAddr,
    /// The dialog that leads to TLS.
    starttls: Option<Protocol>,
}

/// The servers; they end when this is dropped.
pub(crate) struct Servers {
    stands: Vec<(Stand, Listener)>,
    files: Vec<File>,
    authority: Vec<u8>,
}

impl Servers {
    /// Makes the keys and certificates of a day, and listens.
    ///
    /// # Errors
    /// When no port of loopback is free, or rustls does not take its own key.
    pub(crate) fn start(now: Timestamp) -> Result<Self> {
        let made = Credentials::new(now);
        let web = web::config(&made).context("make the web server's configuration")?;
        let alike = |look: Look| move |stream: &mut listen::Talk| look.talk(stream);
        let (edi, mail) = (Look::edi(&made), Look::mail(&made));
        let smtp = Some(Protocol::Smtp);
        let listeners = [
            ("www.reiji.example", 443, None, Listener::start(None, move |talk| web::serve(talk, &web))),
            ("edi.reiji.example", 443, None, Listener::start(None, alike(edi))),
            ("mail.reiji.example", 25, smtp, Listener::start(Some(Greeting::Turns), alike(mail))),
            ("fax.reiji.example", 25, smtp, Listener::start(Some(Greeting::NeverTurns), |_| {})),
        ];
        let stands = listeners.into_iter().map(|(host, port, starttls, listener)| {
            let listener = listener.with_context(|| format!("listen as {host}"))?;
            Ok((Stand { host, port, address: listener.address(), starttls }, listener))
        });
        Ok(Self { stands: stands.collect::<Result<_>>()?, files: files(&made), authority: made.authority })
    }

    /// Where they stand.
    fn endpoints(&self) -> Vec<Stand> {
        self.stands.iter().map(|(stand, _)| stand.clone()).collect()
    }

    /// Files that lie about in the company, with the keys of these servers among others.
    pub(in crate::commands::demo) fn files(&self) -> &[File] {
        &self.files
    }

    /// The company's own root in DER, for paths.
    fn authority(&self) -> &[u8] {
        &self.authority
    }
}
