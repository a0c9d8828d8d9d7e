//! What each crate may depend on: the dependency table of ARCHITECTURE.md, held against `cargo metadata`.
//!
//! **A new edge is an architecture change.** A crate is a permission: `hinomi-checks` cannot open a file because it
//! has no crate that could. So whoever adds a line here says in ARCHITECTURE.md, in the same commit, which
//! permission the crate gains and why another crate could not do it. Development dependencies are free: they are
//! in no binary that a user runs.

use super::fault::Fault;
use super::tree::{Tree, line_of};
use cargo_metadata::{DependencyKind, Package};

/// A crate, its own crates and the crates of others that it may name, features of the build included.
struct Allowed {
    name: &'static str,
    own: &'static [&'static str],
    outside: &'static [&'static str],
}

/// The table.
const ALLOWED: &[Allowed] = &[
    // The nouns: arithmetic on values, nothing that could reach outside.
    Allowed { name: "hinomi-model", own: &[], outside: &["idna", "jiff", "serde", "serde_json", "sha2"] },
    // Readers of hostile bytes: decoders and ciphers only, each without I/O of its own.
    Allowed {
        name: "hinomi-formats",
        own: &[],
        outside: &[
            "aes",
            "argon2",
            "bcrypt-pbkdf",
            "cast5",
            "ctr",
            "dashu-int",
            "des",
            "encoding_rs",
            "flate2",
            "hmac",
            "idna",
            "md-5",
            "memchr",
            "ml-dsa",
            "ml-kem",
            "pbkdf2",
            "rc2",
            "regex",
            "scrypt",
            "serde",
            "serde_json",
            "sha1",
            "sha2",
            "shake",
            "thiserror",
            "unicode-normalization",
            "zeroize",
        ],
    },
    // Also compiled for the browser, where every crate is paid for in bytes: serde, and nothing else ever.
    Allowed { name: "hinomi-watch", own: &[], outside: &["serde", "serde_json"] },
    // The same in a browser: the macro makes exports, and brings nothing along.
    Allowed {
        name: "hinomi-wasm",
        own: &["hinomi-watch"],
        outside: &["serde", "serde_json", "wasm-minimal-protocol"],
    },
    Allowed {
        name: "hinomi-checks",
        own: &["hinomi-formats", "hinomi-model", "hinomi-watch"],
        outside: &["idna", "jiff", "serde", "serde_json", "thiserror", "toml", "unicode-security"],
    },
    Allowed {
        name: "hinomi-outcome",
        own: &["hinomi-model"],
        outside: &[
            "csv",
            "jiff",
            "maud",
            "rust_xlsxwriter",
            "serde",
            "serde_json",
            "thiserror",
            "toml",
            "unicode-width",
        ],
    },
    // May read the disk and ask servers; rustls speaks TLS for one real request and finds paths to roots, which needs
    // signatures checked: no reader may do either.
    Allowed {
        name: "hinomi-collect",
        own: &["hinomi-formats", "hinomi-model"],
        outside: &[
            "idna",
            "memchr",
            "mio",
            "rustix",
            "rustls",
            "rustls-webpki",
            "serde_json",
            "thiserror",
            "walkdir",
            "webpki-roots",
        ],
    },
    // May hold the database.
    Allowed {
        name: "hinomi-store",
        own: &["hinomi-model"],
        outside: &["jiff", "rusqlite", "serde", "serde_json", "sha2", "thiserror"],
    },
    // Wires everything, and locks the jail. The servers of the demo listen on loopback and sign their certificates by
    // rustls, dashu-int, sha1 and sha2: a crate of their own would be one that may listen.
    Allowed {
        name: "hinomi",
        own: &[
            "hinomi-checks",
            "hinomi-collect",
            "hinomi-formats",
            "hinomi-model",
            "hinomi-outcome",
            "hinomi-store",
        ],
        outside: &[
            "anyhow",
            "clap",
            "dashu-int",
            "flate2",
            "indicatif",
            "jiff",
            "landlock",
            "libc",
            "memchr",
            "nix",
            "rustix",
            "rustls",
            "seccompiler",
            "serde",
            "serde_json",
            "sha1",
            "sha2",
            "thiserror",
            "toml",
        ],
    },
    // The developer's tool: no part of the product.
    Allowed {
        name: "hinomi-dev",
        own: &["hinomi-checks", "hinomi-formats", "hinomi-model", "hinomi-watch"],
        outside: &[
            "aes",
            "anyhow",
            "cargo_metadata",
            "cfb",
            "clap",
            "ctr",
            "encoding_rs",
            "flate2",
            "hmac",
            "jiff",
            "jsonschema",
            "nix",
            "pbkdf2",
            "serde",
            "serde_json",
            "sha1",
            "sha2",
            "tempfile",
            "toml",
        ],
    },
];

/// Crates of our own only where the table says so.
pub(super) fn own(tree: &Tree) -> Vec<Fault> {
    let is_own = |name: &str| tree.packages.iter().any(|package| package.name.as_str() == name);
    let mut faults = strangers(tree);
    faults.extend(against_table(tree, is_own, |row| row.own, "an own crate"));
    faults
}

/// Crates of others only where the table says so.
pub(super) fn outside(tree: &Tree) -> Vec<Fault> {
    let is_other = |name: &str| tree.packages.iter().all(|package| package.name.as_str() != name);
    against_table(tree, is_other, |row| row.outside, "a crate of others")
}

/// Crates the table does not know.
fn strangers(tree: &Tree) -> Vec<Fault> {
    let unknown = |package: &&Package| row(package).is_none();
    let what =
        "this crate is not in the dependency table (tidy/edges.rs): a crate is a permission, say which";
    tree.packages.iter().filter(unknown).map(|package| Fault::of(&manifest(package), what)).collect()
}

fn row(package: &Package) -> Option<&'static Allowed> {
    ALLOWED.iter().find(|row| row.name == package.name.as_str())
}

fn manifest(package: &Package) -> String {
    format!("crates/{}/Cargo.toml", package.name)
}

fn against_table(
    tree: &Tree,
    concerns: impl Fn(&str) -> bool,
    column: fn(&Allowed) -> &'static [&'static str],
    kind: &str,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for package in &tree.packages {
        let Some(row) = row(package) else { continue };
        let named = package.dependencies.iter().filter(|edge| edge.kind != DependencyKind::Development);
        for edge in named.filter(|edge| concerns(&edge.name) && !column(row).contains(&edge.name.as_str())) {
            let path = manifest(package);
            let line = line_of(tree.text(&path).unwrap_or_default(), &edge.name);
            let what = format!(
                "{} may not depend on {} ({kind}): a new edge is an architecture change",
                package.name, edge.name
            );
            faults.push(Fault::at(&path, line, what));
        }
    }
    faults
}
