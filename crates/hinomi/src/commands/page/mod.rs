//! The page watch in browsers: the policies that bring it there, and what comes back from it.

mod policy;
mod reports;

pub(crate) use policy::run as policies;
pub(crate) use reports::run as collect;
