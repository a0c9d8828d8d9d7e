//! What was read becomes what was seen: the tree of a file becomes evidence and observations.

use crate::case::cut;
use crate::keys::inventory::held::{PublicHalf, held};
use crate::{PageConfig, document, mail, page, tls};
use hinomi_formats::mail::Mail;
use hinomi_formats::office;
use hinomi_formats::tls::recording::Recording;
use hinomi_formats::tree::{
    Container, Content, HeldKey, Kind, Node, PLACE_CHARS_MAX, PasswordSource, Tree, kind_by_name,
};
use hinomi_formats::{Limits, Parsed, Problem, ProblemKind};
use hinomi_model::fact::{
    ArchiveFact, FileFact, FileKind, MacroFact, PasswordOrigin, PasswordTrail, PdfFact,
};
use hinomi_model::{AssetId, AssetKind, Evidence, EvidenceId, EvidenceKind, Fact, Locator, Observation};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a file comes from, as the one who collected it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Path, with `#n` for the n-th message of a mailbox file.
    pub source: String,
    /// The file name.
    pub name: String,
    /// The place it lies in: becomes the asset of files that are nobody's mail.
    pub store: String,
    /// Our own domains, lower case: whose mailbox a mail is in when nothing was added on delivery.
    pub own_domains: Vec<String>,
    /// What the company said of its pages and networks beforehand. Its own domains are those above.
    #[serde(default, with = "as_text")]
    pub pages: PageConfig,
    /// What collected it, with its version.
    pub taken_by: String,
    /// The mail in which the n-th neighbouring password stood.
    pub neighbours: Vec<EvidenceId>,
    /// How it lies there.
    #[serde(default)]
    pub lies: Lies,
    /// When it was looked at: the moment for which the keys in it are told.
    #[serde(default)]
    pub looked_at: Option<Timestamp>,
}

/// How a file lies there, as its file system says; nothing is known of what has no file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lies {
    /// Permission bits.
    pub mode: Option<u32>,
    /// Number of the owner.
    pub owner: Option<u32>,
    /// When it was last changed.
    pub changed: Option<Timestamp>,
}

impl Origin {
    /// The settings of the watch.
    fn page_config(&self) -> PageConfig {
        PageConfig { own_domains: self.own_domains.clone(), ..self.pages.clone() }
    }
}

/// Settings of the watch on their way to another process: as the JSON that it reads, in a text.
mod as_text {
    use super::PageConfig;
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(config: &PageConfig, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::to_string(config).map_err(S::Error::custom)?.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PageConfig, D::Error> {
        PageConfig::read(String::deserialize(deserializer)?.as_bytes()).map_err(D::Error::custom)
    }
}

/// All that was seen in one file.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Observed {
    /// The file and everything in it.
    pub evidence: Vec<Evidence>,
    /// What was seen.
    pub observations: Vec<Observation>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Whether an encrypted archive stayed shut: worth another try with the neighbours' passwords.
    pub locked: bool,
    /// Password candidates for archives in neighbouring mails, likeliest first; at most [`CANDIDATES_MAX`].
    /// Secret: never kept.
    pub candidates: Vec<String>,
    /// What is public of the keys among the observations: to compare them with all other keys of a run.
    #[serde(default)]
    pub publics: Vec<PublicHalf>,
}

/// Candidates that one mail offers to its neighbours. Held for every mail of a run until all are read.
pub const CANDIDATES_MAX: usize = 40;

/// Says how many candidates there are, never which.
impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed")
            .field("evidence", &self.evidence)
            .field("observations", &self.observations)
            .field("problems", &self.problems)
            .field("locked", &self.locked)
            .field("candidates", &self.candidates.len())
            .field("publics", &self.publics)
            .finish()
    }
}

/// Turns the tree of one file into evidence and observations.
pub fn observe(tree: Parsed<Tree>, origin: &Origin) -> Observed {
    let Parsed { value, problems } = tree;
    observe_keys(Parsed { value: (value, Vec::new()), problems }, origin)
}

