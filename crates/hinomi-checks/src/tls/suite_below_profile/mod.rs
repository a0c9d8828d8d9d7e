//! Cipher suites that the profile forbids or does not list.

use super::{Area, judge_area};
use crate::{Case, Check, Context};
use hinomi_model::Verdict;

pub(crate) const CHECK: Check = Check {
    id: "tls.suite-below-profile",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    judge_area(cx, case, Area::Suite)
}
