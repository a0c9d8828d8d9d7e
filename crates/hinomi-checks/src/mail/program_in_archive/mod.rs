//! A program or script that arrives by mail, most of all inside an archive.

use crate::case::{fail, proof};
use crate::{Case, Check, Context};
use hinomi_formats::tree::{Kind, kind_by_name};
use hinomi_model::fact::{FileFact, FileKind};
use hinomi_model::{Fact, Text, Verdict};

pub(crate) const CHECK: Check = Check {
    id: "mail.program-in-archive",
    entry: include_str!("check.toml"),
    page: include_str!("page.md"),
    judge,
};

fn judge(cx: &Context<'_>, case: &Case<'_>) -> Verdict {
    let ranked = case.facts(Fact::as_file).filter_map(|(seen, file)| Some((rank(file)?, seen, file)));
    let worst = ranked.max_by_key(|((rank, _), seen, _)| (*rank, std::cmp::Reverse(&seen.locator)));
    if let Some(((_, key), seen, file)) = worst {
        let archive = file.archives.last().map_or("", String::as_str);
        // A part without a name is called by its place in the mail.
        let part = seen.locator.part.as_deref().unwrap_or_default();
        let name = if file.name.is_empty() { part } else { &file.name };
        let text = Text::new(key).with("file", name).with("archive", archive);
        let mut finding = cx.finding(case, text, proof(seen, name)).keyed("file", case.subject.as_str());
        if file.unread {
            // Unread entries share their archive as evidence; the name keeps them apart.
            finding = finding.keyed("name", &file.name);
        }
        finding.at = seen.at;
        return fail(finding);
    }
    let hidden =
        case.facts(Fact::as_file).find(|(_, file)| file.unread && file.mailed && file.name.is_empty());
    match hidden {
        Some((_, file)) => {
            let archive = file.archives.last().map_or("", String::as_str);
            Verdict::Undetermined(Text::new("unread").with("archive", archive))
        }
        None => Verdict::Pass,
    }
}

fn rank(file: &FileFact) -> Option<(u8, &'static str)> {
    let in_archive = !file.archives.is_empty();
    match (file.kind, file.mailed, in_archive) {
        (FileKind::Program | FileKind::Script, true, true) if file.unread => Some((4, "named_in_archive")),
        (FileKind::Program, true, true) => Some((6, "program")),
        (FileKind::Script, true, true) => Some((5, "script")),
        (FileKind::Program | FileKind::Script, true, false) => Some((5, "attached")),
        (FileKind::Program | FileKind::Script, false, true) => Some((1, "stored")),
        // Empty or damaged, but called a program: nothing runs, and somebody tried.
        (_, true, _) if kind_by_name(&file.name) == Kind::Program => Some((3, "named")),
        _ => None,
    }
}
