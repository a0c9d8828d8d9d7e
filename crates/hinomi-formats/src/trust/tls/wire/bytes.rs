//! Reading and writing the vectors of TLS (RFC 8446 section 3.4): a length, then that many bytes.

/// A place in hostile bytes; every step says whether there was enough.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(crate) fn u24(&mut self) -> Option<u32> {
        let high = u32::from(self.u8()?);
        Some(high << 16 | u32::from(self.u16()?))
    }

    pub(crate) fn vec8(&mut self) -> Option<&'a [u8]> {
        let count = self.u8()?;
        self.take(usize::from(count))
    }

    pub(crate) fn vec16(&mut self) -> Option<&'a [u8]> {
        let count = self.u16()?;
        self.take(usize::from(count))
    }

    pub(crate) fn vec24(&mut self) -> Option<&'a [u8]> {
        let count = self.u24()?;
        self.take(usize::try_from(count).ok()?)
    }
}

pub(crate) fn put_u16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// A vector with one byte of length; what is too long for it is cut.
pub(crate) fn put_vec8(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    out.push(length);
    out.extend(bytes.iter().take(usize::from(length)));
}

/// A vector with two bytes of length; what is too long for it is cut.
pub(crate) fn put_vec16(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    put_u16(out, length);
    out.extend(bytes.iter().take(usize::from(length)));
}

/// A vector with three bytes of length; what is too long for it is cut.
pub(crate) fn put_vec24(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).min(0xFF_FFFF);
    out.extend(length.to_be_bytes().iter().skip(1));
    out.extend(bytes.iter().take(usize::try_from(length).unwrap_or(usize::MAX)));
}
