//! Character sets as Japanese mail and archives really use them.
//!
//! Labels lie, are spelt in a dozen ways, or are missing; a file name that comes out wrong is an attachment
//! missed. So a label is only believed while the bytes do not contradict it.

mod guess;
mod jis;
pub(crate) mod pages;
#[cfg(test)]
mod tests;
pub mod url;
mod utf7;

use encoding_rs::{EUC_JP, Encoding, SHIFT_JIS, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

pub use guess::decode_guess;

/// The longest label looked at, in bytes; charset names of RFC 2978 end at 40.
const LABEL_BYTES_MAX: usize = 64;

/// Decodes bytes by a charset label, with the aliases met in Japan (cp932, ms932, windows-31j, x-ms-cp932,
/// cp50220/1/2, iso-2022-jp-ms, cp51932, eucjp-ms …). Returns `None` for a label nobody knows.
///
/// Bytes that contradict the label (escapes of ISO-2022-JP under any Japanese or ASCII label, eight-bit bytes
/// under a seven-bit one, anything but UTF-8 under that, UTF-8 that the label cannot explain) are decoded as
/// what they are.
pub fn decode_label(label: &str, bytes: &[u8]) -> Option<String> {
    let charset = Charset::of(label)?;
    Some(match charset {
        Charset::Jis if jis::may_decode(bytes) => jis::decode(bytes),
        Charset::Jis | Charset::Ascii => decode_guess(bytes),
        Charset::Utf7 => utf7::decode(bytes),
        Charset::Known(encoding) if encoding == UTF_8 => guess::decode_said_utf8(bytes),
        Charset::Known(encoding)
            if takes_escapes(encoding) && bytes.is_ascii() && jis::has_escapes(bytes) =>
        {
            jis::decode(bytes)
        }
        Charset::Known(encoding) => {
            let (text, _, broken) = encoding.decode(bytes);
            match std::str::from_utf8(bytes) {
                Ok(utf8) if broken && !encoding.is_single_byte() => utf8.to_owned(),
                _ => text.into_owned(),
            }
        }
    })
}

/// Decodes bytes by their label when they have one that is known, else by guess.
pub fn decode(label: Option<&str>, bytes: &[u8]) -> String {
    label.and_then(|label| decode_label(label, bytes)).unwrap_or_else(|| decode_guess(bytes))
}

/// What a label means to us.
enum Charset {
    /// ISO-2022-JP and its relatives, all read by one decoder.
    Jis,
    /// Seven bits by its name; whatever it is in truth.
    Ascii,
    Utf7,
    Known(&'static Encoding),
}

impl Charset {
    fn of(label: &str) -> Option<Self> {
        let label = label.trim().trim_matches(['"', '\'']);
        // RFC 2231, 5: a language may follow the charset.
        let label = label.split('*').next().unwrap_or(label);
        if label.len() > LABEL_BYTES_MAX {
            return None;
        }
        // Case, hyphens and underscores are written every way there is.
        let bare: String =
            label.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        let bare = bare
            .strip_prefix('x')
            .filter(|rest| rest.starts_with(|c: char| "cesmw".contains(c)))
            .unwrap_or(&bare);
        Some(match bare {
            "usascii" | "ascii" | "ansix341968" | "iso646us" | "7bit" | "646" => Self::Ascii,
            "cp932" | "ms932" | "mscp932" | "windows31j" | "windows932" | "cswindows31j" | "shiftjis"
            | "sjis" | "mssjis" | "mskanji" | "csshiftjis" | "sjiswin" | "cp943" | "cp943c" | "ibm943"
            | "ibm943c" | "shiftjisms" | "shiftjisx0213" | "shiftjis2004" | "shiftjiscp932" | "shifjis"
            | "shifftjis" => Self::Known(SHIFT_JIS),
            "cp51932"
            | "eucjp"
            | "eucjpms"
            | "eucjpwin"
            | "eucjpopen"
            | "eucjisx0213"
            | "eucjis2004"
            | "ujis"
            | "eucj"
            | "cp20932"
            | "windows51932"
            | "cseucpkdfmtjapanese"
            | "eucjpascii" => Self::Known(EUC_JP),
            "jis" | "jis7" | "jis8" | "jisx0208" | "cp50220" | "cp50221" | "cp50222" | "windows50220"
            | "windows50221" | "windows50222" | "csiso2022jp" | "junet" => Self::Jis,
            bare if bare.starts_with("iso2022jp") => Self::Jis,
            "utf7" | "unicode11utf7" | "csunicode11utf7" | "unicode20utf7" | "cp65000" => Self::Utf7,
            "utf8" | "cp65001" | "utf8n" | "utf8mb4" | "utf8mac" => Self::Known(UTF_8),
            "cp1252" | "ansi" | "latin1" | "iso88591" => Self::Known(WINDOWS_1252),
            bare => {
                let by_number = bare.strip_prefix("cp").map(|number| format!("windows-{number}"));
                let found = |label: &str| Encoding::for_label_no_replacement(label.as_bytes());
                Self::Known(found(label).or_else(|| found(bare)).or_else(|| found(by_number.as_deref()?))?)
            }
        })
    }
}

/// Whether ISO-2022-JP escapes under this label mean that the label is wrong: encodings in which Japanese
/// senders mislabel, and in which the escape byte has no meaning of its own.
fn takes_escapes(encoding: &'static Encoding) -> bool {
    [SHIFT_JIS, EUC_JP, WINDOWS_1252].contains(&encoding)
}

/// Decodes with one encoding, counting what does not fit.
fn decode_lossy<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Cow<'a, str> {
    encoding.decode_without_bom_handling(bytes).0
}
