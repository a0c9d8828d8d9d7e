//! The messages of an mbox file that came whole: by mail, in an archive, by standard input.

use crate::mail::MboxSplitter;
use std::collections::VecDeque;
use std::ops::Range;

/// Bytes given to the splitter at a time.
const STEP_BYTES: usize = 1 << 20;

/// Where the messages of an mbox lie, without their `From ` lines; nothing when it is none. Looks no further than
/// asked.
pub fn messages(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut splitter = Some(MboxSplitter::new());
    let mut found: VecDeque<Range<u64>> = VecDeque::new();
    let mut at = 0_usize;
    std::iter::from_fn(move || {
        while found.is_empty() {
            let mut ranges = Vec::new();
            let step = bytes.get(at..at.saturating_add(STEP_BYTES).min(bytes.len())).unwrap_or_default();
            if step.is_empty() {
                splitter.take()?.finish(&mut ranges);
            } else {
                splitter.as_mut()?.push(step, &mut ranges);
            }
            at = at.saturating_add(step.len());
            found.extend(ranges);
        }
        let range = found.pop_front()?;
        Some(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
    })
}
