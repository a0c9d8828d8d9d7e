//! Field codes (RTF 1.9.1, "Fields"): those that fetch or run.

use super::LinkKind;

/// What a field code fetches or runs.
pub(super) fn read(code: &str) -> Option<(LinkKind, String)> {
    let (name, rest) = code.trim_start().split_once(|c: char| c.is_whitespace() || c == '"')?;
    let rest = rest.trim();
    let kind = match name.to_ascii_uppercase().as_str() {
        "DDE" | "DDEAUTO" => return Some((LinkKind::Dde, dde(rest))),
        "INCLUDETEXT" | "INCLUDE" => LinkKind::Include,
        "INCLUDEPICTURE" | "IMPORT" => LinkKind::Picture,
        "LINK" => return quoted(rest.split_once(char::is_whitespace)?.1).map(|t| (LinkKind::Include, t)),
        "HYPERLINK" => LinkKind::Hyperlink,
        _ => return None,
    };
    quoted(rest).map(|target| (kind, target))
}

/// Program and topic as one command line: quotes and doubled backslashes are the field's, not the program's.
fn dde(rest: &str) -> String {
    rest.replace("\\\\", "\\").replace('"', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first argument that is no switch.
fn quoted(rest: &str) -> Option<String> {
    let mut rest = rest.trim_start();
    while let Some(switch) =
        rest.strip_prefix('\\').filter(|s| s.starts_with(|c: char| c.is_ascii_lowercase()))
    {
        rest = switch.split_once(char::is_whitespace)?.1.trim_start();
    }
    let rest = rest.trim_start_matches(['"', '“']);
    let end = rest.find(['"', '”']).or_else(|| rest.find(char::is_whitespace)).unwrap_or(rest.len());
    Some(rest.get(..end)?.replace("\\\\", "\\")).filter(|target| !target.is_empty())
}
