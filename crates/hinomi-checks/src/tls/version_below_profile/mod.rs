//! SSL and TLS versions that the profile forbids, or that it wants and that are not there.

use super::{Area, judge_area};
use crate::{Case, Check, Context};
use hinomi_model::Verdict;

pub(crate) const CHECK: Check = Check {
    id: "tls.version-below-profile",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    judge_area(cx, case, Area::Version)
}
