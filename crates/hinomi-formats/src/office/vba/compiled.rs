//! Compiled code beside its source. Office runs the compiled code when it is of its own version, and shows the
//! source; who replaces the source shows something harmless and runs something else ("stomping").
//!
//! Compiled code is documented only as bytes to be kept (MS-OVBA 2.3.4.1 and 2.3.4.3). What is read of it here is
//! what files of every version have in common: the table of names in `_VBA_PROJECT`, the instructions that name one of
//! them, and string literals. A name counts only where an instruction uses it: the table keeps names of code that was
//! deleted long ago.

#[cfg(test)]
mod tests;

use super::super::cfb::u16_at;
use super::super::{Module, Stomped};
use super::{code_page, tokens};
use std::collections::HashMap;

/// The names of a project, as compiled code counts them.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: Vec<String>,
    /// The number of the first name; versions have different ones, below which are the words of the language.
    first: Option<u16>,
}

/// What the compiled code of one module says.
#[derive(Debug, Default)]
pub(super) struct Compiled {
    /// Names that its instructions use, each once.
    names: Vec<String>,
    literals: Vec<String>,
}

impl Names {
    /// Reads the table of `_VBA_PROJECT`. It starts with the program and `VBA`; and each entry ends in two bytes that
    /// are the same for all.
    pub(super) fn read(stream: &[u8], modules: &[String], code_page: u16) -> Self {
        let mut names = Self::default();
        let Some((start, end_mark)) = table_start(stream) else { return names };
        let mut at = start;
        while let Some((name, next)) = entry(stream, at, end_mark) {
            names.names.push(code_page::decode(code_page, name.to_vec()));
            at = next;
        }
        names.first = names.first_number(stream, modules);
        names
    }

    /// The number of the first name. The stream tells the numbers of the modules' names; each name of a module gives
    /// the same answer.
    fn first_number(&self, stream: &[u8], modules: &[String]) -> Option<u16> {
        let places: HashMap<String, usize> =
            self.names.iter().enumerate().map(|(at, name)| (name.to_lowercase(), at)).rev().collect();
        let mut votes: HashMap<u16, usize> = HashMap::new();
        for module in modules.iter().take(MODULES_ASKED) {
            let Some(place) = places.get(&module.to_lowercase()) else { continue };
            let Some(number) = module_number(stream, module) else { continue };
            if let Some(first) = u16::try_from(*place).ok().and_then(|place| number.checked_sub(place)) {
                *votes.entry(first).or_default() += 1;
            }
        }
        // One module alone cannot be outvoted; numbers below the words of the language are no names.
        let most = votes
            .into_iter()
            .filter(|(first, _)| *first >= 0x80)
            .max_by_key(|(first, votes)| (*votes, *first));
        most.map(|(first, _)| first)
    }

    fn numbered(&self, word: u16) -> Option<&String> {
        self.names.get(usize::from((word >> 1).checked_sub(self.first?)?))
    }

    /// Names that give power, whether or not an instruction was seen to use them.
    fn with_power(&self) -> impl Iterator<Item = &String> {
        self.names.iter().filter(|name| has_power(name))
    }
}

/// Modules whose numbers are looked for: each look goes through the whole stream.
const MODULES_ASKED: usize = 4;

/// Where the table starts, and the bytes that end each entry. `VBA` is its second name, behind the program's.
fn table_start(stream: &[u8]) -> Option<(usize, [u8; 2])> {
    memchr::memmem::find_iter(stream, b"VBA").find_map(|name| {
        let at = name.checked_sub(2)?;
        let end_mark = *stream.get(name + 5..)?.first_chunk()?;
        let is_entry = stream.get(at) == Some(&3) && stream.get(at + 1)? & 0x80 == 0 && end_mark[1] == 0;
        // Another entry must follow.
        (is_entry && entry(stream, name + 7, end_mark).is_some()).then_some((at, end_mark))
    })
}

/// An entry of the table: length, flags, six bytes more when a flag says so, name, a checksum, the end mark.
fn entry(stream: &[u8], at: usize, end_mark: [u8; 2]) -> Option<(&[u8], usize)> {
    const HAS_MORE: u8 = 0x80;
    let [len, flags] = *stream.get(at..)?.first_chunk()?;
    let start = at + 2 + if flags & HAS_MORE != 0 { 6 } else { 0 };
    let end = start + usize::from(len);
    let name = stream.get(start..end)?;
    let is_entry = len > 0 && stream.get(end + 2..)?.starts_with(&end_mark);
    is_entry.then_some((name, end + 4))
}

/// The number of a module's name: behind the name and a second text, both in UTF-16 behind their lengths.
fn module_number(stream: &[u8], module: &str) -> Option<u16> {
    let name: Vec<u8> = module.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let len = u16::try_from(name.len()).ok()?.to_le_bytes();
    let at = memchr::memmem::find(stream, &[&len[..], &name].concat())? + 2 + name.len();
    let after = at + 2 + usize::from(u16_at(stream, at)?);
    (u16_at(stream, after)? == 0xFFFF).then_some(())?;
    Some(u16_at(stream, after + 2)? >> 1)
}

/// Instructions behind which the number of a name stands: load, load a member, call with arguments for a value, call
/// as a statement. Told from files whose source is known; the upper bits are options.
const fn is_naming(word: u16) -> bool {
    matches!(word & INSTRUCTION_BITS, 0x20 | 0x21 | 0x24 | 0x25 | 0x41 | 0x42)
}
const INSTRUCTION_BITS: u16 = 0x03FF;
/// The instruction with a string literal: its length, then its letters, padded to two.
const LITERAL: u16 = 0x00B9;

