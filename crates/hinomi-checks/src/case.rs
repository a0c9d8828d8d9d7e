//! What a check gets to see: one case, and the little it may know besides.

use crate::keys::inventory::KeyRing;
use crate::mail::scatter_type::Campaigns;
use crate::tls::profile::Profile;
use hinomi_model::fact::{Address, MailFact};
use hinomi_model::{
    AssetId, Entry, EvidenceId, EvidenceRef, Fact, Finding, Grade, Observation, Text, Verdict,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// All observations of the needed kinds about one subject, oldest first.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// Whose it is.
    pub asset: &'a AssetId,
    /// The evidence it is about: the outermost one, or the one itself, as `per` says.
    pub subject: &'a EvidenceId,
    /// The observations, of the kinds in `needs` only.
    pub observations: Vec<&'a Observation>,
}

/// The settings and the surroundings of a case. Read only.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The check's own entry: severities come from here.
    pub entry: &'a Entry,
    /// Our own domains, lower case.
    pub own_domains: &'a BTreeSet<String>,
    /// Who writes to us under which name, from all mail of this run.
    pub contacts: &'a ContactBook,
    /// What was sent by many hands, from all mail of this run.
    pub campaigns: &'a Campaigns,
    /// Which server uses which key, from all of this run.
    pub ring: &'a KeyRing<'a>,
    /// What the company has decided.
    pub policy: &'a Policy,
}

/// What a company decides for itself, as far as a verdict depends on it.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The profile that TLS servers are held against.
    pub tls: Profile,
    /// Of an interim profile (セキュリティ例外型): the day on which the move to another one is done.
    pub interim_until: Option<Date>,
    /// The year until which systems and data are to be used: the strength of keys is held against it. Without one, the
    /// year of the run or the end of a certificate counts.
    pub in_use_until: Option<i16>,
}

impl<'a> Case<'a> {
    /// The facts one accessor picks, each with its observation.
    pub fn facts<T: 'a>(
        &self,
        pick: impl Fn(&'a Fact) -> Option<&'a T>,
    ) -> impl DoubleEndedIterator<Item = (&'a Observation, &'a T)> {
        self.observations.iter().filter_map(move |o| pick(&o.fact).map(|fact| (*o, fact)))
    }
}

impl Context<'_> {
    /// A failing verdict with the severity and confidence `check.toml` gives this key.
    pub fn finding(&self, case: &Case<'_>, text: Text, proof: EvidenceRef) -> Finding {
        // A key without a grade is a fault of the check, which the page tests find before a user does.
        let lowest =
            Grade { severity: hinomi_model::Severity::Info, confidence: hinomi_model::Confidence::Low };
        let grade = self.entry.fails.get(&text.key).copied().unwrap_or(lowest);
        Finding::new(&self.entry.id, case.asset.clone(), grade, text, proof)
    }

    /// Whether an address or host is ours.
    pub fn is_own(&self, domain: &str) -> bool {
        let mut name = domain;
        loop {
            if self.own_domains.contains(name) {
                return true;
            }
            match name.split_once('.') {
                Some((_, parent)) => name = parent,
                None => return false,
            }
        }
    }
}

/// A proof that points at an observation. Until the run says where things lay, `source` names the outermost
/// evidence: the same attachment may have come in many mails.
pub(crate) fn proof(observation: &Observation, quote: &str) -> EvidenceRef {
    EvidenceRef {
        sha256: observation.evidence.clone(),
        source: observation.root().as_str().to_owned(),
        locator: observation.locator.clone(),
        quote: cut(quote, 200),
    }
}

/// The first `chars` characters, with `…` when something was cut.
pub(crate) fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((at, _)) => format!("{}…", text.split_at(at).0),
        None => text.to_owned(),
    }
}

/// Shorter display names ("info", "田中") are shared by too many to tell anybody.
const NAME_CHARS_MIN: usize = 4;

/// Which domains write under which display name: by mail whose sender was verified and that carries no files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactBook {
    domains_by_name: BTreeMap<String, BTreeSet<String>>,
    /// Mails somebody vouched for, by the domain of their sender.
    mails_by_domain: BTreeMap<String, u32>,
    messages: BTreeSet<String>,
}

