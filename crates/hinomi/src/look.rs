//! Looking: files are collected, read in the jail, and what was seen in them is brought together.

use crate::conversation::{Conversations, Letter};
use crate::jail::{Jail, JailError, Job, Lost};
use crate::reader::Head;
use anyhow::{Context, Result};
use hinomi_checks::{Observed, Origin};
use hinomi_collect::{CollectLimits, CollectProblem, Fetch, Item, Taken, collect};
use hinomi_formats::{Limits, Problem};
use hinomi_model::{AssetId, Evidence, EvidenceId, Observation};
use hinomi_outcome::ProblemLine;
use jiff::Timestamp;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

/// One place to look at.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// How the place is called: in the store, and as the asset of files that are nobody's mail.
    pub(crate) label: String,
    /// Where it is.
    pub(crate) what: What,
}

/// Where a place is.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// A file or folder.
    Path(PathBuf),
    /// Bytes that came by standard input.
    Bytes(Vec<u8>),
}

/// How to look.
pub(crate) struct Looking<'a> {
    pub(crate) jail: &'a mut Jail,
    pub(crate) limits: &'a Limits,
    pub(crate) collect: &'a CollectLimits,
    pub(crate) usual_passwords: &'a [String],
    pub(crate) own_domains: &'a [String],
    pub(crate) now: Timestamp,
    /// Told after each file.
    pub(crate) progress: &'a dyn Fn(&str),
}

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    pub(crate) evidence: BTreeMap<EvidenceId, Evidence>,
    pub(crate) observations: Vec<Observation>,
    pub(crate) problems: Vec<ProblemLine>,
    /// By label of a place.
    pub(crate) places: BTreeMap<String, PlaceLooked>,
    /// Pieces that could not be read, or not whole.
    pub(crate) unread: u64,
}

/// What became of one place.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlaceLooked {
    /// The assets seen in it.
    pub(crate) assets: BTreeSet<AssetId>,
    /// Something in it was not even listed or identified: nothing of it can be called gone.
    pub(crate) blind: bool,
    /// Sources (path, `#n`) of which something was not read.
    pub(crate) partly: BTreeSet<String>,
    /// The evidence seen in it.
    pub(crate) evidence: BTreeSet<EvidenceId>,
}

/// Looks at places, one after the other, then a second time at mails whose archives stayed shut, with the
/// passwords of their neighbours.
pub(crate) fn look(places: &[Place], how: &mut Looking<'_>) -> Result<Looked> {
    let mut looked = Looked::default();
    let mut seen = Vec::new();
    for place in places {
        let mut pieces = Vec::new();
        gather(place, how, &mut looked, &mut pieces);
        seen.extend(read_all(place, pieces, how, &mut looked)?);
    }
    open_locked(&mut seen, how)?;
    for one in seen {
        looked.take(one, how.now);
    }
    Ok(looked)
}

/// A piece collected and not yet read.
struct Piece {
    source: String,
    name: String,
    bytes: Bytes,
}

enum Bytes {
    Fetch(Fetch),
    Here(Vec<u8>),
}

/// A piece that was read.
struct Seen {
    place: String,
    source: String,
    name: String,
    /// To read it once more; only for those that stayed locked.
    again: Option<Bytes>,
    observed: Observed,
}

impl Bytes {
    fn read(&self) -> Result<Vec<u8>, CollectProblem> {
        match self {
            Self::Fetch(fetch) => fetch.read(),
            Self::Here(bytes) => Ok(bytes.clone()),
        }
    }
}

fn gather(place: &Place, how: &Looking<'_>, looked: &mut Looked, pieces: &mut Vec<Piece>) {
    looked.places.entry(place.label.clone()).or_default();
    match &place.what {
        What::Bytes(bytes) => pieces.push(Piece {
            source: "-".to_owned(),
            name: String::new(),
            bytes: Bytes::Here(bytes.clone()),
        }),
        What::Path(path) => {
            for item in collect(std::slice::from_ref(path), how.collect) {
                match item {
                    Ok(item) => pieces.push(Piece {
                        name: file_name(&item),
                        source: item.source,
                        bytes: Bytes::Fetch(item.fetch),
                    }),
                    Err(problem) => looked.not_collected(&place.label, problem),
                }
            }
        }
    }
}

