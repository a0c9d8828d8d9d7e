//! What programs read: our own lines, SARIF for code hosts, OCSF for log stores, CycloneDX for inventories of keys.

mod cbom;
mod json;
mod ocsf;
mod sarif;
#[cfg(test)]
mod tests;

pub use cbom::cbom;
pub use json::json;
pub(crate) use json::{by_severity, merged};
pub use ocsf::ocsf;
pub use sarif::sarif;

use crate::visible::acts;
use std::fmt::Write;

/// The program's version, as every format tells it.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A value as one line of JSON that is also harmless on a terminal: characters that act there are written as
/// `\uXXXX`. They stand inside strings only, so the value stays the same.
pub(crate) fn line(value: &serde_json::Value) -> String {
    let plain = value.to_string();
    if !plain.chars().any(acts) {
        return plain;
    }
    let mut out = String::with_capacity(plain.len() + 32);
    for c in plain.chars() {
        if acts(c) {
            let mut units = [0_u16; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Lines, each ended.
pub(crate) fn lines(values: impl IntoIterator<Item = serde_json::Value>) -> String {
    let mut out = String::new();
    for value in values {
        out.push_str(&line(&value));
        out.push('\n');
    }
    out
}
