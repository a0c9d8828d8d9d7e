//! A catalogue with a hole is refused, by name.

use super::*;
use crate::tests::{CATALOG, catalog};
use hinomi_model::{Lang, ThreatClass};

#[track_caller]
fn refused(path: &str, text: &str, expected: &str) {
    let extra = CATALOG.iter().copied().chain([(path, text)]);
    assert_eq!(Catalog::parse(extra).unwrap_err().to_string(), expected);
}

#[test]
fn every_file_of_the_repository_is_among_those_tested() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog");
    let mut there = Vec::new();
    for folder in std::path::Path::new(root).read_dir().unwrap().map(|entry| entry.unwrap().path()) {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        // Profiles are tested by the checks that are judged under them.
        if name == "profiles" {
            continue;
        }
        for file in folder.read_dir().unwrap() {
            there.push(format!("{name}/{}", file.unwrap().file_name().to_str().unwrap()));
        }
    }
    // The command line's own words are tested where the command line is.
    there.retain(|path| !path.starts_with("text/cli."));
    there.sort();
    assert_eq!(there, CATALOG.iter().map(|(path, _)| (*path).to_owned()).collect::<Vec<_>>());
}

#[test]
fn the_54_countermeasures_are_there_with_class_and_mapping() {
    let catalog = catalog();
    let ids: Vec<String> = catalog.countermeasures.keys().cloned().collect();
    assert_eq!(ids, (1..=54).map(|n| format!("C{n:02}")).collect::<Vec<_>>());
    for row in catalog.countermeasures.values() {
        assert!(!row.class.is_empty() && !row.csf.is_empty(), "{}", row.id);
        assert!(!row.answered_by.is_empty() && !row.incidents.is_empty(), "{}", row.id);
        assert!(!row.title_ja.is_ascii() && row.title_en.is_ascii(), "{}", row.id);
        let looks = |ids: &[String], ok: &dyn Fn(&str) -> bool| ids.iter().all(|id| ok(id));
        assert!(looks(&row.attack, &|id| id.len() == 5 && id.starts_with("M1")), "{}", row.id);
        assert!(looks(&row.csf, &|id| id.len() == 8 && id.as_bytes()[2] == b'.' && id.as_bytes()[5] == b'-'));
        assert!(looks(&row.scs, &|id| id.split('-').count() == 3), "{}", row.id);
    }
    let count =
        |class| catalog.countermeasures.values().filter(|row| row.class.first() == Some(&class)).count();
    assert_eq!([ThreatClass::Technical, ThreatClass::Human, ThreatClass::Physical].map(count), [31, 22, 1]);
}

#[test]
fn the_14_incidents_are_there_and_those_of_families_with_checks_name_theirs() {
    let catalog = catalog();
    assert_eq!(catalog.incidents.len(), 14);
    for row in catalog.incidents.values() {
        assert!(!row.what_ja.is_ascii() && !row.what_en.is_empty() && !row.families.is_empty(), "{}", row.id);
        assert!(!row.dates.is_empty() || row.id == "2020-no-more-consultants", "{}", row.id);
        let ours =
            row.families.iter().any(|f| ["mail", "document", "page", "tls", "keys"].contains(&f.as_str()));
        assert_eq!(ours, !row.checks.is_empty(), "{}", row.id);
    }
}

/// The checks that stand now; each has at least two ways out of the catalogue.
const CHECKS: [&str; 41] = [
    "document.auto-run-macro",
    "document.carries-program",
    "document.dde-command",
    "document.hidden-macro-sheet",
    "document.pdf-leads-to-document",
    "document.remote-template",
    "document.starts-powershell",
    "document.stomped-macro",
    "keys.certificate-expires",
    "keys.crypto-period-over",
    "keys.default-keystore-password",
    "keys.private-key-exposed",
    "keys.private-key-in-clear",
    "keys.renewed-with-same-key",
    "keys.same-key-in-two-places",
    "keys.strength-ends",
    "keys.validity-too-long",
    "keys.weak-key",
    "mail.deceptive-file-name",
    "mail.look-alike-domain",
    "mail.own-account-sends",
    "mail.password-beside-archive",
    "mail.program-in-archive",
    "mail.reply-type",
    "mail.scatter-type",
    "page.cross-protocol",
    "page.local-access",
    "page.mdns-exfiltration",
    "page.port-scan",
    "page.rebinding",
    "page.resolver-lets-private-answers-through",
    "page.top-level-local",
    "page.webrtc-local",
    "tls.behaviour-below-profile",
    "tls.certificate-below-profile",
    "tls.interim-without-end",
    "tls.key-exchange-below-profile",
    "tls.known-weakness",
    "tls.order-below-profile",
    "tls.suite-below-profile",
    "tls.version-below-profile",
];