/// The name of a piece as a reader should know it. A message of a mailbox has none, but is known to be one.
fn file_name(item: &Item) -> String {
    match item.taken {
        Taken::File => item.source.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
        Taken::Maildir { .. } | Taken::Mbox { .. } => "message.eml".to_owned(),
    }
}

/// Reads the pieces of one place in the jail, in their order.
fn read_all(
    place: &Place,
    pieces: Vec<Piece>,
    how: &mut Looking<'_>,
    looked: &mut Looked,
) -> Result<Vec<Seen>> {
    let refused = RefCell::new(Vec::new());
    let sent = RefCell::new(VecDeque::new());
    let brief = how.brief();
    let jobs = pieces.into_iter().filter_map(|piece| match piece.bytes.read() {
        Ok(bytes) => {
            let head = brief.head(&piece.source, &piece.name, &place.label, Default::default());
            sent.borrow_mut().push_back(piece);
            Some(Job { head, bytes })
        }
        Err(problem) => {
            refused.borrow_mut().push(problem);
            None
        }
    });
    let mut seen = Vec::new();
    let mut lost = Vec::new();
    let progress = how.progress;
    let done = |_: usize, answer: Result<Vec<u8>, Lost>| {
        let Some(piece) = sent.borrow_mut().pop_front() else { return };
        progress(&piece.source);
        match answer.map(|bytes| serde_json::from_slice::<Observed>(&bytes)) {
            Ok(Ok(observed)) => seen.push(Seen {
                place: place.label.clone(),
                again: observed.locked.then_some(piece.bytes),
                source: piece.source,
                name: piece.name,
                observed,
            }),
            Ok(Err(_)) => lost.push((piece, Lost::Garbled)),
            Err(why) => lost.push((piece, why)),
        }
    };
    how.jail.run(jobs, done).context("read in the jail")?;
    for problem in refused.into_inner() {
        looked.not_collected(&place.label, problem);
    }
    for (piece, why) in lost {
        let id = piece.bytes.read().ok().map(|bytes| EvidenceId::of(&bytes));
        looked.lost(&place.label, &piece.source, id, &why);
    }
    Ok(seen)
}

/// What every reader is told alike.
#[derive(Clone, Copy)]
struct Brief<'a> {
    limits: &'a Limits,
    usual: &'a [String],
    own_domains: &'a [String],
}

impl<'a> Looking<'a> {
    fn brief(&self) -> Brief<'a> {
        Brief { limits: self.limits, usual: self.usual_passwords, own_domains: self.own_domains }
    }
}

impl Brief<'_> {
    /// The head of one job. `neighbours` are passwords with the mails they stood in.
    fn head(
        self,
        source: &str,
        name: &str,
        store: &str,
        neighbours: (Vec<String>, Vec<EvidenceId>),
    ) -> Vec<u8> {
        let head = Head {
            origin: Origin {
                source: source.to_owned(),
                name: name.to_owned(),
                store: store.to_owned(),
                own_domains: self.own_domains.to_vec(),
                taken_by: concat!("hinomi ", env!("CARGO_PKG_VERSION")).to_owned(),
                neighbours: neighbours.1,
            },
            neighbours: neighbours.0,
            usual: self.usual.to_vec(),
            limits: self.limits.clone(),
        };
        serde_json::to_vec(&head).unwrap_or_default()
    }
}

