//! Dates of mail (RFC 5322, 3.3 and 4.3), and the other forms that are met.

/// Seconds since 1970-01-01T00:00:00Z, `None` when the text is no date.
pub(super) fn parse(text: &str) -> Option<i64> {
    // A comment such as `(JST)` says nothing that the offset does not.
    let text = text.split('(').next().unwrap_or(text).trim();
    iso(text).or_else(|| words(text))
}

/// `[Thu,] 23 Jul 2020 09:15:00 +0900`, and C's `Thu Jul 23 09:15:00 2020`, in any order of the words.
fn words(text: &str) -> Option<i64> {
    let (mut day, mut month, mut year, mut clock, mut offset) = (None, None, None, None, None);
    for word in text.split(|c: char| c.is_whitespace() || c == ',').flat_map(unhyphened).take(16) {
        let word = word.trim_matches('.');
        if word.contains(':') {
            clock = clock.or(clock_seconds(word));
        } else if let Some(found) = month_number(word) {
            month = month.or(Some(found));
        } else if word.bytes().all(|byte| byte.is_ascii_digit()) && !word.is_empty() {
            let number: i64 = word.parse().ok()?;
            if day.is_none() && word.len() <= 2 {
                day = Some(number);
            } else if year.is_none() {
                year = Some(full_year(number, word.len()));
            }
        } else if let Some(found) = zone_seconds(word) {
            offset = offset.or(Some(found));
        }
    }
    seconds(year?, month?, day?, clock?, offset.unwrap_or(0))
}

/// The parts of `23-Jul-2020`; an offset such as `-0500` stays whole.
fn unhyphened(word: &str) -> impl Iterator<Item = &str> {
    let (head, tail) = if word.starts_with('-') { (Some(word), None) } else { (None, Some(word.split('-'))) };
    head.into_iter().chain(tail.into_iter().flatten())
}

/// RFC 3339: `2020-07-23T09:15:00+09:00`.
fn iso(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', ' '])?;
    let mut numbers = date.split('-').map(|number| number.parse::<i64>().ok());
    let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let time = time.trim();
    let end = time.find(['Z', '+', '-', ' ']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(end)?;
    let offset = if zone.trim().is_empty() { 0 } else { zone_seconds(&zone.trim().replace(':', ""))? };
    seconds(year, month, day, clock_seconds(clock.split('.').next()?)?, offset)
}

/// Two and three digits count from 1900 or 2000 (RFC 5322, 4.3).
fn full_year(number: i64, digits: usize) -> i64 {
    match (digits, number) {
        (..=2, ..50) => number.saturating_add(2000),
        (..=3, _) => number.saturating_add(1900),
        _ => number,
    }
}

fn clock_seconds(word: &str) -> Option<i64> {
    let mut numbers = word.splitn(3, ':').map(|number| number.parse::<i64>().ok());
    let (hour, minute) = (numbers.next()??, numbers.next()??);
    let second = numbers.next().unwrap_or(Some(0))?;
    let good = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    good.then(|| hour * 3600 + minute * 60 + second)
}

fn month_number(word: &str) -> Option<i64> {
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let head = word.get(..3)?.to_ascii_lowercase();
    let at = months.iter().position(|month| *month == head)?;
    let spelt = word.len() == 3 || word.bytes().all(|byte| byte.is_ascii_alphabetic());
    i64::try_from(at).ok()?.checked_add(1).filter(|_| spelt)
}

/// `+0900`, `JST`, `GMT`; the military letters mean nothing any more (RFC 5322, 4.3).
fn zone_seconds(word: &str) -> Option<i64> {
    if let Some(digits) = word.strip_prefix(['+', '-']) {
        let number: i64 = digits.get(..4).filter(|_| digits.len() == 4)?.parse().ok()?;
        let seconds = (number / 100) * 3600 + (number % 100) * 60;
        return Some(if word.starts_with('-') { -seconds } else { seconds });
    }
    let hours = match word.to_ascii_uppercase().as_str() {
        "UT" | "UTC" | "GMT" | "Z" => 0,
        "JST" | "KST" => 9,
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        "CET" | "BST" => 1,
        "CEST" => 2,
        _ => return None,
    };
    Some(hours * 3600)
}

/// Checked, so that no impossible day becomes a possible one.
fn seconds(year: i64, month: i64, day: i64, clock: i64, offset: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if !(1900..=9999).contains(&year) || !(1..=days).contains(&day) {
        return None;
    }
    // Days of the proleptic Gregorian calendar, years starting in March so that leap days come last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_era = 365 * (y % 400) + (y % 400) / 4 - (y % 400) / 100 + (153 * m + 2) / 5 + day - 1;
    let days = (y / 400) * 146_097 + day_of_era - 719_468;
    Some(days * 86_400 + clock - offset)
}
