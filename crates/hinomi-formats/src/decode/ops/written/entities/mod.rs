//! HTML entities: named ones of the WHATWG list as CyberChef reads it, decimal and hexadecimal ones.

use crate::decode::args::{Args, hex};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, ascii, push_code_point};
use crate::decode::ops::{Baked, Op, Takes};
use std::collections::HashMap;
use std::sync::LazyLock;

pub(in crate::decode) static OPS: &[Op] =
    &[Op { name: "From HTML Entity", args: &[], run: Takes::Text(from_html_entity) }];

/// Name and code point of each; one code point only, as there.
static NAMES: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
    let pair = |line: &'static str| {
        let (name, point) = line.split_once(' ')?;
        Some((name, u32::from_str_radix(point, 16).ok()?))
    };
    include_str!("names.txt").lines().filter_map(pair).collect()
});

/// Letters and digits of the longest entity: 20, or 21 when the first is an `x`.
const LENGTH_MAX: usize = 20;

fn from_html_entity(input: &[u16], _: &Args, _: &mut Oven) -> Baked {
    let mut out = Vec::with_capacity(input.len());
    let mut rest = input;
    while let Some((&unit, after)) = rest.split_first() {
        rest = after;
        match entity(after).filter(|_| unit == u16::from(b'&')) {
            Some((length, point)) => {
                push_code_point(&mut out, point);
                rest = after.get(length..).unwrap_or_default();
            }
            None => out.push(unit),
        }
    }
    Ok(Dish::Text(out))
}

/// The entity behind an ampersand: how many units it takes with its semicolon, and what it stands for.
fn entity(after: &[u16]) -> Option<(usize, u32)> {
    let numeric = usize::from(after.first() == Some(&u16::from(b'#')));
    let name = after.get(numeric..)?;
    let is_part = |unit: &&u16| ascii(**unit).is_some_and(|byte| byte.is_ascii_alphanumeric());
    let length = name.iter().take(LENGTH_MAX + 2).take_while(is_part).count();
    let longest = LENGTH_MAX + usize::from(name.first() == Some(&u16::from(b'x')));
    if length == 0 || length > longest || name.get(length) != Some(&u16::from(b';')) {
        return None;
    }
    let name = name.get(..length)?;
    let point = if numeric == 1 { by_number(name) } else { by_name(name) };
    Some((numeric.checked_add(length)?.checked_add(1)?, point?))
}

fn by_number(digits: &[u16]) -> Option<u32> {
    match digits {
        [first, digits @ ..] if matches!(ascii(*first), Some(b'x' | b'X')) => {
            hex(digits).filter(|_| (2..=8).contains(&digits.len()))
        }
        _ if digits.len() <= 6 => String::from_utf16(digits).ok()?.parse().ok(),
        _ => None,
    }
}

fn by_name(name: &[u16]) -> Option<u32> {
    NAMES.get(String::from_utf16(name).ok()?.as_str()).copied()
}
