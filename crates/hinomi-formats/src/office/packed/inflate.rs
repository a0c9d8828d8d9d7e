//! Zlib data of unknown size, inflated within a budget.

use crate::{Budget, Problem, ProblemKind};
use flate2::{Decompress, FlushDecompress, Status};

/// How much the output grows at a time.
const STEP: usize = 64 << 10;

/// Inflates a zlib stream (RFC 1950). Damaged or cut data gives what came before, with a problem; `None`
/// when nothing came out. Data without an end are whole when `told_len` bytes came out: PowerPoint leaves
/// the end away.
pub(in crate::office) fn zlib(
    packed: &[u8],
    told_len: Option<u32>,
    place: &str,
    budget: &mut Budget,
    problems: &mut Vec<Problem>,
) -> Option<Vec<u8>> {
    let mut inflater = Decompress::new(true);
    let mut unpacked = Vec::new();
    loop {
        let come_out = unpacked.len();
        unpacked.reserve(STEP);
        let rest =
            packed.get(usize::try_from(inflater.total_in()).unwrap_or(usize::MAX)..).unwrap_or_default();
        let status = inflater.decompress_vec(rest, &mut unpacked, FlushDecompress::None);
        if let Err(problem) = budget.spend((unpacked.len() - come_out) as u64, place) {
            problems.push(problem);
            return None;
        }
        match status {
            Ok(Status::StreamEnd) => break,
            Ok(_) if unpacked.len() > come_out => {}
            Ok(_) if told_len.is_some_and(|told| unpacked.len() as u64 >= u64::from(told)) => break,
            Ok(_) => {
                problems.push(Problem::new(
                    ProblemKind::Truncated,
                    place,
                    "the compressed data is cut short",
                ));
                break;
            }
            Err(_) => {
                problems.push(Problem::new(ProblemKind::Malformed, place, "the compressed data is damaged"));
                break;
            }
        }
    }
    (!unpacked.is_empty()).then_some(unpacked)
}

/// Whether zlib data start here that inflate to a compound file. Looks at its first bytes only.
pub(in crate::office) fn starts_ole(packed: &[u8]) -> bool {
    let mut start = [0; 64];
    let head = packed.get(..512).unwrap_or(packed);
    let mut inflater = Decompress::new(true);
    let _ = inflater.decompress(head, &mut start, FlushDecompress::None);
    let come_out = usize::try_from(inflater.total_out()).unwrap_or(0);
    crate::office::looks_like_ole(start.get(..come_out).unwrap_or_default())
}
