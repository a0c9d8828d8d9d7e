//! From the tree of a file to evidence and observations.

use crate::{CANDIDATES_MAX, ContactBook, Observed, Origin, observe};
use hinomi_formats::mail::{Address, Authentication, Mail};
use hinomi_formats::tree::{Container, Content, Kind, Node, Opened, PasswordSource, Tree};
use hinomi_formats::{Limits, Parsed};
use hinomi_model::fact::{FileFact, FileKind, PasswordOrigin};
use hinomi_model::{EvidenceId, Fact, Observation, Verdict};
use std::collections::BTreeSet;

fn node(parent: Option<usize>, place: &str, kind: Kind, content: Content) -> Node {
    Node {
        parent,
        name: place.rsplit('/').next().unwrap_or_default().to_owned(),
        place: place.to_owned(),
        digest: EvidenceIdOf(place).digest(),
        size: 1,
        media_type: String::new(),
        kind,
        partly: false,
        content,
    }
}

/// A digest that differs by place.
struct EvidenceIdOf<'a>(&'a str);

impl EvidenceIdOf<'_> {
    fn digest(&self) -> [u8; 32] {
        let mut digest = [0; 32];
        for (at, byte) in self.0.bytes().enumerate() {
            digest[at % 32] ^= byte.rotate_left(u32::try_from(at / 32).unwrap());
        }
        digest
    }
}

fn mail_node() -> Node {
    let to = Address { name: String::new(), address: "Sato@Reiji.example".to_owned() };
    node(None, "", Kind::Mail, Content::Mail(Box::new(Mail { to: vec![to], ..Mail::default() })))
}

fn zip(unread: &[&str], encrypted: usize) -> Content {
    Content::Archive(Container {
        format: "zip",
        entries: 3,
        encrypted,
        unread: unread.iter().map(|name| ((*name).to_owned(), 7)).collect(),
        ..Container::default()
    })
}

fn origin() -> Origin {
    Origin {
        source: "in/1.eml".to_owned(),
        name: "1.eml".to_owned(),
        store: "in".to_owned(),
        own_domains: Vec::new(),
        pages: crate::PageConfig::default(),
        taken_by: "test".to_owned(),
        neighbours: vec![EvidenceId::of(b"neighbour")],
        lies: Default::default(),
        looked_at: None,
    }
}

fn seen(nodes: Vec<Node>) -> Observed {
    observe(Parsed::whole(Tree { nodes, candidates: Vec::new() }), &origin())
}

fn files(observed: &Observed) -> Vec<&FileFact> {
    observed.observations.iter().filter_map(|o| o.fact.as_file()).collect()
}

