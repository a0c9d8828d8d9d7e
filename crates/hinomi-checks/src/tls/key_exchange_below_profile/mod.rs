//! Groups and Diffie-Hellman primes that are too short or not listed.

use super::{Area, judge_area};
use crate::{Case, Check, Context};
use hinomi_model::Verdict;

pub(crate) const CHECK: Check = Check {
    id: "tls.key-exchange-below-profile",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    judge_area(cx, case, Area::KeyExchange)
}
