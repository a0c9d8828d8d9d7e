//! PowerShell text: evaluated, and written again with its constant expressions replaced by what they come to.

pub(in crate::script) mod casts;
pub(in crate::script) mod cmdlets;
mod commands;
pub(in crate::script) mod methods;
pub(in crate::script) mod objects;
pub(in crate::script) mod operators;
pub(in crate::script) mod parse;
pub(in crate::script) mod pattern;
mod rewrite;
mod statics;
mod strings;

pub(super) use commands::looks_like_script;

use super::evaluate::trace::Deed;
use super::evaluate::value::Value;
use super::evaluate::{Dialect, Machine};
use crate::Limits;
use std::collections::BTreeSet;

/// What evaluating a script gave.
pub(super) struct Evaluated {
    /// The text with its constants folded, when that changed it.
    pub(super) text: Option<String>,
    /// What was undone, in the order met, without repetition.
    pub(super) layers: Vec<&'static str>,
    pub(super) deeds: Vec<Deed>,
    /// URLs that were only a step on the way to others.
    pub(super) superseded: BTreeSet<String>,
    /// Steps left.
    pub(super) fuel: u64,
    /// Something was nested deeper than is read.
    pub(super) too_deep: bool,
    /// Scripts inside scripts went on behind the limit.
    pub(super) layers_cut: bool,
    /// A string grew longer than one may be.
    pub(super) text_cut: bool,
    /// A `SecureString` was opened: its text is not followed.
    pub(super) secure: bool,
}

/// Evaluates a script.
pub(super) fn evaluate(text: &str, limits: &Limits, fuel: u64) -> Evaluated {
    let program = parse::program(text);
    let mut machine = Machine::new(Dialect::PowerShell, limits, fuel);
    machine.pay_bytes(text.len());
    machine.program(&program.body);
    let (folded, mut layers) = rewrite::rewritten(text, &mut machine);
    // What is run as text came about in statements that do not all show it.
    let reaches = machine.trace.deeds().any(|deed| matches!(deed, Deed::Fetch(_) | Deed::Start(_)));
    if machine.trace.deeds().any(|deed| matches!(deed, Deed::Run(_))) || reaches && layers.is_empty() {
        layers.clone_from(&machine.layers);
    }
    Evaluated {
        text: folded,
        layers,
        deeds: machine.trace.deeds().cloned().collect(),
        superseded: std::mem::take(&mut machine.superseded),
        // What was not read would have taken the rest.
        fuel: if program.cut || machine.cut { 0 } else { machine.fuel },
        too_deep: program.too_deep || machine.calls_cut,
        layers_cut: machine.too_deep,
        text_cut: machine.text_cut,
        secure: machine.secure,
    }
}

/// The name a function is kept under, apart from variables of the same name.
pub(in crate::script) fn function_key(name: &str) -> String {
    format!("\u{1}{name}")
}

/// The name an alias is kept under.
fn alias_key(name: &str) -> String {
    format!("\u{2}{name}")
}

/// Variables PowerShell sets itself (about_Automatic_Variables, about_Preference_Variables), as on Windows.
pub(in crate::script) fn automatic(machine: &mut Machine<'_>, name: &str) -> Value {
    let text = match name {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        "null" => return Value::Null,
        "pshome" => "C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
        "shellid" => "Microsoft.PowerShell",
        "verbosepreference" | "debugpreference" | "informationpreference" => "SilentlyContinue",
        "erroractionpreference" | "warningpreference" | "progresspreference" => "Continue",
        "confirmpreference" => "High",
        "consolefilename" | "ofs" => "",
        "maximumdrivecount" => return Value::Num(4096.0),
        "home" => return Value::Env("USERPROFILE".into()),
        "executioncontext" => return machine.object("executioncontext", Vec::new()),
        _ => return Value::Unknown,
    };
    Value::text(text)
}

/// Names of variables that scripts find by a part of them.
const VARIABLES: &[&str] = &[
    "MaximumDriveCount",
    "VerbosePreference",
    "ExecutionContext",
    "ShellId",
    "PSHOME",
    "ErrorActionPreference",
    "ConfirmPreference",
];
