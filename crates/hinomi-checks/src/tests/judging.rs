//! Judging holds on whatever readers may say: total, repeatable, one verdict a case.

use crate::judge::cases;
use crate::{ContactBook, Judged, entries, judge};
use hinomi_model::fact::{
    Address, ArchiveFact, AuthenticationFact, Call, CallStep, CommandFact, EntryPoint, FileFact, FileKind,
    MacroFact, MacroSheet, MailFact, PageFact, PageOutcomes, PageRule, PageTarget, PasswordOrigin,
    PasswordTrail, PdfFact, Power, Trigger, UrlFact,
};
use hinomi_model::{AssetId, AssetKind, Entry, EvidenceId, Fact, Group, Locator, Observation, Verdict};
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn text() -> impl Strategy<Value = String> {
    let known = [
        "",
        "Re: 請求書の件です。 17447 20200723",
        "請求書.pdf.exe",
        "a\u{202E}b.exe",
        "a\u{FFFD}.doc",
        "山川 太郎",
        "yamakawa@partner.example",
        "http://x.example/a.doc",
        "会議開催通知",
        "AutoOpen",
        "Button1_Click",
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), "\\PC{0,12}"]
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 0..3)
}

fn url() -> impl Strategy<Value = UrlFact> {
    (text(), text(), any::<bool>()).prop_map(|(url, host, ip)| UrlFact { url, host, ip })
}

fn address() -> impl Strategy<Value = Address> {
    (text(), text()).prop_map(|(name, address)| Address { name, address })
}

fn mail() -> impl Strategy<Value = Fact> {
    let says = (
        text(),
        prop::sample::select(vec!["spf", "dkim", "dmarc"]),
        prop::sample::select(vec!["pass", "fail"]),
    )
        .prop_map(|(domain, method, result)| AuthenticationFact {
            server: "mx".to_owned(),
            method: method.to_owned(),
            result: result.to_owned(),
            domain,
        });
    let addresses = || prop::collection::vec(address(), 0..3);
    (text(), addresses(), addresses(), texts(), texts(), prop::collection::vec(says, 0..3)).prop_map(
        |(subject, from, quoted, references, attachments, authentication)| {
            Fact::Mail(Box::new(MailFact {
                subject,
                from,
                quoted,
                message_id: references.first().cloned(),
                return_path: references.last().cloned(),
                references,
                attachments,
                authentication,
                ..MailFact::default()
            }))
        },
    )
}

fn page() -> impl Strategy<Value = Fact> {
    let rules = [
        PageRule::LocalAccess,
        PageRule::PortScan,
        PageRule::Rebinding,
        PageRule::CrossProtocol,
        PageRule::WebrtcLocal,
        PageRule::MdnsExfiltration,
        PageRule::TopLevelLocal,
    ];
    let outcomes = (0_u64..2, 0_u64..2).prop_map(|(reached, blocked)| PageOutcomes {
        reached,
        blocked,
        ..PageOutcomes::default()
    });
    let how = prop::sample::select(vec!["literal", "ip", "lna_error", "dns"]);
    let target = (text(), prop::sample::select(vec![0_u16, 80, 5900]), how, any::<bool>()).prop_map(
        |(host, port, how, metadata)| PageTarget {
            host,
            port,
            how: how.to_owned(),
            metadata,
            ..PageTarget::default()
        },
    );
    let rule = prop::option::of(prop::sample::select(rules.to_vec()));
    let targets = prop::collection::vec(target, 0..7);
    (rule, text(), targets, outcomes, texts(), any::<bool>(), any::<bool>()).prop_map(
        |(rule, page, targets, outcomes, notes, cut, webrtc_unseen)| {
            let allowed_by = notes.first().cloned();
            Fact::Page(Box::new(PageFact {
                rule,
                page,
                targets,
                outcomes,
                notes,
                cut,
                webrtc_unseen,
                allowed_by,
                ..PageFact::default()
            }))
        },
    )
}

fn file() -> impl Strategy<Value = Fact> {
    let kinds = vec![
        FileKind::Document,
        FileKind::Pdf,
        FileKind::Archive,
        FileKind::Program,
        FileKind::Script,
        FileKind::Other,
    ];
    let carrier = prop::sample::select(vec!["", "document", "shortcut", "notebook", "pdf"]);
    (text(), prop::sample::select(kinds), texts(), any::<bool>(), any::<bool>(), carrier).prop_map(
        |(name, kind, archives, mailed, unread, carrier)| {
            let (media_type, carrier) = (String::new(), carrier.to_owned());
            Fact::File(FileFact { name, kind, size: 1, media_type, archives, mailed, carrier, unread })
        },
    )
}

fn archive() -> impl Strategy<Value = Fact> {
    let origin = prop::sample::select(vec![
        PasswordOrigin::SameMail,
        PasswordOrigin::NeighbourMail,
        PasswordOrigin::Configured,
    ]);
    let trail = (origin, prop::option::of(evidence())).prop_map(|(origin, mail)| PasswordTrail {
        origin,
        mail,
        chars: 8,
    });
    (text(), 0_u64..3, any::<bool>(), prop::option::of(trail)).prop_map(
        |(name, encrypted, mailed, password)| {
            Fact::Archive(ArchiveFact { name, encrypted, mailed, password, ..ArchiveFact::default() })
        },
    )
}

