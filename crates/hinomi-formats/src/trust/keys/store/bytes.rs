//! Big-endian numbers and byte strings one after another, as Java and SSH write them.

/// A cursor.
#[derive(Debug, Clone, Copy)]
pub(in crate::trust::keys) struct Bytes<'a>(pub(in crate::trust::keys) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(in crate::trust::keys) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub(in crate::trust::keys) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(in crate::trust::keys) fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    pub(in crate::trust::keys) fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    pub(in crate::trust::keys) fn u64(&mut self) -> Option<u64> {
        self.take(8)?.try_into().ok().map(u64::from_be_bytes)
    }

    /// Bytes with their number before them, in four bytes.
    pub(in crate::trust::keys) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.u32()?).ok()?;
        self.take(length)
    }

    /// Java's text: bytes with their number before them, in two bytes.
    pub(in crate::trust::keys) fn text(&mut self) -> Option<&'a str> {
        let length = usize::from(self.u16()?);
        std::str::from_utf8(self.take(length)?).ok()
    }

    /// A text of SSH.
    pub(in crate::trust::keys) fn word(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.string()?).ok()
    }
}
