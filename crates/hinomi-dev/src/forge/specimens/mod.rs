//! The set of look-alikes by which recovery is measured: every shape, style, place and container, with the truth.
//!
//! Lanes, one after the other: a lane for every style of macro, twelve for XLM, eleven for the other carriers.
//! Each round through the lanes moves on in places and containers, so that any count is balanced.

mod carriers;
mod honest;
mod loose;
mod mails;

use super::Chance;
use super::carrier::xlm;
use super::document::Container;
use super::macros::{self, Place, Plan, Shape, Style};
use super::ovba::Module;
use anyhow::Result;

/// A file and the truth about it.
#[derive(Debug, Clone)]
pub struct Specimen {
    /// The file name extension.
    pub extension: &'static str,
    /// The content.
    pub bytes: Vec<u8>,
    /// What is true of it.
    pub truth: Truth,
}

/// What is true of a file.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Truth {
    /// `attack` or `benign`.
    pub verdict: &'static str,
    /// `e1` to `e11`, `dde`, `remote-template`, `rtf-package`, `script`, `web-page`, `disk-image`, or the kind of an
    /// honest document.
    pub shape: String,
    /// How its texts are hidden.
    pub style: Option<String>,
    /// Where the hidden text lies.
    pub place: Option<String>,
    /// What holds the attack, by its extension; a mail's file may hold another inside.
    pub container: String,
    /// Whether only compiled code is left of a macro: then the command cannot be read from the source.
    pub stomped: bool,
    /// The procedure or name that starts by itself.
    pub entry_point: Option<String>,
    /// The exact command line; absent where nothing is started.
    pub command: Option<String>,
    /// The arguments of the command, where the program is named in more than one way (shell links, DDE).
    pub arguments: Option<String>,
    /// The script that an encoded command line carries.
    pub script: Option<String>,
    /// The exact list of addresses, in order.
    pub urls: Vec<String>,
    /// The password of an archive on the way.
    pub password: Option<String>,
    /// Checks that should fail.
    pub checks: Vec<&'static str>,
    /// A line that people see when they open it, where others are asked to show it.
    #[serde(skip)]
    pub shows: String,
    /// The name of a file that an object of OLE 1.0 packages.
    #[serde(skip)]
    pub package: Option<String>,
    /// Modules as they went in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<Module>,
}

