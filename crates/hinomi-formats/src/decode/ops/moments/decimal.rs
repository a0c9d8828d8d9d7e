//! Decimal numbers of any length, as far as a change of epoch and unit needs them; read as bignumber.js reads.

use crate::decode::bake::Oven;
use crate::decode::dish::is_space;
use crate::decode::error::Fault;
use std::borrow::Cow;

/// Digits behind the point that a division keeps, rounded half up.
const PLACES: usize = 20;
/// Exponents beyond this make no number that anybody wrote down for a time.
const EXPONENT_MAX: i64 = 100_000;

/// A number: digits from the highest on, and how many of them stand behind the point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    behind: usize,
}

impl Decimal {
    /// A decimal number, with `0x`, `0o` and `0b` for integers of other bases; `None` for anything else.
    pub(super) fn parse(text: &str, oven: &mut Oven) -> Result<Option<Self>, Fault> {
        let text = without_underscores(trimmed(text), |unit| unit.is_ascii_digit());
        let (negative, unsigned) = signed(&text);
        let prefixed = |mark: [char; 2]| unsigned.strip_prefix('0').and_then(|rest| rest.strip_prefix(mark));
        for (mark, base) in [(['x', 'X'], 16), (['o', 'O'], 8), (['b', 'B'], 2)] {
            if let Some(digits) = prefixed(mark) {
                return Self::of_base(negative, digits, base, oven);
            }
        }
        Self::of_ten(negative, unsigned, oven)
    }

    /// A hexadecimal number in one case of letters, without a prefix; no digits at all are 0.
    pub(super) fn parse_hex(text: &str, oven: &mut Oven) -> Result<Option<Self>, Fault> {
        let text = without_underscores(trimmed(text), |unit| unit.is_ascii_alphanumeric());
        let (negative, digits) = signed(&text);
        if matches!(digits, "" | ".") {
            return Ok(Some(Self { negative: false, digits: vec![0], behind: 0 }));
        }
        Self::of_base(negative, digits, 16, oven)
    }

