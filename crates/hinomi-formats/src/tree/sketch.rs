//! Sketches: what a document was built from, in 64 bytes that can be compared. Files of one campaign are unique for
//! every victim, so their hashes say nothing; the generator behind them changes names, numbers and texts, and leaves
//! the shape of the code and the pictures as they are.
//!
//! One-permutation min-wise hashing (Li, Owen, Zhang 2012: every feature falls into one of k bins, which keeps the
//! smallest) with 16 bits a bin (Li and König 2010). The share of equal bins estimates the Jaccard index.

#[cfg(test)]
mod tests;

use crate::office::Module;
use std::fmt::Write as _;

/// Bins of a sketch: the estimate's standard error is at most 9 % (1 / (2 √32)).
const BINS: usize = 32;
const BIN_BITS: u32 = BINS.trailing_zeros();
/// With fewer bins filled there is too little to compare.
const FILLED_MIN: usize = 16;
/// Neighbouring tokens that make one feature of code.
const TOKENS: usize = 5;
/// Bytes of a document that are looked at, from its start.
const BYTES_MAX: usize = 4 << 20;

/// The sketch of the source of a project: names, numbers and texts count as such, not by what they say. Empty when
/// there is too little code. Time is linear in the length of the source.
pub(crate) fn of_code(modules: &[Module]) -> String {
    let mut bins = Bins::default();
    for module in modules {
        let mut window = [0_u64; TOKENS];
        let mut filled = 0_usize;
        tokens(&module.code, |token| {
            window.rotate_left(1);
            if let Some(last) = window.last_mut() {
                *last = token;
            }
            filled += 1;
            if filled >= TOKENS {
                bins.add(window.iter().fold(0, |sum, token| mixed(sum ^ token)));
            }
        });
    }
    bins.written()
}

/// The sketch of a file's bytes, in pieces whose ends the content decides: what was inserted or taken out changes only
/// the pieces around it. Pieces of one repeated byte are left out. Empty when there are too few pieces.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    let mut bins = Bins::default();
    let mut rest = bytes.get(..BYTES_MAX).unwrap_or(bytes);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at_checked(piece_len(rest)).unwrap_or((rest, &[]));
        if piece.iter().any(|byte| Some(byte) != piece.first()) {
            bins.add(piece.chunks(8).fold(0, |sum, word| {
                let word = word.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
                mixed(sum ^ word)
            }));
        }
        rest = after;
    }
    bins.written()
}

/// How alike two sketches are, in percent; `None` when one of them is empty or none.
pub fn likeness(one: &str, other: &str) -> Option<u8> {
    if one.len() != BINS * BIN_CHARS || other.len() != one.len() {
        return None;
    }
    let bins = |text| str::as_bytes(text).chunks_exact(BIN_CHARS);
    let (mut filled, mut equal) = (0_u32, 0_u32);
    for (one, other) in
        bins(one).zip(bins(other)).filter(|pair| *pair != (EMPTY.as_bytes(), EMPTY.as_bytes()))
    {
        filled += 1;
        equal += u32::from(one == other);
    }
    u8::try_from((equal * 100).checked_div(filled)?).ok()
}

/// The bins of a sketch, each with its number: sketches that are alike share some.
pub fn bins(sketch: &str) -> impl Iterator<Item = (usize, &str)> {
    let bin = |at: usize| sketch.get(at * BIN_CHARS..(at + 1) * BIN_CHARS).map(|bin| (at, bin));
    (0..BINS).filter_map(bin).filter(|(_, bin)| *bin != EMPTY)
}

/// A bin as text: four hexadecimal digits, or this.
const EMPTY: &str = "----";
const BIN_CHARS: usize = EMPTY.len();

/// The smallest feature of each bin.
#[derive(Debug, Default)]
struct Bins([Option<u64>; BINS]);

impl Bins {
    fn add(&mut self, feature: u64) {
        let at = usize::try_from(feature >> (u64::BITS - BIN_BITS)).unwrap_or(0);
        if let Some(bin) = self.0.get_mut(at) {
            *bin = Some(bin.map_or(feature, |known| known.min(feature)));
        }
    }

