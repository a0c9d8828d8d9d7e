//! Mail: RFC 5322 messages with MIME, as they are really sent in Japan, and mbox files of them.
//!
//! A missed file name is a missed attachment, so the reader follows what mail programs show rather than what
//! the RFCs allow: bytes are made text before structure is looked for, pieces are joined before they are
//! decoded, and where programs disagree the reading with more parts wins and a problem says so.

mod address;
mod date;
mod entities;
mod envelope;
mod fields;
mod html;
mod looks;
mod mbox;
mod mime;
mod msg;
mod password;
#[cfg(test)]
mod tests;
mod trace;

use crate::{Budget, Limits, Parsed};
use serde::{Deserialize, Serialize};

pub(crate) use entities::unescape as unescape_entities;
pub(crate) use html::{attributes as tag_attributes, declared_charset};
pub use looks::looks_like_mail;
pub use mbox::{MboxSplitter, looks_like_mbox};
pub use mime::calendar::{self, Calendar, looks_like_calendar};
pub use msg::looks_like_msg;
pub use password::password_candidates;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    /// Subject, decoded.
    pub subject: String,
    /// From, in order.
    pub from: Vec<Address>,
    /// Sender.
    pub sender: Option<Address>,
    /// Reply-To, in order.
    pub reply_to: Vec<Address>,
    /// To, in order.
    pub to: Vec<Address>,
    /// Cc, in order.
    pub cc: Vec<Address>,
    /// The envelope sender: Return-Path without the angle brackets.
    pub return_path: Option<String>,
    /// Delivered-To, X-Original-To, Envelope-To: whose mailbox it is.
    pub delivered_to: Vec<String>,
    /// Message-ID without the angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To, ids without angle brackets.
    pub in_reply_to: Vec<String>,
    /// References, ids without angle brackets, oldest first.
    pub references: Vec<String>,
    /// Date, in seconds since 1970-01-01T00:00:00Z.
    pub date_unix_s: Option<i64>,
    /// The Received chain, newest (top) first.
    pub received: Vec<Received>,
    /// Authentication-Results (RFC 8601), all of them, top first.
    pub authentication: Vec<Authentication>,
    /// Every header field as it stands, in order, name and decoded value.
    pub headers: Vec<(String, String)>,
    /// What a person reads: the plain text parts, and HTML parts turned to text, joined by a blank line.
    pub text: String,
    /// Links of the HTML parts and of invitations.
    pub links: Vec<Link>,
    /// Who invites, by the calendar parts: not always who sends.
    pub organizers: Vec<Address>,
    /// Every leaf part that is not read as body text, and every attachment; nested messages are one part. Files
    /// inside a uuencoded text or a `winmail.dat` (TNEF) follow it as parts of their own.
    pub parts: Vec<Part>,
}

impl Mail {
    /// Adds to the text of the message, a blank line between parts; `false` when it did not fit into `room` bytes.
    fn add_text(&mut self, text: &str, room: usize) -> bool {
        let text = text.replace("\r\n", "\n");
        let text = text.trim_end();
        if text.is_empty() {
            return true;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        let room = room.saturating_sub(self.text.len());
        self.text.push_str(text.get(..text.floor_char_boundary(room)).unwrap_or(text));
        text.len() <= room
    }
}

/// A mailbox of a header field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Address {
    /// Display name, decoded; empty when there is none.
    pub name: String,
    /// `local@domain` as found, trimmed.
    pub address: String,
}

/// One hop of the Received chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// The name or literal after `from`.
    pub from: Option<String>,
    /// The address in the comment after `from`, as the receiver saw it.
    pub from_ip: Option<String>,
    /// The name after `by`.
    pub by: Option<String>,
    /// The address after `for`.
    pub recipient: Option<String>,
    /// The time of the hop, in seconds since 1970.
    pub date_unix_s: Option<i64>,
}

/// One method of an Authentication-Results field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Authentication {
    /// The server that says so.
    pub authserv_id: String,
    /// `spf`, `dkim`, `dmarc`, `arc`, … in lower case.
    pub method: String,
    /// `pass`, `fail`, `softfail`, `none`, … in lower case.
    pub result: String,
    /// Properties such as `smtp.mailfrom`, `header.d`, in order.
    pub properties: Vec<(String, String)>,
}

/// A link of an HTML part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Link {
    /// The target as written, entities decoded.
    pub href: String,
    /// The text a person sees.
    pub text: String,
}

/// A leaf part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// Position in the MIME tree, as IMAP counts: `2`, `1.2`. Files taken out of a part count on below it.
    pub path: String,
    /// File name, decoded: Content-Disposition filename, else Content-Type name.
    pub name: Option<String>,
    /// `type/subtype` in lower case; `application/octet-stream` when unreadable.
    pub media_type: String,
    /// Whether it is offered as an attachment (disposition or name), rather than inline.
    pub attachment: bool,
    /// The content, transfer encoding removed.
    pub bytes: Vec<u8>,
}

/// Reads one message. `budget` pays for decoded parts; what did not fit is missing and said so.
///
/// Multiparts nest at most `depth_max` deep; one that is deeper is kept as a part of its own. Text parts with a
/// name are text and part, both. A message of Outlook (`.msg`) is read as what it says; what is attached to it as a
/// message or object becomes a compound file of its own.
pub fn read(bytes: &[u8], limits: &Limits, budget: &mut Budget) -> Parsed<Mail> {
    msg::read(bytes, limits, budget).unwrap_or_else(|| mime::read(bytes, limits, budget))
}
