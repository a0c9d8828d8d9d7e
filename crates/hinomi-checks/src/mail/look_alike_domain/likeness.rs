//! How much one domain looks like another.

use unicode_security::confusable_detection::skeleton;

/// In what way a domain resembles another. The most deceptive first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// The same to the eye: `rn` for `m`, `0` for `o`, letters of another alphabet.
    SameToTheEye,
    /// One letter too many, too few, another, or two swapped.
    OneLetter,
    /// The name with a word before or after it, joined by a hyphen.
    WordAdded,
    /// The same name under another ending.
    OtherEnding,
}

/// Letters of a name below which one other letter makes another honest name.
const ONE_LETTER_MIN: usize = 6;
/// Letters of a name below which it is found inside other names by chance.
const PART_MIN: usize = 5;

/// Words that make a name look like another department of the same house. Any other word may well be another
/// company that shares a common name.
const LURES: &[&str] = &[
    "account", "accounts", "admin", "auth", "billing", "cloud", "co", "corp", "desk", "doc", "docs", "file",
    "files", "group", "help", "helpdesk", "hr", "info", "invoice", "it", "jp", "login", "mail", "member",
    "my", "net", "office", "online", "pay", "payment", "portal", "secure", "security", "service", "share",
    "sign", "sso", "support", "team", "update", "verify", "vpn", "web", "webmail",
];

/// Compares two domains that are neither the same nor one below the other.
pub(super) fn likeness(domain: &str, known: &str) -> Option<Likeness> {
    let ((name, ending), (known_name, known_ending)) = (split(domain), split(known));
    if name.is_empty() || known_name.is_empty() {
        return None;
    }
    let (letters, known_letters) = (unicode(name), unicode(known_name));
    let chars = known_letters.chars().count();
    if letters == known_letters {
        return (ending != known_ending && chars >= PART_MIN).then_some(Likeness::OtherEnding);
    }
    if looks(&letters) == looks(&known_letters) {
        return Some(Likeness::SameToTheEye);
    }
    if chars >= ONE_LETTER_MIN && one_letter_apart(&letters, &known_letters) {
        return Some(Likeness::OneLetter);
    }
    let before = letters.strip_suffix(&known_letters).and_then(|rest| rest.strip_suffix('-'));
    let behind = letters.strip_prefix(&known_letters).and_then(|rest| rest.strip_prefix('-'));
    let lures = |rest: &str| rest.split('-').all(|word| LURES.contains(&word));
    (chars >= PART_MIN && before.or(behind).is_some_and(lures)).then_some(Likeness::WordAdded)
}

/// The name somebody registered, and the ending it was registered under. Registries of countries that sort names by
/// kind put two or three letters below the country (`co.jp`, `or.jp`, `com.au`; for Japan: JPRS, "organizational
/// type JP domain names"), which is what is gone by; of other domains the ending is the last label.
pub(super) fn split(domain: &str) -> (&str, &str) {
    let domain = domain.trim_end_matches('.');
    let Some((rest, last)) = domain.rsplit_once('.') else { return ("", domain) };
    let second = rest.rsplit('.').next().unwrap_or(rest);
    let sorted = last.len() == 2 && (2..=3).contains(&second.len()) && second.len() < rest.len();
    let ending_len = if sorted { second.len() + 1 + last.len() } else { last.len() };
    let (front, ending) = domain.split_at_checked(domain.len() - ending_len).unwrap_or(("", domain));
    let front = front.trim_end_matches('.');
    (front.rsplit('.').next().unwrap_or(front), ending)
}

/// A label as people see it (RFC 5891: `xn--` undone), lower case.
fn unicode(label: &str) -> String {
    let (text, _) = idna::domain_to_unicode(label);
    text.to_lowercase()
}

/// What a name looks like: the skeleton of Unicode TS 39, and what the fonts of mail programs make alike besides.
fn looks(name: &str) -> String {
    let plain: String = skeleton(&name.replace('0', "o").replace('1', "l")).collect();
    plain.replace("vv", "w").replace("rn", "m").to_lowercase()
}

/// Damerau-Levenshtein distance of exactly one.
fn one_letter_apart(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    let start = short.iter().zip(long.iter()).take_while(|(a, b)| a == b).count();
    let (short, long) = (short.get(start..).unwrap_or_default(), long.get(start..).unwrap_or_default());
    match long.len().saturating_sub(short.len()) {
        0 => match (short, long) {
            ([a, b, rest @ ..], [c, d, more @ ..]) if a == d && b == c && a != b && rest == more => true,
            ([_, rest @ ..], [_, more @ ..]) => rest == more,
            _ => false,
        },
        1 => long.get(1..) == Some(short),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