/// The same, with the keys that were read in it.
pub fn observe_keys(read: Parsed<(Tree, Vec<HeldKey>)>, origin: &Origin) -> Observed {
    let Parsed { value: (Tree { nodes, mut candidates }, keys), problems } = read;
    candidates.truncate(CANDIDATES_MAX);
    let Some(root) = nodes.first() else { return Observed { problems, ..Observed::default() } };
    let asset = asset_of(root, origin);
    let at = match &root.content {
        Content::Mail(mail) => mail.date_unix_s.and_then(|s| Timestamp::from_second(s).ok()),
        _ => None,
    };
    let mut out = Observed { candidates, ..Observed::default() };
    let view = View { nodes: &nodes, origin, asset: &asset, at };
    for node in &nodes {
        view.see(node, &mut out);
    }
    view.see_keys(keys, &mut out);
    out.problems.extend(problems);
    out
}

/// A mail belongs to the mailbox it was delivered to. Where delivery left no trace, as in a sent folder, it belongs
/// to the first of our own addresses it names, recipients before senders; without domains of ours, to the first
/// recipient. Everything else belongs to the place it lies in.
fn asset_of(root: &Node, origin: &Origin) -> AssetId {
    let delivered = match &root.content {
        Content::Mail(mail) => mailbox_of(mail, &origin.own_domains),
        _ => None,
    };
    delivered.unwrap_or_else(|| {
        let clean: String = origin.store.chars().filter(|c| !c.is_control()).collect();
        AssetId::new(AssetKind::Store, &clean)
            .or_else(|_| AssetId::new(AssetKind::Store, "unnamed"))
            .unwrap_or_else(|_| unreachable!("\"unnamed\" is a valid store name"))
    })
}

fn mailbox_of(mail: &Mail, own_domains: &[String]) -> Option<AssetId> {
    let is_own = |address: &&str| {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
        own_domains.iter().any(|own| domain == *own || domain.ends_with(&format!(".{own}")))
    };
    let recipients = || mail.to.iter().chain(&mail.cc).map(|to| to.address.as_str());
    let senders = mail.from.iter().map(|from| from.address.as_str());
    let ours = recipients().chain(senders).filter(is_own);
    let mut guesses: Vec<&str> = mail.delivered_to.iter().map(String::as_str).chain(ours).collect();
    if own_domains.is_empty() {
        guesses.extend(recipients());
    }
    guesses.into_iter().find_map(|address| AssetId::new(AssetKind::Mailbox, address).ok())
}

/// The format of a mailbox: its messages lie in no archive.
const MBOX: &str = "mbox";

/// The tree, seen from one node at a time.
pub(crate) struct View<'a> {
    pub(crate) nodes: &'a [Node],
    origin: &'a Origin,
    asset: &'a AssetId,
    at: Option<Timestamp>,
}

