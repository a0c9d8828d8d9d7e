//! Records of forms and controls (MS-OFORMS): a mask that says which properties are there, their numbers, then
//! their texts.

use super::super::cfb::{u16_at, u32_at};

/// How one kind of record lays out its properties.
pub(super) struct Layout {
    /// Bytes of the mask: 4, or 8 in MorphData.
    mask_bytes: usize,
    /// Mask bit and size in bytes of each number, in the order of the data block. Each is aligned to its size.
    numbers: &'static [(u8, u8)],
    /// What follows in the extra data block, each aligned to 4, by the bit of the mask.
    extras: &'static [(u8, Extra)],
}

/// One property of the extra data block.
#[derive(Clone, Copy)]
enum Extra {
    /// A size or a position: 8 bytes.
    Pair,
    /// A text, whose length and compression is the number of the same bit.
    Text,
    /// An array of texts, whose bytes are the number of the same bit.
    Array,
}

use Extra::{Array, Pair, Text};

/// A record as read.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Values of the numbers that are there, by bit.
    numbers: Vec<(u8, u32)>,
    /// Texts by bit.
    texts: Vec<(u8, String)>,
    /// Arrays of texts by bit.
    arrays: Vec<(u8, Vec<String>)>,
    /// Bytes of header, mask, numbers and texts.
    pub(super) len: usize,
}

impl Record {
    /// The number of a bit, when the mask has it.
    pub(super) fn number(&self, bit: u8) -> Option<u32> {
        self.numbers.iter().find(|(of, _)| *of == bit).map(|(_, value)| *value)
    }

    /// Takes the text of a bit out.
    pub(super) fn take_text(&mut self, bit: u8) -> Option<String> {
        self.texts.iter_mut().find(|(of, _)| *of == bit).map(|(_, text)| std::mem::take(text))
    }

    /// Takes the texts of an array out.
    pub(super) fn take_array(&mut self, bit: u8) -> Vec<String> {
        let array = self.arrays.iter_mut().find(|(of, _)| *of == bit);
        array.map(|(_, texts)| std::mem::take(texts)).unwrap_or_default()
    }
}

/// MS-OFORMS 2.2.10.1 FormControl, with the mask of 2.2.10.2. Bit 6 is `BooleanProperties`, 19 the caption.
pub(super) const FORM: Layout = Layout {
    mask_bytes: 4,
    numbers: &[
        (1, 4),
        (2, 4),
        (3, 4),
        (6, 4),
        (7, 1),
        (8, 1),
        (9, 1),
        (13, 4),
        (15, 2),
        (16, 1),
        (17, 1),
        (18, 4),
        (19, 4),
        (20, 2),
        (21, 2),
        (22, 4),
        (23, 1),
        (25, 1),
        (26, 4),
        (27, 4),
    ],
    extras: &[(10, Pair), (11, Pair), (12, Pair), (19, Text)],
};

/// MS-OFORMS 2.2.10.12.1 OleSiteConcreteControl: 0 name, 1 tag, 2 id, 5 size in the object stream, 7 class, 11
/// tip, 13 control source, 14 row source.
pub(super) const SITE: Layout = Layout {
    mask_bytes: 4,
    numbers: &[
        (0, 4),
        (1, 4),
        (2, 4),
        (3, 4),
        (4, 4),
        (5, 4),
        (6, 2),
        (7, 2),
        (9, 2),
        (11, 4),
        (12, 4),
        (13, 4),
        (14, 4),
    ],
    extras: &[(0, Text), (1, Text), (8, Pair), (11, Text), (12, Text), (13, Text), (14, Text)],
};

/// MS-OFORMS 2.2.5.1 MorphDataControl: 22 value, 23 caption, 32 group name.
pub(super) const MORPH: Layout = Layout {
    mask_bytes: 8,
    numbers: &[
        (0, 4),
        (1, 4),
        (2, 4),
        (3, 4),
        (4, 1),
        (5, 1),
        (6, 1),
        (7, 1),
        (9, 2),
        (10, 4),
        (11, 2),
        (12, 2),
        (13, 2),
        (14, 2),
        (15, 2),
        (16, 1),
        (17, 1),
        (18, 1),
        (20, 1),
        (21, 1),
        (22, 4),
        (23, 4),
        (24, 4),
        (25, 4),
        (26, 4),
        (27, 2),
        (28, 2),
        (29, 2),
        (32, 4),
    ],
    extras: &[(8, Pair), (22, Text), (23, Text), (32, Text)],
};

/// MS-OFORMS 2.2.1.1 CommandButtonControl: 3 caption.
pub(super) const BUTTON: Layout = Layout {
    mask_bytes: 4,
    numbers: &[(0, 4), (1, 4), (2, 4), (3, 4), (4, 4), (6, 1), (7, 2), (8, 2), (10, 2)],
    extras: &[(3, Text)],
};

