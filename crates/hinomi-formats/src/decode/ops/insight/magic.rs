//! Magic: which operations would make sense of the input, tried one behind the other, and how good what comes out
//! looks.
//!
//! Of the operations whose checks fit, those of this version are tried; the others are named among those that
//! match, so that nobody takes their silence for an answer.

use super::entropy;
use super::file_type;
use super::language::{self, Likeness};
use super::logarithm::ln;
use crate::decode::Step;
use crate::decode::args::Args;
use crate::decode::bake::{Oven, bake_one};
use crate::decode::dish::{Dish, bytes_to_text, str_to_text, text_to_bytes};
use crate::decode::error::Fault;
use crate::decode::json::{self, Json};
use crate::decode::ops::code::json5::{self, Syntax};
use crate::decode::ops::search::timsort;
use crate::decode::ops::written::charset;
use crate::decode::regex::{Flags, Regex};
use std::cell::Cell;
use std::cmp::Ordering;
use std::f64::consts::LN_2;
use std::sync::OnceLock;

/// How deep and how wide to look.
pub(in crate::decode) struct Search {
    /// Operations behind one another.
    pub(in crate::decode) depth: f64,
    /// Also XOR with every byte, rotations and code pages, on the first 100 bytes.
    pub(in crate::decode) intensive: bool,
    /// All languages instead of the common ones.
    pub(in crate::decode) all_languages: bool,
    /// What the result must hold.
    pub(in crate::decode) crib: Option<Regex>,
    /// Every language of every result, also those that nothing is likely to be in; for a step behind that reads them.
    pub(in crate::decode) every_likeness: bool,
    /// Also what CyberChef does not look for: PowerShell's own encoding.
    pub(in crate::decode) powershell: bool,
}

/// When an operation thinks that it is meant.
struct Check {
    op: String,
    pattern: Option<Regex>,
    /// With the flag `g` a pattern starts where its last match ended, which is the page's own slip.
    moving: bool,
    args: Vec<Json>,
    useful: bool,
    entropy: Option<(f64, f64)>,
    output: Option<Output>,
    /// The row as it is, for handing on.
    row: Json,
}

/// What the output of an operation must look like.
struct Output {
    pattern: Option<Regex>,
    mime: Option<String>,
}

/// One step of a recipe that was tried.
#[derive(Clone)]
struct Tried {
    op: String,
    args: Vec<Json>,
}

/// One result.
struct Candidate {
    recipe: Vec<Tried>,
    snippet: Vec<u16>,
    languages: Vec<Likeness>,
    file_type: Option<&'static file_type::FileType>,
    utf8: bool,
    entropy: f64,
    matching: Vec<usize>,
    useful: bool,
    crib: Option<bool>,
}

fn checks() -> &'static [Check] {
    static CHECKS: OnceLock<Vec<Check>> = OnceLock::new();
    CHECKS.get_or_init(|| {
        let limits = crate::Limits::desk();
        let mut oven = Oven::new(&limits);
        let rows = [include_str!("checks.ndjson"), include_str!("checks_own.ndjson")];
        let lines = rows.iter().flat_map(|rows| rows.lines());
        lines
            .filter_map(|line| check(json5::read(&str_to_text(line), Syntax::Json, &mut oven).ok()?))
            .collect()
    })
}

/// Checks of ours, behind those of the page.
fn own_checks() -> usize {
    include_str!("checks.ndjson").lines().count()
}

fn check(row: Json) -> Option<Check> {
    let text = |row: &Json, key: &str| row.get(key).and_then(Json::as_text).map(<[u16]>::to_vec);
    let regex = |row: &Json| {
        let pattern = text(row, "pattern")?;
        let flags = String::from_utf16_lossy(&text(row, "flags").unwrap_or_default());
        let flags =
            Flags { ignore_case: flags.contains('i'), multiline: flags.contains('m'), ..Flags::default() };
        Regex::native(&pattern, flags).ok()
    };
    let entropy = match row.get("entropyRange") {
        Some(Json::List(range)) => match range.as_slice() {
            [Json::Number(low), Json::Number(high)] => Some((*low, *high)),
            _ => None,
        },
        _ => None,
    };
    let args = match row.get("args") {
        Some(Json::List(args)) => args.clone(),
        _ => Vec::new(),
    };
    let output = row.get("output").map(|output| Output {
        pattern: regex(output),
        mime: text(output, "mime").map(|mime| String::from_utf16_lossy(&mime)),
    });
    Some(Check {
        op: String::from_utf16_lossy(&text(&row, "op")?),
        pattern: regex(&row),
        moving: text(&row, "flags").is_some_and(|flags| flags.contains(&u16::from(b'g'))),
        args,
        useful: matches!(row.get("useful"), Some(Json::Flag(true))),
        entropy,
        output,
        row,
    })
}