impl View<'_> {
    fn see(&self, node: &Node, out: &mut Observed) {
        out.evidence.push(self.evidence(node));
        if !matches!(node.kind, Kind::Mail | Kind::Mailbox)
            && (!node.name.is_empty() || kind_of(node.kind) != FileKind::Other)
        {
            out.observations.push(self.observation(node, Fact::File(self.file(node))));
        }
        match &node.content {
            Content::Mail(mail) => {
                let fact = mail::observe::mail(mail);
                out.observations.push(self.observation(node, Fact::Mail(Box::new(fact))));
            }
            Content::Archive(archive) => self.see_archive(node, archive, out),
            Content::Document(doc, surveys) => {
                for (locator, fact) in document::observe::document(&node.name, doc, surveys, node.partly) {
                    out.observations.push(self.located(node, locator, fact));
                }
            }
            Content::Script(survey) => {
                for (locator, fact) in document::observe::commands(&node.name, survey) {
                    out.observations.push(self.located(node, locator, fact));
                }
            }
            Content::Pdf(pdf) => {
                let fact = document::observe::pdf(&node.name, pdf, node.partly);
                out.observations.push(self.observation(node, Fact::Pdf(fact)));
            }
            Content::PageEvents(bytes) => {
                self.see_pages(node, page::observe::events(bytes, &self.origin.page_config()), out);
            }
            Content::Recording(format, bytes) => {
                self.see_pages(
                    node,
                    page::recordings::recorded(*format, bytes, &self.origin.page_config()),
                    out,
                );
            }
            Content::Resolver(settings) => {
                let fact = page::observe::resolver(&node.name, settings);
                out.observations.push(self.observation(node, Fact::Resolver(Box::new(fact))));
            }
            // Whoever sends a mail must not speak for our servers: not with attacks, and not with all well.
            Content::TlsSurvey(_) if self.mailed(node.parent) => {
                let detail = "a survey of TLS servers that came by mail is not taken";
                out.problems.push(Problem::new(ProblemKind::Unsupported, &node.place, detail));
            }
            // So could whoever writes to a share that is looked through.
            Content::TlsSurvey(_) if !self.is_named() => {
                let detail = "a survey of TLS servers is taken only where its file is named itself";
                out.problems.push(Problem::new(ProblemKind::Unsupported, &node.place, detail));
            }
            Content::TlsSurvey(recordings) => self.see_endpoints(node, recordings, out),
            Content::Plain if node.partly => self.see_unopened(node, out),
            Content::Plain => {}
        }
    }

    /// Keys are assets of their own, wherever they lie.
    fn see_keys(&self, keys: Vec<HeldKey>, out: &mut Observed) {
        for found in held(self.nodes, keys, self.origin) {
            let Some(node) = self.nodes.get(found.node) else { continue };
            let seen = self.observation(node, Fact::Key(Box::new(found.fact)));
            if let Some(public) = found.public {
                out.publics.push(PublicHalf { observation: out.observations.len(), ..public });
            }
            out.observations.push(Observation { asset: found.asset, at: self.origin.looked_at, ..seen });
        }
    }

    /// Pages are assets of their own, and each was seen at its own time.
    fn see_pages(&self, node: &Node, (pages, problems): page::observe::Read, out: &mut Observed) {
        for (asset, at, fact) in pages {
            let seen = self.observation(node, Fact::Page(Box::new(fact)));
            out.observations.push(Observation { asset, at, ..seen });
        }
        let place = |problem: Problem| {
            if node.place.is_empty() { problem } else { problem.inside(&node.place) }
        };
        out.problems.extend(problems.into_iter().map(place));
    }

    /// Endpoints are assets of their own, and so is every key that they show; each was seen when it was asked.
    fn see_endpoints(&self, node: &Node, recordings: &[Recording], out: &mut Observed) {
        for recording in recordings {
            let Some(facts) = tls::observe::recorded(recording, &Limits::desk()) else {
                let detail = "the endpoint of a recording has no name that could be one";
                out.problems.push(Problem::new(ProblemKind::Malformed, &node.place, detail));
                continue;
            };
            let at = Timestamp::from_second(recording.at_unix_s).ok();
            let keys = facts.certificates.into_iter().map(|(asset, fact)| (asset, Fact::Key(Box::new(fact))));
            for (asset, fact) in std::iter::once((facts.asset, Fact::Tls(Box::new(facts.tls)))).chain(keys) {
                let seen = self.observation(node, fact);
                out.observations.push(Observation { asset, at, ..seen });
            }
        }
    }

    fn see_archive(&self, node: &Node, archive: &Container, out: &mut Observed) {
        if archive.format == MBOX {
            return;
        }
        let sealed = archive.encrypted > 0 && (archive.closed || !archive.unread.is_empty());
        out.locked |= sealed;
        out.observations.push(self.observation(node, Fact::Archive(self.archive(node, archive))));
        for (name, size) in &archive.unread {
            self.see_unread(node, name, *size, sealed, out);
        }
        if archive.closed {
            self.see_unread(node, "", 0, sealed, out);
        }
    }

    /// A file of a kind that is read, and that was not.
    fn see_unopened(&self, node: &Node, out: &mut Observed) {
        if matches!(kind_of(node.kind), FileKind::Archive) {
            self.see_unread(node, "", 0, false, out);
        }
        out.observations
            .extend(unopened(node.kind, &node.name, false).map(|fact| self.observation(node, fact)));
    }

    /// An entry that was not read is a file all the same, and so is what it would have been judged by.
    fn see_unread(&self, archive: &Node, name: &str, size: u64, sealed: bool, out: &mut Observed) {
        let file = self.unread_entry(archive, name, size);
        let inside = unopened(kind_by_name(&file.name), &file.name, sealed);
        for fact in [Fact::File(file)].into_iter().chain(inside) {
            let mut seen = self.observation(archive, fact);
            seen.locator.part = Some(join(&archive.place, name)).filter(|part| !part.is_empty());
            out.observations.push(seen);
        }
    }

    fn evidence(&self, node: &Node) -> Evidence {
        Evidence {
            id: EvidenceId::from_digest(node.digest),
            kind: match node.kind {
                Kind::Mail => EvidenceKind::Mail,
                Kind::Zip | Kind::Gzip | Kind::OtherArchive => EvidenceKind::Archive,
                Kind::Document => EvidenceKind::Document,
                Kind::Pdf => EvidenceKind::Pdf,
                Kind::Program => EvidenceKind::Program,
                Kind::Script => EvidenceKind::Script,
                Kind::PageEvents | Kind::Recording => EvidenceKind::PageEvents,
                Kind::TlsSurvey => EvidenceKind::TlsSurvey,
                Kind::Mailbox | Kind::Html | Kind::Calendar | Kind::ResolverSettings | Kind::Other => {
                    EvidenceKind::File
                }
            },
            name: match &node.content {
                Content::Mail(mail) if node.name.is_empty() || node.parent.is_none() => mail.subject.clone(),
                _ => node.name.clone(),
            },
            source: self.origin.source.clone(),
            parent: node
                .parent
                .and_then(|at| self.nodes.get(at))
                .map(|parent| EvidenceId::from_digest(parent.digest)),
            size: node.size,
            taken_at: None,
            taken_by: self.origin.taken_by.clone(),
        }
    }

    fn observation(&self, node: &Node, fact: Fact) -> Observation {
        self.located(node, Locator::default(), fact)
    }

    fn located(&self, node: &Node, mut locator: Locator, fact: Fact) -> Observation {
        let root = self.nodes.first().filter(|_| node.parent.is_some());
        if !node.place.is_empty() {
            locator.part = Some(node.place.clone());
        }
        Observation {
            asset: self.asset.clone(),
            evidence: EvidenceId::from_digest(node.digest),
            within: root.map(|root| EvidenceId::from_digest(root.digest)),
            at: self.at,
            locator,
            fact,
        }
    }

    fn file(&self, node: &Node) -> FileFact {
        FileFact {
            name: node.name.clone(),
            kind: kind_of(node.kind),
            size: node.size,
            media_type: node.media_type.clone(),
            archives: self.archives_around(node.parent),
            mailed: self.mailed(node.parent),
            carrier: self.carrier(node.parent).to_owned(),
            unread: false,
        }
    }

    fn unread_entry(&self, archive: &Node, name: &str, size: u64) -> FileFact {
        let mut archives = self.archives_around(archive.parent);
        archives.push(around_name(archive));
        let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
        FileFact {
            name: base.to_owned(),
            kind: kind_of(kind_by_name(base)),
            size,
            media_type: String::new(),
            archives,
            mailed: self.mailed(archive.parent),
            carrier: String::new(),
            unread: true,
        }
    }

    fn archive(&self, node: &Node, archive: &Container) -> ArchiveFact {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        ArchiveFact {
            name: node.name.clone(),
            format: archive.format.to_owned(),
            entries: count(archive.entries),
            encrypted: count(archive.encrypted),
            mailed: self.mailed(node.parent),
            encryption: serde_json::to_value(archive.encryption)
                .ok()
                .and_then(|value| value.as_str().map(str::to_owned))
                .unwrap_or_default(),
            password: archive.opened_with.map(|opened| {
                let (origin, mail) = match opened.by {
                    PasswordSource::Here => (PasswordOrigin::SameMail, None),
                    PasswordSource::Neighbour(at) => {
                        (PasswordOrigin::NeighbourMail, self.origin.neighbours.get(at).cloned())
                    }
                    PasswordSource::Usual => (PasswordOrigin::Configured, None),
                };
                PasswordTrail { origin, mail, chars: opened.chars }
            }),
        }
    }

    fn ancestors(&self, from: Option<usize>) -> impl Iterator<Item = &Node> {
        let mut next = from;
        std::iter::from_fn(move || {
            let node = self.nodes.get(next?)?;
            next = node.parent;
            Some(node)
        })
    }

    fn archives_around(&self, from: Option<usize>) -> Vec<String> {
        let mut names: Vec<String> = self
            .ancestors(from)
            .filter(|node| matches!(&node.content, Content::Archive(archive) if archive.format != MBOX))
            .map(around_name)
            .collect();
        names.reverse();
        names
    }

    /// What a file lies in directly, when that is a document of some kind.
    fn carrier(&self, parent: Option<usize>) -> &'static str {
        let parent = parent.and_then(|at| self.nodes.get(at));
        match parent.map(|node| &node.content) {
            Some(Content::Document(document, _)) if document.container == office::Container::OneNote => {
                "notebook"
            }
            Some(Content::Document(..)) => "document",
            Some(Content::Script(_)) if parent.is_some_and(is_page) => "web-page",
            Some(Content::Script(_)) if parent.is_some_and(|node| node.kind == Kind::Calendar) => "calendar",
            // Of other scripts only a shortcut has anything behind its end.
            Some(Content::Script(_)) => "shortcut",
            Some(Content::Pdf(_)) => "pdf",
            _ => "",
        }
    }

    /// Whether the place that was to be looked at is this file itself, and no folder around it.
    fn is_named(&self) -> bool {
        self.origin.source == self.origin.store
    }

    fn mailed(&self, from: Option<usize>) -> bool {
        self.ancestors(from).any(|node| matches!(node.content, Content::Mail(_)))
    }
}

