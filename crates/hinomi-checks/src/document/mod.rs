//! Documents: what opening one would start.

pub(crate) mod auto_run_macro;
pub(crate) mod carries_program;
pub(crate) mod dde_command;
mod indicators;
pub(crate) mod observe;
pub(crate) mod pdf_leads_to_document;
pub(crate) mod remote_template;
pub(crate) mod starts_powershell;
