//! A file name that shows another kind of file than it is.

use crate::case::{fail, proof};
use crate::{Case, Check, Context};
use hinomi_formats::tree::{Kind, kind_by_name};
use hinomi_model::{Fact, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "mail.deceptive-file-name",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

/// Extensions a reader trusts: what stands before the real one in a double extension.
const TRUSTED: &[&str] = &[
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv", "jpg", "jpeg", "png", "gif", "bmp",
    "htm", "html", "rtf", "zip", "mp3", "mp4", "avi", "odt", "ods", "jtd",
];

/// So many blanks before the extension push it out of every window.
const BLANKS_MIN: usize = 8;

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let mut unreadable = None;
    for (seen, file) in case.facts(Fact::as_file) {
        if let Some(key) = deceives(&file.name) {
            let shown = visible(&file.name);
            let text = Text::new(key).with("file", &shown);
            let mut finding = cx
                .finding(case, text, proof(seen, &shown))
                .keyed("file", case.subject.as_str())
                .keyed("name", &file.name);
            finding.at = seen.at;
            return fail(finding);
        }
        if file.name.contains('\u{FFFD}') {
            unreadable = Some(visible(&file.name));
        }
    }
    match unreadable {
        Some(name) => Verdict::Undetermined(Text::new("unreadable_name").with("file", name)),
        None => Verdict::Pass,
    }
}

pub(crate) fn deceives(name: &str) -> Option<&'static str> {
    if name.chars().any(|c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')) {
        return Some("bidi");
    }
    let runs = matches!(kind_by_name(name), Kind::Program | Kind::Script);
    if !runs {
        return None;
    }
    let (stem, _) = name.trim_end_matches(['.', ' ']).rsplit_once('.')?;
    let bare = stem.trim_end();
    if stem.chars().count() - bare.chars().count() >= BLANKS_MIN {
        return Some("padded");
    }
    let before = bare.rsplit_once('.').map(|(_, extension)| extension.to_lowercase())?;
    TRUSTED.contains(&before.as_str()).then_some("double_extension")
}

/// The name with what hides in it made visible.
fn visible(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => format!("<U+{:04X}>", u32::from(c)),
            c => c.to_string(),
        })
        .collect()
}