#[test]
fn every_check_has_measures_and_every_measure_a_known_check() {
    let catalog = catalog();
    assert!(catalog.measures.len() >= 12);
    for check in CHECKS {
        let answers = catalog.measures.values().filter(|m| m.removes_bp.contains_key(check)).count();
        assert!(answers >= 2, "{check}: {answers}");
        let incident = match check.split('.').next() {
            Some("page") => "2020-05-page-portscan",
            Some("keys" | "tls") => "2020-07-tls-guideline",
            _ => "2020-07-emotet",
        };
        assert!(catalog.incidents[incident].checks.iter().any(|id| id == check), "{check}");
    }
    for measure in catalog.measures.values() {
        assert!(measure.removes_bp.keys().all(|check| CHECKS.contains(&check.as_str())), "{}", measure.id);
        assert!(!measure.source.verified, "{}: costs are our judgement", measure.id);
        assert!(!measure.countermeasures.is_empty(), "{}", measure.id);
        assert!(!measure.title_ja.is_ascii() && !measure.first_step_ja.is_ascii(), "{}", measure.id);
        assert!(!measure.title_en.is_empty() && !measure.first_step_en.is_empty(), "{}", measure.id);
    }
}

#[test]
fn the_finance_figure_of_the_archive_is_marked_unverified_and_says_why() {
    let catalog = catalog();
    let row = &catalog.benchmarks["it-ratio.finance.fy2019.trimmed-mean"];
    assert_eq!((row.value, row.source.verified, row.grade), (128, false, Grading::C));
    assert!(row.note_en.contains("7.40 %") && row.note_ja.contains("7.40 %"));
    for row in catalog.benchmarks.values() {
        assert!(!row.title_ja.is_empty() && !row.title_en.is_empty() && row.fy >= 2001, "{}", row.id);
        assert!(row.unit != Unit::Bp || row.value <= 10_000, "{}", row.id);
    }
}

#[test]
fn both_languages_fill_the_same_slots() {
    let catalog = catalog();
    let slots = |lang, key: &str| {
        let template = catalog.words.template(APP, lang, key).unwrap();
        let mut slots: Vec<String> =
            template.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect();
        slots.sort();
        slots
    };
    for key in catalog.word_keys(Lang::Ja) {
        assert_eq!(slots(Lang::Ja, key), slots(Lang::En, key), "{key}");
        assert!(!catalog.words.word(APP, Lang::En, key).is_empty(), "{key}");
    }
}

#[test]
fn every_key_the_code_asks_for_has_words() {
    let catalog = catalog();
    let problems = "unreadable malformed truncated limit_reached encrypted unsupported timed_out crashed refused_by_scope";
    let held = "own well_known reserved no_end_date not_a_destination expired unwritable other_format";
    let steps = "mail archive document entry_point call command layer script url host file persistence";
    let wanted = [("problem", problems), ("held", held), ("step", steps)];
    for (prefix, names) in wanted {
        for name in names.split(' ') {
            let key = format!("{prefix}_{name}");
            assert!(catalog.words.template(APP, Lang::Ja, &key).is_some(), "{key}");
        }
    }
}

#[test]
fn a_hole_is_refused() {
    refused("odd/x.toml", "", "place odd/x.toml in the catalogue: no such kind of file");
    refused("text/fr.toml", "", "place text/fr.toml in the catalogue: no such kind of file");
    refused("text/x.ja.toml", "only_here = \"x\"", "resolve only_here, named by the other language");
    refused("text/x.ja.toml", "yes = \"x\"", "add yes of text/x.ja.toml: it is there already");
    let measure = |removes: &str, counter: &str| {
        format!(
            "[[measure]]\nid = \"x\"\ntitle_ja = \"\"\ntitle_en = \"\"\nfirst_step_ja = \"\"\nfirst_step_en = \"\"\n\
             cost_yen = 1\ndays_tenths = 1\nremoves_bp = {removes}\ncountermeasures = {counter}\n\
             source = {{ name = \"n\", year = 2020, verified = true }}\n"
        )
    };
    let path = "measures/x.toml";
    refused(path, &measure("{ a = 10001 }", "[]"), "accept x: it removes nothing, or more than everything");
    refused(path, &measure("{}", "[]"), "accept x: it removes nothing, or more than everything");
    refused(path, &measure("{ a = 1 }", "[\"C99\"]"), "resolve C99, named by x");
}

#[test]
fn an_unknown_field_is_refused_with_its_place() {
    let text = "[[well_known]]\ndomain = \"a.example\"\ncolour = 1\n";
    let error = Catalog::parse([("indicators/well-known.toml", text)]).unwrap_err().to_string();
    assert!(error.contains("colour") && error.contains("line 3"), "{error}");
}

#[test]
fn windows_paths_are_placed_too() {
    let text = "k = \"v\"\n";
    let files = [("catalog\\text\\ja.toml", text), ("catalog\\text\\en.toml", text)];
    assert!(Catalog::parse(files).is_ok());
}
