//! A program or script inside a document, a web page, a notebook or a shortcut.

use crate::case::{fail, proof};
use crate::{Case, Check, Context};
use hinomi_model::fact::{FileFact, FileKind};
use hinomi_model::{Fact, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "document.carries-program",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let ranked = case.facts(Fact::as_file).filter_map(|(seen, file)| Some((rank(file)?, seen, file)));
    let worst = ranked.max_by_key(|((rank, _), seen, _)| (*rank, std::cmp::Reverse(&seen.locator)));
    let Some(((_, key), seen, file)) = worst else { return unread(case) };
    let part = seen.locator.part.as_deref().unwrap_or_default();
    let name = if file.name.is_empty() { part } else { &file.name };
    let text = Text::new(key).with("file", name);
    let mut finding = cx.finding(case, text, proof(seen, name)).keyed("file", case.subject.as_str());
    finding.at = seen.at;
    finding.story.push(Step { kind: "document".to_owned(), text: name.to_owned(), place: part.to_owned() });
    fail(finding)
}

/// How bad it is. Nobody pastes programs into notes; into documents some do. A page that builds an archive or document
/// in the browser does so to get past the gateway; in a document or a notebook that is an ordinary attachment.
fn rank(file: &FileFact) -> Option<(u8, &'static str)> {
    let acts = matches!(file.kind, FileKind::Program | FileKind::Script);
    let packs = matches!(file.kind, FileKind::Archive | FileKind::Document);
    match (file.carrier.as_str(), acts) {
        ("web-page", true) => Some((4, "smuggled_program")),
        ("notebook", true) => Some((3, "in_notebook")),
        ("shortcut", true) => Some((3, "behind_shortcut")),
        ("document" | "pdf" | "calendar", true) => Some((2, "in_document")),
        ("web-page", false) if packs => Some((1, "smuggled_file")),
        _ => None,
    }
}

/// What lies in a document nobody could look into is not known.
fn unread(case: &Case<'_>) -> Verdict {
    let shut =
        case.facts(Fact::as_macro).map(|(_, fact)| fact).find(|fact| fact.encrypted || fact.partly_unread);
    shut.map_or(Verdict::Pass, |fact| Verdict::Undetermined(Text::new("unread").with("file", &fact.name)))
}
