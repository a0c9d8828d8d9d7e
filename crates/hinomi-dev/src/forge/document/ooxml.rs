//! `.docm` and `.xlsm`: the fewest parts that make a package (ECMA-376 part 2), and `vbaProject.bin`.

use super::{Container, Extras, Page, Project, cells};
use crate::forge::Chance;
use crate::forge::archive::zip;
use anyhow::Result;

pub(in crate::forge) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
pub(in crate::forge) const OFFICE: &str =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const VBA: &str = "http://schemas.microsoft.com/office/2006/relationships/vbaProject";
const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
pub(in crate::forge) const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A package while it is put together: parts, and what the main part links to.
#[derive(Debug, Default)]
pub(in crate::forge) struct Package {
    /// Name and text of each part, in order.
    pub(in crate::forge) parts: Vec<(String, Vec<u8>)>,
    /// Part and content type of those that have one of their own.
    pub(in crate::forge) types: Vec<(String, String)>,
    /// Links of the package: type and target.
    pub(in crate::forge) roots: Vec<(String, String)>,
    /// Links of the main part: type and target; `!` before a target outside.
    pub(in crate::forge) links: Vec<(String, String)>,
}

impl Package {
    /// Adds a part with its content type.
    pub(in crate::forge) fn part(&mut self, name: &str, kind: &str, text: impl Into<Vec<u8>>) {
        self.parts.push((name.to_owned(), text.into()));
        if !kind.is_empty() {
            self.types.push((name.to_owned(), kind.to_owned()));
        }
    }

    /// The archive; `main` is the part that the package is about.
    pub(in crate::forge) fn write(mut self, main: &str, chance: &mut Chance) -> Vec<u8> {
        let (folder, file) = main.rsplit_once('/').unwrap_or_default();
        self.roots.insert(0, (format!("{OFFICE}/officeDocument"), main.to_owned()));
        let mut entries = vec![
            ("[Content_Types].xml".to_owned(), content_types(&self.types).into_bytes()),
            ("_rels/.rels".to_owned(), relationships(&self.roots).into_bytes()),
        ];
        let links = (format!("{folder}/_rels/{file}.rels"), relationships(&self.links).into_bytes());
        // The macros come last, everything else before its links.
        let macros = self.parts.iter().position(|(name, _)| name.ends_with("vbaProject.bin"));
        let last = macros.map(|at| self.parts.remove(at));
        entries.extend(self.parts);
        entries.push(links);
        entries.extend(last);
        let entries: Vec<_> =
            entries.into_iter().map(|(name, bytes)| zip::Entry::open(&name, bytes)).collect();
        zip::write(&entries, chance)
    }
}

pub(super) fn write(
    container: Container,
    page: &Page,
    extras: &Extras,
    project: Option<&Project>,
    chance: &mut Chance,
) -> Result<Vec<u8>> {
    let (main, kind) = match container.is_word() {
        true => ("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        false => ("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
    };
    let mut package = Package::default();
    package.links.push((VBA.to_owned(), "vbaProject.bin".to_owned()));
    if container.is_word() {
        package.part(main, kind, body(page, extras));
        word_extras(extras, &mut package);
    } else {
        package.links.push((format!("{OFFICE}/worksheet"), "worksheets/sheet1.xml".to_owned()));
        package.part(main, kind, workbook());
        package.part("xl/worksheets/sheet1.xml", &format!("{SHEET_TYPE}worksheet+xml"), sheet(page, extras));
        sheet_extras(extras, &mut package);
    }
    properties(extras, &mut package);
    let folder = if container.is_word() { "word" } else { "xl" };
    if let Some(project) = project {
        package.part(&format!("{folder}/vbaProject.bin"), "", project.bin(chance)?);
    }
    Ok(package.write(main, chance))
}

const SHEET_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
const WORD_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.";

fn content_types(types: &[(String, String)]) -> String {
    let overrides: String = types
        .iter()
        .map(|(part, kind)| format!("<Override PartName=\"/{part}\" ContentType=\"{kind}\"/>"))
        .collect();
    format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/>{overrides}</Types>"
    )
}

