//! Extracting what follows a pattern: domains, addresses of machines and people, file paths, hashes, strings.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, push_str};
use crate::decode::error::Fault;
use crate::decode::ops::lines::by_address;
use crate::decode::ops::search::urls::by_letters;
use crate::decode::ops::text::with_case;
use crate::decode::ops::{Baked, Op, Takes, arg};
use crate::decode::regex::{Flags, Regex};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::OnceLock;

const TOTAL: crate::decode::ops::Spec = arg("Display total", Kind::Flag(false));
const SORT: crate::decode::ops::Spec = arg("Sort", Kind::Flag(false));
const UNIQUE: crate::decode::ops::Spec = arg("Unique", Kind::Flag(false));

pub(in crate::decode) static OPS: &[Op] = &[
    Op {
        name: "Extract domains",
        args: &[TOTAL, SORT, UNIQUE, arg("Underscore (DMARC, DKIM, etc)", Kind::Flag(false))],
        run: Takes::Text(domains),
    },
    Op {
        name: "Extract IP addresses",
        args: &[
            arg("IPv4", Kind::Flag(true)),
            arg("IPv6", Kind::Flag(false)),
            arg("Remove local IPv4 addresses", Kind::Flag(false)),
            TOTAL,
            SORT,
            UNIQUE,
        ],
        run: Takes::Text(ip_addresses),
    },
    Op { name: "Extract email addresses", args: &[TOTAL, SORT, UNIQUE], run: Takes::Text(email_addresses) },
    Op {
        name: "Extract file paths",
        args: &[arg("Windows", Kind::Flag(true)), arg("UNIX", Kind::Flag(true)), TOTAL, SORT, UNIQUE],
        run: Takes::Text(file_paths),
    },
    Op {
        name: "Extract hashes",
        args: &[
            arg("Hash character length", Kind::Number(40.0)),
            arg("All hashes", Kind::Flag(false)),
            arg("Display Total", Kind::Flag(false)),
        ],
        run: Takes::Text(hashes),
    },
    Op { name: "Defang IP Addresses", args: &[], run: Takes::Text(defang_addresses) },
    Op {
        name: "Strings",
        args: &[
            arg(
                "Encoding",
                Kind::Choice(&["Single byte", "16-bit littleendian", "16-bit bigendian", "All"], 0),
            ),
            arg("Minimum length", Kind::Number(4.0)),
            arg(
                "Match",
                Kind::Choice(
                    &[
                        "Alphanumeric + punctuation (A)",
                        "All printable chars (A)",
                        "Null-terminated strings (A)",
                        "Alphanumeric + punctuation (U)",
                        "All printable chars (U)",
                        "Null-terminated strings (U)",
                    ],
                    0,
                ),
            ),
            TOTAL,
            SORT,
            UNIQUE,
        ],
        run: Takes::Text(strings),
    },
];

type Order = fn(&[u16], &[u16]) -> Ordering;

/// How to hand over what was found.
struct Wanted {
    total: bool,
    sort: Option<Order>,
    unique: bool,
}

impl Wanted {
    fn of(args: &Args, from: usize, order: Order) -> Self {
        Self {
            total: args.flag(from),
            sort: args.flag(from.saturating_add(1)).then_some(order),
            unique: args.flag(from.saturating_add(2)),
        }
    }
}

fn by_small_letters(a: &[u16], b: &[u16]) -> Ordering {
    let small = |text: &[u16]| with_case(text, str::to_lowercase);
    by_letters(&small(a), &small(b))
}

fn search<'t>(
    input: &'t [u16],
    regex: &Regex,
    without: Option<&Regex>,
    oven: &mut Oven,
) -> Result<Vec<&'t [u16]>, Fault> {
    let mut found = Vec::new();
    for one in regex.find_all(input, oven)? {
        let text = one.text(input, 0).unwrap_or_default();
        let local = without.map_or(Ok(false), |regex| regex.is_in(text, oven))?;
        if !local {
            found.push(text);
        }
    }
    Ok(found)
}

fn list(mut found: Vec<&[u16]>, wanted: &Wanted, oven: &mut Oven) -> Baked {
    if let Some(order) = wanted.sort {
        // Both texts go into small letters at every comparison.
        oven.sorting(found.len(), 8)?;
        super::timsort::sort(&mut found, |a, b| order(a, b));
    }
    if wanted.unique {
        let mut seen = HashSet::new();
        found.retain(|text| seen.insert(*text));
    }
    let mut out = Vec::new();
    if wanted.total {
        push_str(&mut out, &format!("Total found: {}\n\n", found.len()));
    }
    out.extend(found.join(&u16::from(b'\n')));
    Ok(Dish::Text(out))
}

const IGNORE_CASE: Flags =
    Flags { ignore_case: true, multiline: false, dot_all: false, unicode: false, astral: false };

