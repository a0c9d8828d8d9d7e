//! Passwords that a message tells: the Japanese habit of mailing an encrypted archive and, beside it, its key.

use crate::Limits;
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// Words that announce a password, in NFKC and lower case, longest first where one starts another.
const KEYWORDS: &[&str] = &[
    "パスワード",
    "パスコード",
    "パスフレーズ",
    "password",
    "passcode",
    "passwd",
    "passwort",
    "pass",
    "pwd",
    "pw",
    "暗号キー",
    "暗号鍵",
    "暗号",
    "解凍キー",
    "解凍用",
    "開封キー",
    "復号キー",
    "復号",
    "解除キー",
    "合言葉",
    "解凍",
    "パス",
    "密码",
    "비밀번호",
];

/// What may stand between keyword and password: particles, punctuation, brackets. Anything up to a line end is
/// jumped over when the line holds no token.
const QUOTES: &[(char, char)] = &[
    ('「', '」'),
    ('『', '』'),
    ('【', '】'),
    ('“', '”'),
    ('"', '"'),
    ('\'', '\''),
    ('[', ']'),
    ('(', ')'),
    ('<', '>'),
    ('《', '》'),
    ('〈', '〉'),
];

/// Lengths of tokens, in characters: right after a keyword; alone on a line or between Japanese text.
const TOLD_CHARS: std::ops::RangeInclusive<usize> = 3..=64;
const ALONE_CHARS: std::ops::RangeInclusive<usize> = 4..=32;
/// Stand-alone tokens of these lengths come first.
const LIKELY_CHARS: std::ops::RangeInclusive<usize> = 4..=12;
/// Lines looked at behind a keyword whose own line has no password.
const LINES_BEHIND: usize = 3;

/// The password candidates a message's text offers for the archives that travel with it or beside it,
/// likeliest first: what stands after パスワード, PW, password …, then stand-alone ASCII tokens. The order
/// depends on the text alone; at most `passwords_max`.
pub fn password_candidates(text: &str, limits: &Limits) -> Vec<String> {
    let cut = text.char_indices().nth(limits.text_bytes_max).map_or(text.len(), |(at, _)| at);
    let text: String = text.get(..cut).unwrap_or(text).nfkc().filter(|c| !is_invisible(*c)).collect();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut found = Candidates { seen: HashSet::new(), list: Vec::new(), max: limits.passwords_max };
    told(&lines, &mut found);
    alone(&lines, &mut found);
    found.list
}

/// Characters that copying puts into passwords and nobody sees.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

struct Candidates {
    seen: HashSet<String>,
    list: Vec<String>,
    max: usize,
}

impl Candidates {
    fn is_full(&self) -> bool {
        self.list.len() >= self.max
    }

    fn add(&mut self, candidate: &str) {
        if !self.is_full() && !candidate.is_empty() && self.seen.insert(candidate.to_owned()) {
            self.list.push(candidate.to_owned());
        }
    }

    /// A token with the spellings that punctuation around it allows.
    fn add_token(&mut self, token: &str, lengths: &std::ops::RangeInclusive<usize>) {
        let inner = token.trim_matches(|c| ".,;:".contains(c));
        let bare = unbracketed(inner);
        for spelling in [bare, inner, token] {
            if lengths.contains(&spelling.chars().count()) {
                self.add(spelling);
            }
        }
    }
}

/// Without one pair of brackets or quotes around, and without half a pair.
fn unbracketed(token: &str) -> &str {
    let pair = QUOTES.iter().find_map(|(open, close)| token.strip_prefix(*open)?.strip_suffix(*close));
    pair.unwrap_or_else(|| {
        let token = token.strip_prefix(['"', '\'', '(', '[', '<', ':', '=']).unwrap_or(token);
        token.strip_suffix(['"', '\'', ')', ']', '>']).unwrap_or(token)
    })
}

/// What stands behind a keyword: on its line, else on the next ones.
fn told(lines: &[&str], found: &mut Candidates) {
    let mut behind = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if found.is_full() {
            return;
        }
        let lower = line.to_lowercase();
        // Lower case may change lengths; then the line is searched as it became.
        let line = if lower.len() == line.len() { *line } else { lower.as_str() };
        let Some((rest, explicit)) = after_keyword(line, &lower) else { continue };
        let before = found.list.len();
        quoted(rest, found);
        let mut told: Vec<&str> = tokens(rest).collect();
        told.retain(|token| !is_link(token) && !is_noise(token));
        if !explicit {
            // "password" in running text: the token may be any word of the line.
            told.sort_by_key(|token| std::cmp::Reverse(weight(token)));
        }
        for token in told.into_iter().take(8) {
            found.add_token(token, &TOLD_CHARS);
        }
        if found.list.len() == before || !explicit {
            behind.push(at);
        }
    }
    for at in behind {
        let next = lines.iter().skip(at.saturating_add(1)).filter(|line| !line.is_empty()).take(LINES_BEHIND);
        for line in next {
            quoted(line, found);
            for token in tokens(line).filter(|token| !is_link(token) && !is_noise(token)).take(4) {
                found.add_token(token, &TOLD_CHARS);
            }
        }
    }
}

