//! Exit codes: 0 nothing at or above the bar, 1 findings, 2 could not run, 3 incomplete; 2 beats 1 beats 3.

use crate::program::{Desk, hijacked_mail, plain_mail};

/// A desk with one of each: nothing wrong, a finding, something that cannot be read.
fn desk() -> Desk {
    let desk = Desk::with_demo();
    desk.write("clean.eml", plain_mail(1));
    desk.write("found.eml", hijacked_mail("Re: order", 1));
    // A compound file of which nothing but its signature is there.
    desk.write("broken.doc", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    desk.write("unknown-key.toml", "schema = 1\ncolour = \"red\"\n");
    desk.write("secret.toml", "schema = 1\n[mail]\nusual_passwords = \"hunter2\"\n");
    desk.write("schema-2.toml", "schema = 2\n");
    desk.write("no-source.toml", "schema = 1\n");
    desk.write("gone-source.toml", "schema = 1\n[[source]]\nkind = \"mail-folder\"\npath = \"gone\"\n");
    desk.write("not-a-store.db", "not a store");
    desk.write("bad-catalog/text/en.toml", "cli_about = 1");
    desk.write("empty/.keep", "");
    desk
}

/// Command lines and how they end.
const TABLE: &[(i32, &str)] = &[
    (0, "--help"),
    (0, "--version"),
    (0, "scan clean.eml"),
    (0, "scan empty"),
    (0, "scan found.eml --fail-on critical"),
    (0, "scan broken.doc --allow-incomplete"),
    (0, "explain"),
    (0, "explain mail.reply-type"),
    (0, "report --config d/hinomi.toml"),
    (0, "plan --config d/hinomi.toml --budget 1000000"),
    (0, "block --config d/hinomi.toml --format hosts"),
    (0, "finding list --config d/hinomi.toml"),
    (0, "asset list --config d/hinomi.toml"),
    (0, "indicator list --config d/hinomi.toml"),
    (0, "catalog check"),
    (0, "catalog list"),
    (0, "config check --config d/hinomi.toml"),
    (0, "config show"),
    (0, "audit verify --config d/hinomi.toml"),
    (0, "decode --recipe To_Hex('None',0) clean.eml"),
    (1, "scan found.eml"),
    (1, "scan found.eml --allow-incomplete"),
    (1, "scan found.eml broken.doc"),
    (1, "run --config d/hinomi.toml"),
    (2, ""),
    (2, "burn"),
    (2, "scan"),
    (2, "scan gone.eml"),
    (2, "scan clean.eml gone.eml"),
    (2, "scan found.eml gone.eml"),
    (2, "scan example.co.jp"),
    (2, "scan clean.eml --format docx"),
    (2, "scan clean.eml --workers many"),
    (2, "scan clean.eml --colour"),
    (2, "scan clean.eml --config gone.toml"),
    (2, "scan clean.eml --config unknown-key.toml"),
    (2, "scan clean.eml --config secret.toml"),
    (2, "scan clean.eml --config schema-2.toml"),
    (2, "scan clean.eml --catalog bad-catalog"),
    (2, "scan clean.eml --output gone/report.json --format json"),
    (2, "config check --config gone-source.toml"),
    (2, "run --config no-source.toml"),
    (2, "report"),
    (2, "audit verify"),
    (2, "finding show hnm1:00000000000000000000000000000000 --config d/hinomi.toml"),
    (2, "finding show nonsense --config d/hinomi.toml"),
    (2, "explain mail.no-such-check"),
    (2, "catalog show no-such-file"),
    (2, "restore not-a-store.db --config d/hinomi.toml"),
    (2, "decode --recipe No_Such_Operation() clean.eml"),
    (2, "demo empty"),
    (3, "decode --recipe Label('a')Jump('a',1000000000) clean.eml"),
    (3, "scan broken.doc"),
    (3, "scan found.eml broken.doc --fail-on critical"),
    (3, "scan clean.eml broken.doc"),
];

#[test]
fn the_exit_code_says_how_it_ended() {
    let desk = desk();
    let mut wrong = Vec::new();
    for (expected, line) in TABLE {
        let said = desk.run(line.split_whitespace());
        if said.code != Some(*expected) {
            wrong.push(format!("`hinomi {line}`: {:?}, not {expected}: {}", said.code, said.err));
        }
        // Data to standard output, words about what went wrong to standard error.
        let silent = if *expected == 2 { &said.out } else { &String::new() };
        if !silent.is_empty() {
            wrong.push(format!("`hinomi {line}` ended with 2 and wrote to standard output: {silent}"));
        }
        if *expected == 2 && said.err.trim().is_empty() {
            wrong.push(format!("`hinomi {line}` ended with 2 without a word"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::with_demo();
    let mut command = desk.hinomi(["scan", "d", "--format", "json", "--observations"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    drop(child.stdout.take());
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    assert!(done.status.code().is_some(), "not ended by a signal");
}