    fn of_ten(negative: bool, text: &str, oven: &Oven) -> Result<Option<Self>, Fault> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (text, None),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Ok(None);
        }
        let exponent = match exponent {
            None => 0,
            Some(exponent) => {
                let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                if digits.is_empty() || !all_digits(digits) {
                    return Ok(None);
                }
                exponent.parse::<i64>().unwrap_or(i64::MAX)
            }
        };
        if exponent.saturating_abs() > EXPONENT_MAX {
            return Err(Fault::refused(format!("an exponent beyond {EXPONENT_MAX}")));
        }
        oven.room(whole.len().saturating_add(fraction.len()))?;
        let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte.wrapping_sub(b'0')).collect();
        Ok(Some(Self { negative, digits, behind: fraction.len() }.shifted_exactly(exponent)))
    }

    fn of_base(negative: bool, text: &str, base: u32, oven: &mut Oven) -> Result<Option<Self>, Fault> {
        let (text, fraction) = text.split_once('.').unwrap_or((text, ""));
        if !fraction.is_empty() || text.is_empty() {
            return Self::with_fraction(negative, text, fraction, base, oven);
        }
        let cased = !text.bytes().any(|byte| byte.is_ascii_uppercase())
            || !text.bytes().any(|byte| byte.is_ascii_lowercase());
        if text.is_empty() || !cased || !text.chars().all(|digit| digit.is_digit(base)) {
            return Ok(None);
        }
        // In limbs of nine decimal digits, the lowest first; each digit goes through all of them.
        let mut limbs: Vec<u32> = Vec::new();
        for digit in text.chars() {
            let mut carry = u64::from(digit.to_digit(base).unwrap_or(0));
            for limb in &mut limbs {
                let value = u64::from(*limb).saturating_mul(u64::from(base)).saturating_add(carry);
                *limb = u32::try_from(value % 1_000_000_000).unwrap_or(0);
                carry = value / 1_000_000_000;
            }
            if carry > 0 {
                limbs.push(u32::try_from(carry).unwrap_or(0));
            }
            oven.work(limbs.len().saturating_mul(4))?;
        }
        let text: String = limbs.iter().rev().map(|limb| format!("{limb:09}")).collect();
        let digits = text.bytes().map(|byte| byte.wrapping_sub(b'0')).collect();
        Ok(Some(Self { negative, digits, behind: 0 }))
    }

    /// Digits behind the point, in another base than ten: the whole number over a power of the base, which for
    /// these bases is a power of two, so that five times as many decimal digits hold it.
    fn with_fraction(
        negative: bool,
        whole: &str,
        fraction: &str,
        base: u32,
        oven: &mut Oven,
    ) -> Result<Option<Self>, Fault> {
        let bits = usize::try_from(base.ilog2()).unwrap_or(1).saturating_mul(fraction.len());
        oven.work(bits.saturating_mul(whole.len().saturating_add(fraction.len())))?;
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || digits.contains('.') {
            return Ok(None);
        }
        let Some(number) = Self::of_base(negative, &digits, base, oven)? else { return Ok(None) };
        let halved = (0..bits).fold(number, |number, _| {
            // Half of it is five times a tenth.
            let twice = sum(&number.digits, &number.digits);
            let digits = sum(&sum(&twice, &twice), &number.digits);
            Self { digits: stripped(&digits).to_vec(), behind: number.behind.saturating_add(1), ..number }
        });
        Ok(Some(halved.shifted_exactly(0).cut()))
    }

    /// Times ten to this power.
    fn shifted_exactly(mut self, by: i64) -> Self {
        let length = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
        if by < 0 {
            self.behind = self.behind.saturating_add(length);
        } else {
            let fill = length.saturating_sub(self.behind);
            self.behind = self.behind.saturating_sub(length);
            self.digits.extend(std::iter::repeat_n(0, fill));
        }
        let missing = self.behind.saturating_add(1).saturating_sub(self.digits.len());
        self.digits.splice(0..0, std::iter::repeat_n(0, missing));
        self
    }

    /// Times ten to this power; a division keeps [`PLACES`] digits behind the point.
    pub(super) fn shifted(self, by: i64) -> Self {
        let number = self.shifted_exactly(by);
        if by < 0 { number.cut() } else { number }
    }

    /// Cut to [`PLACES`] behind the point.
    fn cut(mut self) -> Self {
        let cut = self.behind.saturating_sub(PLACES);
        if cut > 0 {
            let rest = self.digits.split_off(self.digits.len().saturating_sub(cut));
            self.behind = PLACES;
            if rest.first().is_some_and(|digit| *digit >= 5) {
                self.digits = sum(&self.digits, &[1]);
            }
        }
        self
    }

    /// Less a whole number.
    pub(super) fn minus(self, other: u64, oven: &mut Oven) -> Result<Self, Fault> {
        oven.work(self.digits.len())?;
        let mut taken: Vec<u8> = other.to_string().bytes().map(|byte| byte.wrapping_sub(b'0')).collect();
        taken.extend(std::iter::repeat_n(0, self.behind));
        if self.negative {
            let digits = sum(&self.digits, &taken);
            return Ok(Self { digits, ..self });
        }
        let (larger, smaller) = (stripped(&self.digits), stripped(&taken));
        let less = (larger.len(), larger) < (smaller.len(), smaller);
        let (larger, smaller) = if less { (smaller, larger) } else { (larger, smaller) };
        let digits = difference(larger, smaller);
        Ok(Self { negative: less, digits, behind: self.behind })
    }

    /// Without an exponent, and without zeros that say nothing.
    pub(super) fn to_text(&self) -> String {
        let at = self.digits.len().saturating_sub(self.behind);
        let (whole, fraction) = self.digits.split_at_checked(at).unwrap_or((&self.digits, &[]));
        let letters =
            |digits: &[u8]| digits.iter().map(|digit| char::from(digit.wrapping_add(b'0'))).collect();
        let whole: String = letters(stripped(whole));
        let fraction: String = letters(fraction);
        let fraction = fraction.trim_end_matches('0');
        let mut text = if whole.is_empty() { "0".to_owned() } else { whole };
        if !fraction.is_empty() {
            text.push('.');
            text.push_str(fraction);
        }
        if self.negative && text != "0" { format!("-{text}") } else { text }
    }
}

fn trimmed(text: &str) -> &str {
    let text = text.trim_matches(|next| u16::try_from(u32::from(next)).is_ok_and(is_space));
    text.strip_prefix('+').unwrap_or(text)
}

/// Without the underscores that stand between two such bytes.
fn without_underscores(text: &str, part: fn(&u8) -> bool) -> Cow<'_, str> {
    if !text.contains('_') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let is_part = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(part);
    let parts = |at: usize| is_part(at.checked_sub(1)) && is_part(at.checked_add(1));
    text.char_indices().filter(|(at, next)| *next != '_' || !parts(*at)).map(|(_, next)| next).collect()
}

fn signed(text: &str) -> (bool, &str) {
    text.strip_prefix('-').map_or((false, text), |rest| (true, rest))
}

/// Without zeros in front.
fn stripped(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    digits.get(zeros..).unwrap_or_default()
}

fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let length = a.len().max(b.len()).saturating_add(1);
    let from_behind = |digits: &[u8]| {
        let digits: Vec<u8> = digits.iter().rev().copied().chain(std::iter::repeat(0)).take(length).collect();
        digits
    };
    let mut carry = 0;
    let mut out: Vec<u8> = from_behind(a)
        .into_iter()
        .zip(from_behind(b))
        .map(|(a, b)| {
            let digit = a.saturating_add(b).saturating_add(carry);
            carry = digit / 10;
            digit % 10
        })
        .collect();
    out.reverse();
    out
}

/// Of a number and one that is not larger.
fn difference(larger: &[u8], smaller: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let smaller = smaller.iter().rev().copied().chain(std::iter::repeat(0));
    let mut out: Vec<u8> = larger
        .iter()
        .rev()
        .zip(smaller)
        .map(|(a, b)| {
            let digit = a.saturating_add(10).saturating_sub(b).saturating_sub(borrow);
            borrow = u8::from(digit < 10);
            digit % 10
        })
        .collect();
    out.reverse();
    out
}
