//! What of an address is kept: where it leads, not what it carries.

/// Bytes of an address that are kept.
const ADDRESS_BYTES_MAX: usize = 2048;

/// An address without user, query and fragment; of `data:` and `javascript:` only the scheme, because the rest is
/// content. Browsers have brought it to its canonical form before.
pub(super) fn cut(url: &str, keep_query: bool) -> String {
    let scheme = url.split(':').next().unwrap_or_default();
    if matches!(scheme, "data" | "javascript" | "about") && !url.starts_with("about:srcdoc") {
        return if scheme == "about" { short(url) } else { format!("{scheme}:") };
    }
    let end = if keep_query { url.find('#') } else { url.find(['?', '#']) };
    let (kept, _) = url.split_at(end.unwrap_or(url.len()));
    let Some((scheme, rest)) = kept.split_once("://") else { return short(kept) };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    short(&format!("{scheme}://{host}{path}"))
}

/// As much of an address as is held to know it again.
pub(super) fn held(url: &str) -> String {
    short(url)
}

/// `https://host:port` of an address; none where there is no host.
pub(super) fn origin(url: &str) -> Option<String> {
    let url = url.strip_prefix("blob:").unwrap_or(url);
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    (!host.is_empty()).then(|| short(&format!("{scheme}://{host}")))
}

/// The host of an address as it is written, without port and brackets; none where there is none.
pub fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    }
}

fn short(text: &str) -> String {
    let mut end = text.len().min(ADDRESS_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.split_at(end).0.to_owned()
}
