//! Every wall of the house is broken on purpose, in a copy, and its guard must fire; the untouched copy passes.

use super::copy::Copy;

const PURE: [&str; 4] = ["hinomi-model", "hinomi-formats", "hinomi-checks", "hinomi-outcome"];

/// `cargo dev ci --only clippy` for one crate.
fn clippy(copy: &Copy, name: &str) -> (bool, String) {
    copy.dev(&["ci", "--only", "clippy", "--package", name])
}

#[track_caller]
fn fires(run: (bool, String), messages: &[&str]) {
    let (passed, told) = run;
    assert!(!passed, "the guard did not fire:\n{told}");
    for message in messages {
        assert!(told.contains(message), "not said: {message}\n{told}");
    }
}

#[track_caller]
fn passes(run: (bool, String)) {
    let (passed, told) = run;
    assert!(passed, "the untouched copy does not pass:\n{told}");
}

#[test]
fn the_untouched_copy_passes() {
    let copy = Copy::take();
    passes(copy.dev(&["ci", "--only", "tidy"]));
    let packages = PURE.iter().chain(&["hinomi-collect"]).flat_map(|name| ["--package", *name]);
    let arguments: Vec<&str> = ["ci", "--only", "clippy"].into_iter().chain(packages).collect();
    passes(copy.dev(&arguments));
    passes(copy.cargo(&["test", "--package", "hinomi-checks", "--lib"]));
}

