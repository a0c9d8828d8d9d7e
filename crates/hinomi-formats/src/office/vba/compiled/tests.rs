//! Compiled code that is of its source, and compiled code that is not.

use super::super::super::forge::{self, ForgedModule, compiled, compound, module};
use super::super::super::{Stomped, read};
use crate::{Budget, Limits};
use expect_test::{Expect, expect};
use std::fmt::Write;

const LIMITS: Limits = Limits::desk();
const NAMES: [&str; 6] = ["CreateObject", "Run", "MsgBox", "total", "AutoOpen", "_B_str_Left"];

/// A project whose modules have `sources`, and in the first of them code that calls `called` and has `literals`.
fn stomped(sources: &[&str], called: &[&str], literals: &[&str]) -> Vec<Stomped> {
    let plain: Vec<ForgedModule> =
        sources.iter().enumerate().map(|(at, source)| module(&format!("Module{at}"), source)).collect();
    let mut modules = plain.clone();
    for module in &mut modules {
        module.before = compiled::code(&plain, &NAMES, &[], &[]);
    }
    modules[0].before = compiled::code(&plain, &NAMES, called, literals);
    let mut streams = forge::project("", 1252, &modules);
    for (path, stream) in &mut streams {
        if path == "VBA/_VBA_PROJECT" {
            *stream = compiled::project(&plain, &NAMES);
        }
    }
    let streams: Vec<(&str, &[u8])> =
        streams.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let file = compound(cfb::Version::V3, &streams);
    let document = read(&file, &LIMITS, &mut Budget::new(&LIMITS)).expect("a document").value;
    document.projects.into_iter().flat_map(|project| project.stomped).collect()
}

#[track_caller]
fn check(sources: &[&str], called: &[&str], literals: &[&str], expected: Expect) {
    let mut told = String::new();
    for Stomped { module, only_compiled, literals, source_removed } in stomped(sources, called, literals) {
        writeln!(told, "{module}: {only_compiled:?} {literals:?} removed: {source_removed}").unwrap();
    }
    expected.assert_eq(&told);
}

const HONEST: &str = "Sub AutoOpen()\r\nCreateObject(\"WScript.Shell\").Run \"say \"\"it\"\"\"\r\n\
    total = Left$(\"x\", 1)\r\nEnd Sub\r\n";

#[test]
fn compiled_code_of_its_own_source_is_honest() {
    let called = ["CreateObject", "Run", "total", "AutoOpen", "_B_str_Left"];
    check(&[HONEST], &called, &["WScript.Shell", "say \"it\""], expect![[""]]);
    // The same code in another module, and code that was commented out.
    check(&["", HONEST], &called, &["WScript.Shell"], expect![[""]]);
    check(&["' CreateObject here\r\n"], &["CreateObject"], &[], expect![[""]]);
}

#[test]
fn names_of_deleted_code_alone_are_no_stomping() {
    // The table still has CreateObject and AutoOpen; no instruction uses them.
    check(&["Sub a()\r\nMsgBox total\r\nEnd Sub\r\n"], &["MsgBox", "total"], &[], expect![[""]]);
    check(&["Sub a()\r\nMsgBox 1\r\nEnd Sub\r\n"], &["MsgBox", "total", "Run"], &[], expect![[""]]);
}

#[test]
fn source_put_in_the_place_of_another_is_told() {
    let harmless = "Sub a()\r\nMsgBox \"Hello\"\r\nEnd Sub\r\n";
    check(
        &[harmless],
        &["Run", "total", "CreateObject"],
        &[],
        expect![[r#"
        Module0: ["CreateObject", "Run", "total"] [] removed: false
    "#]],
    );
    check(
        &[harmless],
        &[],
        &["powershell -e AAAA", "Hello"],
        expect![[r#"
        Module0: ["CreateObject", "AutoOpen"] ["powershell -e AAAA"] removed: false
    "#]],
    );
}

#[test]
fn source_taken_away_is_told() {
    check(
        &[""],
        &["CreateObject"],
        &["cmd /c x"],
        expect![[r#"
        Module0: ["CreateObject"] ["cmd /c x"] removed: true
    "#]],
    );
    check(
        &["' nothing\r\n", HONEST],
        &[],
        &["cmd /c x"],
        expect![[r#"
        Module0: [] ["cmd /c x"] removed: true
    "#]],
    );
}

#[test]
fn tables_that_are_none_are_left() {
    let module = module("M", "x = 1");
    for table in [&b"\xCC\x61\xFF\xFF\0\0\0"[..], b"\x03\x04VBA", b"\x03\x04VBA\0\0\x10\0\xFF", &[0x41; 400]]
    {
        let mut streams = forge::project("", 1252, std::slice::from_ref(&module));
        streams.retain(|(path, _)| path != "VBA/_VBA_PROJECT");
        streams.push(("VBA/_VBA_PROJECT".to_owned(), table.to_vec()));
        let streams: Vec<(&str, &[u8])> =
            streams.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        let file = compound(cfb::Version::V3, &streams);
        let document = read(&file, &LIMITS, &mut Budget::new(&LIMITS)).expect("a document").value;
        assert_eq!(document.projects[0].stomped, Vec::new());
        assert_eq!(document.projects[0].modules.len(), 1);
    }
}
