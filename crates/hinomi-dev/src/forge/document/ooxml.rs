//! `.docm` and `.xlsm`: the fewest parts that make a package (ECMA-376 part 2), and `vbaProject.bin`.

use super::{Container, Page, Project, cells};
use crate::forge::{Chance, zip};
use anyhow::Result;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const VBA: &str = "http://schemas.microsoft.com/office/2006/relationships/vbaProject";

pub(super) fn write(
    container: Container,
    page: &Page,
    project: Option<&Project>,
    chance: &mut Chance,
) -> Result<Vec<u8>> {
    let (main, kind) = match container.is_word() {
        true => ("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        false => ("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
    };
    let mut parts = vec![
        ("[Content_Types].xml", content_types(main, kind)),
        ("_rels/.rels", relationships(&[(&format!("{OFFICE}/officeDocument"), main)])),
    ];
    let mut links = vec![(VBA.to_owned(), "vbaProject.bin")];
    if container.is_word() {
        parts.push(("word/document.xml", body(page)));
    } else {
        links.push((format!("{OFFICE}/worksheet"), "worksheets/sheet1.xml"));
        parts.push(("xl/workbook.xml", workbook()));
        parts.push(("xl/worksheets/sheet1.xml", sheet(page)));
    }
    let links: Vec<(&str, &str)> = links.iter().map(|(kind, target)| (kind.as_str(), *target)).collect();
    let folder = if container.is_word() { "word" } else { "xl" };
    let main_links = format!("{folder}/_rels/{}.rels", &main[folder.len() + 1..]);
    parts.push((&main_links, relationships(&links)));

    let mut entries: Vec<zip::Entry> =
        parts.into_iter().map(|(name, text)| zip::Entry::open(name, text.into_bytes())).collect();
    if let Some(project) = project {
        entries.push(zip::Entry::open(&format!("{folder}/vbaProject.bin"), project.bin(chance)?));
    }
    Ok(zip::write(&entries, chance))
}

fn content_types(main: &str, kind: &str) -> String {
    let sheet = if main.starts_with("xl/") {
        "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
    } else {
        ""
    };
    format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/>\
         <Override PartName=\"/{main}\" ContentType=\"{kind}\"/>{sheet}</Types>"
    )
}

fn relationships(links: &[(&str, &str)]) -> String {
    let mut out = format!("{HEAD}<Relationships xmlns=\"{RELATIONSHIPS}\">");
    for (number, (kind, target)) in links.iter().enumerate() {
        out.extend([format!("<Relationship Id=\"rId{}\" Type=\"{kind}\" Target=\"{target}\"/>", number + 1)]);
    }
    out + "</Relationships>"
}

fn body(page: &Page) -> String {
    let mut out = format!(
        "{HEAD}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>"
    );
    for line in &page.lines {
        out.extend([format!("<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", escape(line))]);
    }
    out + "</w:body></w:document>"
}

fn workbook() -> String {
    format!(
        "{HEAD}<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"{OFFICE}\">\
         <sheets><sheet name=\"集計\" sheetId=\"1\" r:id=\"rId2\"/></sheets></workbook>"
    )
}

fn sheet(page: &Page) -> String {
    let mut out = format!(
        "{HEAD}<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"
    );
    for (row, line) in page.lines.iter().enumerate() {
        out.extend([format!("<row r=\"{}\">", row + 1)]);
        for (column, cell) in cells(line).enumerate() {
            let column = char::from(b'A' + (column % 26) as u8);
            let text = escape(cell);
            out.extend([format!("<c r=\"{column}{}\" t=\"inlineStr\"><is><t>{text}</t></is></c>", row + 1)]);
        }
        out += "</row>";
    }
    out + "</sheetData></worksheet>"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
