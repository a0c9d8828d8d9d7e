//! Content-Type and Content-Disposition with their parameters (RFC 2045, 5.1; RFC 2183; RFC 2231).

use super::words;
use crate::text;

/// A value with parameters, such as `text/plain; charset=utf-8`.
#[derive(Debug, Clone, Default)]
pub(super) struct Parametrised {
    /// What stands before the first semicolon, in lower case, without comments.
    pub(super) value: String,
    params: Vec<Param>,
}

/// A parameter as it stands.
#[derive(Debug, Clone)]
struct Param {
    /// The name in lower case, without the marks of RFC 2231.
    name: String,
    /// The number of its segment (`name*1`), 0 without one.
    segment: u32,
    /// Whether it is percent-encoded (`name*`).
    extended: bool,
    /// Whether it bears any mark of RFC 2231.
    marked: bool,
    value: String,
}

impl Parametrised {
    pub(super) fn read(field: &str) -> Self {
        let (head, mut rest) = cut_segment(field);
        let (value, stray) = split_value(head);
        let mut params: Vec<Param> = stray.into_iter().filter_map(Param::read).collect();
        while !rest.is_empty() {
            let (segment, after) = cut_segment(rest);
            params.extend(Param::read(segment));
            rest = after;
        }
        Self { value: value.to_ascii_lowercase(), params }
    }

    /// A token parameter: charset, boundary. No decoding beyond RFC 2231's.
    pub(super) fn token(&self, name: &str) -> Option<String> {
        self.marked(name).or_else(|| self.plain(name).map(str::to_owned)).filter(|value| !value.is_empty())
    }

    /// All plain values of a name: a doubled boundary hides parts from readers that look at the other one.
    pub(super) fn tokens(&self, name: &str) -> impl Iterator<Item = &str> {
        self.params
            .iter()
            .filter(move |param| !param.marked && param.name == name)
            .map(|param| param.value.as_str())
    }

    /// A parameter that people read, such as a file name: RFC 2231 first, then encoded words, then as it is.
    /// The second value is the plain spelling when both are there and differ.
    pub(super) fn text(&self, name: &str) -> Option<(String, Option<String>)> {
        let plain =
            self.plain(name).map(|value| words::decode(value).trim().to_owned()).filter(|v| !v.is_empty());
        match self.marked(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()) {
            Some(value) => {
                let other = plain.filter(|plain| *plain != value);
                Some((value, other))
            }
            None => plain.map(|plain| (plain, None)),
        }
    }

    fn plain(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|param| !param.marked && param.name == name).map(|param| param.value.as_str())
    }

    /// The segments of RFC 2231, joined as bytes before anything is decoded: senders cut ISO-2022-JP and UTF-8
    /// in the middle of characters.
    fn marked(&self, name: &str) -> Option<String> {
        let mut segments: Vec<&Param> = self.params.iter().filter(|p| p.marked && p.name == name).collect();
        segments.sort_by_key(|param| param.segment);
        segments.dedup_by_key(|param| param.segment);
        let first = segments.first()?;
        // Charset and language stand before the first segment only, if it is an extended one.
        let (charset, mut bytes) = match first.value.splitn(3, '\'').collect::<Vec<_>>().as_slice() {
            [charset, _language, value] if first.extended => (Some(*charset), percent_decode(value)),
            _ => (None, first.bytes()),
        };
        for segment in segments.iter().skip(1) {
            bytes.extend(segment.bytes());
        }
        let text = text::decode(charset, &bytes);
        // Segments without a charset carry encoded words, against the letter of both RFCs.
        Some(if charset.is_none() { words::decode(&text) } else { text })
    }
}

/// The value before the first parameter, and a parameter that lacks its semicolon.
fn split_value(head: &str) -> (&str, Option<&str>) {
    let head = head.split('(').next().unwrap_or(head).trim();
    match head.find('=') {
        None => (head.split_whitespace().next().unwrap_or(head), None),
        Some(equals) => {
            let name_start =
                head.get(..equals).and_then(|before| before.trim_end().rfind(char::is_whitespace));
            let (value, param) = name_start.and_then(|at| head.split_at_checked(at)).unwrap_or(("", head));
            (value.trim(), Some(param.trim()))
        }
    }
}

/// Cuts at the first semicolon outside quotes. A quote that never closes quotes nothing.
fn cut_segment(text: &str) -> (&str, &str) {
    let mut quoted = false;
    let mut escaped = false;
    let mut fallback = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => {
                quoted = !quoted;
                fallback = None;
            }
            b';' if quoted => fallback = fallback.or(Some(at)),
            b';' => return cut_at(text, at),
            _ => {}
        }
    }
    match fallback {
        Some(at) if quoted => cut_at(text, at),
        _ => (text, ""),
    }
}

fn cut_at(text: &str, at: usize) -> (&str, &str) {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    (before, after.strip_prefix(';').unwrap_or(after))
}

impl Param {
    fn read(segment: &str) -> Option<Self> {
        let (name, value) = segment.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        let (base, marks) =
            name.split_once('*').map_or((name.as_str(), None), |(base, marks)| (base, Some(marks)));
        let extended = marks.is_some_and(|marks| marks.is_empty() || marks.ends_with('*'));
        let number = marks.map(|marks| marks.trim_end_matches('*')).filter(|number| !number.is_empty());
        Some(Self {
            name: base.trim().to_owned(),
            segment: number.map_or(Some(0), |number| number.trim().parse().ok())?,
            extended,
            marked: marks.is_some(),
            value: unquote(value.trim()),
        })
    }

    fn bytes(&self) -> Vec<u8> {
        if self.extended { percent_decode(&self.value) } else { self.value.as_bytes().to_vec() }
    }
}

/// Takes quotes off. A backslash only escapes a quote or itself: file names with Windows paths are common,
/// quoted pairs of anything else are not. Several quoted strings in a row are one value.
fn unquote(value: &str) -> String {
    if !value.starts_with('"') {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len());
    let mut quoted = false;
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted && matches!(chars.peek(), Some('"' | '\\')) => out.extend(chars.next()),
            '"' => {
                quoted = !quoted;
                if quoted && !out.is_empty() {
                    out.push(' ');
                }
            }
            _ if quoted => out.push(c),
            _ => {}
        }
    }
    out
}

fn percent_decode(value: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let hex = after.first_chunk::<2>().filter(|_| byte == b'%').and_then(|pair| {
            let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
            u8::try_from(high?.checked_mul(16)?.checked_add(low?)?).ok()
        });
        match hex {
            Some(decoded) => {
                out.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => out.push(byte),
        }
    }
    out
}
