//! Little-endian fields of a record, one after the other.

/// What is left of a record. Every read beyond its end gives `None` and takes nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn new(record: &'a [u8]) -> Self {
        Self { rest: record }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    /// As many bytes as there are, at most `len`.
    pub(super) fn take_most(&mut self, len: usize) -> &'a [u8] {
        self.take(len.min(self.rest.len())).unwrap_or_default()
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> Option<f64> {
        self.array().map(f64::from_le_bytes)
    }

    /// A length or a count.
    pub(super) fn len16(&mut self) -> Option<usize> {
        self.u16().map(usize::from)
    }

    /// A length or a count.
    pub(super) fn len32(&mut self) -> Option<usize> {
        self.u32().map(|len| usize::try_from(len).unwrap_or(usize::MAX))
    }
}

/// Decodes UTF-16 in little-endian bytes; lone surrogates become U+FFFD.
pub(super) fn push_utf_16(bytes: &[u8], text: &mut String) {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
    text.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
}

/// Characters of BIFF8 stored in one byte each: the low halves of UTF-16 units (MS-XLS 2.5.294).
pub(super) fn push_low_bytes(bytes: &[u8], text: &mut String) {
    match std::str::from_utf8(bytes) {
        Ok(ascii) if bytes.is_ascii() => text.push_str(ascii),
        _ => text.extend(bytes.iter().map(|byte| char::from(*byte))),
    }
}

/// An RK number (MS-XLS 2.5.217): 30 bits of an integer or of a double, maybe in hundredths.
pub(super) fn rk_number(rk: u32) -> f64 {
    let number = if rk & 2 == 0 {
        f64::from_bits(u64::from(rk & 0xFFFF_FFFC) << 32)
    } else {
        f64::from(rk.cast_signed() >> 2)
    };
    if rk & 1 == 0 { number } else { number / 100.0 }
}
