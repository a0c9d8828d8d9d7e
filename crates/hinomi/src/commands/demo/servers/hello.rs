//! A ClientHello of SSLv3 to TLS 1.2 (RFC 5246 section 7.4.1.2), as far as a look-alike cares.

/// What a client offers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ClientHello {
    pub(super) version: u16,
    pub(super) suites: Vec<u16>,
    /// Numbers of the extensions.
    pub(super) extensions: Vec<u16>,
}

impl ClientHello {
    /// Reads a record that holds one whole.
    pub(super) fn read(record: &[u8]) -> Option<Self> {
        let mut at = record;
        // handshake, version and length of the record; ClientHello and its length
        let [22, _, _, _, _, 1, _, _, _] = take(&mut at, 9)? else { return None };
        let version = u16::from_be_bytes(take(&mut at, 2)?.try_into().ok()?);
        take(&mut at, 32)?;
        let session = usize::from(*take(&mut at, 1)?.first()?);
        take(&mut at, session)?;
        let suites = sixteen(&mut at)?.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
        let suites = suites.collect();
        let methods = usize::from(*take(&mut at, 1)?.first()?);
        take(&mut at, methods)?;
        let mut extensions = Vec::new();
        let mut list = if at.is_empty() { at } else { sixteen(&mut at)? };
        while !list.is_empty() {
            extensions.push(u16::from_be_bytes(take(&mut list, 2)?.try_into().ok()?));
            sixteen(&mut list)?;
        }
        Some(Self { version, suites, extensions })
    }
}

fn take<'a>(at: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = at.split_at_checked(count)?;
    *at = rest;
    Some(taken)
}

/// Bytes with their number before them, in two bytes.
fn sixteen<'a>(at: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::from(u16::from_be_bytes(take(at, 2)?.try_into().ok()?));
    take(at, length)
}