/// Reads the mails whose archives stayed shut once more, with their neighbours' passwords.
fn open_locked(seen: &mut [Seen], how: &mut Looking<'_>) -> Result<(), JailError> {
    let brief = how.brief();
    let letters: Vec<Letter> = seen.iter().filter_map(letter).collect();
    let conversations = Conversations::new(&letters);
    let targets = RefCell::new(VecDeque::new());
    let jobs = seen.iter().enumerate().filter_map(|(at, one)| {
        let (bytes, mine) = (one.again.as_ref()?, letter(one)?);
        let candidates = conversations.candidates(&mine);
        let bytes = bytes.read().ok()?;
        // What changed between the two looks is not read again: the first look stands.
        if candidates.0.is_empty() || EvidenceId::of(&bytes) != mine.id {
            return None;
        }
        targets.borrow_mut().push_back(at);
        Some(Job { head: brief.head(&one.source, &one.name, &one.place, candidates), bytes })
    });
    let mut better = Vec::new();
    how.jail.run(jobs, |_, answer| {
        let target = targets.borrow_mut().pop_front();
        let observed = answer.ok().and_then(|bytes| serde_json::from_slice::<Observed>(&bytes).ok());
        if let (Some(target), Some(observed)) = (target, observed) {
            better.push((target, observed));
        }
    })?;
    for (target, observed) in better {
        if let Some(one) = seen.get_mut(target) {
            one.observed = observed;
        }
    }
    Ok(())
}

/// A piece as a letter, when it is a mail.
fn letter(seen: &Seen) -> Option<Letter> {
    let root = seen.observed.evidence.first()?;
    let mail = seen.observed.observations.iter().find(|o| o.evidence == root.id)?.fact.as_mail()?;
    Some(Letter::new(root.id.clone(), mail, seen.observed.candidates.clone()))
}

impl Looked {
    fn take(&mut self, seen: Seen, now: Timestamp) {
        let Observed { evidence, observations, problems, .. } = seen.observed;
        let root = evidence.first().map(|root| root.id.clone());
        let place = self.places.entry(seen.place).or_default();
        place.assets.extend(observations.iter().map(|o| o.asset.clone()));
        place.evidence.extend(evidence.iter().map(|e| e.id.clone()));
        if !problems.is_empty() {
            place.partly.insert(seen.source.clone());
            self.unread += 1;
        }
        for mut one in evidence {
            one.taken_at = Some(now);
            self.evidence.entry(one.id.clone()).or_insert(one);
        }
        self.observations.extend(observations);
        self.problems.extend(problems.into_iter().map(|p| problem_line(&seen.source, root.clone(), p)));
    }

    fn not_collected(&mut self, place: &str, problem: CollectProblem) {
        self.places.entry(place.to_owned()).or_default().blind = true;
        self.unread += 1;
        self.problems.push(ProblemLine {
            source: problem.source_path().to_owned(),
            evidence: None,
            place: String::new(),
            kind: problem.kind().to_owned(),
            limit: problem.limit().map(|(name, value)| (name.to_owned(), value)),
            detail: problem.to_string(),
        });
    }

    fn lost(&mut self, place: &str, source: &str, id: Option<EvidenceId>, why: &Lost) {
        self.places.entry(place.to_owned()).or_default().partly.insert(source.to_owned());
        self.unread += 1;
        self.problems.push(ProblemLine {
            source: source.to_owned(),
            evidence: id,
            place: String::new(),
            kind: why.kind().to_owned(),
            limit: why.limit().map(|(name, value)| (name.to_owned(), value)),
            detail: why.to_string(),
        });
    }
}

fn problem_line(source: &str, evidence: Option<EvidenceId>, problem: Problem) -> ProblemLine {
    let kind = serde_json::to_value(problem.kind).ok().and_then(|v| v.as_str().map(str::to_owned));
    ProblemLine {
        source: source.to_owned(),
        evidence,
        place: problem.place,
        kind: kind.unwrap_or_default(),
        limit: problem.limit.map(|limit| (limit.name, limit.value)),
        detail: problem.detail,
    }
}
