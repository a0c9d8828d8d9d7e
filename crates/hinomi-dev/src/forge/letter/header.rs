//! Header text that is not ASCII (RFC 2047, RFC 2231), and quoted-printable.

use super::{Charset, Naming, base64};

/// Characters of one encoded word: with an escape at both ends it stays within 75 bytes.
const WORD_CHARS: usize = 12;

/// A header value: encoded words of one character set, or raw where the sender did not care.
pub(super) fn encoded(text: &str, charset: Charset) -> Vec<u8> {
    if text.is_ascii() {
        return text.as_bytes().to_vec();
    }
    match charset {
        Charset::JisUnlabelled | Charset::Utf8Raw => charset.encode(text),
        _ => words(text, charset).into_bytes(),
    }
}

fn words(text: &str, charset: Charset) -> String {
    let characters: Vec<char> = text.chars().collect();
    let label = charset.label().unwrap_or("ISO-2022-JP");
    let words: Vec<String> = characters
        .chunks(WORD_CHARS)
        .map(|chunk| {
            let chunk: String = chunk.iter().collect();
            format!("=?{label}?B?{}?=", base64(&charset.encode(&chunk)))
        })
        .collect();
    words.join("\n ")
}

/// A parameter of a header field, with the semicolon before it.
pub(super) fn parameter(key: &str, name: &str, naming: Naming) -> String {
    if name.is_ascii() {
        return format!(";\n {key}=\"{name}\"");
    }
    match naming {
        // ISO-2022-JP has no half-width kana and no bidi characters: those names go in UTF-8.
        Naming::EncodedWord => {
            let charset = if encoding_rs::ISO_2022_JP.encode(name).2 { Charset::Utf8 } else { Charset::Jis };
            format!(";\n {key}=\"{}\"", words(name, charset))
        }
        Naming::Rfc2231 => format!(";\n {key}*=UTF-8''{}", percent(name.as_bytes())),
        Naming::Rfc2231Split => {
            let bytes = Charset::Jis.encode(name);
            let segments = bytes.chunks(13).enumerate().map(|(number, bytes)| {
                let head = if number == 0 { "ISO-2022-JP'ja'" } else { "" };
                format!(";\n {key}*{number}*={head}{}", percent(bytes))
            });
            segments.collect()
        }
    }
}

fn percent(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(*byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Quoted-printable (RFC 2045 §6.7), soft breaks before column 76.
pub(super) fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    let mut column = 0;
    for byte in bytes {
        if *byte == b'\n' {
            out.push('\n');
            column = 0;
            continue;
        }
        if column > 72 {
            out += "=\n";
            column = 0;
        }
        match byte {
            b'!'..=b'<' | b'>'..=b'~' => {
                out.push(char::from(*byte));
                column += 1;
            }
            _ => {
                out.extend([format!("={byte:02X}")]);
                column += 3;
            }
        }
    }
    out.into_bytes()
}
