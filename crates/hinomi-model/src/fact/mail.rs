//! Facts on mail and the files it carries.

use crate::EvidenceId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A message. The body is not kept, only what was read off it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailFact {
    /// Subject, decoded.
    pub subject: String,
    /// From.
    pub from: Vec<Address>,
    /// Reply-To.
    pub reply_to: Vec<Address>,
    /// To and Cc.
    pub to: Vec<Address>,
    /// The envelope sender.
    pub return_path: Option<String>,
    /// Message-ID.
    pub message_id: Option<String>,
    /// In-Reply-To and References, oldest first.
    pub references: Vec<String>,
    /// Date by the header.
    pub date: Option<Timestamp>,
    /// Authentication-Results.
    pub authentication: Vec<AuthenticationFact>,
    /// The address the first outside hop came from.
    pub from_ip: Option<String>,
    /// File names of the attachments.
    pub attachments: Vec<String>,
    /// Who invites, by the calendar parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub organizers: Vec<Address>,
    /// Who stands in the quoted original (`From:`, `差出人:` lines and `> ` lines of the body), with the names
    /// given there.
    pub quoted: Vec<Address>,
    /// Characters the sender wrote himself, before any quoted original.
    pub lead_chars: u64,
}

/// A mailbox of a header field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Address {
    /// Display name.
    pub name: String,
    /// `local@domain`.
    pub address: String,
}

impl Address {
    /// The domain in lower case; empty when there is none.
    pub fn domain(&self) -> String {
        self.address.rsplit_once('@').map_or(String::new(), |(_, d)| d.trim_end_matches('.').to_lowercase())
    }
}

/// One method of an Authentication-Results field (RFC 8601).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthenticationFact {
    /// The server that says so.
    pub server: String,
    /// `spf`, `dkim`, `dmarc`.
    pub method: String,
    /// `pass`, `fail`, `softfail`, `none`.
    pub result: String,
    /// The domain it is about.
    pub domain: String,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileFact {
    /// Its name, decoded, as the recipient's program would show it (control and bidi characters kept).
    pub name: String,
    /// What its bytes are.
    pub kind: FileKind,
    /// Size in bytes.
    #[serde(default)]
    pub size: u64,
    /// The media type its container declares.
    #[serde(default)]
    pub media_type: String,
    /// The archives around it, outermost first, by name.
    #[serde(default)]
    pub archives: Vec<String>,
    /// It came as part of a mail.
    #[serde(default)]
    pub mailed: bool,
    /// What carries it where that is no archive and no mail: `document`, `notebook`,
    /// `shortcut`, `pdf`, `web-page`, `calendar`.
    #[serde(default)]
    pub carrier: String,
    /// Its bytes could not be read (an entry no password opened); `kind` is then told by the name alone.
    #[serde(default)]
    pub unread: bool,
}

/// What a file's bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FileKind {
    /// Office document.
    Document,
    /// Portable Document Format.
    Pdf,
    /// Archive.
    Archive,
    /// A program (PE, ELF, Mach-O, installer package).
    Program,
    /// A script a double click runs (js, vbs, wsf, hta, ps1, bat, lnk …).
    Script,
    /// A message.
    Mail,
    /// Text, picture or anything else.
    Other,
}

/// An archive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArchiveFact {
    /// Its name.
    pub name: String,
    /// `zip`, `gzip`.
    pub format: String,
    /// Number of entries.
    pub entries: u64,
    /// Number of encrypted entries.
    pub encrypted: u64,
    /// It came as part of a mail.
    pub mailed: bool,
    /// The cipher of the first encrypted entry.
    pub encryption: String,
    /// How its password was found; `None` when it is not encrypted or no candidate opened it.
    pub password: Option<PasswordTrail>,
}

/// How a password was found. The password itself is never kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordTrail {
    /// Where it stood.
    pub origin: PasswordOrigin,
    /// The mail it stood in, when it stood in one.
    #[serde(default)]
    pub mail: Option<EvidenceId>,
    /// Its length in characters.
    #[serde(default)]
    pub chars: u32,
}

/// Where a password stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasswordOrigin {
    /// In the mail that carries the archive.
    SameMail,
    /// In another mail of the same conversation.
    NeighbourMail,
    /// In the company's list of usual passwords.
    Configured,
}
