//! A PDF that is only there to lead its reader to a document or program.

use crate::case::{fail, proof, worst_of};
use crate::document::indicators::add_url;
use crate::{Case, Check, Context};
use hinomi_model::fact::{PdfFact, UrlFact};
use hinomi_model::{Confidence, Fact, Finding, Observation, Step, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "document.pdf-leads-to-document",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// Up to so many different hosts, a PDF is a signpost; beyond, it is a text with references.
const SIGNPOST_HOSTS_MAX: usize = 3;

/// What a link's path ends with when it hands over a document that may hold macros, or an archive.
const DOCUMENTS: &[&str] = &[
    "doc", "docm", "dot", "dotm", "xls", "xlsm", "xlsb", "xlt", "xltm", "ppt", "pptm", "rtf", "zip", "one",
    "iso",
];
/// … or a program or script.
const PROGRAMS: &[&str] =
    &["exe", "scr", "msi", "js", "jse", "vbs", "vbe", "wsf", "hta", "bat", "cmd", "lnk", "jar", "ps1"];

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    worst_of(case.facts(Fact::as_pdf).map(|(seen, pdf)| judge_one(cx, case, seen, pdf)))
}

fn judge_one(cx: &Context<'_>, case: &Case<'_>, seen: &Observation, pdf: &PdfFact) -> Verdict {
    let foreign: Vec<&UrlFact> = pdf.links.iter().filter(|link| !cx.is_own(&link.host)).collect();
    let leads = |list: &'static [&'static str]| foreign.iter().find(|link| ends_with_any(&link.url, list));
    let signpost = hosts(&foreign) <= SIGNPOST_HOSTS_MAX;
    let command = pdf.launches.iter().find(|launch| !is_plain_file(launch));
    let (key, target, link) = match (command, leads(PROGRAMS), leads(DOCUMENTS)) {
        (Some(launch), _, _) => ("launches", launch.clone(), None),
        (None, Some(link), _) => ("leads_to_program", link.url.clone(), Some(*link)),
        (None, None, Some(link)) if signpost => ("leads_to_document", link.url.clone(), Some(*link)),
        (None, None, Some(link)) => ("mentions_document", link.url.clone(), Some(*link)),
        (None, None, None) if !pdf.launches.is_empty() => ("opens_file", pdf.launches.join(", "), None),
        (None, None, None) if pdf.encrypted => {
            return Verdict::Undetermined(Text::new("encrypted").with("file", &pdf.name));
        }
        (None, None, None) if pdf.partly_unread => {
            return Verdict::Undetermined(Text::new("partly_unread").with("file", &pdf.name));
        }
        (None, None, None) => return Verdict::Pass,
    };
    // A link is shown so that nothing follows it; a command line is shown as it stands.
    let shown = if link.is_some() { hinomi_model::defang(&target) } else { target.clone() };
    let text = Text::new(key).with("file", &pdf.name).with("target", &shown);
    let mut finding = cx.finding(case, text, proof(seen, &shown)).keyed("document", case.subject.as_str());
    finding.at = seen.at;
    tell(&mut finding, case, pdf, &target, link.filter(|_| key != "mentions_document"));
    fail(finding)
}

fn tell(finding: &mut Finding, case: &Case<'_>, pdf: &PdfFact, target: &str, link: Option<&UrlFact>) {
    let step =
        |kind: &str, text: &str| Step { kind: kind.to_owned(), text: text.to_owned(), place: String::new() };
    finding.story.push(step("document", &pdf.name));
    finding.story.push(step(if link.is_some() { "url" } else { "command" }, target));
    let Some(link) = link else { return };
    add_url(finding, link, case.subject, &["PDF /URI".to_owned()], Confidence::Medium);
}

fn hosts(links: &[&UrlFact]) -> usize {
    links.iter().map(|link| &link.host).collect::<std::collections::BTreeSet<_>>().len()
}

/// Whether a launch target is a neighbouring document or picture rather than a program or a command line.
fn is_plain_file(target: &str) -> bool {
    const PLAIN: &[&str] =
        &["pdf", "txt", "jpg", "jpeg", "png", "gif", "docx", "xlsx", "pptx", "csv", "mp4", "wav"];
    let remote = target.starts_with("\\\\") || target.contains("://");
    let extension = target.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    !remote && !target.contains(['"', '|', '&']) && extension.is_some_and(|e| PLAIN.contains(&e.as_str()))
}

/// Whether the path of a URL, without query and fragment, ends with one of these extensions.
fn ends_with_any(url: &str, extensions: &[&str]) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let after_host =
        path.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    after_host
        .rsplit_once('.')
        .is_some_and(|(_, extension)| extensions.contains(&extension.to_ascii_lowercase().as_str()))
}
