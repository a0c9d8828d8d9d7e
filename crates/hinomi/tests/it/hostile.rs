//! The command line with a reader that attacks its jail: a hostile file costs one problem, the thousand around it
//! are read. The program is `examples/hostile_cli.rs`.

use crate::program::{Desk, Said, example, hijacked_mail, text};
use std::collections::BTreeMap;
use std::fs;

/// Honest letters around the attacks; each is one finding.
const HONEST: usize = 1_000;

/// The limit that stopped a reader, if one did.
type Limit = Option<(&'static str, u64)>;

/// Orders to the reader, and what the report must say about each: kind, and the limit if one stopped it.
const ATTACKS: &[(&str, &str, Limit)] = &[
    ("abort", "crashed", None),
    ("segfault", "crashed", None),
    ("overflow", "crashed", None),
    ("panic", "crashed", None),
    ("exit", "crashed", None),
    ("loop", "timed-out", Some(("cpu_seconds_max", 1))),
    ("swell", "limit-reached", Some(("memory_bytes_max", 268_435_456))),
    ("socket", "crashed", None),
    ("write-file", "crashed", None),
    ("open-file", "crashed", None),
    ("exec", "crashed", None),
];

#[test]
fn a_thousand_files_are_read_around_those_that_attack() {
    let desk = Desk::new();
    desk.write("hinomi.toml", "schema = 1\n[limits]\ncpu_seconds_max = 1\nmemory_bytes_max = 268435456\n");
    let outside = desk.path("escaped");
    for number in 0..HONEST {
        desk.write(format!("files/{number:04}.eml"), hijacked_mail(&format!("Re: {number}"), number));
    }
    for (number, (order, ..)) in ATTACKS.iter().enumerate() {
        // Among the others: the first, the last and every hundredth between.
        let place = (number * HONEST / (ATTACKS.len() - 1)).saturating_sub(usize::from(number > 0));
        let content = format!("HOSTILE:{order} {}", outside.display());
        desk.write(format!("files/{place:04}-{order}.eml"), content);
    }
    let program = example("hostile_cli");
    let mut scan = desk.other(&program, ["scan", "files", "--format", "json", "--workers", "2"]);
    let said = Said::of(scan.output().expect("it starts"));
    assert_eq!(said.code, Some(1), "findings beat what was not read: {}", said.err);

    let honest = said.of_type("finding");
    assert_eq!(honest.len(), HONEST, "every honest file was read and judged");
    let mut problems: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for problem in said.of_type("problem") {
        problems.entry(text(&problem, "source").to_owned()).or_default().push(problem);
    }
    assert_eq!(problems.len(), ATTACKS.len(), "{problems:#?}");
    for (order, kind, limit) in ATTACKS {
        let (_, told) =
            problems.iter().find(|(source, _)| source.contains(&format!("-{order}."))).expect(order);
        let [told] = &told[..] else { panic!("{order} costs more than one problem: {told:#?}") };
        assert_eq!(text(told, "kind"), *kind, "{order}: {told}");
        let named = told["limit"].as_object().map(|limit| (limit["name"].clone(), limit["value"].clone()));
        assert_eq!(named, limit.map(|(name, value)| (name.into(), value.into())), "{order}: {told}");
    }
    let summary = said.lines().pop().expect("a summary");
    assert_eq!(summary["unread"], ATTACKS.len(), "{summary}");
    assert!(!outside.exists(), "a file was written from inside the jail");
    let left = fs::read_dir(desk.path(".")).expect("it is there").count();
    assert_eq!(left, 2, "nothing else appeared beside the files and the configuration");
}

#[test]
fn a_scan_of_nothing_but_attacks_ends_incomplete() {
    let desk = Desk::new();
    desk.write("files/a", "HOSTILE:abort");
    desk.write("files/b", "HOSTILE:exit");
    let said = Said::of(
        desk.other(&example("hostile_cli"), ["scan", "files", "--format", "json"])
            .output()
            .expect("it starts"),
    );
    assert_eq!(said.code, Some(3), "{}", said.err);
    assert_eq!(said.of_type("problem").len(), 2);
}