fn macros() -> impl Strategy<Value = Fact> {
    let trigger =
        prop::sample::select(vec![Trigger::Open, Trigger::Close, Trigger::Lifecycle, Trigger::Control]);
    let entry = (text(), trigger, 0_u32..5).prop_map(|(name, trigger, line)| EntryPoint {
        module: "M".to_owned(),
        name,
        trigger,
        line,
    });
    let power = prop::sample::select(vec![Power::Process, Power::Network, Power::Persist, Power::Object]);
    let call = (text(), power, texts(), 0_u32..5).prop_map(|(name, power, reached_from, line)| Call {
        module: "M".to_owned(),
        argument: name.clone(),
        name,
        power,
        line,
        reached_from,
        path: Vec::new(),
    });
    let many = (
        prop::collection::vec(entry, 0..3),
        prop::collection::vec(call, 0..3),
        prop::collection::vec(url(), 0..2),
    );
    let sheet = prop::sample::select(vec!["visible", "hidden", "very-hidden"])
        .prop_map(|seen| MacroSheet { name: "M".to_owned(), visibility: seen.to_owned() });
    let sheets = prop::collection::vec(sheet, 0..2);
    (text(), many, sheets, any::<bool>(), any::<bool>()).prop_map(
        |(name, (entry_points, calls, urls), macro_sheets, encrypted, partly_unread)| {
            Fact::Macro(Box::new(MacroFact {
                name,
                entry_points,
                calls,
                urls,
                macro_sheets,
                encrypted,
                partly_unread,
                ..MacroFact::default()
            }))
        },
    )
}

