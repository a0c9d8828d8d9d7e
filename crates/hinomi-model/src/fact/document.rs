//! Facts on documents and the commands in them.

use serde::{Deserialize, Serialize};

/// A document and what its macros can do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MacroFact {
    /// The document's file name.
    pub name: String,
    /// `ole`, `ooxml`, `flat-opc`, `mhtml`.
    pub container: String,
    /// `word`, `excel`, `power-point`, `other`.
    pub application: String,
    /// Number of macro modules.
    pub modules: u64,
    /// Names of streams that hold a module the project does not list.
    pub orphans: Vec<String>,
    /// Procedures that start by themselves.
    pub entry_points: Vec<EntryPoint>,
    /// Calls that reach outside the document.
    pub calls: Vec<Call>,
    /// URLs in the macros' strings, outside any command.
    pub urls: Vec<UrlFact>,
    /// Sheets that hold Excel 4.0 macros. The module of an entry point or a call on one is the sheet, its line the
    /// row.
    pub macro_sheets: Vec<MacroSheet>,
    /// Modules whose compiled code does more than their source shows.
    pub stomped: Vec<StompedModule>,
    /// Commands that fields or formulas start without any macro (DDE).
    pub dde: Vec<DdeFact>,
    /// Commands of the macros were evaluated to URLs of their own: those in `urls` are what else the code mentions.
    pub commands_have_urls: bool,
    /// What the document fetches from elsewhere when it is opened.
    pub targets: Vec<TargetFact>,
    /// Phrases in its text that ask the reader to switch macros on.
    pub decoys: Vec<String>,
    /// The shape of the macros' code, for comparing with other documents; empty where there is too little.
    pub code_sketch: String,
    /// The same of the whole file's bytes.
    pub file_sketch: String,
    /// Where evaluation of the macros went no further, as `module:line`, and why: `statement`, `steps`, `states`, `depth`.
    pub unfollowed: Vec<(String, String)>,
    /// The document is encrypted: its macros were not seen.
    pub encrypted: bool,
    /// Some part of the macros could not be read.
    pub partly_unread: bool,
}

/// A procedure that starts by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EntryPoint {
    /// Module.
    pub module: String,
    /// Procedure.
    pub name: String,
    /// When it runs.
    pub trigger: Trigger,
    /// Line, from 1.
    pub line: u32,
}

/// When an entry point runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// When the document is opened.
    #[default]
    Open,
    /// When it is closed.
    Close,
    /// When it is saved, printed or made anew.
    Lifecycle,
    /// When a control of it is drawn, focused, changed, clicked.
    Control,
}

/// A call that reaches outside the document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Call {
    /// Module.
    pub module: String,
    /// Name of the call.
    pub name: String,
    /// What it can do.
    pub power: Power,
    /// The argument as far as constants tell it, cut short.
    pub argument: String,
    /// Line, from 1.
    pub line: u32,
    /// Entry points from which it can be reached by name.
    pub reached_from: Vec<String>,
    /// The way from the entry point to the procedure that makes the call, each with the line that
    /// leads on; empty where nothing that starts by itself reaches it.
    pub path: Vec<CallStep>,
}

/// One procedure on the way to a call.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallStep {
    /// Module.
    pub module: String,
    /// Procedure.
    pub procedure: String,
    /// The line at which it goes on to the next one, from 1.
    pub line: u32,
}

/// A sheet of Excel 4.0 macros.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MacroSheet {
    /// Its name.
    pub name: String,
    /// `visible`, `hidden`, `very-hidden`.
    pub visibility: String,
}

/// A module whose source was replaced, while the compiled code that Office may run was kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StompedModule {
    /// Module.
    pub module: String,
    /// Names that only the compiled code has, those with power first.
    pub only_compiled: Vec<String>,
    /// String literals that only the compiled code has.
    pub literals: Vec<String>,
    /// No statement is left in the source.
    pub source_removed: bool,
    /// One of the names makes a procedure run when the document opens.
    pub runs_on_open: bool,
}

/// A command in a field or formula.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DdeFact {
    /// The command line.
    pub command: String,
    /// Where it stands.
    pub place: String,
    /// It is updated on opening, not only when the reader asks.
    pub automatic: bool,
    /// URLs in the command, its layers taken off.
    pub urls: Vec<UrlFact>,
}

/// Something outside that a document points at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TargetFact {
    /// `template`, `object`, `frame`, `image`, `sub-document`, `other`.
    pub kind: String,
    /// Where it points.
    pub url: UrlFact,
    /// Where it stands.
    pub place: String,
}

/// What a call can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// Starts a program.
    #[default]
    Process,
    /// Fetches from the network.
    Network,
    /// Writes a file.
    Write,
    /// Writes the registry, a service, a scheduled job.
    Persist,
    /// Calls into a library by declaration.
    Library,
    /// Makes an object whose powers depend on its name.
    Object,
    /// Weaker ways out: keys typed into other programs, macros run by name, documents opened.
    Other,
}

/// A command line recovered from a macro or a script.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CommandFact {
    /// Name of the file it stood in.
    pub name: String,
    /// Where in it: `module:line`.
    pub place: String,
    /// `power-shell`, `cmd`, `script-host`, `system-binary`, `other`.
    pub interpreter: String,
    /// The command line as first recovered, cut short.
    pub text: String,
    /// The innermost script, cut short.
    pub script: String,
    /// Layers removed, outermost first.
    pub layers: Vec<String>,
    /// No window is shown.
    pub hidden: bool,
    /// It fetches from the network.
    pub fetches: bool,
    /// It starts what it fetched, or another program.
    pub executes: bool,
    /// URLs, in order of use.
    pub urls: Vec<UrlFact>,
    /// Hosts it talks to, with or without a URL, canonical.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Files it writes or starts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// How it makes itself start again: `registry: …`, `scheduled task: …`, `service: …`, `startup folder: …`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub persistence: Vec<String>,
}

/// A URL with its host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UrlFact {
    /// The URL as written.
    pub url: String,
    /// Its host, canonical.
    pub host: String,
    /// The host is an address.
    pub ip: bool,
}

impl UrlFact {
    /// Whether it leads out of the machine at all: `http:`, `https:`, `ftp:` or a share.
    pub fn leads_out(&self) -> bool {
        let url = self.url.to_ascii_lowercase();
        ["http://", "https://", "ftp://", "\\\\", "file://"].iter().any(|start| url.starts_with(start))
    }
}

/// A PDF and what it would open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PdfFact {
    /// File name.
    pub name: String,
    /// Links.
    pub links: Vec<UrlFact>,
    /// `/Launch` targets.
    pub launches: Vec<String>,
    /// Number of scripts.
    pub scripts: u64,
    /// Names of embedded files.
    pub embedded: Vec<String>,
    /// Something runs on opening.
    pub open_action: bool,
    /// Encrypted: strings were not readable.
    pub encrypted: bool,
    /// Some part of it could not be read: there may be more than is told here.
    pub partly_unread: bool,
}
