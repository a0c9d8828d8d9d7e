//! The one integration binary of the crate.

mod demo;
mod docs;
mod exits;
mod help;
#[cfg(target_os = "linux")]
mod hostile;
#[cfg(target_os = "linux")]
mod jail;
mod keys;
mod life;
mod odd;
mod program;
#[cfg(unix)]
mod reports;
mod secrets;
