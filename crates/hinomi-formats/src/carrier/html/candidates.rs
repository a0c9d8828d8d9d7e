//! Constants that may be files, and which of them are.

use super::constants::{Script, Value};
use super::markup::{self, Found};
use super::{File, Page, TargetKind};
use crate::tree::{Kind, detect, kind_by_name};
use crate::{Budget, Limits, Problem, ProblemKind};
use std::collections::HashSet;

/// The shortest constant that may be a file, in characters.
const CHARS_MIN: usize = 48;
/// First bytes of what pages carry for themselves: pictures, fonts, sounds.
const OWN: &[&[u8]] = &[
    b"\x89PNG",
    b"GIF8",
    b"\xFF\xD8\xFF",
    b"RIFF",
    b"wOFF",
    b"wOF2",
    b"OTTO",
    b"\0\x01\0\0",
    b"BM",
    b"\0\0\x01\0",
    b"ID3",
    b"OggS",
    b"<svg",
];

/// Adds the files and targets of a page.
pub(super) fn read(
    found: &Found<'_>,
    limits: &Limits,
    budget: &mut Budget,
    page: &mut Page,
    problems: &mut Vec<Problem>,
) {
    let mut search = Search { names: found.names.clone(), ..Search::default() };
    for (url, name) in &found.data {
        search.data_url(url, name.as_deref());
    }
    for source in &found.scripts {
        let script = Script::read(source, limits);
        if script.too_deep {
            problems.push(Problem::limit("script", "nesting_max", u64::from(Limits::NESTING_MAX)));
        }
        if script.exhausted {
            problems.push(Problem::limit("script", "expanded_bytes_max", limits.expanded_bytes_max));
        }
        for url in script.locations.iter().filter(|url| !url.starts_with("data:")) {
            markup::add_target(page, TargetKind::Script, url, limits);
        }
        search.script(script);
    }
    search.finish(limits, budget, page, problems);
}

#[derive(Default)]
struct Search {
    names: Vec<String>,
    /// What was found, the sure ones and the others.
    files: Vec<(Option<String>, Vec<u8>)>,
    maybe: Vec<Vec<u8>>,
    seen: HashSet<Vec<u8>>,
    offers: bool,
    /// There is a constant long enough for a file that nothing became of.
    unread: bool,
}

impl Search {
    fn script(&mut self, script: Script<'_>) {
        let keys = script.keys.clone();
        self.names.extend(script.names.iter().cloned());
        let offers = script.offers;
        self.offers |= offers;
        for value in script.values() {
            if let Value::Text(text) = &value {
                let bare =
                    text.len() < 200 && kind_by_name(text) != Kind::Other && !text.contains(['/', ' ']);
                if bare && offers {
                    // The name stands in a variable more often than beside the call.
                    self.names.push(text.clone());
                }
                if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:")) {
                    self.data_url(text, None);
                    continue;
                }
            }
            self.value(value, &keys, offers);
        }
    }

    /// A constant in every way in which it may stand for bytes; the first that gives a file counts.
    fn value(&mut self, value: Value, keys: &[u8], offers: bool) {
        let readings: Vec<Vec<u8>> = match value {
            Value::List(list) => {
                let numbers: Option<Vec<u8>> = list
                    .iter()
                    .map(|value| match value {
                        // Typed arrays cut numbers to eight bits.
                        Value::Number(number) => Some((*number & 0xFF) as u8),
                        _ => None,
                    })
                    .collect();
                match numbers {
                    Some(bytes) if bytes.len() >= CHARS_MIN => vec![bytes],
                    Some(_) => return,
                    None => {
                        let text = list.into_iter().map(Value::into_text).collect::<String>();
                        readings_of(&text)
                    }
                }
            }
            Value::Text(text) => readings_of(&text),
            Value::Decoded(text) => readings_of(&text).into_iter().chain(latin(&text)).collect(),
            _ => return,
        };
        let Some(first) = readings.first().cloned() else { return };
        let file = readings.iter().find(|bytes| is_file(bytes)).cloned().or_else(|| {
            let unlock = |bytes: &Vec<u8>, key: u8| bytes.iter().map(|byte| byte ^ key).collect::<Vec<u8>>();
            let pairs = keys.iter().flat_map(|key| readings.iter().map(move |bytes| (bytes, *key)));
            pairs.map(|(bytes, key)| unlock(bytes, key)).find(|bytes| is_file(bytes))
        });
        match file {
            Some(bytes) => self.add(None, bytes),
            None if offers && !is_own(&first) => self.maybe.push(first),
            None => {}
        }
    }

    /// A data URL (RFC 2397); pictures, fonts and styles are the page's own.
    fn data_url(&mut self, url: &str, name: Option<&str>) {
        let Some((head, body)) = url.get(5..).and_then(|rest| rest.split_once(',')) else { return };
        let head = head.to_ascii_lowercase();
        let own =
            ["image/", "font/", "audio/", "video/", "text/css", "application/font", "application/x-font"];
        let body = percent_decoded(body);
        let bytes = if head.contains(";base64") {
            base64(&String::from_utf8_lossy(&body)).unwrap_or_default()
        } else {
            body
        };
        let offered = name.is_some() || !own.iter().any(|start| head.trim_start().starts_with(start));
        if is_file(&bytes) || (offered && !bytes.is_empty() && !is_own(&bytes)) {
            self.add(name.map(str::to_owned), bytes);
        }
    }

    fn add(&mut self, name: Option<String>, bytes: Vec<u8>) {
        if self.seen.insert(bytes.clone()) {
            self.files.push((name, bytes));
        }
    }

    fn finish(mut self, limits: &Limits, budget: &mut Budget, page: &mut Page, problems: &mut Vec<Problem>) {
        if self.files.is_empty() && self.offers {
            // The longest that decoded is what the page hands out, whatever it is.
            let longest = self.maybe.into_iter().max_by_key(Vec::len);
            self.unread = longest.is_none();
            self.files.extend(longest.map(|bytes| (None, bytes)));
            if self.unread && !self.names.is_empty() {
                let detail = "a file is put together in a way that is not followed";
                problems.push(Problem::new(ProblemKind::Unsupported, "script", detail));
            }
        }
        let mut names = self.names.into_iter().filter(|name| !name.is_empty());
        let mut last = None;
        for (at, (name, bytes)) in self.files.into_iter().enumerate() {
            if at >= limits.entries_max {
                problems.push(Problem::limit("script", "entries_max", limits.entries_max as u64));
                return;
            }
            if let Err(problem) = budget.spend(bytes.len() as u64, "script") {
                problems.push(problem);
                return;
            }
            last = name.or_else(|| names.next()).or(last);
            page.files.push(File { name: last.clone(), bytes });
        }
    }
}

