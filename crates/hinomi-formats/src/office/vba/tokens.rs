//! The names and string literals of source, as sets to ask.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// Names and literals of some source, kept as numbers made of them: a wrong yes is as rare as two texts with the same
/// 64-bit number.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    names: HashSet<u64, BuildHasherDefault<Passing>>,
    literals: HashSet<u64, BuildHasherDefault<Passing>>,
}

impl Tokens {
    pub(super) fn of<'a>(sources: impl Iterator<Item = &'a str>) -> Self {
        let mut tokens = Self::default();
        for source in sources {
            tokens.add(source.as_bytes());
        }
        tokens
    }

    /// Whether the source has a name, in any case. `Left$` is compiled as `_B_str_Left`, `Left` as `_B_var_Left`.
    pub(super) fn has_name(&self, name: &str) -> bool {
        let bare = name.strip_prefix("_B_str_").or_else(|| name.strip_prefix("_B_var_")).unwrap_or(name);
        // Names of other things than words stand in no source: numbers, and letters that begin no word here.
        !bare.as_bytes().first().is_some_and(|first| begins_name(*first))
            || self.names.contains(&number(bare.as_bytes()))
    }

    /// Whether the source has a literal.
    pub(super) fn has_literal(&self, literal: &str) -> bool {
        self.literals.contains(&number(literal.as_bytes()))
    }

    /// Takes words wherever they stand, comments and literals too: a comment keeps honest code that was switched off.
    fn add(&mut self, source: &[u8]) {
        let mut at = 0;
        let mut literal_start = None;
        while let Some(byte) = source.get(at) {
            if begins_name(*byte) {
                let rest = source.get(at..).unwrap_or_default();
                let len = rest.iter().take_while(|byte| is_of_name(**byte)).count();
                self.names.insert(number(rest.get(..len).unwrap_or_default()));
                at += len;
                continue;
            }
            match (byte, literal_start) {
                (b'"', None) => literal_start = Some(at + 1),
                // Two quotes inside a literal are one.
                (b'"', Some(_)) if source.get(at + 1) == Some(&b'"') => at += 1,
                (b'"', Some(start)) => {
                    self.add_literal(source.get(start..at).unwrap_or_default());
                    literal_start = None;
                }
                (b'\n' | b'\r', _) => literal_start = None,
                _ => {}
            }
            at += 1;
        }
    }

    fn add_literal(&mut self, literal: &[u8]) {
        let has_quote = memchr::memchr(b'"', literal).is_some();
        if has_quote {
            let text = String::from_utf8_lossy(literal).replace("\"\"", "\"");
            self.literals.insert(number(text.as_bytes()));
        } else {
            self.literals.insert(number(literal));
        }
    }
}

/// Those of a few names that no source has as a word, in any case.
pub(super) fn without<'n, 'a>(
    names: &[&'n String],
    sources: impl Iterator<Item = &'a str>,
) -> Vec<&'n String> {
    let mut left: Vec<(&String, String)> =
        names.iter().map(|name| (*name, name.to_ascii_lowercase())).collect();
    for source in sources {
        if left.is_empty() {
            break;
        }
        let lower = source.as_bytes().to_ascii_lowercase();
        left.retain(|(_, name)| !has_word(&lower, name.as_bytes()));
    }
    left.into_iter().map(|(name, _)| name).collect()
}

fn has_word(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find_iter(text, word).any(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let after = text.get(at + word.len());
        !before.is_some_and(|byte| is_of_name(*byte)) && !after.is_some_and(|byte| is_of_name(*byte))
    })
}

/// Letters of any script: in UTF-8 all their bytes are above ASCII.
fn begins_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_of_name(byte: u8) -> bool {
    begins_name(byte) || byte.is_ascii_digit()
}

/// FNV-1a of the text in lower case.
fn number(text: &[u8]) -> u64 {
    const OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01B3;
    text.iter().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(PRIME))
}

/// The numbers are hashes already.
#[derive(Debug, Default)]
struct Passing(u64);

impl Hasher for Passing {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = number(bytes);
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Whether source has nothing but what Office itself writes at its top, and comments.
pub(super) fn is_bare(code: &str) -> bool {
    code.lines().all(|line| {
        let line = line.trim_start();
        let word = line.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default();
        line.is_empty()
            || line.starts_with('\'')
            || ["attribute", "option", "rem", "version", "begin", "end", "multiuse"]
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known))
    })
}
