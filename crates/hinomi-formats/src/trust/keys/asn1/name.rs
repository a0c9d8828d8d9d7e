//! Names, strings and dates of X.509 (RFC 5280, 4.1.2.4 and 4.1.2.5).

use super::ber::{self, Reader, Value};
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Short names of the parts of a name.
const PARTS: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.42", "GN"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.97", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
];
/// Characters kept of one name.
const CHARS_MAX: usize = 1_024;
const SECONDS_OF_DAY: i64 = 86_400;

/// A name as one line, in the order it is written.
pub(in crate::trust::keys) fn name(reader: &mut Reader<'_>) -> Option<String> {
    let mut text = String::new();
    let mut sets = reader.sequence()?;
    while let Some(set) = sets.next() {
        let mut parts = set.inside();
        while let Some(mut part) = parts.sequence() {
            let oid = part.oid()?;
            let key = PARTS.iter().find(|(known, _)| *known == oid).map_or(oid.as_str(), |(_, short)| short);
            let value = part.next().map(|value| string(&value)).unwrap_or_default();
            let between = if text.is_empty() { "" } else { ", " };
            write!(text, "{between}{key}={}", value.replace(',', "\\,")).ok()?;
        }
    }
    Some(text.chars().take(CHARS_MAX).collect())
}

/// A string of whatever kind; characters nobody can see are left out.
pub(in crate::trust::keys) fn string(value: &Value<'_>) -> String {
    let text = match value.tag {
        // BMPString and UniversalString.
        0x1e => utf16(value.body),
        0x1c => {
            let chars = value.body.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes));
            chars.filter_map(char::from_u32).collect()
        }
        // T61String: what people put there is Latin-1 or UTF-8.
        _ => match std::str::from_utf8(value.body) {
            Ok(text) => text.to_owned(),
            Err(_) => value.body.iter().map(|byte| char::from(*byte)).collect(),
        },
    };
    text.chars().filter(|c| !c.is_control()).take(CHARS_MAX).collect()
}

/// Text in UTF-16, big-endian.
pub(in crate::trust::keys) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_be_bytes(*unit));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// An address of a subject.
pub(super) fn address(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).to_string());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|sixteen| Ipv6Addr::from(sixteen).to_string())
}

/// A moment, in seconds since 1970.
pub(super) fn time(reader: &mut Reader<'_>) -> Option<i64> {
    let value = reader.next()?;
    let text = std::str::from_utf8(value.body).ok()?;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, zone) = text.split_at_checked(digits)?;
    let (year, rest) = match value.tag {
        ber::UTC_TIME => {
            let (year, rest) = digits.split_at_checked(2)?;
            let year: i64 = year.parse().ok()?;
            (if year < 50 { year.checked_add(2_000)? } else { year.checked_add(1_900)? }, rest)
        }
        ber::GENERALIZED_TIME => {
            let (year, rest) = digits.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let part = |at: usize| -> i64 {
        rest.get(at..at.saturating_add(2)).and_then(|part| part.parse().ok()).unwrap_or(0)
    };
    let days = days(year, part(0), part(2))?;
    let seconds = part(4).checked_mul(3_600)?.checked_add(part(6).checked_mul(60)?)?.checked_add(part(8))?;
    days.checked_mul(SECONDS_OF_DAY)?.checked_add(seconds)?.checked_sub(offset(zone))
}

/// What a zone like `+0900` adds, in seconds.
fn offset(zone: &str) -> i64 {
    let zone = zone.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let (sign, digits) = match zone.split_at_checked(1) {
        Some(("+", digits)) => (1_i64, digits),
        Some(("-", digits)) => (-1, digits),
        _ => return 0,
    };
    let part = |range: std::ops::Range<usize>| -> i64 {
        digits.get(range).and_then(|part| part.parse().ok()).unwrap_or(0)
    };
    let minutes = part(0..2).saturating_mul(60).saturating_add(part(2..4));
    sign.saturating_mul(minutes).saturating_mul(60)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..=9_999).contains(&year) {
        return None;
    }
    // Years from March, so that the leap day comes last.
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let month = month.saturating_add(9).rem_euclid(12);
    let in_year =
        month.saturating_mul(153).saturating_add(2).div_euclid(5).saturating_add(day).saturating_sub(1);
    let leaps = year.div_euclid(4).saturating_sub(year.div_euclid(100)).saturating_add(year.div_euclid(400));
    let since = year.saturating_mul(365).saturating_add(leaps).saturating_add(in_year);
    Some(since.saturating_sub(719_468))
}
