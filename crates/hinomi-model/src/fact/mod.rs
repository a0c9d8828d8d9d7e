//! What can be seen. A closed list: a new variant is an API change. A file a family.

mod document;
mod key;
mod mail;
mod page;
mod resolver;
mod strength;
#[cfg(test)]
mod tests;
mod tls;

pub use document::{
    Call, CallStep, CommandFact, DdeFact, EntryPoint, MacroFact, MacroSheet, PdfFact, Power, StompedModule,
    TargetFact, Trigger, UrlFact,
};
pub use key::{CertificateSeen, KeyFact, KeyKind, KeyWeakness};
pub use mail::{
    Address, ArchiveFact, AuthenticationFact, FileFact, FileKind, MailFact, PasswordOrigin, PasswordTrail,
};
pub use page::{PageFact, PageOutcomes, PageRule, PageTarget};
pub use resolver::ResolverFact;
pub use strength::KeyState;
pub use tls::{
    ChainSeen, DhSeen, ExtensionsSeen, HttpSeen, Order, TlsFact, VersionSeen, WeaknessProof, WeaknessSeen,
    WeaknessVerdict,
};

use serde::{Deserialize, Serialize};

/// One thing seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// A message.
    Mail(Box<MailFact>),
    /// A file: an attachment, an archive's entry, a file of a folder.
    File(FileFact),
    /// An archive.
    Archive(ArchiveFact),
    /// A document's macros, or that it has none.
    Macro(Box<MacroFact>),
    /// A command line recovered from a macro or a script.
    Command(Box<CommandFact>),
    /// A PDF's actions.
    Pdf(PdfFact),
    /// What a web page did, or that it was watched.
    Page(Box<PageFact>),
    /// What the settings of a resolver let through.
    Resolver(Box<ResolverFact>),
    /// What a TLS endpoint speaks.
    Tls(Box<TlsFact>),
    /// A key, a certificate or a keystore.
    Key(Box<KeyFact>),
}

impl Fact {
    /// The name of its kind, as in JSON and in `needs` of a check.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Mail(_) => "mail",
            Self::File(_) => "file",
            Self::Archive(_) => "archive",
            Self::Macro(_) => "macro",
            Self::Command(_) => "command",
            Self::Pdf(_) => "pdf",
            Self::Page(_) => "page",
            Self::Resolver(_) => "resolver",
            Self::Tls(_) => "tls",
            Self::Key(_) => "key",
        }
    }

    /// All kinds, for checking `needs`.
    pub const KINDS: [&'static str; 10] =
        ["mail", "file", "archive", "macro", "command", "pdf", "page", "resolver", "tls", "key"];

    /// The message, if it is one.
    pub fn as_mail(&self) -> Option<&MailFact> {
        if let Self::Mail(fact) = self { Some(fact) } else { None }
    }

    /// The file, if it is one.
    pub fn as_file(&self) -> Option<&FileFact> {
        if let Self::File(fact) = self { Some(fact) } else { None }
    }

    /// The archive, if it is one.
    pub fn as_archive(&self) -> Option<&ArchiveFact> {
        if let Self::Archive(fact) = self { Some(fact) } else { None }
    }

    /// The macros, if it is about them.
    pub fn as_macro(&self) -> Option<&MacroFact> {
        if let Self::Macro(fact) = self { Some(fact) } else { None }
    }

    /// The command, if it is one.
    pub fn as_command(&self) -> Option<&CommandFact> {
        if let Self::Command(fact) = self { Some(fact) } else { None }
    }

    /// The PDF, if it is one.
    pub fn as_pdf(&self) -> Option<&PdfFact> {
        if let Self::Pdf(fact) = self { Some(fact) } else { None }
    }

    /// The settings of a resolver, if it is about them.
    pub fn as_resolver(&self) -> Option<&ResolverFact> {
        if let Self::Resolver(fact) = self { Some(fact) } else { None }
    }

    /// The page, if it is about one.
    pub fn as_page(&self) -> Option<&PageFact> {
        if let Self::Page(fact) = self { Some(fact) } else { None }
    }
    /// The endpoint, if it is about one.
    pub fn as_tls(&self) -> Option<&TlsFact> {
        if let Self::Tls(fact) = self { Some(fact) } else { None }
    }

    /// The key, if it is one.
    pub fn as_key(&self) -> Option<&KeyFact> {
        if let Self::Key(fact) = self { Some(fact) } else { None }
    }
}
