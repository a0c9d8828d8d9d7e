//! Where a URL in running text ends: at what cannot be part of it, at the next URL glued to it, and before
//! the punctuation of the sentence around it.

use super::scheme_before;

/// The end of a URL.
pub(super) struct Extent {
    /// Byte offset behind its last character.
    pub(super) end: usize,
    /// It was longer than the limit.
    pub(super) cut: bool,
}

/// The extent of the URL whose scheme begins at `start` and whose `://` stands at `colon`. A `nested` one
/// stands inside another URL's query.
pub(super) fn of_url_at(text: &str, start: usize, colon: usize, nested: bool, bytes_max: usize) -> Extent {
    let body = colon + 3;
    let mut walk = Walk::default();
    let mut end = text.len();
    let mut cut = false;
    for (offset, c) in text.get(body..).unwrap_or_default().char_indices() {
        let at = body + offset;
        if at + c.len_utf8() - start > bytes_max {
            (end, cut) = (at, true);
            break;
        }
        if walk.stops_at(text, at, c) {
            end = at;
            break;
        }
        if let Some(glued) = glued_url_starts(text, at, c, body) {
            let in_query =
                walk.in_query && !nested && text.as_bytes().get(glued.wrapping_sub(1)) == Some(&b'=');
            if !in_query {
                end = trim_glue(text, body, glued);
                break;
            }
        }
        walk.step(c);
    }
    let found = text.get(body..end).unwrap_or_default();
    Extent { end: body + trimmed_len(found), cut }
}

/// What was met on the way through one URL.
struct Walk {
    in_host: bool,
    in_query: bool,
    last: char,
    /// The host label being read began with an ASCII letter.
    ascii_label: bool,
}

impl Default for Walk {
    fn default() -> Self {
        Self { in_host: true, in_query: false, last: '/', ascii_label: false }
    }
}

impl Walk {
    fn step(&mut self, c: char) {
        match c {
            '/' => self.in_host = false,
            '?' | '#' => (self.in_host, self.in_query) = (false, true),
            _ => {}
        }
        if matches!(self.last, '.' | '/' | '@') {
            self.ascii_label = c.is_ascii_alphanumeric();
        }
        self.last = c;
    }

    fn stops_at(&self, text: &str, at: usize, c: char) -> bool {
        match c {
            '"' | '\'' | '`' | '<' | '>' | '{' | '}' | '|' | '\\' | '^' => true,
            // Brackets belong to an IPv6 host only.
            '[' | ']' => !self.in_host,
            '&' => starts_entity(text.get(at..).unwrap_or_default()),
            c if c.is_ascii() => c == ' ' || c.is_ascii_control(),
            c if c.is_whitespace() || c.is_control() || is_wide_punctuation(c) => true,
            c => self.sentence_goes_on(c),
        }
    }

    /// Japanese text follows a URL without a space. A host label never turns from ASCII to kana or kanji in
    /// practice; a raw path segment begins right behind a separator, and not with hiragana, which a particle
    /// (を, は, に) does.
    fn sentence_goes_on(&self, c: char) -> bool {
        if !self.last.is_ascii() {
            return false;
        }
        let hiragana = ('\u{3041}'..='\u{309f}').contains(&c);
        if self.in_host {
            return self.ascii_label && (self.last.is_ascii_alphanumeric() || hiragana);
        }
        hiragana || !matches!(self.last, '/' | '=' | '-' | '_' | '+' | '.' | '#' | '?' | '&' | '%')
    }
}

/// Quotes and angle brackets as HTML writes them: the attribute ends there.
fn starts_entity(rest: &str) -> bool {
    ["&quot;", "&lt;", "&gt;", "&#34;", "&#39;", "&apos;", "&nbsp;"]
        .iter()
        .any(|entity| rest.starts_with(entity))
}

/// Brackets, quotes and stops of Japanese and typographic text. The prolonged sound mark (ー) is a letter.
fn is_wide_punctuation(c: char) -> bool {
    matches!(c,
        '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{30fb}'
        | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff3e}' | '\u{ff40}'
        | '\u{ff5b}'..='\u{ff65}' | '\u{2018}'..='\u{201f}' | '\u{2026}' | '\u{2039}' | '\u{203a}' | '\u{203b}'
        | '\u{ab}' | '\u{bb}' | '\u{2190}'..='\u{21ff}' | '\u{25a0}'..='\u{26ff}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffd}')
}

/// When a further `://` begins at `at`, the start of the scheme before it.
fn glued_url_starts(text: &str, at: usize, c: char, body: usize) -> Option<usize> {
    if c != ':' || !text.as_bytes().get(at..)?.starts_with(b"://") {
        return None;
    }
    let (start, _) = scheme_before(text, at)?;
    (start >= body).then_some(start)
}

/// The separator between two glued URLs belongs to neither.
fn trim_glue(text: &str, body: usize, end: usize) -> usize {
    let kept = text.get(body..end).unwrap_or_default();
    body + kept.trim_end_matches(['*', '@', ',', ';', '!', '+', '#', '~', '$', ':']).len()
}

/// The length without the punctuation of the sentence around it.
fn trimmed_len(url: &str) -> usize {
    // Balanced parentheses belong to the URL (as in encyclopaedia titles), a closing one too many does not.
    let mut surplus = url.matches(')').count().saturating_sub(url.matches('(').count());
    let mut rest = url;
    while let Some(last) = rest.chars().next_back() {
        match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '*' | '@' | '(' => {}
            ')' if surplus > 0 => surplus -= 1,
            _ => break,
        }
        rest = rest.get(..rest.len() - last.len_utf8()).unwrap_or_default();
    }
    rest.len()
}
