//! Defanging: the notation of reports that neither a mail program nor a finger turns into a visit.

use memchr::memmem;

/// The URL, host, IP address or mail address so that no program follows it: `hxxp://a[.]example/x`,
/// `192[.]0[.]2[.]1`, `2001[:]db8[:][:]1`, `user[@]a[.]example`.
///
/// What is already defanged stays as it is. For prose or scripts use [`defang_text`], which leaves file names
/// alone.
pub fn defang(text: &str) -> String {
    if memmem::find(text.as_bytes(), b"://").is_some() {
        return defang_text(text);
    }
    let colons = text.bytes().filter(|b| *b == b':').count();
    let is_v6 =
        colons >= 2 && text.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.' | b'[' | b']'));
    let host_end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let (host, rest) = text.split_at_checked(host_end).unwrap_or((text, ""));
    let mut out = String::with_capacity(text.len() + 16);
    let marks: &[char] = if is_v6 { &['.', ':'] } else { &['.', '@'] };
    push_broken(&mut out, host, marks);
    out.push_str(rest);
    out
}

/// The text with every `scheme://host` in it defanged, all else as it stands.
pub fn defang_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut done = 0;
    for colon in memmem::find_iter(text.as_bytes(), b"://") {
        let Some(before) = text.get(done..colon) else { continue };
        push_scheme(&mut out, before);
        out.push_str("://");
        let rest = text.get(colon + 3..).unwrap_or_default();
        let authority_len = authority_len(rest);
        let authority = rest.get(..authority_len).unwrap_or_default();
        let marks: &[char] = if is_v6_literal(authority) { &['.', ':', '@'] } else { &['.', '@'] };
        push_broken(&mut out, authority, marks);
        done = colon + 3 + authority_len;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// `[2001:db8::1]`, also when defanged already; not `[.]`.
fn is_v6_literal(authority: &str) -> bool {
    let inner = authority.strip_prefix('[').unwrap_or_default();
    // `[[:]` is how a defanged one may begin; `[[.]` is a defanged dot.
    inner.starts_with(|c: char| c.is_ascii_hexdigit() || c == ':') || inner.starts_with("[:]")
}

/// How far the authority goes in running text. It ends before a further `://`, which is handled on its own.
fn authority_len(rest: &str) -> usize {
    let ends = |(at, c): &(usize, char)| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '/' | '?' | '#' | '\\' | '"' | '\'' | '<' | '>' | '`' | '|' | ',')
            || rest.get(*at..).unwrap_or_default().starts_with("://")
    };
    let end = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
    match rest.split_at_checked(end) {
        // `http://a.examplehttp://b.example`: the second scheme belongs to what follows.
        Some((authority, next)) if next.starts_with("://") => {
            scheme_at_end(authority).map_or(end, |(before, _)| before.len())
        }
        _ => end,
    }
}

/// What stands before a scheme at the end of `text`, and the word that takes the scheme's place.
fn scheme_at_end(text: &str) -> Option<(&str, &'static str)> {
    [("https", "hxxps"), ("http", "hxxp"), ("ftp", "fxp")].into_iter().find_map(|(word, safe)| {
        let (before, tail) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
        tail.eq_ignore_ascii_case(word).then_some((before, safe))
    })
}

fn push_scheme(out: &mut String, before: &str) {
    let (kept, safe) = scheme_at_end(before).unwrap_or((before, ""));
    out.push_str(kept);
    out.push_str(safe);
}

/// Brackets each of `marks`, unless it stands in brackets already.
fn push_broken(out: &mut String, host: &str, marks: &[char]) {
    let mut last = '\0';
    let mut chars = host.chars().peekable();
    while let Some(c) = chars.next() {
        let bracketed = last == '[' && chars.peek() == Some(&']');
        if marks.contains(&c) && !bracketed {
            out.push('[');
            out.push(c);
            out.push(']');
        } else {
            out.push(c);
        }
        last = c;
    }
}
