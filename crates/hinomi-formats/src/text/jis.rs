//! ISO-2022-JP and what is sent under its name: CP50220/1/2, ISO-2022-JP-1/2/3, half-width katakana by escape,
//! by shift and by eighth bit, NEC's row 13, JIS X 0212.
//!
//! Everything but Chinese and Korean is rewritten as EUC-JP and decoded from there, since both are the same
//! tables (RFC 1468, RFC 2237, RFC 1554; JIS X 0201, 0208, 0212).

use encoding_rs::{EUC_JP, EUC_KR, Encoding, GBK};
use memchr::{memchr, memchr_iter, memchr2};

const ESCAPE: u8 = 0x1B;
/// Shift to katakana and back, in JIS X 0201 with seven bits.
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;
/// EUC-JP's single shifts: half-width katakana, JIS X 0212.
const EUC_KANA: u8 = 0x8E;
const EUC_0212: u8 = 0x8F;

/// What the bytes mean until the next escape.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    /// ASCII and JIS-Roman: Windows reads both as ASCII, and paths and passwords depend on that.
    Roman,
    Kana,
    X0208,
    X0212,
    Gb2312,
    Ksc5601,
    /// A set without a table here, of one or two bytes a character.
    Unknown,
}

impl Set {
    /// The set an escape sequence announces, and the length of that sequence.
    fn announced(bytes: &[u8]) -> Option<(Self, usize)> {
        const ESCAPES: &[(&[u8], Set)] = &[
            (b"\x1B(B", Set::Roman),
            (b"\x1B(J", Set::Roman),
            // Seen from old mailers instead of `(J`.
            (b"\x1B(H", Set::Roman),
            (b"\x1B(I", Set::Kana),
            (b"\x1B$@", Set::X0208),
            (b"\x1B$B", Set::X0208),
            (b"\x1B$(@", Set::X0208),
            (b"\x1B$(B", Set::X0208),
            // JIS X 0213 plane 1, where it is the same as 0208.
            (b"\x1B$(O", Set::X0208),
            (b"\x1B$(Q", Set::X0208),
            (b"\x1B$(D", Set::X0212),
            (b"\x1B$A", Set::Gb2312),
            (b"\x1B$(A", Set::Gb2312),
            (b"\x1B$(C", Set::Ksc5601),
            (b"\x1B$(P", Set::Unknown),
            // Prefix of the 1990 edition; the escape that follows counts.
            (b"\x1B&@", Set::Roman),
        ];
        ESCAPES.iter().find(|(escape, _)| bytes.starts_with(escape)).map(|(escape, set)| (*set, escape.len()))
    }
}

/// Whether an escape that only Japanese (or ISO-2022-JP-2) text has stands anywhere.
pub(super) fn has_escapes(bytes: &[u8]) -> bool {
    memchr_iter(ESCAPE, bytes)
        .filter_map(|at| Set::announced(bytes.get(at..)?))
        .any(|(set, _)| set != Set::Roman)
}

/// Whether bytes under a JIS label have anything that only this decoder reads.
pub(super) fn may_decode(bytes: &[u8]) -> bool {
    memchr2(ESCAPE, SHIFT_OUT, bytes).is_some()
}

/// Decodes; what fits no table becomes U+FFFD.
pub(super) fn decode(bytes: &[u8]) -> String {
    let mut jis =
        Jis { set: Set::Roman, shifted: false, euc: Vec::with_capacity(bytes.len()), out: String::new() };
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        if byte == ESCAPE
            && let Some((set, len)) = Set::announced(rest)
        {
            jis.enter(set);
            rest = rest.get(len..).unwrap_or_default();
            continue;
        }
        rest = jis.take(byte, after);
    }
    jis.flush();
    jis.out
}

struct Jis {
    set: Set,
    /// Whether SHIFT OUT is in force.
    shifted: bool,
    /// Rewritten bytes that wait for the decoder of their set.
    euc: Vec<u8>,
    out: String,
}

impl Jis {
    /// The decoder behind a set.
    fn encoding(set: Set) -> &'static Encoding {
        match set {
            Set::Gb2312 => GBK,
            Set::Ksc5601 => EUC_KR,
            _ => EUC_JP,
        }
    }

    fn enter(&mut self, set: Set) {
        if Self::encoding(self.set) != Self::encoding(set) {
            self.flush();
        }
        self.set = set;
        self.shifted = false;
    }

    /// Decodes what waits, which is all of the current set's encoding.
    fn flush(&mut self) {
        self.out.push_str(&Self::encoding(self.set).decode_without_bom_handling(&self.euc).0);
        self.euc.clear();
    }

    /// Takes one character, given its first byte and what follows; returns what is left.
    fn take<'a>(&mut self, byte: u8, after: &'a [u8]) -> &'a [u8] {
        match byte {
            SHIFT_OUT => self.shifted = true,
            SHIFT_IN => self.shifted = false,
            b'\n' | b'\r' => {
                self.euc.push(byte);
                // A line must end in ASCII (RFC 1468). One that does not was cut, or goes on.
                if self.set != Set::Roman && !goes_on(after) {
                    self.enter(Set::Roman);
                }
            }
            0x00..=0x20 | 0x7F => self.euc.push(byte),
            _ if self.shifted => self.kana(byte),
            _ => match self.set {
                Set::Roman if byte < 0x80 => self.euc.push(byte),
                Set::Roman | Set::Kana => self.kana(byte),
                Set::X0208 | Set::X0212 | Set::Gb2312 | Set::Ksc5601 => return self.pair(byte, after),
                Set::Unknown => self.broken(),
            },
        }
        after
    }

    fn pair<'a>(&mut self, lead: u8, after: &'a [u8]) -> &'a [u8] {
        match after.split_first() {
            Some((&trail @ 0x21..=0x7E, rest)) if lead < 0x7F => {
                if self.set == Set::X0212 {
                    self.euc.push(EUC_0212);
                }
                self.euc.extend([lead | 0x80, trail | 0x80]);
                rest
            }
            // Half a character, or eight-bit katakana in between.
            _ => {
                if lead >= 0x80 {
                    self.kana(lead)
                } else {
                    self.broken()
                }
                after
            }
        }
    }

    fn kana(&mut self, byte: u8) {
        match byte | 0x80 {
            kana @ 0xA1..=0xDF => self.euc.extend([EUC_KANA, kana]),
            _ => self.broken(),
        }
    }

    /// Something that every one of the decoders turns into U+FFFD.
    fn broken(&mut self) {
        self.euc.push(0xFF);
    }
}

/// Whether the next line is still in two-byte characters: pairs up to an escape that leaves them.
fn goes_on(after: &[u8]) -> bool {
    let line = after.strip_prefix(b"\n").unwrap_or(after);
    let line = memchr2(b'\r', b'\n', line).and_then(|end| line.get(..end)).unwrap_or(line);
    let Some(escape) = memchr(ESCAPE, line) else { return false };
    let (pairs, rest) = line.split_at_checked(escape).unwrap_or_default();
    escape % 2 == 0
        && escape > 0
        && rest.starts_with(b"\x1B(")
        && pairs.iter().all(|byte| (0x21..0x7F).contains(byte))
}
