//! The sample company: everything planted is found where it lies, and nothing else is called bad.

use crate::program::{Desk, Said, text};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;

/// `demo/truth.toml` and `demo/servers.toml`.
#[derive(Deserialize)]
struct Truth {
    planted: Vec<Planted>,
}

#[derive(Deserialize)]
struct Planted {
    name: String,
    path: String,
    message_id: Option<String>,
    checks: Vec<String>,
    urls: Vec<String>,
}

fn truth() -> Vec<Planted> {
    let texts = [include_str!("../../demo/truth.toml"), include_str!("../../demo/servers.toml")];
    texts.iter().flat_map(|text| toml::from_str::<Truth>(text).expect("the truth is TOML").planted).collect()
}

impl Planted {
    /// Where a finding says it lies: the path, with the number of the message in a mailbox file.
    fn source(&self, desk: &Desk) -> String {
        // Places are told as the configuration tells them: from its own folder.
        let source = self.path.clone();
        let (Some(id), true) = (&self.message_id, self.path.ends_with(".mbox")) else { return source };
        let bytes = fs::read(desk.path(format!("d/{source}"))).expect("the company has the file");
        let mailbox = String::from_utf8_lossy(&bytes);
        let field = format!("Message-ID: <{id}>");
        let before = mailbox.split(&field).next().expect("a first part");
        assert!(before.len() < mailbox.len(), "{} is not in {source}", self.name);
        format!("{source}#{}", 1 + before.matches("\nFrom ").count())
    }
}

/// Holds what was found against what was planted, both as (where, what).
fn compare(what: &str, expected: &BTreeSet<(String, String)>, found: &BTreeSet<(String, String)>) {
    let right = expected.intersection(found).count();
    let figures = format!("{what}: precision {right}/{}, recall {right}/{}", found.len(), expected.len());
    let missed: Vec<_> = expected.difference(found).collect();
    let invented: Vec<_> = found.difference(expected).collect();
    assert!(missed.is_empty(), "{figures}; planted and not found: {missed:#?}");
    assert!(invented.is_empty(), "{figures}; found and not planted: {invented:#?}");
}

fn demo(desk: &Desk) -> Said {
    let said = desk.run(["demo", "d", "--format", "json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said
}

#[test]
fn every_planted_thing_is_found_and_nothing_else_is_called_bad() {
    let desk = Desk::new();
    let findings = demo(&desk).of_type("finding");
    let expected: BTreeSet<(String, String)> = truth()
        .iter()
        .flat_map(|planted| {
            let source = planted.source(&desk);
            planted.checks.iter().map(move |check| (source.clone(), check.clone()))
        })
        .collect();
    let source = |finding: &serde_json::Value| text(&finding["evidence"][0], "source").to_owned();
    let found: BTreeSet<(String, String)> = findings
        .iter()
        // What is only worth knowing accuses nobody.
        .filter(|finding| text(finding, "severity") != "info")
        .map(|finding| (source(finding), text(finding, "check").to_owned()))
        .collect();
    compare("findings", &expected, &found);
}

#[test]
fn every_planted_url_is_recovered_and_no_other() {
    let desk = Desk::new();
    let said = demo(&desk);
    let expected: BTreeSet<(String, String)> = truth()
        .iter()
        .flat_map(|planted| {
            let source = planted.source(&desk);
            planted.urls.iter().map(move |url| (source.clone(), url.clone()))
        })
        .collect();
    assert!(expected.len() > 40, "the truth names URLs");
    let mut found = BTreeSet::new();
    for finding in said.of_type("finding") {
        let source = text(&finding["evidence"][0], "source");
        let urls = finding["indicators"].as_array().into_iter().flatten().filter_map(|value| value.as_str());
        found.extend(urls.filter(|url| url.contains("://")).map(|url| (source.to_owned(), url.to_owned())));
    }
    compare("URLs", &expected, &found);

    let lines: BTreeSet<String> = said
        .of_type("indicator")
        .iter()
        .filter(|line| text(line, "kind") == "url")
        .map(|line| text(line, "value").to_owned())
        .collect();
    let urls: BTreeSet<String> = expected.into_iter().map(|(_, url)| url).collect();
    assert_eq!(lines, urls, "the indicators are the URLs of the findings");
}

#[test]
fn the_demo_tells_its_story_in_both_languages_and_leaves_a_page() {
    for (lang, plan, words) in
        [("en", "The costed list of work", ["PowerShell", "measure"]), ("ja", "", ["PowerShell", "対策"])]
    {
        let desk = Desk::new();
        let said = desk.run(["demo", "d", "--lang", lang]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        let page = fs::read_to_string(desk.path("d/report.html")).expect("the report is written");
        for word in words {
            assert!(page.contains(word), "{lang}: the page does not say {word}");
        }
        assert!(said.out.contains(plan), "{lang}: {}", said.out);
        // Nothing that can be clicked by mistake, on the terminal or on the page.
        for planted in truth() {
            for url in planted.urls {
                assert!(!said.out.contains(&url), "{lang}: {url} is shown live");
                assert!(!page.contains(&format!("href=\"{url}")), "{lang}: {url} is a link");
            }
        }
    }
}

#[test]
fn the_demo_does_not_touch_a_folder_of_somebody_else() {
    let desk = Desk::new();
    desk.write("mine/letter.txt", "mine");
    let said = desk.run(["demo", "mine"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    let left: Vec<_> = fs::read_dir(desk.path("mine")).expect("it is there").collect();
    assert_eq!(left.len(), 1);
}

#[test]
fn twice_gives_the_same_bytes() {
    let desk = Desk::new();
    let strip = |said: Said| -> Vec<serde_json::Value> {
        let mut lines = said.lines();
        lines.iter_mut().for_each(|line| {
            // When it was looked at, and how long that took.
            let line = line.as_object_mut().expect("an object");
            for clock in ["seconds", "valid_from", "valid_until"] {
                line.remove(clock);
            }
            // A key is seen when it is looked at; a mail has a date of its own.
            let asset = line.get("asset").and_then(serde_json::Value::as_str);
            if asset.is_some_and(|asset| asset.starts_with("key:")) {
                line.remove("at");
            }
        });
        lines
    };
    let one = strip(demo(&desk));
    assert_eq!(one, strip(demo(&desk)));
    let scan = |workers: &str| {
        strip(desk.run([
            "scan",
            "d/mail",
            "d/share",
            "--format",
            "json",
            "--observations",
            "--workers",
            workers,
        ]))
    };
    let first = scan("1");
    assert!(first.len() > 100);
    assert_eq!(first, scan("5"), "the number of readers changes nothing");
}
