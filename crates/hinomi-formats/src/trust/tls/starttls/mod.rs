//! Dialogs that lead from a protocol in the clear to TLS, without I/O.
//!
//! A dialog ends ready, or says what kept it from there. Bytes that come with the go-ahead, before TLS, were put there
//! by somebody on the way or by a server that lets them be: they are told as [`Refusal::Injected`], and no TLS follows.

mod binary;
mod lines;
#[cfg(test)]
mod tests;
mod xmpp;

use serde::{Deserialize, Serialize};
use std::fmt;

/// Protocols that can turn to TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// RFC 3207.
    Smtp,
    /// RFC 9051 section 6.2.1.
    Imap,
    /// RFC 2595 section 4.
    Pop3,
    /// RFC 4217.
    Ftp,
    /// RFC 4511 section 4.14.
    Ldap,
    /// The frontend/backend protocol of PostgreSQL, SSLRequest.
    Postgres,
    /// The client/server protocol of MySQL and MariaDB, SSLRequest.
    Mysql,
    /// RFC 6120 section 5, as a client.
    Xmpp,
    /// RFC 6120 section 5, as another server.
    XmppServer,
    /// MS-RDPBCGR section 2.2.1.1.
    Rdp,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Smtp,
        Self::Imap,
        Self::Pop3,
        Self::Ftp,
        Self::Ldap,
        Self::Postgres,
        Self::Mysql,
        Self::Xmpp,
        Self::XmppServer,
        Self::Rdp,
    ];

    /// As facts and the command line name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Imap => "imap",
            Self::Pop3 => "pop3",
            Self::Ftp => "ftp",
            Self::Ldap => "ldap",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Xmpp => "xmpp",
            Self::XmppServer => "xmpp-server",
            Self::Rdp => "rdp",
        }
    }

    /// The protocol of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.name() == name)
    }

    /// The protocol that usually listens on a port and turns to TLS there.
    pub fn of_port(port: u16) -> Option<Self> {
        Some(match port {
            25 | 587 => Self::Smtp,
            143 => Self::Imap,
            110 => Self::Pop3,
            21 => Self::Ftp,
            389 => Self::Ldap,
            5432 => Self::Postgres,
            3306 => Self::Mysql,
            5222 => Self::Xmpp,
            5269 => Self::XmppServer,
            3389 => Self::Rdp,
            _ => return None,
        })
    }
}

/// Why there is no TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The server does not offer it.
    NotOffered,
    /// The server was asked and said no; its words.
    Refused(String),
    /// Bytes in the clear came together with the go-ahead.
    Injected,
    /// The answer is none of the protocol.
    Stranger(String),
    /// More was said than [`DIALOG_BYTES_MAX`].
    TooLong,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOffered => f.write_str("not offered"),
            Self::Refused(words) => write!(f, "refused: {words}"),
            Self::Injected => f.write_str("bytes in the clear came with the go-ahead"),
            Self::Stranger(words) => write!(f, "another protocol: {words}"),
            Self::TooLong => write!(f, "more than {DIALOG_BYTES_MAX} bytes before TLS"),
        }
    }
}

/// Bytes a server may say before TLS.
pub const DIALOG_BYTES_MAX: usize = 16 << 10;
/// Characters kept of a server's words.
const WORDS_MAX: usize = 160;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// More must be heard.
    More,
    /// This is to be sent; then more is heard.
    Send(Vec<u8>),
    /// TLS begins, after these bytes if there are any.
    Ready(Vec<u8>),
    /// It does not.
    Failed(Refusal),
}

/// A dialog in progress.
#[derive(Debug, Clone)]
pub struct Dialog {
    protocol: Protocol,
    name: String,
    step: u8,
    heard: Vec<u8>,
    total: usize,
}

impl Dialog {
    /// A dialog with the host of this name.
    pub fn new(protocol: Protocol, name: &str) -> Self {
        Self { protocol, name: name.to_owned(), step: 0, heard: Vec::new(), total: 0 }
    }

    /// What the client says first, on an open connection; most wait for the server's greeting.
    pub fn open(&self) -> Option<Vec<u8>> {
        match self.protocol {
            Protocol::Ldap => Some(binary::ldap_request()),
            Protocol::Postgres => Some(binary::POSTGRES_REQUEST.to_vec()),
            Protocol::Rdp => Some(binary::RDP_REQUEST.to_vec()),
            Protocol::Xmpp | Protocol::XmppServer => {
                Some(xmpp::stream(&self.name, self.protocol == Protocol::XmppServer))
            }
            _ => None,
        }
    }

    /// Takes what the server says, as it comes.
    pub fn heard(&mut self, bytes: &[u8]) -> Said {
        self.total = self.total.saturating_add(bytes.len());
        if self.total > DIALOG_BYTES_MAX {
            return Said::Failed(Refusal::TooLong);
        }
        self.heard.extend_from_slice(bytes);
        match self.protocol {
            Protocol::Smtp | Protocol::Imap | Protocol::Pop3 | Protocol::Ftp => self.lines(),
            Protocol::Ldap => binary::ldap(&self.heard),
            Protocol::Postgres => binary::postgres(&self.heard),
            Protocol::Mysql => binary::mysql(&self.heard),
            Protocol::Rdp => binary::rdp(&self.heard),
            Protocol::Xmpp | Protocol::XmppServer => self.stanzas(),
        }
    }
}

/// The words of a server, for a report: no control characters, and not many.
fn words(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let plain = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(WORDS_MAX).collect()
}
