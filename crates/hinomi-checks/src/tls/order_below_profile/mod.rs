//! A server that leaves the choice of suite to the client, or has a bad order.

use super::{Area, judge_area};
use crate::{Case, Check, Context};
use hinomi_model::Verdict;

pub(crate) const CHECK: Check = Check {
    id: "tls.order-below-profile",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    judge_area(cx, case, Area::Order)
}