/// Everything that was tried and is worth a look, the best first.
pub(in crate::decode) fn search(input: &[u8], search: &Search, oven: &mut Oven) -> Result<Json, Fault> {
    let mut finder = Finder { search, last: checks().iter().map(|_| Cell::new(0)).collect() };
    let mut options = finder.speculate(input, search.depth, search.intensive, &[], false, oven)?;
    if search.crib.is_some() {
        options.retain(|option| option.crib == Some(true));
    }
    let mut list = Vec::with_capacity(options.len());
    let mut held = 0_usize;
    for mut option in options {
        if !search.every_likeness {
            // None is likely that comes behind one that is not.
            let likely = option.languages.iter().take_while(|language| language.probability > 0.0).count();
            option.languages.truncate(likely.max(1));
        }
        held = held.saturating_add(option.held()).saturating_add(JSON_BYTES);
        let languages = option.languages.len().saturating_mul(LANGUAGE_BYTES);
        held = held.saturating_add(languages);
        oven.room(held)?;
        list.push(to_json(&option));
    }
    Ok(Json::List(list))
}

/// Memory that a result takes when handed on, about, besides what it was found with.
const JSON_BYTES: usize = 4 << 10;
/// The same for each of its languages.
const LANGUAGE_BYTES: usize = 512;

impl Candidate {
    /// Bytes held in memory, about.
    fn held(&self) -> usize {
        let languages = self.languages.len().saturating_mul(size_of::<Likeness>());
        let steps = self.recipe.len().saturating_mul(STEP_BYTES);
        languages.saturating_add(steps).saturating_add(1 << 10)
    }
}

/// Memory that one step of a recipe takes that was tried, about.
const STEP_BYTES: usize = 512;

struct Finder<'s> {
    search: &'s Search,
    /// Where the last match of a moving pattern ended.
    last: Vec<Cell<usize>>,
}

impl Finder<'_> {
    fn speculate(
        &mut self,
        input: &[u8],
        depth: f64,
        intensive: bool,
        recipe: &[Tried],
        useful: bool,
        oven: &mut Oven,
    ) -> Result<Vec<Candidate>, Fault> {
        if depth < 0.0 {
            return Ok(Vec::new());
        }
        // Each language is held against the shares of all bytes.
        let languages = if self.search.all_languages { 64 << 10 } else { 16 << 10 };
        oven.work(input.len().saturating_add(languages))?;
        let text = bytes_to_text(input);
        let shares = shares(input);
        let entropy = entropy_of(&shares);
        let matching = self.matching(&text, entropy, oven)?;
        let crib = self.search.crib.as_ref().map(|crib| crib.is_in(&text, oven)).transpose()?;
        let mut results = vec![Candidate {
            recipe: recipe.to_vec(),
            snippet: text.get(..100).unwrap_or(&text).to_vec(),
            languages: if input.is_empty() {
                Vec::new()
            } else {
                language::likenesses(&shares, self.search.all_languages)
            },
            file_type: file_type::types(input).next(),
            utf8: is_utf8(input),
            entropy,
            matching: matching.clone(),
            useful,
            crib,
        }];
        drop(text);
        let mut held = 0;
        for place in matching {
            let Some(check) = checks().get(place) else { continue };
            let Some(output) = tried(check, input, oven)? else { continue };
            let repeats = recipe.last().is_some_and(|last| last.op == check.op) && output == input;
            if output.is_empty() || repeats || !self.fits(check, &output, oven)? {
                continue;
            }
            let mut longer = recipe.to_vec();
            longer.push(Tried { op: check.op.clone(), args: check.args.clone() });
            let more = self.speculate(&output, depth - 1.0, intensive, &longer, check.useful, oven)?;
            add(&mut results, more, &mut held, oven)?;
        }
        if intensive {
            for (conf, data) in brute_force(input.get(..100).unwrap_or(input), oven)? {
                let mut longer = recipe.to_vec();
                longer.push(conf);
                let more = self.speculate(&data, depth - 1.0, false, &longer, false, oven)?;
                add(&mut results, more, &mut held, oven)?;
            }
        }
        Ok(sorted(results))
    }

    /// The places of the checks that the input passes.
    fn matching(&self, text: &[u16], entropy: f64, oven: &mut Oven) -> Result<Vec<usize>, Fault> {
        let mut found = Vec::new();
        let count = if self.search.powershell { checks().len() } else { own_checks() };
        for ((place, check), last) in checks().iter().enumerate().zip(&self.last).take(count) {
            if check.entropy.is_some_and(|(low, high)| entropy < low || entropy > high) {
                continue;
            }
            if let Some(pattern) = &check.pattern {
                let from = if check.moving { last.get() } else { 0 };
                let here = if from > text.len() { None } else { pattern.find_at(text, from, oven)? };
                last.set(here.as_ref().map_or(0, |found| found.range().end));
                if here.is_none() {
                    continue;
                }
            }
            found.push(place);
        }
        Ok(found)
    }

    fn fits(&self, check: &Check, output: &[u8], oven: &mut Oven) -> Result<bool, Fault> {
        let Some(wanted) = &check.output else { return Ok(true) };
        if let Some(pattern) = &wanted.pattern
            && !pattern.is_in(&bytes_to_text(output), oven)?
        {
            return Ok(false);
        }
        let typed = |mime: &String| file_type::types(output).any(|kind| kind.mime.starts_with(mime.as_str()));
        Ok(wanted.mime.as_ref().is_none_or(typed))
    }
}

