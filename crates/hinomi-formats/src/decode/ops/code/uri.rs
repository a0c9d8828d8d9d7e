//! Parse URI: the parts of an address by the rules of Node's old `url.parse`, as the package `url` has them.

use crate::decode::args::Args;
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, str_to_text};
use crate::decode::error::Fault;
use crate::decode::ops::written::punycode;
use crate::decode::ops::{Baked, Op, Takes};

pub(in crate::decode) static OPS: &[Op] = &[Op { name: "Parse URI", args: &[], run: Takes::Text(parse_uri) }];

/// The parts that are shown.
#[derive(Debug, Default)]
struct Parts {
    protocol: Option<String>,
    auth: Option<String>,
    hostname: String,
    port: Option<String>,
    pathname: String,
    query: Option<String>,
    hash: Option<String>,
}

fn parse_uri(input: &[u16], _: &Args, oven: &mut Oven) -> Baked {
    oven.work(input.len().saturating_mul(8))?;
    let parts = parsed(&String::from_utf16_lossy(input))?;
    let mut out = String::new();
    let mut line = |label: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out.push_str(label);
            out.push_str(value);
            out.push('\n');
        }
    };
    line("Protocol:\t", parts.protocol.as_deref());
    line("Auth:\t\t", parts.auth.as_deref());
    line("Hostname:\t", Some(&parts.hostname));
    line("Port:\t\t", parts.port.as_deref());
    line("Path name:\t", Some(&parts.pathname));
    if let Some(query) = parts.query.as_deref().filter(|query| !query.is_empty()) {
        arguments(query, &mut out);
    }
    if let Some(hash) = parts.hash.as_deref().filter(|hash| !hash.is_empty()) {
        out.push_str("Hash:\t\t");
        out.push_str(hash);
        out.push('\n');
    }
    Ok(Dish::Text(str_to_text(&out)))
}

/// Names padded to the longest; values of one name behind one another; small whole numbers first.
fn arguments(query: &str, out: &mut String) {
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for pair in query.strip_prefix('?').unwrap_or(query).split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (form_decoded(name), form_decoded(value));
        let place = *places.entry(name.clone()).or_insert(rows.len());
        match rows.get_mut(place) {
            Some((_, values)) => values.push(value),
            None => rows.push((name, vec![value])),
        }
    }
    rows.sort_by_key(|(name, _)| {
        super::json5::index(&name.encode_utf16().collect::<Vec<u16>>()).unwrap_or(u32::MAX)
    });
    let units = |text: &str| text.encode_utf16().count();
    let longest = rows.iter().map(|(name, _)| units(name)).max().unwrap_or(0);
    out.push_str("Arguments:\n");
    for (name, values) in &rows {
        out.push('\t');
        out.push_str(name);
        out.extend(std::iter::repeat_n(' ', longest.saturating_sub(units(name))));
        // A single empty value shows no sign; a list of them does.
        if values.len() > 1 || values.iter().any(|value| !value.is_empty()) {
            out.push_str(" = ");
            out.push_str(&values.join(","));
        }
        out.push('\n');
    }
}

/// `application/x-www-form-urlencoded` (WHATWG URL, section 5.1).
fn form_decoded(text: &str) -> String {
    String::from_utf8_lossy(&percent_decoded(&text.replace('+', " "))).into_owned()
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        rest = after;
        match (*byte == b'%', digit(0), digit(1)) {
            (true, Some(high), Some(low)) => {
                out.push(u8::try_from(high << 4 | low).unwrap_or(0));
                rest = after.get(2..).unwrap_or_default();
            }
            _ => out.push(*byte),
        }
    }
    out
}

/// `decodeURIComponent`.
fn component_decoded(text: &str) -> Result<String, Fault> {
    let broken = || Fault::refused("URI malformed");
    let sound = text
        .split('%')
        .skip(1)
        .all(|rest| rest.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())));
    if !sound {
        return Err(broken());
    }
    String::from_utf8(percent_decoded(text)).map_err(|_| broken())
}

fn is_space(next: char) -> bool {
    u16::try_from(u32::from(next)).is_ok_and(crate::decode::dish::is_space)
}

