//! The one integration binary of the crate.

#[cfg(target_os = "linux")]
mod jail;