/// Ways in which text stands for bytes: base64, hex, both backwards, and the bytes themselves.
fn readings_of(text: &str) -> Vec<Vec<u8>> {
    if text.len() < CHARS_MIN {
        return Vec::new();
    }
    let backwards = || text.chars().rev().collect::<String>();
    let mut readings: Vec<Vec<u8>> = Vec::new();
    readings.extend(hex(text));
    readings.extend(base64(text));
    if !readings.iter().any(|bytes| is_file(bytes)) {
        let back = backwards();
        readings.extend(hex(&back));
        readings.extend(base64(&back));
    }
    readings.extend(latin(text).filter(|bytes| is_file(bytes)));
    readings
}

/// Characters as the bytes they stand for.
fn latin(text: &str) -> Option<Vec<u8>> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.filter(|bytes| bytes.len() >= CHARS_MIN)
}

fn is_file(bytes: &[u8]) -> bool {
    bytes.len() >= 16
        && matches!(
            detect("", bytes),
            Kind::Zip
                | Kind::Gzip
                | Kind::OtherArchive
                | Kind::Document
                | Kind::Pdf
                | Kind::Program
                | Kind::Script
        )
}

fn is_own(bytes: &[u8]) -> bool {
    OWN.iter().any(|start| bytes.starts_with(start))
}

/// Base64 of either alphabet; white space counts as nothing, anything else means that it is none.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut waiting) = (0_u32, 0_u32);
    let mut padding = false;
    for symbol in text.bytes() {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                padding = true;
                continue;
            }
            symbol if symbol.is_ascii_whitespace() => continue,
            _ => return None,
        };
        if padding {
            return None;
        }
        bits = bits << 6 | u32::from(value);
        waiting = waiting.saturating_add(6);
        if waiting >= 8 {
            waiting = waiting.saturating_sub(8);
            bytes.push((bits >> waiting & 0xFF) as u8);
        }
    }
    Some(bytes)
}

/// Hex digits, with `\x`, `0x`, `%`, commas and blanks between bytes or without.
fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        text.bytes().collect()
    } else {
        let bare = text.replace("\\x", "").replace("0x", "");
        let is_noise = |byte: &u8| matches!(byte, b'%' | b',' | b' ' | b'-' | b':' | b'\r' | b'\n' | b'\t');
        bare.bytes().filter(|byte| !is_noise(byte)).collect()
    };
    let value = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => Some(value(*high)? << 4 | value(*low)?),
        _ => None,
    });
    pairs.collect()
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|_| *first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}
