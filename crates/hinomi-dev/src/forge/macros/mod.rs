//! Documents with macros and the truth about them: attack look-alikes (shapes E1, E2 and E3) and honest ones.

mod attack;
mod hide;
mod honest;
mod honest_more;
mod place;
mod routine;
pub(in crate::forge) mod script;
mod style;

use super::document::{self, Container, Extras, Module, Page, Project};
use super::{Chance, ovba};
use anyhow::Result;

pub(super) use attack::lure;
pub use attack::{Plan, attack, planned};
pub(super) use hide::literal as vba_literal;
pub use honest::{HONEST, Template, honest, honest_compiled, templates};
pub use place::Place;
pub use script::Shape;
pub use style::Style;

/// A document and what is true of it.
#[derive(Debug, Clone)]
pub struct Forged {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What a reader should find.
    pub truth: Truth,
}

/// What a reader should find in a forged document.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Truth {
    /// `attack` or `benign`.
    pub verdict: &'static str,
    /// `e1`, `e2`, or the name of the honest template.
    pub shape: String,
    /// How its strings are hidden; absent for honest documents.
    pub style: Option<Style>,
    /// Where the hidden text lies.
    pub place: Place,
    /// Whether only the compiled code is left of the attack.
    pub stomped: bool,
    /// The call that starts the command, by its line in the source.
    pub starts_by: Option<String>,
    /// How it is packed.
    pub container: Container,
    /// Code page of the project.
    pub code_page: u16,
    /// The first paragraph or cell that people see.
    #[serde(skip)]
    pub shows: String,
    /// Modules as they went in.
    pub modules: Vec<Module>,
    /// The procedure that starts by itself, when one does.
    pub entry_point: Option<String>,
    /// The command line the macro would start.
    pub command: Option<String>,
    /// The script inside the command.
    pub script: Option<String>,
    /// URLs of the script, in order.
    pub urls: Vec<String>,
    /// Ids of the checks that should fail.
    pub checks: Vec<&'static str>,
}

/// Packs a project, its page and what else the document holds.
fn pack(
    container: Container,
    page: &Page,
    extras: &Extras,
    project: &Project,
    chance: &mut Chance,
) -> Result<Vec<u8>> {
    document::write(container, page, extras, Some(project), chance)
}

/// One of a stream of documents: every other one is an attack, every fifth attack has shape E2.
pub fn any(number: usize, seed: u64) -> Result<Forged> {
    let mut chance = Chance::new(seed ^ (number as u64).wrapping_mul(0xA076_1D64_78BD_642F));
    let container = *chance.pick(&[Container::Doc, Container::Docm, Container::Xls, Container::Xlsm]);
    if number.is_multiple_of(2) {
        let shape = if chance.one_in(5) { Shape::E2 } else { Shape::E1 };
        let style = *chance.pick(&Style::CONSTANT);
        let urls = script::urls(&mut chance);
        attack(container, shape, style, &urls, &mut chance)
    } else {
        let template = chance.pick(&HONEST);
        honest(template, &mut chance)
    }
}

/// The document modules a host always has, `body` in the first.
fn document_modules(container: Container, body: &str) -> Vec<Module> {
    let mut modules = vec![Module::new(container.document_module(), ovba::Kind::Document, body)];
    if !container.is_word() {
        modules.push(Module::new("Sheet1", ovba::Kind::Document, ""));
    }
    modules
}

#[cfg(test)]
mod tests;
