//! What can be seen. A closed list: a new variant is an API change. A file a family.

mod document;
mod mail;
mod page;
mod resolver;

pub use document::{
    Call, CallStep, CommandFact, DdeFact, EntryPoint, MacroFact, MacroSheet, PdfFact, Power, StompedModule,
    TargetFact, Trigger, UrlFact,
};
pub use mail::{
    Address, ArchiveFact, AuthenticationFact, FileFact, FileKind, MailFact, PasswordOrigin, PasswordTrail,
};
pub use page::{PageFact, PageOutcomes, PageRule, PageTarget};
pub use resolver::ResolverFact;

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
        }
    }

    /// All kinds, for checking `needs`.
    pub const KINDS: [&'static str; 8] =
        ["mail", "file", "archive", "macro", "command", "pdf", "page", "resolver"];

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
}
