//! Windows shortcuts (MS-SHLLINK): what a double click starts, on which machine the file was made, and what is
//! hidden behind its end.

mod items;
mod survey;
#[cfg(test)]
mod tests;

pub(crate) use survey::{carried, survey};

use crate::{Limits, Parsed, Problem, ProblemKind, text};
use memchr::memchr;

/// Header size and class id (MS-SHLLINK 2.1).
const MAGIC: &[u8] = &[0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
const HEADER_BYTES: usize = 76;
/// Bits of `LinkFlags` (2.1.1).
const HAS_ID_LIST: u32 = 1 << 0;
const HAS_LINK_INFO: u32 = 1 << 1;
const HAS_NAME: u32 = 1 << 2;
const HAS_RELATIVE_PATH: u32 = 1 << 3;
const HAS_WORKING_DIR: u32 = 1 << 4;
const HAS_ARGUMENTS: u32 = 1 << 5;
const HAS_ICON: u32 = 1 << 6;
const IS_UNICODE: u32 = 1 << 7;
/// Signatures of extra data (2.5).
const ENVIRONMENT: u32 = 0xA000_0001;
const TRACKER: u32 = 0xA000_0003;
/// `ShowCommand` 7: minimised and not active (2.1).
const SHOW_MINIMISED: u32 = 7;
/// Blocks of extra data that are read; eleven kinds exist.
const BLOCKS_MAX: usize = 64;
/// Less behind the end is padding.
const APPENDED_BYTES_MIN: usize = 16;

/// A shortcut.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shortcut {
    /// What it starts: the path with environment variables when it has one, else the local path, else the path of
    /// the item list, else the relative path.
    pub target: String,
    /// The arguments, whole: the dialog of Windows shows 260 characters of them.
    pub arguments: String,
    /// The folder it starts in.
    pub working_dir: String,
    /// The file its icon is taken from: what it wants to look like.
    pub icon: String,
    /// The comment shown as a tooltip.
    pub description: String,
    /// The window is minimised and does not come to the front.
    pub hidden: bool,
    /// NetBIOS name of the machine that made it.
    pub machine: String,
    /// Serial number of the volume the target lay on.
    pub drive_serial: Option<u32>,
    /// What follows the last structure: a script or program that the arguments cut out.
    pub appended: Vec<u8>,
}

