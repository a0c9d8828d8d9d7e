//! What a document holds beside its page, where code can read it.

/// Texts that a document holds beside its page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extras {
    /// Built-in properties.
    pub properties: Vec<(Property, String)>,
    /// Custom properties by name; only for packages (ECMA-376).
    pub custom: Vec<(String, String)>,
    /// Document variables by name; only for Word.
    pub variables: Vec<(String, String)>,
    /// Cells beside those of the page: row and column from 0, text; only for Excel.
    pub cells: Vec<(u16, u16, String)>,
    /// Pictures: name and alternative text; only for packages.
    pub pictures: Vec<(String, String)>,
    /// Comments, those of Excel in column A from the first row on; only for packages.
    pub comments: Vec<String>,
}

impl Extras {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Built-in properties that people fill in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// Title.
    Title,
    /// Subject.
    Subject,
    /// Keywords.
    Keywords,
    /// Comments.
    Comments,
}

impl Property {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Title, Self::Subject, Self::Keywords, Self::Comments];

    /// Its name in VBA.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Subject => "Subject",
            Self::Keywords => "Keywords",
            Self::Comments => "Comments",
        }
    }

    /// Its number in `\x05SummaryInformation` (MS-OLEPS 3.1).
    fn number(self) -> u32 {
        match self {
            Self::Title => 2,
            Self::Subject => 3,
            Self::Keywords => 5,
            Self::Comments => 6,
        }
    }

    /// Its element in `docProps/core.xml` (ECMA-376 part 2, 11).
    pub(super) fn element(self) -> &'static str {
        match self {
            Self::Title => "dc:title",
            Self::Subject => "dc:subject",
            Self::Keywords => "cp:keywords",
            Self::Comments => "dc:description",
        }
    }
}

/// The `\x05SummaryInformation` stream (MS-OLEPS 2.21): one property set, all texts in one code page.
pub(super) fn summary(properties: &[(Property, String)], code_page: u16) -> Vec<u8> {
    const FORMAT: [u8; 16] =
        [0xE0, 0x85, 0x9F, 0xF2, 0xF9, 0x4F, 0x68, 0x10, 0xAB, 0x91, 0x08, 0x00, 0x2B, 0x27, 0xB3, 0xD9];
    const VT_I2: u32 = 2;
    const VT_LPSTR: u32 = 30;
    let mut values = vec![(1u32, [VT_I2.to_le_bytes(), u32::from(code_page).to_le_bytes()].concat())];
    for (property, text) in properties {
        let mut bytes = text.clone().into_bytes();
        bytes.push(0);
        let mut value = VT_LPSTR.to_le_bytes().to_vec();
        value.extend((bytes.len() as u32).to_le_bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        value.extend(bytes);
        values.push((property.number(), value));
    }
    values.sort_by_key(|(number, _)| *number);
    let head = 8 + 8 * values.len();
    let (mut table, mut body): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    for (number, value) in &values {
        table.extend(number.to_le_bytes());
        table.extend(((head + body.len()) as u32).to_le_bytes());
        body.extend(value);
    }
    let mut out = vec![0xFE, 0xFF, 0, 0, 6, 1, 2, 0];
    out.extend([0; 16]);
    out.extend(1u32.to_le_bytes());
    out.extend(FORMAT);
    out.extend(48u32.to_le_bytes());
    out.extend(((head + body.len()) as u32).to_le_bytes());
    out.extend((values.len() as u32).to_le_bytes());
    out.extend(table);
    out.extend(body);
    out
}
