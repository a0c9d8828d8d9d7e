//! Nouns to column values and back.

use crate::StoreError;
use hinomi_model::{AssetId, Fingerprint, Severity, Status};
use jiff::Timestamp;

/// Microseconds since 1970: finer parts of a second are not kept.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.as_microsecond()
}

pub(crate) fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| StoreError::corrupt(format!("{micros} is no time")))
}

/// 0 is the worst, so that lists come worst first by plain order.
pub(crate) fn rank(severity: Severity) -> i64 {
    match severity {
        Severity::Critical => 0,
        Severity::High => 1,
        Severity::Medium => 2,
        Severity::Low => 3,
        Severity::Info => 4,
    }
}

pub(crate) fn severity(rank: i64) -> Result<Severity, StoreError> {
    let found = usize::try_from(rank).ok().and_then(|at| Severity::WORST_FIRST.get(at));
    found.copied().ok_or_else(|| StoreError::corrupt(format!("{rank} is no severity")))
}

/// All statuses.
pub(crate) const STATUSES: [Status; 5] =
    [Status::New, Status::Open, Status::Reopened, Status::Suppressed, Status::Fixed];

pub(crate) fn status(word: &str) -> Result<Status, StoreError> {
    let found = STATUSES.into_iter().find(|status| status.as_str() == word);
    found.ok_or_else(|| StoreError::corrupt(format!("{word:?} is no status")))
}

/// The 16 bytes behind the prefix.
pub(crate) fn fingerprint_bytes(fingerprint: &Fingerprint) -> Vec<u8> {
    let hex = fingerprint.as_str().trim_start_matches(PREFIX).as_bytes();
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|n| u8::try_from(n).ok()).unwrap_or(0);
    hex.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | nibble(*digit))).collect()
}

pub(crate) fn fingerprint(bytes: &[u8]) -> Result<Fingerprint, StoreError> {
    let text = format!("{PREFIX}{}", hex(bytes));
    text.parse().map_err(|_| StoreError::corrupt(format!("{text:?} is no finding id")))
}

const PREFIX: &str = "hnm1:";

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

pub(crate) fn asset(name: String) -> Result<AssetId, StoreError> {
    AssetId::try_from(name).map_err(|bad| StoreError::corrupt(format!("{:?} is no asset", bad.0)))
}

pub(crate) fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