/// The undecided cases as `check key`.
fn undecided(observed: &Observed) -> BTreeSet<String> {
    let entries = crate::entries().unwrap();
    let contacts = ContactBook::from_observations(&observed.observations);
    let judged = crate::judge(&entries, &BTreeSet::new(), &contacts, &observed.observations);
    let told = judged.decisions.into_iter().filter_map(|decision| match decision.verdict {
        Verdict::Undetermined(why) => Some(format!("{} {}", decision.check, why.key)),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_file_knows_the_archives_and_the_mail_around_it() {
    let observed = seen(vec![
        mail_node(),
        node(Some(0), "outer.zip", Kind::Zip, zip(&[], 0)),
        node(Some(1), "outer.zip/inner.zip", Kind::Zip, zip(&[], 0)),
        node(Some(2), "outer.zip/inner.zip/run.exe", Kind::Program, Content::Plain),
        node(Some(0), "note.txt", Kind::Other, Content::Plain),
    ]);
    let told: Vec<_> =
        files(&observed).iter().map(|f| (f.name.as_str(), f.archives.join(">"), f.mailed)).collect();
    assert_eq!(
        told,
        [
            ("outer.zip", String::new(), true),
            ("inner.zip", "outer.zip".to_owned(), true),
            ("run.exe", "outer.zip>inner.zip".to_owned(), true),
            ("note.txt", String::new(), true),
        ]
    );
    assert!(observed.observations.iter().all(|o| o.asset.as_str() == "mailbox:sato@reiji.example"));
    assert!(observed.evidence.iter().skip(1).all(|evidence| evidence.parent.is_some()));
}

#[test]
fn the_long_name_of_an_archive_is_not_written_out_for_every_file_in_it() {
    let name = "n".repeat(60_000);
    let mut nodes = vec![mail_node(), node(Some(0), &name, Kind::Zip, zip(&["unread.txt"], 0))];
    nodes.extend((0..100).map(|n| node(Some(1), &format!("{n}.txt"), Kind::Other, Content::Plain)));
    let observed = seen(nodes);
    let inside: usize = files(&observed).iter().flat_map(|file| &file.archives).map(String::len).sum();
    assert!(inside < 101 * 200, "{inside}");
}

#[test]
fn what_lies_in_a_folder_belongs_to_the_folder() {
    let observed = seen(vec![node(None, "", Kind::Program, Content::Plain)]);
    assert_eq!(observed.observations[0].asset.as_str(), "store:in");
    assert!(!files(&observed)[0].mailed);
}

#[test]
fn unread_entries_are_files_with_the_kind_their_name_claims() {
    let observed =
        seen(vec![mail_node(), node(Some(0), "a.zip", Kind::Zip, zip(&["f/請求書.doc", "run.js"], 2))]);
    let unread: Vec<_> = files(&observed).into_iter().filter(|file| file.unread).collect();
    assert_eq!(unread[0].name, "請求書.doc");
    assert_eq!((unread[0].kind, unread[1].kind), (FileKind::Document, FileKind::Script));
    assert_eq!(unread[0].archives, ["a.zip"]);
    let parts: Vec<_> = observed.observations.iter().filter_map(|o| o.locator.part.as_deref()).collect();
    assert!(parts.contains(&"a.zip/f/請求書.doc"), "{parts:?}");
    assert!(observed.locked);
}

#[test]
fn a_document_in_an_archive_nobody_opened_is_undecided_not_passed() {
    let observed = seen(vec![mail_node(), node(Some(0), "a.zip", Kind::Zip, zip(&["a.doc", "b.pdf"], 2))]);
    let told = undecided(&observed);
    for expected in [
        "document.auto-run-macro encrypted",
        "document.starts-powershell encrypted",
        "document.pdf-leads-to-document encrypted",
        "mail.password-beside-archive not_opened",
    ] {
        assert!(told.contains(expected), "{told:?}");
    }
}

#[test]
fn a_document_beyond_a_limit_is_undecided_not_passed() {
    let observed = seen(vec![mail_node(), node(Some(0), "a.zip", Kind::Zip, zip(&["a.doc"], 0))]);
    assert!(undecided(&observed).contains("document.auto-run-macro partly_unread"));
    assert!(!observed.locked);
    let mut unopened = node(Some(0), "b.doc", Kind::Document, Content::Plain);
    unopened.partly = true;
    assert!(undecided(&seen(vec![mail_node(), unopened])).contains("document.auto-run-macro partly_unread"));
}

#[test]
fn an_archive_whose_names_nobody_read_is_undecided() {
    let closed = Container { format: "rar", closed: true, ..Container::default() };
    let observed =
        seen(vec![mail_node(), node(Some(0), "a.rar", Kind::OtherArchive, Content::Archive(closed))]);
    assert!(undecided(&observed).contains("mail.program-in-archive unread"), "{:?}", undecided(&observed));
    let mut deep = node(Some(0), "deep.zip", Kind::Zip, Content::Plain);
    deep.partly = true;
    assert!(undecided(&seen(vec![mail_node(), deep])).contains("mail.program-in-archive unread"));
}

#[test]
fn an_archive_opened_for_some_entries_is_worth_another_try() {
    let mut container = Container { format: "zip", entries: 2, encrypted: 2, ..Container::default() };
    container.opened_with = Some(Opened { by: PasswordSource::Here, chars: 8 });
    container.unread.push(("b.doc".to_owned(), 1));
    let observed = seen(vec![mail_node(), node(Some(0), "a.zip", Kind::Zip, Content::Archive(container))]);
    assert!(observed.locked);
}

#[test]
fn a_neighbours_password_names_the_mail_it_stood_in() {
    let mut container = Container { format: "zip", entries: 1, encrypted: 1, ..Container::default() };
    container.opened_with = Some(Opened { by: PasswordSource::Neighbour(0), chars: 8 });
    let observed = seen(vec![mail_node(), node(Some(0), "a.zip", Kind::Zip, Content::Archive(container))]);
    let archive = observed.observations.iter().find_map(|o| o.fact.as_archive()).unwrap();
    let trail = archive.password.as_ref().unwrap();
    assert_eq!(trail.origin, PasswordOrigin::NeighbourMail);
    assert_eq!(trail.mail, Some(EvidenceId::of(b"neighbour")));
}

#[test]
fn messages_of_a_mailbox_lie_in_no_archive() {
    let mailbox = Container { format: "mbox", entries: 1, ..Container::default() };
    let mut inner = mail_node();
    inner.parent = Some(0);
    inner.place = "#1".to_owned();
    let observed = seen(vec![
        node(None, "", Kind::Mailbox, Content::Archive(mailbox)),
        inner,
        node(Some(1), "#1/run.exe", Kind::Program, Content::Plain),
    ]);
    let [run] = files(&observed)[..] else { panic!("{observed:?}") };
    assert!(run.archives.is_empty() && run.mailed);
}

#[test]
fn candidates_are_few_and_never_printed() {
    let candidates: Vec<String> = (0..500).map(|n| format!("Canary{n}")).collect();
    let observed = observe(Parsed::whole(Tree { nodes: vec![mail_node()], candidates }), &origin());
    assert_eq!(observed.candidates.len(), CANDIDATES_MAX);
    assert!(!format!("{observed:?}").contains("Canary"));
    let kept = serde_json::to_string(&(observed.evidence, observed.observations, observed.problems)).unwrap();
    assert!(!kept.contains("Canary"));
}

/// A message from a name and address, which the receiving server vouches for.
fn vouched(name: &str, address: &str, attachment: bool) -> Observed {
    let domain = address.rsplit('@').next().unwrap();
    let files = if attachment { "Content-Type: application/msword; name=\"a.doc\"\r\n" } else { "" };
    let text = format!(
        "Authentication-Results: mx.reiji.example; spf=pass smtp.mailfrom={domain}\r\nFrom: {name} <{address}>\r\n\
         To: sato@reiji.example\r\nSubject: s\r\nMessage-ID: <1@{domain}>\r\n{files}\r\nhello\r\n"
    );
    let tree = hinomi_formats::tree::read("m.eml", text.as_bytes(), Default::default(), &Limits::desk());
    observe(tree, &origin())
}

#[test]
fn an_attack_does_not_vouch_for_itself() {
    let good = vouched("Yamakawa Taro", "t@yamakawa.example", false);
    let bad = vouched("Yamakawa Taro", "x@attacker.example", true);
    let all: Vec<Observation> = [good.observations, bad.observations].concat();
    let book = ContactBook::from_observations(&all);
    let domains: Vec<&String> = book.domains_of("yamakawa taro").into_iter().flatten().collect();
    assert_eq!(domains, ["yamakawa.example"]);
    assert!(book.holds_message("1@attacker.example"));
}

#[test]
fn only_the_topmost_server_is_believed() {
    let says = |server: &str, result: &str| Authentication {
        authserv_id: server.to_owned(),
        method: "spf".to_owned(),
        result: result.to_owned(),
        properties: Vec::new(),
    };
    let mail = Mail {
        authentication: vec![says("mx", "fail"), says("evil", "pass"), says("mx", "pass")],
        ..Mail::default()
    };
    let observed = seen(vec![node(None, "", Kind::Mail, Content::Mail(Box::new(mail)))]);
    let Some(Fact::Mail(fact)) = observed.observations.first().map(|o| &o.fact) else {
        panic!("{observed:?}")
    };
    let results: Vec<&str> = fact.authentication.iter().map(|a| a.result.as_str()).collect();
    assert_eq!(results, ["fail"]);
}

#[test]
fn nobody_speaks_for_our_servers_by_mail_or_from_a_share() {
    use hinomi_formats::tls::names::Version;
    use hinomi_formats::tls::recording::Recording;
    use hinomi_formats::tls::survey::{Known, Surveyed, VersionSeen, Why};
    let unknown = || Known::Untested(Why::NotAsked);
    let seen = VersionSeen {
        version: Version::Tls12,
        offered: Known::Seen(()),
        suites: vec![0xC02F],
        order: Known::Untested(Why::NotAsked),
        complete: Known::Seen(()),
        groups: Vec::new(),
        groups_order: Known::Untested(Why::NotAsked),
        groups_complete: unknown(),
    };
    let surveyed = Surveyed { versions: vec![seen], ..Surveyed::untested(&Why::NotAsked) };
    let recording = || Recording::new("www.reiji.example", 443, "192.0.2.1", "https", 0, surveyed.clone());
    let read = |place: &str, nodes: Vec<Node>| {
        let origin = Origin { store: place.to_owned(), ..origin() };
        let observed = observe(Parsed::whole(Tree { nodes, candidates: Vec::new() }), &origin);
        let servers = observed.observations.iter().filter(|seen| seen.fact.as_tls().is_some()).count();
        (servers, observed.problems.len())
    };
    let survey = |parent| node(parent, "survey.json", Kind::TlsSurvey, Content::TlsSurvey(vec![recording()]));
    assert_eq!(read("in/1.eml", vec![survey(None)]), (1, 0));
    assert_eq!(read("in", vec![survey(None)]), (0, 1));
    assert_eq!(read("in/1.eml", vec![mail_node(), survey(Some(0))]), (0, 1));
}
