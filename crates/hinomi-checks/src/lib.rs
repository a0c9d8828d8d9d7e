//! Values become observations, observations become verdicts.
//!
//! Invariants: a check never fetches, reads a clock, opens a file, logs or fails. It gets one [`Case`] and gives
//! one verdict. What it may say, in both languages, stands in its `check.toml`; what it means is its `page.md`,
//! which is the manual and the test at once.

#![deny(missing_docs)]

mod case;
mod document;
mod entry;
mod judge;
mod keys;
mod mail;
pub mod manual;
mod observe;
mod page;
#[cfg(test)]
mod tests;
pub mod tls;

pub use case::{Case, ContactBook, Context, Policy};
pub use entry::{EntryError, entries, pages, words};
pub use hinomi_watch::{AllowRule, Config as PageConfig};
pub use judge::{Decision, Judged, judge, judge_under};
pub use keys::inventory::KeyRing;
pub use keys::inventory::calendar::{Phase, RenewalCost, phases, renewal_costs};
pub use keys::inventory::ckms::{Answer, Question, Questionnaire, Told};
pub use keys::inventory::held::PublicHalf;
pub use keys::inventory::observe::{KeyPlace, key_facts};
pub use keys::inventory::strength::{Criteria, Standing, Use};
pub use mail::scatter_type::{Campaign, Campaigns};
pub use mail::subject::bare_subject;
pub use observe::{CANDIDATES_MAX, Lies, Observed, Origin, observe, observe_keys};
pub use page::observe::page_config_problems;

use hinomi_model::Verdict;

/// One check: its words, its page, its judgement.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Id; the folder's name with `-`, after the family.
    pub id: &'static str,
    /// `check.toml`.
    pub entry: &'static str,
    /// `page.md`.
    pub page: &'static str,
    /// The judgement.
    pub judge: fn(&Context<'_>, &Case<'_>) -> Verdict,
}

/// All checks, by family.
pub const CHECKS: &[Check] = &[
    document::auto_run_macro::CHECK,
    document::carries_program::CHECK,
    document::dde_command::CHECK,
    document::hidden_macro_sheet::CHECK,
    document::pdf_leads_to_document::CHECK,
    document::remote_template::CHECK,
    document::starts_powershell::CHECK,
    document::stomped_macro::CHECK,
    keys::certificate_expires::CHECK,
    keys::crypto_period_over::CHECK,
    keys::default_keystore_password::CHECK,
    keys::private_key_exposed::CHECK,
    keys::private_key_in_clear::CHECK,
    keys::renewed_with_same_key::CHECK,
    keys::same_key_in_two_places::CHECK,
    keys::strength_ends::CHECK,
    keys::validity_too_long::CHECK,
    keys::weak_key::CHECK,
    mail::deceptive_file_name::CHECK,
    mail::look_alike_domain::CHECK,
    mail::own_account_sends::CHECK,
    mail::password_beside_archive::CHECK,
    mail::program_in_archive::CHECK,
    mail::reply_type::CHECK,
    mail::scatter_type::CHECK,
    page::cross_protocol::CHECK,
    page::local_access::CHECK,
    page::mdns_exfiltration::CHECK,
    page::port_scan::CHECK,
    page::rebinding::CHECK,
    page::resolver_lets_private_answers_through::CHECK,
    page::top_level_local::CHECK,
    page::webrtc_local::CHECK,
    tls::behaviour_below_profile::CHECK,
    tls::certificate_below_profile::CHECK,
    tls::interim_without_end::CHECK,
    tls::key_exchange_below_profile::CHECK,
    tls::known_weakness::CHECK,
    tls::order_below_profile::CHECK,
    tls::suite_below_profile::CHECK,
    tls::version_below_profile::CHECK,
];

/// The families of the house, with or without checks yet: what a run has no evidence for is named by these.
pub const FAMILIES: &[&str] = &[
    "mail",
    "document",
    "page",
    "tls",
    "keys",
    "indicator",
    "host",
    "dns",
    "exposure",
    "leak",
    "login",
    "identity",
];