/// What follows the last keyword of a line that something follows; and whether a mark such as `:` or は says
/// that the password comes now.
fn after_keyword<'a>(line: &'a str, lower: &str) -> Option<(&'a str, bool)> {
    let mut best: Option<(usize, usize)> = None;
    for keyword in KEYWORDS {
        // First place with a mark behind it, else the first at all.
        for (at, _) in lower.match_indices(keyword).take(8) {
            let ascii = keyword.is_ascii();
            let end = at.saturating_add(keyword.len());
            let glued = |c: Option<char>| ascii && c.is_some_and(|c| c.is_ascii_alphabetic());
            let before = lower.get(..at).and_then(|before| before.chars().next_back());
            let after = lower.get(end..).and_then(|after| after.chars().next());
            // `compass`, `passenger`: words of their own.
            if glued(before) || glued(after) {
                continue;
            }
            let marked = usize::from(lower.get(end..).is_some_and(has_mark));
            if best.is_none_or(|(score, place)| (marked, end) > (score, place)) {
                best = Some((marked, end));
            }
        }
    }
    let (marked, end) = best?;
    Some((line.get(end..)?, marked == 1))
}

/// Whether the text starts with what announces a value, closing brackets and blanks before it allowed.
fn has_mark(rest: &str) -> bool {
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || "」』】])>".contains(c));
    rest.starts_with([':', '=', '→', '⇒', '「', '『', '【', '-', '>', '|', '/'])
        || rest.starts_with('は')
        || rest.starts_with("is ")
}

/// What stands in quotes or Japanese brackets, also when it is no ASCII.
fn quoted(rest: &str, found: &mut Candidates) {
    for (open, close) in QUOTES.iter().take(5) {
        let inner = rest
            .split_once(*open)
            .and_then(|(_, inner)| inner.split_once(*close))
            .map(|(inner, _)| inner.trim());
        if let Some(inner) = inner.filter(|inner| TOLD_CHARS.contains(&inner.chars().count())) {
            found.add(inner);
        }
    }
}

/// Runs of printable ASCII.
fn tokens(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_graphic()).filter(|token| !token.is_empty())
}

fn is_link(token: &str) -> bool {
    token.contains("://") || token.starts_with("www.")
}

/// Rules drawn with signs, and particles of English sentences.
fn is_noise(token: &str) -> bool {
    let drawn = token.chars().all(|c| "-=_*#+~:.,;>|/".contains(c));
    drawn
        || matches!(
            token.to_ascii_lowercase().as_str(),
            "is" | "the" | "as" | "for" | "to" | "of" | "and" | "your" | "zip" | "file"
        )
}

/// Stand-alone tokens of the whole text: those that look like passwords first, in order.
fn alone(lines: &[&str], found: &mut Candidates) {
    let all = || lines.iter().flat_map(|line| tokens(line).map(move |token| (token, token == *line)));
    let good = |token: &str| !is_link(token) && !is_noise(token) && !token.contains('@');
    // The token alone on its line; then mixed tokens of likely length; then likely lengths; then the rest.
    for round in 0..4 {
        for (token, whole) in all() {
            if found.is_full() {
                return;
            }
            let likely = LIKELY_CHARS.contains(&token.len());
            let take = match round {
                0 => whole && ALONE_CHARS.contains(&token.len()),
                1 => likely && weight(token) >= 2,
                2 => likely,
                _ => ALONE_CHARS.contains(&token.len()),
            };
            if take && good(token) {
                found.add_token(token, &ALONE_CHARS);
            }
        }
    }
}

/// How many kinds of characters a token mixes: small, capital, digit, sign.
fn weight(token: &str) -> usize {
    let kinds: [fn(&u8) -> bool; 4] =
        [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit, u8::is_ascii_punctuation];
    kinds.iter().filter(|kind| token.as_bytes().iter().any(kind)).count()
}