/// Whether the bytes are a shortcut.
pub fn looks_like_shortcut(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads a shortcut. Meets `text_bytes_max` (one string); what is appended is not copied beyond
/// `expanded_bytes_max`.
pub fn read(bytes: &[u8], limits: &Limits) -> Parsed<Shortcut> {
    let mut reader = Reader { rest: bytes, shortcut: Shortcut::default(), problems: Vec::new() };
    if reader.structure(limits).is_none() {
        let detail = "the file ends inside the structure of the shortcut";
        reader.problems.push(Problem::new(ProblemKind::Truncated, "", detail));
    }
    Parsed { value: reader.shortcut, problems: reader.problems }
}

struct Reader<'a> {
    rest: &'a [u8],
    shortcut: Shortcut,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn structure(&mut self, limits: &Limits) -> Option<()> {
        let header = self.take(HEADER_BYTES)?;
        let flags = u32_at(header, 20)?;
        self.shortcut.hidden = u32_at(header, 60)? == SHOW_MINIMISED;
        let mut by_items = String::new();
        if flags & HAS_ID_LIST != 0 {
            let len = usize::from(u16_at(self.rest, 0)?);
            self.take(2)?;
            by_items = items::path(self.take(len)?);
        }
        let mut local = String::new();
        if flags & HAS_LINK_INFO != 0 {
            let len = usize::try_from(u32_at(self.rest, 0)?).ok()?;
            let info = self.take(len.max(4))?;
            local = link_info(info).unwrap_or_default();
            self.shortcut.drive_serial = drive_serial(info);
        }
        let wide = flags & IS_UNICODE != 0;
        let mut string = |flag: u32| match flags & flag {
            0 => Some(String::new()),
            _ => self.string(wide, limits),
        };
        let description = string(HAS_NAME)?;
        let relative = string(HAS_RELATIVE_PATH)?;
        let working_dir = string(HAS_WORKING_DIR)?;
        let arguments = string(HAS_ARGUMENTS)?;
        let icon = string(HAS_ICON)?;
        let target =
            [local, by_items, relative].into_iter().find(|path| !path.is_empty()).unwrap_or_default();
        self.shortcut = Shortcut {
            description,
            working_dir,
            arguments,
            icon,
            target,
            ..std::mem::take(&mut self.shortcut)
        };
        self.extra_data();
        self.appended(limits);
        Some(())
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    /// A string with its length in characters before it (2.4).
    fn string(&mut self, wide: bool, limits: &Limits) -> Option<String> {
        let count = usize::from(u16_at(self.rest, 0)?);
        self.take(2)?;
        // A last string that is cut is still what there is.
        let len = if wide { count.saturating_mul(2) } else { count }.min(self.rest.len());
        let raw = self.take(len)?;
        let raw = raw.get(..limits.text_bytes_max).unwrap_or(raw);
        let text = if wide {
            encoding_rs::UTF_16LE.decode_without_bom_handling(raw).0.into_owned()
        } else {
            text::decode_guess(raw)
        };
        Some(text.trim_end_matches('\0').to_owned())
    }

    fn extra_data(&mut self) {
        for _ in 0..BLOCKS_MAX {
            let Some(len) = u32_at(self.rest, 0).and_then(|len| usize::try_from(len).ok()) else { return };
            // A size below four ends the list (2.5).
            if len < 4 {
                self.take(4);
                return;
            }
            // No block of the list: what is appended stands here without an end mark.
            if u32_at(self.rest, 4).is_none_or(|signature| signature & 0xFFFF_FF00 != 0xA000_0000) {
                return;
            }
            let Some(block) = self.take(len) else {
                let detail = "a block of extra data is longer than the file";
                self.problems.push(Problem::new(ProblemKind::Truncated, "", detail));
                return;
            };
            self.block(block);
        }
    }

    fn block(&mut self, block: &[u8]) {
        match u32_at(block, 4) {
            Some(ENVIRONMENT) => {
                let narrow = zero_ended(block.get(8..268).unwrap_or_default());
                let wide = wide_zero_ended(block.get(268..788).unwrap_or_default());
                let target = if wide.is_empty() { text::decode_guess(narrow) } else { wide };
                if !target.is_empty() {
                    self.shortcut.target = target;
                }
            }
            Some(TRACKER) => {
                let name = zero_ended(block.get(16..32).unwrap_or_default());
                self.shortcut.machine = text::decode_guess(name);
            }
            _ => {}
        }
    }

    fn appended(&mut self, limits: &Limits) {
        let most = usize::try_from(limits.expanded_bytes_max).unwrap_or(usize::MAX);
        let rest = self.rest.get(..most).unwrap_or(self.rest);
        if rest.len() < self.rest.len() {
            self.problems.push(Problem::limit("appended", "expanded_bytes_max", limits.expanded_bytes_max));
        }
        if rest.len() >= APPENDED_BYTES_MIN && rest.iter().any(|byte| *byte != 0) {
            self.shortcut.appended = rest.to_vec();
        }
    }
}

/// The local path (2.3): base and suffix, in UTF-16 where there is one; else the share.
fn link_info(info: &[u8]) -> Option<String> {
    let at = |field: usize| u32_at(info, field).and_then(|at| usize::try_from(at).ok()).filter(|at| *at > 0);
    let narrow = |field: usize| {
        at(field)
            .and_then(|at| info.get(at..))
            .map(|raw| text::decode_guess(zero_ended(raw)))
            .unwrap_or_default()
    };
    let wide =
        |field: usize| at(field).and_then(|at| info.get(at..)).map(wide_zero_ended).unwrap_or_default();
    let has_wide = u32_at(info, 4)? >= 0x24;
    let flags = u32_at(info, 8)?;
    let suffix = if has_wide && !wide(32).is_empty() { wide(32) } else { narrow(24) };
    if flags & 1 != 0 {
        let base = if has_wide && !wide(28).is_empty() { wide(28) } else { narrow(16) };
        return Some(base + &suffix);
    }
    // CommonNetworkRelativeLink (2.3.2): the name of the share.
    let link = at(20).and_then(|at| info.get(at..))?;
    let share = link.get(usize::try_from(u32_at(link, 8)?).ok()?..)?;
    let share = text::decode_guess(zero_ended(share));
    Some(if suffix.is_empty() { share } else { format!("{share}\\{suffix}") })
}

/// `DriveSerialNumber` of the VolumeID (2.3.1).
fn drive_serial(info: &[u8]) -> Option<u32> {
    let has_volume = u32_at(info, 8)? & 1 != 0;
    let at = usize::try_from(u32_at(info, 12)?).ok().filter(|at| has_volume && *at > 0)?;
    u32_at(info.get(at..)?, 8).filter(|serial| *serial != 0)
}

fn zero_ended(raw: &[u8]) -> &[u8] {
    memchr(0, raw).and_then(|end| raw.get(..end)).unwrap_or(raw)
}

fn wide_zero_ended(raw: &[u8]) -> String {
    let units = raw.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(u16::from_le_bytes));
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    String::from_utf16_lossy(&units)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|raw| u16::from_le_bytes(*raw))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|raw| u32::from_le_bytes(*raw))
}