pub(in crate::forge) fn relationships(links: &[(String, String)]) -> String {
    let mut out = format!("{HEAD}<Relationships xmlns=\"{RELATIONSHIPS}\">");
    for (number, (kind, target)) in links.iter().enumerate() {
        let (target, mode) = match target.strip_prefix('!') {
            Some(outside) => (escape(outside), " TargetMode=\"External\""),
            None => (escape(target), ""),
        };
        out.extend([format!(
            "<Relationship Id=\"rId{}\" Type=\"{kind}\" Target=\"{target}\"{mode}/>",
            number + 1
        )]);
    }
    out + "</Relationships>"
}

/// Built-in properties in one part, custom ones in another.
fn properties(extras: &Extras, package: &mut Package) {
    if !extras.properties.is_empty() {
        let elements: String = extras
            .properties
            .iter()
            .map(|(property, text)| format!("<{0}>{1}</{0}>", property.element(), escape(text)))
            .collect();
        let text = format!(
            "{HEAD}<cp:coreProperties \
             xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\">{elements}</cp:coreProperties>"
        );
        package.part("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml", text);
        let kind = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";
        package.roots.push((kind.to_owned(), "docProps/core.xml".to_owned()));
    }
    if !extras.custom.is_empty() {
        let elements: String = extras
            .custom
            .iter()
            .zip(2..)
            .map(|((name, text), number)| {
                format!(
                    "<property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{number}\" \
                     name=\"{name}\"><vt:lpwstr>{}</vt:lpwstr></property>",
                    escape(text)
                )
            })
            .collect();
        let text = format!(
            "{HEAD}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" \
             xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">{elements}</Properties>"
        );
        package.part(
            "docProps/custom.xml",
            "application/vnd.openxmlformats-officedocument.custom-properties+xml",
            text,
        );
        package.roots.push((format!("{OFFICE}/custom-properties"), "docProps/custom.xml".to_owned()));
    }
}

fn word_extras(extras: &Extras, package: &mut Package) {
    if !extras.variables.is_empty() {
        let variables: String = extras
            .variables
            .iter()
            .map(|(name, text)| format!("<w:docVar w:name=\"{name}\" w:val=\"{}\"/>", escape(text)))
            .collect();
        let text =
            format!("{HEAD}<w:settings xmlns:w=\"{WORD}\"><w:docVars>{variables}</w:docVars></w:settings>");
        package.part("word/settings.xml", &format!("{WORD_TYPE}settings+xml"), text);
        package.links.push((format!("{OFFICE}/settings"), "settings.xml".to_owned()));
    }
    if !extras.comments.is_empty() {
        let comments: String = extras
            .comments
            .iter()
            .enumerate()
            .map(|(number, text)| {
                format!(
                    "<w:comment w:id=\"{number}\" w:author=\"user\"><w:p><w:r>\
                     <w:t xml:space=\"preserve\">{}</w:t></w:r></w:p></w:comment>",
                    escape(text)
                )
            })
            .collect();
        let text = format!("{HEAD}<w:comments xmlns:w=\"{WORD}\">{comments}</w:comments>");
        package.part("word/comments.xml", &format!("{WORD_TYPE}comments+xml"), text);
        package.links.push((format!("{OFFICE}/comments"), "comments.xml".to_owned()));
    }
}

fn body(page: &Page, extras: &Extras) -> String {
    let mut out = format!("{HEAD}<w:document xmlns:w=\"{WORD}\"><w:body>");
    for line in &page.lines {
        out.extend([format!("<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", escape(line))]);
    }
    for number in 0..extras.comments.len() {
        out.extend([format!("<w:p><w:r><w:commentReference w:id=\"{number}\"/></w:r></w:p>")]);
    }
    for (number, (name, text)) in extras.pictures.iter().enumerate() {
        out.extend([word_picture(number + 1, name, text)]);
    }
    out + "</w:body></w:document>"
}

/// A drawing in the line: a rectangle, with its name and alternative text.
fn word_picture(number: usize, name: &str, text: &str) -> String {
    format!(
        "<w:p><w:r><w:drawing>\
         <wp:inline xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\">\
         <wp:extent cx=\"914400\" cy=\"457200\"/><wp:docPr id=\"{number}\" name=\"{name}\" descr=\"{}\"/>\
         <a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">\
         <a:graphicData uri=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\">\
         <wps:wsp xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\"><wps:cNvSpPr/>\
         <wps:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"914400\" cy=\"457200\"/></a:xfrm>\
         <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData>\
         </a:graphic></wp:inline></w:drawing></w:r></w:p>",
        escape(text)
    )
}

