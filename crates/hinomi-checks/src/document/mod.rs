//! Documents: what opening one would start.

pub(crate) mod auto_run_macro;
pub(crate) mod carries_program;
pub(crate) mod dde_command;
pub(crate) mod hidden_macro_sheet;
mod indicators;
pub(crate) mod observe;
pub(crate) mod pdf_leads_to_document;
pub(crate) mod remote_template;
pub(crate) mod starts_powershell;
pub(crate) mod stomped_macro;

use hinomi_model::fact::{MacroFact, Power, Trigger};

/// Whether opening the document is enough for it to start a program or to fetch.
pub(crate) fn acts_alone(fact: &MacroFact) -> bool {
    let opens = |name: &String| {
        fact.entry_points.iter().any(|entry| entry.name == *name && entry.trigger == Trigger::Open)
    };
    fact.calls.iter().any(|call| {
        matches!(call.power, Power::Process | Power::Network) && call.reached_from.iter().any(opens)
    })
}
