//! Help and errors, in both languages, for every command.

use crate::program::Desk;
use std::collections::BTreeSet;

/// Every command, as the help of the one above lists it.
fn commands(desk: &Desk) -> Vec<Vec<String>> {
    let mut found = vec![Vec::new()];
    let mut at = 0;
    while let Some(path) = found.get(at).cloned() {
        let help = help(desk, &path, "en");
        let listed = help.split("Commands:\n").nth(1).unwrap_or_default();
        for line in listed.lines().take_while(|line| !line.is_empty()) {
            // A name stands two columns in; the continuation of its text stands further in.
            let name = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' '));
            if let Some(name) = name.and_then(|rest| rest.split_whitespace().next()) {
                found.push([&path[..], &[name.to_owned()]].concat());
            }
        }
        at += 1;
    }
    found
}

fn help(desk: &Desk, path: &[String], lang: &str) -> String {
    let said = desk.run(path.iter().map(String::as_str).chain(["--help", "--lang", lang]));
    assert_eq!(said.code, Some(0), "{path:?}: {}", said.err);
    assert_eq!(said.err, "", "{path:?}");
    said.out
}

/// Whether Japanese is written here.
fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
}

#[test]
fn every_command_explains_itself_in_both_languages() {
    let desk = Desk::new();
    let all = commands(&desk);
    assert!(all.len() >= 25, "only {} commands were found: {all:?}", all.len());
    for path in &all {
        for lang in ["en", "ja"] {
            let help = help(&desk, path, lang);
            // A word that is missing shows as its key.
            for raw in ["cli_", "app."] {
                assert!(!help.contains(raw), "{path:?} in {lang} shows a raw key:\n{help}");
            }
            assert_eq!(is_japanese(&help), lang == "ja", "{path:?} in {lang}:\n{help}");
            let options = help.split("\n\n").filter(|part| part.contains("--help ")).flat_map(str::lines);
            for line in options.filter(|line| line.trim_start().starts_with('-')) {
                let words = line.trim_start().split("  ").filter(|part| !part.trim().is_empty()).count();
                assert!(words >= 2, "{path:?} in {lang}: an option without a word: {line}\n{help}");
            }
        }
    }
}

#[test]
fn no_english_is_left_in_japanese_help() {
    let desk = Desk::new();
    for path in commands(&desk) {
        let help = help(&desk, &path, "ja");
        for word in ["Usage", "Options", "Commands", "Arguments", "possible values", "default:", "Print help"]
        {
            assert!(!help.contains(word), "{path:?} says {word:?}:\n{help}");
        }
    }
}

/// Wrong command lines and what their errors must name.
const WRONG: &[(&str, &str)] = &[
    ("", ""),
    ("burn", "burn"),
    ("scna x.eml", "scan"),
    ("scan", "FILE"),
    ("scan x --colour", "--colour"),
    ("scan x --format docx", "docx"),
    ("scan x --format", "--format"),
    ("scan x --workers many", "many"),
    ("scan x --lang en --lang ja", "--lang"),
    ("scan gone.eml", "gone.eml"),
    ("scan example.co.jp", "example.co.jp"),
    ("run --config gone.toml", "gone.toml"),
    ("explain no.check", "no.check"),
    ("report", "hinomi.db"),
    ("finding accept x --reason y", "--until"),
    ("decode --recipe Frobnicate() x", "Frobnicate"),
    ("restore gone.db", "gone.db"),
];

#[test]
fn errors_speak_the_language_and_name_the_thing() {
    let desk = Desk::new();
    let mut seen = BTreeSet::new();
    for (line, named) in WRONG {
        for lang in ["en", "ja"] {
            let mut command = desk.hinomi(line.split_whitespace());
            let said =
                crate::program::Said::of(command.env("HINOMI_LANG", lang).output().expect("it starts"));
            // `--lang` on the command line beats the variable.
            let japanese = lang == "ja" || line.ends_with("--lang ja");
            assert_eq!(said.code, Some(2), "`{line}` in {lang}: {}", said.err);
            assert!(said.err.contains(named), "`{line}` in {lang} does not name {named}: {}", said.err);
            assert!(!said.err.contains("cli_"), "`{line}` in {lang} shows a raw key: {}", said.err);
            assert_eq!(is_japanese(&said.err), japanese, "`{line}` in {lang}: {}", said.err);
            seen.insert(said.err);
        }
    }
    assert!(seen.len() > WRONG.len(), "errors differ by cause and language");
}

#[test]
fn the_language_is_taken_from_flag_then_variable_then_locale() {
    let desk = Desk::new();
    let check = |flag: Option<&str>, variables: &[(&str, &str)], japanese: bool| {
        let arguments: Vec<&str> = ["--help"].into_iter().chain(flag).collect();
        let mut command = desk.hinomi(&arguments);
        let said = command.envs(variables.iter().copied()).output().expect("it starts");
        let out = String::from_utf8(said.stdout).expect("UTF-8");
        assert_eq!(is_japanese(&out), japanese, "{flag:?} {variables:?}");
    };
    check(None, &[], false);
    check(None, &[("LANG", "ja_JP.UTF-8")], true);
    check(None, &[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "C")], false);
    check(None, &[("LANG", "C"), ("HINOMI_LANG", "ja")], true);
    check(Some("--lang=en"), &[("HINOMI_LANG", "ja")], false);
    check(Some("--lang=ja"), &[("HINOMI_LANG", "en"), ("LANG", "en_US.UTF-8")], true);
}
