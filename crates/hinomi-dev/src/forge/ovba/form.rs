//! User forms (MS-OFORMS): the storage of a form with the texts of its controls.

use super::Chance;

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What its title bar says.
    pub caption: String,
    /// Its controls.
    pub controls: Vec<Control>,
}

impl Form {
    /// The longest text that one of its controls holds, captions of buttons aside: few readers know them.
    pub fn longest_text(&self) -> &str {
        let texts = self.controls.iter().flat_map(|control| {
            let text = Some(&control.text).filter(|_| control.kind != ControlKind::CommandButton);
            text.into_iter().chain([&control.tag, &control.tip])
        });
        texts.max_by_key(|text| text.len()).map_or("", String::as_str)
    }
}

/// A control of a form. Texts are ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Control {
    /// Its name.
    pub name: String,
    /// What kind of control it is.
    pub kind: ControlKind,
    /// The text in a box, or on a label or a button.
    pub text: String,
    /// `Tag`.
    pub tag: String,
    /// `ControlTipText`.
    pub tip: String,
}

/// Kinds of control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ControlKind {
    /// A box to write in: its text is `Text` and `Value`.
    #[default]
    TextBox,
    /// Its text is `Caption`.
    Label,
    /// Its text is `Caption`.
    CommandButton,
}

impl ControlKind {
    /// Its place in the table of classes (MS-OFORMS 2.4.5).
    fn class(self) -> u16 {
        match self {
            Self::TextBox => 23,
            Self::Label => 21,
            Self::CommandButton => 17,
        }
    }
}

/// The streams of a form's storage, by name.
pub(super) fn streams(name: &str, form: &Form, chance: &mut Chance) -> Vec<(String, Vec<u8>)> {
    let objects: Vec<Vec<u8>> = form.controls.iter().map(object).collect();
    let frame = format!(
        "VERSION 5.00\r\nBegin {{C62A69F0-16DC-11CE-9E98-00AA00574A4F}} {name} \r\n   Caption         =   \"{}\"\r\n   \
         ClientHeight    =   {}\r\n   ClientLeft      =   120\r\n   ClientTop       =   465\r\n   ClientWidth     =   {}\r\n   \
         StartUpPosition =   1  'CenterOwner\r\nEnd\r\n",
        form.caption,
        chance.between(1_500, 4_500),
        chance.between(2_500, 6_500)
    );
    vec![
        ("f".to_owned(), parent(form, &objects)),
        ("o".to_owned(), objects.concat()),
        ("\u{3}VBFrame".to_owned(), frame.into_bytes()),
        ("\u{1}CompObj".to_owned(), class_names()),
    ]
}

/// The FormControl with its sites (MS-OFORMS 2.2.10).
fn parent(form: &Form, objects: &[Vec<u8>]) -> Vec<u8> {
    // Next id, displayed and logical size, shape cookie, draw buffer.
    const MASK: u32 = 1 << 3 | 1 << 10 | 1 << 11 | 1 << 26 | 1 << 27;
    let next_id = form.controls.len() as u32 + 1;
    let mut block = MASK.to_le_bytes().to_vec();
    for field in [next_id, next_id, 32_000, 8_564, 5_503, 0, 0] {
        block.extend(field.to_le_bytes());
    }
    let mut out = vec![0, 4];
    out.extend((block.len() as u16).to_le_bytes());
    out.extend(block);

    let sites: Vec<u8> = form
        .controls
        .iter()
        .zip(objects)
        .zip(1..)
        .flat_map(|((control, object), id)| site(control, object, id))
        .collect();
    // FormSiteData (2.2.10.6): no class table; depth 0 and type 1 for each site, filled up to four bytes.
    let mut depths: Vec<u8> = form.controls.iter().flat_map(|_| [0, 1]).collect();
    depths.resize(depths.len().next_multiple_of(4), 0);
    out.extend(0u16.to_le_bytes());
    out.extend((form.controls.len() as u32).to_le_bytes());
    out.extend(((depths.len() + sites.len()) as u32).to_le_bytes());
    out.extend(depths);
    out.extend(sites);
    out
}

/// How long a compressed string is, with the bit that says so (2.4.14).
fn count(text: &str) -> [u8; 4] {
    (text.len() as u32 | 1 << 31).to_le_bytes()
}

/// A string, filled up to four bytes.
fn padded(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// OleSiteConcreteControl (2.2.10.12.1).
fn site(control: &Control, object: &[u8], id: u32) -> Vec<u8> {
    // Name, id, size of the object, tab index, class, position.
    let mut mask: u32 = 1 | 1 << 2 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8;
    let (mut fixed, mut strings) = (count(&control.name).to_vec(), padded(&control.name));
    if !control.tag.is_empty() {
        mask |= 1 << 1;
        fixed.extend(count(&control.tag));
        strings.extend(padded(&control.tag));
    }
    fixed.extend(id.to_le_bytes());
    fixed.extend((object.len() as u32).to_le_bytes());
    fixed.extend(((id - 1) as u16).to_le_bytes());
    fixed.extend(control.kind.class().to_le_bytes());
    if !control.tip.is_empty() {
        mask |= 1 << 11;
        fixed.extend(count(&control.tip));
    }
    strings.extend(423u32.to_le_bytes());
    strings.extend((id * 900).to_le_bytes());
    strings.extend(padded(&control.tip));
    let mut out = vec![0, 0];
    out.extend(((4 + fixed.len() + strings.len()) as u16).to_le_bytes());
    out.extend(mask.to_le_bytes());
    out.extend(fixed);
    out.extend(strings);
    out
}

/// The control itself: MorphData (2.2.5), Label (2.2.4) or CommandButton (2.2.1), then its TextProps.
fn object(control: &Control) -> Vec<u8> {
    let size = [2_540u32.to_le_bytes(), 635u32.to_le_bytes()].concat();
    let mut block = Vec::new();
    match control.kind {
        ControlKind::TextBox => {
            // Various bits, size, value; bit 31 is always set.
            let value = if control.text.is_empty() { 0 } else { 1u64 << 22 };
            block.extend((1u64 | 1 << 8 | 1 << 31 | value).to_le_bytes());
            block.extend(0x2C80_481Bu32.to_le_bytes());
            if value > 0 {
                block.extend(count(&control.text));
            }
            block.extend(size);
            block.extend(padded(&control.text));
        }
        ControlKind::Label | ControlKind::CommandButton => {
            // Caption and size, in both.
            block.extend((1u32 << 3 | 1 << 5).to_le_bytes());
            block.extend(count(&control.text));
            block.extend(padded(&control.text));
            block.extend(size);
        }
    }
    let mut out = vec![0, 2];
    out.extend((block.len() as u16).to_le_bytes());
    out.extend(block);
    // TextProps (2.3.1): font name, height, character set and pitch.
    out.extend([0, 2, 24, 0, 0x35, 0, 0, 0, 6, 0, 0, 0x80, 0xA5, 0, 0, 0, 0, 2, 0, 0]);
    out.extend(b"Tahoma\0\0");
    out
}

/// The CompObj stream as every form has it (MS-OLEDS 2.3.8).
fn class_names() -> Vec<u8> {
    let mut out = vec![1, 0, 0xFE, 0xFF, 3, 0x0A, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF];
    out.extend([0; 16]);
    for text in ["Microsoft Forms 2.0 Form\0", "Embedded Object\0"] {
        out.extend((text.len() as u32).to_le_bytes());
        out.extend(text.bytes());
    }
    out.extend([0, 0, 0, 0, 0xF4, 0x39, 0xB2, 0x71]);
    out.extend([0; 12]);
    out
}
