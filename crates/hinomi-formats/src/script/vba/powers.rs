//! Names by which VBA reaches outside the document, and what each can do.

use super::lex::{self, Token};
use crate::script::Power;

/// How a name must stand to be a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// Without a receiver, or behind `VBA.`, `Interaction.` or `FileSystem.`.
    Bare,
    /// Behind a dot, on whatever object: no other library has the name.
    Member,
    /// Behind a dot, on an object of this kind only: the name is common.
    On(ObjectKind),
    /// Bare, or behind a dot.
    Either,
}

/// One name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    /// As the field spells it.
    pub(super) name: &'static str,
    pub(super) stand: Stand,
    pub(super) power: Power,
    /// Which argument tells most, from 0.
    pub(super) telling: usize,
}

const fn known(name: &'static str, stand: Stand, power: Power, telling: usize) -> Known {
    Known { name, stand, power, telling }
}

/// Objects told apart by the name they are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectKind {
    /// `WScript.Shell`, `Shell.Application`, a script control: starts programs.
    Shell,
    /// WMI: starts programs by `Win32_Process`.
    Wmi,
    /// `MSXML2.XMLHTTP`, `WinHttp`: fetches.
    Http,
    /// `InternetExplorer.Application`.
    Browser,
    /// `Schedule.Service`.
    Scheduler,
    /// `ADODB.Stream`, `Scripting.FileSystemObject`: reads and writes files.
    Files,
    /// `Application` of the program itself, `WordBasic`.
    Application,
    /// A collection of documents, `Workbooks`.
    Documents,
    /// Anything else.
    Plain,
}

use ObjectKind as O;
use Stand::{Bare, Either, Member, On};

static KNOWN: [Known; 44] = [
    known("Shell", Bare, Power::Process, 0),
    known("MacScript", Bare, Power::Process, 0),
    known("AppleScriptTask", Bare, Power::Process, 2),
    known("ShellExecute", Member, Power::Process, 0),
    known("ExecMethod", Member, Power::Process, 1),
    known("ExecMethod_", Member, Power::Process, 0),
    known("ExecuteStatement", Member, Power::Process, 0),
    known("ExecScript", Member, Power::Process, 0),
    known("DDEInitiate", Either, Power::Process, 0),
    known("Run", On(O::Shell), Power::Process, 0),
    known("Exec", On(O::Shell), Power::Process, 0),
    known("AddCode", On(O::Shell), Power::Process, 0),
    known("Eval", On(O::Shell), Power::Process, 0),
    known("Open", On(O::Shell), Power::Process, 0),
    known("Create", On(O::Wmi), Power::Process, 0),
    known("DownloadFile", Member, Power::Network, 0),
    known("DownloadString", Member, Power::Network, 0),
    known("Open", On(O::Http), Power::Network, 1),
    known("Send", On(O::Http), Power::Network, 0),
    known("Navigate", On(O::Browser), Power::Network, 0),
    known("Navigate2", On(O::Browser), Power::Network, 0),
    known("Open", On(O::Documents), Power::Network, 0),
    known("FollowHyperlink", Either, Power::Network, 0),
    known("SaveToFile", Member, Power::Write, 0),
    known("CreateTextFile", Member, Power::Write, 0),
    known("OpenTextFile", Member, Power::Write, 0),
    known("CopyFile", On(O::Files), Power::Write, 1),
    known("MoveFile", On(O::Files), Power::Write, 1),
    known("CopyHere", Member, Power::Write, 0),
    known("FileCopy", Bare, Power::Write, 1),
    known("CreateShortcut", Member, Power::Write, 0),
    known("RegWrite", Member, Power::Persist, 0),
    known("SaveSetting", Bare, Power::Persist, 0),
    known("RegisterTaskDefinition", Member, Power::Persist, 0),
    known("RegisterTask", Member, Power::Persist, 0),
    known("AddFromString", Member, Power::Persist, 0),
    known("CreateObject", Either, Power::Object, 0),
    known("CreateObjectEx", Either, Power::Object, 0),
    known("GetObject", Either, Power::Object, 0),
    known("ExecuteExcel4Macro", Either, Power::Library, 0),
    known("CallByName", Bare, Power::Other, 1),
    known("SendKeys", Either, Power::Other, 0),
    known("Run", On(O::Application), Power::Other, 0),
    known("OnTime", On(O::Application), Power::Other, 1),
];

/// One bit per hash of a known name: most words are turned away by it.
static FILTER: [u64; 64] = filter();

const fn filter() -> [u64; 64] {
    let mut bits = [0u64; 64];
    let mut index = 0;
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated by the compiler, which would refuse a wrong index"
    )]
    while index < KNOWN.len() {
        let hash = lex::hash(KNOWN[index].name);
        bits[(hash >> 6) as usize & 63] |= 1 << (hash & 63);
        index += 1;
    }
    bits
}

/// Whether the word may be a known name.
pub(super) fn may_be_known(token: &Token<'_>) -> bool {
    let word = FILTER.get((token.hash >> 6) as usize & 63).copied().unwrap_or_default();
    word >> (token.hash & 63) & 1 == 1
}

/// All meanings of a name.
pub(super) fn meanings(name: &str) -> impl Iterator<Item = &'static Known> {
    KNOWN.iter().filter(move |known| known.name.eq_ignore_ascii_case(name))
}

