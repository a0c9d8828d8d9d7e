//! Scripts on their own, and documents behind a web page or in the image of a disk.

use super::{Specimen, Truth, word};
use crate::forge::archive::{iso, zip};
use crate::forge::carrier::batch;
use crate::forge::carrier::dropper::{self, Language};
use crate::forge::carrier::link::Link;
use crate::forge::carrier::smuggle;
use crate::forge::document::Container;
use crate::forge::macros::{self, Shape, Style};
use crate::forge::{Chance, ovba};
use anyhow::Result;

fn few_urls(chance: &mut Chance) -> Vec<String> {
    let mut urls = macros::script::urls(chance);
    urls.truncate(4);
    urls
}

/// A script file: four languages of the script host, batch, PowerShell.
pub(super) fn script(round: usize, chance: &mut Chance) -> Specimen {
    let urls = few_urls(chance);
    let mut truth = Truth {
        verdict: "attack",
        shape: "script".to_owned(),
        place: Some("file".to_owned()),
        urls: urls.clone(),
        ..Truth::default()
    };
    let (extension, text) = match round % 6 {
        4 => {
            let style = batch::Style::ALL[(round / 6) % batch::Style::ALL.len()];
            let script = macros::script::script(Shape::E1, &urls, chance);
            let command = macros::script::command(Shape::E1, &script, chance);
            let text = batch::write(style, &command, chance);
            (truth.style, truth.command, truth.script) = (word(style), Some(command), Some(script));
            ("bat", text)
        }
        5 => {
            truth.style = Some("script-powershell".to_owned());
            ("ps1", macros::script::script(Shape::E1, &urls, chance))
        }
        turn => {
            let language = Language::ALL[turn];
            let style = dropper::Style::ALL[(round / 6 + turn) % dropper::Style::ALL.len()];
            let command = format!("cmd /c echo regsvr32 /s {}.dll", chance.word(4, 8));
            let text = dropper::script(language, style, &urls, &command, chance);
            (truth.style, truth.command) = (word(style), Some(command));
            (language.extension(), text)
        }
    };
    truth.container = extension.to_owned();
    Specimen { extension, bytes: text.into_bytes(), truth }
}

/// A macro document in an archive that a web page puts together.
pub(super) fn page(round: usize, chance: &mut Chance) -> Result<Specimen> {
    let style = smuggle::Style::ALL[round % smuggle::Style::ALL.len()];
    let urls = few_urls(chance);
    let forged = macros::attack(Container::Docm, Shape::E1, Style::Concatenation, &urls, chance)?;
    let name = format!("INV-{}", chance.between(10_000, 99_999));
    let archive = zip::write(&[zip::Entry::open(&format!("{name}.docm"), forged.bytes)], chance);
    let html = smuggle::write(style, &format!("{name}.zip"), &archive, chance);
    let truth = Truth {
        verdict: "attack",
        shape: "web-page".to_owned(),
        style: word(style),
        place: Some("script".to_owned()),
        container: "html".to_owned(),
        entry_point: forged.truth.entry_point,
        command: forged.truth.command,
        script: forged.truth.script,
        urls,
        checks: vec!["document.auto-run-macro", "document.starts-powershell"],
        ..Truth::default()
    };
    Ok(Specimen { extension: "html", bytes: html.into_bytes(), truth })
}

/// The image of a disk with a shell link, or with a macro document.
pub(super) fn image(round: usize, chance: &mut Chance) -> Result<Specimen> {
    let urls = few_urls(chance);
    let mut truth = Truth {
        verdict: "attack",
        shape: "disk-image".to_owned(),
        place: Some("file".to_owned()),
        container: "iso".to_owned(),
        urls: urls.clone(),
        ..Truth::default()
    };
    let file = if round.is_multiple_of(2) {
        let script = macros::script::script(Shape::E1, &urls, chance);
        let arguments = format!("-w hidden -nop -enc {}", macros::script::base64(&ovba::utf16(&script)));
        let link = Link {
            name: "文書".to_owned(),
            program: "..\\..\\..\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe".to_owned(),
            arguments: arguments.clone(),
            icon: "%windir%\\System32\\imageres.dll".to_owned(),
            appended: Vec::new(),
        };
        truth.style = Some("iso-link".to_owned());
        truth.command = Some(format!("powershell.exe {arguments}"));
        (truth.arguments, truth.script) = (Some(arguments), Some(script));
        ("Documents.lnk".to_owned(), link.write())
    } else {
        let forged = macros::attack(Container::Doc, Shape::E1, Style::SplitJoin, &urls, chance)?;
        truth.style = Some("iso-document".to_owned());
        (truth.command, truth.script) = (forged.truth.command, forged.truth.script);
        truth.entry_point = forged.truth.entry_point;
        (format!("INV_{}.doc", chance.between(1_000, 9_999)), forged.bytes)
    };
    let label = format!("DOC_{}", chance.between(100, 999));
    Ok(Specimen { extension: "iso", bytes: iso::write(&label, &[file]), truth })
}
