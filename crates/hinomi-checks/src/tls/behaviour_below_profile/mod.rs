//! HSTS, OCSP, renegotiation, compression, early data: what hardens the rest.

use super::{Area, judge_area};
use crate::{Case, Check, Context};
use hinomi_model::Verdict;

pub(crate) const CHECK: Check = Check {
    id: "tls.behaviour-below-profile",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    judge_area(cx, case, Area::Hardening)
}