/// MS-OFORMS 2.2.4.1 LabelControl: 3 caption.
pub(super) const LABEL: Layout = Layout {
    mask_bytes: 4,
    numbers: &[
        (0, 4),
        (1, 4),
        (2, 4),
        (3, 4),
        (4, 4),
        (6, 1),
        (7, 4),
        (8, 2),
        (9, 2),
        (10, 2),
        (11, 2),
        (12, 2),
    ],
    extras: &[(3, Text)],
};

/// MS-OFORMS 2.2.9.1 TabStripControl: 5 captions, 15 tips, 17 names, 21 tags.
pub(super) const TAB_STRIP: Layout = Layout {
    mask_bytes: 4,
    numbers: &[
        (0, 4),
        (1, 4),
        (2, 4),
        (5, 4),
        (6, 1),
        (8, 4),
        (9, 4),
        (11, 4),
        (12, 4),
        (15, 4),
        (17, 4),
        (18, 4),
        (20, 4),
        (21, 4),
        (22, 4),
        (23, 4),
        (24, 2),
    ],
    extras: &[(4, Pair), (5, Array), (15, Array), (17, Array), (21, Array)],
};

/// Reads the record at the start of `bytes`: two bytes of version, the size of the rest, mask, numbers, texts.
/// `None` when even the mask is missing; what a cut record still has is kept.
pub(super) fn read(bytes: &[u8], layout: &Layout) -> Option<Record> {
    const HEADER_BYTES: usize = 4;
    let told = HEADER_BYTES + usize::from(u16_at(bytes, 2)?);
    let bytes = bytes.get(..told).unwrap_or(bytes);
    let mut mask = u64::from(u32_at(bytes, HEADER_BYTES)?);
    if layout.mask_bytes == 8 {
        mask |= u64::from(u32_at(bytes, HEADER_BYTES + 4)?) << 32;
    }
    let has = |bit: u8| mask >> bit & 1 == 1;
    let mut record = Record { len: told, ..Record::default() };
    let mut at = HEADER_BYTES + layout.mask_bytes;
    for (bit, size) in layout.numbers.iter().filter(|(bit, _)| has(*bit)) {
        let size = usize::from(*size);
        at = at.next_multiple_of(size);
        let Some(value) = number_at(bytes, at, size) else { return Some(record) };
        record.numbers.push((*bit, value));
        at += size;
    }
    for (bit, extra) in layout.extras.iter().filter(|(bit, _)| has(*bit)) {
        at = at.next_multiple_of(4);
        let number = record.number(*bit).unwrap_or_default();
        match extra {
            Pair => at += 8,
            Text => {
                let Some(raw) = raw_text(bytes, at, number) else { return Some(record) };
                at += raw.len();
                record.texts.push((*bit, decode(raw, number)));
            }
            Array => {
                let len = number as usize;
                let Some(raw) = bytes.get(at..).and_then(|rest| rest.get(..len)) else { return Some(record) };
                at += len;
                record.arrays.push((*bit, array(raw)));
            }
        }
    }
    Some(record)
}

fn number_at(bytes: &[u8], at: usize, size: usize) -> Option<u32> {
    match size {
        1 => bytes.get(at).map(|byte| u32::from(*byte)),
        2 => u16_at(bytes, at).map(u32::from),
        _ => u32_at(bytes, at),
    }
}

/// Bit 31 of a text's length (MS-OFORMS 2.4.14 CountOfBytesWithCompressionFlag).
const COMPRESSED: u32 = 1 << 31;

fn raw_text(bytes: &[u8], at: usize, count: u32) -> Option<&[u8]> {
    bytes.get(at..)?.get(..(count & !COMPRESSED) as usize)
}

/// A compressed text is UTF-16 without the high bytes, and so Latin-1 (MS-OFORMS 2.4.14).
fn decode(raw: &[u8], count: u32) -> String {
    if count & COMPRESSED != 0 {
        return raw.iter().map(|byte| char::from(*byte)).collect();
    }
    let units: Vec<u16> = raw.chunks_exact(2).filter_map(|pair| u16_at(pair, 0)).collect();
    String::from_utf16_lossy(&units)
}

/// Texts one after another, each behind its length and padded to 4 (MS-OFORMS 2.1.2.3.2 ArrayString).
fn array(raw: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut at: usize = 0;
    while let Some(count) = u32_at(raw, at) {
        let Some(text) = raw_text(raw, at + 4, count) else { break };
        at = (at + 4 + text.len()).next_multiple_of(4);
        texts.push(decode(text, count));
    }
    texts
}

