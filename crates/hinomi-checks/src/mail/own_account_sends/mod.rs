//! Attack mail that comes out of a mailbox of ours, or pretends to.

use crate::case::{authentic, fail, proof};
use crate::document::acts_alone;
use crate::mail::scatter_type;
use crate::{Case, Check, Context};
use hinomi_model::fact::{Address, CommandFact, FileKind, MacroFact, MailFact};
use hinomi_model::{Fact, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "mail.own-account-sends",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let Some((seen, mail)) = case.facts(Fact::as_mail).find(|(seen, _)| seen.evidence == *case.subject)
    else {
        return Verdict::Pass;
    };
    let Some(from) = mail.from.first().filter(|from| cx.is_own(&from.domain())) else { return Verdict::Pass };
    let Some(what) = attack(case, mail) else {
        return match unseen(case) {
            Some(file) if leaves(cx, mail) => {
                Verdict::Undetermined(Text::new("unseen").with("file", file).with("from", &from.address))
            }
            _ => Verdict::Pass,
        };
    };
    let key = match trust(mail) {
        Trust::Verified => "account_sends",
        Trust::NotTold => "account_may_send",
        Trust::Refuted => "domain_forged",
    };
    let outside = mail.to.iter().filter(|to| !cx.is_own(&to.domain())).count();
    let text = Text::new(key)
        .with("from", &from.address)
        .with("file", &what)
        .with("subject", &mail.subject)
        .with("outside", outside);
    let quote = format!("From: {}", from.address);
    let mut finding = cx.finding(case, text, proof(seen, &quote)).keyed("mail", case.subject.as_str());
    finding.at = seen.at;
    let mut step = |kind: &str, text: String| {
        finding.story.push(Step { kind: kind.to_owned(), text, place: String::new() })
    };
    step("mail", quote);
    for result in &mail.authentication {
        step("mail", format!("{}={} ({})", result.method, result.result, result.domain));
    }
    step("document", what);
    fail(finding)
}

/// The file that makes this mail an attack.
fn attack(case: &Case<'_>, mail: &MailFact) -> Option<String> {
    let command = case.facts(Fact::as_command).map(|(_, command)| command).find(|command| fetches(command));
    if let Some(command) = command {
        return Some(command.name.clone());
    }
    let document = case.facts(Fact::as_macro).map(|(_, fact)| fact).find(|fact| acts_alone(fact));
    if let Some(document) = document {
        return Some(document.name.clone());
    }
    let template =
        scatter_type::TEMPLATES.iter().any(|known| scatter_type::is_strong_match(known, &mail.subject));
    let carried = case.facts(Fact::as_file).map(|(_, file)| file);
    template
        .then(|| carried.filter(|file| matches!(file.kind, FileKind::Document | FileKind::Archive)))
        .and_then(|mut files| files.next())
        .map(|file| file.name.clone())
}

fn fetches(command: &CommandFact) -> bool {
    command.fetches && (command.executes || !command.layers.is_empty())
}

/// What was sent out and could not be looked into.
fn unseen<'a>(case: &Case<'a>) -> Option<&'a str> {
    let unread = |fact: &&MacroFact| fact.encrypted || fact.partly_unread;
    case.facts(Fact::as_macro).map(|(_, fact)| fact).find(unread).map(|fact| fact.name.as_str())
}

/// Whether it goes to anybody outside.
fn leaves(cx: &Context<'_>, mail: &MailFact) -> bool {
    mail.to.iter().map(Address::domain).any(|domain| !domain.is_empty() && !cx.is_own(&domain))
}

/// Who says that the mail is from whom it says.
enum Trust {
    /// SPF or DKIM passed for our domain.
    Verified,
    /// Nobody looked: a sent folder, mail within the house.
    NotTold,
    /// It was looked at, and did not pass.
    Refuted,
}

fn trust(mail: &MailFact) -> Trust {
    if authentic(mail) {
        return Trust::Verified;
    }
    let refuted = |result: &str| matches!(result, "fail" | "softfail" | "permerror");
    let told = mail.authentication.iter().any(|told| refuted(&told.result));
    if told { Trust::Refuted } else { Trust::NotTold }
}
