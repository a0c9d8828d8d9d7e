//! Character references of HTML.

use memchr::memchr;
use std::borrow::Cow;

/// The longest character reference, in bytes.
const REFERENCE_BYTES_MAX: usize = 32;

/// Decodes character references.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('&') {
        out.push_str(before);
        let decoded = reference(from);
        match decoded {
            Some((c, len)) => {
                out.push(c);
                rest = from.get(len..).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = from;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character of the reference after an `&`, and its length.
fn reference(from: &str) -> Option<(char, usize)> {
    let window = from.as_bytes().get(..from.len().min(REFERENCE_BYTES_MAX))?;
    if let Some(number) = window.strip_prefix(b"#") {
        let (digits, radix, mark) = match number.split_first() {
            Some((b'x' | b'X', hex)) => (hex, 16, 2),
            _ => (number, 10, 1),
        };
        let len = digits.iter().take_while(|digit| char::from(**digit).is_digit(radix)).count();
        let digits = std::str::from_utf8(digits.get(..len)?).ok()?;
        let code = u32::from_str_radix(digits, radix).ok()?;
        let end = len.checked_add(mark)?;
        let closed = usize::from(window.get(end) == Some(&b';'));
        return Some((numbered(code), end.checked_add(closed)?));
    }
    let end = memchr(b';', window)?;
    let name = from.get(..end)?;
    let (_, c) = NAMED.iter().find(|(known, _)| *known == name)?;
    Some((*c, end.checked_add(1)?))
}

/// 128 to 159 mean Windows-1252 (HTML, 13.2.5.80).
fn numbered(code: u32) -> char {
    let latin = u8::try_from(code)
        .ok()
        .filter(|byte| (0x80..0xA0).contains(byte))
        .and_then(|byte| encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.chars().next());
    latin.or_else(|| char::from_u32(code).filter(|c| *c != '\0')).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// References by name: those of text, and those that hide the signs of a URL.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("AMP", '&'),
    ("lt", '<'),
    ("LT", '<'),
    ("gt", '>'),
    ("GT", '>'),
    ("quot", '"'),
    ("QUOT", '"'),
    ("apos", '\''),
    ("nbsp", '\u{A0}'),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("shy", '\u{AD}'),
    ("zwnj", '\u{200C}'),
    ("zwj", '\u{200D}'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("yen", '¥'),
    ("euro", '€'),
    ("pound", '£'),
    ("cent", '¢'),
    ("sect", '§'),
    ("para", '¶'),
    ("middot", '·'),
    ("bull", '•'),
    ("hellip", '…'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("times", '×'),
    ("divide", '÷'),
    ("deg", '°'),
    ("plusmn", '±'),
    ("larr", '←'),
    ("rarr", '→'),
    ("uarr", '↑'),
    ("darr", '↓'),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("colon", ':'),
    ("sol", '/'),
    ("period", '.'),
    ("commat", '@'),
    ("num", '#'),
    ("quest", '?'),
    ("equals", '='),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("lowbar", '_'),
    ("hyphen", '‐'),
    ("dash", '‐'),
    ("comma", ','),
    ("semi", ';'),
    ("excl", '!'),
    ("plus", '+'),
    ("bsol", '\\'),
    ("dollar", '$'),
    ("ast", '*'),
    ("lsqb", '['),
    ("rsqb", ']'),
    ("lcub", '{'),
    ("rcub", '}'),
    ("vert", '|'),
    ("grave", '`'),
    ("Hat", '^'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("agrave", 'à'),
    ("uuml", 'ü'),
    ("ouml", 'ö'),
    ("auml", 'ä'),
    ("Uuml", 'Ü'),
    ("Ouml", 'Ö'),
    ("Auml", 'Ä'),
    ("szlig", 'ß'),
    ("ccedil", 'ç'),
    ("ntilde", 'ñ'),
];