/// The sites of a form: everything behind the FormControl record.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) caption: Option<String>,
    /// The sites, in order.
    pub(super) sites: Vec<Site>,
    /// The stream ended or broke before all sites that it told of.
    pub(super) is_cut: bool,
}

/// One control of a form, as its form keeps it.
#[derive(Debug, Default)]
pub(super) struct Site {
    pub(super) name: String,
    /// Property in lower case, text.
    pub(super) texts: Vec<(&'static str, String)>,
    pub(super) id: u32,
    /// Bytes in the object stream.
    pub(super) object_bytes: usize,
    /// Index of the class (MS-OFORMS 2.4.5 ClsidCacheIndex).
    pub(super) class: u32,
}

/// Reads an `f` stream (MS-OFORMS 2.2.10). `None` when it is none.
pub(super) fn form(stream: &[u8]) -> Option<Form> {
    const VERSION: u16 = 0x0400;
    if u16_at(stream, 0)? != VERSION {
        return None;
    }
    let mut record = read(stream, &FORM)?;
    let mut form = Form { caption: record.take_text(19), is_cut: true, ..Form::default() };
    let Some(at) = behind_pictures(stream, &record) else { return Some(form) };
    // Bit 15 of the boolean properties: no class table follows (MS-OFORMS 2.2.10.2, FORM_FLAG_DONTSAVECLASSTABLE).
    let has_classes = record.number(6).unwrap_or_default() & 1 << 15 == 0;
    let at = if has_classes { behind_classes(stream, at) } else { Some(at) };
    let Some((at, count)) = at.and_then(|at| Some((at + 8, u32_at(stream, at)?))) else { return Some(form) };
    let Some(mut at) = behind_depths(stream, at, count) else { return Some(form) };
    for _ in 0..count {
        let Some(site) = stream.get(at..).and_then(|rest| read(rest, &SITE)) else { return Some(form) };
        at += site.len;
        form.sites.push(Site::of(site));
    }
    form.is_cut = at > stream.len();
    Some(form)
}

impl Site {
    fn of(mut record: Record) -> Self {
        const PROPERTIES: [(u8, &str); 4] =
            [(1, "tag"), (11, "controltiptext"), (13, "controlsource"), (14, "rowsource")];
        let texts = PROPERTIES
            .into_iter()
            .filter_map(|(bit, property)| Some((property, record.take_text(bit)?)))
            .collect();
        Self {
            name: record.take_text(0).unwrap_or_default(),
            texts,
            id: record.number(2).unwrap_or_default(),
            object_bytes: record.number(5).unwrap_or_default() as usize,
            class: record.number(7).unwrap_or(u32::MAX),
        }
    }
}

/// The position behind mouse icon, font and picture (MS-OFORMS 2.2.10.5 FormStreamData).
fn behind_pictures(stream: &[u8], form: &Record) -> Option<usize> {
    const CLASS_BYTES: usize = 16;
    /// The class of TextProps, as bytes; the other font class is StdFont (MS-OFORMS 2.4.7).
    const TEXT_PROPS: [u8; 4] = [0x20, 0x09, 0xC2, 0xAF];
    let mut at = form.len;
    for bit in [15_u8, 20, 21].into_iter().filter(|bit| form.number(*bit).is_some()) {
        let content = stream.get(at + CLASS_BYTES..)?;
        at += CLASS_BYTES
            + match bit {
                20 if stream.get(at..)?.starts_with(&TEXT_PROPS) => 4 + usize::from(u16_at(content, 2)?),
                // Version, character set, flags, weight, height, then a name behind its length.
                20 => 11 + usize::from(*content.get(10)?),
                // A preamble, the size, the picture (MS-OFORMS 2.4.9).
                _ => 8 + usize::try_from(u32_at(content, 4)?).ok()?,
            };
    }
    Some(at)
}

/// The position behind the class table (MS-OFORMS 2.2.10.10.1 SiteClassInfo).
fn behind_classes(stream: &[u8], at: usize) -> Option<usize> {
    let count = u16_at(stream, at)?;
    let mut at = at + 2;
    for _ in 0..count {
        at += 4 + usize::from(u16_at(stream, at + 2)?);
    }
    Some(at)
}

/// The position behind the depths and types of the sites, padded to 4 (MS-OFORMS 2.2.10.7).
fn behind_depths(stream: &[u8], start: usize, count: u32) -> Option<usize> {
    const IS_COUNT: u8 = 0x80;
    let mut at = start;
    let mut left = count;
    while left > 0 {
        let kind = *stream.get(at + 1)?;
        let is_count = kind & IS_COUNT != 0;
        let many = if is_count { u32::from(kind & !IS_COUNT) } else { 1 };
        // A run of none would never end.
        left = left.saturating_sub(many.max(1));
        at += if is_count { 3 } else { 2 };
    }
    Some(start + (at - start).next_multiple_of(4))
}