/// Types named in `As New X` and `New X` rather than by a ProgID.
pub(super) fn is_early_bound(name: &str) -> bool {
    matches!(kind_of(name), O::Shell | O::Wmi | O::Http | O::Scheduler | O::Browser)
}

/// The kind of object a ProgID, moniker, class id or type name makes.
pub(super) fn kind_of(name: &str) -> ObjectKind {
    let lower = name.trim().to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["winmgmts:", "wbemscripting.", "swbemlocator", "win32_process", "swbemservices"]) {
        O::Wmi
    } else if has(SHELLS) {
        O::Shell
    } else if has(&["xmlhttp", "winhttp", "internetexplorer.application.http"]) {
        O::Http
    } else if has(&["internetexplorer.application", "shdocvw.internetexplorer"]) {
        O::Browser
    } else if has(&["schedule.service", "taskscheduler"]) {
        O::Scheduler
    } else if has(&["adodb.stream", "filesystemobject", "0d43fe01-f093-11cf-8940-00a0c9054228"]) {
        O::Files
    } else {
        O::Plain
    }
}

/// Names and class ids of objects that start programs.
const SHELLS: &[&str] = &[
    "wscript.shell",
    "wshshell",
    "shell.application",
    "shell32.shell",
    "scriptcontrol",
    // WScript.Shell (both versions), Shell.Application, ShellBrowserWindow, ShellWindows, MMC20.Application,
    // outlook's own ScriptControl.
    "72c24dd5-d70a-438b-8a42-98424b88afb8",
    "f935dc22-1cf0-11d0-adb9-00c04fd58a0b",
    "13709620-c279-11ce-a49e-444553540000",
    "c08afd90-f2a1-11d1-8455-00a0c91f3880",
    "9ba05972-f6a8-11cf-a442-00a0c90a8f39",
    "49b2791a-b1ae-4c90-9b8e-e860ba07f889",
    "0e59f1d5-1fbe-11d0-8ff2-00a0d10038bc",
];

/// What a function of a library can do, by the name it is exported with; `None` when it is nothing to tell of.
pub(super) fn library_power(export: &str) -> Option<Power> {
    let lower = export.to_ascii_lowercase();
    let name = lower.trim_end_matches(['a', 'w']);
    let one_of = |names: &[&str]| names.iter().any(|known| known.trim_end_matches(['a', 'w']) == name);
    if one_of(STARTS) {
        Some(Power::Process)
    } else if one_of(FETCHES) {
        Some(Power::Network)
    } else if one_of(LOADS) {
        Some(Power::Library)
    } else {
        None
    }
}

const STARTS: &[&str] = &[
    "shellexecute",
    "shellexecuteex",
    "winexec",
    "createprocess",
    "createprocessasuser",
    "createprocesswithlogonw",
    "ntcreateprocess",
    "ntcreateuserprocess",
    "system",
    "createthread",
    "createremotethread",
    "createremotethreadex",
    "ntcreatethreadex",
    "rtlcreateuserthread",
    "queueuserapc",
    "writeprocessmemory",
    "ntwritevirtualmemory",
];

const FETCHES: &[&str] = &[
    "urldownloadtofile",
    "urldownloadtocachefile",
    "urlopenblockingstream",
    "urlopenstream",
    "internetopenurl",
    "internetreadfile",
    "internetconnect",
    "httpopenrequest",
    "httpsendrequest",
    "ftpgetfile",
    "ftpputfile",
    "winhttpopen",
    "winhttpconnect",
    "winhttpsendrequest",
    "winhttpreaddata",
];

const LOADS: &[&str] = &[
    "virtualalloc",
    "virtualallocex",
    "virtualprotect",
    "virtualprotectex",
    "ntallocatevirtualmemory",
    "heapcreate",
    "loadlibrary",
    "loadlibraryex",
    "getprocaddress",
    "callwindowproc",
    "dispcallfunc",
    "enumsystemlocales",
    "enumdateformats",
    "enumtimeformats",
    "enumresourcetypes",
    "enumwindows",
    "settimer",
    "createtimerqueuetimer",
    "setwindowshookex",
    "openprocess",
];

/// What a call can do once its argument is known; `None` when it is nothing to tell of.
pub(super) fn effective(known: &Known, argument: &str) -> Option<Power> {
    let lower = argument.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    match known.name {
        // Opening a page fetches; opening a document beside this one does not.
        "FollowHyperlink" if !has(&["://"]) => Some(Power::Other),
        // A blank page made from text.
        "Navigate" | "Navigate2" if lower.starts_with("about:") => Some(Power::Other),
        "Open" if known.stand == On(O::Documents) && !has(&["://"]) => None,
        // Macro functions of Excel 4 that start programs or call libraries; the rest asks for page numbers.
        "ExecuteExcel4Macro" if has(&["exec(", "call(", "register(", "exec (", "call ("]) => {
            Some(Power::Process)
        }
        "CallByName" if matches!(lower.as_str(), "run" | "exec" | "shellexecute" | "create") => {
            Some(Power::Process)
        }
        "CreateObject" | "GetObject" if kind_of(argument) == O::Scheduler => Some(Power::Persist),
        _ => Some(known.power),
    }
}
