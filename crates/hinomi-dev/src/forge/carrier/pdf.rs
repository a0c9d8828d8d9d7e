//! PDF files (ISO 32000-1) of one page, with the actions a reader must find.

use crate::forge::archive::deflate;
use crate::forge::ovba;

/// A file of one page.
#[derive(Debug, Clone, Default)]
pub struct Pdf {
    /// Lines of text.
    pub lines: Vec<String>,
    /// What it would open, run or carry.
    pub acts: Vec<Act>,
    /// Objects lie in a compressed object stream under a cross-reference stream (PDF 1.5).
    pub packed: bool,
}

/// Something a PDF can do.
#[derive(Debug, Clone)]
pub enum Act {
    /// A link on the page.
    Link(String),
    /// A link on the page that starts a file (`/Launch`).
    Launch(String),
    /// A script on a link.
    Script(String),
    /// A script that runs when the file is opened.
    OpenScript(String),
    /// An embedded file: name and bytes.
    Embedded(String, Vec<u8>),
}

/// An indirect object: its dictionary or value, and its stream.
struct Object {
    text: String,
    stream: Option<Vec<u8>>,
}

impl Object {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), stream: None }
    }
}

/// The first objects have fixed numbers; actions follow.
const CATALOG: usize = 1;
const FIRST_ACT: usize = 7;

impl Pdf {
    /// The bytes of the file.
    pub fn write(&self) -> Vec<u8> {
        let objects = self.objects();
        if self.packed { with_object_stream(objects) } else { with_table(&objects) }
    }

    fn objects(&self) -> Vec<Object> {
        let (mut acts, mut annotations, mut catalog) = (Vec::new(), String::new(), String::new());
        for (place, act) in self.acts.iter().enumerate() {
            let number = FIRST_ACT + acts.len();
            let action = match act {
                Act::Link(url) => format!("/S /URI /URI {}", text(url)),
                Act::Launch(file) => format!("/S /Launch /F {}", text(file)),
                Act::Script(code) => format!("/S /JavaScript /JS {}", text(code)),
                Act::OpenScript(code) => {
                    catalog.extend([format!(" /OpenAction {number} 0 R")]);
                    acts.push(Object::plain(format!("<< /S /JavaScript /JS {} >>", text(code))));
                    continue;
                }
                Act::Embedded(name, bytes) => {
                    catalog.extend([format!(
                        " /Names << /EmbeddedFiles << /Names [{} {number} 0 R] >> >>",
                        text(name)
                    )]);
                    let names = format!("/F {} /UF {}", text(name), text(name));
                    let file = format!("<< /Type /Filespec {names} /EF << /F {} 0 R >> >>", number + 1);
                    acts.push(Object::plain(file));
                    acts.push(flated("/Type /EmbeddedFile ", bytes));
                    continue;
                }
            };
            let top = 700 - 30 * place;
            annotations.extend([format!("{number} 0 R ")]);
            acts.push(Object::plain(format!(
                "<< /Type /Annot /Subtype /Link /Rect [72 {} 420 {top}] /Border [0 0 1] /A << {action} >> >>",
                top - 18
            )));
        }
        let mut objects = page(&self.lines, &catalog, &annotations);
        objects.extend(acts);
        objects
    }
}

/// Catalog, page tree, page, text and a Japanese font that every viewer brings along (ISO 32000-1 §9.7.5.2).
fn page(lines: &[String], catalog: &str, annotations: &str) -> Vec<Object> {
    let mut content = "BT /F1 11 Tf 72 780 Td 18 TL\n".to_owned();
    for line in lines {
        content.extend([format!("<{}> Tj T*\n", hex(&utf16_big(line)))]);
    }
    content += "ET\n";
    vec![
        Object::plain(format!("<< /Type /Catalog /Pages 2 0 R{catalog} >>")),
        Object::plain("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
        Object::plain(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R >> >> /Annots [{annotations}] >>"
        )),
        flated("", content.as_bytes()),
        Object::plain(
            "<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiKakuGo-W5 /Encoding /UniJIS-UCS2-H \
             /DescendantFonts [6 0 R] >>",
        ),
        Object::plain(
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiKakuGo-W5 /CIDSystemInfo \
             << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >> >>",
        ),
    ]
}

fn flated(entries: &str, bytes: &[u8]) -> Object {
    let packed = deflate::zlib(bytes);
    let text = format!("<< {entries}/Filter /FlateDecode /Length {} >>", packed.len());
    Object { text, stream: Some(packed) }
}

/// A text string: literal when it is ASCII, else UTF-16BE in hexadecimal.
fn text(value: &str) -> String {
    if value.is_ascii() {
        let escaped = value.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        format!("({escaped})")
    } else {
        format!("<FEFF{}>", hex(&utf16_big(value)))
    }
}

fn utf16_big(text: &str) -> Vec<u8> {
    ovba::utf16(text).chunks(2).flat_map(|unit| [unit[1], unit[0]]).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Puts one object into the file and returns its offset.
fn put(out: &mut Vec<u8>, number: usize, object: &Object) -> usize {
    let at = out.len();
    out.extend(format!("{number} 0 obj\n{}\n", object.text).bytes());
    if let Some(stream) = &object.stream {
        out.extend(b"stream\n");
        out.extend(stream);
        out.extend(b"\nendstream\n");
    }
    out.extend(b"endobj\n");
    at
}

/// The classic layout: objects, cross-reference table, trailer.
fn with_table(objects: &[Object]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let offsets: Vec<usize> =
        objects.iter().enumerate().map(|(index, object)| put(&mut out, index + 1, object)).collect();
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for offset in offsets {
        out.extend(format!("{offset:010} 00000 n \n").bytes());
    }
    let size = objects.len() + 1;
    out.extend(
        format!("trailer\n<< /Size {size} /Root {CATALOG} 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes(),
    );
    out
}

/// The layout of PDF 1.5: what has no stream of its own lies in one object stream.
fn with_object_stream(objects: Vec<Object>) -> Vec<u8> {
    let container = objects.len() + 1;
    let table = container + 1;
    let mut out = b"%PDF-1.5\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let (mut heads, mut bodies, mut inside) = (String::new(), String::new(), 0u8);
    // Rows of the cross-reference stream: kind, place (offset or container), index.
    let mut rows = vec![(0u8, 0usize, 0u8)];
    for (index, object) in objects.iter().enumerate() {
        if object.stream.is_some() {
            rows.push((1, put(&mut out, index + 1, object), 0));
        } else {
            heads.extend([format!("{} {} ", index + 1, bodies.len())]);
            bodies.extend([object.text.as_str(), "\n"]);
            rows.push((2, container, inside));
            inside += 1;
        }
    }
    let entries = format!("/Type /ObjStm /N {inside} /First {} ", heads.len());
    rows.push((1, put(&mut out, container, &flated(&entries, format!("{heads}{bodies}").as_bytes())), 0));
    let start = out.len();
    rows.push((1, start, 0));
    let packed: Vec<u8> = rows
        .iter()
        .flat_map(|(kind, place, index)| {
            let place = (*place as u32).to_be_bytes();
            [*kind, place[0], place[1], place[2], place[3], *index]
        })
        .collect();
    let entries = format!("/Type /XRef /Size {} /W [1 4 1] /Root {CATALOG} 0 R ", table + 1);
    put(&mut out, table, &flated(&entries, &packed));
    out.extend(format!("startxref\n{start}\n%%EOF\n").bytes());
    out
}

#[cfg(test)]
mod tests;
