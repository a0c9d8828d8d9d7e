//! Whether bytes may hold keys: cheap, for nearly no file does.
//!
//! A binary file is told by its first bytes, and may have PEM anywhere. A text is searched for a few words.

use super::asn1::ber::{self, Reader};
use super::{pgp, ssh, store, text};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Bytes in which a zero shows that a file is no text.
const HEAD_BYTES: usize = 1_024;

/// What the search found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signs {
    /// The first bytes are those of a binary format.
    pub(super) binary: Option<Binary>,
    pub(super) pem: bool,
    pub(super) ssh_lines: bool,
    pub(super) rfc4716: bool,
    pub(super) putty: bool,
    pub(super) json: bool,
    pub(super) hidden_pem: bool,
    pub(super) secret: bool,
}

/// Binary formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binary {
    Asn1,
    Jks,
    Bks,
    Nss,
    OpenSsh,
    OpenPgp,
}

impl Signs {
    pub(super) fn any(self) -> bool {
        self != Self::default()
    }
}

/// Looks through bytes.
pub(super) fn signs(bytes: &[u8]) -> Signs {
    let binary = binary(bytes);
    let mut signs = Signs { binary, ..Signs::default() };
    if binary.is_some() {
        return signs;
    }
    signs.pem = has(&PEM, bytes);
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    if memchr::memchr(0, head).is_some() {
        return signs;
    }
    signs.ssh_lines = has(&SSH_KEY, bytes);
    signs.rfc4716 = has(&RFC4716, bytes);
    signs.putty = bytes.trim_ascii_start().starts_with(b"PuTTY-User-Key-File-");
    signs.hidden_pem = has(&HIDDEN_PEM, bytes);
    let first = bytes.trim_ascii_start().first();
    signs.json = matches!(first, Some(b'{' | b'[')) && has(&KEY_TYPE, bytes);
    signs.secret = has(&SECRET, bytes) && has(&KIND, bytes);
    signs
}

type Word = LazyLock<Finder<'static>>;
static PEM: Word = LazyLock::new(|| Finder::new(b"-----BEGIN "));
/// The length of the type of a key in base64.
static SSH_KEY: Word = LazyLock::new(|| Finder::new(b" AAAA"));
static RFC4716: Word = LazyLock::new(|| Finder::new(b"---- BEGIN SSH2 PUBLIC KEY ----"));
static HIDDEN_PEM: Word = LazyLock::new(|| Finder::new(text::PEM_IN_BASE64));
static KEY_TYPE: Word = LazyLock::new(|| Finder::new(b"\"kty\""));
static SECRET: Word = LazyLock::new(|| Finder::new(b"Secret"));
static KIND: Word = LazyLock::new(|| Finder::new(b"kind"));

fn has(word: &Word, bytes: &[u8]) -> bool {
    word.find(bytes).is_some()
}

fn binary(bytes: &[u8]) -> Option<Binary> {
    match bytes.first()? {
        0x30 => is_asn1(bytes).then_some(Binary::Asn1),
        0xfe | 0xce => store::looks_like_jks(bytes).then_some(Binary::Jks),
        0 => store::looks_like_bks(bytes).then_some(Binary::Bks),
        b'S' => store::looks_like_nss(bytes).then_some(Binary::Nss),
        b'o' => bytes.starts_with(ssh::MAGIC).then_some(Binary::OpenSsh),
        0x94..=0x9a | 0xc5 | 0xc6 => pgp::looks_like_key(bytes).then_some(Binary::OpenPgp),
        _ => None,
    }
}

/// One value that fills the file, but for white space and zeros behind it.
fn is_asn1(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    reader.next().is_some_and(|value| value.tag == ber::SEQUENCE && value.body.len() >= 16)
        && reader.rest().iter().all(|byte| matches!(byte, 0 | b'\r' | b'\n' | b' '))
}