fn domains(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    static PLAIN: OnceLock<Regex> = OnceLock::new();
    static UNDERSCORE: OnceLock<Regex> = OnceLock::new();
    let regex = if args.flag(3) {
        UNDERSCORE.get_or_init(|| {
            Regex::own(
                r"\b((?=[a-z0-9_-]{1,63}\.)(xn--)?[a-z0-9_]+(-[a-z0-9_]+)*\.)+[a-z]{2,63}\b",
                IGNORE_CASE,
            )
        })
    } else {
        PLAIN.get_or_init(|| {
            Regex::own(r"\b((?=[a-z0-9-]{1,63}\.)(xn--)?[a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,63}\b", IGNORE_CASE)
        })
    };
    list(search(input, regex, None, oven)?, &Wanted::of(args, 0, by_small_letters), oven)
}

const IPV4: &str = r"(?:(?:(?<!\d)(?:25[0-5]|2[0-4]\d|1?[0-9]\d|\d)\.){3}(?:(?:25[0-5]|2[0-4]\d|1?[0-9]\d|\d)(?!\d))|(?:(?<!\d)(?:0[1-3]?[0-7]{1,2})\.){3}(?:(?:0[1-3]?[0-7]{1,2})(?!\d)))";
const IPV6: &str = r"((?=.*::)(?!.*::.+::)(::)?([\dA-F]{1,4}:(:|\b)|){5}|([\dA-F]{1,4}:){6})(([\dA-F]{1,4}((?!\3)::|:\b|(?![\dA-F])))|(?!\2\3)){2}";
const LOCAL: &str = r"^(?:10\..+|192\.168\..+|172\.(?:1[6-9]|2\d|3[01])\..+|127\..+)";

fn ip_addresses(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let pattern = match (args.flag(0), args.flag(1)) {
        (true, true) => format!("{IPV4}|{IPV6}"),
        (true, false) => IPV4.to_owned(),
        (false, true) => IPV6.to_owned(),
        (false, false) => return Ok(Dish::Text(Vec::new())),
    };
    let regex = Regex::own(&pattern, IGNORE_CASE);
    let local = args.flag(2).then(|| Regex::own(LOCAL, Flags::default()));
    let found = search(input, &regex, local.as_ref(), oven)?;
    list(found, &Wanted::of(args, 3, by_address), oven)
}

const EMAIL: &str = r#"(?:[\u00A0-\uD7FF\uE000-\uFFFFa-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[\u00A0-\uD7FF\uE000-\uFFFFa-z0-9!#$%&'*+/=?^_`{|}~-]+)*|"(?:[\x01-\x08\x0b\x0c\x0e-\x1f\x21\x23-\x5b\x5d-\x7f]|\\[\x01-\x09\x0b\x0c\x0e-\x7f])*")@(?:(?:[\u00A0-\uD7FF\uE000-\uFFFFa-z0-9](?:[\u00A0-\uD7FF\uE000-\uFFFFa-z0-9-]*[\u00A0-\uD7FF\uE000-\uFFFFa-z0-9])?\.)+[\u00A0-\uD7FF\uE000-\uFFFFa-z0-9](?:[\u00A0-\uD7FF\uE000-\uFFFFa-z0-9-]*[\u00A0-\uD7FF\uE000-\uFFFFa-z0-9])?|\[(?:(?:(2(5[0-5]|[0-4][0-9])|1[0-9][0-9]|[1-9]?[0-9]))\.){3}(?:(2(5[0-5]|[0-4][0-9])|1[0-9][0-9]|[1-9]?[0-9]))\])"#;

fn email_addresses(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    static REGEX: OnceLock<Regex> = OnceLock::new();
    let regex = REGEX.get_or_init(|| Regex::own(EMAIL, IGNORE_CASE));
    let mut found = Vec::new();
    // No address goes beyond a line, or on behind what cannot be part of a host: to look there would only cost.
    for line in input.split(|unit| matches!(unit, 0x0a | 0x0d)) {
        let Some(last) = line.iter().rposition(|unit| *unit == AT) else { continue };
        let host = line.get(last..).unwrap_or_default().iter().skip(1).take_while(|unit| is_of_host(**unit));
        let line = line.get(..last.saturating_add(host.count()).saturating_add(1)).unwrap_or(line);
        let mut from = 0;
        while line.get(from..).is_some_and(|rest| rest.contains(&AT)) {
            let Some(one) = regex.find_at(line, from, oven)? else { break };
            found.push(one.text(line, 0).unwrap_or_default());
            from = one.range().end;
        }
    }
    list(found, &Wanted::of(args, 0, by_small_letters), oven)
}

const AT: u16 = 0x40;

/// Whether a unit may stand behind the `@` of an address.
fn is_of_host(unit: u16) -> bool {
    let ascii = u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || b".-[]".contains(&byte));
    // The pattern ignores case, by which U+017F is an `s`.
    ascii || unit >= 0xa0
}

