//! The path that a list of shell items spells (MS-SHLLINK 2.2; the items themselves are not documented there).

use super::{u16_at, u32_at, wide_zero_ended, zero_ended};
use crate::text;
use memchr::memmem;

/// Items of one list that are read.
const ITEMS_MAX: usize = 256;
/// The block behind a file's short name that has the long one: its signature, and the room before the name.
const LONG_NAME: u32 = 0xBEEF_0004;

/// Drive, folders and file, joined; empty when the list holds anything else, such as a control panel page.
pub(super) fn path(list: &[u8]) -> String {
    let mut path = String::new();
    let mut rest = list;
    for _ in 0..ITEMS_MAX {
        let Some(len) = u16_at(rest, 0).map(usize::from).filter(|len| *len > 2) else { break };
        let Some((item, after)) = rest.split_at_checked(len) else { break };
        rest = after;
        match item.get(2).copied().unwrap_or(0) {
            // The root of the desktop or of the computer.
            0x1F => {}
            0x20..=0x2F => path = text::decode_guess(zero_ended(item.get(3..).unwrap_or_default())),
            0x30..=0x3F => {
                if !path.is_empty() && !path.ends_with('\\') {
                    path.push('\\');
                }
                path.push_str(&file_name(item));
            }
            // A share: flags, then its name.
            0x40..=0x4F => path = text::decode_guess(zero_ended(item.get(5..).unwrap_or_default())),
            _ => return String::new(),
        }
    }
    path
}

/// The long name of a file item, else the short one.
fn file_name(item: &[u8]) -> String {
    long_name(item).filter(|name| !name.is_empty()).unwrap_or_else(|| {
        let short = item.get(14..).unwrap_or_default();
        let is_wide = item.get(2).is_some_and(|kind| kind & 4 != 0);
        if is_wide { wide_zero_ended(short) } else { text::decode_guess(zero_ended(short)) }
    })
}

/// The extension block grew with Windows; its version says where the name stands.
fn long_name(item: &[u8]) -> Option<String> {
    let at = memmem::find(item, &LONG_NAME.to_le_bytes())?;
    let block = item.get(at.checked_sub(4)?..)?;
    let version = u16_at(block, 2)?;
    let from = match version {
        ..7 => 20,
        7 => 38,
        8 => 42,
        _ => 46,
    };
    u32_at(block, 4)?;
    Some(wide_zero_ended(block.get(from..)?))
}
