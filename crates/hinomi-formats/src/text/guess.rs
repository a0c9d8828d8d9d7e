//! What bytes without a label are.

use super::{decode_lossy, jis};
use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// As much is decoded to compare encodings, in bytes; the whole is decoded once.
const SAMPLE_BYTES: usize = 8 << 10;

/// Decodes bytes without a label: by byte order mark, UTF-8, then ISO-2022-JP by its escapes, then EUC-JP or
/// CP932 by likelihood; Windows-1252 where accents stand alone between letters.
pub fn decode_guess(bytes: &[u8]) -> String {
    if bytes.starts_with(&[0xFF, 0xFE]) {
        return UTF_16LE.decode_with_bom_removal(bytes).0.into_owned();
    }
    if bytes.starts_with(&[0xFE, 0xFF]) {
        return UTF_16BE.decode_with_bom_removal(bytes).0.into_owned();
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if jis::has_escapes(bytes) {
        return jis::decode(bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) if mostly_utf8(bytes, &error) => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => decode_lossy(likeliest(bytes), bytes).into_owned(),
    }
}

/// Decodes what its label says is UTF-8: as that, unless it is flawless Japanese in another encoding.
pub(super) fn decode_said_utf8(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !jis::has_escapes(bytes)
    {
        return text.strip_prefix('\u{FEFF}').unwrap_or(text).to_owned();
    }
    let guess = decode_guess(bytes);
    let good = guess.chars().any(|c| matches!(c, '\u{3040}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}'));
    if good && !guess.contains(char::REPLACEMENT_CHARACTER) {
        return guess;
    }
    UTF_8.decode(bytes).0.into_owned()
}

/// Whether bytes are UTF-8 that was cut in the middle of a character, or in which broken bytes are rarer than a
/// quarter of the characters beyond ASCII.
fn mostly_utf8(bytes: &[u8], error: &std::str::Utf8Error) -> bool {
    let valid = error.valid_up_to();
    if error.error_len().is_none() && !bytes.get(..valid).unwrap_or_default().is_ascii() {
        return true;
    }
    let from = valid.saturating_sub(SAMPLE_BYTES / 2);
    let sample = String::from_utf8_lossy(around(bytes, from));
    let (mut good, mut broken) = (0_usize, 0_usize);
    for c in sample.chars().filter(|c| !c.is_ascii()) {
        let count = if c == char::REPLACEMENT_CHARACTER { &mut broken } else { &mut good };
        *count = count.saturating_add(1);
    }
    good > broken.saturating_mul(4)
}

fn around(bytes: &[u8], from: usize) -> &[u8] {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.get(..SAMPLE_BYTES).unwrap_or(rest)
}

/// The better of the Japanese encodings, judged around the first bytes that are not ASCII.
fn likeliest(bytes: &[u8]) -> &'static Encoding {
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let sample = around(bytes, first.saturating_sub(1));
    if accents_alone(sample) {
        return WINDOWS_1252;
    }
    // CP932 first: it wins a draw, being the commoner by far.
    if likelihood(EUC_JP, sample) > likelihood(SHIFT_JIS, sample) { EUC_JP } else { SHIFT_JIS }
}

/// Western text: every byte beyond ASCII is a letter of Windows-1252 between ASCII bytes. Japanese text has
/// runs of such bytes, or lead bytes below 0xC0.
fn accents_alone(sample: &[u8]) -> bool {
    let mut before = b' ';
    let mut pairs = 0_usize;
    for &byte in sample {
        if byte >= 0x80 {
            pairs = pairs.saturating_add(usize::from(before >= 0x80));
            if byte < 0xC0 {
                return false;
            }
        }
        before = byte;
    }
    pairs == 0
}

/// Points for characters that Japanese text is made of, against those it is not.
fn likelihood(encoding: &'static Encoding, sample: &[u8]) -> i64 {
    decode_lossy(encoding, sample)
        .chars()
        .map(|c| match c {
            // Hiragana, full-width katakana, Japanese punctuation.
            '\u{3040}'..='\u{30FF}' => 4,
            '\u{3000}'..='\u{303F}' => 3,
            // Full-width letters and digits, kanji.
            '\u{FF01}'..='\u{FF5E}' | '\u{4E00}'..='\u{9FFF}' => 2,
            // Half-width katakana: what EUC-JP looks like as CP932.
            '\u{FF61}'..='\u{FF9F}' => -1,
            '\u{E000}'..='\u{F8FF}' => -6,
            char::REPLACEMENT_CHARACTER => -10,
            _ => 0,
        })
        .sum()
}
