//! Mail by template: the same wording, with other numbers, to many at once.

mod campaigns;

pub use campaigns::{Campaign, Campaigns};

use crate::case::{cut, fail, proof};
use crate::document::acts_alone;
use crate::mail::subject::bare_subject;
use crate::{Case, Check, Context};
use hinomi_model::fact::{FileFact, FileKind, MacroFact, MailFact, Trigger};
use hinomi_model::{Fact, Observation, Step, Text, Verdict};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

pub(crate) const CHECK: Check = Check {
    id: "mail.scatter-type",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// The known templates: data, not code.
pub(crate) static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("templates.toml")).unwrap_or(File { template: Vec::new() });
    file.template
});

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    template: Vec<Template>,
}

/// One template. `pattern` is literal text, with `<n-m>` for a run of n to m digits; white space, brackets,
/// underscores and full stops are not compared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Template {
    pub(crate) name: String,
    pub(crate) pattern: String,
    /// Whether the wording alone is rare enough to tell; a weak one needs a macro that runs by itself.
    strong: bool,
}

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let Some((seen, mail)) = case.facts(Fact::as_mail).find(|(seen, _)| seen.evidence == *case.subject)
    else {
        return Verdict::Pass;
    };
    let template = TEMPLATES.iter().find(|template| fits(&template.pattern, &mail.subject));
    let by_template =
        template.map_or(Verdict::Pass, |template| by_template(cx, case, (seen, mail), template));
    match cx.campaigns.of_mail(case.subject) {
        Some(campaign) => match by_template {
            Verdict::Fail(mut finding) if finding.text.key == "template_with_macro" => {
                finding.story.push(others(campaign));
                Verdict::Fail(finding)
            }
            _ => in_campaign(cx, case, (seen, mail), campaign),
        },
        None if by_template == Verdict::Pass => by_wording(cx, case, (seen, mail)),
        None => by_template,
    }
}

/// A mail and what was seen of it.
type Seen<'a> = (&'a Observation, &'a MailFact);

fn by_template(cx: &Context<'_>, case: &Case<'_>, (seen, mail): Seen<'_>, template: &Template) -> Verdict {
    let files: Vec<&FileFact> = case.facts(Fact::as_file).map(|(_, file)| file).collect();
    let document = files.iter().find(|file| is_carrier(file));
    let named_alike = files.iter().find(|file| alike(&file.name, &mail.subject));
    let auto_run = case.facts(Fact::as_macro).any(|(_, fact)| runs_alone(fact));
    let unseen = case.facts(Fact::as_macro).any(|(_, fact)| fact.encrypted || fact.partly_unread)
        || files.iter().any(|file| file.unread);
    let key = match (template.strong, document, named_alike.is_some(), auto_run) {
        (_, Some(_), _, true) => "template_with_macro",
        (true, Some(_), true, _) => "template_with_document",
        (true, None, _, _) => "template_alone",
        _ if unseen => {
            return Verdict::Undetermined(Text::new("unseen").with("subject", &mail.subject));
        }
        (true, Some(_), false, false) => "template_alone",
        _ => return Verdict::Pass,
    };
    let file = named_alike.or(document).map_or("", |file| file.name.as_str());
    let text = Text::new(key).with("template", &template.name);
    found(cx, case, (seen, mail), text, file)
}

/// The mail itself is one of the campaign's.
fn in_campaign(cx: &Context<'_>, case: &Case<'_>, seen: Seen<'_>, campaign: &Campaign) -> Verdict {
    let document = case.facts(Fact::as_macro).map(|(_, fact)| fact).find(|fact| acts_alone(fact));
    let text =
        Text::new("campaign").with("mails", campaign.mails.len()).with("domains", campaign.domains.len());
    let mut verdict = found(cx, case, seen, text, document.map_or("", |fact| fact.name.as_str()));
    if let Verdict::Fail(finding) = &mut verdict {
        finding.story.push(others(campaign));
    }
    verdict
}

/// The mail is worded like those of a campaign, and carries something that may be of it.
fn by_wording(cx: &Context<'_>, case: &Case<'_>, seen: Seen<'_>) -> Verdict {
    let carried = case.facts(Fact::as_file).map(|(_, file)| file).find(|file| is_carrier(file));
    let (Some(campaign), Some(file)) = (cx.campaigns.worded_like(&seen.1.subject), carried) else {
        return Verdict::Pass;
    };
    let text = Text::new("campaign_wording").with("mails", campaign.mails.len());
    let mut verdict = found(cx, case, seen, text, &file.name);
    if let Verdict::Fail(finding) = &mut verdict {
        finding.story.push(others(campaign));
    }
    verdict
}

