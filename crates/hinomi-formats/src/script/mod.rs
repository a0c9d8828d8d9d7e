//! Scripts: what VBA, PowerShell and cmd text would run, as far as constants tell.

use crate::office::Module;
use crate::url::Url;
use crate::{Limits, Parsed};
use serde::{Deserialize, Serialize};

/// What a project of macros would do, read without running it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// Procedures that start by themselves, in module order.
    pub entry_points: Vec<EntryPoint>,
    /// Calls that reach outside the document, in module order.
    pub calls: Vec<Call>,
    /// Command lines recovered from constants.
    pub commands: Vec<Command>,
    /// URLs that stand in the recovered strings outside any command.
    pub urls: Vec<Url>,
}

/// A procedure that starts without the user calling it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EntryPoint {
    /// Module name.
    pub module: String,
    /// Procedure name as written.
    pub name: String,
    /// When it runs.
    pub trigger: Trigger,
    /// Line in the module, from 1.
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
pub struct Call {
    /// Module name.
    pub module: String,
    /// The call as the field names it: `Shell`, `CreateObject`, `URLDownloadToFile`.
    pub name: String,
    /// What it can do.
    pub power: Power,
    /// The recovered argument, cut to 200 characters; empty when it is not constant.
    pub argument: String,
    /// Line in the module, from 1.
    pub line: u32,
    /// Entry points from which it is reached by the names of procedures.
    pub reached_from: Vec<String>,
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
}

/// A command line and what it turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Command {
    /// Where it was found: `module:line`, `text`.
    pub place: String,
    /// The command line as first recovered.
    pub text: String,
    /// The program it starts.
    pub interpreter: Interpreter,
    /// No window is shown.
    pub hidden: bool,
    /// The innermost script, all layers removed.
    pub script: String,
    /// The layers removed, outermost first: `-EncodedCommand`, `base64 UTF-16LE`, `gzip`, `concatenation`.
    pub layers: Vec<String>,
    /// It fetches from the network.
    pub fetches: bool,
    /// It starts what it fetched, or another program.
    pub executes: bool,
    /// URLs of the innermost script, in order of use, no duplicates.
    pub urls: Vec<Url>,
}

/// The program a command starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interpreter {
    /// PowerShell (`powershell`, `pwsh`).
    PowerShell,
    /// `cmd.exe`.
    Cmd,
    /// `wscript`, `cscript`.
    ScriptHost,
    /// `mshta`, `rundll32`, `regsvr32`, `certutil`, `bitsadmin`: programs of Windows that run or fetch.
    SystemBinary,
    /// Anything else.
    #[default]
    Other,
}

/// Surveys the modules of one project.
pub fn survey_vba(_modules: &[Module], _limits: &Limits) -> Parsed<Survey> {
    Parsed::default()
}

/// Reads one command line (or a bare PowerShell script) and peels its layers.
pub fn read_command(_text: &str, _limits: &Limits) -> Parsed<Command> {
    Parsed::default()
}

/// Surveys a stand-alone script (PowerShell, batch, VBScript, JScript, HTA, shortcut text).
pub fn survey_text(_text: &str, _limits: &Limits) -> Parsed<Survey> {
    Parsed::default()
}
