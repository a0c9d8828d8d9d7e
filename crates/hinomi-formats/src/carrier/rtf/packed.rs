//! Compressed RTF, as Outlook stores bodies (MS-OXRTFCP).

use crate::{Budget, Problem, ProblemKind};

/// `COMPTYPE`: packed, or stored as it is (MS-OXRTFCP 2.1.3.1.1).
const PACKED: u32 = 0x7546_5A4C;
const STORED: u32 = 0x414C_454D;
/// The header's four numbers.
const HEADER_BYTES: usize = 16;
/// The dictionary goes round at this length.
const WINDOW: usize = 4_096;
/// What stands in the dictionary at the start (MS-OXRTFCP 2.1.2.1).
const START: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \
\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\
\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Unpacks a body; what came out before damage or a limit is kept.
pub(crate) fn unpack(bytes: &[u8], place: &str, budget: &mut Budget, problems: &mut Vec<Problem>) -> Vec<u8> {
    let number = |at: usize| {
        bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |raw| u32::from_le_bytes(*raw))
    };
    let (told, kind) = (number(4) as usize, number(8));
    let data = bytes.get(HEADER_BYTES..).unwrap_or_default();
    let unpacked = match kind {
        STORED => data.get(..told).unwrap_or(data).to_vec(),
        PACKED => Window::new(told, budget.left()).run(data),
        _ => {
            problems.push(Problem::new(ProblemKind::Malformed, place, "the body is no compressed RTF"));
            return Vec::new();
        }
    };
    if unpacked.len() < told {
        problems.push(Problem::new(ProblemKind::Truncated, place, "the compressed RTF ends early"));
    }
    match budget.spend(unpacked.len() as u64, place) {
        Ok(()) => unpacked,
        Err(problem) => {
            problems.push(problem);
            Vec::new()
        }
    }
}

/// The dictionary and what came out so far.
struct Window {
    ring: [u8; WINDOW],
    write: usize,
    out: Vec<u8>,
    most: usize,
}

impl Window {
    fn new(told: usize, allowance: u64) -> Self {
        let mut ring = [b' '; WINDOW];
        for (slot, byte) in ring.iter_mut().zip(START) {
            *slot = *byte;
        }
        let most = told.min(usize::try_from(allowance).unwrap_or(usize::MAX));
        Self { ring, write: START.len(), out: Vec::new(), most }
    }

    /// Runs of eight tokens, each run behind a byte that says which of them are references.
    fn run(mut self, data: &[u8]) -> Vec<u8> {
        let mut bytes = data.iter().copied();
        while let Some(control) = bytes.next() {
            for bit in 0..8 {
                if self.out.len() >= self.most {
                    return self.out;
                }
                let Some(first) = bytes.next() else { return self.out };
                if control >> bit & 1 == 0 {
                    self.push(first);
                    continue;
                }
                let Some(second) = bytes.next() else { return self.out };
                let word = u16::from_be_bytes([first, second]);
                let offset = usize::from(word >> 4);
                // A reference to the place of writing ends the data.
                if offset == self.write {
                    return self.out;
                }
                for step in 0..usize::from(word & 15).saturating_add(2) {
                    let from = offset.saturating_add(step) % WINDOW;
                    self.push(self.ring.get(from).copied().unwrap_or(b' '));
                }
            }
        }
        self.out
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.ring.get_mut(self.write) {
            *slot = byte;
        }
        self.write = self.write.saturating_add(1) % WINDOW;
        if self.out.len() < self.most {
            self.out.push(byte);
        }
    }
}