/// Adds results to those of one level, as long as there is room for all of them.
fn add(
    results: &mut Vec<Candidate>,
    more: Vec<Candidate>,
    held: &mut usize,
    oven: &Oven,
) -> Result<(), Fault> {
    *held = more.iter().map(Candidate::held).fold(*held, usize::saturating_add);
    results.extend(more);
    oven.room(held.saturating_mul(2))
}

/// The output of an operation; none when this version does not have it, or when it refuses.
fn tried(check: &Check, input: &[u8], oven: &mut Oven) -> Result<Option<Vec<u8>>, Fault> {
    let Some(op) = crate::decode::ops::find(&check.op) else { return Ok(None) };
    let mut args = Vec::with_capacity(op.args.len());
    for (index, spec) in op.args.iter().enumerate() {
        let given = check.args.get(index);
        let Ok(arg) = spec.prepare(given) else { return Ok(None) };
        args.push(arg);
    }
    let step = Step { op, args: Args(args), disabled: false, breakpoint: false, fault: None };
    match bake_one(&step, Dish::Bytes(input.to_vec()), oven).and_then(|dish| dish.into_bytes(oven)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Fault::Refused(_)) => Ok(None),
        Err(limit) => Err(limit),
    }
}

/// Each byte's percentage.
fn shares(input: &[u8]) -> [f64; 256] {
    let length = input.len() as f64;
    let counts = entropy::counts(input);
    let mut shares = [0.0; 256];
    if !input.is_empty() {
        for (share, count) in shares.iter_mut().zip(counts) {
            *share = f64::from(count) / length * 100.0;
        }
    }
    shares
}

fn entropy_of(shares: &[f64; 256]) -> f64 {
    let parts = shares.iter().map(|share| share / 100.0).filter(|part| *part != 0.0);
    -parts.fold(0.0, |sum, part| sum + part * ln(part) / LN_2)
}

/// UTF-8 without control characters but tab and line ends (RFC 3629).
fn is_utf8(input: &[u8]) -> bool {
    let control = |byte: &u8| (*byte < 0x20 && !matches!(byte, 0x09 | 0x0a | 0x0d)) || *byte == 0x7f;
    std::str::from_utf8(input).is_ok() && !input.iter().any(control)
}

/// Every key, rotation and code page on a sample; code pages only where they change it.
fn brute_force(sample: &[u8], oven: &mut Oven) -> Result<Vec<(Tried, Vec<u8>)>, Fault> {
    let mut out = Vec::new();
    for key in 1..=255_u8 {
        let toggle = Json::Map(vec![
            (str_to_text("option"), json::text("Hex")),
            (str_to_text("string"), json::text(&format!("{key:x}"))),
        ]);
        let args = vec![toggle, json::text("Standard"), Json::Flag(false)];
        out.push((Tried { op: "XOR".to_owned(), args }, sample.iter().map(|byte| byte ^ key).collect()));
    }
    for by in 1..8_u32 {
        let args = vec![Json::Number(f64::from(by)), Json::Flag(false)];
        let turned = sample.iter().map(|byte| byte.rotate_right(by)).collect();
        out.push((Tried { op: "Rotate right".to_owned(), args }, turned));
    }
    let text = bytes_to_text(sample);
    for op in ["Encode text", "Decode text"] {
        for (label, page) in charset::pages().filter(|(_, page)| !page.throws()) {
            oven.work(sample.len())?;
            let output = match op {
                "Encode text" => page.encode(&text),
                _ => match page.decode(sample) {
                    decoded if decoded.broken => continue,
                    decoded => text_to_bytes(&decoded.text),
                },
            };
            if output != sample {
                out.push((Tried { op: op.to_owned(), args: vec![json::text(label)] }, output));
            }
        }
    }
    Ok(out)
}