    /// The lowest 16 bits of each: the upper ones are small because the smallest was kept.
    fn written(&self) -> String {
        if self.0.iter().flatten().count() < FILLED_MIN {
            return String::new();
        }
        self.0.iter().fold(String::with_capacity(BINS * BIN_CHARS), |mut text, bin| {
            let written = match bin {
                Some(feature) => write!(text, "{:04x}", feature & 0xFFFF),
                None => write!(text, "{EMPTY}"),
            };
            // Writing to a text cannot fail.
            debug_assert!(written.is_ok());
            text
        })
    }
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
const fn mixed(sum: u64) -> u64 {
    let sum = sum.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let sum = (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let sum = (sum ^ (sum >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    sum ^ (sum >> 31)
}

/// Shortest and longest piece, in bytes; the mean is about 320.
const PIECE_MIN: usize = 64;
const PIECE_MAX: usize = 2048;
/// A piece ends where these bits of the rolling sum are zero.
const PIECE_END: u64 = 0xFF << 48;
/// A random number for every byte (a gear hash, Xia and others 2014).
#[expect(clippy::indexing_slicing, reason = "evaluated when it is built; the loop ends at the length")]
const GEAR: [u64; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < table.len() {
        table[at] = mixed(at as u64);
        at += 1;
    }
    table
};

fn piece_len(bytes: &[u8]) -> usize {
    let mut sum = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(PIECE_MAX) {
        sum = (sum << 1).wrapping_add(GEAR.get(usize::from(*byte)).copied().unwrap_or(0));
        if at >= PIECE_MIN && sum & PIECE_END == 0 {
            return at + 1;
        }
    }
    bytes.len().min(PIECE_MAX)
}

/// Hands out the tokens of VBA source as numbers: words of the language as themselves, all other words as one, and so
/// texts and numbers. Comments and the attributes of the module are left out.
fn tokens(code: &str, mut take: impl FnMut(u64)) {
    for line in code.lines() {
        let line = line.trim_start();
        if line.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("Attribute ")) {
            continue;
        }
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            let (token, len) = token(rest, first);
            if first == '\'' {
                break;
            }
            rest = rest.get(len..).unwrap_or_default();
            token.into_iter().for_each(&mut take);
        }
    }
}

/// A token and its length in bytes; white space is none.
fn token(rest: &str, first: char) -> (Option<u64>, usize) {
    let run = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
    match first {
        '"' => (Some(mixed(1)), text_len(rest)),
        c if c.is_ascii_digit() => (Some(mixed(2)), run(|c| c.is_ascii_alphanumeric() || c == '.')),
        c if c.is_alphabetic() || c == '_' => {
            let len = run(|c| c.is_alphanumeric() || c == '_');
            (Some(word(rest.get(..len).unwrap_or_default())), len)
        }
        c if c.is_whitespace() => (None, c.len_utf8()),
        c => (Some(mixed(u64::from(u32::from(c)) << 8)), c.len_utf8()),
    }
}

/// The length of a string literal with its quotes; `""` inside is a quote.
fn text_len(rest: &str) -> usize {
    let mut at = 1;
    while let Some(quote) = rest.get(at..).and_then(|rest| rest.find('"')) {
        at += quote + 1;
        if !rest.get(at..).is_some_and(|rest| rest.starts_with('"')) {
            return at;
        }
        at += 1;
    }
    rest.len()
}

fn word(word: &str) -> u64 {
    const LONGEST: usize = 12;
    let lower = if word.len() <= LONGEST { word.to_ascii_lowercase() } else { String::new() };
    match WORDS.binary_search(&lower.as_str()) {
        Ok(at) => mixed(0x100 + at as u64),
        Err(_) => mixed(3),
    }
}

/// The words that count as themselves, in order: statements and operators (MS-VBAL 3.3.5.2) and the functions that
/// obfuscation is made of.
const WORDS: [&str; 66] = [
    "and",
    "array",
    "as",
    "asc",
    "ascw",
    "atn",
    "byref",
    "byte",
    "byval",
    "call",
    "case",
    "cbool",
    "cbyte",
    "cdbl",
    "chr",
    "chrw",
    "cint",
    "clng",
    "const",
    "cos",
    "createobject",
    "cstr",
    "date",
    "dim",
    "do",
    "double",
    "each",
    "else",
    "elseif",
    "end",
    "error",
    "exit",
    "for",
    "function",
    "getobject",
    "goto",
    "if",
    "integer",
    "is",
    "join",
    "len",
    "long",
    "loop",
    "mid",
    "mod",
    "new",
    "next",
    "not",
    "nothing",
    "on",
    "or",
    "private",
    "public",
    "redim",
    "replace",
    "resume",
    "select",
    "set",
    "shell",
    "string",
    "sub",
    "then",
    "until",
    "while",
    "with",
    "xor",
];
