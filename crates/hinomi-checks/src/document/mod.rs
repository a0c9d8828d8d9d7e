//! Documents: what opening one would start.

pub(crate) mod auto_run_macro;
mod indicators;
pub(crate) mod observe;
pub(crate) mod pdf_leads_to_document;
pub(crate) mod starts_powershell;
