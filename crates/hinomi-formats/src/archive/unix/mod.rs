//! Archives at home on Unix: gzip and tar.

pub(super) mod gzip;
pub(super) mod tar;