fn parsed(url: &str) -> Result<Parts, Fault> {
    // Backslashes before the query are slashes.
    let splitter = match (url.find('?'), url.find('#')) {
        (Some(query), Some(hash)) if query < hash => '?',
        _ => '#',
    };
    let url = match url.split_once(splitter) {
        Some((before, after)) => format!("{}{splitter}{after}", before.replace('\\', "/")),
        None => url.replace('\\', "/"),
    };
    let mut parts = Parts::default();
    let rest = url.trim_matches(is_space);
    if !url.contains('#') && simple_path(rest, &mut parts) {
        return Ok(parts);
    }
    let scheme = rest
        .split_once(':')
        .filter(|(scheme, _)| {
            !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-".contains(&b))
        })
        .map(|(scheme, _)| scheme);
    let mut rest = rest;
    let (mut slashed, mut hostless) = (false, false);
    if let Some(scheme) = scheme {
        let lower = scheme.to_ascii_lowercase();
        slashed = ["http", "https", "ftp", "gopher", "file"].contains(&scheme);
        hostless = scheme == "javascript";
        parts.protocol = Some(format!("{lower}:"));
        rest = rest.get(scheme.len().saturating_add(1)..).unwrap_or_default();
    }
    let mut slashes = false;
    if scheme.is_some() || names_someone(rest) {
        slashes = rest.starts_with("//");
        if slashes && !hostless {
            rest = rest.get(2..).unwrap_or_default();
        }
    }
    let mut rest = rest.to_owned();
    if !hostless && (slashes || (scheme.is_some() && !slashed)) {
        rest = host(&rest, &mut parts)?;
    }
    let lower = parts.protocol.clone().unwrap_or_default();
    if lower != "javascript:" {
        rest = escaped(&rest);
    }
    let (rest, hash) = match rest.find('#').and_then(|at| rest.split_at_checked(at)) {
        Some((rest, hash)) => (rest, Some(hash)),
        None => (rest.as_str(), None),
    };
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    parts.hash = hash.map(str::to_owned);
    parts.query = query.map(str::to_owned);
    path.clone_into(&mut parts.pathname);
    let slashed = ["http:", "https:", "ftp:", "gopher:", "file:"].contains(&lower.as_str());
    if slashed && !parts.hostname.is_empty() && parts.pathname.is_empty() {
        parts.pathname.push('/');
    }
    Ok(parts)
}

/// `/path?query` without white space: taken as it is.
fn simple_path(rest: &str, parts: &mut Parts) -> bool {
    let third = rest.get(..3).is_some_and(|start| start == "///");
    if !rest.starts_with('/') || third || rest.chars().any(is_space) {
        return false;
    }
    // `//` is a path too, when nobody asks for a host.
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    path.clone_into(&mut parts.pathname);
    parts.query = query.map(str::to_owned);
    true
}

/// `//user@host`.
fn names_someone(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix("//") else { return false };
    let Some((user, host)) = rest.split_once('@') else { return false };
    !user.is_empty() && !user.contains('/') && host.chars().next().is_some_and(|next| !"@/".contains(next))
}

/// What may not stand in a host, and is escaped behind it.
const ESCAPED: [char; 14] = ['\'', '{', '}', '|', '\\', '^', '`', '<', '>', '"', ' ', '\r', '\n', '\t'];

/// Takes the host off; what follows it.
fn host(rest: &str, parts: &mut Parts) -> Result<String, Fault> {
    let end = rest.find(['/', '?', '#']);
    let at_sign = match end {
        Some(end) => rest.get(..end.saturating_add(1)).and_then(|host| host.rfind('@')),
        None => rest.rfind('@'),
    };
    let mut rest = rest;
    if let Some((auth, after)) = at_sign.and_then(|at| rest.split_at_checked(at)) {
        parts.auth = Some(component_decoded(auth)?);
        rest = after.get(1..).unwrap_or_default();
    }
    let ends = |next: char| "%/?;#".contains(next) || ESCAPED.contains(&next);
    let (mut host, after) =
        rest.split_at_checked(rest.find(ends).unwrap_or(rest.len())).unwrap_or((rest, ""));
    let digits = host.bytes().rev().take_while(u8::is_ascii_digit).count();
    if let Some((before, port)) = host.split_at_checked(host.len().saturating_sub(digits))
        && let Some(before) = before.strip_suffix(':')
    {
        if !port.is_empty() {
            parts.port = Some(port.to_owned());
        }
        host = before;
    }
    let mut after = after.to_owned();
    let numeric = host.starts_with('[') && host.ends_with(']');
    let mut name = host.to_owned();
    if !numeric {
        let (kept, left) = valid(host);
        name = kept;
        if let Some(left) = left {
            after = format!("/{left}{after}");
        }
    }
    name = if name.encode_utf16().count() > 255 { String::new() } else { name.to_lowercase() };
    if numeric {
        parts.hostname =
            name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or("").to_owned();
        if !after.starts_with('/') {
            after.insert(0, '/');
        }
    } else {
        parts.hostname = punycode::host_to_ascii(&name);
    }
    Ok(after)
}

/// The labels up to the first one with a character that no host has; and what is left from there on.
fn valid(host: &str) -> (String, Option<String>) {
    let sound = |next: char| next.is_ascii_alphanumeric() || "+_-".contains(next);
    let mut kept: Vec<&str> = Vec::new();
    let mut labels = host.split('.');
    while let Some(label) = labels.next() {
        // Letters beyond ASCII pass; a label of up to 63 units does.
        let short = label.encode_utf16().count() <= 63;
        if short && label.chars().all(|next| sound(next) || !next.is_ascii()) {
            kept.push(label);
            continue;
        }
        let good = label.chars().take(63).take_while(|next| sound(*next)).count();
        let (start, bad) = label.split_at_checked(good).unwrap_or((label, ""));
        kept.push(start);
        let left: Vec<&str> = std::iter::once(bad).chain(labels).collect();
        return (kept.join("."), Some(left.join(".")));
    }
    (kept.join("."), None)
}

fn escaped(rest: &str) -> String {
    let mut out = String::with_capacity(rest.len());
    for next in rest.chars() {
        if ESCAPED.contains(&next) {
            let byte = u32::from(next);
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(digit, 16).map(|digit| digit.to_ascii_uppercase()));
            }
        } else {
            out.push(next);
        }
    }
    out
}
