//! Objects as OLE 1.0 stores them (MS-OLEDS 2.2): linked, embedded, and what the Packager put in.

use crate::text;
use memchr::{memchr, memmem};

/// `FormatID` of a linked object (MS-OLEDS 2.2.4).
const LINKED: u32 = 1;
/// Class ids of monikers inside a linked OLE 2 object (MS-OSHARED 2.3.7.2, 2.3.7.8): the target stands behind.
const URL_MONIKER: [u8; 16] =
    [0xE0, 0xC9, 0xEA, 0x79, 0xF9, 0xBA, 0xCE, 0x11, 0x8C, 0x82, 0x00, 0xAA, 0x00, 0x4B, 0xA9, 0x0B];
const FILE_MONIKER: [u8; 16] = [0x03, 0x03, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
/// The longest target kept, in bytes.
const TARGET_BYTES_MAX: usize = 4 << 10;

/// An object read.
#[derive(Debug, Default)]
pub(super) struct Ole1<'a> {
    pub(super) class: String,
    pub(super) name: Option<String>,
    pub(super) target: Option<String>,
    pub(super) data: &'a [u8],
    /// Bytes that the object claims and does not have.
    pub(super) missing: u64,
}

/// Reads an object; `None` when the data is nothing of the kind.
pub(super) fn read(bytes: &[u8]) -> Option<Ole1<'_>> {
    let mut reader = Reader(bytes);
    let _version = reader.number()?;
    let format = reader.number()?;
    let class = text::decode_guess(reader.string()?);
    let topic = text::decode_guess(reader.string()?);
    let item = reader.string()?;
    let mut object = Ole1 { class, ..Ole1::default() };
    if format == LINKED {
        object.target = Some(topic).filter(|topic| !topic.is_empty());
        object.name = Some(text::decode_guess(item)).filter(|item| !item.is_empty());
        return Some(object);
    }
    let len = reader.number()?;
    let data = reader.0.get(..usize::try_from(len).ok()?).unwrap_or(reader.0);
    object.missing = u64::from(len).saturating_sub(data.len() as u64);
    object.data = data;
    if object.class.eq_ignore_ascii_case("package") {
        if let Some(package) = Package::read(data) {
            object.name = package.name();
            object.data = package.bytes;
        }
    } else {
        object.target = moniker(data);
    }
    Some(object)
}

/// The target of a link that a compound file keeps in its stream `\1Ole`. It is looked for in the raw bytes: the
/// stream is short, so it lies in one piece.
pub(super) fn moniker(data: &[u8]) -> Option<String> {
    if let Some(at) = memmem::find(data, &URL_MONIKER) {
        let mut reader = Reader(data.get(at.checked_add(16)?..)?);
        let len = usize::try_from(reader.number()?).ok()?.min(TARGET_BYTES_MAX);
        let raw = reader.0.get(..len).unwrap_or(reader.0);
        return wide(raw).filter(|target| !target.is_empty());
    }
    let at = memmem::find(data, &FILE_MONIKER)?;
    let mut reader = Reader(data.get(at.checked_add(18)?..)?);
    let path = text::decode_guess(without_nul(reader.string()?));
    Some(path).filter(|path| !path.is_empty())
}

/// UTF-16 up to its NUL.
fn wide(raw: &[u8]) -> Option<String> {
    let units = raw.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(u16::from_le_bytes));
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    Some(String::from_utf16_lossy(&units))
}

/// What the Packager writes; without the size before it that a stream `\1Ole10Native` has.
struct Package<'a> {
    label: &'a [u8],
    source: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Package<'a> {
    fn read(data: &'a [u8]) -> Option<Self> {
        // 2 means that label and paths follow.
        let (label, rest) = until_nul(data.strip_prefix(&[2, 0])?)?;
        let (source, rest) = until_nul(rest)?;
        let mut reader = Reader(rest.get(4..)?);
        let _temporary = reader.string()?;
        let len = usize::try_from(reader.number()?).ok()?;
        Some(Self { label, source, bytes: reader.0.get(..len).unwrap_or(reader.0) })
    }

    /// The label is what a person sees; the ending of the source decides what a double click runs.
    fn name(&self) -> Option<String> {
        let label = text::decode_guess(self.label);
        let source = text::decode_guess(self.source);
        let base = source.rsplit(['\\', '/']).next().unwrap_or_default();
        let name = if base.is_empty() { &label } else { base };
        Some(name.to_owned()).filter(|name| !name.is_empty())
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn number(&mut self) -> Option<u32> {
        let (head, rest) = self.0.split_at_checked(4)?;
        self.0 = rest;
        head.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// A length-prefixed string (MS-OLEDS 2.1.4), without its NUL.
    fn string(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(without_nul(text))
    }
}

fn without_nul(text: &[u8]) -> &[u8] {
    memchr(0, text).and_then(|end| text.get(..end)).unwrap_or(text)
}

fn until_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(0, bytes)?;
    Some((bytes.get(..end)?, bytes.get(end.checked_add(1)?..)?))
}