#[test]
fn a_pure_crate_has_no_clock_no_file_and_no_environment() {
    let copy = Copy::take();
    let outside = "
/// Breaks three walls.
pub fn outside() -> bool {
    std::time::SystemTime::now() > std::time::UNIX_EPOCH
        && std::fs::read(\"Cargo.toml\").is_ok()
        && std::env::var(\"HOME\").is_ok()
}
";
    // From the top of the graph down, so that a broken crate does not stand before the next.
    for name in ["hinomi-outcome", "hinomi-checks", "hinomi-formats", "hinomi-model"] {
        copy.add(&format!("crates/{name}/src/lib.rs"), outside);
        fires(
            clippy(&copy, name),
            &[
                "use of a disallowed method `std::time::SystemTime::now`",
                "use of a disallowed method `std::fs::read`",
                "use of a disallowed method `std::env::var`",
                "0 passed, 1 failed",
            ],
        );
    }
}

#[test]
fn nobody_writes_unsafe() {
    let copy = Copy::take();
    let block =
        "\n/// Breaks a wall.\npub fn first(bytes: &[u8]) -> u8 {\n    unsafe { *bytes.as_ptr() }\n}\n";
    copy.add("crates/hinomi-model/src/lib.rs", block);
    fires(clippy(&copy, "hinomi-model"), &["usage of an `unsafe` block"]);
}

#[test]
fn only_the_scope_makes_a_target_and_only_the_gate_lets_something_be_blocked() {
    let copy = Copy::take();
    // In the same crate, even: outside of its module nobody has the field.
    let target = "\n/// Breaks a wall.\npub fn forged() -> crate::InScope<String> {\n    crate::InScope(String::new())\n}\n";
    copy.add("crates/hinomi-collect/src/files/mod.rs", target);
    fires(clippy(&copy, "hinomi-collect"), &["error[E0423]", "private field"]);
    let blocked = "\n/// Breaks a wall.\npub fn forged(indicator: Indicator) -> Blockable {\n    Blockable(indicator)\n}\n";
    copy.add("crates/hinomi-model/src/lib.rs", blocked);
    fires(clippy(&copy, "hinomi-model"), &["error[E0423]", "private field"]);
}

#[test]
fn a_page_that_lies_and_an_entry_without_japanese_fail_the_tests_of_the_checks() {
    let copy = Copy::take();
    let checks = "crates/hinomi-checks/src";
    copy.replace(&format!("{checks}/document/auto_run_macro/page.md"), "\nfail high/high", "\nfail low/high");
    copy.replace(&format!("{checks}/mail/scatter_type/check.toml"), "[text.ja]", "[text.fr]");
    fires(
        copy.cargo(&["test", "--package", "hinomi-checks", "--lib"]),
        &[
            "tests::every_page_example_gives_the_verdict_it_shows ... FAILED",
            "tests::every_entry_keeps_its_promises ... FAILED",
            "languages are [\\\"en\\\", \\\"fr\\\"]",
        ],
    );
}

/// How a rule of tidy is broken, and what it says then.
type Break = (fn(&Copy), &'static str);

/// One or more for each rule that reads files.
const BREAKS: &[Break] = &[
    (
        |copy| {
            copy.replace(
                CHECKS_MANIFEST,
                "[dependencies]\n",
                "[dependencies]\nhinomi-store.workspace = true\n",
            )
        },
        "hinomi-checks may not depend on hinomi-store (an own crate)",
    ),
    (
        |copy| {
            copy.replace(CHECKS_MANIFEST, "[dependencies]\n", "[dependencies]\nrusqlite.workspace = true\n")
        },
        "hinomi-checks may not depend on rusqlite (a crate of others)",
    ),
    (
        |copy| copy.replace("crates/hinomi-formats/clippy.toml", "\"std::fs::read\"", "\"std::fs::copy\""),
        "hinomi-formats is a pure crate, but `std::fs::read` is not among its disallowed-methods",
    ),
    (
        |copy| copy.replace("Cargo.toml", "unsafe_code = \"forbid\"", "unsafe_code = \"warn\""),
        "workspace.lints.rust.unsafe_code is not \"forbid\"",
    ),
    (
        |copy| copy.replace("crates/hinomi-model/Cargo.toml", "[lints]\nworkspace = true\n", ""),
        "hinomi-model does not take the lints",
    ),
    (
        |copy| copy.replace("crates/hinomi-outcome/Cargo.toml", "license.workspace = true\n", ""),
        "crates/hinomi-outcome/Cargo.toml:1: no `license = \"Apache-2.0\"`",
    ),
    (
        |copy| {
            let body = "    work();\n".repeat(119);
            copy.add(
                "crates/hinomi-collect/src/long.rs",
                &format!("//! Long.\n\nfn endless() {{\n{body}}}\n"),
            );
        },
        "crates/hinomi-collect/src/long.rs:3: `endless` has 121 lines, at most 120",
    ),
    (
        |copy| {
            copy.add(
                "crates/hinomi-formats/src/text/mod.rs",
                "\nfn first(b: &[u8]) -> u8 { *b.first().unwrap() }\n",
            )
        },
        "unwrap() where hostile bytes are read",
    ),
    (
        |copy| copy.add("crates/hinomi-store/src/column.rs", "\n#[allow(dead_code)]\nfn unused() {}\n"),
        "#[allow(…: say `#[expect(lint",
    ),
    (
        |copy| copy.add("crates/hinomi-store/src/read/tests.rs", "\n#[test]\n#[ignore]\nfn later() {}\n"),
        "#[ignore…: a test runs or goes",
    ),
    (
        |copy| copy.add("crates/hinomi-store/src/read/helper.rs", "fn assist() {}\n"),
        "a module named `helper` says nothing",
    ),
    (|_| (), "crates/hinomi-store/src/read/helper.rs:1: no `//!` header"),
    (
        |copy| {
            (1..14).for_each(|n| {
                copy.add(&format!("crates/hinomi-store/src/many/m{n}.rs"), "//! One of many.\n")
            })
        },
        "crates/hinomi-store/src/many:1: 13 modules in one folder, at most 12",
    ),
    (|copy| (1..20).for_each(|n| copy.add(&format!("note{n}.md"), "")), "entries in one folder, at most 20"),
    (
        |copy| copy.remove("crates/hinomi-checks/src/mail/scatter_type/page.md"),
        "crates/hinomi-checks/src/mail/scatter_type:1: the check has no page.md",
    ),
    (
        |copy| {
            copy.replace(
                "crates/hinomi-checks/src/mail/scatter_type/check.toml",
                "id = \"mail.",
                "id = \"post.",
            )
        },
        "the id is not that of the folder: \"mail.scatter-type\"",
    ),
    (
        |copy| copy.replace("crates/hinomi-checks/src/lib.rs", "    mail::reply_type::CHECK,\n", ""),
        "the check is not in CHECKS of lib.rs: `mail::reply_type::CHECK,`",
    ),
    (
        |copy| copy.replace(REPLY_TYPE, "incidents = [\"2020-07-emotet\"]", "incidents = [\"2020-00-none\"]"),
        "incidents names \"2020-00-none\", which does not exist",
    ),
    (
        |copy| copy.replace(REPLY_TYPE, "measures = [", "measures = [\"mail.pray\", "),
        "measures names \"mail.pray\", which does not exist",
    ),
    (
        |copy| {
            copy.replace(
                "catalog/incidents/2020-07-emocheck-evaded.toml",
                "families = [",
                "families = [\"mail\", ",
            )
        },
        "catalog/incidents/2020-07-emocheck-evaded.toml:1: names no checks",
    ),
    (|copy| copy.add("docs/ja/only.md", "# 片方\n"), "docs/en/only.md is missing: both languages or none"),
    (
        |copy| copy.replace("README.ja.md", "cargo dev test", "cargo test"),
        "README.ja.md:1: the first 80 lines do not show `cargo dev test`",
    ),
    (
        |copy| copy.add("lab/path.sh", &["cat /ho", "me/somebody/mail\n"].concat()),
        "lab/path.sh:1: a path of one machine",
    ),
    (
        |copy| copy.add("lab/host.sh", &["curl https://registry.npm", "js.org/x\n"].concat()),
        "lab/host.sh:1: names a registry's host",
    ),
];

const CHECKS_MANIFEST: &str = "crates/hinomi-checks/Cargo.toml";
const REPLY_TYPE: &str = "crates/hinomi-checks/src/mail/reply_type/check.toml";

#[test]
fn tidy_sees_every_rule_broken() {
    let copy = Copy::take();
    for (apply, _) in BREAKS {
        apply(&copy);
    }
    let messages: Vec<&str> = BREAKS.iter().map(|(_, message)| *message).collect();
    fires(copy.dev(&["ci", "--only", "tidy"]), &messages);
}
