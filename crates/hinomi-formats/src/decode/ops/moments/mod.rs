//! Points in time: UNIX timestamps as dates, Windows' count since 1601 as UNIX timestamps.

mod decimal;

use super::{Baked, Op, Takes, arg};
use crate::decode::args::{Args, Kind, parse_float};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, str_to_text};
use crate::decode::error::Fault;
use decimal::Decimal;

const SECONDS: &str = "Seconds (s)";
const MILLISECONDS: &str = "Milliseconds (ms)";
const MICROSECONDS: &str = "Microseconds (μs)";
const UNITS: &[&str] = &[SECONDS, MILLISECONDS, MICROSECONDS, "Nanoseconds (ns)"];
const LITTLE: &str = "Hex (little endian)";

pub(super) static OPS: &[Op] = &[
    Op {
        name: "From UNIX Timestamp",
        args: &[arg("Units", Kind::Choice(UNITS, 0))],
        run: Takes::Text(from_unix),
    },
    Op {
        name: "Windows Filetime to UNIX Timestamp",
        args: &[
            arg("Output units", Kind::Choice(UNITS, 0)),
            arg("Input format", Kind::Choice(&["Decimal", "Hex (big endian)", LITTLE], 0)),
        ],
        run: Takes::Text(from_filetime),
    },
];

fn from_unix(input: &[u16], args: &Args, _: &mut Oven) -> Baked {
    let number = parse_float(&String::from_utf16_lossy(input));
    let (milliseconds, exact) = match args.choice(0) {
        SECONDS => (number * 1e3, false),
        MILLISECONDS => (number, true),
        MICROSECONDS => (number / 1e3, true),
        _ => (number / 1e6, true),
    };
    Ok(Dish::Text(str_to_text(&format!("{} UTC", date(milliseconds, exact)))))
}

/// The largest distance from 1970 that ECMA-262 has a date for (21.4.1.1), in milliseconds.
const DATE_MAX: f64 = 8.64e15;

/// `Wed 1 January 2020 00:00:00`, with milliseconds when `exact`.
fn date(milliseconds: f64, exact: bool) -> String {
    if milliseconds.is_nan() || milliseconds.abs() > DATE_MAX {
        return "Invalid date".to_owned();
    }
    // In range by the line above.
    let milliseconds = milliseconds.trunc() as i64;
    let (days, rest) = (milliseconds.div_euclid(86_400_000), milliseconds.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    // 1 January 1970 was a Thursday.
    let weekday = pick(&["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"], days.rem_euclid(7));
    let month = pick(&MONTHS, month);
    let year = if year < 0 { format!("-{:04}", year.unsigned_abs()) } else { format!("{year:04}") };
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    let fraction = if exact { format!(".{:03}", rest % 1_000) } else { String::new() };
    format!("{weekday} {day} {month} {year} {hours:02}:{minutes:02}:{seconds:02}{fraction}")
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn pick<'n>(names: &[&'n str], index: i64) -> &'n str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
}

/// Year, month from 0 and day from 1 of a day counted from 1970, in the Gregorian calendar: 400 years of 146,097
/// days, counted from a March.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 2, 0) } else { (month - 10, 1) };
    (era.saturating_mul(400).saturating_add(year).saturating_add(later), month, day)
}

/// 100 nanoseconds each between 1601 and 1970.
const BETWEEN: u64 = 116_444_736_000_000_000;

fn from_filetime(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    if input.is_empty() {
        return Ok(Dish::Text(Vec::new()));
    }
    let swapped: Vec<u16>;
    let format = args.choice(1);
    let text = if format == LITTLE {
        // An odd digit at the end comes first, then the pairs from behind.
        let pairs = input.chunks_exact(2);
        let odd = pairs.remainder();
        swapped = odd.iter().chain(pairs.rev().flatten()).copied().collect();
        swapped.as_slice()
    } else {
        input
    };
    let text = String::from_utf16_lossy(text);
    let number =
        if format == "Decimal" { Decimal::parse(&text, oven)? } else { Decimal::parse_hex(&text, oven)? };
    let shift = match args.choice(0) {
        SECONDS => -7,
        MILLISECONDS => -4,
        MICROSECONDS => -1,
        _ => 2,
    };
    let text = match number {
        Some(number) => number.minus(BETWEEN, oven)?.shifted(shift).to_text(),
        None => match text.trim().trim_start_matches('+') {
            word @ ("Infinity" | "-Infinity" | "NaN") if format == "Decimal" => word.to_owned(),
            _ => return Err(Fault::refused("not a number")),
        },
    };
    oven.room_for_text(text.len())?;
    Ok(Dish::Text(str_to_text(&text)))
}
