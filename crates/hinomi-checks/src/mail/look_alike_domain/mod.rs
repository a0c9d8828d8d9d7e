//! Mail from a domain that looks like ours, or like that of somebody who writes to us.

mod likeness;

use crate::case::{fail, proof, related};
use crate::{Case, Check, Context};
use hinomi_model::fact::{Address, MailFact};
use hinomi_model::{Confidence, Fact, Indicator, IndicatorKind, Step, Text, Tlp, Verdict};
use likeness::{Likeness, likeness};

pub(crate) const CHECK: Check = Check {
    id: "mail.look-alike-domain",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// So many verified mails make a correspondent whose domain is worth imitating …
const KNOWN_MAILS_MIN: u32 = 3;
/// … and a domain that sent this many itself is a correspondent of its own.
const STRANGER_MAILS_MAX: u32 = 2;

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let Some((seen, mail)) = case.facts(Fact::as_mail).find(|(seen, _)| seen.evidence == *case.subject)
    else {
        return Verdict::Pass;
    };
    let senders = senders(mail);
    if senders.is_empty() {
        return Verdict::Undetermined(Text::new("no_sender").with("subject", &mail.subject));
    }
    let found = senders.into_iter().filter_map(|(field, domain)| {
        let (key, known) = resembles(cx, &domain)?;
        Some((key, known, field, domain))
    });
    // Keys are in the order of the alphabet only by chance: the gravest is the first of this list.
    let order =
        ["own_same_to_the_eye", "known_same_to_the_eye", "own_one_letter", "known_one_letter", "own_similar"];
    let place = |key: &str| order.iter().position(|known| *known == key);
    let Some((key, known, field, domain)) = found.min_by_key(|(key, ..)| place(key)) else {
        return Verdict::Pass;
    };

    let text = Text::new(key)
        .with("domain", hinomi_model::defang(&domain))
        .with("known", &known)
        .with("subject", &mail.subject);
    let quote = format!("{field}: {}", hinomi_model::defang(&domain));
    let mut finding = cx.finding(case, text, proof(seen, &quote)).keyed("mail", case.subject.as_str());
    finding.at = seen.at;
    finding.story.push(Step { kind: "mail".to_owned(), text: quote, place: String::new() });
    finding.story.push(Step { kind: "mail".to_owned(), text: known, place: String::new() });
    finding.indicators.push(Indicator {
        kind: IndicatorKind::Host,
        value: domain.clone(),
        host: domain,
        found_in: vec![case.subject.clone()],
        layers: vec![field.to_owned()],
        confidence: Confidence::Medium,
        tlp: Tlp::Amber,
        valid_from: None,
        valid_until: None,
    });
    fail(finding)
}

/// The domains a mail would be answered to or says it comes from, once each, with the field.
fn senders(mail: &MailFact) -> Vec<(&'static str, String)> {
    let from = mail.from.iter().map(|address| ("From", address.domain()));
    let reply_to = mail.reply_to.iter().map(|address| ("Reply-To", address.domain()));
    let path = mail.return_path.iter().map(|path| {
        let address = Address { name: String::new(), address: path.clone() };
        ("Return-Path", address.domain())
    });
    let mut out: Vec<(&'static str, String)> = Vec::new();
    for (field, domain) in from.chain(reply_to).chain(path) {
        if !domain.is_empty() && !out.iter().any(|(_, known)| *known == domain) {
            out.push((field, domain));
        }
    }
    out
}

/// The key, and the domain that is imitated.
fn resembles(cx: &Context<'_>, domain: &str) -> Option<(&'static str, String)> {
    if cx.is_own(domain) {
        return None;
    }
    let own = cx.own_domains.iter().filter(|own| !related(own, domain));
    if let Some((likeness, own)) = own.filter_map(|own| Some((likeness(domain, own)?, own))).min() {
        let key = match likeness {
            Likeness::SameToTheEye => "own_same_to_the_eye",
            Likeness::OneLetter => "own_one_letter",
            Likeness::WordAdded | Likeness::OtherEnding => "own_similar",
        };
        return Some((key, own.clone()));
    }
    if cx.contacts.mails_from(domain) > STRANGER_MAILS_MAX {
        return None;
    }
    let known =
        cx.contacts.domains().filter(|(known, mails)| *mails >= KNOWN_MAILS_MIN && !related(known, domain));
    let (likeness, known) = known.filter_map(|(known, _)| Some((likeness(domain, known)?, known))).min()?;
    match likeness {
        Likeness::SameToTheEye => Some(("known_same_to_the_eye", known.to_owned())),
        Likeness::OneLetter => Some(("known_one_letter", known.to_owned())),
        // Companies of one group, shops and their branches: too common between strangers.
        Likeness::WordAdded | Likeness::OtherEnding => None,
    }
}