/// Without what helps nobody, the best first.
fn sorted(results: Vec<Candidate>) -> Vec<Candidate> {
    let mut kept: Vec<Option<Candidate>> = results
        .into_iter()
        .filter(|result| {
            let likely = result.languages.first().is_some_and(|best| best.probability > 0.0);
            let known = likely || result.file_type.is_some() || result.utf8;
            (result.useful || !result.snippet.is_empty())
                && (known || !result.matching.is_empty() || result.crib == Some(true))
        })
        .map(Some)
        .collect();
    let mut order: Vec<(usize, f64, bool, bool)> = kept
        .iter()
        .flatten()
        .enumerate()
        .map(|(place, result)| (place, score(result), result.recipe.is_empty(), result.matching.is_empty()))
        .collect();
    timsort::sort(&mut order, |a, b| {
        // The input itself, when something could be made of it, stands behind everything.
        if a.2 && !a.3 && !b.2 {
            return Ordering::Greater;
        }
        if b.2 && !b.3 && !a.2 {
            return Ordering::Less;
        }
        a.1.partial_cmp(&b.1).unwrap_or(Ordering::Equal)
    });
    order.iter().filter_map(|(place, ..)| kept.get_mut(*place).and_then(Option::take)).collect()
}

/// The lower, the better.
fn score(result: &Candidate) -> f64 {
    let mut score = result.languages.first().map_or(f64::NAN, |best| best.score);
    if result.utf8 {
        score -= 100.0;
    }
    if result.file_type.is_some() && score > 500.0 {
        score = 500.0;
    }
    if result.useful && score > 100.0 {
        score = 100.0;
    }
    score + result.recipe.len() as f64 + result.entropy
}

fn object(entries: Vec<(&str, Json)>) -> Json {
    Json::Map(entries.into_iter().map(|(key, value)| (str_to_text(key), value)).collect())
}

fn tried_json(tried: &Tried) -> Json {
    object(vec![("op", json::text(&tried.op)), ("args", Json::List(tried.args.clone()))])
}

/// As the page hands it on.
fn to_json(option: &Candidate) -> Json {
    let languages = option.languages.iter().map(|likeness| {
        object(vec![
            ("lang", json::text(likeness.code)),
            ("score", Json::Number(likeness.score)),
            ("probability", Json::Number(likeness.probability)),
        ])
    });
    let languages = match option.languages.is_empty() {
        true => vec![object(vec![("lang", json::text("Unknown"))])],
        false => languages.collect(),
    };
    let kind = option.file_type.map_or(Json::Null, |kind| {
        object(vec![
            ("name", json::text(kind.name)),
            ("ext", json::text(kind.endings)),
            ("mime", json::text(&kind.mime.replace("\\t", "\t"))),
            ("desc", json::text(kind.description)),
        ])
    });
    let matching = option.matching.iter().filter_map(|place| checks().get(*place)).map(|check| {
        let mut row = vec![("op", json::text(&check.op))];
        // A pattern is an object without entries there, and none is null.
        row.push(("pattern", if check.pattern.is_some() { Json::Map(Vec::new()) } else { Json::Null }));
        row.push(("args", Json::List(check.args.clone())));
        for key in ["useful", "entropyRange", "output"] {
            row.extend(check.row.get(key).map(|value| (key, value.clone())));
        }
        object(row)
    });
    object(vec![
        ("recipe", Json::List(option.recipe.iter().map(tried_json).collect())),
        ("data", Json::Text(option.snippet.clone())),
        ("languageScores", Json::List(languages)),
        ("fileType", kind),
        ("isUTF8", Json::Flag(option.utf8)),
        ("entropy", Json::Number(option.entropy)),
        ("matchingOps", Json::List(matching.collect())),
        ("useful", Json::Flag(option.useful)),
        ("matchesCrib", option.crib.map_or(Json::Null, Json::Flag)),
    ])
}

/// The name of the language of a result that Magic handed on.
pub(in crate::decode) fn language_name(code: &str) -> &'static str {
    language::name(code)
}
