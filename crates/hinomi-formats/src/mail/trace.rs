//! What servers wrote on the way: Received (RFC 5321, 4.4), Authentication-Results (RFC 8601), ids.

use super::{Authentication, Received, address, date};
use std::net::IpAddr;

/// Ids between angle brackets (RFC 5322, 3.6.4). Some write them bare.
pub(super) fn ids(value: &str) -> Vec<String> {
    if !value.contains('<') {
        let bare = value.trim();
        return if bare.contains('@') && !bare.contains(' ') { vec![bare.to_owned()] } else { Vec::new() };
    }
    value
        .split('<')
        .skip(1)
        .filter_map(|piece| piece.split('>').next())
        // Folding breaks long ids.
        .map(|id| id.chars().filter(|c| !c.is_whitespace()).collect::<String>())
        .filter(|id| !id.is_empty())
        .collect()
}

/// One Received field.
pub(super) fn received(value: &str) -> Received {
    let (hops, when) = value.rsplit_once(';').unwrap_or((value, ""));
    let mut hop = Received { date_unix_s: date::parse(when), ..Received::default() };
    // The clause that words and comments belong to.
    let mut clause = "";
    for token in tokens(hops) {
        match token {
            Token::Word(word) if clause != "start" && is_clause(word) => {
                clause = if word.eq_ignore_ascii_case("from") && hop.from.is_some() {
                    ""
                } else {
                    clause_name(word)
                };
            }
            Token::Word(word) => match clause {
                "from" if hop.from.is_none() => {
                    hop.from_ip = hop.from_ip.or_else(|| ip(word));
                    hop.from = Some(word.to_owned());
                }
                "by" if hop.by.is_none() => hop.by = Some(word.to_owned()),
                "for" if hop.recipient.is_none() => hop.recipient = address::bare(word),
                _ => {}
            },
            // What the receiver saw beats what the sender said, so a literal in the comment replaces.
            Token::Comment(comment) if clause == "from" && hop.by.is_none() => {
                hop.from_ip = ip(comment).or(hop.from_ip);
            }
            Token::Comment(_) => {}
        }
    }
    hop
}

fn is_clause(word: &str) -> bool {
    !clause_name(word).is_empty()
}

fn clause_name(word: &str) -> &'static str {
    ["from", "by", "for", "via", "with", "id"]
        .into_iter()
        .find(|name| word.eq_ignore_ascii_case(name))
        .unwrap_or_default()
}

/// The first IP address in a text such as `mail.example [192.0.2.1]`.
fn ip(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || "[]()<>,;=".contains(c)).find_map(|word| {
        let word = word
            .get(..5)
            .filter(|head| head.eq_ignore_ascii_case("ipv6:"))
            .map_or(word, |head| word.strip_prefix(head).unwrap_or(word));
        word.parse::<IpAddr>().ok().map(|ip| ip.to_string())
    })
}

enum Token<'a> {
    Word(&'a str),
    /// Without the outer brackets; inner ones stay.
    Comment(&'a str),
}

/// Words and comments in order.
fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if let Some(inner) = rest.strip_prefix('(') {
            let end = comment_end(inner);
            let (comment, after) = inner.split_at_checked(end)?;
            rest = after.strip_prefix(')').unwrap_or(after);
            return Some(Token::Comment(comment));
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '(').unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end).filter(|(word, _)| !word.is_empty())?;
        rest = after;
        Some(Token::Word(word))
    })
}

/// Where a comment ends, brackets nested.
fn comment_end(inner: &str) -> usize {
    let mut depth = 1_usize;
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'(' => depth = depth.saturating_add(1),
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    inner.len()
}

/// One Authentication-Results field: one item a method.
pub(super) fn authentication(value: &str) -> Vec<Authentication> {
    let plain = without_comments(value);
    let mut clauses = clauses(&plain).map(str::trim).peekable();
    // Some servers leave their own name out.
    let names_server = clauses.peek().is_some_and(|first| !first.contains('='));
    let server = clauses.next_if(|_| names_server).unwrap_or_default();
    // A version may follow the name.
    let server = server.split_whitespace().next().unwrap_or_default();
    clauses.filter_map(|clause| method(server, clause)).collect()
}

fn method(server: &str, clause: &str) -> Option<Authentication> {
    let mut pairs = pairs(clause);
    let (method, result) = pairs.next()?;
    // A version may follow the method: `dkim/1`.
    let method = method.split('/').next().unwrap_or_default();
    Some(Authentication {
        authserv_id: server.to_owned(),
        method: method.trim().to_ascii_lowercase(),
        result: result.to_ascii_lowercase(),
        properties: pairs.collect(),
    })
}

/// `name=value` in a row; blanks around `=` and quotes around the value allowed.
fn pairs(clause: &str) -> impl Iterator<Item = (String, String)> {
    let mut rest = clause;
    std::iter::from_fn(move || {
        let (before, after) = rest.split_once('=')?;
        let name = before.split_whitespace().next_back().unwrap_or_default().to_ascii_lowercase();
        let after = after.trim_start();
        let (value, behind) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        rest = behind;
        Some((name, value.to_owned()))
    })
}

/// What stands between semicolons; quotes protect.
fn clauses(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    })
}

/// The text without its comments; quotes protect.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut depth, mut quoted) = (0_usize, false);
    for c in text.chars() {
        match c {
            '"' if depth == 0 => {
                quoted = !quoted;
                out.push(c);
            }
            '(' if !quoted => depth = depth.saturating_add(1),
            ')' if !quoted && depth > 0 => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}
