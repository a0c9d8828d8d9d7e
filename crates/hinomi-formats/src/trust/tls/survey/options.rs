//! What to ask, and how hard.

use crate::tls::starttls::Protocol;
use std::time::Duration;

/// Whom to ask.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// The name for SNI: a DNS name. An address is never sent (RFC 6066 section 3) and is dropped by [`Target::new`].
    pub name: Option<String>,
    /// The dialog that leads to TLS, when it does not begin at once.
    pub starttls: Option<Protocol>,
}

impl Target {
    /// A target by its host: SNI only when it is a name.
    pub fn new(host: &str) -> Self {
        let host = host.trim_end_matches('.');
        let is_address = host.parse::<std::net::IpAddr>().is_ok() || host.starts_with('[');
        let is_name = !is_address && host.len() <= 253 && host.contains(|c: char| c.is_ascii_alphabetic());
        Self { name: is_name.then(|| host.to_ascii_lowercase()), starttls: None }
    }

    /// The same target, behind a dialog.
    #[must_use]
    pub fn after(self, protocol: Protocol) -> Self {
        Self { starttls: Some(protocol), ..self }
    }
}

/// How hard to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Connections to the target at once.
    pub at_once_max: usize,
    /// Connections to the target in all.
    pub connections_max: u32,
    /// Time for the whole target.
    pub deadline: Duration,
    /// Time for one connection to open, and for one answer.
    pub answer: Duration,
    /// Least time between two connections to the target.
    pub pause: Duration,
    /// Whether to go on after the enumeration: handshakes carried to their end for what is said only under keys, and the
    /// harmless probes. At most fifteen connections more, of which five only when the server has key exchange by RSA.
    pub deep: bool,
    /// Whether connections may be opened ahead of need when the round trip is long.
    pub ahead: bool,
}

impl Options {
    /// What a scan uses: 8 at once, 10 seconds.
    pub fn usual() -> Self {
        Self {
            at_once_max: 8,
            connections_max: 600,
            deadline: Duration::from_secs(10),
            answer: Duration::from_secs(3),
            pause: Duration::ZERO,
            deep: true,
            ahead: true,
        }
    }

    /// For servers that fall over: 2 at once, none ahead of need, 20 a second at most, a minute.
    pub fn polite() -> Self {
        Self {
            at_once_max: 2,
            pause: Duration::from_millis(50),
            deadline: Duration::from_secs(60),
            ahead: false,
            ..Self::usual()
        }
    }
}
