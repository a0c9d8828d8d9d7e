//! Stream filters (ISO 32000-1, 7.4): Flate with predictors, ASCIIHex, ASCII85.

use super::object::{Dictionary, Object};
use super::syntax::hex_bytes;
use crate::{Budget, Limits, Problem, ProblemKind};
use flate2::read::{DeflateDecoder, ZlibDecoder};
use std::io::Read;

/// Filters one stream may chain.
const CHAIN_MAX: usize = 8;

/// Undoes the filters of a stream. What could be unpacked comes back, with a problem when it is not all.
pub(super) fn decode(
    dictionary: &Dictionary,
    raw: &[u8],
    place: &str,
    limits: &Limits,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Option<Vec<u8>> {
    let names = names(dictionary.get("Filter").or_else(|| dictionary.get("F")));
    if names.len() > CHAIN_MAX {
        problems.push(Problem::new(ProblemKind::Unsupported, place, "a long chain of filters"));
        return None;
    }
    let mut bytes: Option<Vec<u8>> = None;
    for (index, name) in names.iter().enumerate() {
        let input = bytes.as_deref().unwrap_or(raw);
        let output = match name.as_slice() {
            b"FlateDecode" | b"Fl" => {
                let unpacked = inflate(input, place, limits, budget, problems);
                predicted(unpacked, parameters(dictionary, index))
            }
            b"ASCIIHexDecode" | b"AHx" => paid(hex_bytes(until(input, b'>')), place, budget, problems)?,
            b"ASCII85Decode" | b"A85" => paid(ascii85(input), place, budget, problems)?,
            b"Crypt" => input.to_vec(),
            other => {
                let detail = format!("the filter {}", String::from_utf8_lossy(other));
                problems.push(Problem::new(ProblemKind::Unsupported, place, detail));
                return None;
            }
        };
        bytes = Some(output);
    }
    match bytes {
        Some(bytes) => Some(bytes),
        None => paid(raw.to_vec(), place, budget, problems),
    }
}

fn names(filter: Option<&Object>) -> Vec<Vec<u8>> {
    let name = |object: &Object| match object {
        Object::Name(name) => Some(name.clone()),
        _ => None,
    };
    match filter {
        Some(Object::Array(items)) => items.iter().filter_map(name).collect(),
        Some(single) => name(single).into_iter().collect(),
        None => Vec::new(),
    }
}

fn parameters(dictionary: &Dictionary, index: usize) -> Option<&Dictionary> {
    let of = |object: &'_ Object| matches!(object, Object::Dictionary(_));
    let object = match dictionary.get("DecodeParms").or_else(|| dictionary.get("DP"))? {
        Object::Array(items) => items.get(index).filter(|object| of(object))?,
        single => single,
    };
    match object {
        Object::Dictionary(parameters) => Some(parameters),
        _ => None,
    }
}

fn paid(bytes: Vec<u8>, place: &str, budget: &mut Budget, problems: &mut Vec<Problem>) -> Option<Vec<u8>> {
    match budget.spend(bytes.len() as u64, place) {
        Ok(()) => Some(bytes),
        Err(problem) => {
            problems.push(problem);
            None
        }
    }
}

/// Zlib, or bare deflate when the header is broken; a damaged end keeps what came before it.
fn inflate(
    input: &[u8],
    place: &str,
    limits: &Limits,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Vec<u8> {
    // The ratio counts once 1 MiB has come out.
    let by_ratio = (input.len() as u64).saturating_mul(limits.ratio_max).max(1 << 20);
    let most = by_ratio.min(budget.left());
    let mut bytes = Vec::new();
    let mut damaged = ZlibDecoder::new(input).take(most.saturating_add(1)).read_to_end(&mut bytes).is_err();
    if bytes.is_empty() && damaged {
        damaged = DeflateDecoder::new(input).take(most.saturating_add(1)).read_to_end(&mut bytes).is_err();
    }
    if bytes.len() as u64 > most {
        bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        problems.push(if most == by_ratio {
            Problem::limit(place, "ratio_max", limits.ratio_max)
        } else {
            budget.spent(place)
        });
    } else if damaged {
        problems.push(Problem::new(ProblemKind::Malformed, place, "the packed stream is damaged"));
    }
    if let Err(problem) = budget.spend(bytes.len() as u64, place) {
        problems.push(problem);
        bytes.clear();
    }
    bytes
}

/// Undoes PNG and 8-bit TIFF prediction (7.4.4.4).
fn predicted(bytes: Vec<u8>, parameters: Option<&Dictionary>) -> Vec<u8> {
    let Some(parameters) = parameters else { return bytes };
    let predictor = parameters.number("Predictor").unwrap_or(1);
    let positive = |key: &str, otherwise: i64| {
        usize::try_from(parameters.number(key).unwrap_or(otherwise).clamp(1, 1 << 20)).unwrap_or(1)
    };
    let bits = positive("Colors", 1).saturating_mul(positive("BitsPerComponent", 8));
    let pixel = bits.div_ceil(8);
    let row = bits.saturating_mul(positive("Columns", 1)).div_ceil(8);
    match predictor {
        10..=15 => png_rows(&bytes, row, pixel),
        2 if positive("BitsPerComponent", 8) == 8 => tiff_rows(bytes, row, pixel),
        _ => bytes,
    }
}

fn png_rows(bytes: &[u8], row: usize, pixel: usize) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above = vec![0u8; row.min(bytes.len())];
    for line in bytes.chunks(row.saturating_add(1)) {
        let Some((filter, data)) = line.split_first() else { break };
        let mut current: Vec<u8> = Vec::with_capacity(data.len());
        for (index, byte) in data.iter().enumerate() {
            let left_at = index.checked_sub(pixel);
            let left = left_at.and_then(|at| current.get(at)).copied().unwrap_or(0);
            let up = above.get(index).copied().unwrap_or(0);
            let corner = left_at.and_then(|at| above.get(at)).copied().unwrap_or(0);
            let guess = match filter {
                1 => left,
                2 => up,
                3 => u8::midpoint(left, up),
                4 => paeth(left, up, corner),
                _ => 0,
            };
            current.push(byte.wrapping_add(guess));
        }
        out.extend_from_slice(&current);
        above = current;
    }
    out
}

/// The nearest of three to left + up - corner (PNG, 9.4).
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i32::from(left) + i32::from(up) - i32::from(corner);
    let distance = |value: u8| (guess - i32::from(value)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

fn tiff_rows(mut bytes: Vec<u8>, row: usize, pixel: usize) -> Vec<u8> {
    for line in bytes.chunks_mut(row.max(1)) {
        for index in pixel..line.len() {
            let left = index.checked_sub(pixel).and_then(|at| line.get(at)).copied().unwrap_or(0);
            if let Some(byte) = line.get_mut(index) {
                *byte = byte.wrapping_add(left);
            }
        }
    }
    bytes
}

fn until(bytes: &[u8], end: u8) -> &[u8] {
    let len = memchr::memchr(end, bytes).unwrap_or(bytes.len());
    bytes.get(..len).unwrap_or_default()
}

/// Base 85 as Adobe writes it (7.4.3), `z` for four zeros, ended by `~`.
fn ascii85(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let mut group: Vec<u8> = Vec::with_capacity(5);
    for byte in until(input, b'~') {
        match byte {
            b'z' if group.is_empty() => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                group.push(byte - b'!');
                if group.len() == 5 {
                    out.extend_from_slice(&group_bytes(&group));
                    group.clear();
                }
            }
            _ => {}
        }
    }
    if group.len() > 1 {
        let kept = group.len() - 1;
        group.resize(5, 84);
        out.extend(group_bytes(&group).iter().take(kept));
    }
    out
}

fn group_bytes(group: &[u8]) -> [u8; 4] {
    group.iter().fold(0u32, |sum, digit| sum.wrapping_mul(85).wrapping_add(u32::from(*digit))).to_be_bytes()
}
