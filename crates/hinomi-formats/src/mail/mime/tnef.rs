//! TNEF, Outlook's `winmail.dat` (MS-OXTNEF): the files inside, and the plain text.

/// 0x223E9F78, little-endian (MS-OXTNEF 2.1.3.1).
const SIGNATURE: &[u8] = &[0x78, 0x9F, 0x3E, 0x22];
/// Signature and key.
const HEADER_BYTES: usize = 6;
/// Level, attribute, length before the data; a checksum of two bytes after it.
const ATTRIBUTE_BYTES: usize = 9;

/// Ids of attributes (MS-OXTNEF 2.1.3.2). Their types say nothing that the ids do not, and are wrong at times.
const BODY: u16 = 0x800C;
const ATTACH_TITLE: u16 = 0x8010;
const ATTACH_DATA: u16 = 0x800F;
/// Starts the next attachment.
const ATTACH_RENDERING: u16 = 0x9002;
/// MAPI properties of the attachment.
const ATTACHMENT: u16 = 0x9005;
/// Code page of the eight-bit strings.
const CODE_PAGE: u16 = 0x9007;
/// Levels an attribute can stand on: the message, an attachment.
const LEVELS: [u8; 2] = [1, 2];

/// Property ids (MS-OXPROPS): data object, long file name.
const PROPERTY_DATA_OBJECT: u16 = 0x3701;
const PROPERTY_LONG_FILENAME: u16 = 0x3707;
/// Property types (MS-OXCDATA 2.11.1).
const TYPE_OBJECT: u16 = 0x000D;
const TYPE_STRING8: u16 = 0x001E;
const TYPE_UNICODE: u16 = 0x001F;
const TYPE_BINARY: u16 = 0x0102;
const MULTIPLE: u16 = 0x1000;

/// Properties and values looked at in one list; real lists have a few dozen.
const PROPERTIES_MAX: u32 = 1_024;

/// What a TNEF stream holds.
#[derive(Default)]
pub(super) struct Tnef<'a> {
    pub(super) files: Vec<File<'a>>,
    /// The plain text, in the code page.
    pub(super) body: &'a [u8],
    /// The charset label of eight-bit strings.
    pub(super) charset: Option<String>,
    /// Whether the stream ends inside an attribute.
    pub(super) cut: bool,
}

/// One attached file.
#[derive(Default)]
pub(super) struct File<'a> {
    title: &'a [u8],
    long: Option<Name<'a>>,
    pub(super) data: &'a [u8],
}

/// A name as the property has it.
enum Name<'a> {
    EightBit(&'a [u8]),
    /// UTF-16, little-endian.
    Unicode(&'a [u8]),
}

impl File<'_> {
    /// The long name, else the title, which is cut to eight and three letters by old writers.
    pub(super) fn name(&self, charset: Option<&str>) -> Option<String> {
        let name = match self.long {
            Some(Name::Unicode(raw)) => encoding_rs::UTF_16LE.decode_without_bom_handling(raw).0.into_owned(),
            Some(Name::EightBit(raw)) => crate::text::decode(charset, raw),
            None => crate::text::decode(charset, self.title),
        };
        Some(name.trim_end_matches('\0').to_owned()).filter(|name| !name.is_empty())
    }
}

/// Whether bytes are a TNEF stream.
pub(super) fn is_tnef(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

/// Reads a stream; `None` when it is none. At most `files_max` files are told apart, and then one more.
pub(super) fn read(bytes: &[u8], files_max: usize) -> Option<Tnef<'_>> {
    let mut rest = bytes.strip_prefix(SIGNATURE).and_then(|_| bytes.get(HEADER_BYTES..))?;
    let mut tnef = Tnef::default();
    // What starts with no level was put behind the stream.
    while rest.first().is_some_and(|level| LEVELS.contains(level)) {
        let Some((attribute, len, body)) = attribute(rest) else {
            tnef.cut = true;
            break;
        };
        // What is there of the last one is read all the same.
        let (data, after) = body.split_at_checked(len).unwrap_or((body, &[]));
        tnef.cut |= data.len() < len;
        rest = after.get(2..).unwrap_or_default();
        match attribute {
            BODY => tnef.body = without_zeros(data),
            CODE_PAGE => tnef.charset = u32_at(data, 0).map(|page| format!("cp{page}")),
            ATTACH_RENDERING if tnef.files.len() > files_max => break,
            ATTACH_RENDERING => tnef.files.push(File::default()),
            _ => {
                if let Some(file) = tnef.files.last_mut() {
                    file.take(attribute, data);
                }
            }
        }
    }
    tnef.files.retain(|file| !file.data.is_empty() || !file.title.is_empty());
    Some(tnef)
}

