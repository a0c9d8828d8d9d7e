//! The stamps of recordings and logs, as milliseconds since 1970.

use super::Dates;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..=9_999).contains(&year) {
        return None;
    }
    // March starts the year, so that the leap day is its last.
    let year = if month <= 2 { year - 1 } else { year };
    let month = if month <= 2 { month + 9 } else { month - 3 };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// `16:00:00`, `16:00:00.123`: milliseconds since midnight.
fn clock(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut parts = whole.split(':').map(|part| number(part, 2));
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() || hours > 24 || minutes > 59 || seconds > 60 {
        return None;
    }
    let millis = fraction.get(..3).unwrap_or(fraction);
    let scale = [0, 100, 10, 1].get(millis.len())?;
    let millis = if millis.is_empty() { 0 } else { number(millis, 3)? * scale };
    Some((hours * 3_600 + minutes * 60 + seconds) * 1_000 + millis)
}

fn number(text: &str, digits_max: usize) -> Option<i64> {
    let ok = !text.is_empty() && text.len() <= digits_max && text.bytes().all(|b| b.is_ascii_digit());
    ok.then(|| text.parse().ok())?
}

fn month(text: &str) -> Option<i64> {
    let at =
        MONTHS.iter().position(|month| text.get(..3).is_some_and(|text| text.eq_ignore_ascii_case(month)))?;
    i64::try_from(at).ok().map(|at| at + 1)
}

/// `Z`, `+0900`, `+09:00`: milliseconds.
fn zone(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.strip_prefix(['+', '-'])?.replace(':', "");
    let (hours, minutes) = digits.split_at_checked(2)?;
    let minutes = if minutes.is_empty() { 0 } else { number(minutes, 2)? };
    Some(sign * (number(hours, 2)? * 60 + minutes) * 60_000)
}

/// `2026-11-23T16:47:17.658Z`, `2026-11-23 16:47:17`.
pub(super) fn iso(text: &str, dates: Dates) -> Option<i64> {
    let (date, time) = text.trim().split_once(['T', ' '])?;
    let mut parts = date.split(['-', '/']);
    let (year, month, day) =
        (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let end = time.find(['Z', 'z', '+', '-', ' ']).unwrap_or(time.len());
    let (time, offset) = time.split_at_checked(end)?;
    let offset = if offset.trim().is_empty() { dates.offset_s * 1_000 } else { zone(offset.trim())? };
    Some(days(year, month, day)? * 86_400_000 + clock(time)? - offset)
}

/// `23/Nov/2026:16:00:00 +0900` of web servers and proxies.
pub(super) fn common(text: &str, dates: Dates) -> Option<i64> {
    let (date, time) = text.split_once(':')?;
    let mut parts = date.split('/');
    let (day, month, year) = (number(parts.next()?, 2)?, month(parts.next()?)?, number(parts.next()?, 4)?);
    let (time, offset) = time.split_once(' ').unwrap_or((time, ""));
    let offset = if offset.is_empty() { dates.offset_s * 1_000 } else { zone(offset)? };
    Some(days(year, month, day)? * 86_400_000 + clock(time)? - offset)
}

/// `23-Nov-2026 16:00:00.000` of BIND.
pub(super) fn hyphened(date: &str, time: &str, dates: Dates) -> Option<i64> {
    let mut parts = date.split('-');
    let (day, month, year) = (number(parts.next()?, 2)?, month(parts.next()?)?, number(parts.next()?, 4)?);
    Some(days(year, month, day)? * 86_400_000 + clock(time)? - dates.offset_s * 1_000)
}

/// `1795452429`, `1795452429.123`.
pub(super) fn epoch(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds = number(whole, 11)?;
    let millis = fraction.get(..3).unwrap_or(fraction);
    let scale = [0, 100, 10, 1].get(millis.len())?;
    let millis = if millis.is_empty() { 0 } else { number(millis, 3)? * scale };
    Some(seconds * 1_000 + millis)
}

/// The stamps of syslog, which leave the year out: it is told, and goes on where December is followed by January.
#[derive(Debug, Clone, Copy)]
pub(super) struct Syslog {
    dates: Dates,
    year: i64,
    month: i64,
}

impl Syslog {
    pub(super) fn new(dates: Dates) -> Self {
        Self { dates, year: dates.year.unwrap_or(1970), month: 0 }
    }

    /// `Nov`, `23`, `16:47:09`.
    pub(super) fn read(&mut self, name: &str, day: &str, time: &str) -> Option<i64> {
        let (month, day, time) = (month(name).filter(|_| name.len() == 3)?, number(day, 2)?, clock(time)?);
        // A line of last month among those of this one is late, not eleven months early.
        if self.month == 12 && month == 1 {
            self.year = self.year.saturating_add(1).min(9_999);
        }
        self.month = if self.month == 1 && month == 12 { 1 } else { month };
        Some(days(self.year, month, day)? * 86_400_000 + time - self.dates.offset_s * 1_000)
    }
}
