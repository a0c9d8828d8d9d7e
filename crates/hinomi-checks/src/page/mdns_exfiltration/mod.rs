//! A public page that asks for names under `.local` that nobody gave a device.

use crate::page::{OfRule, judge};
use crate::{Case, Check};
use hinomi_model::fact::{PageFact, PageRule};

pub(crate) const CHECK: Check = Check {
    id: "page.mdns-exfiltration",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge: judge::<MdnsExfiltration>,
};

struct MdnsExfiltration;

impl OfRule for MdnsExfiltration {
    const RULE: PageRule = PageRule::MdnsExfiltration;

    /// What the names look like.
    fn way(_: &Case<'_>, fact: &PageFact) -> Option<&'static str> {
        Some(if fact.has_note("encoded_name") { "encoded" } else { "many" })
    }
}