fn workbook() -> String {
    format!(
        "{HEAD}<workbook xmlns=\"{SHEET}\" xmlns:r=\"{OFFICE}\">\
         <sheets><sheet name=\"集計\" sheetId=\"1\" r:id=\"rId2\"/></sheets></workbook>"
    )
}

fn sheet(page: &Page, extras: &Extras) -> String {
    let links = if extras.pictures.is_empty() { String::new() } else { format!(" xmlns:r=\"{OFFICE}\"") };
    let mut out = format!("{HEAD}<worksheet xmlns=\"{SHEET}\"{links}><sheetData>");
    let mut rows: std::collections::BTreeMap<u16, Vec<(u16, &str)>> = std::collections::BTreeMap::new();
    for (row, line) in page.lines.iter().enumerate() {
        rows.insert(
            row as u16,
            cells(line).enumerate().map(|(column, text)| (column as u16, text)).collect(),
        );
    }
    for (row, column, text) in &extras.cells {
        rows.entry(*row).or_default().push((*column, text));
    }
    for (row, cells) in rows {
        out.extend([format!("<row r=\"{}\">", row + 1)]);
        for (column, text) in cells {
            let (place, text) = (a1(row, column), escape(text));
            let space =
                if text.starts_with(' ') || text.ends_with(' ') { " xml:space=\"preserve\"" } else { "" };
            out.extend([format!("<c r=\"{place}\" t=\"inlineStr\"><is><t{space}>{text}</t></is></c>")]);
        }
        out += "</row>";
    }
    out += "</sheetData>";
    if !extras.pictures.is_empty() {
        out += "<drawing r:id=\"rId1\"/>";
    }
    out + "</worksheet>"
}

/// A cell's name, row and column from 0.
pub(in crate::forge) fn a1(row: u16, column: u16) -> String {
    let letter = |number: u16| char::from(b'A' + (number % 26) as u8);
    match column / 26 {
        0 => format!("{}{}", letter(column), row + 1),
        high => format!("{}{}{}", letter(high - 1), letter(column), row + 1),
    }
}

fn sheet_extras(extras: &Extras, package: &mut Package) {
    let mut links = Vec::new();
    if !extras.pictures.is_empty() {
        let pictures: String = extras.pictures.iter().enumerate().map(sheet_picture).collect();
        let text = format!(
            "{HEAD}<xdr:wsDr xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\" \
             xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">{pictures}</xdr:wsDr>"
        );
        package.part(
            "xl/drawings/drawing1.xml",
            "application/vnd.openxmlformats-officedocument.drawing+xml",
            text,
        );
        links.push((format!("{OFFICE}/drawing"), "../drawings/drawing1.xml".to_owned()));
    }
    if !extras.comments.is_empty() {
        let comments: String = extras
            .comments
            .iter()
            .zip(1..)
            .map(|(text, row)| {
                format!(
                    "<comment ref=\"A{row}\" authorId=\"0\"><text><r><t xml:space=\"preserve\">{}</t></r></text></comment>",
                    escape(text)
                )
            })
            .collect();
        let text = format!(
            "{HEAD}<comments xmlns=\"{SHEET}\"><authors><author>user</author></authors>\
             <commentList>{comments}</commentList></comments>"
        );
        package.part("xl/comments1.xml", &format!("{SHEET_TYPE}comments+xml"), text);
        links.push((format!("{OFFICE}/comments"), "../comments1.xml".to_owned()));
    }
    if !links.is_empty() {
        package.part("xl/worksheets/_rels/sheet1.xml.rels", "", relationships(&links));
    }
}

fn sheet_picture((number, (name, text)): (usize, &(String, String))) -> String {
    format!(
        "<xdr:twoCellAnchor><xdr:from><xdr:col>5</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{number}</xdr:row>\
         <xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff>\
         <xdr:row>{}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp macro=\"\" textlink=\"\"><xdr:nvSpPr>\
         <xdr:cNvPr id=\"{}\" name=\"{name}\" descr=\"{}\"/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr><a:xfrm>\
         <a:off x=\"0\" y=\"0\"/><a:ext cx=\"914400\" cy=\"457200\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/>\
         </a:prstGeom></xdr:spPr></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>",
        number + 2,
        number + 2,
        escape(text)
    )
}

pub(in crate::forge) fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}
