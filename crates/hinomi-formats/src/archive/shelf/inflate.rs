//! Deflate (RFC 1951) under limits.

use crate::Limits;
use flate2::{Decompress, FlushDecompress, Status};

/// The ratio is looked at once this much came out: small files may well be all one letter.
const RATIO_FROM_BYTES: u64 = 1 << 20;
/// Output is grown by at least this and at most this at a time, whatever the headers claim.
const STEP_BYTES_MIN: usize = 4 << 10;
const STEP_BYTES_MAX: usize = 256 << 10;

/// Why unpacking ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::archive) enum Ended {
    /// At the end of the stream.
    Whole,
    /// At the end of the input, before the end of the stream.
    Truncated,
    /// At bytes that are no deflate stream.
    Corrupt,
    /// At `ratio_max`.
    Ratio,
    /// At the allowance.
    Allowance,
}

/// What came out of one stream.
pub(in crate::archive) struct Inflated {
    pub(in crate::archive) ended: Ended,
    /// Input bytes used.
    pub(in crate::archive) consumed: usize,
}

/// An inflater whose window is reused for all entries of an archive.
pub(in crate::archive) struct Inflater {
    state: Decompress,
}

impl Inflater {
    pub(in crate::archive) fn new() -> Self {
        Self { state: Decompress::new(false) }
    }

    /// Unpacks `packed` behind `out`. At most `allowance` bytes are added; `hint` is the claimed size.
    pub(in crate::archive) fn run(
        &mut self,
        packed: &[u8],
        out: &mut Vec<u8>,
        hint: u64,
        allowance: u64,
        limits: &Limits,
    ) -> Inflated {
        self.state.reset(false);
        let before = out.len();
        let mut step = usize::try_from(hint).unwrap_or(usize::MAX).clamp(STEP_BYTES_MIN, STEP_BYTES_MAX);
        loop {
            let consumed = usize::try_from(self.state.total_in()).unwrap_or(usize::MAX);
            let produced = out.len().saturating_sub(before) as u64;
            if produced > allowance {
                out.truncate(before.saturating_add(usize::try_from(allowance).unwrap_or(usize::MAX)));
                return Inflated { ended: Ended::Allowance, consumed };
            }
            if produced > RATIO_FROM_BYTES && produced / (consumed.max(1) as u64) > limits.ratio_max {
                return Inflated { ended: Ended::Ratio, consumed };
            }
            if out.len() == out.capacity() {
                out.reserve_exact(step);
                // Doubling keeps copies few; the ceiling keeps the overshoot of a limit small.
                step = out.len().clamp(STEP_BYTES_MIN, STEP_BYTES_MAX.max(out.len() / 2));
            }
            let rest = packed.get(consumed..).unwrap_or_default();
            let status = self.state.decompress_vec(rest, out, FlushDecompress::None);
            let now = usize::try_from(self.state.total_in()).unwrap_or(usize::MAX);
            let stuck = now == consumed && out.len().saturating_sub(before) as u64 == produced;
            let ended = match status {
                Ok(Status::StreamEnd) => Ended::Whole,
                Err(_) => Ended::Corrupt,
                Ok(_) if stuck && out.len() < out.capacity() => Ended::Truncated,
                Ok(_) => continue,
            };
            let over = out.len().saturating_sub(before) as u64 > allowance;
            if over {
                out.truncate(before.saturating_add(usize::try_from(allowance).unwrap_or(usize::MAX)));
            }
            return Inflated { ended: if over { Ended::Allowance } else { ended }, consumed: now };
        }
    }
}