fn command() -> impl Strategy<Value = Fact> {
    let interpreter =
        prop::sample::select(vec!["power-shell", "cmd", "script-host", "system-binary", "other"]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (text(), interpreter, texts(), flags, prop::collection::vec(url(), 0..3)).prop_map(
        |(name, interpreter, layers, (hidden, fetches, executes), urls)| {
            Fact::Command(Box::new(CommandFact {
                text: name.clone(),
                script: layers.concat(),
                name,
                interpreter: interpreter.to_owned(),
                layers,
                hidden,
                fetches,
                executes,
                urls,
                ..CommandFact::default()
            }))
        },
    )
}

fn pdf() -> impl Strategy<Value = Fact> {
    (text(), prop::collection::vec(url(), 0..5), texts(), any::<bool>(), any::<bool>()).prop_map(
        |(name, links, launches, encrypted, partly_unread)| {
            Fact::Pdf(PdfFact { name, links, launches, encrypted, partly_unread, ..PdfFact::default() })
        },
    )
}

fn evidence() -> impl Strategy<Value = EvidenceId> {
    (0_u8..4).prop_map(|n| EvidenceId::of(&[n]))
}

fn observation() -> impl Strategy<Value = Observation> {
    let asset =
        prop::sample::select(vec!["a", "b"]).prop_map(|name| AssetId::new(AssetKind::Store, name).unwrap());
    let at = prop::option::of((0_i64..3).prop_map(|s| Timestamp::from_second(s).unwrap()));
    let fact = prop_oneof![mail(), file(), archive(), macros(), command(), pdf(), page()];
    let part = prop::option::of(text());
    (asset, evidence(), prop::option::of(evidence()), at, part, fact).prop_map(
        |(asset, evidence, within, at, part, fact)| Observation {
            asset,
            evidence,
            within,
            at,
            locator: Locator { part, ..Locator::default() },
            fact,
        },
    )
}

fn decide(observations: &[Observation]) -> Judged {
    let own = BTreeSet::from(["reiji.example".to_owned()]);
    let contacts = ContactBook::from_observations(observations);
    judge(&entries().unwrap(), &own, &contacts, observations)
}

fn holds(observations: &[Observation]) {
    let judged = decide(observations);
    assert!(judged.broken.is_empty(), "{:?}", judged.broken);
    let cases: BTreeSet<_> = judged.decisions.iter().map(|d| (&d.check, &d.asset, &d.subject)).collect();
    assert_eq!(cases.len(), judged.decisions.len(), "a case was decided twice");
    let entries = entries().unwrap();
    for decision in &judged.decisions {
        let entry = &entries[&decision.check];
        match &decision.verdict {
            Verdict::Pass => {}
            Verdict::Undetermined(why) => assert!(entry.text["en"].contains_key(&why.key), "{}", why.key),
            Verdict::Fail(finding) => {
                assert!(entry.fails.contains_key(&finding.text.key), "{}", finding.text.key);
                assert!(!finding.evidence().is_empty());
                assert_eq!((&finding.check, &finding.asset), (&decision.check, &decision.asset));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_observations_are_judged_once_each_and_nothing_breaks(
        observations in prop::collection::vec(observation(), 0..12),
    ) {
        holds(&observations);
    }

    #[test]
    fn the_order_of_any_observations_decides_nothing(
        (observations, shuffled) in prop::collection::vec(observation(), 0..10)
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(decide(&observations), decide(&shuffled));
    }
}

fn a_file(asset: &str, evidence: &[u8], name: &str, at: i64) -> Observation {
    let fact = FileFact {
        name: name.to_owned(),
        kind: FileKind::Program,
        size: 1,
        media_type: String::new(),
        archives: vec!["a.zip".to_owned()],
        mailed: true,
        carrier: String::new(),
        unread: false,
    };
    Observation {
        asset: AssetId::new(AssetKind::Store, asset).unwrap(),
        evidence: EvidenceId::of(evidence),
        within: None,
        at: Timestamp::from_second(at).ok(),
        locator: Locator::default(),
        fact: Fact::File(fact),
    }
}

fn grouped(per: Group, observations: &[Observation]) -> Vec<(String, usize)> {
    let mut entries: BTreeMap<String, Entry> = entries().unwrap();
    let mut entry = entries.remove("mail.program-in-archive").unwrap();
    entry.per = per;
    cases(&entry, observations).iter().map(|c| (c.asset.name().to_owned(), c.observations.len())).collect()
}

#[test]
fn a_case_is_about_what_its_check_says() {
    let observations = [a_file("b", b"1", "x", 2), a_file("a", b"1", "x", 1), a_file("a", b"2", "y", 0)];
    assert_eq!(grouped(Group::Asset, &observations), [("a".to_owned(), 2), ("b".to_owned(), 1)]);
    assert_eq!(grouped(Group::Evidence, &observations).len(), 3);
}

#[test]
fn cases_about_assets_are_grouped_in_one_look_however_many_there_are() {
    // Looking through all observations for each of them would take hours here.
    let one = a_file("a", b"1", "x", 0);
    let observations: Vec<Observation> = (0..60_000).map(|_| one.clone()).collect();
    assert_eq!(grouped(Group::Asset, &observations), [("a".to_owned(), 60_000)]);
}

#[test]
fn a_document_read_whole_in_one_mail_and_cut_in_another_is_judged_by_the_worse_sight() {
    let seen = |partly_unread: bool, at: i64| {
        let call = Call {
            module: "M".to_owned(),
            name: "Shell".to_owned(),
            reached_from: vec!["AutoOpen".to_owned()],
            ..Call::default()
        };
        let entry =
            EntryPoint { module: "M".to_owned(), name: "AutoOpen".to_owned(), ..EntryPoint::default() };
        let fact = MacroFact {
            name: "a.doc".to_owned(),
            entry_points: if partly_unread { Vec::new() } else { vec![entry] },
            calls: if partly_unread { Vec::new() } else { vec![call] },
            partly_unread,
            ..MacroFact::default()
        };
        Observation { fact: Fact::Macro(Box::new(fact)), ..a_file("a", b"doc", "a.doc", at) }
    };
    for observations in [[seen(true, 0), seen(false, 1)], [seen(false, 0), seen(true, 1)]] {
        let failed =
            decide(&observations).decisions.into_iter().filter(|d| matches!(d.verdict, Verdict::Fail(_)));
        assert_eq!(failed.map(|d| d.check).collect::<Vec<_>>(), ["document.auto-run-macro"]);
    }
}

#[test]
fn the_story_of_a_command_starts_at_the_entry_point_that_leads_to_it() {
    let entry = |name: &str, line| EntryPoint {
        module: "M".to_owned(),
        name: name.to_owned(),
        line,
        ..EntryPoint::default()
    };
    let on = |module: &str, procedure: &str, line| CallStep {
        module: module.to_owned(),
        procedure: procedure.to_owned(),
        line,
    };
    let call = Call {
        module: "N".to_owned(),
        name: "Shell".to_owned(),
        line: 7,
        path: vec![on("M", "Workbook_Open", 12), on("N", "Helper", 7)],
        ..Call::default()
    };
    let macros = MacroFact {
        entry_points: vec![entry("Auto_Open", 1), entry("Workbook_Open", 10)],
        calls: vec![call],
        ..MacroFact::default()
    };
    let command = CommandFact {
        place: "N:7".to_owned(),
        interpreter: "power-shell".to_owned(),
        text: "powershell x".to_owned(),
        fetches: true,
        ..CommandFact::default()
    };
    let file = a_file("a", b"doc", "a.xls", 0);
    let observations = [Fact::Macro(Box::new(macros)), Fact::Command(Box::new(command))]
        .map(|fact| Observation { fact, ..file.clone() });
    let story: Vec<String> = decide(&observations)
        .decisions
        .into_iter()
        .filter(|decision| decision.check == "document.starts-powershell")
        .filter_map(|decision| match decision.verdict {
            Verdict::Fail(finding) => Some(finding.story),
            _ => None,
        })
        .flatten()
        .map(|step| format!("{} {} {}", step.kind, step.text, step.place))
        .collect();
    assert_eq!(story, ["entry-point Workbook_Open M:10", "procedure Helper N:7", "command powershell x N:7"]);
}
