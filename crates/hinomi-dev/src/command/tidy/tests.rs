//! The rules on small trees: what breaks each, and what only looks as if it did.

use super::fault::Fault;
use super::functions::{self, Numbers};
use super::source::{Source, blank};
use super::tree::Tree;
use super::{chapters, places, shape, vocabulary};
use std::collections::BTreeMap;

fn tree(files: &[(&str, &str)]) -> Tree {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned())));
    Tree::of(files.collect::<BTreeMap<_, _>>())
}

#[track_caller]
fn check(rule: fn(&Tree) -> Vec<Fault>, files: &[(&str, &str)], expected: &[&str]) {
    let told: Vec<String> = rule(&tree(files)).iter().map(Fault::to_string).collect();
    assert_eq!(told, expected);
}

#[track_caller]
fn blanked(code: &str, expected: &str) {
    assert_eq!(blank(code).split_whitespace().collect::<Vec<_>>().join(" "), expected);
}

#[test]
fn comments_and_literals_are_blanked_and_code_is_not() {
    blanked("a // fn b\nc", "a c");
    blanked("a /* x /* fn */ y */ b", "a b");
    blanked(r#"a("}", b'{', '\'', '}', "\"}")"#, "a( , , , , )");
    blanked(r##"a(r#"fn " {"#, br"\", c"}")"##, "a( , , )");
    blanked("fn a<'a>(b: &'a str) -> Foo<'_>", "fn a<'a>(b: &'a str) -> Foo<'_>");
    blanked("'日' r#type for\"x\"", "r#type for");
    blanked("\"never closed {", "");
    blanked("/* never closed {", "");
}

#[test]
fn lines_stay_where_they_were() {
    let text = "let a = \"one\ntwo\"; /* three\nfour */ fn b() {}\n";
    assert_eq!(blank(text).lines().count(), text.lines().count());
}

/// Functions as `name line lines`, `t` behind those for tests only.
#[track_caller]
fn found(path: &str, text: &str, expected: &[&str]) {
    let sources = Source::all(&BTreeMap::from([(path.to_owned(), text.to_owned())]));
    let functions = sources.iter().flat_map(|source| &source.functions);
    let told: Vec<String> = functions
        .map(|f| format!("{} {} {}{}", f.name, f.line, f.lines, if f.test { " t" } else { "" }))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn functions_are_found_with_their_length() {
    found("a.rs", "fn a() {}\n\nfn b(\n    c: [u8; 2],\n) -> [u8; 3] {\n    { c }\n}\n", &["a 1 1", "b 3 5"]);
    found("a.rs", "trait A {\n    fn none(&self);\n    fn some(&self) { \"}\"; }\n}\n", &["some 3 1"]);
    found(
        "a.rs",
        "type F = fn(u8) -> u8;\nfn_like!();\nfn outer() {\n    fn inner() {}\n}\n",
        &["outer 3 3", "inner 4 1"],
    );
    found("a/tests.rs", "fn a() {}", &["a 1 1"]);
    found("a/tests/b.rs", "fn a() {}", &["a 1 1 t"]);
    found(
        "a.rs",
        "fn a() {}\n#[cfg(test)]\nmod t {\n    fn b() {}\n}\nfn c() {}\n",
        &["a 1 1", "b 4 1 t", "c 6 1"],
    );
}

#[test]
fn a_module_declared_for_tests_is_a_test_with_all_it_holds() {
    let files = [
        ("src/a/mod.rs", "#[cfg(test)]\nmod tests;\n#[cfg(test)]\npub(crate) mod forge;\nmod real;\n"),
        ("src/a/tests.rs", "fn t() {}"),
        ("src/a/forge/deep.rs", "fn d() {}"),
        ("src/a/real.rs", "fn r() {}"),
        ("src/b.rs", "#[cfg(test)]\nmod tests;\n"),
        ("src/b/tests.rs", "fn u() {}"),
    ];
    let tests: Vec<String> =
        tree(&files).sources.iter().filter(|source| source.test).map(|source| source.path.clone()).collect();
    assert_eq!(tests, ["src/a/forge/deep.rs", "src/a/tests.rs", "src/b/tests.rs"]);
}

/// A file of `count` functions of `lines` lines each.
fn file(count: usize, lines: usize) -> String {
    format!("fn f() {{\n{}}}\n", "\n".repeat(lines - 2)).repeat(count)
}

#[test]
fn one_long_function_in_a_hundred_is_let_pass_and_two_are_not() {
    let one = file(99, 5) + &file(1, 71);
    check(functions::share, &[("a.rs", &one)], &[]);
    let two = file(98, 5) + &file(2, 71);
    let told = functions::share(&tree(&[("a.rs", &two)]));
    assert_eq!(told.len(), 2);
    assert_eq!(
        told[0].to_string(),
        "a.rs:491: `f` has 71 lines; more than 1 % of all functions are over 70 lines"
    );
}

#[test]
fn nine_of_ten_functions_are_short() {
    check(functions::share, &[("a.rs", &(file(9, 30) + &file(1, 60)))], &[]);
    let many = file(8, 30) + &file(2, 31);
    check(functions::share, &[("a.rs", &many)], &["crates:1: one function in ten is over 30 lines: p90 31"]);
    check(functions::long, &[("a.rs", &file(1, 120))], &[]);
    check(functions::long, &[("a.rs", &file(1, 121))], &["a.rs:1: `f` has 121 lines, at most 120"]);
}

#[test]
fn the_numbers_are_told_apart_for_tests() {
    let numbers = Numbers::of(&tree(&[("a.rs", &file(3, 10)), ("tests/b.rs", &file(1, 80))])).to_string();
    let (all, outside, inside) = (
        "4, 1 over 70 lines, p90 80, longest 80",
        "3, 0 over 70 lines, p90 10, longest 10",
        "1, 1 over 70 lines, p90 80, longest 80",
    );
    assert_eq!(numbers, format!("functions: {all}; outside tests: {outside}; inside: {inside}"));
}

#[test]
fn one_unwrap_in_a_thousand_lines_is_let_pass() {
    let code = |lines: usize| format!("fn f() {{ a.unwrap() }}\n{}", "\n".repeat(lines - 1));
    check(vocabulary::unwraps, &[("a.rs", &code(1_000))], &[]);
    check(
        vocabulary::unwraps,
        &[("a.rs", &code(999))],
        &["a.rs:1: unwrap(): 1 in 999 lines, at most 1 per 1000"],
    );
    check(vocabulary::unwraps, &[("tests/a.rs", &code(2))], &[]);
    check(
        vocabulary::unwraps,
        &[("crates/hinomi-formats/src/a.rs", &code(5_000))],
        &["crates/hinomi-formats/src/a.rs:1: unwrap() where hostile bytes are read: return a Problem"],
    );
}

#[test]
fn banned_words_count_in_code_and_not_in_text() {
    check(vocabulary::banned, &[("a.rs", "// #[allow(x)]\nfn f() { \"todo!()\"; }\n#[expect(x)]\n")], &[]);
    check(
        vocabulary::banned,
        &[("a.rs", "#![allow(x)]\nfn f() { todo!() }\n#[cfg_attr(test, allow(x))]\n")],
        &[
            "a.rs:1: #![allow(…: say `#![expect(lint, reason = \"…\")]`",
            "a.rs:3: allow(…: say `expect(lint, reason = \"…\")`",
            "a.rs:2: todo!(…: finish it or leave it out",
        ],
    );
}

#[test]
fn names_that_say_nothing_are_seen_as_file_folder_and_plural() {
    check(
        shape::names,
        &[("a/src/utils.rs", ""), ("a/src/core/mod.rs", ""), ("a/src/typesetting.rs", "")],
        &[
            "a/src/core/mod.rs:1: a module named `core` says nothing: name what it does",
            "a/src/utils.rs:1: a module named `utils` says nothing: name what it does",
        ],
    );
}

#[test]
fn a_file_and_its_folder_are_one_module_and_tests_are_none() {
    let names: Vec<String> = (0..12).map(|n| format!("c/src/a/m{n}.rs")).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    files.extend([
        ("c/src/a/m1/x.rs", ""),
        ("c/src/a/mod.rs", ""),
        ("c/src/a/tests.rs", ""),
        ("c/src/a/t.md", ""),
    ]);
    check(shape::listings, &files, &[]);
    files.push(("c/src/a/m12/x.rs", ""));
    check(shape::listings, &files, &["c/src/a:1: 13 modules in one folder, at most 12"]);
}

#[test]
fn paths_of_one_machine_are_told_from_paths_inside_others() {
    let home = ["/ho", "me/"].concat();
    let line = |before: &str, after: &str| format!("{before}{home}{after}\n");
    check(places::paths, &[("a.sh", &line("cd ", "yamada"))], &["a.sh:1: a path of one machine (/home/…)"]);
    check(places::paths, &[("a.sh", &line("~", "cur/8"))], &[]);
    check(places::paths, &[("a.sh", &line("\"$x\" ", "$USER"))], &[]);
}

#[test]
fn another_registry_is_seen_in_the_lock_file_and_in_the_configuration() {
    check(
        places::registries,
        &[
            ("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"),
            ("fuzz/Cargo.lock", "source = \"registry+https://mirror.invalid/index\"\n"),
            (".cargo/config.toml", "[source.crates-io]\nreplace-with = \"mirror\"\n"),
        ],
        &[
            ".cargo/config.toml:1: a mirror of one machine",
            ".cargo/config.toml:2: a mirror of one machine",
            "fuzz/Cargo.lock:1: a package from elsewhere than the public registry",
        ],
    );
}

#[test]
fn an_incident_of_a_family_to_come_needs_no_check_yet() {
    let row = |family: &str| format!("id = \"x\"\nfamilies = [\"{family}\"]\nchecks = []\n");
    check(chapters::references, &[("catalog/incidents/x.toml", &row("login"))], &[]);
    check(
        chapters::references,
        &[("catalog/incidents/x.toml", &row("mail"))],
        &["catalog/incidents/x.toml:1: names no checks"],
    );
}
