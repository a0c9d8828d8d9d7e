//! The `dir` stream (MS-OVBA 2.3.4.2): the project's code page and the list of its modules.
//!
//! Its records are read as what they nearly all are, an id, a size and that many bytes, in any order and
//! with unknown ids among them. Office itself writes ids that MS-OVBA came to name only later.

use super::super::ModuleKind;
use super::super::cfb::{u16_at, u32_at};
use super::code_page;

/// What the `dir` stream tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Project {
    pub(super) code_page: u16,
    pub(super) modules: Vec<ModuleRecord>,
    /// Bytes were skipped that are no record, or a limit cut the list.
    pub(super) is_damaged: bool,
    pub(super) has_more_modules: bool,
}

/// One MODULE record (MS-OVBA 2.3.4.2.3.2). Names are still in the project's code page, or UTF-16.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ModuleRecord {
    name: Vec<u8>,
    name_unicode: Vec<u8>,
    stream_name: Vec<u8>,
    stream_name_unicode: Vec<u8>,
    pub(super) text_offset: usize,
    pub(super) kind: ModuleKind,
}

impl ModuleRecord {
    /// The module's name.
    pub(super) fn name(&self, code_page: u16) -> String {
        if self.name.is_empty() { utf_16(&self.name_unicode) } else { decoded(&self.name, code_page) }
    }

    /// Names its stream may have, likeliest first.
    pub(super) fn stream_names(&self, code_page: u16) -> impl Iterator<Item = String> + use<> {
        let names = [
            decoded(&self.stream_name, code_page),
            utf_16(&self.stream_name_unicode),
            decoded(&self.name, code_page),
            utf_16(&self.name_unicode),
        ];
        names.into_iter().filter(|name| !name.is_empty())
    }
}

fn decoded(name: &[u8], code_page: u16) -> String {
    code_page::decode(code_page, name.to_vec())
}

fn utf_16(name: &[u8]) -> String {
    code_page::decode(1200, name.to_vec())
}

/// Reads the decompressed stream, at most `modules_max` modules of it.
pub(super) fn read(dir: &[u8], modules_max: usize) -> Project {
    let mut project = Project {
        code_page: code_page::FALLBACK,
        modules: Vec::new(),
        is_damaged: false,
        has_more_modules: false,
    };
    let mut at = 0;
    while at < dir.len() {
        let Some(record) = Record::at(dir, at) else {
            project.is_damaged = true;
            let Some(module) = next_module(dir, at + 1) else { break };
            at = module;
            continue;
        };
        at = record.end;
        match record.id {
            ID_END => break,
            ID_MODULE_NAME if project.modules.len() == modules_max => {
                project.has_more_modules = true;
                break;
            }
            id => project.take(id, record.content),
        }
    }
    project
}

const ID_CODE_PAGE: u16 = 0x0003;
const ID_VERSION: u16 = 0x0009;
const ID_END: u16 = 0x0010;
const ID_MODULE_NAME: u16 = 0x0019;
const ID_MODULE_STREAM_NAME: u16 = 0x001A;
const ID_MODULE_STREAM_NAME_UNICODE: u16 = 0x0032;
const ID_MODULE_NAME_UNICODE: u16 = 0x0047;
const ID_MODULE_OFFSET: u16 = 0x0031;
const ID_MODULE_DOCUMENT_OR_CLASS: u16 = 0x0022;

impl Project {
    fn take(&mut self, id: u16, content: &[u8]) {
        match id {
            ID_CODE_PAGE => self.code_page = u16_at(content, 0).unwrap_or(self.code_page),
            ID_MODULE_NAME => {
                self.modules.push(ModuleRecord { name: content.to_vec(), ..ModuleRecord::default() });
            }
            _ => {
                let Some(module) = self.modules.last_mut() else { return };
                match id {
                    ID_MODULE_NAME_UNICODE => module.name_unicode = content.to_vec(),
                    ID_MODULE_STREAM_NAME => module.stream_name = content.to_vec(),
                    ID_MODULE_STREAM_NAME_UNICODE => module.stream_name_unicode = content.to_vec(),
                    ID_MODULE_OFFSET => module.text_offset = u32_at(content, 0).unwrap_or(0) as usize,
                    ID_MODULE_DOCUMENT_OR_CLASS => module.kind = ModuleKind::Class,
                    _ => {}
                }
            }
        }
    }
}

/// One record of the stream.
struct Record<'a> {
    id: u16,
    content: &'a [u8],
    end: usize,
}

impl<'a> Record<'a> {
    /// The record at a position; `None` when its size does not fit into the stream.
    fn at(dir: &'a [u8], at: usize) -> Option<Self> {
        let id = u16_at(dir, at)?;
        let size = match id {
            // The one exception: PROJECTVERSION says 4 and has 6 bytes (MS-OVBA 2.3.4.2.1.11).
            ID_VERSION => 6,
            _ => usize::try_from(u32_at(dir, at.checked_add(2)?)?).ok()?,
        };
        let start = at.checked_add(6)?;
        let end = start.checked_add(size)?;
        Some(Self { id, content: dir.get(start..end)?, end })
    }
}

/// Longest module name that Office lets one type is 31 characters; this is far above.
const NAME_LEN_MAX: usize = 1024;

/// The next position from `from` on where a MODULE record starts: a name that fits and a record after it
/// that follows names.
fn next_module(dir: &[u8], from: usize) -> Option<usize> {
    let mark = ID_MODULE_NAME.to_le_bytes();
    memchr::memmem::find_iter(dir.get(from..)?, &mark).map(|found| from + found).find(|at| {
        let Some(name) = Record::at(dir, *at).filter(|name| name.content.len() <= NAME_LEN_MAX) else {
            return false;
        };
        let follows = [ID_MODULE_NAME_UNICODE, ID_MODULE_STREAM_NAME, ID_MODULE_OFFSET];
        Record::at(dir, name.end).is_some_and(|next| follows.contains(&next.id))
    })
}
