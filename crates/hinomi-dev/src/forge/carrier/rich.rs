//! RTF with a packaged file in it (`\objdata`), or with a template elsewhere.

use crate::forge::Chance;

/// How the hexadecimal digits of an object are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Lines of equal length.
    RtfPlain,
    /// Spaces and line ends anywhere.
    RtfSpaces,
    /// Groups and control words between the digits that readers pass over.
    RtfGroups,
    /// As bytes, after `\bin`.
    RtfBinary,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::RtfPlain, Self::RtfSpaces, Self::RtfGroups, Self::RtfBinary];
}

/// A document with a file packaged in it.
pub fn with_package(style: Style, lines: &[String], name: &str, file: &[u8], chance: &mut Chance) -> Vec<u8> {
    let object = package(name, file);
    let mut out = begin(lines);
    out.extend(b"{\\object\\objemb\\objw800\\objh600{\\*\\objclass Package}{\\*\\objdata ");
    match style {
        Style::RtfBinary => {
            out.extend(format!("\\bin{} ", object.len()).bytes());
            out.extend(object);
        }
        _ => out.extend(digits(style, &object, chance).bytes()),
    }
    out.extend(b"}{\\result {\\pard \\par}}}\n}\n");
    out
}

/// A document whose template lies elsewhere.
pub fn with_template(lines: &[String], url: &str) -> Vec<u8> {
    let mut out = begin(lines);
    out.extend(format!("{{\\*\\template {url}}}\n}}\n").bytes());
    out
}

fn begin(lines: &[String]) -> Vec<u8> {
    let mut out = "{\\rtf1\\ansi\\ansicpg932\\deff0{\\fonttbl{\\f0 MS Gothic;}}\n".to_owned();
    for line in lines {
        for unit in line.encode_utf16() {
            match u8::try_from(unit) {
                Ok(byte @ b' '..=b'~') if !b"\\{}".contains(&byte) => out.push(char::from(byte)),
                _ => out.extend([format!("\\u{}?", unit.cast_signed())]),
            }
        }
        out += "\\par\n";
    }
    out.into_bytes()
}

fn digits(style: Style, bytes: &[u8], chance: &mut Chance) -> String {
    let mut out = String::new();
    for (number, byte) in bytes.iter().enumerate() {
        if number % 38 == 0 {
            out.push('\n');
        }
        match style {
            Style::RtfSpaces if chance.one_in(5) => out += *chance.pick(&[" ", "\r\n", "  "]),
            Style::RtfGroups if chance.one_in(23) => {
                // Junk of letters that are no digits: some readers do not know that the group is to be skipped.
                let junk: String =
                    (0..chance.between(3, 9)).map(|_| *chance.pick(&['g', 'm', 'q', 'z'])).collect();
                out.extend([format!("{{\\*\\{} {junk}}}", chance.word(4, 8))]);
            }
            _ => {}
        }
        out.extend([if style == Style::RtfSpaces { format!("{byte:02X}") } else { format!("{byte:02x}") }]);
    }
    out
}

/// An embedded object of OLE 1.0 (MS-OLEDS 2.2.5) whose data is a packaged file.
fn package(name: &str, file: &[u8]) -> Vec<u8> {
    const EMBEDDED: u32 = 2;
    let path = format!("C:\\Users\\user\\Documents\\{name}\0");
    let mut data = vec![2, 0];
    data.extend(name.bytes().chain([0]));
    data.extend(path.bytes());
    data.extend([0, 0, 3, 0]);
    data.extend((path.len() as u32).to_le_bytes());
    data.extend(path.bytes());
    data.extend((file.len() as u32).to_le_bytes());
    data.extend(file);
    let mut out = [0x0501u32.to_le_bytes(), EMBEDDED.to_le_bytes()].concat();
    out.extend(8u32.to_le_bytes());
    out.extend(b"Package\0");
    out.extend([0; 8]);
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out
}
