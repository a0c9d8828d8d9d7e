//! Objects of PDF (ISO 32000-1, 7.3).

/// An object.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Object {
    /// `null`, and whatever could not be read.
    #[default]
    Null,
    Bool(bool),
    /// Whole numbers; fractions are cut off.
    Number(i64),
    /// Without the slash, `#xx` undone.
    Name(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Self>),
    Dictionary(Dictionary),
    /// The object number; generations do not tell revisions apart.
    Reference(u32),
}

/// A dictionary, in file order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Dictionary(pub(super) Vec<(Vec<u8>, Object)>);

impl Dictionary {
    /// The value of a key; the first, as viewers take it.
    pub(super) fn get(&self, key: &str) -> Option<&Object> {
        self.0.iter().find(|(name, _)| name == key.as_bytes()).map(|(_, value)| value)
    }

    pub(super) fn is(&self, key: &str, name: &str) -> bool {
        matches!(self.get(key), Some(Object::Name(found)) if found == name.as_bytes())
    }

    pub(super) fn number(&self, key: &str) -> Option<i64> {
        match self.get(key) {
            Some(Object::Number(number)) => Some(*number),
            _ => None,
        }
    }
}

/// A string as text: UTF-16 or UTF-8 by their marks, UTF-8 when it reads as that, else PDFDocEncoding (Annex D).
pub(super) fn decode_text(bytes: &[u8]) -> String {
    let wide = |rest: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            rest.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(read)).collect();
        String::from_utf16_lossy(&units)
    };
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return wide(rest, u16::from_be_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return wide(rest, u16::from_le_bytes);
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| pdf_doc_char(*byte)).collect(),
    }
}

fn pdf_doc_char(byte: u8) -> char {
    const LOW: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const HIGH: [char; 33] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚', '™', 'ﬁ',
        'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž', '\u{fffd}', '€',
    ];
    let special = match byte {
        0x18..=0x1f => LOW.get(usize::from(byte - 0x18)),
        0x80..=0xa0 => HIGH.get(usize::from(byte - 0x80)),
        _ => None,
    };
    special.copied().unwrap_or(char::from(byte))
}
