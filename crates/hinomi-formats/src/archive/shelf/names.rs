//! Entry names: which bytes mean what.

use crate::archive::{u16_at, u32_at};
use flate2::Crc;

/// General purpose flag bit 11: the name is UTF-8 (APPNOTE 4.4.4).
const FLAG_UTF8: u16 = 1 << 11;
/// Info-ZIP's Unicode Path extra field (APPNOTE 4.6.9).
const EXTRA_UNICODE_PATH: u16 = 0x7075;

/// Decodes a name: the Unicode extra field while it belongs to this name, then UTF-8 by flag or by being
/// valid, then CP932, which is what Windows in Japan writes without saying so.
pub(in crate::archive) fn decode(raw: &[u8], extra: &[u8], flags: u16) -> String {
    if let Some(name) = unicode_path(raw, extra) {
        return name.to_owned();
    }
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_owned(),
        Err(_) if flags & FLAG_UTF8 != 0 => String::from_utf8_lossy(raw).into_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode_without_bom_handling(raw).0.into_owned(),
    }
}

/// The name of field 0x7075, if its checksum says that it was written for `raw` and not left behind by a
/// tool that renamed the entry.
fn unicode_path<'a>(raw: &[u8], extra: &'a [u8]) -> Option<&'a str> {
    let field = extra_field(extra, EXTRA_UNICODE_PATH)?;
    let mut crc = Crc::new();
    crc.update(raw);
    let fits = field.first() == Some(&1) && u32_at(field, 1) == Some(crc.sum());
    std::str::from_utf8(field.get(5..)?).ok().filter(|name| fits && !name.is_empty())
}

/// The content of the first extra field with this id.
pub(in crate::archive) fn extra_field(extra: &[u8], id: u16) -> Option<&[u8]> {
    let mut rest = extra;
    while let (Some(found), Some(len)) = (u16_at(rest, 0), u16_at(rest, 2)) {
        let (_, body) = rest.split_at_checked(4)?;
        // A last field that claims more than there is keeps what there is.
        let (field, after) = body.split_at_checked(usize::from(len)).unwrap_or((body, &[]));
        if found == id {
            return Some(field);
        }
        rest = after;
    }
    None
}