impl<'a> File<'a> {
    fn take(&mut self, attribute: u16, data: &'a [u8]) {
        match attribute {
            ATTACH_TITLE => self.title = without_zeros(data),
            ATTACH_DATA => self.data = data,
            ATTACHMENT => {
                for property in Properties::of(data) {
                    match (property.id, property.kind) {
                        (PROPERTY_LONG_FILENAME, TYPE_STRING8) => {
                            self.long = Some(Name::EightBit(without_zeros(property.value)));
                        }
                        (PROPERTY_LONG_FILENAME, TYPE_UNICODE) => {
                            self.long = Some(Name::Unicode(property.value))
                        }
                        // An embedded object follows the id of its interface. A message counts more than the
                        // picture of it that older readers get as data.
                        (PROPERTY_DATA_OBJECT, TYPE_OBJECT) => {
                            let object = property.value.get(16..).unwrap_or_default();
                            if self.data.is_empty() || is_tnef(object) {
                                self.data = object;
                            }
                        }
                        (PROPERTY_DATA_OBJECT, TYPE_BINARY) if self.data.is_empty() => {
                            self.data = property.value
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// Id of the attribute, length of its data, and what follows.
fn attribute(bytes: &[u8]) -> Option<(u16, usize, &[u8])> {
    let (head, rest) = bytes.split_at_checked(ATTRIBUTE_BYTES)?;
    let id = head.get(1..)?.first_chunk().map(|id| u16::from_le_bytes(*id))?;
    Some((id, usize::try_from(u32_at(head, 5)?).ok()?, rest))
}

struct Property<'a> {
    id: u16,
    kind: u16,
    /// The first value.
    value: &'a [u8],
}

/// A list of MAPI properties (MS-OXTNEF 2.1.3.4), ended by anything that is none.
struct Properties<'a> {
    rest: &'a [u8],
    left: u32,
}

impl<'a> Properties<'a> {
    fn of(data: &'a [u8]) -> Self {
        let left = u32_at(data, 0).unwrap_or(0).min(PROPERTIES_MAX);
        Self { rest: data.get(4..).unwrap_or_default(), left }
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4).and_then(|bytes| u32_at(bytes, 0))
    }

    /// A value with its length before it, padded to four bytes.
    fn counted(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.number()?).ok()?;
        let value = self.take(len)?;
        self.take(len.checked_next_multiple_of(4)?.checked_sub(len)?)?;
        Some(value)
    }

    /// Jumps over the name of a named property.
    fn skip_name(&mut self) -> Option<()> {
        self.take(16)?;
        if self.number()? == 0 { self.number().map(|_| ()) } else { self.counted().map(|_| ()) }
    }
}

impl<'a> Iterator for Properties<'a> {
    type Item = Property<'a>;

    fn next(&mut self) -> Option<Property<'a>> {
        self.left = self.left.checked_sub(1)?;
        let tag = self.number()?;
        let [a, b, c, d] = tag.to_le_bytes();
        let (kind, id) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
        if id >= 0x8000 {
            self.skip_name()?;
        }
        let single = kind & !MULTIPLE;
        let variable = matches!(single, TYPE_OBJECT | TYPE_STRING8 | TYPE_UNICODE | TYPE_BINARY);
        let count = if variable || kind & MULTIPLE != 0 { self.number()?.min(PROPERTIES_MAX) } else { 1 };
        let mut value: &[u8] = &[];
        for at in 0..count {
            let next = if variable { self.counted()? } else { self.take(fixed_bytes(single)?)? };
            value = if at == 0 { next } else { value };
        }
        Some(Property { id, kind: single, value })
    }
}

/// Bytes of a value without a length, padding included.
fn fixed_bytes(kind: u16) -> Option<usize> {
    Some(match kind {
        0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => 4,
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => 8,
        0x0048 => 16,
        _ => return None,
    })
}

fn without_zeros(data: &[u8]) -> &[u8] {
    let end = data.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    data.get(..end).unwrap_or(data)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}
