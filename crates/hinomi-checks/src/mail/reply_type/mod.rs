//! Mail that answers a real conversation in somebody else's name.

use crate::case::{authentic, fail, proof, quoted_elsewhere, related};
use crate::mail::subject::is_marked;
use crate::{Case, Check, Context};
use hinomi_model::fact::{Address, FileKind, MailFact};
use hinomi_model::{
    Confidence, Fact, Finding, Indicator, IndicatorKind, Observation, Step, Text, Tlp, Verdict,
};

pub(crate) const CHECK: Check =
    Check { id: "mail.reply-type", entry: include_str!("check.toml"), page: include_str!("page.md"), judge };

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let Some((seen, mail)) = case.facts(Fact::as_mail).find(|(seen, _)| seen.evidence == *case.subject)
    else {
        return Verdict::Pass;
    };
    let Some(from) = mail.from.first() else { return Verdict::Pass };
    let reply = is_reply(mail);
    let risky = carries_risk(case);
    let key = match (impersonation(cx, mail, from), reply) {
        (Some(_), true) if risky => "partner_with_payload",
        (Some(_), true) => "partner",
        (Some(Claim::Address(_)), false) => "other_address_in_name",
        (Some(Claim::Contact(_)), false) if risky => "contact_name",
        (None, true) if risky && forged(mail) => "forged_reply",
        (None, true) if risky && unknown_thread(cx, mail, from) && !authentic(mail) => {
            return Verdict::Undetermined(
                Text::new("not_authenticated").with("from", shown(from)).with("subject", &mail.subject),
            );
        }
        _ => return Verdict::Pass,
    };
    fail(finding(cx, case, key, seen, mail, from))
}

/// Whose name the sender uses.
enum Claim {
    /// The display name holds an address of another domain.
    Address(String),
    /// The display name is one that a contact uses from other domains, or that the quoted original does.
    Contact(String),
}

fn impersonation(cx: &Context<'_>, mail: &MailFact, from: &Address) -> Option<Claim> {
    let domain = from.domain();
    if domain.is_empty() || cx.is_own(&domain) && authentic(mail) {
        return None;
    }
    if let Some(claimed) = address_in(&from.name)
        && !related(&claimed, &domain)
    {
        return Some(Claim::Address(claimed));
    }
    if let Some(domain) = quoted_elsewhere(mail, from) {
        return Some(Claim::Contact(domain));
    }
    let known = cx.contacts.domains_of(&from.name)?;
    let strange = !known.iter().any(|other| related(other, &domain));
    let first = known.iter().next().cloned()?;
    strange.then_some(Claim::Contact(first))
}

/// The domain of an address that stands in a display name.
fn address_in(name: &str) -> Option<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    name.split(|c| !part(c)).find_map(|word| {
        let (local, domain) = word.trim_matches(['.', '-']).split_once('@')?;
        (!local.is_empty() && domain.contains('.') && !domain.contains('@')).then(|| domain.to_lowercase())
    })
}

/// Written as an answer: by its subject, its references, or a quoted original.
fn is_reply(mail: &MailFact) -> bool {
    is_marked(&mail.subject) || !mail.references.is_empty() || !mail.quoted.is_empty()
}

/// It carries something that can act: a document, an archive, a program, a PDF with links.
fn carries_risk(case: &Case<'_>) -> bool {
    case.facts(Fact::as_file).any(|(_, file)| {
        matches!(
            file.kind,
            FileKind::Document | FileKind::Archive | FileKind::Program | FileKind::Script | FileKind::Pdf
        )
    })
}

/// The receiving server says the sender is not who he says he is.
fn forged(mail: &MailFact) -> bool {
    let failed = |method: &str| mail.authentication.iter().any(|a| a.method == method && a.result == "fail");
    (failed("dmarc") || failed("spf")) && !authentic(mail)
}

/// It answers nothing we hold, and nobody vouches for the sender.
fn unknown_thread(cx: &Context<'_>, mail: &MailFact, from: &Address) -> bool {
    !mail.references.iter().any(|id| cx.contacts.holds_message(id))
        && cx.contacts.domains_of(&from.name).is_none()
}

fn shown(from: &Address) -> String {
    let address = hinomi_model::defang(&from.address);
    if from.name.is_empty() { address } else { format!("{} <{address}>", from.name) }
}

fn finding(
    cx: &Context<'_>,
    case: &Case<'_>,
    key: &str,
    seen: &Observation,
    mail: &MailFact,
    from: &Address,
) -> Finding {
    let claimed = match impersonation(cx, mail, from) {
        Some(Claim::Address(domain) | Claim::Contact(domain)) => domain,
        None => from.domain(),
    };
    let text =
        Text::new(key).with("from", shown(from)).with("claimed", &claimed).with("subject", &mail.subject);
    let mut finding = cx
        .finding(case, text, proof(seen, &format!("From: {}", shown(from))))
        .keyed("mail", case.subject.as_str());
    finding.at = seen.at;
    let mut step = |kind: &str, text: String| {
        finding.story.push(Step { kind: kind.to_owned(), text, place: String::new() });
    };
    step("mail", format!("From: {}", shown(from)));
    if let Some(path) = mail.return_path.as_ref().filter(|path| !path.ends_with(&from.domain())) {
        step("mail", format!("Return-Path: {}", hinomi_model::defang(path)));
    }
    for result in &mail.authentication {
        step("mail", format!("{}={} ({})", result.method, result.result, result.domain));
    }
    if let Some(quoted) = mail.quoted.iter().find(|quoted| cx.is_own(&quoted.domain())) {
        step("mail", format!("> {}", shown(quoted)));
    }
    for (_, file) in case.facts(Fact::as_file).filter(|(_, file)| !file.name.is_empty()).take(5) {
        step("document", file.name.clone());
    }
    finding.indicators.push(Indicator {
        kind: IndicatorKind::Email,
        value: from.address.to_lowercase(),
        host: from.domain(),
        found_in: vec![case.subject.clone()],
        layers: vec!["From".to_owned()],
        confidence: Confidence::Medium,
        tlp: Tlp::Amber,
        valid_from: None,
        valid_until: None,
    });
    finding
}
