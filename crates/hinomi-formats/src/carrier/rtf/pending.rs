//! What one destination collects until its group ends.

/// Kept apart for each open destination, so that one inside another does not mix with it.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) data: Vec<u8>,
    /// Where in the file it starts.
    pub(super) offset: usize,
    /// A hex digit without its partner.
    pub(super) half: Option<u8>,
    /// There was more than fits.
    pub(super) lost: bool,
}

impl Pending {
    /// Adds hex digits; anything else between them is nothing.
    pub(super) fn digits(&mut self, bytes: &[u8], most: usize) {
        for value in bytes.iter().filter_map(|byte| hex(*byte)) {
            match self.half.take() {
                None => self.half = Some(value),
                Some(high) if self.data.len() < most => self.data.push(high << 4 | value),
                Some(_) => self.lost = true,
            }
        }
    }

    pub(super) fn extend(&mut self, bytes: &[u8], most: usize) {
        let room = most.saturating_sub(self.data.len());
        self.lost |= bytes.len() > room;
        self.data.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}

pub(super) fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