/// What is known of a document nobody could look into: that it was not looked into. A check that finds
/// nothing to judge says nothing, and that would read as "fine".
fn unopened(kind: Kind, name: &str, encrypted: bool) -> Option<Fact> {
    let name = name.to_owned();
    match kind {
        Kind::Document => Some(Fact::Macro(Box::new(MacroFact {
            name,
            encrypted,
            partly_unread: true,
            ..MacroFact::default()
        }))),
        Kind::Pdf => Some(Fact::Pdf(PdfFact { name, encrypted, partly_unread: true, ..PdfFact::default() })),
        _ => None,
    }
}

/// Whether a browser opens it, or the program that runs pages as applications.
fn is_page(node: &Node) -> bool {
    node.kind == Kind::Html || node.name.to_lowercase().ends_with(".hta")
}

/// An archive's name as every file in it tells it: cut, because there may be thousands of them.
fn around_name(archive: &Node) -> String {
    cut(&archive.name, PLACE_CHARS_MAX)
}

fn kind_of(kind: Kind) -> FileKind {
    match kind {
        Kind::Mail | Kind::Mailbox => FileKind::Mail,
        Kind::Zip | Kind::Gzip | Kind::OtherArchive => FileKind::Archive,
        Kind::Document => FileKind::Document,
        Kind::Pdf => FileKind::Pdf,
        Kind::Program => FileKind::Program,
        Kind::Script => FileKind::Script,
        Kind::Html
        | Kind::Calendar
        | Kind::PageEvents
        | Kind::Recording
        | Kind::ResolverSettings
        | Kind::TlsSurvey
        | Kind::Other => FileKind::Other,
    }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") }
}