impl Compiled {
    /// Reads what stands before the source in a module's stream.
    pub(super) fn read(code: &[u8], names: &Names, code_page: u16) -> Self {
        if names.names.is_empty() {
            return Self::default();
        }
        let mut used = vec![false; names.names.len()];
        let mut compiled = Self::default();
        let mut before = 0;
        for (at, pair) in code.chunks_exact(2).enumerate() {
            let word = u16_at(pair, 0).unwrap_or_default();
            if is_naming(before)
                && let Some(name) = names.numbered(word)
                && let Some(seen) =
                    used.get_mut(usize::from((word >> 1).saturating_sub(names.first.unwrap_or(0))))
                && !*seen
            {
                *seen = true;
                compiled.names.push(name.clone());
            }
            before = word;
            if word == LITERAL && compiled.literals.len() < LITERALS_MAX {
                compiled.literals.extend(literal(code.get(at * 2 + 2..).unwrap_or_default(), code_page));
            }
        }
        compiled
    }

    /// Whether there is nothing to compare.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.literals.is_empty()
    }
}

/// Literals of one module that are looked at; a module of hand-written code has a few hundred.
const LITERALS_MAX: usize = 4096;
/// Shorter ones are met by chance.
const LITERAL_LEN_MIN: u16 = 4;

fn literal(code: &[u8], code_page: u16) -> Option<String> {
    let len = u16_at(code, 0).filter(|len| *len >= LITERAL_LEN_MIN)?;
    let bytes = code.get(2..)?.get(..usize::from(len))?;
    let is_text = bytes.iter().all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\r' | b'\n'));
    is_text.then(|| code_page::decode(code_page, bytes.to_vec()))
}

/// Compares compiled code with the source of the whole project: code moves between modules, and the table of names
/// is one for all. Most projects have no name with power that their source has not, and no module without source that
/// has compiled code; they are not looked at closer.
pub(super) fn compare(modules: &[Module], compiled: &[Compiled], names: &Names) -> Vec<Stomped> {
    let power: Vec<&String> = names.with_power().collect();
    let sources = || modules.iter().map(|module| module.code.as_str());
    let hidden_power: Vec<&String> = tokens::without(&power, sources());
    let told = || modules.iter().zip(compiled).filter(|(_, compiled)| !compiled.is_empty());
    if hidden_power.is_empty() && !told().any(|(module, _)| tokens::is_bare(&module.code)) {
        return Vec::new();
    }
    let source = tokens::Tokens::of(sources());
    told().filter_map(|(module, compiled)| compiled.against(module, &source, &hidden_power)).collect()
}

impl Compiled {
    fn against(&self, module: &Module, source: &tokens::Tokens, hidden_power: &[&String]) -> Option<Stomped> {
        let hidden = |name: &&String| !source.has_name(name);
        let mut missing: Vec<String> = self.names.iter().filter(hidden).cloned().collect();
        let mut literals: Vec<String> =
            self.literals.iter().filter(|literal| !source.has_literal(literal)).cloned().collect();
        literals.dedup();
        let is_bare = tokens::is_bare(&module.code);
        let by_names = missing.iter().any(|name| has_power(name));
        let by_literals = !literals.is_empty() && (!hidden_power.is_empty() || is_bare);
        if !by_names && !by_literals {
            return None;
        }
        if missing.is_empty() {
            missing.extend(hidden_power.iter().map(|name| (*name).clone()));
        }
        missing.sort_by_cached_key(|name| !has_power(name));
        missing.truncate(NAMES_KEPT);
        literals.truncate(NAMES_KEPT);
        Some(Stomped {
            module: module.name.clone(),
            only_compiled: missing,
            literals,
            source_removed: is_bare,
        })
    }
}

/// Names and literals kept of one module.
const NAMES_KEPT: usize = 64;

/// Whether a name starts programs, fetches, writes files, calls into the system, or runs by itself on opening.
fn has_power(name: &str) -> bool {
    let lower = name.to_lowercase();
    POWERS.contains(&lower.as_str()) || lower.contains("powershell")
}

/// See [`has_power`]; names that every other macro uses as well are left out.
const POWERS: [&str; 46] = [
    "shell",
    "createobject",
    "getobject",
    "callbyname",
    "shellexecute",
    "shellexecutea",
    "shellexecutew",
    "winexec",
    "createprocess",
    "createprocessa",
    "createprocessw",
    "urldownloadtofile",
    "urldownloadtofilea",
    "urldownloadtofilew",
    "virtualalloc",
    "virtualallocex",
    "virtualprotect",
    "writeprocessmemory",
    "rtlmovememory",
    "createthread",
    "createremotethread",
    "enumsystemlocalesa",
    "loadlibrary",
    "loadlibrarya",
    "getprocaddress",
    "executeexcel4macro",
    "win32_process",
    "win32_processstartup",
    "showwindow",
    "wscript",
    "xmlhttp",
    "savetofile",
    "responsebody",
    "regwrite",
    "createtextfile",
    "sendkeys",
    "followhyperlink",
    "environ",
    "autoopen",
    "autoexec",
    "autoclose",
    "auto_open",
    "auto_close",
    "document_open",
    "document_close",
    "workbook_open",
];
