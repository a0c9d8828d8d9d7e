//! The page watch in real browsers beside the extensions of others: what each finds, and what each costs.

pub(super) mod cost;
pub(super) mod peers;