impl ContactBook {
    /// Reads the book off all mail of a run.
    pub fn from_observations<'a>(observations: impl IntoIterator<Item = &'a Observation>) -> Self {
        let mut book = Self::default();
        for mail in observations.into_iter().filter_map(|o| o.fact.as_mail()) {
            book.messages.extend(mail.message_id.iter().cloned());
            if authentic(mail) {
                for domain in mail.from.iter().map(Address::domain).filter(|domain| !domain.is_empty()) {
                    let mails = book.mails_by_domain.entry(domain).or_default();
                    *mails = mails.saturating_add(1);
                }
            }
            // A mail that carries files vouches for nobody: an attack must not vouch for itself.
            if authentic(mail) && mail.attachments.is_empty() && !contradicts_itself(mail) {
                mail.from.iter().for_each(|address| book.add(address));
            }
        }
        book
    }

    fn add(&mut self, address: &Address) {
        let (name, domain) = (plain_name(&address.name), address.domain());
        if name.chars().count() >= NAME_CHARS_MIN && !domain.is_empty() {
            self.domains_by_name.entry(name).or_default().insert(domain);
        }
    }

    /// The domains this display name is known to write from.
    pub fn domains_of(&self, name: &str) -> Option<&BTreeSet<String>> {
        self.domains_by_name.get(&plain_name(name))
    }

    /// How many verified mails of this run came from exactly this domain.
    pub fn mails_from(&self, domain: &str) -> u32 {
        self.mails_by_domain.get(domain).copied().unwrap_or_default()
    }

    /// The domains that verified mail came from, with the number of mails.
    pub fn domains(&self) -> impl Iterator<Item = (&str, u32)> {
        self.mails_by_domain.iter().map(|(domain, mails)| (domain.as_str(), *mails))
    }

    /// Whether we hold the message with this id.
    pub fn holds_message(&self, id: &str) -> bool {
        self.messages.contains(id)
    }
}

/// Whether the sender's name stands in the quoted original with an address of another domain only.
fn contradicts_itself(mail: &MailFact) -> bool {
    mail.from.first().is_some_and(|from| quoted_elsewhere(mail, from).is_some())
}

/// The domain at which the quoted original knows the sender's name, when it is never the one he writes from.
pub(crate) fn quoted_elsewhere(mail: &MailFact, from: &Address) -> Option<String> {
    let name = plain_name(&from.name);
    if name.chars().count() < NAME_CHARS_MIN {
        return None;
    }
    let mut domains =
        mail.quoted.iter().filter(|quoted| plain_name(&quoted.name) == name).map(Address::domain);
    let first = domains.next()?;
    let own = from.domain();
    let at_home = related(&first, &own) || domains.any(|domain| related(&domain, &own));
    (!at_home).then_some(first)
}

/// One domain is the other, or lies below it.
pub(crate) fn related(one: &str, other: &str) -> bool {
    one == other || one.ends_with(&format!(".{other}")) || other.ends_with(&format!(".{one}"))
}

/// A display name for comparing: white space, quotes and case do not matter.
fn plain_name(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '“' | '”' | '　'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether the receiving server vouched for the sender: SPF or DKIM passed for the From domain or one above
/// or below it (relaxed alignment, RFC 7489 3.1), and DMARC did not fail.
pub(crate) fn authentic(mail: &MailFact) -> bool {
    let Some(domain) = mail.from.first().map(Address::domain) else { return false };
    let aligned = |other: &str| related(other, &domain);
    let says = |method: &str, result: &str| {
        mail.authentication.iter().any(|a| {
            a.method == method
                && a.result == result
                && (method == "dmarc" || aligned(&a.domain.to_lowercase()))
        })
    };
    (says("spf", "pass") || says("dkim", "pass")) && !says("dmarc", "fail")
}

/// The verdict on a case that holds several things to judge: the worst finding, else the first that could not be
/// decided. The same document may have come twice, and an archive may hold several that nobody could open.
pub(crate) fn worst_of(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut worst = Verdict::Pass;
    for verdict in verdicts {
        let worse = match (&worst, &verdict) {
            (Verdict::Fail(known), Verdict::Fail(other)) => other.severity > known.severity,
            (Verdict::Fail(_), _)
            | (_, Verdict::Pass)
            | (Verdict::Undetermined(_), Verdict::Undetermined(_)) => false,
            (_, Verdict::Fail(_)) | (Verdict::Pass, Verdict::Undetermined(_)) => true,
        };
        if worse {
            worst = verdict;
        }
    }
    worst
}

/// A verdict that fails.
pub(crate) fn fail(finding: Finding) -> Verdict {
    Verdict::Fail(Box::new(finding))
}
