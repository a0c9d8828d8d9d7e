//! Content lines (RFC 5545, 3.1): unfolded, and taken apart into name, parameters and value.

use std::borrow::Cow;

/// Parameters of one line that are kept.
const PARAMETERS_MAX: usize = 64;

/// One line.
pub(super) struct Line<'a> {
    /// The name of the property, upper case, without the group before a dot.
    pub(super) name: String,
    parameters: Vec<(String, Vec<u8>)>,
    pub(super) value: Cow<'a, [u8]>,
}

impl Line<'_> {
    /// The value of a parameter, without quotes.
    pub(super) fn parameter(&self, name: &str) -> Option<Vec<u8>> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// A parameter that is a word of ASCII, empty when there is none.
    pub(super) fn parameter_text(&self, name: &str) -> String {
        self.parameter(name).map(|raw| String::from_utf8_lossy(&raw).trim().to_owned()).unwrap_or_default()
    }

    /// The transfer encoding, upper case. In vCalendar 1.0 its name may stand alone.
    pub(super) fn encoding(&self) -> String {
        let named = self.parameter_text("ENCODING").to_ascii_uppercase();
        let alone = ["QUOTED-PRINTABLE", "BASE64"];
        let bare = || alone.iter().find(|alone| self.parameters.iter().any(|(known, _)| known == *alone));
        if named.is_empty() { bare().map(|&alone| alone.to_owned()).unwrap_or_default() } else { named }
    }
}

/// All lines that have a name.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (first, after) = physical(rest);
        rest = after;
        let is_quoted = is_quoted_printable(first);
        let mut line = Cow::Borrowed(first);
        while !rest.is_empty() {
            let (next, after) = physical(rest);
            let is_soft = is_quoted && line.ends_with(b"=");
            let more = match next.split_first() {
                Some(_) if is_soft => next,
                // A blank starts what goes on; some programs forget it, and then nothing looks like a property.
                Some((b' ' | b'\t', more)) => more,
                Some(_) if !next.contains(&b':') => next,
                _ => break,
            };
            let joined = line.to_mut();
            joined.truncate(joined.len().saturating_sub(usize::from(is_soft)));
            joined.extend_from_slice(more);
            rest = after;
        }
        Some(line)
    })
    .filter_map(parsed)
}

/// One line as it stands in the file, and what is behind it.
fn physical(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
    (line, rest)
}

/// Whether a line says in its head that its value is quoted-printable.
fn is_quoted_printable(line: &[u8]) -> bool {
    let head = line.get(..memchr::memchr(b':', line).unwrap_or(0)).unwrap_or_default();
    head.windows(16).any(|word| word.eq_ignore_ascii_case(b"QUOTED-PRINTABLE"))
}

fn parsed(line: Cow<'_, [u8]>) -> Option<Line<'_>> {
    let mut quoted = false;
    let mut cuts = Vec::new();
    let mut end = None;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b';' if !quoted && cuts.len() < PARAMETERS_MAX => cuts.push(at),
            b':' if !quoted => {
                end = Some(at);
                break;
            }
            _ => {}
        }
    }
    // A quote that does not end swallows the colon; then the first one counts.
    let end = end.or_else(|| memchr::memchr(b':', &line))?;
    cuts.retain(|cut| *cut < end);
    let starts = std::iter::once(0).chain(cuts.iter().map(|cut| cut.saturating_add(1)));
    let ends = cuts.iter().copied().chain(std::iter::once(end));
    let mut pieces = starts.zip(ends).map(|(start, end)| line.get(start..end).unwrap_or_default());
    let name = String::from_utf8_lossy(pieces.next()?).trim().to_ascii_uppercase();
    let name = name.rsplit('.').next().unwrap_or_default().to_owned();
    let parameters = pieces.map(parameter).collect();
    let from = end.saturating_add(1);
    let value = match line {
        Cow::Borrowed(line) => Cow::Borrowed(line.get(from..).unwrap_or_default()),
        Cow::Owned(mut line) => {
            line.drain(..from.min(line.len()));
            Cow::Owned(line)
        }
    };
    Some(Line { name, parameters, value })
}

fn parameter(piece: &[u8]) -> (String, Vec<u8>) {
    let at = memchr::memchr(b'=', piece).unwrap_or(piece.len());
    let (name, value) = piece.split_at_checked(at).unwrap_or((piece, &[]));
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    let value = value.strip_prefix(b"\"").map_or(value, |inner| inner.strip_suffix(b"\"").unwrap_or(inner));
    (String::from_utf8_lossy(name).trim().to_ascii_uppercase(), value.to_vec())
}
