//! What a document takes from outside itself when it is opened.

use crate::office::word::Field;
use crate::office::{Target, TargetKind, dde};

/// The target of a relationship that leads outside (OPC 9.3.2.2, `TargetMode="External"`); `None` for links that
/// people click, and for files of this machine.
pub(in crate::office) fn of_relation(kind: &str, target: &str, place: &str) -> Option<Target> {
    let kind = match kind {
        "hyperlink" => return None,
        "attachedTemplate" => TargetKind::Template,
        "oleObject" | "package" => TargetKind::Object,
        "frame" => TargetKind::Frame,
        "image" => TargetKind::Image,
        "subDocument" | "aFChunk" => TargetKind::SubDocument,
        _ => TargetKind::Other,
    };
    target_of(kind, target, place)
}

/// What fields fetch: text, pictures, objects of other files (ECMA-376-1, 17.16.5.25, .26 and .32).
pub(in crate::office) fn of_fields(fields: &[Field], place: &str) -> Vec<Target> {
    let mut found = Vec::new();
    for field in fields {
        let words = dde::words(&field.instruction);
        let kind = words.first().map(|word| word.to_ascii_uppercase()).unwrap_or_default();
        let kind = match kind.as_str() {
            "INCLUDETEXT" | "RD" => TargetKind::SubDocument,
            "INCLUDEPICTURE" | "IMPORT" => TargetKind::Image,
            "LINK" => TargetKind::Object,
            _ => continue,
        };
        found.extend(words.iter().skip(1).find_map(|word| target_of(kind, word, place)));
    }
    found.dedup();
    found
}

/// The template a document is attached to.
pub(in crate::office) fn template(target: &str, place: &str) -> Option<Target> {
    target_of(TargetKind::Template, target, place)
}

/// A target that lies on another machine: a URL, or a share as `\\host\…`, however it was written.
pub(crate) fn target_of(kind: TargetKind, target: &str, place: &str) -> Option<Target> {
    let target = target.trim();
    let lower = target.to_ascii_lowercase();
    // `mhtml:http://…!x-usc:http://…` and its like hide the scheme behind others.
    let has_scheme = ["http:", "https:", "ftp:", "ms-", "mhtml:", "mk:", "its:", "ldap:", "search-ms:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme));
    let url = if has_scheme {
        target.to_owned()
    } else {
        let path = lower
            .strip_prefix("file:")
            .map_or(target, |rest| target.get(target.len() - rest.len()..).unwrap_or_default());
        share(path)?
    };
    Some(Target { kind, url, place: place.to_owned() })
}

/// A path on another machine, with `\`; `None` for one on this machine.
fn share(path: &str) -> Option<String> {
    let slashed = path.replace('/', "\\");
    // `file:///\\host\…` and `file://host/…` both mean the share; `file:///C:\…` has an empty host.
    let bare = slashed.trim_start_matches('\\');
    let slashes = slashed.len() - bare.len();
    let host = bare.split('\\').next().unwrap_or_default();
    let is_drive = host.is_empty() || host.get(1..2) == Some(":") || host.get(1..2) == Some("|");
    (matches!(slashes, 2 | 4..) && !is_drive).then(|| format!("\\\\{bare}"))
}