/// The name of a variant, as truth files have it.
fn word(value: impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

impl Specimen {
    /// What a macro document is, in the words of the set.
    pub fn of_macro(forged: macros::Forged) -> Self {
        let macros::Forged { bytes, truth } = forged;
        let attack = truth.verdict == "attack";
        Self {
            extension: truth.container.extension(),
            bytes,
            truth: Truth {
                verdict: truth.verdict,
                shape: truth.shape,
                style: word(truth.style),
                place: if attack { word(truth.place) } else { None },
                container: truth.container.extension().to_owned(),
                stomped: truth.stomped,
                entry_point: truth.entry_point,
                command: truth.command,
                script: truth.script,
                urls: truth.urls,
                checks: truth.checks,
                shows: truth.shows,
                modules: truth.modules,
                ..Truth::default()
            },
        }
    }
}

/// Lanes of one round.
pub const LANES: usize = 65;

/// The number of a stream, so that neighbours have nothing in common.
fn stream(number: usize, seed: u64) -> Chance {
    Chance::new(seed.rotate_left(17) ^ (number as u64 + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93))
}

/// An attack of the set.
pub fn attack(number: usize, seed: u64) -> Result<Specimen> {
    let mut chance = stream(number, seed);
    let (lane, round) = (number % LANES, number / LANES);
    let styles: Vec<Style> = Style::all().collect();
    if let Some(style) = styles.get(lane) {
        return vba(*style, lane, round, &mut chance);
    }
    let lane = lane - styles.len();
    if let Some(style) = xlm::Style::ALL.get(lane) {
        return workbook(*style, round + lane, &mut chance);
    }
    match lane - xlm::Style::ALL.len() {
        0 => stomped(round, &mut chance),
        1 => Ok(carriers::pdf(round, &mut chance)),
        2 => mails::locked(round, &mut chance),
        3 => Ok(carriers::link(round, &mut chance)),
        4 => Ok(carriers::onenote(round, &mut chance)),
        5 => mails::reply(round, &mut chance),
        6 => mails::scattered(round, &mut chance),
        7 if round % 2 == 0 => mails::outlook(round, &mut chance),
        7 => Ok(carriers::rtf(round / 2, &mut chance)),
        8 => Ok(carriers::without_macros(round, &mut chance)),
        9 => Ok(loose::script(round, &mut chance)),
        _ if round.is_multiple_of(2) => loose::page(round / 2, &mut chance),
        _ => loose::image(round / 2, &mut chance),
    }
}

/// Macros: places and containers move on with the round.
fn vba(style: Style, lane: usize, round: usize, chance: &mut Chance) -> Result<Specimen> {
    const CONTAINERS: [Container; 4] = [Container::Doc, Container::Xlsm, Container::Docm, Container::Xls];
    let place = Place::ALL[(round + lane) % Place::ALL.len()];
    let turn = lane + round + round / 4;
    let container = (turn..turn + 4)
        .map(|turn| CONTAINERS[turn % 4])
        .find(|container| place.is_in(*container))
        .unwrap_or(Container::Docm);
    let shape = match place {
        Place::FormText | Place::FormCaption | Place::FormTag | Place::FormControlTip => Shape::E3,
        _ if (round + lane).is_multiple_of(3) => Shape::E2,
        _ => Shape::E1,
    };
    let urls = macros::script::urls(chance);
    let plan = Plan { container, shape, style, place, stomped: false };
    macros::planned(plan, &urls, chance).map(Specimen::of_macro)
}

/// A macro whose source was replaced: what it would start is not there to be read.
fn stomped(round: usize, chance: &mut Chance) -> Result<Specimen> {
    const CONTAINERS: [Container; 4] = [Container::Doc, Container::Docm, Container::Xls, Container::Xlsm];
    let style = *chance.pick(&[Style::LineByLine, Style::XorKey, Style::Concatenation, Style::HexRoutine]);
    let plan = Plan { stomped: true, ..Plan::new(CONTAINERS[round % 4], Shape::E1, style) };
    let urls = macros::script::urls(chance);
    let mut specimen = Specimen::of_macro(macros::planned(plan, &urls, chance)?);
    let truth = &mut specimen.truth;
    (truth.command, truth.script, truth.entry_point) = (None, None, None);
    truth.urls.clear();
    truth.checks = vec!["document.stomped-macro"];
    Ok(specimen)
}

/// XLM: shape E6, every fourth the lure of E8.
fn workbook(style: xlm::Style, round: usize, chance: &mut Chance) -> Result<Specimen> {
    let container = xlm::Container::ALL[round % 3];
    let shown = xlm::Shown::ALL[(round / 3) % 3];
    let trusted = round % 4 == 3;
    let page = if trusted { trusted_folder() } else { macros::lure(chance) };
    let shows = page.first_text();
    let forged = xlm::attack(style, shown, page, chance);
    let entry_point = forged.workbook.entry.0.name().to_owned();
    let truth = Truth {
        verdict: "attack",
        shape: if trusted { "e8" } else { "e6" }.to_owned(),
        style: word(style),
        place: Some(shown.name().to_owned()),
        container: container.extension().to_owned(),
        entry_point: Some(entry_point),
        command: Some(forged.command),
        urls: forged.urls,
        checks: vec!["document.auto-run-macro"],
        shows,
        ..Truth::default()
    };
    Ok(Specimen { extension: container.extension(), bytes: forged.workbook.write(container, chance)?, truth })
}

/// November 2022: the reader is told to copy the file to where macros run without a question.
fn trusted_folder() -> super::document::Page {
    let lines = [
        "RELAUNCH REQUIRED",
        "In accordance with the requirements of your security policy, to display the contents of the document you need to",
        "copy the file to the following folder and run it again:",
        "for Microsoft Office 2013 x32 and earlier - C:\\Program Files (x86)\\Microsoft Office\\Templates",
        "for Microsoft Office 2016 x64 and later - C:\\Program Files\\Microsoft Office\\root\\Templates",
    ];
    super::document::Page { lines: lines.map(str::to_owned).to_vec() }
}

/// An honest document of the set: two with macros, every template in turn, then one without.
pub fn benign(number: usize, seed: u64) -> Result<Specimen> {
    let mut chance = stream(number, !seed);
    match number % 3 {
        2 => honest::carrier(number / 3, &mut chance),
        _ => honest::macros(number - number / 3, &mut chance),
    }
}

#[cfg(test)]
mod tests;