const WINDOWS_PATH: &str =
    r"[A-Z]:\\(?:[A-Z\d][A-Z\d\- '_\(\)~]{0,61}\\?)*[A-Z\d][A-Z\d\- '_\(\)~]{0,61}(?:\.[A-Z\d]{1,6})?";
const UNIX_PATH: &str = r"(?:/[A-Z\d.][A-Z\d\-.]{0,61})+";

fn file_paths(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let pattern = match (args.flag(0), args.flag(1)) {
        (true, true) => format!("{WINDOWS_PATH}|{UNIX_PATH}"),
        (true, false) => WINDOWS_PATH.to_owned(),
        (false, true) => UNIX_PATH.to_owned(),
        (false, false) => return Ok(Dish::Text(Vec::new())),
    };
    let found = search(input, &Regex::own(&pattern, IGNORE_CASE), None, oven)?;
    list(found, &Wanted::of(args, 2, by_small_letters), oven)
}

fn hashes(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    const ALL_BITS: [u32; 14] = [4, 8, 16, 32, 64, 128, 160, 192, 224, 256, 320, 384, 512, 1_024];
    let lengths: Vec<String> = if args.flag(1) {
        ALL_BITS.iter().map(|bits| (bits / 4).to_string()).collect()
    } else {
        vec![crate::decode::json::number_text(args.number(0))]
    };
    let mut found = Vec::new();
    for length in lengths {
        let regex = Regex::own(&format!(r"(\b|^)[a-f0-9]{{{length}}}(\b|$)"), Flags::default());
        found.extend(search(input, &regex, None, oven)?);
    }
    let mut out = Vec::new();
    if args.flag(2) {
        push_str(&mut out, &format!("Total Results: {}\n\n", found.len()));
    }
    out.extend(found.join(&u16::from(b'\n')));
    oven.room_for_text(out.len())?;
    Ok(Dish::Text(out))
}

const DEFANG_IPV4: &str =
    r"(?:(?:\d|[01]?\d\d|2[0-4]\d|25[0-5])\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d\d|\d)(?:\/\d{1,2})?";
const DEFANG_IPV6: &str = r"((?=.*::)(?!.*::.+::)(::)?([\dA-Fa-f]{1,4}:(:|\b)|){5}|([\dA-Fa-f]{1,4}:){6})((([\dA-Fa-f]{1,4}((?!\3)::|:\b|(?![\dA-Fa-f])))|(?!\2\3)){2}|(((2[0-4]|1\d|[1-9])?\d|25[0-5])\.?\b){4})";

fn defang_addresses(input: &[u16], _: &Args, oven: &mut Oven) -> Baked {
    let text = bracketed(input, DEFANG_IPV4, u16::from(b'.'), oven)?;
    Ok(Dish::Text(bracketed(&text, DEFANG_IPV6, u16::from(b':'), oven)?))
}

/// The text with brackets round a unit wherever it stands in a match.
fn bracketed(text: &[u16], pattern: &str, unit: u16, oven: &mut Oven) -> Result<Vec<u16>, Fault> {
    let regex = Regex::own(pattern, Flags::default());
    let mut out = Vec::with_capacity(text.len());
    let mut kept = 0;
    for found in regex.find_all(text, oven)? {
        let range = found.range();
        out.extend_from_slice(text.get(kept..range.start).unwrap_or_default());
        kept = range.end;
        for held in text.get(range).unwrap_or_default() {
            if *held == unit {
                out.extend([0x5b, unit, 0x5d]);
            } else {
                out.push(*held);
            }
        }
    }
    out.extend_from_slice(text.get(kept..).unwrap_or_default());
    Ok(out)
}

fn strings(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    let kind = args.choice(2);
    let class = match kind {
        "Alphanumeric + punctuation (A)" => "[A-Z\\d/\\-:.,_$%'\"()<>= !\\[\\]{}@]",
        "Alphanumeric + punctuation (U)" => "[\\pL\\pN\\pP\\pZ]",
        "All printable chars (U)" | "Null-terminated strings (U)" => "[\\pL\\pM\\pZ\\pS\\pN\\pP]",
        _ => "[\x20-\x7e]",
    };
    let unit = match args.choice(0) {
        "All" => format!("(\0?{class}\0?)"),
        "16-bit littleendian" => format!("({class}\0)"),
        "16-bit bigendian" => format!("(\0{class})"),
        _ => class.to_owned(),
    };
    let end = if kind.starts_with("Null-terminated") { "\0" } else { "" };
    let least = crate::decode::json::number_text(args.number(1));
    let pattern: Vec<u16> = format!("{unit}{{{least},}}{end}").encode_utf16().collect();
    let regex = Regex::xregexp(&pattern, IGNORE_CASE).map_err(Fault::Refused)?;
    list(search(input, &regex, None, oven)?, &Wanted::of(args, 3, by_small_letters), oven)
}
