//! What was read becomes what was seen: the tree of a file becomes evidence and observations.

use crate::{document, mail};
use hinomi_formats::mail::Mail;
use hinomi_formats::tree::{Content, Kind, Node, PasswordSource, Tree};
use hinomi_formats::{Parsed, Problem};
use hinomi_model::fact::{ArchiveFact, FileFact, FileKind, PasswordOrigin, PasswordTrail};
use hinomi_model::{AssetId, AssetKind, Evidence, EvidenceId, EvidenceKind, Fact, Locator, Observation};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// What collected it, with its version.
    pub taken_by: String,
    /// The mail in which the n-th neighbouring password stood.
    pub neighbours: Vec<EvidenceId>,
}

/// All that was seen in one file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Observed {
    /// The file and everything in it.
    pub evidence: Vec<Evidence>,
    /// What was seen.
    pub observations: Vec<Observation>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Whether an encrypted archive stayed shut: worth another try with the neighbours' passwords.
    pub locked: bool,
    /// Password candidates for archives in neighbouring mails. Secret: never kept.
    pub candidates: Vec<String>,
}

/// Turns the tree of one file into evidence and observations.
pub fn observe(tree: Parsed<Tree>, origin: &Origin) -> Observed {
    let Parsed { value: Tree { nodes, candidates }, problems } = tree;
    let Some(root) = nodes.first() else { return Observed { problems, ..Observed::default() } };
    let asset = asset_of(root, origin);
    let at = match &root.content {
        Content::Mail(mail) => mail.date_unix_s.and_then(|s| Timestamp::from_second(s).ok()),
        _ => None,
    };
    let mut out = Observed { candidates, ..Observed::default() };
    let view = View { nodes: &nodes, origin, asset: &asset, at, problems: &problems };
    for index in 0..nodes.len() {
        view.see(index, &mut out);
    }
    out.problems = problems;
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

/// The tree, seen from one node at a time.
pub(crate) struct View<'a> {
    pub(crate) nodes: &'a [Node],
    origin: &'a Origin,
    asset: &'a AssetId,
    at: Option<Timestamp>,
    problems: &'a [Problem],
}

impl View<'_> {
    fn see(&self, index: usize, out: &mut Observed) {
        let Some(node) = self.nodes.get(index) else { return };
        out.evidence.push(self.evidence(node));
        if !matches!(node.kind, Kind::Mail)
            && (!node.name.is_empty() || kind_of(node.kind) != FileKind::Other)
        {
            out.observations.push(self.observation(node, Fact::File(self.file(node))));
        }
        match &node.content {
            Content::Mail(mail) => {
                let fact = mail::observe::mail(mail);
                out.observations.push(self.observation(node, Fact::Mail(Box::new(fact))));
            }
            Content::Archive(archive) => {
                out.locked |= archive.encrypted > 0 && archive.opened_with.is_none();
                out.observations.push(self.observation(node, Fact::Archive(self.archive(node, archive))));
                for (name, size) in &archive.unread {
                    let file = self.unread_entry(node, name, *size);
                    let mut seen = self.observation(node, Fact::File(file));
                    seen.locator.part = Some(join(&node.place, name));
                    out.observations.push(seen);
                }
            }
            Content::Document(doc, surveys) => {
                let partly = self.problems.iter().any(|problem| is_inside(&node.place, &problem.place));
                for (locator, fact) in document::observe::document(&node.name, doc, surveys, partly) {
                    out.observations.push(self.located(node, locator, fact));
                }
            }
            Content::Script(survey) => {
                for (locator, fact) in document::observe::commands(&node.name, survey) {
                    out.observations.push(self.located(node, locator, fact));
                }
            }
            Content::Pdf(pdf) => {
                let fact = document::observe::pdf(&node.name, pdf);
                out.observations.push(self.observation(node, Fact::Pdf(fact)));
            }
            Content::Plain => {}
        }
    }

    fn evidence(&self, node: &Node) -> Evidence {
        Evidence {
            id: EvidenceId::from_digest(node.digest),
            kind: match node.kind {
                Kind::Mail => EvidenceKind::Mail,
                Kind::Zip | Kind::Gzip => EvidenceKind::Archive,
                Kind::Document => EvidenceKind::Document,
                Kind::Pdf => EvidenceKind::Pdf,
                Kind::Program => EvidenceKind::Program,
                Kind::Script => EvidenceKind::Script,
                Kind::Other => EvidenceKind::File,
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
            unread: false,
        }
    }

    fn unread_entry(&self, archive: &Node, name: &str, size: u64) -> FileFact {
        let mut archives = self.archives_around(archive.parent);
        archives.push(archive.name.clone());
        let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
        FileFact {
            name: base.to_owned(),
            kind: kind_of(hinomi_formats::tree::kind_by_name(base)),
            size,
            media_type: String::new(),
            archives,
            mailed: self.mailed(archive.parent),
            unread: true,
        }
    }

    fn archive(&self, node: &Node, archive: &hinomi_formats::tree::Container) -> ArchiveFact {
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
            .filter(|node| matches!(node.content, Content::Archive(_)))
            .map(|node| node.name.clone())
            .collect();
        names.reverse();
        names
    }

    fn mailed(&self, from: Option<usize>) -> bool {
        self.ancestors(from).any(|node| matches!(node.content, Content::Mail(_)))
    }
}

fn kind_of(kind: Kind) -> FileKind {
    match kind {
        Kind::Mail => FileKind::Mail,
        Kind::Zip | Kind::Gzip => FileKind::Archive,
        Kind::Document => FileKind::Document,
        Kind::Pdf => FileKind::Pdf,
        Kind::Program => FileKind::Program,
        Kind::Script => FileKind::Script,
        Kind::Other => FileKind::Other,
    }
}

/// Whether a place is this node, or something in it.
fn is_inside(node: &str, place: &str) -> bool {
    node.is_empty() || place.strip_prefix(node).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") }
}
