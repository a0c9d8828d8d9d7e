//! Reading hex dumps back.
//!
//! A line counts when it matches, ignoring case and by lines,
//! `^\s*(?:[\dA-F]{4,16}h?:?)?[ \t]+((?:HH ){1,8}(?:[ \t]|HH-)(?:HH ){1,8}|(?:HHHH )+(?:HH)?|(?:HH )*HH)`; its group is
//! read as hexadecimal. Matched by hand: as a regular expression, blank lines make it take the square of the time.

use super::hex_auto;
use crate::decode::args::Args;
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, ascii, is_space};
use crate::decode::ops::Baked;

pub(super) fn from_hexdump(input: &[u16], _: &Args, _: &mut Oven) -> Baked {
    let mut out = Vec::with_capacity(input.len() / 4);
    let mut start = Some(0);
    while let Some(line) = start {
        let rest = input.get(line..).unwrap_or_default();
        let space = count(rest, is_space);
        let next =
            match body_start(rest, space).and_then(|body| Some((body, body_length(rest.get(body..)?)?))) {
                Some((body, length)) => {
                    let end = body.saturating_add(length);
                    let bytes: Vec<u16> = rest.get(body..end).unwrap_or_default().to_vec();
                    out.extend(hex_auto(&bytes)?);
                    end
                }
                // A line that starts inside this white space would meet the same failure behind it.
                None => space.saturating_add(1),
            };
        start = next_line(input, line.saturating_add(next));
    }
    Ok(Dish::Bytes(out))
}

/// The first line start at or after `from`.
fn next_line(input: &[u16], from: usize) -> Option<usize> {
    let ends = |unit: &u16| matches!(unit, 0x0a | 0x0d | 0x2028 | 0x2029);
    let before = from.saturating_sub(1);
    let end = input.get(before..)?.iter().position(ends)?;
    before.checked_add(end)?.checked_add(1)
}

/// Where the bytes start: behind an address and blanks, or behind the blanks that a line starts with.
fn body_start(rest: &[u16], space: usize) -> Option<usize> {
    let address = rest.get(space..)?;
    let digits = count(address, is_hex);
    let unit = |at: usize| address.get(at).copied().and_then(ascii);
    let mut end = digits;
    if matches!(unit(end), Some(b'h' | b'H')) {
        end = end.saturating_add(1);
    }
    if unit(end) == Some(b':') {
        end = end.saturating_add(1);
    }
    let blanks = count(address.get(end..)?, is_blank);
    let body = space.saturating_add(end).saturating_add(blanks);
    let with_address = (4..=16).contains(&digits) && blanks > 0;
    if with_address && body_length(rest.get(body..)?).is_some() {
        return Some(body);
    }
    let last = space.checked_sub(1).and_then(|last| rest.get(last));
    last.filter(|unit| is_blank(**unit)).map(|_| space)
}

fn body_length(body: &[u16]) -> Option<usize> {
    let pairs = groups(body, 2);
    halves(body, pairs.min(8)).or_else(|| words(body)).or_else(|| {
        let last = usize::from(begins_with_digits(body.get(pairs.checked_mul(3)?..)?, 2));
        // Without a last pair the one before gives up its blank.
        if last == 1 { pairs.checked_mul(3)?.checked_add(2) } else { pairs.checked_mul(3)?.checked_sub(1) }
    })
}

/// Up to eight pairs, a wider gap or a pair with a hyphen, up to eight pairs.
fn halves(body: &[u16], first: usize) -> Option<usize> {
    let end = first.checked_mul(3).filter(|end| *end > 0)?;
    let gap = body.get(end..)?;
    let wide = usize::from(gap.first().is_some_and(|unit| is_blank(*unit)));
    let hyphen = begins_with_digits(gap, 2) && gap.get(2) == Some(&0x2d);
    let width = if wide == 1 {
        1
    } else if hyphen {
        3
    } else {
        return None;
    };
    let second = groups(gap.get(width..)?, 2).min(8);
    end.checked_add(width)?.checked_add(second.checked_mul(3)?).filter(|_| second > 0)
}

/// Words of four digits, perhaps a pair at the end.
fn words(body: &[u16]) -> Option<usize> {
    let end = groups(body, 4).checked_mul(5).filter(|end| *end > 0)?;
    let last = begins_with_digits(body.get(end..)?, 2);
    end.checked_add(if last { 2 } else { 0 })
}

/// How many groups of so many digits, each with a blank behind, the text starts with.
fn groups(text: &[u16], digits: usize) -> usize {
    let whole = text.chunks(digits.saturating_add(1));
    whole.take_while(|group| begins_with_digits(group, digits) && group.get(digits) == Some(&0x20)).count()
}

fn begins_with_digits(text: &[u16], digits: usize) -> bool {
    text.get(..digits).is_some_and(|start| start.iter().all(|unit| is_hex(*unit)))
}

fn count(text: &[u16], pass: fn(u16) -> bool) -> usize {
    text.iter().take_while(|unit| pass(**unit)).count()
}

fn is_hex(unit: u16) -> bool {
    ascii(unit).is_some_and(|byte| byte.is_ascii_hexdigit())
}

fn is_blank(unit: u16) -> bool {
    matches!(unit, 0x20 | 0x09)
}