fn is_carrier(file: &FileFact) -> bool {
    matches!(file.kind, FileKind::Document | FileKind::Archive)
}

fn found(cx: &Context<'_>, case: &Case<'_>, (seen, mail): Seen<'_>, text: Text, file: &str) -> Verdict {
    let text = text.with("subject", &mail.subject).with("file", file);
    let mut finding = cx.finding(case, text, proof(seen, &mail.subject)).keyed("mail", case.subject.as_str());
    finding.at = seen.at;
    let mut step = |kind: &str, text: &str| {
        finding.story.push(Step { kind: kind.to_owned(), text: text.to_owned(), place: String::new() });
    };
    step("mail", &mail.subject);
    if !file.is_empty() {
        step("document", file);
    }
    fail(finding)
}

/// What else is of the campaign: subjects, then the domains they came from.
fn others(campaign: &Campaign) -> Step {
    const SHOWN: usize = 5;
    let shown = |texts: &BTreeSet<String>| {
        let more = if texts.len() > SHOWN { ", …" } else { "" };
        texts.iter().take(SHOWN).map(|text| cut(text, 60)).collect::<Vec<_>>().join(", ") + more
    };
    let text = format!("{} ({})", shown(&campaign.subjects), shown(&campaign.domains));
    Step { kind: "campaign".to_owned(), text, place: String::new() }
}

fn runs_alone(fact: &MacroFact) -> bool {
    fact.entry_points.iter().any(|entry| entry.trigger == Trigger::Open)
}

/// Whether a subject follows a template that is rare enough to tell by itself.
pub(crate) fn is_strong_match(template: &Template, subject: &str) -> bool {
    template.strong && fits(&template.pattern, subject)
}

/// Whether a file is named like the subject: `請求書の件です。 17447 20200723.doc`.
fn alike(name: &str, subject: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let (stem, subject) = (essence(stem), essence(bare_subject(subject)));
    !stem.is_empty() && stem == subject
}

/// Whether the subject, apart from a reply prefix, follows the pattern from its first letter to its last.
pub(crate) fn fits(pattern: &str, subject: &str) -> bool {
    let subject = essence(bare_subject(subject));
    let mut rest = subject.as_str();
    let mut pattern = pattern;
    while let Some((literal, tail)) = pattern.split_once('<') {
        let Some((range, after)) = tail.split_once('>') else { return false };
        let Some(found) = rest.strip_prefix(essence(literal).as_str()) else { return false };
        let (least, most) = range.split_once('-').unwrap_or((range, range));
        let (Ok(least), Ok(most)) = (least.parse::<usize>(), most.parse::<usize>()) else { return false };
        let digits = found.bytes().take_while(u8::is_ascii_digit).count();
        // Two runs of digits that stand apart in the subject are glued in its essence: take what must follow.
        let wanted: usize = minimum_digits(after);
        let mine = digits.saturating_sub(wanted).min(most);
        if mine < least {
            return false;
        }
        rest = found.get(mine..).unwrap_or_default();
        pattern = after;
    }
    rest == essence(pattern)
}

/// The digits that runs directly behind must get at least.
fn minimum_digits(pattern: &str) -> usize {
    let Some(tail) = pattern.trim_start_matches(is_noise).strip_prefix('<') else { return 0 };
    let Some((range, after)) = tail.split_once('>') else { return 0 };
    let least = range.split('-').next().and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    least.saturating_add(minimum_digits(after))
}

fn is_noise(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '（' | '）' | '_' | '＿' | '。' | '.' | '-' | '　')
}

/// The letters and digits of a text, full-width digits made plain, case folded.
fn essence(text: &str) -> String {
    text.chars()
        .filter(|c| !is_noise(*c))
        .map(|c| match c {
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// A subject with its runs of digits as `#`, when it has some and enough besides to be told from others.
fn skeleton(subject: &str) -> Option<String> {
    const LETTERS_MIN: usize = 4;
    let essence = essence(bare_subject(subject));
    let mut skeleton = String::with_capacity(essence.len());
    for c in essence.chars() {
        match c.is_ascii_digit() {
            true if skeleton.ends_with('#') => {}
            true => skeleton.push('#'),
            false => skeleton.push(c),
        }
    }
    let letters = skeleton.chars().filter(|c| *c != '#').count();
    (letters >= LETTERS_MIN && letters < skeleton.chars().count()).then_some(skeleton)
}
