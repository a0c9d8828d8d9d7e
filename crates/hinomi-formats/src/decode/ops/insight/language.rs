//! Which language bytes are of, by how often each occurs (Pearson's chi-squared), as Magic asks it.

use super::logarithm::ln;
use std::io::Read;
use std::sync::OnceLock;

/// How many of the table are the common ones, asked unless all are wanted.
const COMMON: usize = 39;
/// Stands for a byte that does not occur: an expected value of 0 would divide by it.
const NEVER: f64 = 0.0001;

/// A language, how far the bytes are from it, and how probable it is that they are of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Likeness {
    /// The code, much as ISO 639 has it.
    pub(super) code: &'static str,
    pub(super) score: f64,
    pub(super) probability: f64,
}

struct Table {
    codes: Vec<&'static str>,
    /// 256 percentages a language.
    shares: Vec<f64>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let codes: Vec<&str> = names().map(|(code, _)| code).collect();
        let mut packed = flate2::read::DeflateDecoder::new(include_bytes!("languages.deflate").as_slice());
        let mut bytes = Vec::new();
        // The table is part of the program; one that does not unpack knows no language, and a test reads them all.
        _ = packed.read_to_end(&mut bytes);
        let (pairs, _) = bytes.as_chunks::<2>();
        let share = |pair: &[u8; 2]| match u16::from_le_bytes(*pair) {
            0 => NEVER,
            thousandths => f64::from(thousandths) / 1_000.0,
        };
        Table { codes, shares: pairs.iter().map(share).collect() }
    })
}

fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("languages.txt").lines().filter_map(|line| line.split_once('\t'))
}

/// The English name of a language.
pub(super) fn name(code: &str) -> &'static str {
    names().find(|(held, _)| *held == code).map_or("", |(_, name)| name)
}

/// The likeness to each language, the likeliest first; `shares` are the percentages of the 256 bytes.
pub(super) fn likenesses(shares: &[f64; 256], all: bool) -> Vec<Likeness> {
    let table = table();
    let wanted = if all { table.codes.len() } else { COMMON };
    let mut found: Vec<Likeness> = table
        .codes
        .iter()
        .zip(table.shares.chunks(256))
        .take(wanted)
        .map(|(code, expected)| {
            let score = shares.iter().zip(expected).fold(0.0, |sum, (seen, expected)| {
                let off = seen - expected;
                sum + off * off / expected
            });
            Likeness { code, score, probability: 1.0 - cumulative(score) }
        })
        .collect();
    found.sort_by(|a, b| a.score.total_cmp(&b.score));
    found
}

/// The chi-squared distribution of 255 degrees of freedom.
fn cumulative(score: f64) -> f64 {
    let (x, a) = (score / 2.0, 127.5);
    if x <= 0.0 {
        return 0.0;
    }
    let scale = (a * ln(x) - x - ln_gamma()).exp();
    if x < a + 1.0 {
        let (mut sum, mut term, mut i) = (1.0 / a, 1.0 / a, 1.0);
        // Falls below the bound after a few hundred terms.
        while term > sum * 0.00001 {
            term *= x / (a + i);
            sum += term;
            i += 1.0;
        }
        return sum * scale;
    }
    let (mut a0, mut b0, mut a1, mut b1, mut last, mut n) = (0.0, 1.0, 1.0, x, 0.0, 0.0);
    // A continued fraction, which settles in a few dozen steps; no number ends it at once.
    while f64::abs((a1 - last) / a1) > 0.00001 && n < 100_000.0 {
        last = a1;
        n += 1.0;
        a0 = a1 + (n - a) * a0;
        b0 = b1 + (n - a) * b0;
        a1 = x * a0 + n * a1;
        b1 = x * b0 + n * b1;
        a0 /= b1;
        b0 /= b1;
        a1 /= b1;
        b1 = 1.0;
    }
    1.0 - scale * a1
}

/// The logarithm of the gamma function at half of 255 (Spouge's approximation).
fn ln_gamma() -> f64 {
    const G: f64 = 607.0 / 128.0;
    const P: [f64; 15] = [
        0.999_999_999_999_997_1,
        57.156_235_665_862_92,
        -59.597_960_355_475_49,
        14.136_097_974_741_746,
        -0.491_913_816_097_620_2,
        0.339_946_499_848_118_9e-4,
        0.465_236_289_270_485_8e-4,
        -0.983_744_753_048_795_7e-4,
        0.158_088_703_224_912_5e-3,
        -0.210_264_441_724_104_9e-3,
        0.217_439_618_115_212_63e-3,
        -0.164_318_106_536_763_9e-3,
        0.844_182_239_838_527_4e-4,
        -0.261_908_384_015_814_1e-4,
        0.368_991_826_595_316_2e-5,
    ];
    let z = 127.5;
    let (first, rest) = P.split_first().map_or((0.0, &[][..]), |(first, rest)| (*first, rest));
    let terms: Vec<(f64, f64)> = rest.iter().copied().zip((1..).map(f64::from)).collect();
    let x = terms.iter().rev().fold(first, |sum, (p, i)| sum + p / (z + i));
    let t = z + G + 0.5;
    0.5 * ln(2.0 * std::f64::consts::PI) + (z + 0.5) * ln(t) - t + ln(x) - ln(z)
}
