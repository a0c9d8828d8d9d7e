//! A Rust file as the rules see it: comments and literals blanked, functions found, tests told from the rest.

use std::collections::{BTreeMap, BTreeSet};

/// One Rust file.
#[derive(Debug)]
pub(super) struct Source {
    /// Path from the root.
    pub(super) path: String,
    /// The text with every byte of a comment or literal turned to a space; lines stay where they were.
    pub(super) code: String,
    /// Lines of the file.
    pub(super) lines: usize,
    /// Whether the file is compiled for tests only (or is an example or a benchmark).
    pub(super) test: bool,
    /// The functions with a body, in order.
    pub(super) functions: Vec<Function>,
}

/// A function with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    /// Line of `fn`, from 1.
    pub(super) line: usize,
    /// Lines from `fn` to the closing brace, both included.
    pub(super) lines: usize,
    /// Whether it is compiled for tests only.
    pub(super) test: bool,
}

impl Source {
    /// All Rust files among texts.
    pub(super) fn all(texts: &BTreeMap<String, String>) -> Vec<Self> {
        let rust = || texts.iter().filter(|(path, _)| path.ends_with(".rs"));
        let blanked: Vec<(&String, String)> = rust().map(|(path, text)| (path, blank(text))).collect();
        let declared: BTreeSet<String> =
            blanked.iter().flat_map(|(path, code)| test_modules(path, code)).collect();
        blanked.into_iter().map(|(path, code)| Self::of(path, code, &declared)).collect()
    }

    fn of(path: &str, code: String, declared: &BTreeSet<String>) -> Self {
        let stem = path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix(".rs")).unwrap_or(path);
        let within = |module: &String| stem == module || stem.starts_with(&format!("{module}/"));
        let apart = path.split('/').any(|part| matches!(part, "tests" | "examples" | "benches"));
        let test = apart || declared.iter().any(within);
        let inline = test_blocks(&code);
        let functions = functions(&code)
            .into_iter()
            .map(|(at, function)| Function {
                test: test || inline.iter().any(|block| block.contains(&at)),
                ..function
            })
            .collect();
        Self { path: path.to_owned(), lines: code.lines().count(), code, test, functions }
    }
}

/// Blanks comments, strings and characters.
pub(super) fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = literal_end(bytes, at);
        if let Some(end) = end {
            for byte in out.get_mut(at..end).into_iter().flatten().filter(|byte| **byte != b'\n') {
                *byte = b' ';
            }
        }
        // A word is passed whole, so that the `r` of `for"…"` does not start a raw string.
        at = end.unwrap_or_else(|| at + word_len(bytes, at).max(1));
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn word_len(bytes: &[u8], at: usize) -> usize {
    bytes.iter().skip(at).take_while(|byte| is_word(**byte)).count()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Where the comment or literal that starts here ends; `None` when none does.
fn literal_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    if rest.starts_with(b"//") {
        return Some(at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    }
    if rest.starts_with(b"/*") {
        return Some(at + block_comment(rest));
    }
    let prefix = ["br", "cr", "b", "c", "r", ""]
        .into_iter()
        .find(|prefix| rest.starts_with(prefix.as_bytes()) && opens(rest.get(prefix.len()..)))?;
    let body = rest.get(prefix.len()..)?;
    let hashes = body.iter().take_while(|byte| **byte == b'#').count();
    let len = match body.get(hashes)? {
        b'"' if prefix.ends_with('r') => raw_string(body, hashes),
        b'"' if hashes == 0 => quoted(body, b'"'),
        b'\'' if hashes == 0 => character(body)?,
        _ => return None,
    };
    Some(at + prefix.len() + len)
}

fn opens(rest: Option<&[u8]>) -> bool {
    let rest = rest.unwrap_or_default();
    let hashes = rest.iter().take_while(|byte| **byte == b'#').count();
    matches!(rest.get(hashes), Some(b'"')) || matches!(rest.first(), Some(b'\''))
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest.get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn raw_string(body: &[u8], hashes: usize) -> usize {
    let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    let inside = body.get(hashes + 1..).unwrap_or_default();
    let found = inside.windows(close.len()).position(|window| window == close);
    found.map_or(body.len(), |at| hashes + 1 + at + close.len())
}

fn quoted(body: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(byte) = body.get(at) {
        match byte {
            b'\\' => at += 2,
            byte if *byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    body.len()
}

/// A character literal; a lifetime is none.
fn character(body: &[u8]) -> Option<usize> {
    match body.get(1)? {
        b'\\' => Some(quoted(body, b'\'')),
        first => {
            let wide = match first {
                0..0x80 => 1,
                0x80..0xE0 => 2,
                0xE0..0xF0 => 3,
                0xF0.. => 4,
            };
            (body.get(1 + wide) == Some(&b'\'')).then_some(wide + 2)
        }
    }
}

/// The offsets of a word in code, as a word of its own.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !before.is_some_and(|byte| is_word(*byte) || *byte == b'#')
            && !bytes.get(at + word.len()).is_some_and(|byte| is_word(*byte))
    })
}

/// The functions with a body, with the offset of their `fn`.
fn functions(code: &str) -> Vec<(usize, Function)> {
    words(code, "fn")
        .filter_map(|at| {
            let after = code.get(at + 2..)?.trim_start();
            let name = after.get(..word_len(after.as_bytes(), 0)).filter(|name| !name.is_empty())?;
            let open = body_start(code, at)?;
            let close = block_end(code, open);
            let line = line_at(code, at);
            let lines = line_at(code, close).saturating_sub(line) + 1;
            Some((at, Function { name: name.to_owned(), line, lines, test: false }))
        })
        .collect()
}

/// The line of an offset, from 1.
pub(super) fn line_at(code: &str, at: usize) -> usize {
    code.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// The brace that opens the body of the function at `at`; `None` when it has none.
fn body_start(code: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, byte) in code.bytes().enumerate().skip(at) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'{' if depth == 0 => return Some(offset),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The offset of the brace that closes the one at `open`.
fn block_end(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (offset, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return offset;
        }
    }
    code.len()
}

/// The item that follows each `#[cfg(test)]`: offset of the attribute, and the text up to the item's end.
fn test_items(code: &str) -> impl Iterator<Item = (usize, &str)> {
    const CFG: &str = "#[cfg(test)]";
    code.match_indices(CFG).filter_map(|(at, _)| Some((at, code.get(at + CFG.len()..)?)))
}

/// Modules in files of their own that are declared for tests only, as path without extension.
fn test_modules(path: &str, code: &str) -> Vec<String> {
    let home = match path.rsplit_once('/') {
        Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder,
        _ => path.strip_suffix(".rs").unwrap_or(path),
    };
    test_items(code)
        .filter_map(|(_, item)| {
            let (declaration, _) = item.split_once([';', '{'])?;
            let name = declaration.split_whitespace().skip_while(|word| *word != "mod").nth(1)?;
            item.get(declaration.len()..)?.starts_with(';').then(|| format!("{home}/{name}"))
        })
        .collect()
}

/// The bytes of items inside a file that are compiled for tests only.
fn test_blocks(code: &str) -> Vec<std::ops::Range<usize>> {
    test_items(code)
        .filter_map(|(at, item)| {
            let start = body_start(code, code.len() - item.len())?;
            Some(at..block_end(code, start))
        })
        .collect()
}
